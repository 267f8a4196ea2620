// SPDX-License-Identifier: Apache-2.0

//! A node among the members that agree, while members come and go.
//!
//! ```text
//!  members of round 3 ──a majority is sealed──> what they hold ──> each member of round 5 joins
//! ```
//!
//! Members are those of one placement, as the chain names them. Whoever belongs to the next ones *joins*:
//! it lets a majority of the members before *seal*, which is to take no vote of earlier rounds any more,
//! and takes over what they hold; then it votes. So whatever was chosen before is held by all who vote
//! now, and nothing more can be chosen before. If a majority has never joined, nothing was chosen there,
//! and those before them are asked.
//!
//! # What is written down
//!
//! Whatever is accepted, before anybody hears of it. What is promised is not: there is a *ceiling* of
//! rounds on the disk that is far above those that are used, and a node that has stopped takes nothing
//! below its ceiling any more, whether it had promised that or not. So to prepare a change costs a
//! message, and to accept it costs a message and a wait for the disk. What is held and not yet on the disk may
//! be told to who prepares, because whatever was made of it was made by the rules; only what a read
//! is told must last.
//!
//! A node whose memory does not go back to a placement may have voted in it and forgotten what it said.
//! It does not vote until the next placement, and says nothing about what was.

use super::{Acceptor, Ask, Ballot, Held, Reply, Vote};
use crate::{
	limits::SKEW_MS_MAX,
	namespace::{Quota, WriteError},
	repair::BATCH_BYTES_MAX,
};
use codec::{Decode, Encode};
use r1_primitives::{NodeKey, PlacementRound};
use std::collections::{BTreeMap, BTreeSet};

/// How far the ceiling of what may have been promised is raised: each time costs a wait for the disk, and
/// each restart as many rounds, of 2^64.
const ROUNDS_AHEAD: u64 = 1 << 20;

/// Nodes that agree with each other.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Members {
	/// The round of their placement.
	pub round: PlacementRound,
	/// When it was, in milliseconds of Unix time.
	pub since_ms: u64,
	/// Them.
	pub nodes: BTreeSet<NodeKey>,
}

/// What the chain says of a namespace.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Placed {
	/// The members now.
	pub current: Members,
	/// Those before, the newest first.
	pub former: Vec<Members>,
	/// Whether there were others before these, which are not known any more.
	pub is_cut: bool,
}

/// What a member of an earlier round says when it is sealed.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Testimony {
	/// It has never voted among those members, nor among later ones.
	Unjoined,
	/// This is a part of what it holds, in the order of keys.
	Holds {
		/// What, and by which ballots.
		slots: Vec<(Vec<u8>, Ballot, Held)>,
		/// The last key of the part; nothing more comes after it if there is none.
		last: Option<Vec<u8>>,
	},
}

/// What a member must remember, before anybody hears of it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Memory {
	/// A vote on a key.
	Vote(Vec<u8>, Vote),
	/// It votes among some members.
	Joined {
		/// The round of their placement.
		round: PlacementRound,
		/// When it was, in milliseconds of Unix time.
		since_ms: u64,
	},
	/// It takes no vote of an earlier round.
	Sealed(PlacementRound),
	/// It may have promised ballots up to this round, of whatever key.
	Ceiling(u64),
}

/// Why a member does not answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MemberError {
	/// Whoever asks knows another placement, or is not of those who agree.
	#[error("the chain names other members, as far as this node has followed it")]
	Round,
	/// It does not know what it has said.
	#[error("the node does not remember what it said in this placement")]
	Forgotten,
	/// It does not take a value.
	#[error(transparent)]
	Refused(#[from] WriteError),
}

/// A node's part in the agreement on the keys of a namespace.
#[derive(Debug)]
pub struct Member {
	node: NodeKey,
	/// Since when it has forgotten nothing, in milliseconds of Unix time.
	remembers_since_ms: u64,
	/// What the chain says.
	named: Option<Placed>,
	/// The members that it voted among last: the round of their placement, and when it was.
	joined: Option<(PlacementRound, u64)>,
	/// It takes no vote of earlier rounds.
	sealed: PlacementRound,
	/// The latest round that may be promised without being written down.
	ceiling: u64,
	acceptor: Acceptor,
}

impl Member {
	/// One that knows nothing.
	#[must_use]
	pub fn new(node: NodeKey, remembers_since_ms: u64, quota: Quota) -> Self {
		Self {
			node,
			remembers_since_ms,
			named: None,
			joined: None,
			sealed: 0,
			ceiling: 0,
			acceptor: Acceptor::new(quota),
		}
	}

	/// Takes in what it remembers when it starts again.
	pub fn restore(&mut self, memory: Memory) {
		self.take_in(memory);
		self.acceptor.raise_floor(self.floor());
	}

	/// What it takes nothing below after a restart: later than all that it may have promised up to the
	/// ceiling, and older than whatever comes next.
	fn floor(&self) -> Ballot {
		let placement = self.joined_round().unwrap_or(0);
		let round = self.ceiling.saturating_add(1);
		Ballot { placement, round, ..Ballot::default() }
	}

	fn take_in(&mut self, memory: Memory) {
		match memory {
			Memory::Vote(key, vote) => self.acceptor.restore(&key, vote),
			Memory::Joined { round, since_ms } => {
				self.joined = self.joined.max(Some((round, since_ms)));
			},
			Memory::Sealed(round) => self.sealed = self.sealed.max(round),
			Memory::Ceiling(round) => self.ceiling = self.ceiling.max(round),
		}
	}

	/// All that it must remember.
	pub fn memory(&self) -> impl Iterator<Item = Memory> {
		// What was promised to members before those that it has joined is below the floor, too.
		let floor = self.floor();
		let must_last = move |vote: &Vote| match vote {
			Vote::Promised(ballot) => floor <= *ballot,
			Vote::Accepted(..) => true,
		};
		let votes = self.acceptor.votes().filter(move |(_, vote)| must_last(vote));
		let votes = votes.map(|(key, vote)| Memory::Vote(key.to_vec(), vote));
		let joined = self.joined.map(|(round, since_ms)| Memory::Joined { round, since_ms });
		let sealed = (0 < self.sealed).then_some(Memory::Sealed(self.sealed));
		let ceiling = (0 < self.ceiling).then_some(Memory::Ceiling(self.ceiling));
		votes.chain(joined).chain(sealed).chain(ceiling)
	}

	/// About how many bytes that is.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.acceptor.bytes()
	}

	/// Follows the chain.
	pub fn place(&mut self, named: &Placed) {
		let round = named.current.round;
		if self.named.as_ref().is_none_or(|named| named.current.round < round) {
			self.named = Some(named.clone());
		}
	}

	/// When the members were named that it voted among last, in milliseconds of Unix time.
	#[must_use]
	pub fn joined_ms(&self) -> Option<u64> {
		self.joined.map(|(_, since_ms)| since_ms)
	}

	/// The members that agree now.
	#[must_use]
	pub fn members(&self) -> Option<&Members> {
		self.named.as_ref().map(|named| &named.current)
	}

	/// What it is to join, if it does not vote yet, and may.
	#[must_use]
	pub fn joins(&self) -> Option<&Placed> {
		let named = self.named.as_ref()?;
		let Members { round, nodes, .. } = &named.current;
		let is_new = self.joined_round() < Some(*round) && self.sealed <= *round;
		let may_vote = is_new && nodes.contains(&self.node) && self.remembers(&named.current);
		may_vote.then_some(named)
	}

	/// Whether it votes among the members that agree now.
	#[must_use]
	pub fn votes(&self) -> bool {
		let round = self.members().map(|members| members.round);
		round.is_some() && self.joined_round() == round
	}

	/// Whether its memory goes back to the placement of some members; clocks differ.
	fn remembers(&self, members: &Members) -> bool {
		self.remembers_since_ms.saturating_add(SKEW_MS_MAX) < members.since_ms
	}

	fn joined_round(&self) -> Option<PlacementRound> {
		self.joined.map(|(round, _)| round)
	}

	/// Joins the members of a round with what those before them hold; returns what must be written down
	/// before it votes.
	pub fn join(
		&mut self,
		round: PlacementRound,
		slots: BTreeMap<Vec<u8>, (Ballot, Held)>,
	) -> Vec<Memory> {
		let named = self.joins().filter(|placed| placed.current.round == round);
		let Some(since_ms) = named.map(|placed| placed.current.since_ms) else {
			return Vec::new();
		};
		let joined = Memory::Joined { round, since_ms };
		let vote = |(key, (ballot, held))| Memory::Vote(key, Vote::Accepted(ballot, held));
		let memories: Vec<Memory> = slots.into_iter().map(vote).chain([joined]).collect();
		for memory in &memories {
			self.take_in(memory.clone());
		}
		memories
	}

	/// Answers a question about a key. The answer must not go out before what comes with it is written
	/// down.
	///
	/// # Errors
	///
	/// It does not vote with whoever asks, or there is no room. Nothing has changed then.
	pub fn asked(
		&mut self,
		from: &NodeKey,
		round: PlacementRound,
		key: &[u8],
		ask: Ask,
	) -> Result<(Reply, Option<Memory>), MemberError> {
		let named = self.named.as_ref().ok_or(MemberError::Round)?;
		if named.current.round != round || !named.current.nodes.contains(from) {
			return Err(MemberError::Round);
		}
		if !self.votes() || round < self.sealed {
			return Err(MemberError::Forgotten);
		}
		// What is promised to others than these members is above no floor that is remembered.
		if let Ask::Prepare(ballot) | Ask::Accept(ballot, _) = &ask
			&& ballot.placement != round
		{
			return Err(MemberError::Round);
		}
		let (reply, vote) = self.acceptor.asked(key, ask)?;
		Ok((reply, vote.and_then(|vote| self.must_remember(key, vote))))
	}

	/// What must be written down of a vote.
	fn must_remember(&mut self, key: &[u8], vote: Vote) -> Option<Memory> {
		match vote {
			Vote::Promised(Ballot { round, .. }) if round <= self.ceiling => None,
			// Who bids for something far away does not take the ceiling there.
			Vote::Promised(Ballot { round, .. }) if round - self.ceiling <= ROUNDS_AHEAD => {
				self.ceiling = round.saturating_add(ROUNDS_AHEAD);
				Some(Memory::Ceiling(self.ceiling))
			},
			vote => Some(Memory::Vote(key.to_vec(), vote)),
		}
	}

	/// Takes no votes of rounds before the one that whoever asks is joining, and says what it holds after a
	/// key, as a member of that round or of an earlier one. The answer must not go out before what comes with it is
	/// written down.
	///
	/// # Errors
	///
	/// The chain does not name whoever asks, or this node does not know what it has said.
	pub fn seal(
		&mut self,
		from: &NodeKey,
		round: PlacementRound,
		of: PlacementRound,
		after: Option<&[u8]>,
	) -> Result<(Testimony, Option<Memory>), MemberError> {
		let named = self.named.as_ref().ok_or(MemberError::Round)?;
		let is_named = named.current.round == round && named.current.nodes.contains(from);
		if !is_named {
			return Err(MemberError::Round);
		}
		let mut earlier = named.former.iter();
		let asked = earlier.find(|members| members.round == of);
		let testimony = match (self.joined_round(), asked) {
			// Whatever it has joined later holds all of it.
			(Some(joined), _) if of <= joined => self.holds(after),
			(_, Some(asked)) if self.remembers(asked) => Testimony::Unjoined,
			(_, Some(_)) => return Err(MemberError::Forgotten),
			// It will vote, but does not yet.
			(_, None) => return Err(MemberError::Round),
		};
		let memory = (self.sealed < round).then_some(Memory::Sealed(round));
		self.sealed = self.sealed.max(round);
		Ok((testimony, memory))
	}

	/// The latest round of ballots that was promised for a key.
	#[must_use]
	pub fn round(&self, key: &[u8]) -> u64 {
		self.acceptor.round(key)
	}

	/// What it holds after a key, as much as fits into a message.
	fn holds(&self, after: Option<&[u8]>) -> Testimony {
		let mut bytes = 0;
		let mut slots: Vec<(Vec<u8>, Ballot, Held)> = Vec::new();
		for (key, ballot, held) in self.acceptor.holds(after) {
			bytes += key.len() + held.bytes() + size_of::<(Ballot, Held)>();
			if BATCH_BYTES_MAX < bytes && !slots.is_empty() {
				let last = slots.last().map(|(key, ..)| key.clone());
				return Testimony::Holds { slots, last };
			}
			slots.push((key.to_vec(), ballot, held.clone()));
		}
		Testimony::Holds { slots, last: None }
	}
}

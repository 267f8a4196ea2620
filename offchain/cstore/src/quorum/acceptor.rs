// SPDX-License-Identifier: Apache-2.0

//! What a replica has promised and holds, key by key.

use super::{Ballot, Held};
use crate::{
	limits::{KEY_BYTES_MAX, RECORD_BYTES, VALUE_BYTES_MAX},
	namespace::{Quota, WriteError},
	record::RecordError,
};
use codec::{Decode, Encode};
use std::{collections::BTreeMap, ops::Bound};

/// What a proposer asks of an acceptor about a key.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Ask {
	/// What it holds.
	Look,
	/// To take nothing by an older ballot any more, and to say what it holds.
	Prepare(Ballot),
	/// To hold this.
	Accept(Ballot, Held),
}

/// What an acceptor answers.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Reply {
	/// This is what it holds.
	Holds {
		/// The ballot that it has promised to, if it was asked to.
		promised: Option<Ballot>,
		/// The ballot by which it holds it.
		accepted: Ballot,
		/// What.
		held: Held,
	},
	/// It holds what was proposed by this ballot.
	Accepted(Ballot),
	/// It has promised a later ballot than this one.
	Outbid {
		/// What was asked for.
		ballot: Ballot,
		/// What it has promised.
		promised: Ballot,
	},
}

impl Reply {
	/// About how many bytes it has.
	pub(crate) fn bytes(&self) -> usize {
		let fixed = size_of::<Self>();
		match self {
			Self::Holds { held, .. } => fixed + held.bytes() + size_of_val(held.recent.as_slice()),
			Self::Accepted(_) | Self::Outbid { .. } => fixed,
		}
	}
}

/// What an acceptor has said, and has to stand by.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Vote {
	/// It takes nothing older than this.
	Promised(Ballot),
	/// It holds this by this ballot, and takes nothing older.
	Accepted(Ballot, Held),
}

/// What an acceptor remembers of a key.
#[derive(Clone, Debug, Default)]
struct Slot {
	promised: Ballot,
	accepted: Ballot,
	held: Held,
}

/// A replica's part in the agreement.
#[derive(Debug)]
pub struct Acceptor {
	slots: BTreeMap<Vec<u8>, Slot>,
	/// Nothing older than this is taken, of any key.
	floor: Ballot,
	bytes: usize,
	quota: Quota,
}

impl Acceptor {
	/// One that has promised nothing.
	#[must_use]
	pub fn new(quota: Quota) -> Self {
		Self { slots: BTreeMap::new(), floor: Ballot::default(), bytes: 0, quota }
	}

	/// Answers. The answer must not go out before the vote that comes with it outlives the process.
	///
	/// # Errors
	///
	/// There is no room, or the key or the value is too long. Nothing has changed then.
	pub fn asked(&mut self, key: &[u8], ask: Ask) -> Result<(Reply, Option<Vote>), WriteError> {
		let nothing = Slot::default();
		let slot = self.slots.get(key).unwrap_or(&nothing);
		let holds =
			|promised| Reply::Holds { promised, accepted: slot.accepted, held: slot.held.clone() };
		let ballot = match &ask {
			Ask::Look => return Ok((holds(None), None)),
			Ask::Prepare(ballot) | Ask::Accept(ballot, _) => *ballot,
		};
		// What comes twice is answered again: the first answer may have been lost.
		let promised = slot.promised.max(self.floor);
		if ballot < promised {
			return Ok((Reply::Outbid { ballot, promised }, None));
		}
		let (reply, vote) = match ask {
			Ask::Look | Ask::Prepare(_) if slot.promised == ballot => {
				return Ok((holds(Some(ballot)), None));
			},
			Ask::Look | Ask::Prepare(_) => (holds(Some(ballot)), Vote::Promised(ballot)),
			Ask::Accept(..) if slot.accepted == ballot => {
				return Ok((Reply::Accepted(ballot), None));
			},
			Ask::Accept(_, held) => (Reply::Accepted(ballot), Vote::Accepted(ballot, held)),
		};
		self.check_room(key, &vote)?;
		self.restore(key, vote.clone());
		Ok((reply, Some(vote)))
	}

	/// Takes nothing older than a ballot any more, of whatever key.
	pub fn raise_floor(&mut self, ballot: Ballot) {
		self.floor = self.floor.max(ballot);
	}

	/// Takes in what was stored, in any order.
	pub fn restore(&mut self, key: &[u8], vote: Vote) {
		if !self.slots.contains_key(key) {
			self.bytes += RECORD_BYTES + key.len();
			self.slots.insert(key.to_owned(), Slot::default());
		}
		let Some(slot) = self.slots.get_mut(key) else { return };
		let (Vote::Promised(ballot) | Vote::Accepted(ballot, _)) = &vote;
		slot.promised = slot.promised.max(*ballot);
		if let Vote::Accepted(ballot, held) = vote
			&& slot.accepted < ballot
		{
			self.bytes = self.bytes + held.bytes() - slot.held.bytes();
			(slot.accepted, slot.held) = (ballot, held);
		}
	}

	/// All that must be remembered, in the order of keys.
	pub fn votes(&self) -> impl Iterator<Item = (&[u8], Vote)> {
		self.slots.iter().flat_map(|(key, slot)| {
			let accepted = (slot.accepted != Ballot::default())
				.then(|| Vote::Accepted(slot.accepted, slot.held.clone()));
			let promised = (slot.accepted < slot.promised).then_some(Vote::Promised(slot.promised));
			accepted.into_iter().chain(promised).map(|vote| (key.as_slice(), vote))
		})
	}

	/// What it holds after a key, or from the first on, in the order of keys.
	pub fn holds(&self, after: Option<&[u8]>) -> impl Iterator<Item = (&[u8], Ballot, &Held)> {
		let from = after.map_or(Bound::Unbounded, Bound::Excluded);
		let slots = self.slots.range::<[u8], _>((from, Bound::Unbounded));
		let slots = slots.map(|(key, slot)| (key.as_slice(), slot.accepted, &slot.held));
		slots.filter(|(_, accepted, _)| *accepted != Ballot::default())
	}

	/// The latest round that was promised for a key.
	#[must_use]
	pub fn round(&self, key: &[u8]) -> u64 {
		let promised = self.slots.get(key).map_or(0, |slot| slot.promised.round);
		promised.max(self.floor.round)
	}

	/// Bytes that count against the quota.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.bytes
	}

	fn check_room(&self, key: &[u8], vote: &Vote) -> Result<(), WriteError> {
		if !(1..=KEY_BYTES_MAX).contains(&key.len()) {
			return Err(RecordError::Name { bytes: key.len() }.into());
		}
		let Quota { records, bytes } = self.quota;
		let full = Err(WriteError::Full { quota: self.quota });
		let slot = self.slots.get(key);
		let new_key = if slot.is_none() { RECORD_BYTES + key.len() } else { 0 };
		if slot.is_none() && records <= self.slots.len() {
			return full;
		}
		let older = slot.map_or(0, |slot| slot.held.bytes());
		let newer = match vote {
			Vote::Promised(_) => older,
			Vote::Accepted(_, held) => held.bytes(),
		};
		if VALUE_BYTES_MAX < newer {
			return Err(RecordError::Value { bytes: newer }.into());
		}
		// What frees room is always taken, and what is promised on a key that is there.
		let grows = older < newer || slot.is_none();
		match grows && bytes < self.bytes + new_key + newer - older {
			true => full,
			false => Ok(()),
		}
	}
}

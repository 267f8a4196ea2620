// SPDX-License-Identifier: Apache-2.0

//! Who is answered when, and what is owed to whom. Pure: no I/O, no clock.
//!
//! ```text
//! want-have, want-block -> the peer's queue -> its turn -> Answer, one message
//!                                                            | sent: the rest waits for the next turn
//!                                                            | not here: remembered
//! Available             -> to the queues of those who asked for it before
//! ```
//!
//! Peers take turns, a message each, so that whoever asks for much waits for much and nobody else does.

mod ledger;
mod rate;

use super::message::{WantEntry, WantKind};
use cid::Cid;
use ledger::Ledger;
use libp2p::PeerId;
use rate::Rate;
use std::collections::{BTreeMap, VecDeque};

/// Answers that are being read and sent at a time: each of up to 2.5 MiB, so 80 MiB at the very worst.
///
/// As many slow peers as that, and others wait until these have taken what they get or time out.
const ANSWERS_MAX: usize = 32;

/// Entries that one answer may take: want-haves cost a look into the store each.
const ENTRIES_PER_TURN_MAX: usize = 256;

/// What peers are allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Allowance {
	/// Entries of one peer that wait for an answer; more are dropped.
	pub(crate) entries_max: usize,
	/// Entries of one peer that are remembered while the block is not here; more are forgotten.
	pub(crate) remembered_max: usize,
	/// Bytes for all peers together; without limit if there is none.
	pub(crate) bytes_per_sec: Option<u64>,
}

/// Entries of one peer that wait for an answer: as many as one message may hold.
///
/// Some IPFS tools ask for all leaves of a file at once and never again, so what is dropped hangs them:
/// this is a file of 1 GiB. Each costs 200 B, so that is 800 KiB of a peer, which it pays with 200 KiB.
const ENTRIES_MAX: usize = 4_096;

impl Allowance {
	/// What admitted peers get. They may wait for a thousand blocks that come later.
	pub(crate) const ADMITTED: Self =
		Self { entries_max: ENTRIES_MAX, remembered_max: 1_024, bytes_per_sec: None };

	/// What strangers get. They should not wait for what is not here.
	pub(crate) fn strangers(bytes_per_sec: u64) -> Self {
		Self { entries_max: ENTRIES_MAX, remembered_max: 16, bytes_per_sec: Some(bytes_per_sec) }
	}
}

/// What the engine is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event {
	/// A peer is there.
	Connected { peer: PeerId },
	/// A peer is gone.
	Disconnected { peer: PeerId },
	/// A peer wants something; `full` says that it wants nothing else.
	Wanted { peer: PeerId, full: bool, entries: Vec<WantEntry> },
	/// An answer is sent, or failed to be.
	Answered { peer: PeerId, answered: Answered },
	/// A block has come into the store.
	Available { cid: Cid },
	/// Time has passed.
	Tick,
}

/// What became of an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Answered {
	/// Bytes of blocks that were sent.
	pub(crate) bytes: u64,
	/// How many entries were looked up.
	pub(crate) entries: usize,
	/// Entries whose block is not here.
	pub(crate) missing: Vec<WantEntry>,
	/// Entries that did not fit.
	pub(crate) rest: Vec<WantEntry>,
}

/// What the engine wants done: answer the peer as many of the entries as one message holds, and say
/// [`Event::Answered`] then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
	/// Who is answered.
	pub(crate) peer: PeerId,
	/// What it wants.
	pub(crate) entries: Vec<WantEntry>,
}

/// The state of everything that is being served.
#[derive(Debug)]
pub(crate) struct Server {
	allowance: Allowance,
	peers: BTreeMap<PeerId, Ledger>,
	/// Peers whose turn comes, in that order; each once, and none that is being answered.
	turns: VecDeque<PeerId>,
	/// Answers on the way.
	answers: usize,
	rate: Option<Rate>,
}

impl Server {
	/// Serves nobody yet.
	pub(crate) fn new(allowance: Allowance) -> Self {
		Self {
			allowance,
			peers: BTreeMap::new(),
			turns: VecDeque::new(),
			answers: 0,
			rate: allowance.bytes_per_sec.map(Rate::new),
		}
	}

	/// Takes what has happened, and says whom to answer.
	pub(crate) fn step(&mut self, now_ms: u64, event: Event) -> Vec<Answer> {
		if let Some(rate) = &mut self.rate {
			rate.refill(now_ms);
		}
		match event {
			Event::Connected { peer } => {
				self.peers.insert(peer, Ledger::default());
			},
			Event::Disconnected { peer } => self.disconnected(peer),
			Event::Wanted { peer, full, entries } => self.wanted(peer, full, entries),
			Event::Answered { peer, answered } => self.answered(peer, answered),
			Event::Available { cid } => self.available(&cid),
			Event::Tick => {},
		}
		self.take_turns()
	}

	fn disconnected(&mut self, peer: PeerId) {
		self.turns.retain(|waiting| *waiting != peer);
		if let Some(ledger) = self.peers.remove(&peer) {
			self.answers -= usize::from(ledger.is_answered);
		}
	}

	fn wanted(&mut self, peer: PeerId, full: bool, entries: Vec<WantEntry>) {
		let Some(ledger) = self.peers.get_mut(&peer) else { return };
		if full {
			ledger.clear();
		}
		let mut dropped = 0_usize;
		for entry in entries {
			if entry.kind == WantKind::Cancel {
				ledger.cancel(&entry.cid);
			} else if !ledger.queue(entry, self.allowance.entries_max) {
				dropped += 1;
			}
		}
		if 0 < dropped {
			tracing::debug!(target: "r1::net", %peer, dropped, "a peer wants too much at a time");
		}
		self.wait_for_turn(peer);
	}

	fn answered(&mut self, peer: PeerId, answered: Answered) {
		let Some(ledger) = self.peers.get_mut(&peer).filter(|ledger| ledger.is_answered) else {
			return;
		};
		if let Some(rate) = &mut self.rate {
			rate.settle(answered.bytes, answered.entries);
		}
		ledger.is_answered = false;
		self.answers -= 1;
		ledger.settle(answered, self.allowance.remembered_max);
		self.wait_for_turn(peer);
	}

	fn available(&mut self, cid: &Cid) {
		let owed = self.peers.iter_mut().filter_map(|(peer, ledger)| {
			ledger.recall(cid, self.allowance.entries_max).then_some(*peer)
		});
		for peer in owed.collect::<Vec<_>>() {
			self.wait_for_turn(peer);
		}
	}

	/// Puts a peer at the end of those who wait, if it waits for anything and does not stand there.
	fn wait_for_turn(&mut self, peer: PeerId) {
		let waits = self.peers.get(&peer).is_some_and(Ledger::waits);
		if waits && !self.turns.contains(&peer) {
			self.turns.push_back(peer);
		}
	}

	fn take_turns(&mut self) -> Vec<Answer> {
		let mut answers = Vec::new();
		while self.answers < ANSWERS_MAX
			&& self.rate.as_ref().is_none_or(|rate| rate.allows())
			&& let Some(peer) = self.turns.pop_front()
		{
			let Some(ledger) = self.peers.get_mut(&peer) else { continue };
			let entries = ledger.take(ENTRIES_PER_TURN_MAX);
			// All may have been cancelled.
			if entries.is_empty() {
				continue;
			}
			ledger.is_answered = true;
			self.answers += 1;
			if let Some(rate) = &mut self.rate {
				rate.reserve();
			}
			answers.push(Answer { peer, entries });
		}
		answers
	}
}

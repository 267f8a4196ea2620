// SPDX-License-Identifier: Apache-2.0

//! Who breaks the rules of a protocol in which nobody passes on what others said. Gossip judges what
//! it carries itself; both end in one score.

use libp2p::PeerId;
use std::collections::BTreeMap;

/// Time in which half of what was noted is forgotten, in milliseconds.
const HALF_LIFE_MS: f64 = 60_000.0;

/// What is left of a fault, and not worth remembering.
const NEGLIGIBLE: f64 = 0.05;

/// Points that a fault costs, times the square of their number: as an invalid message of gossip does.
const POINTS: f64 = -20.0;

/// What a peer did wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
	/// It sent what no program of the protocol sends. Three within a minute, and it is not listened to.
	Malformed,
	/// It sent what must be refused. Its view of the chain may be older, or its clock wrong: a hundred
	/// such weigh as much as one that is malformed, so that whoever asks once a second is still
	/// listened to.
	Refused,
}

impl Fault {
	fn weight(self) -> f64 {
		match self {
			Self::Malformed => 1.0,
			Self::Refused => 0.01,
		}
	}
}

/// The faults of peers, which fade.
#[derive(Debug)]
pub(crate) struct Faults {
	peers_max: usize,
	peers: BTreeMap<PeerId, Noted>,
}

#[derive(Clone, Copy, Debug)]
struct Noted {
	count: f64,
	at_ms: u64,
}

impl Faults {
	/// Remembers those of at most so many peers; of more, those of whoever comes first.
	pub(crate) fn new(peers_max: usize) -> Self {
		Self { peers_max, peers: BTreeMap::new() }
	}

	/// Notes a fault; returns what it makes of the peer's score.
	pub(crate) fn note(&mut self, peer: PeerId, fault: Fault, now_ms: u64) -> f64 {
		if self.peers.len() == self.peers_max && !self.peers.contains_key(&peer) {
			return 0.0;
		}
		let noted = self.peers.entry(peer).or_insert(Noted { count: 0.0, at_ms: now_ms });
		*noted = Noted { count: noted.left(now_ms) + fault.weight(), at_ms: now_ms };
		score(noted.count)
	}

	/// What faults are worth now, of every peer that has some; those that have faded are worth nothing,
	/// and are not returned again.
	pub(crate) fn scores(&mut self, now_ms: u64) -> Vec<(PeerId, f64)> {
		let mut scores = Vec::with_capacity(self.peers.len());
		self.peers.retain(|peer, noted| {
			let count = noted.left(now_ms);
			let is_kept = NEGLIGIBLE <= count;
			scores.push((*peer, if is_kept { score(count) } else { 0.0 }));
			is_kept
		});
		scores
	}
}

impl Noted {
	fn left(&self, now_ms: u64) -> f64 {
		let elapsed_ms = now_ms.saturating_sub(self.at_ms) as f64;
		self.count * (-elapsed_ms / HALF_LIFE_MS).exp2()
	}
}

fn score(count: f64) -> f64 {
	POINTS * count * count
}

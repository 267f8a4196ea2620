// SPDX-License-Identifier: Apache-2.0

//! A block that is wanted, and what is known of who has it.

use super::{RETRY_MS, SessionId};
use cid::Cid;
use libp2p::PeerId;
use std::collections::{BTreeMap, BTreeSet};

/// A block that is wanted.
#[derive(Debug)]
pub(super) struct Want {
	/// Who wants it; never nobody.
	pub(super) sessions: BTreeSet<SessionId>,
	/// Its place among all wants, the oldest first.
	pub(super) place: u64,
	pub(super) wanted_at_ms: u64,
	/// Everybody who has been told of it, and is connected.
	pub(super) peers: BTreeMap<PeerId, Standing>,
	/// Who is to send it.
	pub(super) asked: Option<PeerId>,
	pub(super) retry_at_ms: u64,
	/// How often everybody has been asked.
	pub(super) rounds: u32,
	pub(super) search: Search,
}

/// What is known of a peer and a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
	/// It has been asked whether it has the block.
	Asked,
	/// It says that it has, or it is likely to.
	Has,
	/// It says that it has not.
	Lacks,
	/// It was to send the block, and did not.
	Stalled,
}

/// How far the search for providers is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Search {
	NotYet,
	/// For providers of this block.
	Running(Cid),
	Over,
}

impl Want {
	pub(super) fn new(session: SessionId, place: u64, now_ms: u64) -> Self {
		Self {
			sessions: BTreeSet::from([session]),
			place,
			wanted_at_ms: now_ms,
			peers: BTreeMap::new(),
			asked: None,
			retry_at_ms: now_ms + RETRY_MS,
			rounds: 1,
			search: Search::NotYet,
		}
	}

	pub(super) fn set(&mut self, peer: PeerId, standing: Standing) {
		self.peers.insert(peer, standing);
	}

	pub(super) fn forget(&mut self, peer: &PeerId) {
		self.peers.remove(peer);
	}

	/// Whether some peer has it, though it may be busy.
	pub(super) fn has_anybody(&self) -> bool {
		self.peers.values().any(|standing| *standing == Standing::Has)
	}

	/// Whether everybody who was asked has said that they have it not.
	pub(super) fn is_denied_by_all(&self) -> bool {
		self.peers.values().all(|standing| *standing == Standing::Lacks)
	}
}

impl Search {
	/// A search is over.
	pub(super) fn over(&mut self, key: &Cid) {
		if *self == Self::Running(*key) {
			*self = Self::Over;
		}
	}
}

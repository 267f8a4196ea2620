// SPDX-License-Identifier: Apache-2.0

//! Wants that belong together, as a file's blocks do: who had one of them most likely has the others.

use super::WANTS_MAX;
use cid::Cid;
use libp2p::PeerId;
use std::collections::{BTreeMap, BTreeSet};

/// Sessions at a time: each with what it knows is below 3 KiB, so all are below 1 MB.
pub(crate) const SESSIONS_MAX: usize = 256;

/// Peers of which a session knows that they are useful. More do not make it faster: with 2 MiB
/// on the way from each, that is as much as may be on the way in all.
const PEERS_PER_SESSION_MAX: usize = 32;

/// Blocks that one session may want, so that a quarter of them leaves room for others.
pub(crate) const WANTS_PER_SESSION_MAX: usize = WANTS_MAX / 4;

/// Names a session.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct SessionId(pub(crate) u64);

/// The session of all blocks that are fetched one by one. It never ends.
pub(crate) const SHARED: SessionId = SessionId(0);

/// Wants that belong together.
#[derive(Debug)]
pub(super) struct Session {
	/// Whose providers are looked for; each block's own if there is none.
	pub(super) root: Option<Cid>,
	/// Peers that had something.
	pub(super) members: BTreeSet<PeerId>,
	pub(super) wants: BTreeSet<Cid>,
	wants_max: usize,
}

/// Begins a session, unless there are too many: then its wants are refused.
pub(super) fn open(sessions: &mut BTreeMap<SessionId, Session>, id: SessionId, root: Cid) {
	if sessions.len() < SESSIONS_MAX {
		let session = Session::new(Some(root), WANTS_PER_SESSION_MAX);
		sessions.entry(id).or_insert(session);
	}
}

impl Session {
	pub(super) fn shared() -> Self {
		Self::new(None, WANTS_MAX)
	}

	fn new(root: Option<Cid>, wants_max: usize) -> Self {
		Self { root, members: BTreeSet::new(), wants: BTreeSet::new(), wants_max }
	}

	/// Whether there is room for a want.
	pub(super) fn may_want(&self, cid: &Cid) -> bool {
		self.wants.len() < self.wants_max || self.wants.contains(cid)
	}

	/// A peer has proven useful.
	pub(super) fn join(&mut self, peer: PeerId) {
		if self.members.len() < PEERS_PER_SESSION_MAX {
			self.members.insert(peer);
		}
	}
}

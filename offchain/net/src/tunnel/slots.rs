// SPDX-License-Identifier: Apache-2.0

//! How many tunnels there may be, to one peer and in all.

use libp2p::PeerId;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Room for tunnels. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
	taken: Arc<Mutex<Taken>>,
	per_peer_max: usize,
	all_max: usize,
}

#[derive(Debug, Default)]
struct Taken {
	by_peer: BTreeMap<PeerId, usize>,
	all: usize,
}

/// Room for one tunnel, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
	slots: Slots,
	peer: PeerId,
}

impl Slots {
	/// Room for so many.
	pub(crate) fn new(per_peer_max: usize, all_max: usize) -> Self {
		Self { taken: Arc::default(), per_peer_max, all_max }
	}

	/// Room for one more to a peer, if there is.
	pub(crate) fn take(&self, peer: PeerId) -> Option<Slot> {
		let mut taken = self.lock();
		let of_peer = taken.by_peer.get(&peer).copied().unwrap_or(0);
		if self.all_max <= taken.all || self.per_peer_max <= of_peer {
			return None;
		}
		taken.all += 1;
		taken.by_peer.insert(peer, of_peer + 1);
		drop(taken);
		Some(Slot { slots: self.clone(), peer })
	}

	fn lock(&self) -> MutexGuard<'_, Taken> {
		// Both counts change together, and nothing between can panic.
		self.taken.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Drop for Slot {
	fn drop(&mut self) {
		let mut taken = self.slots.lock();
		taken.all = taken.all.saturating_sub(1);
		let left = taken.by_peer.get(&self.peer).map_or(0, |count| count.saturating_sub(1));
		match left {
			// A peer that is gone leaves nothing behind.
			0 => drop(taken.by_peer.remove(&self.peer)),
			left => drop(taken.by_peer.insert(self.peer, left)),
		}
	}
}

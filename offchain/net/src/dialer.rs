// SPDX-License-Identifier: Apache-2.0

//! Whom to dial, and when. Pure: no I/O, no clock.

use crate::defaults::{
	ADDRESSES_PER_PEER_MAX, DIALS_PER_TICK_MAX, KNOWN_PEERS_MAX, REDIAL_FIRST_MS, REDIAL_LAST_MS,
	REDIALS_MAX,
};
use libp2p::{Multiaddr, PeerId};
use r1_core::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The peers that we know a way to.
#[derive(Debug)]
pub(crate) struct Dialer {
	known: BTreeMap<PeerId, Known>,
	peers_target: usize,
}

#[derive(Debug)]
struct Known {
	addresses: Vec<Multiaddr>,
	/// Dialled for ever, and also when there are peers enough.
	is_bootstrap: bool,
	failures: u32,
	next_ms: u64,
}

impl Dialer {
	/// Knows the bootstrap peers, which may be dialled at once.
	pub(crate) fn new(
		bootstrap: impl IntoIterator<Item = (PeerId, Multiaddr)>,
		peers_target: usize,
	) -> Self {
		let mut known = BTreeMap::<_, Known>::new();
		for (peer, address) in bootstrap {
			let peer = known.entry(peer).or_insert_with(|| Known::new(true));
			peer.addresses.push(address);
		}
		Self { known, peers_target }
	}

	/// Learns addresses of a peer; the newest replace the oldest.
	pub(crate) fn learn(&mut self, peer: PeerId, addresses: impl IntoIterator<Item = Multiaddr>) {
		if KNOWN_PEERS_MAX <= self.known.len() && !self.known.contains_key(&peer) {
			return;
		}
		let known = self.known.entry(peer).or_insert_with(|| Known::new(false));
		for address in addresses.into_iter().take(ADDRESSES_PER_PEER_MAX) {
			if known.addresses.contains(&address) {
				continue;
			}
			// A configured address is never pushed out.
			if known.addresses.len() < ADDRESSES_PER_PEER_MAX {
				known.addresses.push(address);
			} else if !known.is_bootstrap {
				known.addresses.remove(0);
				known.addresses.push(address);
			}
		}
	}

	/// The peers to dial now, with their addresses. Each counts as failed until a connection to it
	/// has lasted.
	pub(crate) fn due(
		&mut self,
		now_ms: u64,
		rng: &dyn Rng,
		connected: &BTreeSet<PeerId>,
		is_admitted: impl Fn(&PeerId) -> bool,
	) -> Vec<(PeerId, Vec<Multiaddr>)> {
		let wants_more = connected.len() < self.peers_target;
		let mut due = Vec::new();
		for (peer, known) in &mut self.known {
			let is_wanted = known.is_bootstrap || wants_more;
			let can = !connected.contains(peer) && !known.addresses.is_empty();
			if due.len() == DIALS_PER_TICK_MAX {
				break;
			}
			if is_wanted && can && known.next_ms <= now_ms && is_admitted(peer) {
				known.next_ms = now_ms + known.pause_ms(rng);
				known.failures = known.failures.saturating_add(1);
				due.push((*peer, known.addresses.clone()));
			}
		}
		self.known
			.retain(|_, known| known.is_bootstrap || known.failures <= REDIALS_MAX);
		due
	}

	/// The addresses that are known of a peer.
	pub(crate) fn addresses_of(&self, peer: &PeerId) -> Vec<Multiaddr> {
		self.known.get(peer).map(|known| known.addresses.clone()).unwrap_or_default()
	}

	/// A connection to a peer has ended, and how long it lasted.
	///
	/// One that ends soon is as good as a dial that failed: so does whoever does not admit us, but
	/// only after Noise has told it who we are.
	pub(crate) fn disconnected(&mut self, peer: &PeerId, lasted_ms: u64) {
		if REDIAL_LAST_MS <= lasted_ms
			&& let Some(known) = self.known.get_mut(peer)
		{
			known.failures = 0;
			known.next_ms = 0;
		}
	}

	/// The set of admitted peers has changed, here and most likely elsewhere: whoever was refused
	/// may try again at once.
	pub(crate) fn admission_changed(&mut self) {
		for known in self.known.values_mut() {
			known.failures = 0;
			known.next_ms = 0;
		}
	}
}

impl Known {
	fn new(is_bootstrap: bool) -> Self {
		Self { addresses: Vec::new(), is_bootstrap, failures: 0, next_ms: 0 }
	}

	/// Twice as long after each failure, up to a limit; a random half of it, so that peers which
	/// lost each other at the same moment do not dial at the same moment for ever.
	fn pause_ms(&self, rng: &dyn Rng) -> u64 {
		let longest = REDIAL_FIRST_MS
			.saturating_mul(1_u64.checked_shl(self.failures).unwrap_or(u64::MAX))
			.min(REDIAL_LAST_MS);
		longest / 2 + rng.below(longest / 2 + 1)
	}
}

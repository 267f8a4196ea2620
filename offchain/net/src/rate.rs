// SPDX-License-Identifier: Apache-2.0

//! How many requests of one peer are let in.

use libp2p::PeerId;
use std::collections::BTreeMap;

/// A minute, in milliseconds.
const MINUTE_MS: u64 = 60_000;

/// Counts the requests of each peer, minute by minute.
///
/// All peers' minutes begin together, so that nothing has to be kept of a peer that is gone, and a
/// peer that comes again is still counted. On the border of two minutes, a peer gets twice its
/// share at once, which is small enough.
#[derive(Debug)]
pub(crate) struct RateLimit {
	per_minute_max: u32,
	peers_max: usize,
	began_ms: u64,
	counts: BTreeMap<PeerId, u32>,
}

impl RateLimit {
	/// Lets each of at most `peers_max` peers have so many requests a minute.
	pub(crate) fn new(per_minute_max: u32, peers_max: usize) -> Self {
		Self { per_minute_max, peers_max, began_ms: 0, counts: BTreeMap::new() }
	}

	/// Whether a request of a peer is let in; counts it if so.
	pub(crate) fn lets_in(&mut self, peer: PeerId, now_ms: u64) -> bool {
		if MINUTE_MS <= now_ms.saturating_sub(self.began_ms) {
			self.began_ms = now_ms;
			self.counts.clear();
		}
		if self.counts.len() == self.peers_max && !self.counts.contains_key(&peer) {
			return false;
		}
		let count = self.counts.entry(peer).or_default();
		let is_within = *count < self.per_minute_max;
		*count += u32::from(is_within);
		is_within
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Whom to ask, whom next, and when to give up.

use super::{
	Action, Fetcher, RETRY_MS, ROUNDS_MAX, SEARCH_AFTER_MS, SessionId,
	want::{Search, Standing},
};
use crate::bitswap::message::WantKind;
use cid::Cid;
use libp2p::PeerId;

/// Peers of a session that are asked whether they have a block while another is asked for it.
///
/// They stand by in case that one fails, and cost two small messages each.
const STAND_BY_MAX: usize = 3;

/// Bytes that all peers together are asked for at a time: what comes is held in memory until the
/// caller takes it.
const BYTES_IN_FLIGHT_MAX: usize = 64 * 1024 * 1024;

impl Fetcher {
	/// Asks for a block that has just begun to be wanted.
	pub(super) fn begin(&mut self, now_ms: u64, id: SessionId, cid: Cid) {
		let session = self.sessions.get(&id);
		let mut members: Vec<PeerId> = session
			.map(|session| session.members.iter().copied().collect())
			.unwrap_or_default();
		members.retain(|peer| self.is_trusted(now_ms, peer));
		members.sort_by_key(|peer| (self.wait_of(peer), *peer));
		let Some((first, others)) = members.split_first() else {
			return self.ask_all(now_ms, cid);
		};
		// It most likely has it: that saves a round trip, and if it has it not, it says so.
		self.set(cid, *first, Standing::Has);
		for peer in others.iter().take(STAND_BY_MAX) {
			self.ask_have(*peer, cid);
		}
		self.ask_block(now_ms, cid);
	}

	/// Asks the least busy of the peers that have a block for it, if one has room.
	pub(super) fn ask_block(&mut self, now_ms: u64, cid: Cid) {
		let Some(want) = self.wants.get(&cid) else { return };
		if want.asked.is_some() || BYTES_IN_FLIGHT_MAX <= self.bytes_in_flight {
			return;
		}
		let has = want.peers.iter().filter(|(_, standing)| **standing == Standing::Has);
		let with_room = has.map(|(peer, _)| *peer).filter(|peer| {
			let has_room = self.peers.get(peer).is_some_and(|peer| peer.has_room());
			has_room && self.is_trusted(now_ms, peer)
		});
		let chosen = with_room.min_by_key(|peer| (self.wait_of(peer), *peer));
		let Some(chosen) = chosen else { return };
		let (Some(want), Some(peer)) = (self.wants.get_mut(&cid), self.peers.get_mut(&chosen))
		else {
			return;
		};
		want.asked = Some(chosen);
		self.bytes_in_flight += peer.ask(cid, now_ms);
		self.tell(chosen, cid, WantKind::Block);
	}

	/// Asks a peer that has got room for what waits for it, the oldest first.
	pub(super) fn fill(&mut self, now_ms: u64, peer: PeerId) {
		if !self.peers.get(&peer).is_some_and(|peer| peer.has_room()) {
			return;
		}
		let waits = self.wants.iter().filter(|(_, want)| {
			want.asked.is_none() && want.peers.get(&peer) == Some(&Standing::Has)
		});
		let mut waiting: Vec<_> = waits.map(|(cid, want)| (want.place, *cid)).collect();
		waiting.sort_unstable();
		for (_, cid) in waiting {
			if !self.peers.get(&peer).is_some_and(|peer| peer.has_room()) {
				return;
			}
			self.ask_block(now_ms, cid);
		}
	}

	/// Asks a peer whether it has a block.
	pub(super) fn ask_have(&mut self, peer: PeerId, cid: Cid) {
		self.set(cid, peer, Standing::Asked);
		if let Some(peer) = self.peers.get_mut(&peer) {
			peer.asked.begin(cid);
		}
		self.tell(peer, cid, WantKind::Have);
	}

	/// Looks at a want as time passes.
	pub(super) fn retry(&mut self, now_ms: u64, cid: Cid) {
		self.ask_block(now_ms, cid);
		let Some(want) = self.wants.get_mut(&cid) else { return };
		if want.asked.is_some() {
			return;
		}
		if want.has_anybody() {
			// Whoever has it is busy: what it sends is time well spent.
			want.retry_at_ms = want.retry_at_ms.max(now_ms + 1);
		} else if want.retry_at_ms <= now_ms {
			want.retry_at_ms = now_ms + RETRY_MS;
			// Who was not there did not deny it.
			want.rounds += u32::from(!self.peers.is_empty());
			want.peers.clear();
			self.ask_all(now_ms, cid);
		} else if want.wanted_at_ms + SEARCH_AFTER_MS <= now_ms {
			self.ask_all(now_ms, cid);
			self.search(cid);
		}
	}

	/// Widens what is not found among those who were asked, and gives up what nobody has.
	pub(super) fn judge(&mut self, now_ms: u64, cid: Cid) {
		let Some(want) = self.wants.get(&cid) else { return };
		if want.asked.is_some() || want.peers.is_empty() || !want.is_denied_by_all() {
			return;
		}
		self.ask_all(now_ms, cid);
		self.search(cid);
		let Some(want) = self.wants.get(&cid) else { return };
		if ROUNDS_MAX <= want.rounds && want.search == Search::Over && want.is_denied_by_all() {
			self.close(now_ms, &cid, None);
			self.actions.push(Action::Fail { cid });
		}
	}

	/// Asks everybody who has not been asked yet whether they have a block.
	fn ask_all(&mut self, now_ms: u64, cid: Cid) {
		let Some(want) = self.wants.get(&cid) else { return };
		let unasked = self.peers.keys().filter(|peer| {
			!want.peers.contains_key(peer) && !self.distrusted.contains(peer, now_ms)
		});
		for peer in unasked.copied().collect::<Vec<_>>() {
			self.ask_have(peer, cid);
		}
	}

	/// Looks for providers of a want's file, or of the block itself, once.
	fn search(&mut self, cid: Cid) {
		let Some(want) = self.wants.get_mut(&cid) else { return };
		// Without a peer there is nobody who would know.
		if want.search != Search::NotYet || self.peers.is_empty() {
			return;
		}
		let roots = want.sessions.iter().filter_map(|id| self.sessions.get(id)?.root);
		let key = roots.into_iter().next().unwrap_or(cid);
		let is_running = Search::Running(key);
		want.search = is_running.clone();
		// One search serves all wants of a file.
		let running = self.wants.values().filter(|want| want.search == is_running).count();
		if running == 1 {
			self.actions.push(Action::Search { key });
		}
	}

	/// Takes back what a peer was asked for; nothing if it was not.
	pub(super) fn release(&mut self, now_ms: u64, peer: &PeerId, cid: &Cid) {
		if let Some(peer) = self.peers.get_mut(peer) {
			let bytes = peer.release(cid, now_ms);
			self.bytes_in_flight = self.bytes_in_flight.saturating_sub(bytes);
		}
	}

	fn set(&mut self, cid: Cid, peer: PeerId, standing: Standing) {
		if let Some(want) = self.wants.get_mut(&cid) {
			want.set(peer, standing);
		}
	}

	fn is_trusted(&self, now_ms: u64, peer: &PeerId) -> bool {
		self.peers.contains_key(peer) && !self.distrusted.contains(peer, now_ms)
	}

	/// How long one block more would take of a peer, as far as one can tell.
	fn wait_of(&self, peer: &PeerId) -> u64 {
		self.peers.get(peer).map_or(u64::MAX, |peer| peer.wait_ms())
	}
}

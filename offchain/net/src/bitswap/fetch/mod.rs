// SPDX-License-Identifier: Apache-2.0

//! Which block is asked of whom. Pure: no I/O, no clock.
//!
//! ```text
//! Want -> nobody known to be useful:   want-have to all who are connected
//!         somebody is, of the session: want-block to the least busy, want-have to a few others
//! HAVE                    -> want-block, to the least busy of those that have it
//! the block               -> Deliver, and cancel to the others
//! DONT_HAVE of all        -> Search for providers, ask all once more, then Fail
//! nothing for too long    -> cancel, and its whole share to the others
//! bytes nobody asked for  -> Blame, and its whole share to the others
//! ```
//!
//! A block is asked of one peer at a time, so a copy too many comes only from a peer that was given up and
//! answers all the same, or from one that answers "do you have it" with a block because that is small.

mod peer;
mod session;
mod want;
mod choice;

pub(crate) use session::{SESSIONS_MAX, SHARED, SessionId};

use super::message::{Message, Presence, WantEntry, WantKind};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use peer::{Distrusted, Peer};
use session::Session;
use std::collections::BTreeMap;
use want::{Standing, Want};

/// Blocks that are wanted at a time, by all sessions.
///
/// Each costs about 100 B and 70 B for each peer: 1 024 wants of 256 peers are 18 MB.
pub(crate) const WANTS_MAX: usize = 1_024;

/// How often peers that have not helped are asked again: they may have got the block, or have
/// forgotten the question.
pub(crate) const RETRY_MS: u64 = 5_000;

/// Times that all peers must have denied a block before nobody has it: a block that is just being
/// added somewhere is there by the second time.
pub(crate) const ROUNDS_MAX: u32 = 2;

/// How long a block may be sought among a session's own peers before all others are asked too, and
/// providers are looked for: several round trips over half the world.
pub(crate) const SEARCH_AFTER_MS: u64 = 1_000;

/// What the engine is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event {
	/// A session begins; providers of its root are looked for when connected peers lack a block.
	Opened { session: SessionId, root: Cid },
	/// A session ends, and wants nothing any more.
	Ended { session: SessionId },
	/// A session wants a block. Wanting it again changes nothing.
	Want { session: SessionId, cid: Cid },
	/// A session does not want a block any more.
	Unwant { session: SessionId, cid: Cid },
	/// A peer is there.
	Connected { peer: PeerId },
	/// A peer is gone.
	Disconnected { peer: PeerId },
	/// A peer has sent blocks, under the CIDs that they hash to, or said what it has.
	Received { peer: PeerId, blocks: Vec<(Cid, Bytes)>, presences: Vec<(Cid, Presence)> },
	/// A search is over; whoever it found has been dialled.
	Searched { key: Cid },
	/// Time has passed.
	Tick,
}

/// What the engine wants done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Action {
	/// Send a message to a peer.
	Send { peer: PeerId, message: Message },
	/// A block that was wanted has come, and hashes to its CID.
	Deliver { cid: Cid, block: Bytes },
	/// Nobody who can be reached has the block. It is not wanted any more.
	Fail { cid: Cid },
	/// The session, or all of them, want as much as they may.
	Refuse { session: SessionId, cid: Cid },
	/// The peer has sent bytes that it was not asked for.
	Blame { peer: PeerId },
	/// Look for providers, and dial them; then say [`Event::Searched`].
	Search { key: Cid },
	/// A copy too many has come, of so many bytes.
	Wasted { bytes: usize },
}

/// The state of everything that is being fetched.
#[derive(Debug)]
pub(crate) struct Fetcher {
	peers: BTreeMap<PeerId, Peer>,
	distrusted: Distrusted,
	sessions: BTreeMap<SessionId, Session>,
	wants: BTreeMap<Cid, Want>,
	/// Bytes that peers have been asked for, as far as one can tell.
	bytes_in_flight: usize,
	/// Numbers wants in the order in which they came.
	next_place: u64,
	outbox: BTreeMap<PeerId, Message>,
	actions: Vec<Action>,
}

impl Default for Fetcher {
	fn default() -> Self {
		Self {
			peers: BTreeMap::new(),
			distrusted: Distrusted::default(),
			sessions: BTreeMap::from([(SHARED, Session::shared())]),
			wants: BTreeMap::new(),
			bytes_in_flight: 0,
			next_place: 0,
			outbox: BTreeMap::new(),
			actions: Vec::new(),
		}
	}
}

impl Fetcher {
	/// Takes what has happened, and says what to do.
	pub(crate) fn step(&mut self, now_ms: u64, event: Event) -> Vec<Action> {
		match event {
			Event::Opened { session, root } => session::open(&mut self.sessions, session, root),
			Event::Ended { session } => self.ended(now_ms, session),
			Event::Want { session, cid } => self.want(now_ms, session, cid),
			Event::Unwant { session, cid } => self.unwant(now_ms, session, cid),
			Event::Connected { peer } => self.connected(now_ms, peer),
			Event::Disconnected { peer } => self.disconnected(now_ms, peer),
			Event::Received { peer, blocks, presences } => {
				self.received(now_ms, peer, blocks, presences);
			},
			Event::Searched { key } => self.searched(key),
			Event::Tick => self.tick(now_ms),
		}
		// All that one peer is told at a time is one message.
		let sends = std::mem::take(&mut self.outbox).into_iter();
		let sends = sends.map(|(peer, message)| Action::Send { peer, message });
		sends.chain(std::mem::take(&mut self.actions)).collect()
	}

	// # Sessions

	fn ended(&mut self, now_ms: u64, session: SessionId) {
		let Some(ended) = self.sessions.remove(&session) else { return };
		for cid in ended.wants {
			self.leave(now_ms, session, cid);
		}
	}

	fn want(&mut self, now_ms: u64, id: SessionId, cid: Cid) {
		let is_full = WANTS_MAX <= self.wants.len() && !self.wants.contains_key(&cid);
		let session = self.sessions.get_mut(&id).filter(|session| session.may_want(&cid));
		let Some(session) = session.filter(|_| !is_full) else {
			return self.actions.push(Action::Refuse { session: id, cid });
		};
		session.wants.insert(cid);
		if let Some(want) = self.wants.get_mut(&cid) {
			want.sessions.insert(id);
			return;
		}
		self.next_place += 1;
		self.wants.insert(cid, Want::new(id, self.next_place, now_ms));
		self.begin(now_ms, id, cid);
	}

	fn unwant(&mut self, now_ms: u64, id: SessionId, cid: Cid) {
		if let Some(session) = self.sessions.get_mut(&id) {
			session.wants.remove(&cid);
		}
		self.leave(now_ms, id, cid);
	}

	/// A session is not interested any more; if none is, neither are we.
	fn leave(&mut self, now_ms: u64, id: SessionId, cid: Cid) {
		let Some(want) = self.wants.get_mut(&cid) else { return };
		want.sessions.remove(&id);
		if want.sessions.is_empty() {
			self.close(now_ms, &cid, None);
		}
	}

	/// Ends a want and tells everybody who was asked, but for whoever sent the block.
	fn close(&mut self, now_ms: u64, cid: &Cid, sender: Option<PeerId>) -> Option<Want> {
		let want = self.wants.remove(cid)?;
		for id in &want.sessions {
			if let Some(session) = self.sessions.get_mut(id) {
				session.wants.remove(cid);
			}
		}
		for peer in want.peers.keys() {
			self.release(now_ms, peer, cid);
			if Some(*peer) != sender {
				self.tell(*peer, *cid, WantKind::Cancel);
			}
			if let Some(peer) = self.peers.get_mut(peer) {
				peer.asked.end(*cid, now_ms);
			}
		}
		Some(want)
	}

	// # Peers

	fn connected(&mut self, now_ms: u64, peer: PeerId) {
		self.peers.insert(peer, Peer::new(now_ms));
		if self.distrusted.contains(&peer, now_ms) {
			return;
		}
		for cid in self.wants.keys().copied().collect::<Vec<_>>() {
			self.ask_have(peer, cid);
		}
	}

	fn disconnected(&mut self, now_ms: u64, peer: PeerId) {
		self.forsake(now_ms, peer, None);
		if let Some(gone) = self.peers.remove(&peer) {
			self.bytes_in_flight = self.bytes_in_flight.saturating_sub(gone.bytes_in_flight());
		}
		self.outbox.remove(&peer);
	}

	/// Gives what a peer was to send to others.
	///
	/// What stands of it afterwards is `standing`; nothing if it shall not be thought of any more.
	fn forsake(&mut self, now_ms: u64, peer: PeerId, standing: Option<Standing>) {
		for session in self.sessions.values_mut() {
			session.members.remove(&peer);
		}
		let mut lost = Vec::new();
		for (cid, want) in &mut self.wants {
			let was_asked = want.asked == Some(peer);
			match standing {
				Some(standing) if was_asked => want.set(peer, standing),
				Some(_) => {},
				None => want.forget(&peer),
			}
			if was_asked {
				want.asked = None;
				lost.push((want.place, *cid));
			}
		}
		lost.sort_unstable();
		for (_, cid) in lost {
			self.release(now_ms, &peer, &cid);
			if standing.is_some() {
				self.tell(peer, cid, WantKind::Cancel);
			}
			self.ask_block(now_ms, cid);
		}
	}

	// # Answers

	fn received(
		&mut self,
		now_ms: u64,
		peer: PeerId,
		blocks: Vec<(Cid, Bytes)>,
		presences: Vec<(Cid, Presence)>,
	) {
		// The last words of a peer that is gone, which nothing would clean up after.
		if !self.peers.contains_key(&peer) || self.distrusted.contains(&peer, now_ms) {
			return;
		}
		for (cid, block) in blocks {
			if !self.received_block(now_ms, peer, cid, block) {
				self.actions.push(Action::Blame { peer });
				self.distrusted.insert(peer, now_ms);
				return self.forsake(now_ms, peer, None);
			}
		}
		for (cid, presence) in presences {
			self.received_presence(now_ms, peer, cid, presence);
		}
		self.fill(now_ms, peer);
	}

	/// Whether the block was asked for.
	fn received_block(&mut self, now_ms: u64, peer: PeerId, cid: Cid, block: Bytes) -> bool {
		let Some(sender) = self.peers.get_mut(&peer) else { return true };
		if !sender.asked.contains(&cid) {
			return sender.asked.has_forgotten();
		}
		let bytes = block.len();
		sender.received(&cid, bytes, now_ms);
		let Some(want) = self.close(now_ms, &cid, Some(peer)) else {
			self.actions.push(Action::Wasted { bytes });
			return true;
		};
		for id in &want.sessions {
			if let Some(session) = self.sessions.get_mut(id) {
				session.join(peer);
			}
		}
		self.actions.push(Action::Deliver { cid, block });
		true
	}

	fn received_presence(&mut self, now_ms: u64, peer: PeerId, cid: Cid, presence: Presence) {
		let Some(want) = self.wants.get_mut(&cid) else { return };
		// What nobody asked for might be a lie about everything that there is.
		if !want.peers.contains_key(&peer) {
			return;
		}
		match presence {
			Presence::Have => {
				want.set(peer, Standing::Has);
				for id in &want.sessions {
					if let Some(session) = self.sessions.get_mut(id) {
						session.join(peer);
					}
				}
			},
			Presence::DontHave => {
				want.set(peer, Standing::Lacks);
				if want.asked == Some(peer) {
					want.asked = None;
					self.release(now_ms, &peer, &cid);
				}
			},
		}
		self.ask_block(now_ms, cid);
		self.judge(now_ms, cid);
	}

	fn searched(&mut self, key: Cid) {
		for want in self.wants.values_mut() {
			want.search.over(&key);
		}
	}

	// # Time

	fn tick(&mut self, now_ms: u64) {
		let stalled = self.peers.iter_mut().filter_map(|(id, peer)| {
			peer.asked.expire(now_ms);
			peer.gives_up(now_ms).then_some(*id)
		});
		for peer in stalled.collect::<Vec<_>>() {
			self.forsake(now_ms, peer, Some(Standing::Stalled));
		}
		let mut cids: Vec<_> = self.wants.iter().map(|(cid, want)| (want.place, *cid)).collect();
		cids.sort_unstable();
		for (_, cid) in cids {
			self.retry(now_ms, cid);
			self.judge(now_ms, cid);
		}
	}

	/// Puts something that a peer shall be told with what it is told anyway.
	fn tell(&mut self, peer: PeerId, cid: Cid, kind: WantKind) {
		let send_dont_have = kind != WantKind::Cancel;
		let message = self.outbox.entry(peer).or_default();
		message.wants.push(WantEntry { cid, kind, send_dont_have });
	}
}

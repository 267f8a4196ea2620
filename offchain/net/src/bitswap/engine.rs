// SPDX-License-Identifier: Apache-2.0

//! Who is asked for which block, and who is owed an answer. Pure: no I/O, no clock.

use super::message::{Message, Presence, WantEntry, WantKind};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use std::collections::BTreeMap;

/// Blocks that we want at a time.
///
/// Each costs about 100 B and 70 B for each peer: 1 024 wants of 256 peers are 18 MB.
pub(crate) const WANTS_MAX: usize = 1_024;

/// Wants of one peer that are remembered until we have the block; more are answered and forgotten.
pub(crate) const WANTS_PER_PEER_MAX: usize = 1_024;

/// How long a peer that said to have a block may take to send it, before the next one is asked.
///
/// Two seconds carry 2 MiB over 10 Mbit/s.
pub(crate) const BLOCK_WAIT_MS: u64 = 2_000;

/// How often peers that have not helped are asked again: they may have got the block, or have
/// forgotten the question.
pub(crate) const RETRY_MS: u64 = 5_000;

/// What the engine wants done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
	/// Send a message to a peer.
	Send { peer: PeerId, message: Message },
	/// Look the entries up, and answer the peer what there is to answer.
	Serve { peer: PeerId, entries: Vec<WantEntry> },
	/// A block that we wanted has come, and hashes to its CID.
	Deliver { cid: Cid, block: Bytes },
}

/// The state of the exchange with all peers.
#[derive(Debug, Default)]
pub(crate) struct Engine {
	peers: BTreeMap<PeerId, Ledger>,
	wants: BTreeMap<Cid, Want>,
	/// Who sent the last block: a file's next block is most likely there too.
	last_useful: Option<PeerId>,
}

/// What a peer has asked for and not got.
#[derive(Debug, Default)]
struct Ledger {
	wants: BTreeMap<Cid, WantEntry>,
}

/// A block that we want.
#[derive(Debug)]
struct Want {
	peers: BTreeMap<PeerId, Standing>,
	/// Who has been asked for the block itself, and until when it may take.
	asked: Option<(PeerId, u64)>,
	retry_at_ms: u64,
}

/// What we know of a peer and a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
	/// It has been asked whether it has the block.
	Asked,
	/// It says that it has, or it is likely to.
	Has,
	/// It says that it has not, or did not send it in time.
	Failed,
}

impl Engine {
	/// Starts to want a block, unless there are [`WANTS_MAX`] already; `None` says so.
	///
	/// Wanting it again changes nothing.
	pub(crate) fn want(&mut self, now_ms: u64, cid: Cid) -> Option<Vec<Effect>> {
		if self.wants.contains_key(&cid) {
			return Some(Vec::new());
		}
		if self.wants.len() == WANTS_MAX {
			return None;
		}
		let mut want = Want { peers: BTreeMap::new(), asked: None, retry_at_ms: now_ms + RETRY_MS };
		let mut effects = Vec::new();
		for peer in self.peers.keys() {
			if Some(*peer) == self.last_useful {
				// Saves a round trip; a peer that has it not says so.
				want.peers.insert(*peer, Standing::Has);
			} else {
				want.peers.insert(*peer, Standing::Asked);
				effects.push(send(*peer, Message::want(cid, WantKind::Have)));
			}
		}
		effects.extend(want.ask(now_ms, cid, self.last_useful));
		self.wants.insert(cid, want);
		Some(effects)
	}

	/// Stops wanting a block.
	pub(crate) fn unwant(&mut self, cid: &Cid) -> Vec<Effect> {
		let Some(want) = self.wants.remove(cid) else { return Vec::new() };
		want.peers.into_keys().map(|peer| cancel(peer, *cid)).collect()
	}

	/// A peer has connected: it is asked for everything that we want.
	pub(crate) fn connected(&mut self, peer: PeerId) -> Vec<Effect> {
		self.peers.entry(peer).or_default();
		let mut message = Message::default();
		for (cid, want) in &mut self.wants {
			want.peers.insert(peer, Standing::Asked);
			message.wants.extend(Message::want(*cid, WantKind::Have).wants);
		}
		if message.is_empty() { Vec::new() } else { vec![send(peer, message)] }
	}

	/// A peer is gone: others are asked for what it was to send.
	pub(crate) fn disconnected(&mut self, now_ms: u64, peer: PeerId) -> Vec<Effect> {
		self.peers.remove(&peer);
		if self.last_useful == Some(peer) {
			self.last_useful = None;
		}
		let mut effects = Vec::new();
		for (cid, want) in &mut self.wants {
			want.peers.remove(&peer);
			if want.asked.is_some_and(|(asked, _)| asked == peer) {
				effects.extend(want.ask(now_ms, *cid, self.last_useful));
			}
		}
		effects
	}

	/// A message has come from a peer.
	pub(crate) fn received(&mut self, now_ms: u64, peer: PeerId, message: Message) -> Vec<Effect> {
		// The last words of a peer that is gone, which nothing would clean up after.
		if !self.peers.contains_key(&peer) {
			return Vec::new();
		}
		let mut effects = Vec::new();
		for (cid, block) in message.blocks {
			effects.extend(self.received_block(peer, cid, block));
		}
		for (cid, presence) in message.presences {
			effects.extend(self.received_presence(now_ms, peer, cid, presence));
		}
		effects.extend(self.received_wants(peer, message.full, message.wants));
		effects
	}

	/// A block has come into the local store: whoever asked for it before is answered.
	pub(crate) fn available(&self, cid: &Cid) -> Vec<Effect> {
		self.peers
			.iter()
			.filter_map(|(peer, ledger)| Some((*peer, *ledger.wants.get(cid)?)))
			.map(|(peer, entry)| Effect::Serve { peer, entries: vec![entry] })
			.collect()
	}

	/// A peer has got what it asked of these blocks.
	pub(crate) fn served(&mut self, peer: PeerId, cids: &[Cid]) {
		if let Some(ledger) = self.peers.get_mut(&peer) {
			ledger.wants.retain(|cid, _| !cids.contains(cid));
		}
	}

	/// Time has passed: peers that kept us waiting are given up, and asked again later.
	pub(crate) fn tick(&mut self, now_ms: u64) -> Vec<Effect> {
		let mut effects = Vec::new();
		for (cid, want) in &mut self.wants {
			if let Some((peer, until_ms)) = want.asked
				&& until_ms <= now_ms
			{
				want.peers.insert(peer, Standing::Failed);
				effects.push(cancel(peer, *cid));
				effects.extend(want.ask(now_ms, *cid, None));
			}
			if want.asked.is_none() && want.retry_at_ms <= now_ms {
				want.retry_at_ms = now_ms + RETRY_MS;
				for (peer, standing) in &mut want.peers {
					*standing = Standing::Asked;
					effects.push(send(*peer, Message::want(*cid, WantKind::Have)));
				}
			}
		}
		effects
	}

	fn received_block(&mut self, peer: PeerId, cid: Cid, block: Bytes) -> Vec<Effect> {
		// A block that nobody wants, any more or at all, is dropped: it costs only its sender.
		let Some(want) = self.wants.remove(&cid) else { return Vec::new() };
		self.last_useful = Some(peer);
		let others = want.peers.into_keys().filter(|other| *other != peer);
		let mut effects: Vec<_> = others.map(|other| cancel(other, cid)).collect();
		effects.push(Effect::Deliver { cid, block });
		effects
	}

	fn received_presence(
		&mut self,
		now_ms: u64,
		peer: PeerId,
		cid: Cid,
		presence: Presence,
	) -> Option<Effect> {
		let want = self.wants.get_mut(&cid)?;
		let is_asked = want.asked.is_some_and(|(asked, _)| asked == peer);
		match presence {
			Presence::Have => {
				want.peers.insert(peer, Standing::Has);
				if want.asked.is_some() {
					return None;
				}
			},
			Presence::DontHave => {
				want.peers.insert(peer, Standing::Failed);
				if !is_asked {
					return None;
				}
			},
		}
		want.ask(now_ms, cid, self.last_useful)
	}

	fn received_wants(
		&mut self,
		peer: PeerId,
		full: bool,
		entries: Vec<WantEntry>,
	) -> Option<Effect> {
		let ledger = self.peers.get_mut(&peer)?;
		if full {
			ledger.wants.clear();
		}
		let mut to_serve = Vec::new();
		for entry in entries {
			if entry.kind == WantKind::Cancel {
				ledger.wants.remove(&entry.cid);
				continue;
			}
			if ledger.wants.len() < WANTS_PER_PEER_MAX || ledger.wants.contains_key(&entry.cid) {
				ledger.wants.insert(entry.cid, entry);
			}
			to_serve.push(entry);
		}
		(!to_serve.is_empty()).then_some(Effect::Serve { peer, entries: to_serve })
	}
}

impl Want {
	/// Asks one of the peers that have the block, the preferred one first.
	fn ask(&mut self, now_ms: u64, cid: Cid, preferred: Option<PeerId>) -> Option<Effect> {
		let has = |peer: &PeerId| self.peers.get(peer) == Some(&Standing::Has);
		let peer = preferred.filter(has).or_else(|| self.peers.keys().copied().find(has));
		self.asked = peer.map(|peer| (peer, now_ms + BLOCK_WAIT_MS));
		peer.map(|peer| send(peer, Message::want(cid, WantKind::Block)))
	}
}

fn send(peer: PeerId, message: Message) -> Effect {
	Effect::Send { peer, message }
}

fn cancel(peer: PeerId, cid: Cid) -> Effect {
	let entry = WantEntry { cid, kind: WantKind::Cancel, send_dont_have: false };
	send(peer, Message { wants: vec![entry], ..Message::default() })
}

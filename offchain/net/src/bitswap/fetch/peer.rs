// SPDX-License-Identifier: Apache-2.0

//! What is asked of a peer, how fast it answers, and what it may still send.

use cid::Cid;
use libp2p::PeerId;
use std::collections::{BTreeMap, VecDeque};

/// Blocks that one peer is asked for at a time, however small they are: what is lost when it stalls.
pub(crate) const WANTS_PER_PEER_MAX: usize = 32;

/// Bytes that one peer is asked for at a time, by the size of the blocks that it has sent: what fills
/// 250 Mbit/s over 64 ms.
///
/// Helia 7 answers all that it is asked for in one message, and loses large ones: of 4 MiB every
/// one, of 3 MiB some.
const BYTES_PER_PEER_MAX: usize = 2 * 1024 * 1024;

/// Bytes that a block is taken for before one has come: the default chunk of IPFS tools.
const BLOCK_BYTES_FIRST: usize = 256 * 1024;

/// How long a peer may send nothing of what it is asked for, before others are asked.
///
/// A message has up to 2.5 MiB, which are 2 s over 10 Mbit/s; twice that is for who serves others too.
pub(crate) const STALL_MS: u64 = 4_000;

/// How long what was asked and is not wanted any more may still come without blame: what waits in a
/// peer's queues over a slow line.
const LATE_MS: u64 = 120_000;

/// Questions that are remembered of one peer: 1 MB. Beyond that, nothing is held against it.
const ASKED_MAX: usize = 16_384;

/// How long a peer that sent wrong bytes is neither asked nor listened to.
pub(crate) const DISTRUST_MS: u64 = 600_000;

/// Distrusted peers that are remembered; of more, the latest are.
const DISTRUSTED_MAX: usize = 1_024;

/// How long a block takes of a peer of which nothing is known yet.
const WAIT_FIRST_MS: u64 = 100;

/// A connected peer.
#[derive(Debug)]
pub(super) struct Peer {
	pub(super) asked: Asked,
	/// What it is to send, and for how many bytes each was counted.
	in_flight: BTreeMap<Cid, usize>,
	bytes_in_flight: usize,
	/// When it last sent a block, or had nothing to send.
	progress_at_ms: u64,
	/// What blocks have taken, the latest weighing most.
	block_ms: u64,
	block_bytes: usize,
	/// Whether it has kept us waiting and sent nothing since.
	is_slow: bool,
}

impl Peer {
	pub(super) fn new(now_ms: u64) -> Self {
		Self {
			asked: Asked::default(),
			in_flight: BTreeMap::new(),
			bytes_in_flight: 0,
			progress_at_ms: now_ms,
			block_ms: WAIT_FIRST_MS,
			block_bytes: BLOCK_BYTES_FIRST,
			is_slow: false,
		}
	}

	pub(super) fn bytes_in_flight(&self) -> usize {
		self.bytes_in_flight
	}

	/// Whether it may be asked for another block.
	pub(super) fn has_room(&self) -> bool {
		let wants_max = if self.is_slow { 1 } else { WANTS_PER_PEER_MAX };
		self.in_flight.len() < wants_max && self.bytes_in_flight < BYTES_PER_PEER_MAX
	}

	/// How long another block would take.
	pub(super) fn wait_ms(&self) -> u64 {
		let blocks = self.in_flight.len() as u64 + 1;
		let slowness = if self.is_slow { STALL_MS } else { 0 };
		blocks.saturating_mul(self.block_ms).saturating_add(slowness)
	}

	/// Notes that it is asked for a block; returns how many bytes that counts for.
	pub(super) fn ask(&mut self, cid: Cid, now_ms: u64) -> usize {
		if self.in_flight.is_empty() {
			self.progress_at_ms = now_ms;
		}
		self.asked.begin(cid);
		let bytes = self.block_bytes;
		self.in_flight.insert(cid, bytes);
		self.bytes_in_flight += bytes;
		bytes
	}

	/// Notes that it need not send a block any more; returns how many bytes that counted for.
	pub(super) fn release(&mut self, cid: &Cid, now_ms: u64) -> usize {
		let Some(bytes) = self.in_flight.remove(cid) else { return 0 };
		self.bytes_in_flight = self.bytes_in_flight.saturating_sub(bytes);
		if self.in_flight.is_empty() {
			self.progress_at_ms = now_ms;
		}
		bytes
	}

	/// A block that was asked for has come.
	pub(super) fn received(&mut self, cid: &Cid, bytes: usize, now_ms: u64) {
		self.is_slow = false;
		if self.in_flight.contains_key(cid) {
			let took_ms = now_ms.saturating_sub(self.progress_at_ms).max(1);
			self.block_ms = (self.block_ms * 7 + took_ms).div_ceil(8);
			self.block_bytes = (self.block_bytes * 7 + bytes).div_ceil(8);
		}
		self.progress_at_ms = now_ms;
	}

	/// Whether it has kept us waiting for too long; notes it then.
	pub(super) fn gives_up(&mut self, now_ms: u64) -> bool {
		let has_stalled =
			!self.in_flight.is_empty() && STALL_MS <= now_ms.saturating_sub(self.progress_at_ms);
		self.is_slow |= has_stalled;
		has_stalled
	}
}

/// What a peer was asked, and so may send.
#[derive(Debug, Default)]
pub(super) struct Asked {
	/// Until when; without end while the block is wanted.
	until_ms: BTreeMap<Cid, Option<u64>>,
	ending: VecDeque<(u64, Cid)>,
	has_forgotten: bool,
}

impl Asked {
	pub(super) fn begin(&mut self, cid: Cid) {
		if ASKED_MAX <= self.until_ms.len() {
			self.has_forgotten = true;
		} else {
			self.until_ms.insert(cid, None);
		}
	}

	/// The block is not wanted any more, but may be on its way.
	pub(super) fn end(&mut self, cid: Cid, now_ms: u64) {
		if let Some(until_ms) = self.until_ms.get_mut(&cid) {
			*until_ms = Some(now_ms + LATE_MS);
			self.ending.push_back((now_ms + LATE_MS, cid));
		}
	}

	pub(super) fn expire(&mut self, now_ms: u64) {
		while let Some((until_ms, cid)) =
			self.ending.pop_front_if(|(until_ms, _)| *until_ms <= now_ms)
		{
			// It may have been asked again since.
			if self.until_ms.get(&cid) == Some(&Some(until_ms)) {
				self.until_ms.remove(&cid);
			}
		}
		self.has_forgotten &= !self.until_ms.is_empty();
	}

	pub(super) fn contains(&self, cid: &Cid) -> bool {
		self.until_ms.contains_key(cid)
	}

	/// Whether there was too much to remember, so that what is not known may be right.
	pub(super) fn has_forgotten(&self) -> bool {
		self.has_forgotten
	}
}

/// Peers that sent wrong bytes.
#[derive(Debug, Default)]
pub(super) struct Distrusted {
	until_ms: BTreeMap<PeerId, u64>,
}

impl Distrusted {
	pub(super) fn insert(&mut self, peer: PeerId, now_ms: u64) {
		self.until_ms.retain(|_, until_ms| now_ms < *until_ms);
		if DISTRUSTED_MAX <= self.until_ms.len()
			&& let Some(oldest) = self.until_ms.iter().min_by_key(|(_, until_ms)| **until_ms)
		{
			let oldest = *oldest.0;
			self.until_ms.remove(&oldest);
		}
		self.until_ms.insert(peer, now_ms + DISTRUST_MS);
	}

	pub(super) fn contains(&self, peer: &PeerId, now_ms: u64) -> bool {
		self.until_ms.get(peer).is_some_and(|until_ms| now_ms < *until_ms)
	}
}

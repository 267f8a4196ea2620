// SPDX-License-Identifier: Apache-2.0

//! Removing what nobody keeps.
//!
//! ```text
//! mark:  pins and roots in flight ──walk──> marks          a filter: it may keep too much, never too little
//! sweep: each directory: [ look for new roots ] -> remove what has no mark and is not in flight
//!             ^                  │ some: mark them first
//!             └──────────────────┘ under the lock that adds, gets and pins take
//! ```
//!
//! A root that is protected or pinned while a collection runs is marked before another block is
//! removed. So what was here when somebody began to rely on it stays here.

use super::{DiskBlockStore, PinKind};
use crate::walk::{Walk, WalkError};
use cid::Cid;
use r1_core::{BlockStore as _, BlockStoreError};
use std::{io, path::Path};

/// Bits of the marks for each block: with seven of them set for each mark, one of a hundred blocks
/// that nobody keeps is kept by chance.
const BITS_PER_BLOCK: usize = 10;
const BITS_PER_MARK: usize = 7;

/// Fewest bits of the marks, for a store with few blocks.
const BITS_MIN: usize = 8 * 1024;

/// What a collection did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Collected {
	/// Blocks that were removed.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Blocks that stayed.
	pub blocks_kept: u64,
}

impl DiskBlockStore {
	/// Removes the blocks that are neither pinned nor in flight.
	///
	/// Adds, gets and pins go on meanwhile. Nothing is synced: after a crash of the machine, some of
	/// what was removed may be there again, and goes in a later collection. Memory: ten bits for each block of the store, and what a
	/// walk of the largest pin takes. One of a hundred blocks that nobody keeps may stay until a
	/// later time.
	///
	/// # Errors
	///
	/// A collection runs already, a pin is not complete, or the disk failed. What was removed by then
	/// was kept by nobody.
	pub fn collect(&self) -> Result<Collected, CollectError> {
		if !self.state().in_flight.begin_collection() {
			return Err(CollectError::Busy);
		}
		let collected = self.mark_and_sweep();
		self.state().in_flight.end_collection();
		collected
	}

	fn mark_and_sweep(&self) -> Result<Collected, CollectError> {
		let (blocks, pins) = {
			let state = self.state();
			let pins: Vec<(Cid, PinKind)> =
				state.pins.values().map(|pin| (pin.cid, pin.kind)).collect();
			(state.usage.blocks, pins)
		};
		let mut marks = Marks::for_blocks(blocks);
		for (cid, kind) in pins {
			marks.insert(&cid);
			if kind == PinKind::Recursive {
				self.mark(&mut marks, cid, Missing::IsError)?;
			}
		}
		let mut collected = Collected::default();
		let shards = self.disk.list(&self.layout.blocks).map_err(disk_error)?;
		for (shard, _) in shards {
			self.sweep(&mut marks, &self.layout.blocks.join(shard), &mut collected)?;
		}
		Ok(collected)
	}

	/// Marks a root and all below it that is here.
	fn mark(&self, marks: &mut Marks, root: Cid, missing: Missing) -> Result<(), CollectError> {
		let mut walk = match (Walk::new(&root), missing) {
			(Ok(walk), _) => walk,
			(Err(source), Missing::IsError) => return Err(CollectError::Walk { root, source }),
			(Err(_), Missing::IsFine) => return Ok(()),
		};
		while let Some(cid) = walk.next() {
			marks.insert(&cid);
			if !Walk::is_node(&cid) {
				continue;
			}
			let block = match (self.get(&cid), missing) {
				(Ok(Some(block)), _) => block,
				(Ok(None) | Err(BlockStoreError::Check(_)), Missing::IsFine) => continue,
				(Ok(None), Missing::IsError) => {
					return Err(CollectError::Incomplete { root, missing: cid });
				},
				(Err(source), _) => return Err(CollectError::Block { root, source }),
			};
			match (walk.enter(&cid, &block), missing) {
				(Ok(()), _) | (Err(_), Missing::IsFine) => {},
				(Err(source), Missing::IsError) => {
					return Err(CollectError::Walk { root, source });
				},
			}
		}
		Ok(())
	}

	/// Removes what has no mark from one directory.
	fn sweep(
		&self,
		marks: &mut Marks,
		shard: &Path,
		collected: &mut Collected,
	) -> Result<(), CollectError> {
		let blocks = self.disk.list(shard).map_err(disk_error)?;
		// What is named otherwise was not put here by the store.
		let blocks = blocks
			.into_iter()
			.filter_map(|(name, bytes)| Some((name.parse::<Cid>().ok()?, bytes)));
		let (kept, mut unmarked): (Vec<_>, Vec<_>) =
			blocks.partition(|(cid, _)| marks.contains(cid));
		collected.blocks_kept += kept.len() as u64;
		if unmarked.is_empty() {
			return Ok(());
		}
		loop {
			let mut state = self.state();
			let news = state.in_flight.take_news();
			if news.is_empty() {
				let before = unmarked.len();
				unmarked.retain(|(cid, _)| !state.in_flight.holds(cid) && !marks.contains(cid));
				collected.blocks_kept += (before - unmarked.len()) as u64;
				for (cid, bytes) in unmarked {
					let (_, place) = self.layout.place(&cid);
					if self.disk.remove(&place).map_err(disk_error)? {
						state.usage.remove(bytes);
						collected.blocks += 1;
						collected.bytes += bytes;
					}
				}
				break;
			}
			drop(state);
			for root in news {
				self.mark(marks, root, Missing::IsFine)?;
			}
		}
		Ok(())
	}
}

/// What a block means that is not here.
#[derive(Clone, Copy)]
enum Missing {
	/// Nobody knows what is below it, so nothing may be removed.
	IsError,
	/// It is on its way.
	IsFine,
}

/// A set of CIDs that may say of others that they are in it (a Bloom filter).
struct Marks {
	bits: Vec<u64>,
}

impl Marks {
	fn for_blocks(blocks: usize) -> Self {
		let bits = blocks.saturating_mul(BITS_PER_BLOCK).max(BITS_MIN);
		Self { bits: vec![0; bits.div_ceil(64)] }
	}

	fn insert(&mut self, cid: &Cid) {
		for (word, bit) in self.places(cid) {
			self.bits[word] |= bit;
		}
	}

	fn contains(&self, cid: &Cid) -> bool {
		self.places(cid).into_iter().all(|(word, bit)| self.bits[word] & bit != 0)
	}

	/// Where the bits of a CID are. Its digest is a hash, so parts of it are as good as other hashes.
	fn places(&self, cid: &Cid) -> [(usize, u64); BITS_PER_MARK] {
		let digest = cid.hash().digest();
		let part = |at: usize| {
			let bytes = digest.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
			bytes.map_or(0, u64::from_le_bytes)
		};
		let (start, step) = (part(0), part(8) | 1);
		std::array::from_fn(|number| {
			let hash = start.wrapping_add(step.wrapping_mul(number as u64));
			// A remainder of the number of bits, which fits.
			let place = (hash % (self.bits.len() as u64 * 64)) as usize;
			(place / 64, 1 << (place % 64))
		})
	}
}

fn disk_error(source: io::Error) -> CollectError {
	CollectError::Disk { source }
}

/// Why a collection ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
	/// One is running.
	#[error("blocks are being collected already")]
	Busy,
	/// A pinned block is not here, so nobody knows what is below it.
	#[error("block {missing} of pin {root} is missing: fetch it again, or unpin it")]
	Incomplete {
		/// What is pinned.
		root: Cid,
		/// The block.
		missing: Cid,
	},
	/// A pinned block could not be read.
	#[error("could not read what pin {root} keeps")]
	Block {
		/// What is pinned.
		root: Cid,
		/// Why.
		source: BlockStoreError,
	},
	/// What is pinned cannot be walked.
	#[error("could not walk what pin {root} keeps")]
	Walk {
		/// What is pinned.
		root: Cid,
		/// Why.
		source: WalkError,
	},
	/// The disk failed.
	#[error("could not remove blocks")]
	Disk {
		/// What the system said.
		source: io::Error,
	},
}

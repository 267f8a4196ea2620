// SPDX-License-Identifier: Apache-2.0

//! Blocks on a disk, one file each, and what is pinned of them.
//!
//! ```text
//! <root>/blocks/<last two characters of the CID>/<CID>
//! <root>/pins/<CID>.<holder>
//! <root>/new/<number>                                  being written
//! <root>/lock                                          whose process it is
//! ```
//!
//! Everything is written beside its place, synced, and renamed into it; the directory is synced then.
//! So after a crash a block or a pin is whole or absent, and what was acknowledged is there.

mod port;
mod in_flight;
mod staging;
mod pins;
mod collect;
mod scrub;

pub use collect::{CollectError, Collected};
pub use in_flight::Protection;
pub use pins::{HOLDER_BYTES_MAX, Holder, PIN_NAME_BYTES_MAX, Pin, PinAs, PinError, PinKind};
pub use scrub::{ScrubError, Scrubbed};

pub(crate) use port::{Disk, MachineDisk};
pub(crate) use staging::Staging;

use bytes::Bytes;
use cid::Cid;
use in_flight::InFlight;
use pins::Pins;
use port::Layout;
use r1_core::{BlockCheckError, BlockStore, BlockStoreError, check_block, limits::BLOCK_BYTES_MAX};
use std::{
	collections::HashMap,
	fs::File,
	io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A store of blocks in a directory.
#[derive(Debug)]
pub struct DiskBlockStore {
	disk: Arc<dyn Disk>,
	layout: Layout,
	bytes_max: u64,
	state: Mutex<State>,
	/// Held while a pin is written: they come one after another.
	pin_writes: Mutex<()>,
	damaged_pins: Vec<PathBuf>,
	/// Held as long as the store is open.
	_lock: Option<File>,
}

/// What is known of the disk without looking.
#[derive(Debug, Default)]
struct State {
	usage: Usage,
	/// Number of the next file that is written beside its place.
	writes: u64,
	/// Directories with blocks in place that are not synced yet, and how many.
	unsynced: HashMap<PathBuf, usize>,
	pins: Pins,
	in_flight: InFlight,
}

#[derive(Clone, Copy, Debug, Default)]
struct Usage {
	blocks: usize,
	bytes: u64,
	/// Bytes of blocks that are on their way to their places.
	reserved: u64,
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StoreStatistics {
	/// Blocks in place.
	pub blocks: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Bytes of blocks that there is room for in all.
	pub bytes_max: u64,
	/// Pins, direct and recursive.
	pub pins: usize,
	/// Roots and blocks that are in flight.
	pub in_flight: usize,
}

impl DiskBlockStore {
	/// Opens a store, or makes it; removes what an interrupted write left.
	///
	/// Takes at most `bytes_max` bytes of blocks. Looks at each file once, without reading it.
	///
	/// # Errors
	///
	/// Another process uses the directory, or it cannot be made, read or cleaned.
	pub fn open(root: &Path, bytes_max: u64) -> Result<Self, DiskError> {
		Self::open_on(Arc::new(MachineDisk), root, bytes_max)
	}

	/// The same, on any disk.
	pub(crate) fn open_on(
		disk: Arc<dyn Disk>,
		root: &Path,
		bytes_max: u64,
	) -> Result<Self, DiskError> {
		let failed = |source| DiskError { path: root.into(), source };
		let layout = Layout::new(root);
		let lock = prepare(disk.as_ref(), &layout).map_err(failed)?;
		let mut store = Self {
			disk,
			layout,
			bytes_max,
			state: Mutex::default(),
			pin_writes: Mutex::default(),
			damaged_pins: Vec::new(),
			_lock: lock,
		};
		let usage = store.count().map_err(failed)?;
		let (pins, damaged) = store.load_pins().map_err(failed)?;
		store.state = Mutex::new(State { usage, pins, ..State::default() });
		store.damaged_pins = damaged;
		Ok(store)
	}

	/// Bytes of all blocks kept.
	#[must_use]
	pub fn bytes(&self) -> u64 {
		self.state().usage.bytes
	}

	/// What the store holds.
	#[must_use]
	pub fn statistics(&self) -> StoreStatistics {
		let state = self.state();
		StoreStatistics {
			blocks: state.usage.blocks,
			bytes: state.usage.bytes,
			bytes_max: self.bytes_max,
			pins: state.pins.len(),
			in_flight: state.in_flight.len(),
		}
	}

	/// Keeps a root and all below it from being collected, as far as it is here or comes.
	#[must_use = "what it protects is protected until it is dropped"]
	pub fn protect(self: &Arc<Self>, root: Cid) -> Protection {
		let mut protection = Protection::new(Arc::clone(self));
		protection.add_root(root);
		protection
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// What is counted is right between any two statements that may panic.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn pin_writes(&self) -> MutexGuard<'_, ()> {
		self.pin_writes.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// A path beside all places, which nobody else writes.
	fn temporary(&self) -> PathBuf {
		let mut state = self.state();
		state.writes = state.writes.wrapping_add(1);
		self.layout.new.join(state.writes.to_string())
	}

	/// Room for a block, and where to write it.
	fn reserve(&self, cid: Cid, bytes: u64) -> Result<PathBuf, BlockStoreError> {
		{
			let mut state = self.state();
			let taken = state.usage.bytes.saturating_add(state.usage.reserved);
			if self.bytes_max < taken.saturating_add(bytes) {
				return Err(BlockStoreError::Full { cid });
			}
			state.usage.reserved += bytes;
		}
		Ok(self.temporary())
	}

	/// Gives back what was reserved.
	fn release(&self, bytes: u64) {
		let mut state = self.state();
		state.usage.reserved = state.usage.reserved.saturating_sub(bytes);
	}

	/// Length of a block; `None` if it is not here.
	fn length(&self, cid: &Cid) -> Result<Option<u64>, BlockStoreError> {
		let (_, place) = self.layout.place(cid);
		self.disk.length(&place).map_err(io_error("look for", *cid))
	}

	/// Makes the directories that are not there yet.
	fn make_shards<'a>(&self, shards: impl Iterator<Item = &'a Path>) -> io::Result<()> {
		let mut is_any_new = false;
		for shard in shards {
			if self.disk.length(shard)?.is_none() {
				self.disk.create_directories(shard)?;
				is_any_new = true;
			}
		}
		match is_any_new {
			true => self.disk.sync_directory(&self.layout.blocks),
			false => Ok(()),
		}
	}

	/// Moves a synced block to its place.
	fn place(&self, temporary: &Path, shard: &Path, place: &Path, bytes: u64) -> io::Result<()> {
		let mut state = self.state();
		let replaced = self.disk.length(place)?;
		*state.unsynced.entry(shard.to_owned()).or_default() += 1;
		self.disk.rename(temporary, place)?;
		match replaced {
			Some(replaced) => state.usage.bytes = state.usage.bytes.saturating_sub(replaced),
			None => state.usage.blocks += 1,
		}
		state.usage.bytes = state.usage.bytes.saturating_add(bytes);
		Ok(())
	}

	/// Notes that some blocks of a directory that were put in place are synced now.
	fn note_synced(&self, shard: &Path, blocks: usize) {
		let mut state = self.state();
		match state.unsynced.get_mut(shard) {
			Some(unsynced) if blocks < *unsynced => *unsynced -= blocks,
			_ => drop(state.unsynced.remove(shard)),
		}
	}

	/// Removes a block that is damaged; whether it still was. Nobody can put it meanwhile.
	fn remove_damaged(&self, cid: &Cid) -> Result<bool, BlockStoreError> {
		let failed = io_error("remove damaged", *cid);
		let mut state = self.state();
		let (_, place) = self.layout.place(cid);
		let kept = self.disk.read(&place, BLOCK_BYTES_MAX as u64 + 1);
		let Some(kept) = kept.map_err(io_error("read", *cid))? else { return Ok(false) };
		if check_block(cid, &kept).is_ok() {
			return Ok(false);
		}
		self.disk.remove(&place).map_err(failed)?;
		// Nobody knows how long the file was when it was counted. Damage is rare: count again.
		let counted = self.count().map_err(io_error("count what is left after", *cid))?;
		state.usage = Usage { reserved: state.usage.reserved, ..counted };
		Ok(true)
	}

	/// Counts blocks by the sizes of their files.
	fn count(&self) -> io::Result<Usage> {
		let mut usage = Usage::default();
		for (shard, _) in self.disk.list(&self.layout.blocks)? {
			for (_, bytes) in self.disk.list(&self.layout.blocks.join(shard))? {
				usage.blocks += 1;
				usage.bytes = usage.bytes.saturating_add(bytes);
			}
		}
		Ok(usage)
	}

	/// Keeps one block, and waits until it is on the disk.
	fn put_durably(&self, cid: &Cid, block: &[u8]) -> Result<(), BlockStoreError> {
		let (shard, place) = self.layout.place(cid);
		let kept = self.disk.read(&place, block.len() as u64 + 1);
		if kept.map_err(io_error("read", *cid))?.is_some_and(|kept| kept == block) {
			let is_unsynced = self.state().unsynced.contains_key(&shard);
			return match is_unsynced {
				true => self.disk.sync_directory(&shard).map_err(io_error("sync", *cid)),
				false => Ok(()),
			};
		}
		let bytes = block.len() as u64;
		let temporary = self.reserve(*cid, bytes)?;
		let written = self
			.disk
			.write_new(&temporary, block)
			.and_then(|()| self.disk.sync_files(&[&temporary]))
			.and_then(|()| self.make_shards([shard.as_path()].into_iter()))
			.and_then(|()| self.place(&temporary, &shard, &place, bytes))
			.and_then(|()| self.disk.sync_directory(&shard));
		self.release(bytes);
		if let Err(error) = written {
			// What is left beside is removed now if possible, and at the next start otherwise.
			let _best_effort = self.disk.remove(&temporary);
			return Err(io_error("write", *cid)(error));
		}
		self.note_synced(&shard, 1);
		Ok(())
	}
}

impl BlockStore for DiskBlockStore {
	/// Removes the block if it does not match its CID any more.
	fn get(&self, cid: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		let (_, place) = self.layout.place(cid);
		// Not more of it than shows that it is no block.
		let block = self.disk.read(&place, BLOCK_BYTES_MAX as u64 + 1);
		let Some(block) = block.map_err(io_error("read", *cid))? else { return Ok(None) };
		if let Err(error) = check_block(cid, &block) {
			if let BlockCheckError::Mismatch { .. } | BlockCheckError::TooLarge { .. } = error {
				self.remove_damaged(cid)?;
			}
			return Err(error.into());
		}
		Ok(Some(block.into()))
	}

	fn put(&self, cid: &Cid, block: Bytes) -> Result<(), BlockStoreError> {
		check_block(cid, &block)?;
		self.put_durably(cid, &block)
	}

	fn has(&self, cid: &Cid) -> Result<bool, BlockStoreError> {
		Ok(self.length(cid)?.is_some())
	}

	fn len(&self) -> usize {
		self.state().usage.blocks
	}
}

impl Usage {
	fn remove(&mut self, bytes: u64) {
		self.blocks = self.blocks.saturating_sub(1);
		self.bytes = self.bytes.saturating_sub(bytes);
	}
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("could not open block store at {}", path.display())]
pub struct DiskError {
	/// Its directory.
	pub path: PathBuf,
	/// What the system said.
	pub source: io::Error,
}

/// Makes the directories, takes the store, and empties the directory for what is being written.
fn prepare(disk: &dyn Disk, layout: &Layout) -> io::Result<Option<File>> {
	for directory in [&layout.blocks, &layout.new, &layout.pins] {
		disk.create_directories(directory)?;
	}
	disk.sync_directory(&layout.root)?;
	let lock = disk.lock(&layout.root.join("lock"))?;
	for (name, _) in disk.list(&layout.new)? {
		disk.remove(&layout.new.join(name))?;
	}
	Ok(lock)
}

fn io_error(action: &'static str, cid: Cid) -> impl FnOnce(io::Error) -> BlockStoreError {
	move |source| BlockStoreError::Io { action, cid, source }
}

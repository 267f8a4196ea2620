// SPDX-License-Identifier: Apache-2.0

//! Many blocks, synced together.
//!
//! ```text
//! stage:  write new/<number>                                    no sync: the disk writes when it likes
//! commit: sync all of them  ->  rename each to its place  ->  sync each directory once
//! ```
//!
//! A block has its place only after its content is on the disk, so what is in place is whole. It is
//! acknowledged only after the directory is synced, so what was acknowledged stays in place.

use super::{DiskBlockStore, in_flight::Protection, io_error};
use crate::defaults::{COMMIT_BLOCKS_MAX, COMMIT_BYTES_MAX};
use cid::Cid;
use r1_core::BlockStoreError;
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
	sync::Arc,
};

/// Blocks on their way to their places; those that are not committed go away with it.
#[derive(Debug)]
pub(crate) struct Staging {
	store: Arc<DiskBlockStore>,
	protection: Protection,
	staged: Vec<Staged>,
	staged_bytes: u64,
	/// Directories in which somebody else has put a block that was to be staged here, too.
	shared: BTreeMap<PathBuf, Cid>,
	/// What was committed, and not yet told.
	committed: Vec<Cid>,
}

#[derive(Debug)]
struct Staged {
	cid: Cid,
	temporary: PathBuf,
	shard: PathBuf,
	place: PathBuf,
	bytes: u64,
}

impl Staging {
	pub(crate) fn new(store: Arc<DiskBlockStore>) -> Self {
		let protection = Protection::new(Arc::clone(&store));
		Self {
			store,
			protection,
			staged: Vec::new(),
			staged_bytes: 0,
			shared: BTreeMap::new(),
			committed: Vec::new(),
		}
	}

	/// Takes a block, whose CID the caller has made of it or has checked.
	pub(crate) fn stage(&mut self, cid: Cid, block: &[u8]) -> Result<(), BlockStoreError> {
		// First, so that what is found to be here stays here.
		self.protection.add_block(cid);
		let (shard, place) = self.store.layout.place(&cid);
		let disk = &self.store.disk;
		let bytes = block.len() as u64;
		let kept = disk.read(&place, bytes + 1).map_err(io_error("read", cid))?;
		// What is here may have rotted; then it is replaced.
		if kept.is_some_and(|kept| kept == block) {
			if self.store.state().unsynced.contains_key(&shard) {
				self.shared.insert(shard, cid);
			}
			self.committed.push(cid);
			return Ok(());
		}
		let temporary = self.store.reserve(cid, bytes)?;
		let written = disk.write_new(&temporary, block).map_err(io_error("write", cid));
		self.staged.push(Staged { cid, temporary, shard, place, bytes });
		self.staged_bytes += bytes;
		written?;
		if COMMIT_BLOCKS_MAX <= self.staged.len() || COMMIT_BYTES_MAX <= self.staged_bytes {
			self.commit()?;
		}
		Ok(())
	}

	/// Makes durable all that was staged.
	pub(crate) fn commit(&mut self) -> Result<(), BlockStoreError> {
		let result = self.settle();
		let staged = std::mem::take(&mut self.staged);
		self.staged_bytes = 0;
		self.store.release(staged.iter().map(|staged| staged.bytes).sum());
		match result {
			Ok(()) => self.committed.extend(staged.iter().map(|staged| staged.cid)),
			Err(_) => self.clean_up(&staged),
		}
		result
	}

	/// What was committed since the last time.
	pub(crate) fn take_committed(&mut self) -> Vec<Cid> {
		std::mem::take(&mut self.committed)
	}

	/// The protection of all that was staged, which outlives the staging.
	pub(crate) fn into_protection(mut self) -> Protection {
		let nothing = Protection::new(Arc::clone(&self.store));
		std::mem::replace(&mut self.protection, nothing)
	}

	fn settle(&mut self) -> Result<(), BlockStoreError> {
		let disk = &self.store.disk;
		let Some(cid) = self.staged.first().map(|staged| staged.cid) else {
			return self.sync_shared();
		};
		let failed = |action| io_error(action, cid);
		let files: Vec<&Path> =
			self.staged.iter().map(|staged| staged.temporary.as_path()).collect();
		disk.sync_files(&files).map_err(failed("sync"))?;
		let mut shards: BTreeMap<&Path, usize> = BTreeMap::new();
		for staged in &self.staged {
			*shards.entry(&staged.shard).or_default() += 1;
		}
		let paths = shards.keys().copied();
		self.store.make_shards(paths).map_err(failed("make the directory of"))?;
		for staged in &self.staged {
			self.store
				.place(&staged.temporary, &staged.shard, &staged.place, staged.bytes)
				.map_err(io_error("move", staged.cid))?;
		}
		for (shard, blocks) in shards {
			disk.sync_directory(shard).map_err(failed("sync the directory of"))?;
			self.store.note_synced(shard, blocks);
		}
		self.sync_shared()
	}

	/// Waits for others' blocks, too, if they were counted as being here.
	fn sync_shared(&mut self) -> Result<(), BlockStoreError> {
		let disk = &self.store.disk;
		for (shard, cid) in std::mem::take(&mut self.shared) {
			disk.sync_directory(&shard).map_err(io_error("sync the directory of", cid))?;
		}
		Ok(())
	}

	/// What is left beside is removed now if possible, and at the next start otherwise.
	fn clean_up(&self, staged: &[Staged]) {
		for staged in staged {
			let _best_effort = self.store.disk.remove(&staged.temporary);
		}
	}
}

impl Drop for Staging {
	fn drop(&mut self) {
		let staged = std::mem::take(&mut self.staged);
		self.store.release(staged.iter().map(|staged| staged.bytes).sum());
		self.clean_up(&staged);
	}
}

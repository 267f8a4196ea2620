// SPDX-License-Identifier: Apache-2.0

//! Many blocks, synced together.
//!
//! ```text
//! stage:  write new/<number>                                    no sync: the disk writes when it likes
//! settle: sync all of them  ->  rename each to its place  ->  sync each directory once
//!         a group of COMMIT_BLOCKS_MAX or COMMIT_BYTES_MAX in another thread, while the next is staged
//! commit: settle what is left, and wait for all of it
//! ```
//!
//! A block has its place only after its content is on the disk, so what is in place is whole. It is
//! acknowledged only after the directory is synced, so what was acknowledged stays in place.

use super::{DiskBlockStore, in_flight::Protection, io_error};
use crate::defaults::{COMMIT_BLOCKS_MAX, COMMIT_BYTES_MAX};
use cid::Cid;
use r1_core::BlockStoreError;
use std::{
	collections::{BTreeMap, HashSet},
	io, mem,
	path::{Path, PathBuf},
	sync::Arc,
	thread::{self, JoinHandle},
};

/// Blocks on their way to their places; those that are not committed go away with it.
#[derive(Debug)]
pub(crate) struct Staging {
	store: Arc<DiskBlockStore>,
	protection: Protection,
	group: Group,
	/// The group before, which another thread settles.
	settling: Option<JoinHandle<Result<Vec<Cid>, BlockStoreError>>>,
	/// What is durable, and not yet told.
	committed: Vec<Cid>,
}

impl Staging {
	pub(crate) fn new(store: Arc<DiskBlockStore>) -> Self {
		let protection = Protection::new(Arc::clone(&store));
		let group = Group::new(Arc::clone(&store));
		Self { store, protection, group, settling: None, committed: Vec::new() }
	}

	/// Takes a block, whose CID the caller has made of it or has checked.
	pub(crate) fn stage(&mut self, cid: Cid, block: &[u8]) -> Result<(), BlockStoreError> {
		// First, so that what is found to be here stays here.
		self.protection.add_block(cid);
		self.group.stage(cid, block)?;
		if self.group.is_full() {
			self.wait()?;
			let next = Group::new(Arc::clone(&self.store));
			let full = mem::replace(&mut self.group, next);
			// At most one for each batch, and it ends by itself.
			self.settling = Some(thread::spawn(move || full.settle()));
		}
		Ok(())
	}

	/// Makes durable all that was staged.
	pub(crate) fn commit(&mut self) -> Result<(), BlockStoreError> {
		self.wait()?;
		let next = Group::new(Arc::clone(&self.store));
		let last = mem::replace(&mut self.group, next);
		self.committed.extend(last.settle()?);
		Ok(())
	}

	/// What became durable since the last time.
	pub(crate) fn take_committed(&mut self) -> Vec<Cid> {
		mem::take(&mut self.committed)
	}

	/// The protection of all that was staged, which outlives the staging.
	pub(crate) fn into_protection(self) -> Protection {
		self.protection
	}

	/// Waits for the group before.
	fn wait(&mut self) -> Result<(), BlockStoreError> {
		let Some(settling) = self.settling.take() else { return Ok(()) };
		let died = |_| {
			let source = io::Error::other("the thread that syncs blocks died");
			Err(BlockStoreError::Io { action: "sync", cid: Cid::default(), source })
		};
		self.committed.extend(settling.join().unwrap_or_else(died)?);
		Ok(())
	}
}

/// Blocks that are synced together; those that are not settled go away with it.
#[derive(Debug)]
struct Group {
	store: Arc<DiskBlockStore>,
	staged: Vec<Staged>,
	/// The CIDs of these: content that repeats itself is written once.
	cids: HashSet<Cid>,
	bytes: u64,
	/// Blocks that were here already.
	kept: Vec<Cid>,
	/// Directories in which somebody else has put a block that was to be staged here, too.
	shared: BTreeMap<PathBuf, Cid>,
}

#[derive(Debug)]
struct Staged {
	cid: Cid,
	temporary: PathBuf,
	shard: PathBuf,
	place: PathBuf,
	bytes: u64,
}

impl Group {
	fn new(store: Arc<DiskBlockStore>) -> Self {
		Self {
			store,
			staged: Vec::new(),
			cids: HashSet::new(),
			bytes: 0,
			kept: Vec::new(),
			shared: BTreeMap::new(),
		}
	}

	fn is_full(&self) -> bool {
		COMMIT_BLOCKS_MAX <= self.staged.len() + self.kept.len() || COMMIT_BYTES_MAX <= self.bytes
	}

	fn stage(&mut self, cid: Cid, block: &[u8]) -> Result<(), BlockStoreError> {
		if self.cids.contains(&cid) {
			return Ok(());
		}
		let (shard, place) = self.store.layout.place(&cid);
		let disk = &self.store.disk;
		let bytes = block.len() as u64;
		let kept = disk.read(&place, bytes + 1).map_err(io_error("read", cid))?;
		// What is here may have rotted; then it is replaced.
		if kept.is_some_and(|kept| kept == block) {
			if self.store.state().unsynced.contains_key(&shard) {
				self.shared.insert(shard, cid);
			}
			self.kept.push(cid);
			return Ok(());
		}
		let temporary = self.store.reserve(cid, bytes)?;
		let written = disk.write_new(&temporary, block).map_err(io_error("write", cid));
		self.staged.push(Staged { cid, temporary, shard, place, bytes });
		self.bytes += bytes;
		if written.is_ok() {
			self.cids.insert(cid);
		}
		written
	}

	/// Makes all of it durable; what that is.
	fn settle(mut self) -> Result<Vec<Cid>, BlockStoreError> {
		self.sync_and_place()?;
		let disk = &self.store.disk;
		for (shard, cid) in &self.shared {
			disk.sync_directory(shard).map_err(io_error("sync the directory of", *cid))?;
		}
		let mut durable = mem::take(&mut self.kept);
		durable.extend(self.staged.iter().map(|staged| staged.cid));
		// What is in place is nothing to clean up.
		self.store.release(self.bytes);
		self.bytes = 0;
		self.staged.clear();
		Ok(durable)
	}

	fn sync_and_place(&self) -> Result<(), BlockStoreError> {
		let Some(first) = self.staged.first() else { return Ok(()) };
		let failed = |action| io_error(action, first.cid);
		let disk = &self.store.disk;
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
		let paths: Vec<&Path> = shards.keys().copied().collect();
		disk.sync_directories(&paths).map_err(failed("sync the directory of"))?;
		for (shard, blocks) in shards {
			self.store.note_synced(shard, blocks);
		}
		Ok(())
	}
}

impl Drop for Group {
	/// What is left beside is removed now if possible, and at the next start otherwise.
	fn drop(&mut self) {
		self.store.release(self.bytes);
		for staged in &self.staged {
			let _best_effort = self.store.disk.remove(&staged.temporary);
		}
	}
}

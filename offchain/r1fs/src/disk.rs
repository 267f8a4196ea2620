// SPDX-License-Identifier: Apache-2.0

//! Blocks on a disk, one file each.
//!
//! ```text
//! <root>/blocks/<last two characters of the CID>/<CID>
//! <root>/new/<number>                                  being written
//! ```
//!
//! A block is written beside its place, synced, and renamed into it; the directory is synced then.
//! So after a crash a block is whole or absent. One process at a time may use a root.

use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockCheckError, BlockStore, BlockStoreError, check_block, limits::BLOCK_BYTES_MAX};
use std::{
	fs::{self, File, OpenOptions},
	io::{self, ErrorKind, Read, Write},
	path::{Path, PathBuf},
	sync::{Mutex, MutexGuard, PoisonError},
};

/// A store of blocks in a directory.
#[derive(Debug)]
pub struct DiskBlockStore {
	blocks: PathBuf,
	new: PathBuf,
	bytes_max: u64,
	// Held while a block is written: writes come one after another, reads do not wait.
	usage: Mutex<Usage>,
}

#[derive(Debug, Default)]
struct Usage {
	blocks: usize,
	bytes: u64,
	writes: u64,
}

impl DiskBlockStore {
	/// Opens a store, or makes it; removes what an interrupted write left.
	///
	/// Takes at most `bytes_max` bytes of blocks. Looks at each file once, without reading it.
	///
	/// # Errors
	///
	/// The directory cannot be made, read or cleaned.
	pub fn open(root: &Path, bytes_max: u64) -> Result<Self, DiskError> {
		let blocks = root.join("blocks");
		let new = root.join("new");
		let usage =
			prepare(&blocks, &new).map_err(|source| DiskError { path: root.into(), source })?;
		Ok(Self { blocks, new, bytes_max, usage: Mutex::new(usage) })
	}

	/// Bytes of all blocks kept.
	#[must_use]
	pub fn bytes(&self) -> u64 {
		self.usage().bytes
	}

	fn usage(&self) -> MutexGuard<'_, Usage> {
		// The counters are right between any two statements that may panic.
		self.usage.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn path_of(&self, cid: &Cid) -> PathBuf {
		let name = cid.to_string();
		// The last characters of a hash are evenly spread; the first are the same for all.
		self.blocks.join(&name[name.len().saturating_sub(2)..]).join(name)
	}

	/// Removes a block whose file is damaged.
	fn remove(&self, cid: &Cid) -> io::Result<()> {
		let mut usage = self.usage();
		match fs::remove_file(self.path_of(cid)) {
			Ok(()) => {},
			// Another reader was quicker.
			Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
			Err(error) => return Err(error),
		}
		// Nobody knows how long the file was when it was counted. Damage is rare: count again.
		let counted = count(&self.blocks)?;
		usage.blocks = counted.blocks;
		usage.bytes = counted.bytes;
		Ok(())
	}

	/// Writes a block so that it is whole or absent after a crash at any instant.
	fn write(&self, path: &Path, temporary: &Path, block: &[u8]) -> io::Result<()> {
		let mut file = OpenOptions::new().write(true).create_new(true).open(temporary)?;
		file.write_all(block)?;
		file.sync_all()?;
		let directory = path.parent().unwrap_or(&self.blocks);
		if !directory.exists() {
			fs::create_dir(directory)?;
			sync_directory(&self.blocks)?;
		}
		fs::rename(temporary, path)?;
		sync_directory(directory)
	}
}

impl BlockStore for DiskBlockStore {
	/// Removes the block if it does not match its CID any more.
	fn get(&self, cid: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		let failed = |source| BlockStoreError::Io { action: "read", cid: *cid, source };
		let Some(block) = read_bounded(&self.path_of(cid)).map_err(failed)? else {
			return Ok(None);
		};
		if let Err(error) = check_block(cid, &block) {
			if let BlockCheckError::Mismatch { .. } | BlockCheckError::TooLarge { .. } = error {
				self.remove(cid).map_err(|source| BlockStoreError::Io {
					action: "remove damaged",
					cid: *cid,
					source,
				})?;
			}
			return Err(error.into());
		}
		Ok(Some(block))
	}

	fn put(&self, cid: &Cid, block: Bytes) -> Result<(), BlockStoreError> {
		check_block(cid, &block)?;
		let failed = |source| BlockStoreError::Io { action: "write", cid: *cid, source };
		let mut usage = self.usage();
		let path = self.path_of(cid);
		if path.try_exists().map_err(failed)? {
			return Ok(());
		}
		let bytes = usage.bytes.saturating_add(block.len() as u64);
		if self.bytes_max < bytes {
			return Err(BlockStoreError::Full { cid: *cid });
		}
		usage.writes = usage.writes.wrapping_add(1);
		let temporary = self.new.join(usage.writes.to_string());
		if let Err(error) = self.write(&path, &temporary, &block) {
			// What is left beside is removed now if possible, and at the next start otherwise.
			let _best_effort = fs::remove_file(&temporary);
			return Err(failed(error));
		}
		usage.blocks += 1;
		usage.bytes = bytes;
		Ok(())
	}

	fn has(&self, cid: &Cid) -> Result<bool, BlockStoreError> {
		self.path_of(cid).try_exists().map_err(|source| BlockStoreError::Io {
			action: "look for",
			cid: *cid,
			source,
		})
	}

	fn len(&self) -> usize {
		self.usage().blocks
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

/// Makes the directories, empties the one for new blocks, and counts what is there.
fn prepare(blocks: &Path, new: &Path) -> io::Result<Usage> {
	fs::create_dir_all(blocks)?;
	fs::create_dir_all(new)?;
	for entry in fs::read_dir(new)? {
		fs::remove_file(entry?.path())?;
	}
	count(blocks)
}

/// Counts blocks by the sizes of their files.
fn count(blocks: &Path) -> io::Result<Usage> {
	let mut usage = Usage::default();
	for directory in fs::read_dir(blocks)? {
		for block in fs::read_dir(directory?.path())? {
			usage.blocks += 1;
			usage.bytes = usage.bytes.saturating_add(block?.metadata()?.len());
		}
	}
	Ok(usage)
}

/// Reads a file, but not more of it than shows that it is no block; `None` if there is no file.
fn read_bounded(path: &Path) -> io::Result<Option<Bytes>> {
	let file = match File::open(path) {
		Ok(file) => file,
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
		Err(error) => return Err(error),
	};
	let mut block = Vec::new();
	file.take(BLOCK_BYTES_MAX as u64 + 1).read_to_end(&mut block)?;
	Ok(Some(block.into()))
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
	File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
	// Other systems do not let a directory be opened, and order renames themselves.
	Ok(())
}

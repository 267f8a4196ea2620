// SPDX-License-Identifier: Apache-2.0

//! Finding what has rotted before somebody needs it.

use super::{DiskBlockStore, io_error};
use cid::Cid;
use r1_core::{BlockCheckError, BlockStoreError, check_block, limits::BLOCK_BYTES_MAX};
use std::io;

/// What a scrub found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Scrubbed {
	/// Blocks that were read.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Blocks that were damaged, and are removed.
	pub damaged: u64,
}

impl DiskBlockStore {
	/// Reads each block, and removes those that do not match their CIDs any more; tells the CIDs of
	/// these, so that they can be fetched again.
	///
	/// Holds one block at a time, and the names in one of 1 024 directories.
	///
	/// # Errors
	///
	/// The disk failed; what was told by then is removed.
	pub fn scrub(&self, mut on_damaged: impl FnMut(Cid)) -> Result<Scrubbed, ScrubError> {
		let mut scrubbed = Scrubbed::default();
		let listed = |source| ScrubError::Disk { source };
		for (shard, _) in self.disk.list(&self.layout.blocks).map_err(listed)? {
			let blocks = self.disk.list(&self.layout.blocks.join(shard)).map_err(listed)?;
			for (name, _) in blocks {
				// What is named otherwise was not put here by the store.
				let Ok(cid) = name.parse::<Cid>() else { continue };
				if let Some(bytes) = self.check(&cid)? {
					scrubbed.blocks += 1;
					scrubbed.bytes += bytes;
				} else {
					scrubbed.damaged += 1;
					on_damaged(cid);
				}
			}
		}
		Ok(scrubbed)
	}

	/// Bytes of a block, if it is as it was or was removed meanwhile; `None` if it was damaged.
	fn check(&self, cid: &Cid) -> Result<Option<u64>, BlockStoreError> {
		let (_, place) = self.layout.place(cid);
		let block = self
			.disk
			.read(&place, BLOCK_BYTES_MAX as u64 + 1)
			.map_err(io_error("read", *cid))?;
		let Some(block) = block else { return Ok(Some(0)) };
		match check_block(cid, &block) {
			Ok(()) | Err(BlockCheckError::UnsupportedHash { .. }) => Ok(Some(block.len() as u64)),
			Err(_) if self.remove_damaged(cid)? => Ok(None),
			Err(_) => Ok(Some(0)),
		}
	}
}

/// Why a scrub ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
	/// A block could not be read or removed.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// The blocks could not be listed.
	#[error("could not list blocks")]
	Disk {
		/// What the system said.
		source: io::Error,
	},
}

// SPDX-License-Identifier: Apache-2.0

//! Content-addressed blocks: bytes, and the CID that they must hash to.

use crate::limits::BLOCK_BYTES_MAX;
use bytes::Bytes;
use cid::Cid;
use multihash_codetable::{Code, MultihashDigest};
use std::{
	collections::HashMap,
	io,
	sync::{PoisonError, RwLock},
};

/// Multicodec of a block that is nothing but bytes.
pub const RAW_CODEC: u64 = 0x55;

/// Multicodec of a node of a MerkleDAG in Protocol Buffers, which UnixFS is made of.
pub const DAG_PB_CODEC: u64 = 0x70;

/// Where blocks are kept.
///
/// Synchronous: a block is at most [`BLOCK_BYTES_MAX`] long. A caller on an async runtime moves
/// the call off its executor when the store is on a disk.
pub trait BlockStore: Send + Sync + 'static {
	/// The block of a CID; `None` if it is not here.
	///
	/// # Errors
	///
	/// The store failed, or the block that it holds does not match its CID any more.
	fn get(&self, cid: &Cid) -> Result<Option<Bytes>, BlockStoreError>;

	/// Keeps a block; keeping it again changes nothing. It is durable when this returns.
	///
	/// # Errors
	///
	/// The bytes do not match the CID, the store is full, or it failed. Nothing is kept then.
	fn put(&self, cid: &Cid, block: Bytes) -> Result<(), BlockStoreError>;

	/// Whether a block is here.
	///
	/// # Errors
	///
	/// The store failed.
	fn has(&self, cid: &Cid) -> Result<bool, BlockStoreError>;

	/// Number of blocks kept.
	fn len(&self) -> usize;

	/// Whether no block is kept.
	fn is_empty(&self) -> bool {
		self.len() == 0
	}
}

/// Checks that a block is what its CID says.
///
/// # Errors
///
/// The block is too large, the CID's hash is not SHA2-256, or the bytes hash to another digest.
pub fn check_block(cid: &Cid, block: &[u8]) -> Result<(), BlockCheckError> {
	if BLOCK_BYTES_MAX < block.len() {
		return Err(BlockCheckError::TooLarge { cid: *cid, bytes: block.len() });
	}
	check_hash(cid)?;
	if Code::Sha2_256.digest(block) != *cid.hash() {
		return Err(BlockCheckError::Mismatch { cid: *cid });
	}
	Ok(())
}

/// Checks that a CID has a hash that [`check_block`] can check.
///
/// # Errors
///
/// The CID's hash is not SHA2-256.
pub fn check_hash(cid: &Cid) -> Result<(), BlockCheckError> {
	match cid.hash().code() {
		code if code == u64::from(Code::Sha2_256) => Ok(()),
		code => Err(BlockCheckError::UnsupportedHash { cid: *cid, code }),
	}
}

/// The CID, version 1 and SHA2-256, of a block of a codec.
#[must_use]
pub fn cid_of(codec: u64, block: &[u8]) -> Cid {
	Cid::new_v1(codec, Code::Sha2_256.digest(block))
}

/// A store in memory: what tests use, and a node without a disk.
#[derive(Debug)]
pub struct MemoryBlockStore {
	blocks: RwLock<HashMap<Cid, Bytes>>,
	blocks_max: usize,
}

impl MemoryBlockStore {
	/// An empty store that takes at most `blocks_max` blocks.
	#[must_use]
	pub fn new(blocks_max: usize) -> Self {
		Self { blocks: RwLock::default(), blocks_max }
	}
}

impl BlockStore for MemoryBlockStore {
	fn get(&self, cid: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		Ok(self.blocks.read().unwrap_or_else(PoisonError::into_inner).get(cid).cloned())
	}

	fn put(&self, cid: &Cid, block: Bytes) -> Result<(), BlockStoreError> {
		check_block(cid, &block)?;
		let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
		if blocks.len() == self.blocks_max && !blocks.contains_key(cid) {
			return Err(BlockStoreError::Full { cid: *cid });
		}
		blocks.insert(*cid, block);
		Ok(())
	}

	fn has(&self, cid: &Cid) -> Result<bool, BlockStoreError> {
		Ok(self.blocks.read().unwrap_or_else(PoisonError::into_inner).contains_key(cid))
	}

	fn len(&self) -> usize {
		self.blocks.read().unwrap_or_else(PoisonError::into_inner).len()
	}
}

/// Why bytes are not the block of a CID.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BlockCheckError {
	/// The block is longer than any block may be.
	#[error("block {cid} has {bytes} bytes, more than {BLOCK_BYTES_MAX}")]
	TooLarge {
		/// The CID that was asked for.
		cid: Cid,
		/// The block's length.
		bytes: usize,
	},
	/// The CID names a hash that is not SHA2-256.
	#[error("block {cid} has the unsupported hash 0x{code:x}")]
	UnsupportedHash {
		/// The CID that was asked for.
		cid: Cid,
		/// The hash's multicodec.
		code: u64,
	},
	/// The bytes hash to another digest.
	#[error("block {cid} does not match its CID")]
	Mismatch {
		/// The CID that was asked for.
		cid: Cid,
	},
}

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BlockStoreError {
	/// The bytes, given or kept, are not the CID's.
	#[error(transparent)]
	Check(#[from] BlockCheckError),
	/// The store has reached its limit.
	#[error("no room for block {cid}")]
	Full {
		/// The block that did not fit.
		cid: Cid,
	},
	/// The disk failed.
	#[error("could not {action} block {cid}")]
	Io {
		/// What was tried.
		action: &'static str,
		/// The block that it was tried on.
		cid: Cid,
		/// What the system said.
		source: io::Error,
	},
}

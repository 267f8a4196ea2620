// SPDX-License-Identifier: Apache-2.0

//! Content-addressed blocks: bytes, and the CID that they must hash to.

use crate::limits::BLOCK_BYTES_MAX;
use bytes::Bytes;
use cid::Cid;
use multihash_codetable::{Code, MultihashDigest};
use std::{
	collections::HashMap,
	fmt, io,
	str::FromStr,
	sync::{PoisonError, RwLock},
};

/// Multicodec of a block that is nothing but bytes.
pub const RAW_CODEC: u64 = 0x55;

/// Multicodec of a node of a MerkleDAG in Protocol Buffers, which UnixFS is made of.
pub const DAG_PB_CODEC: u64 = 0x70;

/// A hash that names blocks: one that everything here can check.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ContentHash {
	/// SHA2-256, which every tool of IPFS knows and takes unless it is told otherwise.
	#[default]
	Sha2_256,
	/// BLAKE3 with 256 bits: several times as fast where the processor does not compute SHA2-256
	/// itself.
	Blake3,
}

impl ContentHash {
	/// Every hash.
	pub const ALL: [Self; 2] = [Self::Sha2_256, Self::Blake3];

	/// The hash of a multicodec; `None` if nothing here can check it.
	#[must_use]
	pub fn of_code(code: u64) -> Option<Self> {
		Self::ALL.into_iter().find(|hash| hash.code() == code)
	}

	/// Its multicodec.
	#[must_use]
	pub fn code(self) -> u64 {
		u64::from(self.multihash())
	}

	/// Its name in the table of multicodecs; `blake3` has the length of its digest beside it.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Sha2_256 => "sha2-256",
			Self::Blake3 => "blake3",
		}
	}

	/// The CID, version 1, of a block of a codec.
	#[must_use]
	pub fn cid_of(self, codec: u64, block: &[u8]) -> Cid {
		Cid::new_v1(codec, self.multihash().digest(block))
	}

	fn multihash(self) -> Code {
		match self {
			Self::Sha2_256 => Code::Sha2_256,
			Self::Blake3 => Code::Blake3_256,
		}
	}
}

impl fmt::Display for ContentHash {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(self.name())
	}
}

impl FromStr for ContentHash {
	type Err = ContentHashError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		Self::ALL.into_iter().find(|hash| hash.name() == text).ok_or(ContentHashError)
	}
}

/// A text names no hash that can be checked here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("hashes of content are `sha2-256` and `blake3`")]
pub struct ContentHashError;

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
/// The block is too large, the CID's hash is no [`ContentHash`], or the bytes hash to another digest.
pub fn check_block(cid: &Cid, block: &[u8]) -> Result<(), BlockCheckError> {
	if BLOCK_BYTES_MAX < block.len() {
		return Err(BlockCheckError::TooLarge { cid: *cid, bytes: block.len() });
	}
	let hash = check_hash(cid)?;
	// Lengths are compared, too: a digest that was cut matches nothing.
	if hash.multihash().digest(block) != *cid.hash() {
		return Err(BlockCheckError::Mismatch { cid: *cid });
	}
	Ok(())
}

/// Checks that a CID has a hash that [`check_block`] can check; which it is.
///
/// # Errors
///
/// The CID's hash is no [`ContentHash`].
pub fn check_hash(cid: &Cid) -> Result<ContentHash, BlockCheckError> {
	let code = cid.hash().code();
	ContentHash::of_code(code).ok_or(BlockCheckError::UnsupportedHash { cid: *cid, code })
}

/// The CID, version 1 and SHA2-256, of a block of a codec.
#[must_use]
pub fn cid_of(codec: u64, block: &[u8]) -> Cid {
	ContentHash::Sha2_256.cid_of(codec, block)
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
	/// The CID names a hash that is no [`ContentHash`].
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

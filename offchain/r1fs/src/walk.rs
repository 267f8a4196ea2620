// SPDX-License-Identifier: Apache-2.0

//! All blocks below a root, each of them once, however often it is linked.

use crate::{
	dag::{DagError, decode_children},
	defaults::WALK_BLOCKS_MAX,
};
use cid::{Cid, Version, multihash::Multihash};
use r1_core::{BlockCheckError, ContentHash, DAG_PB_CODEC, RAW_CODEC, check_hash};
use std::collections::HashSet;

/// A walk that is somewhere in a DAG. It does no I/O: whoever walks brings the blocks.
#[derive(Debug)]
pub(crate) struct Walk {
	stack: Vec<Key>,
	seen: HashSet<Key>,
	blocks_max: usize,
}

/// A CID without what it has in common with all others: a third of its size.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Key {
	digest: [u8; 32],
	hash: ContentHash,
	is_node: bool,
	is_version_0: bool,
}

impl Walk {
	/// A walk from `root` on.
	pub(crate) fn new(root: &Cid) -> Result<Self, WalkError> {
		let mut walk =
			Self { stack: Vec::new(), seen: HashSet::new(), blocks_max: WALK_BLOCKS_MAX };
		walk.push(root)?;
		Ok(walk)
	}

	/// The same, which ends with an error after another number of blocks.
	#[cfg(test)]
	pub(crate) fn with_blocks_max(mut self, blocks_max: usize) -> Self {
		self.blocks_max = blocks_max;
		self
	}

	/// The next block to look at; a [`Self::is_node`] has to be entered.
	pub(crate) fn next(&mut self) -> Option<Cid> {
		self.stack.pop().and_then(Key::cid)
	}

	/// Whether a block may have children.
	pub(crate) fn is_node(cid: &Cid) -> bool {
		cid.codec() == DAG_PB_CODEC
	}

	/// Goes on with the children of a block.
	pub(crate) fn enter(&mut self, cid: &Cid, block: &[u8]) -> Result<(), WalkError> {
		if !Self::is_node(cid) {
			return Ok(());
		}
		let children =
			decode_children(block).map_err(|source| WalkError::Malformed { cid: *cid, source })?;
		// The first child is looked at first.
		children.iter().rev().try_for_each(|child| self.push(child))
	}

	fn push(&mut self, cid: &Cid) -> Result<(), WalkError> {
		let key = Key::new(cid)?;
		if self.seen.contains(&key) {
			return Ok(());
		}
		if self.blocks_max <= self.seen.len() {
			return Err(WalkError::TooManyBlocks { blocks_max: self.blocks_max });
		}
		self.seen.insert(key);
		self.stack.push(key);
		Ok(())
	}
}

impl Key {
	fn new(cid: &Cid) -> Result<Self, WalkError> {
		let hash = check_hash(cid)?;
		let is_node = match cid.codec() {
			RAW_CODEC => false,
			DAG_PB_CODEC => true,
			codec => return Err(WalkError::UnsupportedCodec { cid: *cid, codec }),
		};
		let Ok(digest) = cid.hash().digest().try_into() else {
			// A shortened hash matches no block.
			return Err(BlockCheckError::Mismatch { cid: *cid }.into());
		};
		Ok(Self { digest, hash, is_node, is_version_0: cid.version() == Version::V0 })
	}

	fn cid(self) -> Option<Cid> {
		let hash = Multihash::wrap(self.hash.code(), &self.digest).ok()?;
		match self.is_version_0 {
			true => Cid::new_v0(hash).ok(),
			false => Some(Cid::new_v1(if self.is_node { DAG_PB_CODEC } else { RAW_CODEC }, hash)),
		}
	}
}

/// Why a DAG cannot be walked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WalkError {
	/// A CID has a hash that cannot be checked.
	#[error(transparent)]
	Unsupported(#[from] BlockCheckError),
	/// A CID names a format other than raw bytes and dag-pb, so nobody here knows its children.
	#[error("block {cid} has the unsupported codec 0x{codec:x}")]
	UnsupportedCodec {
		/// The block.
		cid: Cid,
		/// Its multicodec.
		codec: u64,
	},
	/// A block is no dag-pb node.
	#[error("block {cid} is no node")]
	Malformed {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		source: DagError,
	},
	/// There are more blocks than any content needs.
	#[error("there are more than {blocks_max} blocks below one root")]
	TooManyBlocks {
		/// The limit.
		blocks_max: usize,
	},
}

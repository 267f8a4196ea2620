// SPDX-License-Identifier: Apache-2.0

//! Blocks that become durable together.

use crate::{dag::Link, source::BlockSource};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStoreError, RAW_CODEC, cid_of};

/// Takes blocks, and makes them durable when it is committed.
///
/// A batch that is dropped instead leaves nothing but blocks that nobody asked for.
#[derive(Debug)]
pub(crate) struct Batch {
	source: BlockSource,
}

impl Batch {
	pub(crate) fn new(source: BlockSource) -> Self {
		Self { source }
	}

	/// Hashes and keeps leaves; links to them, in the same order.
	pub(crate) async fn put_leaves(
		&mut self,
		leaves: Vec<Bytes>,
	) -> Result<Vec<Link>, BlockStoreError> {
		let mut links = Vec::new();
		for leaf in leaves {
			let bytes = leaf.len() as u64;
			let cid = cid_of(RAW_CODEC, &leaf);
			links.push(Link { cid, file_bytes: bytes, dag_bytes: bytes });
			self.source.put(cid, leaf).await?;
		}
		Ok(links)
	}

	/// Keeps blocks whose CIDs were made of them.
	pub(crate) async fn put_all(
		&mut self,
		blocks: Vec<(Cid, Bytes)>,
	) -> Result<(), BlockStoreError> {
		for (cid, block) in blocks {
			self.source.put(cid, block).await?;
		}
		Ok(())
	}
}

// SPDX-License-Identifier: Apache-2.0

//! From bytes to a balanced DAG, without ever holding more than two groups of chunks and a path of
//! nodes.
//!
//! ```text
//! reader ──chunks──> group ──other thread: hash, write──> leaves ──> tree ──> inner nodes
//!                    └ the next group is read meanwhile
//! ```

use crate::{
	balanced::Tree,
	batch::Batch,
	chunker::{Chunker, Chunks},
	dag::Link,
	defaults::GROUP_BYTES,
	disk::PinError,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::BlockStoreError;
use std::io;
use tokio::io::AsyncRead;

/// A file or a directory that was stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Added {
	/// Its name.
	pub cid: Cid,
	/// Its length; that of all its files, if it is a directory.
	pub bytes: u64,
	/// Bytes of all its blocks, counting a block each time it is linked.
	pub dag_bytes: u64,
}

/// Puts a file into a batch; nothing of it is durable before the batch is committed.
pub(crate) async fn add(
	batch: &mut Batch,
	chunker: Chunker,
	file_bytes_max: u64,
	reader: impl AsyncRead + Unpin + Send,
) -> Result<Added, AddError> {
	let read = |source| AddError::Read { source };
	let mut chunks = Chunks::new(reader, chunker);
	let mut tree = Tree::new(batch.hash());
	let mut bytes = 0;
	let mut group = chunks.next_group(GROUP_BYTES).await.map_err(read)?;
	while !group.is_empty() {
		bytes += group.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
		if file_bytes_max < bytes {
			return Err(AddError::TooLarge { bytes_max: file_bytes_max });
		}
		let (leaves, next) = tokio::join!(batch.put_leaves(group), chunks.next_group(GROUP_BYTES));
		for leaf in leaves? {
			batch.put_all(tree.push(leaf)).await?;
		}
		group = next.map_err(read)?;
	}
	if tree.is_empty() {
		// An empty file is one empty leaf.
		for leaf in batch.put_leaves(vec![Bytes::new()]).await? {
			batch.put_all(tree.push(leaf)).await?;
		}
	}
	let (Link { cid, dag_bytes, .. }, blocks) = tree.finish();
	batch.put_all(blocks).await?;
	Ok(Added { cid, bytes, dag_bytes })
}

/// Why a file was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
	/// The file is longer than any file may be.
	#[error("file is larger than {bytes_max} bytes")]
	TooLarge {
		/// The limit.
		bytes_max: u64,
	},
	/// The bytes could not be read.
	#[error("could not read the file")]
	Read {
		/// What the reader said.
		source: io::Error,
	},
	/// A block could not be stored.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// It is stored, but could not be pinned: the next collection removes it.
	#[error(transparent)]
	Pin(#[from] PinError),
}

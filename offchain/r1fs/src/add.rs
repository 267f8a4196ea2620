// SPDX-License-Identifier: Apache-2.0

//! From bytes to a balanced DAG, without ever holding more than a chunk and a path of nodes.

use crate::{
	dag::{Link, encode_inner_node},
	defaults::{CHUNK_BYTES, LINKS_PER_NODE},
	source::BlockSource,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStoreError, DAG_PB_CODEC, RAW_CODEC, cid_of};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A file that was stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Added {
	/// Its name.
	pub cid: Cid,
	/// Its length.
	pub bytes: u64,
}

pub(crate) async fn add(
	source: &BlockSource,
	file_bytes_max: u64,
	mut reader: impl AsyncRead + Unpin + Send,
) -> Result<Added, AddError> {
	let mut tree = Tree::default();
	let mut bytes = 0;
	loop {
		let chunk = read_chunk(&mut reader).await?;
		bytes += chunk.len() as u64;
		if file_bytes_max < bytes {
			return Err(AddError::TooLarge { bytes_max: file_bytes_max });
		}
		// An empty file is one empty leaf; any other ends before its first empty chunk.
		if chunk.is_empty() && !tree.is_empty() {
			break;
		}
		let is_last = chunk.len() < CHUNK_BYTES;
		let leaf = Link {
			cid: cid_of(RAW_CODEC, &chunk),
			file_bytes: chunk.len() as u64,
			dag_bytes: chunk.len() as u64,
		};
		source.put(leaf.cid, chunk).await?;
		for (cid, block) in tree.push(leaf) {
			source.put(cid, block).await?;
		}
		if is_last {
			break;
		}
	}
	let (cid, blocks) = tree.finish();
	for (cid, block) in blocks {
		source.put(cid, block).await?;
	}
	Ok(Added { cid, bytes })
}

/// Reads a whole chunk, or what is left.
async fn read_chunk(reader: &mut (impl AsyncRead + Unpin + Send)) -> Result<Bytes, AddError> {
	let mut chunk = Vec::with_capacity(CHUNK_BYTES);
	reader
		.take(CHUNK_BYTES as u64)
		.read_to_end(&mut chunk)
		.await
		.map_err(|source| AddError::Read { source })?;
	Ok(chunk.into())
}

/// A balanced DAG that grows from its leaves: level 0 holds links to leaves, and a level that is
/// full becomes one link of the level above.
#[derive(Debug, Default)]
struct Tree {
	levels: Vec<Vec<Link>>,
}

impl Tree {
	fn is_empty(&self) -> bool {
		self.levels.is_empty()
	}

	/// Appends a leaf; returns the inner nodes that it completed.
	fn push(&mut self, leaf: Link) -> Vec<(Cid, Bytes)> {
		let mut completed = Vec::new();
		let mut link = leaf;
		for level in 0.. {
			if level == self.levels.len() {
				self.levels.push(Vec::new());
			}
			let links = &mut self.levels[level];
			links.push(link);
			if links.len() < LINKS_PER_NODE {
				break;
			}
			let (parent, block) = inner_node(links);
			links.clear();
			completed.push((parent.cid, block));
			link = parent;
		}
		completed
	}

	/// Completes every level; returns the root and the inner nodes that were still open.
	///
	/// Must hold a leaf.
	fn finish(mut self) -> (Cid, Vec<(Cid, Bytes)>) {
		let mut completed = Vec::new();
		let mut level = 0;
		loop {
			let links = std::mem::take(&mut self.levels[level]);
			let is_top = level + 1 == self.levels.len();
			match links.as_slice() {
				[root] if is_top => return (root.cid, completed),
				// Everything below went up already.
				[] => {},
				links => {
					let (parent, block) = inner_node(links);
					completed.push((parent.cid, block));
					if is_top {
						return (parent.cid, completed);
					}
					self.levels[level + 1].push(parent);
				},
			}
			level += 1;
		}
	}
}

/// The node over `links`, and the link to it.
fn inner_node(links: &[Link]) -> (Link, Bytes) {
	let block = Bytes::from(encode_inner_node(links));
	let below: u64 = links.iter().map(|link| link.dag_bytes).sum();
	let link = Link {
		cid: cid_of(DAG_PB_CODEC, &block),
		file_bytes: links.iter().map(|link| link.file_bytes).sum(),
		dag_bytes: below + block.len() as u64,
	};
	(link, block)
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
}

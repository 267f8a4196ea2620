// SPDX-License-Identifier: Apache-2.0

//! From a CID back to the bytes.

use crate::{
	dag::{DagError, FileNode, decode_file_node},
	defaults::{DEPTH_MAX, FETCHES_MAX},
	source::{BlockSource, SourceError},
};
use bytes::Bytes;
use cid::Cid;
use futures::{StreamExt, stream};
use r1_core::{DAG_PB_CODEC, RAW_CODEC};
use std::{future::Future, io, pin::Pin};
use tokio::io::{AsyncWrite, AsyncWriteExt};

pub(crate) async fn write_to(
	source: &BlockSource,
	root: &Cid,
	bytes_max: u64,
	writer: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<u64, GetError> {
	let block = source.get(*root).await?;
	let part = Part::parse(root, &block)?;
	let bytes = part.file_bytes();
	if bytes_max < bytes {
		return Err(GetError::TooLarge { cid: *root, bytes, bytes_max });
	}
	write_part(source, *root, part, DEPTH_MAX, writer).await?;
	writer.flush().await.map_err(|source| GetError::Write { cid: *root, source })?;
	Ok(bytes)
}

/// What a block adds to a file.
enum Part<'a> {
	/// A leaf: bytes.
	Leaf(&'a [u8]),
	/// An inner node, or a leaf of older tools: bytes, then children.
	Node(FileNode<'a>),
}

impl<'a> Part<'a> {
	fn parse(cid: &Cid, block: &'a Bytes) -> Result<Self, GetError> {
		match cid.codec() {
			RAW_CODEC => Ok(Self::Leaf(block)),
			DAG_PB_CODEC => decode_file_node(block)
				.map(Self::Node)
				.map_err(|source| GetError::Malformed { cid: *cid, source }),
			codec => Err(GetError::UnsupportedCodec { cid: *cid, codec }),
		}
	}

	fn file_bytes(&self) -> u64 {
		match self {
			Self::Leaf(bytes) => bytes.len() as u64,
			Self::Node(node) => node.file_bytes,
		}
	}
}

/// Writes a part and everything below it; `depth_left` inner nodes may still be entered.
///
/// Boxed, because an async function cannot hold itself.
fn write_part<'a, W: AsyncWrite + Unpin + Send>(
	source: &'a BlockSource,
	cid: Cid,
	part: Part<'a>,
	depth_left: usize,
	writer: &'a mut W,
) -> Pin<Box<dyn Future<Output = Result<(), GetError>> + Send + 'a>> {
	Box::pin(async move {
		let failed = |source| GetError::Write { cid, source };
		let node = match part {
			Part::Leaf(bytes) => return writer.write_all(bytes).await.map_err(failed),
			Part::Node(node) => node,
		};
		writer.write_all(node.data).await.map_err(failed)?;
		let depth_left = match depth_left.checked_sub(1) {
			Some(depth_left) => depth_left,
			None if node.children.is_empty() => return Ok(()),
			None => return Err(GetError::TooDeep { cid }),
		};
		let mut blocks = stream::iter(node.children)
			.map(async |(cid, bytes)| (cid, bytes, source.get(cid).await))
			.buffered(FETCHES_MAX);
		while let Some((child, bytes, block)) = blocks.next().await {
			let block = block?;
			let part = Part::parse(&child, &block)?;
			// The parent's word bounds what is read; the child must keep it.
			if part.file_bytes() != bytes {
				return Err(GetError::SizeMismatch { cid: child, expected: bytes });
			}
			write_part(source, child, part, depth_left, writer).await?;
		}
		Ok(())
	})
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
	/// A block could not be had.
	#[error(transparent)]
	Source(#[from] SourceError),
	/// A block is no node of a file.
	#[error("block {cid} is not part of a file")]
	Malformed {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		source: DagError,
	},
	/// A CID names a format other than raw bytes and dag-pb.
	#[error("block {cid} has the unsupported codec 0x{codec:x}")]
	UnsupportedCodec {
		/// The block.
		cid: Cid,
		/// Its multicodec.
		codec: u64,
	},
	/// The file is larger than the reader takes.
	#[error("file {cid} has {bytes} bytes, more than {bytes_max}")]
	TooLarge {
		/// The file.
		cid: Cid,
		/// Its length.
		bytes: u64,
		/// The limit.
		bytes_max: u64,
	},
	/// The DAG is deeper than any file needs.
	#[error("block {cid} is more than {DEPTH_MAX} nodes below its file")]
	TooDeep {
		/// The block at which the reader stopped.
		cid: Cid,
	},
	/// A block holds more or less of the file than its parent says.
	#[error("block {cid} does not hold the {expected} bytes that its parent says")]
	SizeMismatch {
		/// The block.
		cid: Cid,
		/// What its parent says.
		expected: u64,
	},
	/// The bytes could not be written.
	#[error("could not write what block {cid} holds")]
	Write {
		/// The block.
		cid: Cid,
		/// What the writer said.
		source: io::Error,
	},
}

impl GetError {
	/// Whether trying again later may help.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		matches!(self, Self::Source(SourceError::Exchange(_) | SourceError::Damaged { .. }))
	}

	/// Whether whoever made the file is to blame, and no retry helps.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		matches!(
			self,
			Self::Malformed { .. }
				| Self::UnsupportedCodec { .. }
				| Self::TooDeep { .. }
				| Self::SizeMismatch { .. }
		)
	}
}

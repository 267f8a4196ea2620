// SPDX-License-Identifier: Apache-2.0

//! From a CID back to the bytes.

use crate::{
	dag::DagError, defaults::DEPTH_MAX, reader::FileReader, source::BlockSource,
	source::SourceError,
};
use cid::Cid;
use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};

pub(crate) async fn write_to(
	source: &BlockSource,
	root: &Cid,
	bytes_max: u64,
	writer: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<u64, GetError> {
	let mut reader = FileReader::open(source.clone(), *root, bytes_max).await?;
	let failed = |source| GetError::Write { cid: *root, source };
	while let Some(piece) = reader.next_piece().await? {
		writer.write_all(&piece).await.map_err(failed)?;
	}
	writer.flush().await.map_err(failed)?;
	Ok(reader.file_bytes())
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
	#[error("could not write file {cid}")]
	Write {
		/// The file.
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

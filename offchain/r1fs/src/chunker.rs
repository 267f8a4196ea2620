// SPDX-License-Identifier: Apache-2.0

//! Where a file is cut.
//!
//! The same bytes have another CID when they are cut elsewhere, so a chunker is part of what two
//! nodes must agree on to find the same file twice.

use crate::defaults::{CHUNK_BYTES, CHUNK_BYTES_MAX, CHUNK_BYTES_MIN};
use bytes::{Bytes, BytesMut};
use fastcdc::v2020::FastCDC;
use std::{fmt, io, str::FromStr};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The smallest and the largest chunk by content, as parts of the mean: what FastCDC's authors use.
const SMALLEST_PART: usize = 4;
const LARGEST_FACTOR: usize = 4;

/// How files are cut into chunks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Chunker(Kind);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
	Size { chunk_bytes: usize },
	Content { mean_bytes: usize },
}

impl Chunker {
	/// Chunks of one size, but for the last: what IPFS tools call `size-N`.
	///
	/// # Errors
	///
	/// The size is not within [`CHUNK_BYTES_MIN`] and [`CHUNK_BYTES_MAX`].
	pub fn size(chunk_bytes: usize) -> Result<Self, ChunkerError> {
		match (CHUNK_BYTES_MIN..=CHUNK_BYTES_MAX).contains(&chunk_bytes) {
			true => Ok(Self(Kind::Size { chunk_bytes })),
			false => Err(ChunkerError::OutOfBounds { bytes: chunk_bytes }),
		}
	}

	/// Chunks whose borders follow the content (FastCDC), so that versions of a file share most of
	/// theirs. None is smaller than a quarter of the mean, or larger than four times it.
	///
	/// # Errors
	///
	/// A chunk might be smaller than [`CHUNK_BYTES_MIN`] or larger than [`CHUNK_BYTES_MAX`].
	pub fn content(mean_bytes: usize) -> Result<Self, ChunkerError> {
		let smallest = CHUNK_BYTES_MIN * SMALLEST_PART;
		match (smallest..=CHUNK_BYTES_MAX / LARGEST_FACTOR).contains(&mean_bytes) {
			true => Ok(Self(Kind::Content { mean_bytes })),
			false => Err(ChunkerError::OutOfBounds { bytes: mean_bytes }),
		}
	}

	/// The largest chunk, in bytes.
	#[must_use]
	pub fn bytes_max(self) -> usize {
		match self.0 {
			Kind::Size { chunk_bytes } => chunk_bytes,
			Kind::Content { mean_bytes } => mean_bytes * LARGEST_FACTOR,
		}
	}

	/// How long the first chunk of `bytes` is. `bytes` are all that is left, or at least as many as
	/// the largest chunk has.
	fn cut(self, bytes: &[u8]) -> usize {
		match self.0 {
			Kind::Size { chunk_bytes } => chunk_bytes.min(bytes.len()),
			Kind::Content { mean_bytes } => {
				let (least, most) = (mean_bytes / SMALLEST_PART, mean_bytes * LARGEST_FACTOR);
				let first = FastCDC::new(bytes, least, mean_bytes, most).next();
				first.map_or(bytes.len(), |chunk| chunk.length)
			},
		}
	}
}

impl Default for Chunker {
	/// `size-262144`, as IPFS tools have it.
	fn default() -> Self {
		Self(Kind::Size { chunk_bytes: CHUNK_BYTES })
	}
}

impl fmt::Display for Chunker {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.0 {
			Kind::Size { chunk_bytes } => write!(formatter, "size-{chunk_bytes}"),
			Kind::Content { mean_bytes } => write!(formatter, "fastcdc-{mean_bytes}"),
		}
	}
}

impl FromStr for Chunker {
	type Err = ChunkerError;

	/// Reads what [`fmt::Display`] writes: `size-262144`, `fastcdc-131072`.
	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let number = |digits: &str| {
			// Nothing but digits: the parser of numbers would take a sign.
			let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
			digits.parse().ok().filter(|_| is_number).ok_or(ChunkerError::Unknown)
		};
		match text.split_once('-') {
			Some(("size", digits)) => Self::size(number(digits)?),
			Some(("fastcdc", digits)) => Self::content(number(digits)?),
			_ => Err(ChunkerError::Unknown),
		}
	}
}

/// Cuts what a reader yields.
pub(crate) struct Chunks<R> {
	reader: R,
	chunker: Chunker,
	/// What was read and not cut off yet.
	rest: BytesMut,
	is_at_end: bool,
}

impl<R: AsyncRead + Unpin + Send> Chunks<R> {
	pub(crate) fn new(reader: R, chunker: Chunker) -> Self {
		Self { reader, chunker, rest: BytesMut::new(), is_at_end: false }
	}

	/// The next chunks, of about `group_bytes` together; none at the end.
	pub(crate) async fn next_group(&mut self, group_bytes: usize) -> io::Result<Vec<Bytes>> {
		let mut group = Vec::new();
		let mut bytes = 0;
		while bytes < group_bytes {
			let chunk = self.next_chunk().await?;
			if chunk.is_empty() {
				break;
			}
			bytes += chunk.len();
			group.push(chunk);
		}
		Ok(group)
	}

	async fn next_chunk(&mut self) -> io::Result<Bytes> {
		let wanted = self.chunker.bytes_max();
		while !self.is_at_end && self.rest.len() < wanted {
			self.rest.reserve(wanted - self.rest.len());
			let missing = (wanted - self.rest.len()) as u64;
			let read = (&mut self.reader).take(missing).read_buf(&mut self.rest).await?;
			self.is_at_end = read == 0;
		}
		let length = self.chunker.cut(&self.rest);
		Ok(self.rest.split_to(length).freeze())
	}
}

/// Why a chunker cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChunkerError {
	/// Its chunks would be too small or too large.
	#[error(
		"chunks of {bytes} bytes are not within {CHUNK_BYTES_MIN} and {CHUNK_BYTES_MAX}, or \
		 those around that mean are not"
	)]
	OutOfBounds {
		/// The size, or the mean, that was asked for.
		bytes: usize,
	},
	/// The text names none.
	#[error("this is no chunker; one is written as size-262144 or fastcdc-131072")]
	Unknown,
}

// SPDX-License-Identifier: Apache-2.0

//! From a CAR file to blocks, each of which is checked.

use super::header::{self, HeaderError};
use crate::{
	batch::Batch,
	defaults::{CAR_HEADER_BYTES_MAX, CHUNK_BYTES},
	disk::PinError,
	source::BlockSource,
	walk::{Walk, WalkError},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockCheckError, BlockStoreError, check_block,
	limits::{BLOCK_BYTES_MAX, CID_BYTES_MAX},
};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

/// Bytes of a varint that no section needs more of: 2 MiB and a CID take four.
const LENGTH_BYTES_MAX: usize = 5;

/// What was imported.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CarImported {
	/// What the file is of; all blocks below them are here.
	pub roots: Vec<Cid>,
	/// Blocks in the file.
	pub blocks: u64,
	/// How many of them stood in it before, or were here already.
	pub duplicates: u64,
	/// Bytes of all blocks.
	pub bytes: u64,
}

pub(crate) async fn import(
	source: &BlockSource,
	batch: &mut Batch,
	bytes_max: u64,
	reader: impl AsyncRead + Unpin + Send,
) -> Result<CarImported, CarError> {
	// Lengths are read byte by byte.
	let mut reader = BufReader::with_capacity(CHUNK_BYTES, reader);
	let Some(header) = read_section(&mut reader, CAR_HEADER_BYTES_MAX).await? else {
		return Err(HeaderError::Malformed.into());
	};
	let roots = header::decode(&header)?;
	let mut imported = CarImported { roots, blocks: 0, duplicates: 0, bytes: 0 };
	while let Some(section) = read_section(&mut reader, CID_BYTES_MAX + BLOCK_BYTES_MAX).await? {
		let (cid, block) = split_section(&section)?;
		check_block(&cid, &block)?;
		imported.blocks += 1;
		imported.bytes += block.len() as u64;
		if bytes_max < imported.bytes {
			return Err(CarError::TooLarge { bytes_max });
		}
		if source.has(cid).await? {
			imported.duplicates += 1;
		}
		batch.put_all(vec![(cid, block)]).await?;
	}
	Ok(imported)
}

/// Checks that all blocks below a root are here.
pub(crate) async fn check_complete(source: &BlockSource, root: Cid) -> Result<(), CarError> {
	let mut walk = Walk::new(&root)?;
	while let Some(cid) = walk.next() {
		if !Walk::is_node(&cid) {
			match source.has(cid).await? {
				true => continue,
				false => return Err(CarError::Incomplete { root, missing: cid }),
			}
		}
		let block = source.local(cid).await?;
		walk.enter(&cid, &block.ok_or(CarError::Incomplete { root, missing: cid })?)?;
	}
	Ok(())
}

/// Reads a length and that many bytes; `None` at the end of the file.
async fn read_section(
	reader: &mut (impl AsyncRead + Unpin + Send),
	bytes_max: usize,
) -> Result<Option<Bytes>, CarError> {
	let Some(length) = read_length(reader).await? else { return Ok(None) };
	if length > bytes_max as u64 {
		return Err(CarError::SectionTooLarge { bytes: length, bytes_max });
	}
	let mut section = Vec::new();
	reader
		.take(length)
		.read_to_end(&mut section)
		.await
		.map_err(|source| CarError::Read { source })?;
	match section.len() as u64 == length {
		true => Ok(Some(section.into())),
		false => Err(CarError::Truncated),
	}
}

async fn read_length(
	reader: &mut (impl AsyncRead + Unpin + Send),
) -> Result<Option<u64>, CarError> {
	let mut length = 0;
	for position in 0..LENGTH_BYTES_MAX {
		let mut byte = [0];
		match reader.read(&mut byte).await.map_err(|source| CarError::Read { source })? {
			0 if position == 0 => return Ok(None),
			0 => return Err(CarError::Truncated),
			_ => length |= u64::from(byte[0] & 0x7f) << (7 * position),
		}
		if byte[0] & 0x80 == 0 {
			return Ok(Some(length));
		}
	}
	Err(CarError::MalformedSection)
}

/// The CID at the beginning of a section, and the block behind it.
fn split_section(section: &Bytes) -> Result<(Cid, Bytes), CarError> {
	let mut rest = &section[..section.len().min(CID_BYTES_MAX)];
	let available = rest.len();
	let cid = Cid::read_bytes(&mut rest).map_err(|_detail| CarError::MalformedSection)?;
	Ok((cid, section.slice(available - rest.len()..)))
}

/// Why a CAR file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum CarError {
	/// It does not begin as one.
	#[error(transparent)]
	Header(#[from] HeaderError),
	/// It ends within a section.
	#[error("CAR file ends within a section")]
	Truncated,
	/// A section is longer than a block and its CID, or the header too long.
	#[error("CAR file has a section of {bytes} bytes, more than {bytes_max}")]
	SectionTooLarge {
		/// Its length.
		bytes: u64,
		/// The limit.
		bytes_max: usize,
	},
	/// A section has no length, or no CID.
	#[error("CAR file has a section that is none")]
	MalformedSection,
	/// A block is not what its CID says.
	#[error(transparent)]
	Block(#[from] BlockCheckError),
	/// All blocks together are more than is taken.
	#[error("CAR file holds more than {bytes_max} bytes of blocks")]
	TooLarge {
		/// The limit.
		bytes_max: u64,
	},
	/// A block below a root is neither in the file nor here.
	#[error("block {missing} below root {root} is not in the CAR file")]
	Incomplete {
		/// The root.
		root: Cid,
		/// The block.
		missing: Cid,
	},
	/// What is below a root cannot be walked.
	#[error(transparent)]
	Walk(#[from] WalkError),
	/// The bytes could not be read.
	#[error("could not read the CAR file")]
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

impl CarError {
	/// Whether whoever made the file is to blame, and no retry helps.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		!matches!(self, Self::Read { .. } | Self::Store(_))
	}
}

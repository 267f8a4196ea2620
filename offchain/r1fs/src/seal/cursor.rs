// SPDX-License-Identifier: Apache-2.0

//! A file of the store as programs see files: `age` reads and seeks in it.

use crate::{get::GetError, reader::FileReader, source::BlockSource};
use bytes::Bytes;
use cid::Cid;
use std::io::{self, Read, Seek, SeekFrom};
use tokio::runtime::Handle;

/// Reads a file of the store, from a thread that may block.
pub(super) struct Cursor {
	runtime: Handle,
	source: BlockSource,
	root: Cid,
	length: u64,
	position: u64,
	reader: Option<FileReader>,
	piece: Bytes,
}

impl Cursor {
	/// Opens a file of at most `bytes_max` bytes.
	pub(super) fn open(
		runtime: Handle,
		source: BlockSource,
		root: Cid,
		bytes_max: u64,
	) -> Result<Self, GetError> {
		let reader = runtime.block_on(FileReader::open(source.clone(), root, bytes_max))?;
		let length = reader.file_bytes();
		let (reader, piece) = (Some(reader), Bytes::new());
		Ok(Self { runtime, source, root, length, position: 0, reader, piece })
	}

	/// The reader of what is left from here on.
	fn reader(&mut self) -> Result<&mut FileReader, GetError> {
		if self.reader.is_none() {
			let open = FileReader::open(self.source.clone(), self.root, self.length);
			let reader = self.runtime.block_on(open)?;
			self.reader = Some(reader.range(self.position..self.length));
		}
		self.reader
			.as_mut()
			.ok_or(GetError::SizeMismatch { cid: self.root, expected: self.length })
	}
}

impl Read for Cursor {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		if self.piece.is_empty() {
			let runtime = self.runtime.clone();
			let reader = self.reader().map_err(io::Error::other)?;
			let piece = runtime.block_on(reader.next_piece()).map_err(io::Error::other)?;
			self.piece = piece.unwrap_or_default();
		}
		let taken = buffer.len().min(self.piece.len());
		buffer[..taken].copy_from_slice(&self.piece.split_to(taken));
		self.position += taken as u64;
		Ok(taken)
	}
}

impl Seek for Cursor {
	fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
		let position = match to {
			SeekFrom::Start(position) => Some(position),
			SeekFrom::End(offset) => self.length.checked_add_signed(offset),
			SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
		};
		let position = position.ok_or(io::ErrorKind::InvalidInput)?;
		if position != self.position {
			self.position = position;
			self.reader = None;
			self.piece = Bytes::new();
		}
		Ok(position)
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Opening what was sealed.
//!
//! `age` authenticates each 64 KiB before it hands them out, so bytes that come out of here are
//! genuine and in their place. That nothing is missing at the end is known at the end alone, or at
//! once where a range is read: then the last piece is checked first.

use super::{
	CONTENT, MANIFEST,
	cursor::Cursor,
	keys::OpeningKeys,
	manifest::{Manifest, ManifestError},
};
use crate::{
	defaults::{MANIFEST_BYTES_MAX, SEAL_HEADER_BYTES_MAX},
	directory::{DirectoryError, Listed, list},
	get::GetError,
	source::BlockSource,
	tree::{Landing, SaveError},
};
use age::{DecryptError, stream::StreamReader};
use bytes::Bytes;
use cid::Cid;
use std::{
	fmt,
	io::{self, Read, Seek, SeekFrom},
	ops::Range,
	path::Path,
};
use tokio::{
	fs,
	io::{AsyncWrite, AsyncWriteExt},
	runtime::Handle,
	sync::mpsc,
	task::spawn_blocking,
};

/// Bytes that are opened in one go: a chunk of `age`.
const PIECE_BYTES: usize = 64 * 1024;

/// Pieces that wait for a slow writer.
const PIECES_MAX: usize = 8;

/// A sealed file, whose manifest was opened.
pub struct SealedFile {
	manifest: Manifest,
	content: Part,
}

/// One of the two files that a sealed file is made of.
#[derive(Clone)]
struct Part {
	source: BlockSource,
	cid: Cid,
	keys: OpeningKeys,
	bytes_max: u64,
}

/// Opens the manifest of a sealed file.
pub(crate) async fn open(
	source: &BlockSource,
	root: Cid,
	keys: &OpeningKeys,
	bytes_max: u64,
) -> Result<SealedFile, OpenError> {
	let Listed::Directory(entries) = list(source, root).await? else {
		return Err(OpenError::NotSealed { cid: root });
	};
	let [content, manifest] = entries.as_slice() else {
		return Err(OpenError::NotSealed { cid: root });
	};
	if (content.name.as_str(), manifest.name.as_str()) != (CONTENT, MANIFEST) {
		return Err(OpenError::NotSealed { cid: root });
	}
	let part = |cid, bytes_max| Part { source: source.clone(), cid, keys: keys.clone(), bytes_max };
	// Room for the header, and for what `age` adds to each piece.
	let manifest_bytes_max = (SEAL_HEADER_BYTES_MAX + 2 * MANIFEST_BYTES_MAX) as u64;
	let json = part(manifest.cid, manifest_bytes_max).open_whole(MANIFEST_BYTES_MAX).await?;
	let manifest = Manifest::decode(&json, &content.cid)?;
	Ok(SealedFile { manifest, content: part(content.cid, bytes_max) })
}

impl SealedFile {
	/// What it is.
	#[must_use]
	pub fn manifest(&self) -> &Manifest {
		&self.manifest
	}

	/// Writes the file to a path where nothing is yet. Nothing is there before all of it was opened
	/// and checked; it is not synced to the disk.
	///
	/// # Errors
	///
	/// Something is there, a block cannot be had, the content is damaged, or the disk failed. Nothing
	/// is at the path then.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves nothing behind.
	pub async fn save(&self, path: &Path) -> Result<(), OpenError> {
		let landing = Landing::beside(path)?;
		let disk = |source| OpenError::Write { source };
		let mut file = fs::File::create_new(landing.place()).await.map_err(disk)?;
		self.write_to(&mut file).await?;
		drop(file);
		landing.land().map_err(OpenError::Save)
	}

	/// Writes the whole file to `writer`.
	///
	/// # Errors
	///
	/// A block cannot be had, the content is damaged, or writing failed. What was written by then is
	/// a genuine beginning of the file, of which the end is missing: it may not be taken for the file.
	///
	/// # Cancel safety
	///
	/// Dropping the future may leave a beginning of the file in `writer`.
	pub async fn write_to(
		&self,
		writer: &mut (impl AsyncWrite + Unpin + Send),
	) -> Result<(), OpenError> {
		self.write(0..self.manifest.bytes, writer).await
	}

	/// Writes a part of the file to `writer`; blocks that hold nothing of it are not fetched, but for
	/// the first and the last. What is beyond the end of the file is not there.
	///
	/// # Errors
	///
	/// As [`Self::write_to`], but that the end is missing is found out first.
	///
	/// # Cancel safety
	///
	/// As [`Self::write_to`].
	pub async fn write_range_to(
		&self,
		range: Range<u64>,
		writer: &mut (impl AsyncWrite + Unpin + Send),
	) -> Result<(), OpenError> {
		let end = range.end.min(self.manifest.bytes);
		self.write(range.start.min(end)..end, writer).await
	}

	async fn write(
		&self,
		range: Range<u64>,
		writer: &mut (impl AsyncWrite + Unpin + Send),
	) -> Result<(), OpenError> {
		let (sender, mut pieces) = mpsc::channel(PIECES_MAX);
		let (part, bytes) = (self.content.clone(), self.manifest.bytes);
		let runtime = Handle::current();
		let opening = spawn_blocking(move || {
			let send = |piece| sender.blocking_send(piece).is_ok();
			part.open_range(runtime, range, bytes, send)
		});
		while let Some(piece) = pieces.recv().await {
			writer.write_all(&piece).await.map_err(|source| OpenError::Write { source })?;
		}
		opening.await.map_err(|error| OpenError::Write { source: error.into() })??;
		writer.flush().await.map_err(|source| OpenError::Write { source })
	}
}

impl Part {
	/// Opens all of a short part.
	async fn open_whole(self, bytes_max: usize) -> Result<Vec<u8>, OpenError> {
		let runtime = Handle::current();
		let opening = spawn_blocking(move || {
			let mut bytes = Vec::new();
			let reader = self.decrypt(runtime)?;
			let read = reader.take(bytes_max as u64 + 1).read_to_end(&mut bytes);
			read.map_err(|error| self.damaged(error))?;
			match bytes.len() <= bytes_max {
				true => Ok(bytes),
				false => Err(ManifestError::TooLong.into()),
			}
		});
		opening.await.map_err(|error| OpenError::Write { source: error.into() })?
	}

	/// Opens a range of a part that must have a length; ends early when nobody takes the pieces.
	fn open_range(
		&self,
		runtime: Handle,
		range: Range<u64>,
		bytes: u64,
		mut send: impl FnMut(Bytes) -> bool,
	) -> Result<(), OpenError> {
		let mut reader = self.decrypt(runtime)?;
		let is_whole = range == (0..bytes);
		if !is_whole {
			// Opens the last piece as the last, so that the length is known to be right.
			let length = reader.seek(SeekFrom::End(0)).map_err(|error| self.damaged(error))?;
			self.check_length(length, bytes)?;
			if range.is_empty() {
				return Ok(());
			}
			reader.seek(SeekFrom::Start(range.start)).map_err(|error| self.damaged(error))?;
		}
		// One byte more than there may be shows that there is more, and that the end is the end.
		let mut left = if is_whole { bytes.saturating_add(1) } else { range.end - range.start };
		let mut piece = vec![0; PIECE_BYTES];
		let mut read = 0;
		while left != 0 {
			let wanted = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
			let taken = match reader.read(&mut piece[..wanted]) {
				Ok(0) => break,
				Ok(taken) => taken,
				Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
				Err(error) => return Err(self.damaged(error)),
			};
			read += taken as u64;
			left -= taken as u64;
			if is_whole && bytes < read {
				break;
			}
			if !send(Bytes::copy_from_slice(&piece[..taken])) {
				return Ok(());
			}
		}
		let expected = range.end - range.start;
		self.check_length(read, expected)
	}

	fn check_length(&self, found: u64, expected: u64) -> Result<(), OpenError> {
		match found == expected {
			true => Ok(()),
			false => Err(OpenError::Length { cid: self.cid, found, expected }),
		}
	}

	fn decrypt(&self, runtime: Handle) -> Result<StreamReader<Cursor>, OpenError> {
		let mut cursor = Cursor::open(runtime, self.source.clone(), self.cid, self.bytes_max)?;
		self.check_header(&mut cursor)?;
		self.keys.decrypt(cursor).map_err(|error| match error {
			DecryptError::NoMatchingKeys
			| DecryptError::DecryptionFailed
			| DecryptError::KeyDecryptionFailed => OpenError::Key { cid: self.cid },
			DecryptError::ExcessiveWork { required, .. } => {
				OpenError::ExcessiveWork { cid: self.cid, work: required }
			},
			DecryptError::Io(error) => self.damaged(error),
			error => OpenError::Damaged { cid: self.cid, reason: error.to_string() },
		})
	}

	/// Sees to it that a header ends soon: the library would read one of any length.
	fn check_header(&self, cursor: &mut Cursor) -> Result<(), OpenError> {
		let mut header = Vec::new();
		let limit = SEAL_HEADER_BYTES_MAX as u64;
		cursor
			.by_ref()
			.take(limit)
			.read_to_end(&mut header)
			.map_err(|error| self.damaged(error))?;
		cursor.seek(SeekFrom::Start(0)).map_err(|error| self.damaged(error))?;
		// The last line of a header begins so, and no other does.
		match header.windows(5).any(|bytes| bytes == b"\n--- ") {
			true => Ok(()),
			false => {
				let reason = "it has no header of age".to_owned();
				Err(OpenError::Damaged { cid: self.cid, reason })
			},
		}
	}

	/// What an error in the middle means: of the store, or of the content.
	fn damaged(&self, error: io::Error) -> OpenError {
		match error.downcast::<GetError>() {
			Ok(error) => OpenError::Content(error),
			Err(error) => OpenError::Damaged { cid: self.cid, reason: error.to_string() },
		}
	}
}

impl fmt::Debug for SealedFile {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("SealedFile")
			.field("manifest", &self.manifest)
			.field("content", &self.content.cid)
			.finish_non_exhaustive()
	}
}

/// Why a sealed file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// The directory could not be read.
	#[error(transparent)]
	Directory(#[from] DirectoryError),
	/// A block of it could not be had, or is no part of it.
	#[error(transparent)]
	Content(#[from] GetError),
	/// It is something else.
	#[error("{cid} is no sealed file: that is a directory with {CONTENT} and {MANIFEST} alone")]
	NotSealed {
		/// What is.
		cid: Cid,
	},
	/// It was sealed for others.
	#[error("no key opens {cid}: it was sealed for others, or with another passphrase")]
	Key {
		/// The sealed part.
		cid: Cid,
	},
	/// Its passphrase costs too much.
	#[error("opening {cid} takes 2^{work} steps of work for its passphrase, which is too much")]
	ExcessiveWork {
		/// The sealed part.
		cid: Cid,
		/// The power of two.
		work: u8,
	},
	/// It was cut, extended, reordered, or changed otherwise.
	#[error("sealed content {cid} is damaged: {reason}")]
	Damaged {
		/// The sealed part.
		cid: Cid,
		/// What the library says.
		reason: String,
	},
	/// It is longer or shorter than its manifest says.
	#[error("sealed content {cid} has {found} bytes or more where {expected} are expected")]
	Length {
		/// The sealed part.
		cid: Cid,
		/// What was found.
		found: u64,
		/// What the manifest says.
		expected: u64,
	},
	/// The manifest may not be one, or belongs to another content.
	#[error(transparent)]
	Manifest(#[from] ManifestError),
	/// The file could not be put in its place.
	#[error(transparent)]
	Save(#[from] SaveError),
	/// The bytes could not be written.
	#[error("could not write the opened file")]
	Write {
		/// What the writer said.
		source: io::Error,
	},
}

impl OpenError {
	/// Whether trying again later may help.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		match self {
			Self::Directory(error) => error.is_transient(),
			Self::Content(error) => error.is_transient(),
			_ => false,
		}
	}

	/// Whether whoever made the content is to blame, and no retry helps.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		match self {
			Self::Directory(error) => error.is_content_fault(),
			Self::Content(error) => error.is_content_fault(),
			Self::NotSealed { .. }
			| Self::ExcessiveWork { .. }
			| Self::Damaged { .. }
			| Self::Length { .. }
			| Self::Manifest(_) => true,
			Self::Key { .. } | Self::Save(_) | Self::Write { .. } => false,
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! From a DAG to files and directories on a disk.
//!
//! Everything is written beside its place and renamed at the end, so that whoever looks there finds
//! all of it or nothing. What was written beside goes away when anything fails; a process that is
//! killed leaves it, under a name that begins with `.r1fs-`.

use crate::{
	defaults::{DIRECTORY_DEPTH_MAX, FILE_BYTES_MAX, TREE_ENTRIES_MAX},
	directory::{DirectoryError, Listed, list},
	get::GetError,
	reader::FileReader,
	source::BlockSource,
};
use cid::Cid;
use std::{
	fs as blocking,
	future::Future,
	io,
	path::{Path, PathBuf},
	pin::Pin,
};
use tempfile::TempDir;
use tokio::{fs, io::AsyncWriteExt};

/// How much of a stranger's DAG is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
	/// Bytes of a file, and of all files of a tree.
	pub(crate) file_bytes_max: u64,
	/// Files and directories of a tree.
	pub(crate) tree_entries_max: u64,
}

impl Default for Limits {
	fn default() -> Self {
		Self { file_bytes_max: FILE_BYTES_MAX, tree_entries_max: TREE_ENTRIES_MAX }
	}
}

/// Writes a file, or a directory with all in it, to a path where nothing is yet; its bytes.
pub(crate) async fn save(
	source: &BlockSource,
	limits: Limits,
	root: Cid,
	path: &Path,
) -> Result<u64, SaveError> {
	let _protection = source.protect(root);
	let landing = Landing::beside(path)?;
	let mut saving = Saving { source, limits, bytes: 0, entries: 0 };
	saving.save(root, landing.place(), 0).await?;
	landing.land()?;
	Ok(saving.bytes)
}

/// A place beside a path, from where what is finished is moved to the path.
#[derive(Debug)]
pub(crate) struct Landing {
	beside: TempDir,
	place: PathBuf,
	path: PathBuf,
}

impl Landing {
	/// A place beside `path`, where nothing may be.
	pub(crate) fn beside(path: &Path) -> Result<Self, SaveError> {
		refuse_existing(path)?;
		let parent = match path.parent() {
			Some(parent) if parent != Path::new("") => parent,
			_ => Path::new("."),
		};
		let beside = tempfile::Builder::new()
			.prefix(".r1fs-")
			.tempdir_in(parent)
			.map_err(disk("write in", parent))?;
		let place = beside.path().join("new");
		Ok(Self { beside, place, path: path.to_owned() })
	}

	/// Where to write.
	pub(crate) fn place(&self) -> &Path {
		&self.place
	}

	/// Moves what was written to its path.
	pub(crate) fn land(self) -> Result<(), SaveError> {
		refuse_existing(&self.path)?;
		blocking::rename(&self.place, &self.path).map_err(disk("move to", &self.path))?;
		self.beside.close().map_err(disk("clean up beside", &self.path))
	}
}

/// Nothing is overwritten: a rename would replace a file without a word.
fn refuse_existing(path: &Path) -> Result<(), SaveError> {
	match blocking::symlink_metadata(path) {
		Ok(_) => Err(SaveError::Exists { path: path.to_owned() }),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		Err(source) => Err(disk("look at", path)(source)),
	}
}

/// A tree that is being written.
struct Saving<'a> {
	source: &'a BlockSource,
	limits: Limits,
	bytes: u64,
	entries: u64,
}

impl Saving<'_> {
	/// Boxed, because an async function cannot hold itself.
	fn save<'b>(
		&'b mut self,
		cid: Cid,
		path: &'b Path,
		depth: usize,
	) -> Pin<Box<dyn Future<Output = Result<(), SaveError>> + Send + 'b>> {
		Box::pin(async move {
			let Listed::Directory(entries) = list(self.source, cid).await? else {
				return self.save_file(cid, path).await;
			};
			if DIRECTORY_DEPTH_MAX < depth {
				return Err(SaveError::TooDeep { cid });
			}
			self.entries = self.entries.saturating_add(entries.len() as u64);
			if self.limits.tree_entries_max < self.entries {
				let entries_max = self.limits.tree_entries_max;
				return Err(SaveError::TooManyEntries { cid, entries_max });
			}
			fs::create_dir(path).await.map_err(disk("make", path))?;
			for entry in entries {
				self.save(entry.cid, &path.join(&entry.name), depth + 1).await?;
			}
			Ok(())
		})
	}

	async fn save_file(&mut self, cid: Cid, path: &Path) -> Result<(), SaveError> {
		let bytes_max = self.limits.file_bytes_max.saturating_sub(self.bytes);
		let mut reader = FileReader::open(self.source.clone(), cid, bytes_max).await?;
		// Two names may be one on a disk that does not tell cases apart.
		let mut file = fs::File::create_new(path).await.map_err(disk("make", path))?;
		while let Some(piece) = reader.next_piece().await? {
			file.write_all(&piece).await.map_err(disk("write", path))?;
		}
		file.flush().await.map_err(disk("write", path))?;
		self.bytes += reader.file_bytes();
		Ok(())
	}
}

fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SaveError {
	let path = path.to_owned();
	move |source| SaveError::Disk { action, path, source }
}

/// Why a file or a directory was not written to a disk; nothing of it is there.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
	/// A directory could not be read.
	#[error(transparent)]
	Directory(#[from] DirectoryError),
	/// A file could not be read.
	#[error(transparent)]
	File(#[from] GetError),
	/// The disk failed.
	#[error("could not {action} {}", path.display())]
	Disk {
		/// What was tried.
		action: &'static str,
		/// What it was tried on.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Something is there already.
	#[error("{} exists already", path.display())]
	Exists {
		/// Where.
		path: PathBuf,
	},
	/// A tree has more files and directories than are taken.
	#[error("tree has more than {entries_max} entries, at directory {cid}")]
	TooManyEntries {
		/// Where the reader stopped.
		cid: Cid,
		/// The limit.
		entries_max: u64,
	},
	/// Directories are nested too deeply.
	#[error("directory {cid} is more than {DIRECTORY_DEPTH_MAX} directories below its root")]
	TooDeep {
		/// Where the reader stopped.
		cid: Cid,
	},
}

impl SaveError {
	/// Whether trying again later may help.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		match self {
			Self::Directory(error) => error.is_transient(),
			Self::File(error) => error.is_transient(),
			_ => false,
		}
	}

	/// Whether whoever made the content is to blame, and no retry helps.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		match self {
			Self::Directory(error) => error.is_content_fault(),
			Self::File(error) => error.is_content_fault(),
			Self::TooManyEntries { .. } | Self::TooDeep { .. } => true,
			Self::Disk { .. } | Self::Exists { .. } => false,
		}
	}
}

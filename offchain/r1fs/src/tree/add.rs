// SPDX-License-Identifier: Apache-2.0

//! From a tree of directories on a disk to its DAG.
//!
//! Files and directories alone are added: what is behind a symbolic link may belong to somebody
//! else, and a device has no end.

use super::{
	directory::{DirectoryBuilder, EntryKind},
	save::Limits,
};
use crate::{
	add::{AddError, Added, add},
	batch::Batch,
	chunker::Chunker,
	defaults::{DIRECTORY_DEPTH_MAX, TREE_ENTRIES_MAX},
	disk::PinError,
	name::NameError,
};
use r1_core::BlockStoreError;
use std::{
	ffi::OsString,
	future::Future,
	io,
	path::{Path, PathBuf},
	pin::Pin,
};
use tokio::fs;

/// Puts what is at `path`, a file or a directory with all in it, into a batch.
pub(crate) async fn add_tree(
	batch: &mut Batch,
	chunker: Chunker,
	limits: Limits,
	path: PathBuf,
) -> Result<Added, AddTreeError> {
	let mut adding = Adding { batch, chunker, limits, entries: 0 };
	let (added, _) = adding.add(path, 0).await?;
	Ok(added)
}

/// A tree that is being added.
struct Adding<'a> {
	batch: &'a mut Batch,
	chunker: Chunker,
	limits: Limits,
	entries: u64,
}

impl Adding<'_> {
	/// Boxed, because an async function cannot hold itself.
	fn add(
		&mut self,
		path: PathBuf,
		depth: usize,
	) -> Pin<Box<dyn Future<Output = Result<(Added, EntryKind), AddTreeError>> + Send + '_>> {
		Box::pin(async move {
			let kind = at("look at", &path, fs::symlink_metadata(&path).await)?.file_type();
			if kind.is_file() {
				return Ok((self.add_file(path).await?, EntryKind::Leaf));
			}
			if !kind.is_dir() {
				return Err(AddTreeError::NeitherFileNorDirectory { path });
			}
			if DIRECTORY_DEPTH_MAX < depth {
				return Err(AddTreeError::TooDeep { path });
			}
			let mut directory = DirectoryBuilder::default();
			for name in self.names_in(&path).await? {
				let child = path.join(&name);
				let (added, kind) = self.add(child.clone(), depth + 1).await?;
				directory
					.insert(name.as_encoded_bytes(), kind, added)
					.map_err(|source| AddTreeError::Name { path: child, source })?;
			}
			let kind = if directory.is_empty() { EntryKind::Leaf } else { EntryKind::Tree };
			let added = directory.finish(self.batch).await?;
			Ok((added.ok_or(AddTreeError::NamesCollide { path })?, kind))
		})
	}

	async fn add_file(&mut self, path: PathBuf) -> Result<Added, AddTreeError> {
		let file = at("open", &path, fs::File::open(&path).await)?;
		add(self.batch, self.chunker, self.limits.file_bytes_max, file)
			.await
			.map_err(|source| AddTreeError::File { path, source })
	}

	/// The names in a directory, in an order that is the same everywhere.
	async fn names_in(&mut self, path: &Path) -> Result<Vec<OsString>, AddTreeError> {
		let mut names = Vec::new();
		let mut entries = at("list", path, fs::read_dir(path).await)?;
		while let Some(entry) = at("list", path, entries.next_entry().await)? {
			self.entries += 1;
			if self.limits.tree_entries_max < self.entries {
				return Err(AddTreeError::TooManyEntries {
					entries_max: self.limits.tree_entries_max,
				});
			}
			names.push(entry.file_name());
		}
		names.sort();
		Ok(names)
	}
}

fn at<T>(action: &'static str, path: &Path, result: io::Result<T>) -> Result<T, AddTreeError> {
	result.map_err(|source| AddTreeError::Disk { action, path: path.to_owned(), source })
}

/// Why a tree was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddTreeError {
	/// A file of it could not be added.
	#[error("could not add {}", path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		source: AddError,
	},
	/// The disk that it is on failed.
	#[error("could not {action} {}", path.display())]
	Disk {
		/// What was tried.
		action: &'static str,
		/// What it was tried on.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Something in it is a symbolic link, a device, or something else.
	#[error("{} is neither a file nor a directory", path.display())]
	NeitherFileNorDirectory {
		/// What is.
		path: PathBuf,
	},
	/// A name in it may not be one elsewhere.
	#[error("{} cannot be added", path.display())]
	Name {
		/// What has the name.
		path: PathBuf,
		/// What is wrong with it.
		source: NameError,
	},
	/// It has too many files and directories.
	#[error("tree has more than {entries_max} entries; {TREE_ENTRIES_MAX} is the limit by default")]
	TooManyEntries {
		/// The limit.
		entries_max: u64,
	},
	/// Its directories are nested too deeply.
	#[error("{} is more than {DIRECTORY_DEPTH_MAX} directories deep", path.display())]
	TooDeep {
		/// The directory.
		path: PathBuf,
	},
	/// Two names in a large directory have the same hash, which somebody must have made so.
	#[error("two names in directory {} have the same hash: rename one of them", path.display())]
	NamesCollide {
		/// The directory.
		path: PathBuf,
	},
	/// A block could not be stored.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// It is stored, but could not be pinned: the next collection removes it.
	#[error(transparent)]
	Pin(#[from] PinError),
}

// SPDX-License-Identifier: Apache-2.0

//! The file that keeps an observer's memory over a restart.
//!
//! A save writes a temporary file beside it, flushes it to the disk, and renames it: after a crash
//! at any instant the file is the old one or the new one, never a mixture. A file that cannot be
//! restored is renamed to `<name>.bad`, where a person can look at it, and the observer starts
//! empty; an older `.bad` file is replaced, so that they do not pile up. A file that cannot be
//! *read* stays where it is and is an error: it may be sound.

use crate::{
	observer::{ChainScope, Observer, ObserverLimits, UnusableClock},
	snapshot::{self, SnapshotError},
};
use std::{
	ffi::OsString,
	fs::{self, File},
	io::{self, Read, Write},
	path::{Path, PathBuf},
};

/// One snapshot on the disk. All methods block; there must be one writer.
#[derive(Clone, Debug)]
pub struct SnapshotStore {
	path: PathBuf,
}

impl SnapshotStore {
	/// The snapshot at a path, whose folder exists. Nothing is touched yet.
	#[must_use]
	pub fn new(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into() }
	}

	/// Restores the observer that was saved, or makes an empty one and says why.
	///
	/// # Errors
	///
	/// The file cannot be read or set aside, or the chain's clock is not usable.
	pub fn load(&self, scope: ChainScope, limits: ObserverLimits) -> Result<Loaded, StoreError> {
		let Some(bytes) = self.read(snapshot::bytes_max(&scope, &limits))? else {
			return Ok(Loaded { observer: Observer::new(scope, limits)?, origin: Origin::New });
		};
		let restored = match bytes {
			Ok(bytes) => Observer::restore(&bytes, scope, limits),
			Err(too_long) => Err(too_long),
		};
		match restored {
			Ok(observer) => Ok(Loaded { observer, origin: Origin::Restored }),
			// Not the file's fault: it would be as unusable tomorrow.
			Err(SnapshotError::UnusableClock(unusable)) => Err(unusable.into()),
			Err(reason) => {
				let kept_at = self.set_aside()?;
				let origin = Origin::SetAside { reason, kept_at };
				Ok(Loaded { observer: Observer::new(scope, limits)?, origin })
			},
		}
	}

	/// Replaces the file by a snapshot; it is on the disk when this returns.
	///
	/// # Errors
	///
	/// The file cannot be written; the old one stays.
	pub fn save(&self, snapshot: &[u8]) -> Result<(), StoreError> {
		let temporary = self.sibling(".tmp");
		let write = || {
			let mut file = File::create(&temporary)?;
			file.write_all(snapshot)?;
			file.sync_all()?;
			fs::rename(&temporary, &self.path)?;
			sync_folder(&self.path)
		};
		write().map_err(|source| self.error("write", source))
	}

	/// The file's bytes; `None` if there is no file.
	fn read(&self, bytes_max: u64) -> Result<Option<Result<Vec<u8>, SnapshotError>>, StoreError> {
		let file = match File::open(&self.path) {
			Ok(file) => file,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(source) => return Err(self.error("read", source)),
		};
		let mut bytes = Vec::new();
		// One byte more than allowed, so that a longer file is noticed.
		file.take(bytes_max.saturating_add(1))
			.read_to_end(&mut bytes)
			.map_err(|source| self.error("read", source))?;
		match bytes.len() as u64 <= bytes_max {
			true => Ok(Some(Ok(bytes))),
			false => Ok(Some(Err(SnapshotError::TooLong { bytes_max }))),
		}
	}

	fn set_aside(&self) -> Result<PathBuf, StoreError> {
		let kept_at = self.sibling(".bad");
		fs::rename(&self.path, &kept_at).map_err(|source| self.error("set aside", source))?;
		Ok(kept_at)
	}

	fn sibling(&self, suffix: &str) -> PathBuf {
		let mut name = OsString::from(&self.path);
		name.push(suffix);
		name.into()
	}

	fn error(&self, action: &'static str, source: io::Error) -> StoreError {
		StoreError::Io { action, path: self.path.clone(), source }
	}
}

/// An observer to go on with.
#[derive(Debug)]
pub struct Loaded {
	/// The observer.
	pub observer: Observer,
	/// Where its memory comes from.
	pub origin: Origin,
}

/// Where an observer's memory comes from.
#[derive(Debug)]
pub enum Origin {
	/// There was no file: the memory is empty.
	New,
	/// The file was sound.
	Restored,
	/// The file was not: the memory is empty, and somebody should be told.
	SetAside {
		/// What is wrong with it.
		reason: SnapshotError,
		/// Where the file is now.
		kept_at: PathBuf,
	},
}

/// Why a snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// The disk failed.
	#[error("could not {action} the snapshot of beats at {}", path.display())]
	Io {
		/// What was tried.
		action: &'static str,
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// No observer can be made for the chain.
	#[error(transparent)]
	UnusableClock(#[from] UnusableClock),
}

/// Makes a rename in the file's folder durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
	let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
	File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
	// Elsewhere a folder cannot be opened as a file; the rename is durable by the file system.
	Ok(())
}

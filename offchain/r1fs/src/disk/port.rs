// SPDX-License-Identifier: Apache-2.0

//! What the store asks of a disk, so that a test can let one die at any instant.
//!
//! The promise behind each method is that of POSIX and no more: what was written, renamed or removed
//! may or may not survive a crash until the file, or the directory that names it, was synced.

use std::{
	fmt,
	fs::{self, File, OpenOptions, TryLockError},
	io::{self, ErrorKind, Read, Write},
	path::{Path, PathBuf},
	thread,
};

/// A disk.
pub(crate) trait Disk: fmt::Debug + Send + Sync + 'static {
	/// Makes a directory and those above it.
	fn create_directories(&self, path: &Path) -> io::Result<()>;

	/// Names and lengths of what is in a directory, in any order.
	fn list(&self, path: &Path) -> io::Result<Vec<(String, u64)>>;

	/// Length of a file; `None` if there is none.
	fn length(&self, path: &Path) -> io::Result<Option<u64>>;

	/// The first `bytes_max` bytes of a file; `None` if there is none.
	fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>>;

	/// Writes a file that must not be there.
	fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

	/// Waits until the content of files is on the disk.
	fn sync_files(&self, paths: &[&Path]) -> io::Result<()>;

	/// Moves a file; what had its new name is replaced.
	fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

	/// Removes a file; whether there was one.
	fn remove(&self, path: &Path) -> io::Result<bool>;

	/// Waits until the names in directories are on the disk.
	fn sync_directories(&self, paths: &[&Path]) -> io::Result<()>;

	/// The same, for one.
	fn sync_directory(&self, path: &Path) -> io::Result<()> {
		self.sync_directories(&[path])
	}

	/// Takes a file for this process, until what is returned is dropped.
	fn lock(&self, path: &Path) -> io::Result<Option<File>>;
}

/// Files that are synced at a time: the disk writes them together, and the journal of the file
/// system once for all of them. More threads did not help.
const SYNCS_AT_A_TIME: usize = 16;

/// The machine's own disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MachineDisk;

impl Disk for MachineDisk {
	fn create_directories(&self, path: &Path) -> io::Result<()> {
		fs::create_dir_all(path)
	}

	fn list(&self, path: &Path) -> io::Result<Vec<(String, u64)>> {
		let mut found = Vec::new();
		for entry in fs::read_dir(path)? {
			let entry = entry?;
			// What has another name was not put here by the store.
			let Ok(name) = entry.file_name().into_string() else { continue };
			match entry.metadata() {
				Ok(metadata) => found.push((name, metadata.len())),
				// Somebody removed it meanwhile.
				Err(error) if error.kind() == ErrorKind::NotFound => {},
				Err(error) => return Err(error),
			}
		}
		Ok(found)
	}

	fn length(&self, path: &Path) -> io::Result<Option<u64>> {
		absent_is_none(fs::metadata(path).map(|metadata| metadata.len()))
	}

	fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
		let Some(file) = absent_is_none(File::open(path))? else { return Ok(None) };
		let length = file.metadata()?.len().min(bytes_max);
		let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
		file.take(bytes_max).read_to_end(&mut bytes)?;
		Ok(Some(bytes))
	}

	fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
		OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
	}

	fn sync_files(&self, paths: &[&Path]) -> io::Result<()> {
		sync_all(paths)
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		fs::rename(from, to)
	}

	fn remove(&self, path: &Path) -> io::Result<bool> {
		absent_is_none(fs::remove_file(path)).map(|removed| removed.is_some())
	}

	#[cfg(unix)]
	fn sync_directories(&self, paths: &[&Path]) -> io::Result<()> {
		sync_all(paths)
	}

	#[cfg(not(unix))]
	fn sync_directories(&self, _: &[&Path]) -> io::Result<()> {
		// Other systems do not let a directory be opened, and order renames themselves.
		Ok(())
	}

	fn lock(&self, path: &Path) -> io::Result<Option<File>> {
		let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
		match file.try_lock() {
			Ok(()) => Ok(Some(file)),
			Err(TryLockError::WouldBlock) => {
				Err(io::Error::new(ErrorKind::ResourceBusy, "another process uses it"))
			},
			Err(TryLockError::Error(error)) => Err(error),
		}
	}
}

/// Syncs files or directories, several at a time.
fn sync_all(paths: &[&Path]) -> io::Result<()> {
	let sync_some = |some: &[&Path]| -> io::Result<()> {
		some.iter().try_for_each(|path| File::open(path)?.sync_all())
	};
	if paths.len() <= 1 {
		return sync_some(paths);
	}
	let share = paths.len().div_ceil(SYNCS_AT_A_TIME);
	thread::scope(|scope| {
		let threads: Vec<_> =
			paths.chunks(share).map(|some| scope.spawn(move || sync_some(some))).collect();
		threads.into_iter().try_for_each(|thread| {
			thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread died")))
		})
	})
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
	match result {
		Ok(value) => Ok(Some(value)),
		Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
		Err(error) => Err(error),
	}
}

/// Writes a file beside its place and moves it there, so that it is whole or absent, or what it was
/// before, after a crash at any instant.
pub(super) fn replace(
	disk: &dyn Disk,
	temporary: &Path,
	place: &Path,
	bytes: &[u8],
) -> io::Result<()> {
	let written = disk
		.write_new(temporary, bytes)
		.and_then(|()| disk.sync_files(&[temporary]))
		.and_then(|()| disk.rename(temporary, place));
	if let Err(error) = written {
		// What is left is removed now if possible, and at the next start otherwise.
		let _best_effort = disk.remove(temporary);
		return Err(error);
	}
	disk.sync_directory(place.parent().unwrap_or(place))
}

/// Paths of a store.
#[derive(Clone, Debug)]
pub(super) struct Layout {
	pub(super) root: PathBuf,
	pub(super) blocks: PathBuf,
	pub(super) new: PathBuf,
	pub(super) pins: PathBuf,
}

impl Layout {
	pub(super) fn new(root: &Path) -> Self {
		let root = root.to_owned();
		let (blocks, new, pins) = (root.join("blocks"), root.join("new"), root.join("pins"));
		Self { root, blocks, new, pins }
	}

	/// The directory of a block, and the block's own path.
	pub(super) fn place(&self, cid: &cid::Cid) -> (PathBuf, PathBuf) {
		let name = cid.to_string();
		// The last characters of a hash are evenly spread; the first are the same for all.
		let shard = self.blocks.join(&name[name.len().saturating_sub(2)..]);
		let place = shard.join(name);
		(shard, place)
	}

	pub(super) fn pin(&self, cid: &cid::Cid, holder: &super::Holder) -> PathBuf {
		self.pins.join(format!("{cid}.{holder}"))
	}
}

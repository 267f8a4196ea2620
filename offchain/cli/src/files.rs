// SPDX-License-Identifier: Apache-2.0

//! Files that must not be lost, or not be seen.

use anyhow::{Context as _, bail, ensure};
use std::{
	fs::{self, File, OpenOptions},
	io::{self, Read as _, Write as _},
	path::Path,
};

/// Reads a file of at most so many bytes.
pub(crate) fn read(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
	let mut bytes = Vec::new();
	// One byte more, so that a longer file is noticed.
	File::open(path)
		.and_then(|file| file.take(bytes_max as u64 + 1).read_to_end(&mut bytes))
		.with_context(|| format!("could not read {}", path.display()))?;
	ensure!(bytes.len() <= bytes_max, "{} has more than {bytes_max} bytes", path.display());
	Ok(bytes)
}

/// Writes a file that is new and that only its owner can read.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let mut options = OpenOptions::new();
	options.write(true).create_new(true);
	#[cfg(unix)]
	std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
	let mut file = options.open(path)?;
	let written = file.write_all(bytes).and_then(|()| file.sync_all());
	if written.is_err() {
		// Half a key is none, and would stand in the way of the next attempt. The first error is
		// the one to hear of.
		drop(fs::remove_file(path));
	}
	written
}

/// Something that may be written again and again, over itself and over nothing else: who mistypes a
/// name loses no file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
	/// What it is, after `no`.
	pub(crate) name: &'static str,
	/// Whether a text is one.
	pub(crate) is_one: fn(&str) -> bool,
	/// Longest text of it, in bytes.
	pub(crate) bytes_max: usize,
}

impl Kind {
	/// Checks that a file can be written.
	pub(crate) fn check(self, path: &Path) -> anyhow::Result<()> {
		self.is_there(path).map(drop)
	}

	/// Writes a file that only its owner can read.
	pub(crate) fn write(self, path: &Path, text: &str) -> anyhow::Result<()> {
		let write = || match self.is_there(path)? {
			true => replace(path, text.as_bytes()),
			false => Ok(write_new(path, text.as_bytes())?),
		};
		write().with_context(|| format!("could not write {}", path.display()))
	}

	/// Whether there is such a file; an error if there is another one.
	fn is_there(self, path: &Path) -> anyhow::Result<bool> {
		let found = match fs::metadata(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
			found => found.with_context(|| format!("could not look at {}", path.display()))?,
		};
		// A pipe or a device would never end.
		let is_one = found.is_file()
			&& String::from_utf8(read(path, self.bytes_max).unwrap_or_default())
				.is_ok_and(|text| (self.is_one)(text.trim()));
		if !is_one {
			let path = path.display();
			bail!(
				"{path} exists, is no {}, and is not overwritten: give another --output",
				self.name
			);
		}
		Ok(true)
	}
}

/// Writes a file in the place of another. Whoever reads it meanwhile gets the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
	// Where a link points to, so that the link stays one.
	let path = path.canonicalize()?;
	let mut name = path.file_name().context("it has no name")?.to_owned();
	name.push(format!(".{}.new", std::process::id()));
	let new = path.with_file_name(name);
	write_new(&new, bytes)?;
	let renamed = fs::rename(&new, path);
	if renamed.is_err() {
		// What is in it is in no other file.
		drop(fs::remove_file(&new));
	}
	Ok(renamed?)
}

#[cfg(all(test, unix))]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt as _;

	const NUMBER: Kind =
		Kind { name: "number", is_one: |text| text.parse::<u32>().is_ok(), bytes_max: 10 };

	#[test]
	fn file_should_be_private_and_replace_only_its_own_kind() {
		let directory = tempfile::tempdir().unwrap();
		let file = directory.path().join("number");
		let read = || fs::read_to_string(&file).unwrap();
		NUMBER.write(&file, "1\n").unwrap();
		fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
		NUMBER.write(&file, "2\n").unwrap();
		assert_eq!(read(), "2\n");
		assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
		for other in ["a letter", "", "12345678901"] {
			fs::write(&file, other).unwrap();
			let error = NUMBER.write(&file, "3\n").unwrap_err();
			assert!(format!("{error:#}").contains("is no number"), "{error:#}");
			assert_eq!(read(), other);
		}
		assert!(NUMBER.check(directory.path()).is_err());
		assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left over");
	}

	#[test]
	fn link_should_stay_one() {
		let directory = tempfile::tempdir().unwrap();
		let [file, link] = ["number", "link"].map(|name| directory.path().join(name));
		fs::write(&file, "1").unwrap();
		std::os::unix::fs::symlink(&file, &link).unwrap();
		NUMBER.write(&link, "2").unwrap();
		assert_eq!(fs::read_to_string(&file).unwrap(), "2");
		assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
	}

	#[test]
	fn file_should_be_read_up_to_a_limit() {
		let directory = tempfile::tempdir().unwrap();
		let file = directory.path().join("file");
		fs::write(&file, [0xff; 4]).unwrap();
		assert_eq!(read(&file, 4).unwrap(), [0xff; 4]);
		let error = read(&file, 3).unwrap_err().to_string();
		assert!(error.contains("more than 3 bytes"), "{error}");
		assert!(read(&directory.path().join("none"), 3).is_err());
	}
}

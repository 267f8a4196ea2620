// SPDX-License-Identifier: Apache-2.0

//! Names of entries, which strangers choose and which become names on a disk.

use crate::defaults::{DIRECTORY_DEPTH_MAX, NAME_BYTES_MAX, PATH_BYTES_MAX};

/// Characters of a refused name that an error shows.
const SHOWN_MAX: usize = 40;

/// Checks a name: it may be that of an entry of a directory, here and on a disk.
///
/// # Errors
///
/// It is empty, too long, no text, `.` or `..`, or holds a slash or a NUL.
pub(crate) fn check_name(name: &[u8]) -> Result<&str, NameError> {
	if NAME_BYTES_MAX < name.len() {
		return Err(NameError::TooLong { bytes: name.len() });
	}
	let text = std::str::from_utf8(name).map_err(|_detail| NameError::NotText)?;
	match text {
		"" => Err(NameError::Empty),
		"." | ".." => Err(NameError::Relative { name: text.to_owned() }),
		text if text.contains(['/', '\0']) => Err(NameError::Separator { name: shown(text) }),
		text => Ok(text),
	}
}

/// The names of a path like `a/b.txt`; none for the root itself, which is the empty path.
///
/// # Errors
///
/// The path is too long or too deep, or one of its names may not be one.
pub(crate) fn check_path(path: &str) -> Result<Vec<&str>, NameError> {
	if PATH_BYTES_MAX < path.len() {
		return Err(NameError::PathTooLong { bytes: path.len() });
	}
	if path.is_empty() {
		return Ok(Vec::new());
	}
	let names: Vec<&str> = path
		.split('/')
		.map(|name| check_name(name.as_bytes()))
		.collect::<Result<_, _>>()?;
	if DIRECTORY_DEPTH_MAX < names.len() {
		return Err(NameError::PathTooDeep { names: names.len() });
	}
	Ok(names)
}

/// The beginning of a name, in which control characters are spelt out.
fn shown(name: &str) -> String {
	name.chars().take(SHOWN_MAX).flat_map(char::escape_default).collect()
}

/// Why a name may not be one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
	/// There is nothing of it.
	#[error("a name is empty")]
	Empty,
	/// No file system takes it.
	#[error("a name has {bytes} bytes, more than {NAME_BYTES_MAX}")]
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// It is not UTF-8.
	#[error("a name is not UTF-8")]
	NotText,
	/// It stands for the directory itself, or for the one above.
	#[error("`{name}` is no name of an entry")]
	Relative {
		/// The name.
		name: String,
	},
	/// It would lead elsewhere.
	#[error("name `{name}` holds a slash or a NUL")]
	Separator {
		/// Its beginning.
		name: String,
	},
	/// A path is longer than any system takes.
	#[error("path has {bytes} bytes, more than {PATH_BYTES_MAX}")]
	PathTooLong {
		/// Its length.
		bytes: usize,
	},
	/// A path has more names than directories are nested.
	#[error("path has {names} names, more than {DIRECTORY_DEPTH_MAX}")]
	PathTooDeep {
		/// How many.
		names: usize,
	},
}

// SPDX-License-Identifier: Apache-2.0

//! The repository's own rules, each one a pure function from its files to what breaks the rule.

pub mod blobs;
pub mod headings;
pub mod imports;
pub mod leftovers;
pub mod licence;
pub mod size;

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::{fmt, fs, io, path::Path, process::Command};

/// A file of the repository: tracked, or new and not ignored.
#[derive(Clone, Debug)]
pub struct File {
	/// Its path relative to the root, with `/` between the parts.
	pub path: String,
	/// What is in it.
	pub bytes: Vec<u8>,
}

/// One place where a rule is broken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
	/// The file, or the directory of the package.
	pub path: String,
	/// The line, from 1, if it is one line's fault.
	pub line: Option<usize>,
	/// What is wrong, and what to do about it.
	pub message: String,
}

/// Checks every rule.
///
/// # Errors
///
/// A rule is broken (each place is printed), or the repository cannot be read.
pub fn run(workspace: &Workspace) -> Result<()> {
	let files = files(&workspace.root)?;
	let mut violations = imports::check(&workspace.packages);
	for rule in [size::check, headings::check, blobs::check, licence::check, leftovers::check] {
		violations.extend(files.iter().flat_map(rule));
	}
	for violation in &violations {
		eprintln!("{violation}");
	}
	if !violations.is_empty() {
		bail!("the repository breaks its rules in {} places", violations.len());
	}
	Ok(())
}

/// Every file that is, or would be, in the repository.
fn files(root: &Path) -> Result<Vec<File>> {
	let output = Command::new("git")
		.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
		.current_dir(root)
		.output()
		.context("could not run `git ls-files`")?;
	ensure!(output.status.success(), "`git ls-files` failed ({})", output.status);
	let mut files = Vec::new();
	for path in String::from_utf8(output.stdout).context("a path is not UTF-8")?.split('\0') {
		match fs::read(root.join(path)) {
			Ok(bytes) => files.push(File { path: path.to_owned(), bytes }),
			// The list ends with an empty path, and holds what was deleted but not yet committed.
			Err(error) if is_no_file(&error) => {},
			Err(error) => return Err(error).context(format!("could not read {path}")),
		}
	}
	Ok(files)
}

fn is_no_file(error: &io::Error) -> bool {
	matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory)
}

impl File {
	/// The part of the name after the last dot.
	#[must_use]
	pub fn extension(&self) -> &str {
		Path::new(&self.path)
			.extension()
			.and_then(|extension| extension.to_str())
			.unwrap_or("")
	}

	/// The text; `None` if it is not text.
	#[must_use]
	pub fn text(&self) -> Option<&str> {
		std::str::from_utf8(&self.bytes).ok()
	}

	/// A violation of the whole file.
	#[must_use]
	pub fn violation(&self, message: impl Into<String>) -> Violation {
		Violation { path: self.path.clone(), line: None, message: message.into() }
	}

	/// A violation of one line, counted from 0.
	#[must_use]
	pub fn violation_at(&self, line_index: usize, message: impl Into<String>) -> Violation {
		Violation { line: Some(line_index + 1), ..self.violation(message) }
	}
}

impl fmt::Display for Violation {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.line {
			Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
			None => write!(formatter, "{}: {}", self.path, self.message),
		}
	}
}

#[cfg(test)]
pub(crate) fn file(path: &str, text: &str) -> File {
	File { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn files_should_hold_this_one() {
		let workspace = Workspace::find().expect("cargo runs");
		let files = files(&workspace.root).expect("git runs");
		let own = files.iter().find(|file| file.path == "xtask/src/tidy/mod.rs");
		assert!(own.is_some_and(|file| file.text().is_some_and(|text| text.contains("own rules"))));
	}

	#[test]
	fn violation_should_point_where_an_editor_can_jump() {
		let file = file("a/b.md", "");
		assert_eq!(file.violation_at(6, "is wrong").to_string(), "a/b.md:7: is wrong");
		assert_eq!(file.violation("is wrong").to_string(), "a/b.md: is wrong");
	}
}

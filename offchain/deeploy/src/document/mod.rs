// SPDX-License-Identifier: Apache-2.0

//! What a person wrote, JSON or YAML, as a tree in which each value knows its line.
//!
//! ```text
//!  bytes ──json──> Node ──At, Fields──> values of the domain
//!        ──yaml──>
//! ```
//!
//! Pure and bounded: no byte sequence takes more memory than some times its own length, and each
//! error names the line and, where there is one, the path of the value.

mod fields;
mod json;
mod yaml;

pub(crate) use fields::{At, Fields};

use serde_json::Number;
use std::fmt::{self, Display};

/// Longest document, in bytes. A stack of sixteen containers in full takes some 30 KiB.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// How deep a document may be nested: a job needs seven levels.
pub(crate) const DEPTH_MAX: usize = 12;

/// Most characters of a stranger's text in a message.
const QUOTED_CHARS_MAX: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
	/// Its line, from 1.
	pub(crate) line: usize,
	/// What it is.
	pub(crate) value: Value,
}

/// What JSON and the part of YAML that is read here can say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
	Null,
	Bool(bool),
	Number(Number),
	Text(String),
	List(Vec<Node>),
	/// Members in the order of the document; no name is there twice.
	Object(Vec<(String, Node)>),
}

impl Node {
	/// Reads a document: JSON if it begins with a brace, else YAML.
	pub(crate) fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
		if DOCUMENT_BYTES_MAX < bytes.len() {
			let problem = Problem::TooLong { what: "bytes", max: DOCUMENT_BYTES_MAX };
			return Err(DocumentError::new(1, "", problem));
		}
		let text = std::str::from_utf8(bytes).map_err(|error| {
			let before = &bytes[..error.valid_up_to()];
			let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
			DocumentError::syntax(line, "a byte that is not UTF-8")
		})?;
		match text.trim_start().starts_with('{') {
			true => json::read(text),
			false => yaml::read(text),
		}
	}
}

/// Why a document is not what it should be: where, what and how to mend it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct DocumentError {
	/// The line, from 1.
	pub line: usize,
	/// The value, as `containers.web.ports[0]`; empty for the document itself.
	pub path: String,
	/// What is wrong there.
	pub problem: Problem,
}

impl DocumentError {
	pub(crate) fn new(line: usize, path: impl Into<String>, problem: Problem) -> Self {
		Self { line, path: path.into(), problem }
	}

	pub(crate) fn syntax(line: usize, message: impl Into<String>) -> Self {
		Self::new(line, "", Problem::Syntax { message: message.into() })
	}
}

impl Display for DocumentError {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { line, path, problem } = self;
		match path.as_str() {
			"" => write!(formatter, "line {line}: {problem}"),
			path => write!(formatter, "line {line}, `{path}`: {problem}"),
		}
	}
}

/// What is wrong at one place of a document.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
	/// Neither JSON nor YAML.
	#[error("malformed: {message}")]
	Syntax {
		/// What the parser says.
		message: String,
	},
	/// A value of another type.
	#[error("not {expected}")]
	WrongType {
		/// What it must be.
		expected: &'static str,
	},
	/// A field that must be there.
	#[error("field `{field}` is missing")]
	Missing {
		/// Its name.
		field: &'static str,
	},
	/// A field that nobody reads: most likely misspelt.
	#[error("field `{field}` is unknown; known here: {known}")]
	Unknown {
		/// Its name, shortened.
		field: String,
		/// The fields that there are.
		known: String,
	},
	/// More than the limit.
	#[error("more than {max} {what}")]
	TooLong {
		/// Of what.
		what: &'static str,
		/// The limit.
		max: usize,
	},
	/// A number outside its range.
	#[error("not from {min} to {max}")]
	OutOfRange {
		/// The least.
		min: u64,
		/// The most.
		max: u64,
	},
	/// A value that makes no sense.
	#[error("`{value}` is not {expected}; {hint}")]
	Invalid {
		/// The value, shortened.
		value: String,
		/// What it must be.
		expected: &'static str,
		/// How to mend it.
		hint: &'static str,
	},
	/// Values that make no sense together.
	#[error("{message}")]
	Conflict {
		/// What contradicts what, and how to mend it.
		message: String,
	},
}

/// As much of a stranger's text as belongs into a message, on one line.
pub(crate) fn quoted(text: &str) -> String {
	let printable = |char: char| if char.is_control() { '\u{fffd}' } else { char };
	text.chars().take(QUOTED_CHARS_MAX).map(printable).collect()
}

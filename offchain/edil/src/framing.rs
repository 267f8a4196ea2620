// SPDX-License-Identifier: Apache-2.0

//! What every file and message begins with.
//!
//! ```text
//! bytes = "r1-edil" | kind 1 B | version 1 B | body
//! ```

const MAGIC: &[u8; 7] = b"r1-edil";
const VERSION: u8 = 1;

/// Bytes before the body.
pub const FRAMING_BYTES: usize = MAGIC.len() + 2;

/// What some bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Kind {
	/// The file of a model.
	Model = 1,
	/// What a worker evaluates with.
	EvaluationKey = 2,
	/// Encrypted inputs.
	Request = 3,
	/// Encrypted logits.
	Response = 4,
	/// What a client decrypts with. It is written and read by clients alone.
	SecretKey = 5,
}

/// Writes what comes before a body, and the body.
#[must_use]
pub fn frame(kind: Kind, body: &[u8]) -> Vec<u8> {
	let mut bytes = Vec::with_capacity(FRAMING_BYTES + body.len());
	bytes.extend(MAGIC);
	bytes.extend([kind as u8, VERSION]);
	bytes.extend(body);
	bytes
}

/// The body of bytes that should be of some kind.
///
/// # Errors
///
/// They are something else, or of another version.
pub fn unframe(kind: Kind, bytes: &[u8]) -> Result<&[u8], FramingError> {
	let (found, body) = bytes
		.strip_prefix(MAGIC)
		.and_then(<[u8]>::split_first)
		.ok_or(FramingError::Foreign)?;
	let (version, body) = body.split_first().ok_or(FramingError::Foreign)?;
	if *found != kind as u8 {
		return Err(FramingError::Kind { expected: kind as u8, found: *found });
	}
	if *version != VERSION {
		return Err(FramingError::Version { found: *version });
	}
	Ok(body)
}

/// Why bytes are not of the kind that was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FramingError {
	/// They are not of this system.
	#[error("it does not begin as anything of encrypted inference does")]
	Foreign,
	/// They are something else.
	#[error("it is of kind {found}, not {expected}")]
	Kind {
		/// What was expected.
		expected: u8,
		/// What it is.
		found: u8,
	},
	/// They are newer, or damaged.
	#[error("version {found} is unknown, only {VERSION} is known")]
	Version {
		/// Which version.
		found: u8,
	},
}

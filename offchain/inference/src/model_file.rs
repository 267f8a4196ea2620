// SPDX-License-Identifier: Apache-2.0

//! Models as they arrive: a name, and bytes that belong to a content identifier.

use cid::Cid;
use multihash_codetable::{Code, MultihashDigest};
use std::fmt::{self, Display};

/// Longest name of a served model, in bytes; it is part of a URL and of log lines.
pub const MODEL_NAME_BYTES_MAX: usize = 64;

/// The multicodec of a block that is the file itself.
const RAW_CODEC: u64 = 0x55;

/// The bytes of a model file and the content identifier that they belong to.
#[derive(Clone, Debug)]
pub struct ModelFile {
	cid: Cid,
	bytes: Vec<u8>,
}

impl ModelFile {
	/// Binds bytes to their identifier.
	///
	/// A file of one raw block is checked here. A larger file's identifier names a tree of blocks:
	/// the store that read it has checked each of them, and this crate knows no file layouts.
	///
	/// # Errors
	///
	/// The bytes do not hash to the identifier, or it uses an unknown hash function.
	pub fn new(cid: Cid, bytes: Vec<u8>) -> Result<Self, ModelFileError> {
		if cid.codec() == RAW_CODEC {
			let code = Code::try_from(cid.hash().code())
				.map_err(|_| ModelFileError::UnknownHash { code: cid.hash().code() })?;
			if code.digest(&bytes) != *cid.hash() {
				return Err(ModelFileError::Mismatch { cid });
			}
		}
		Ok(Self { cid, bytes })
	}

	/// The identifier.
	#[must_use]
	pub fn cid(&self) -> &Cid {
		&self.cid
	}

	/// The file.
	#[must_use]
	pub fn bytes(&self) -> &[u8] {
		&self.bytes
	}
}

/// Why bytes are not the model that was asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ModelFileError {
	/// Other bytes.
	#[error("the model's bytes do not match its CID {cid}")]
	Mismatch {
		/// The identifier that was asked for.
		cid: Cid,
	},
	/// The identifier cannot be checked.
	#[error("the model's CID uses the unknown hash function {code:#x}")]
	UnknownHash {
		/// Multicodec of the hash function.
		code: u64,
	},
}

/// The name that a model is served under: letters, digits, `-`, `_` and `.`, at most 64 of them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ModelName(String);

impl ModelName {
	/// Checks a name.
	///
	/// # Errors
	///
	/// It is empty, too long, starts with a dot, or has a character that a path segment of a URL
	/// would have to escape.
	pub fn new(name: &str) -> Result<Self, InvalidModelName> {
		let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
		let valid = !name.is_empty()
			&& name.len() <= MODEL_NAME_BYTES_MAX
			&& !name.starts_with('.')
			&& name.bytes().all(allowed);
		if !valid {
			return Err(InvalidModelName {
				name: name.chars().take(MODEL_NAME_BYTES_MAX).collect(),
			});
		}
		Ok(Self(name.to_owned()))
	}

	/// The name.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl Display for ModelName {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.0)
	}
}

/// A name that no model can be served under.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
	"`{name}` is no model name: it must be 1 to {MODEL_NAME_BYTES_MAX} letters, digits, `-`, `_` \
	 or `.`, and not start with a dot"
)]
pub struct InvalidModelName {
	/// The name, cut to the longest that could be valid.
	pub name: String,
}

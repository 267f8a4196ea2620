// SPDX-License-Identifier: Apache-2.0

//! Where an image comes from, and which one it is: always by its content.

use super::limits::IMAGE_NAME_BYTES_MAX;
use cid::Cid;
use std::{
	fmt::{self, Display},
	str::FromStr,
};

/// An image, which is the same whenever and wherever it is fetched.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Image {
	/// From an OCI registry: `docker.io/library/nginx@sha256:…`.
	Registry {
		/// Registry and repository, without a tag.
		name: String,
		/// The manifest.
		digest: Digest,
	},
	/// An OCI archive, which is a file in the content store: `oci-archive:bafy…`.
	Archive {
		/// The file.
		cid: Cid,
	},
	/// An OCI image layout, which is a directory in the content store: `r1fs:bafy…`.
	Layout {
		/// The directory.
		cid: Cid,
	},
}

/// A SHA-256 digest, as registries write it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Digest(String);

impl FromStr for Digest {
	type Err = ImageError;

	fn from_str(text: &str) -> Result<Self, ImageError> {
		let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
		match text.strip_prefix("sha256:") {
			Some(hex) if hex.len() == 64 && hex.bytes().all(is_hex) => Ok(Self(text.to_owned())),
			_ => Err(ImageError::InvalidDigest),
		}
	}
}

impl Display for Digest {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.0)
	}
}

impl FromStr for Image {
	type Err = ImageError;

	fn from_str(text: &str) -> Result<Self, ImageError> {
		let cid = |text: &str| Cid::try_from(text).map_err(|_| ImageError::InvalidCid);
		if let Some(file) = text.strip_prefix(ARCHIVE) {
			return Ok(Self::Archive { cid: cid(file)? });
		}
		if let Some(directory) = text.strip_prefix(LAYOUT) {
			return Ok(Self::Layout { cid: cid(directory)? });
		}
		let (name, digest) = text.split_once('@').ok_or(ImageError::NoDigest)?;
		let digest = digest.parse()?;
		// A tag beside a digest says nothing, and some engines refuse the two together.
		let (directory, file) = name.rsplit_once('/').ok_or(ImageError::NoRegistry)?;
		let (file, tag) = file.split_once(':').unwrap_or((file, "latest"));
		let (registry, _) = name.split_once('/').ok_or(ImageError::NoRegistry)?;
		if !registry.contains(['.', ':']) && registry != "localhost" {
			return Err(ImageError::NoRegistry);
		}
		let name = format!("{directory}/{file}");
		match is_name(&name) && is_word(tag) && name.len() <= IMAGE_NAME_BYTES_MAX {
			true => Ok(Self::Registry { name, digest }),
			false => Err(ImageError::InvalidName),
		}
	}
}

impl Display for Image {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Registry { name, digest } => write!(formatter, "{name}@{digest}"),
			Self::Archive { cid } => write!(formatter, "{ARCHIVE}{cid}"),
			Self::Layout { cid } => write!(formatter, "{LAYOUT}{cid}"),
		}
	}
}

/// Why a text names no image that can be run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImageError {
	/// A tag may be another image tomorrow.
	#[error("add the digest, as `name@sha256:…`: a tag alone may be another image tomorrow")]
	NoDigest,
	/// A digest of another kind or length.
	#[error("a digest is `sha256:` and 64 of 0 to 9 and a to f")]
	InvalidDigest,
	/// Which registry is meant would depend on the machine.
	#[error("begin with the registry, such as `docker.io/library/`")]
	NoRegistry,
	/// A name that no registry has.
	#[error("a name is of a to z, 0 to 9, `.`, `_`, `-` and `/`")]
	InvalidName,
	/// No CID behind `oci-archive:` or `r1fs:`.
	#[error("behind the colon belongs the CID of a file or directory in the content store")]
	InvalidCid,
}

const ARCHIVE: &str = "oci-archive:";
const LAYOUT: &str = "r1fs:";

/// Whether each part of a name is a word; the registry may have a port.
fn is_name(name: &str) -> bool {
	let (registry, repository) = name.split_once('/').unwrap_or((name, ""));
	let is_port = |port: &str| port.parse::<u16>().is_ok();
	let is_registry = match registry.split_once(':') {
		Some((host, port)) => is_word(host) && is_port(port),
		None => is_word(registry),
	};
	is_registry
		&& repository.split('/').all(is_word)
		&& !name.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_word(word: &str) -> bool {
	let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
	!word.is_empty()
		&& word.bytes().all(is_allowed)
		&& word.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

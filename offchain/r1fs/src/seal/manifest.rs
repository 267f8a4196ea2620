// SPDX-License-Identifier: Apache-2.0

//! What a sealed file is, for those who may read it.

use crate::{
	defaults::{MANIFEST_PADDING_BYTES, MEDIA_TYPE_BYTES_MAX},
	name::{NameError, check_name},
};
use cid::Cid;
use serde::{Deserialize, Serialize};

/// The version that is written and read.
const VERSION: u64 = 1;

/// What a sealed file is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Manifest {
	/// Its name, which is one that a disk takes. It is no path, and was checked.
	pub name: String,
	/// Its media type, as whoever sealed it says; empty if nobody knows.
	pub media_type: String,
	/// Its length.
	pub bytes: u64,
}

/// The same, as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wire {
	#[serde(rename = "r1fs-manifest")]
	version: u64,
	name: String,
	media_type: String,
	bytes: u64,
	/// The sealed content that it belongs to.
	content: String,
}

/// The version alone, of whatever layout the rest is.
#[derive(Deserialize)]
struct AnyVersion {
	#[serde(rename = "r1fs-manifest")]
	version: u64,
}

/// Checks what a file is to be sealed as.
pub(super) fn check(name: &str, media_type: &str) -> Result<(), ManifestError> {
	check_name(name.as_bytes()).map_err(ManifestError::Name)?;
	let is_type = media_type.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
	match is_type && media_type.len() <= MEDIA_TYPE_BYTES_MAX {
		true => Ok(()),
		false => Err(ManifestError::MediaType),
	}
}

impl Manifest {
	/// JSON, filled up with blanks.
	pub(super) fn encode(&self, content: &Cid) -> Vec<u8> {
		let Self { name, media_type, bytes } = self.clone();
		let content = content.to_string();
		let wire = Wire { version: VERSION, name, media_type, bytes, content };
		let mut json = serde_json::to_vec(&wire).expect("it has text and numbers alone; qed");
		let length = json.len().next_multiple_of(MANIFEST_PADDING_BYTES);
		json.resize(length, b' ');
		json
	}

	/// Reads what belongs to a content.
	pub(super) fn decode(json: &[u8], content: &Cid) -> Result<Self, ManifestError> {
		let read: AnyVersion =
			serde_json::from_slice(json).map_err(|_detail| ManifestError::Malformed)?;
		if read.version != VERSION {
			return Err(ManifestError::Version { version: read.version });
		}
		let wire: Wire =
			serde_json::from_slice(json).map_err(|_detail| ManifestError::Malformed)?;
		let Wire { name, media_type, bytes, content: claimed, .. } = wire;
		check(&name, &media_type)?;
		match claimed == content.to_string() {
			true => Ok(Self { name, media_type, bytes }),
			false => Err(ManifestError::OtherContent { content: *content }),
		}
	}
}

/// Why a manifest may not be one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ManifestError {
	/// It is not the JSON that it should be.
	#[error("manifest of the sealed file is malformed")]
	Malformed,
	/// It was written by a newer program.
	#[error("manifest of the sealed file has version {version}, and only version 1 is read")]
	Version {
		/// The version.
		version: u64,
	},
	/// It names a file as none may be named.
	#[error("sealed file has a forbidden name")]
	Name(#[source] NameError),
	/// The media type is none.
	#[error("media type is longer than {MEDIA_TYPE_BYTES_MAX} bytes, or not ASCII")]
	MediaType,
	/// It is longer than any manifest.
	#[error("manifest of the sealed file is too long")]
	TooLong,
	/// Somebody has put another content beside it.
	#[error("content {content} is not the one that was sealed with this manifest")]
	OtherContent {
		/// What is there.
		content: Cid,
	},
}

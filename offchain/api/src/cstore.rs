// SPDX-License-Identifier: Apache-2.0

//! The store that jobs share state through.

use crate::HexBytes;
use serde::{Deserialize, Serialize};

/// Any bytes: in JSON a text if they are UTF-8, or else `{"hex": "..."}`.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "OctetsForm", into = "OctetsForm")]
#[cfg_attr(feature = "openapi", schema(value_type = OctetsForm))]
pub struct Octets(pub Vec<u8>);

/// How bytes are written in JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum OctetsForm {
	/// A text.
	Text(String),
	/// Anything else.
	Hex {
		/// Two digits for each byte.
		#[serde(with = "hex_text")]
		hex: Vec<u8>,
	},
}

/// Bytes as two digits each.
mod hex_text {
	use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

	pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&hex::encode(bytes))
	}

	pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<u8>, D::Error> {
		let text = String::deserialize(from)?;
		hex::decode(&text).map_err(D::Error::custom)
	}
}

impl From<OctetsForm> for Octets {
	fn from(form: OctetsForm) -> Self {
		match form {
			OctetsForm::Text(text) => Self(text.into_bytes()),
			OctetsForm::Hex { hex } => Self(hex),
		}
	}
}

impl From<Octets> for OctetsForm {
	fn from(Octets(bytes): Octets) -> Self {
		match String::from_utf8(bytes) {
			Ok(text) => Self::Text(text),
			Err(error) => Self::Hex { hex: error.into_bytes() },
		}
	}
}

impl From<&[u8]> for Octets {
	fn from(bytes: &[u8]) -> Self {
		Self(bytes.to_vec())
	}
}

/// The namespaces that a node replicates.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamespacesResponse {
	/// By their names.
	pub namespaces: Vec<NamespaceStatus>,
}

/// A namespace, as one replica has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamespaceStatus {
	/// Its name, like `job/7`.
	pub namespace: String,
	/// Records, those of deleted keys included that replicas still remember.
	pub records: u64,
	/// Bytes that count against its quota.
	pub bytes: u64,
	/// Nodes that replicate it, this one among them.
	pub replicas: u32,
	/// Those of them that do not follow this one, and get what they miss by a comparison.
	pub behind: u32,
	/// The digest of all records: replicas with the same have the same.
	pub root: HexBytes<32>,
}

/// What came of a write, which is on this node's disk.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoreWritten {
	/// On how many replicas it is, this one among them.
	pub copies: u32,
	/// Whether these are as many as were asked for; the others may come later.
	pub is_enough: bool,
}

/// What a key holds that the nodes of a job agree on, or what came of changing it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuorumKey {
	/// Whether it was changed by this request.
	pub is_changed: bool,
	/// How often it was changed so far: a fencing token, greater with each change, also after the key was
	/// deleted.
	pub version: u64,
	/// What it holds now, unless this request has changed it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub value: Option<Octets>,
}

/// A key with all that it holds: a value, or fields, or members.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreEntry {
	/// The key.
	pub key: Octets,
	/// The value of a plain key.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub value: Option<Octets>,
	/// The fields of a hash, and their values.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub fields: Vec<StoreField>,
	/// The members of a set.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub members: Vec<Octets>,
	/// How long it lives, in milliseconds; without, until it is deleted.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub expires_in_ms: Option<u64>,
}

/// A field of a hash.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreField {
	/// Its name.
	pub name: Octets,
	/// Its value.
	pub value: Octets,
}

/// Some of all keys.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorePage {
	/// Them. A key that is there all the time is on one of the pages.
	pub entries: Vec<StoreEntry>,
	/// What to ask for the next with; none if these were the last.
	pub next: Option<u64>,
}

/// Keys to be written, each in the place of what it holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreEntries {
	/// Them.
	pub entries: Vec<StoreEntry>,
}

/// What happened to a part of a key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoreChange {
	/// The key.
	pub key: Octets,
	/// What: `set`, `del`, `hset`, `hdel`, `sadd`, `srem`, `expire` or `persist`.
	pub event: String,
	/// Of a hash the field, of a set the member.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub part: Option<Octets>,
	/// The value that is there now.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub value: Option<Octets>,
}

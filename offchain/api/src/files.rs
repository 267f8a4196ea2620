// SPDX-License-Identifier: Apache-2.0

//! The content store.

use serde::{Deserialize, Serialize};

/// A file that the store has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileAdded {
	/// Its content identifier, which every node finds it by.
	pub cid: String,
	/// Its length.
	pub size_bytes: u64,
}

/// What the disk holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesStatus {
	/// Blocks.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Bytes of blocks that there is room for.
	pub bytes_max: u64,
	/// Pins, of whomever.
	pub pins: u64,
	/// Where strangers are served blocks, as multiaddresses; nowhere unless the configuration says so.
	pub public_addresses: Vec<String>,
}

/// What is kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinStatus {
	/// What is kept, with all below it.
	pub cid: String,
	/// On whose behalf: `node` is the owner of the node, `job-7` a job.
	pub holder: String,
	/// What it is known by, to people.
	pub name: String,
	/// Since when, in Unix seconds.
	pub since_secs: u64,
	/// Bytes of the blocks that it keeps.
	pub bytes: u64,
}

/// Some of the pins.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinsPage {
	/// In the order of their CIDs.
	pub pins: Vec<PinStatus>,
	/// Where to go on, if there are more.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub next: Option<String>,
}

/// Whether a pin was there.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unpinned {
	/// Whether it was.
	pub was_pinned: bool,
}

/// What a CID stands for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileStatus {
	/// What the path leads to.
	pub cid: String,
	/// Length of a file; none of a directory.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub size_bytes: Option<u64>,
	/// Entries of a directory; none of a file.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub entries: Option<Vec<FileEntry>>,
}

/// An entry of a directory.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileEntry {
	/// Its name.
	pub name: String,
	/// What it is.
	pub cid: String,
	/// Bytes of all its blocks, as whoever made the directory says.
	pub dag_bytes: u64,
}

/// What a CAR file held.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CarAdded {
	/// Its roots, with all below them.
	pub roots: Vec<String>,
	/// Blocks.
	pub blocks: u64,
}

/// What a collection removed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesCollected {
	/// Blocks that nobody keeps.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Blocks that stayed.
	pub blocks_kept: u64,
}

/// What reading every block found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesScrubbed {
	/// Blocks that were read.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Blocks that were damaged: they are removed, and those that are pinned fetched anew.
	pub damaged: u64,
}

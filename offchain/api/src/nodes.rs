// SPDX-License-Identifier: Apache-2.0

//! Other nodes, as a daemon knows them.

use crate::HexBytes;
use serde::{Deserialize, Serialize};

/// The nodes that a daemon has heard.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodesResponse {
	/// Ascending by deed.
	pub nodes: Vec<NodeSummary>,
}

/// A node, as a daemon knows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeSummary {
	/// The node's key, which is also its account.
	pub node: HexBytes<32>,
	/// The deed that it was linked to when it beat last.
	pub deed: u32,
	/// The epoch of its last beat.
	pub last_beat_epoch: u32,
	/// The slot of its last beat, counted from 0 within the epoch.
	pub last_beat_slot: u32,
	/// What its machine is, once it was asked.
	pub capabilities: Option<NodeCapabilities>,
}

/// What a node says of its machine; nobody vouches for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeCapabilities {
	/// Processor cores.
	pub cores: u16,
	/// Memory, in MiB; 0 if the node does not know.
	pub memory_mib: u32,
	/// Disk space, in MiB.
	pub disk_mib: u32,
	/// The graphics processor, if there is one.
	pub gpu: Option<NodeGpu>,
	/// What runs containers: `none`, `docker-compatible` or `embedded`.
	pub engine: String,
	/// The class of processors that computes the same: `x86-64`, `x86-64-avx2`, `x86-64-avx512`,
	/// `arm64`, `arm64-sve` or `other`.
	pub instruction_set: String,
	/// What the owner says of it.
	pub tags: Vec<String>,
	/// Version of the daemon.
	pub software_version: String,
}

/// A graphics processor.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeGpu {
	/// Its name.
	pub name: String,
	/// Its memory, in MiB.
	pub memory_mib: u32,
}

/// Whom secrets for a node are sealed for, as the node itself says; whoever asks checks that.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealingKeyResponse {
	/// A recipient of `age`.
	pub recipient: String,
	/// Until when that may be believed, in Unix seconds.
	pub expires_at_secs: u64,
	/// The node's signature of both.
	pub signature: HexBytes<64>,
}

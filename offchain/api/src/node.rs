// SPDX-License-Identifier: Apache-2.0

//! The node itself: its consent to be linked, and how it is.

use crate::HexBytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Asks a node to consent to be linked to a deed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkProofRequest {
	/// The account that owns the deed and will use the proof.
	pub owner: HexBytes<32>,
	/// The deed.
	pub deed: u32,
	/// Unix time of the deed's last link before this one, in seconds; 0 if there was none. It
	/// changes with each link, so that a proof is good for one.
	pub last_linked_at_secs: u64,
	/// The last epoch in which the proof may be used.
	pub expires_at_epoch: u32,
}

/// A node's consent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkProofResponse {
	/// The node's key, which is also its account.
	pub node: HexBytes<32>,
	/// Its ed25519 signature of the proof.
	pub signature: HexBytes<64>,
}

/// How a node is, and what it does.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeStatus {
	/// The node's key, which is also its account.
	pub node: HexBytes<32>,
	/// The same key as an address in the mesh.
	pub peer_id: String,
	/// Version of the daemon.
	pub version: String,
	/// The deed that it is linked to.
	pub deed: Option<u32>,
	/// Peers that it is connected to.
	pub peers: u32,
	/// What it knows of the chain.
	pub chain: ChainStatus,
	/// What it told the oracles and heard as one.
	pub beats: BeatStatus,
	/// The jobs that are placed on it.
	pub jobs: Vec<JobStatus>,
	/// How its parts are.
	pub components: Vec<ComponentStatus>,
}

/// What a node knows of the chain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainStatus {
	/// Whether it follows the chain now.
	pub connected: bool,
	/// The last finalised block that it has seen.
	pub finalised_block: Option<u32>,
	/// The epoch of that block.
	pub epoch: Option<u32>,
}

/// Beats of a node, since it started.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeatStatus {
	/// Beats that it sent.
	pub sent: u64,
	/// Beats of others that passed all checks.
	pub accepted: u64,
	/// Beats of others that failed one.
	pub rejected: u64,
	/// The same by the check that failed, such as `bad_signature`; a check that none failed is not
	/// in it.
	#[serde(default)]
	pub rejected_by_reason: BTreeMap<String, u64>,
}

/// A job on a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobStatus {
	/// Number of the job on the chain.
	pub job: u32,
	/// Its name, once its specification is read; a model is served under it.
	pub name: Option<String>,
	/// What it is, such as `model` or `container`, once its specification is read.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub kind: Option<String>,
	/// The content identifier of its model.
	pub model: Option<String>,
	/// How far it is.
	pub state: JobState,
	/// Why it failed, or is less than it should be.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub reason: Option<String>,
	/// Its containers, if it has any.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub containers: Vec<ContainerStatus>,
}

/// A container of a job on a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContainerStatus {
	/// Its name in the specification.
	pub name: String,
	/// How far it is.
	pub phase: ContainerPhase,
	/// Why it is no further, or what its last check said.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub reason: Option<String>,
	/// How often it was started again in a row.
	pub restarts: u64,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContainerPhase {
	/// Its image is on its way.
	Fetching,
	/// It is being made.
	Creating,
	/// It waits for the containers that it depends on.
	Waiting,
	/// It runs, and its start-up check has not succeeded yet.
	Starting,
	/// It works.
	Healthy,
	/// It runs and does not work: it is being stopped.
	Unhealthy,
	/// It ended, and is started again.
	Pausing,
	/// It ended well, and is not started again.
	Done,
	/// It is not started again.
	Failed,
}

/// The last lines of a container.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLogs {
	/// The container.
	pub container: String,
	/// Its lines, oldest first.
	pub lines: Vec<JobLogLine>,
}

/// A line that a container wrote.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLogLine {
	/// Whether it came from the standard error stream.
	pub is_error: bool,
	/// The line, with what is not UTF-8 replaced.
	pub text: String,
}

/// How far a job is on a node.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobState {
	/// Its specification or its files are on their way.
	Fetching,
	/// It is being made ready.
	Starting,
	/// It answers.
	Serving,
	/// It cannot be served; the node tries again.
	Failed,
}

/// Whether a daemon can serve.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthResponse {
	/// Whether every part works, if with less than it should have.
	pub ready: bool,
	/// How the parts are.
	pub components: Vec<ComponentStatus>,
}

/// How one part of a daemon is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComponentStatus {
	/// Its name.
	pub name: String,
	/// `healthy`, `degraded`, `starting` or `failed`.
	pub state: String,
	/// Why it is not healthy.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub reason: Option<String>,
}

// SPDX-License-Identifier: Apache-2.0

//! An edge daemon, as it sees itself.

use super::{address, or_dash};
use crate::{
	arguments::{Arguments, Node},
	output::Answer,
};
use r1_api::{JobState, JobStatus, NodeStatus};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Node) -> anyhow::Result<Answer> {
	match command {
		Node::Status => status(arguments).await,
	}
}

/// What a daemon says of itself, with its key as an address.
#[derive(Serialize)]
struct Status {
	/// The node's account.
	node: String,
	/// Names of the models that it serves now.
	models: Vec<String>,
	details: NodeStatus,
}

async fn status(arguments: &Arguments) -> anyhow::Result<Answer> {
	let details = arguments.edge()?.status().await?;
	let is_serving = |job: &&JobStatus| job.model.is_some() && job.state == JobState::Serving;
	let models = details.jobs.iter().filter(is_serving).filter_map(|job| job.name.clone());
	let status = Status { node: address(details.node.0), models: models.collect(), details };
	let details = &status.details;
	let rejected = details.beats.rejected_by_reason.iter();
	let rejected = rejected.map(|(reason, count)| format!("{count} {reason}")).collect::<Vec<_>>();
	Answer::one(
		&status,
		&[
			("node", status.node.clone()),
			("peer", details.peer_id.clone()),
			("deed", or_dash(details.deed)),
			("finalised block", or_dash(details.chain.finalised_block)),
			("peers", details.peers.to_string()),
			("beats sent", details.beats.sent.to_string()),
			("beats accepted", details.beats.accepted.to_string()),
			("beats rejected", rejected.join(", ")),
			("models served", status.models.join(", ")),
		],
	)
}

// SPDX-License-Identifier: Apache-2.0

//! Probes of jobs of learning: an oracle cannot train on data that it must not see, so it asks.

use super::NotProbed;
use r1_deeploy::{
	attest::{ProbeOutcome, ProbeTarget},
	learning::{LearningAnswer, LearningProbe},
};
use r1_net::RequestError;
use r1_primitives::NodeKey;

/// Asks a node whether it could take part in a round.
pub(super) async fn probe(
	mesh: &r1_net::Handle,
	node: &NodeKey,
	target: ProbeTarget,
) -> Result<ProbeOutcome, NotProbed> {
	let request = LearningProbe { job: target.job }.encode();
	Ok(match mesh.request(node, request.into()).await {
		Ok(answer) => match LearningAnswer::decode(&answer) {
			Ok(LearningAnswer::Ready) => ProbeOutcome::Ok,
			Ok(_) | Err(_) => ProbeOutcome::Failed,
		},
		Err(RequestError::Refused { .. }) => ProbeOutcome::Failed,
		Err(_) => ProbeOutcome::TimedOut,
	})
}

// SPDX-License-Identifier: Apache-2.0

//! Answers to the challenges of oracles.

use super::Heartbeat;
use r1_chain::ChainHandle;
use r1_net::InboundRequest;
use tokio::sync::mpsc;
use tracing::{debug, warn};

/// Answers challenges, one after the other, until the mesh shuts down.
///
/// Each costs one signature, for oracles only; the mesh bounds how many wait, and how many come of
/// one peer in a minute.
pub(crate) async fn answer_challenges(
	mut challenges: mpsc::Receiver<InboundRequest>,
	heartbeat: Heartbeat,
	chain: ChainHandle,
) {
	while let Some(request) = challenges.recv().await {
		let Some(state) = chain.state() else { continue };
		let answered = heartbeat.answerer().answer(&request.bytes, &request.node, &state);
		match answered {
			Ok(signature) => request.answer(signature.to_vec().into()).await,
			// Dropping the request tells the other end that there will be no answer.
			Err(refused) if refused.is_peer_fault() => {
				let node = hex::encode(request.node);
				warn!(target: "r1::edge", node, %refused, "a challenge is not valid");
			},
			Err(refused) => debug!(target: "r1::edge", %refused, "a challenge is not answered"),
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! What the node is, and its consent to a link.

use super::error::ApiError;
use crate::shared::Shared;
use axum::{
	Json,
	extract::{State, rejection::JsonRejection},
	http::StatusCode,
};
use r1_api::{
	ChainStatus, ComponentStatus, HealthResponse, HexBytes, LinkProofRequest, LinkProofResponse,
	NodeStatus,
};
use r1_primitives::LinkProof;

pub(super) async fn health(State(shared): State<Shared>) -> (StatusCode, Json<HealthResponse>) {
	let ready = shared.health.report().is_ready();
	let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
	(status, Json(HealthResponse { ready, components: components(&shared) }))
}

pub(super) async fn status(State(shared): State<Shared>) -> Json<NodeStatus> {
	let node = shared.identity.key();
	let state = shared.chain.state();
	Json(NodeStatus {
		node: HexBytes(node),
		peer_id: shared.mesh.peer_id(),
		version: env!("CARGO_PKG_VERSION").to_owned(),
		deed: state.as_ref().and_then(|state| state.deeds.deed_of(&node)),
		peers: shared.mesh.peers(),
		chain: ChainStatus {
			connected: shared.chain.is_connected(),
			finalised_block: state.as_ref().map(|state| state.finalised.number),
			epoch: state.as_ref().map(|state| state.current_epoch),
		},
		beats: shared.heartbeat.status(),
		jobs: shared.jobs.status(),
		components: components(&shared),
	})
}

/// Signs this node's consent to be linked to a deed.
///
/// Whoever stands at the machine may ask: a node that has no deed yet can issue no token to ask with.
/// The proof names the owner, who alone can use it, and the chain takes it only if that account owns
/// the deed; but a stranger who owned one could have the node earn for him.
pub(super) async fn link_proof(
	State(shared): State<Shared>,
	request: Result<Json<LinkProofRequest>, JsonRejection>,
) -> Result<Json<LinkProofResponse>, ApiError> {
	let Json(request) = request?;
	let state = shared.chain.state().ok_or_else(ApiError::no_chain)?;
	let node = shared.identity.key();
	let proof = LinkProof {
		owner: request.owner.0,
		deed: request.deed,
		node,
		last_linked_at_secs: request.last_linked_at_secs,
		expires_at_epoch: request.expires_at_epoch,
	};
	let signature = shared.identity.sign(&proof, &state.genesis_hash);
	Ok(Json(LinkProofResponse { node: HexBytes(node), signature: HexBytes(signature) }))
}

fn components(shared: &Shared) -> Vec<ComponentStatus> {
	shared
		.health
		.report()
		.components()
		.map(|component| ComponentStatus {
			name: component.name.to_owned(),
			state: component.state.name().to_owned(),
			reason: component.state.reason().map(str::to_owned),
		})
		.collect()
}

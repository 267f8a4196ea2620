// SPDX-License-Identifier: Apache-2.0

//! What this node knows of others, or can ask them.

use super::error::ApiError;
use crate::shared::Shared;
use axum::{
	Json,
	extract::{Path, State},
	http::StatusCode,
};
use r1_api::{HexBytes, NodesResponse, SealingKeyResponse};
use r1_core::Clock as _;

pub(super) async fn list(State(shared): State<Shared>) -> Json<NodesResponse> {
	Json(NodesResponse { nodes: shared.nodes.summaries() })
}

/// Whom secrets for a node are sealed for, in that node's word.
pub(super) async fn sealing_key(
	State(shared): State<Shared>,
	Path(node): Path<String>,
) -> Result<Json<SealingKeyResponse>, ApiError> {
	let node: HexBytes<32> = node.parse().map_err(|error| {
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_node", format!("{error}"))
	})?;
	let word = shared.dauth.sealing_key(node.0, shared.clock.now_secs()).await?;
	Ok(Json(SealingKeyResponse {
		recipient: word.statement.recipient,
		expires_at_secs: word.statement.expires_at_secs,
		signature: HexBytes(word.signature),
	}))
}

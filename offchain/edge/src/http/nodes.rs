// SPDX-License-Identifier: Apache-2.0

//! What this node knows of others.

use crate::shared::Shared;
use axum::{Json, extract::State};
use r1_api::NodesResponse;

pub(super) async fn list(State(shared): State<Shared>) -> Json<NodesResponse> {
	Json(NodesResponse { nodes: shared.nodes.summaries() })
}

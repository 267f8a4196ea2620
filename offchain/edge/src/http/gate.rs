// SPDX-License-Identifier: Apache-2.0

//! What stands before each handler: who may pass, and for how long.

use super::{
	access::{Access, admit},
	error::ApiError,
};
use crate::shared::Shared;
use axum::{
	extract::{Request, State},
	middleware::Next,
	response::{IntoResponse as _, Response},
};
use std::time::Duration;

/// The gate of one route.
#[derive(Clone, Debug)]
pub(super) struct Gate {
	pub(super) access: Access,
	pub(super) time_max: Duration,
	pub(super) shared: Shared,
}

/// Lets a request through before a byte of its body is read, or answers why not.
pub(super) async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
	match admit(gate.access, &mut request, &gate.shared).await {
		Ok(caller) => {
			request.extensions_mut().insert(caller);
		},
		Err(refused) => return refused.into_response(),
	}
	match tokio::time::timeout(gate.time_max, next.run(request)).await {
		Ok(response) => response,
		Err(_elapsed) => ApiError::too_slow(gate.time_max).into_response(),
	}
}

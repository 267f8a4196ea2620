// SPDX-License-Identifier: Apache-2.0

//! What the validator's off-chain worker asks for.

use super::error::ApiError;
use crate::shared::Shared;
use axum::extract::{Query, State, rejection::QueryRejection};
use codec::Encode as _;
use r1_primitives::EpochIndex;
use serde::Deserialize;

/// Which epoch is asked about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceQuery {
	epoch: EpochIndex,
}

pub(super) async fn evidence(
	State(shared): State<Shared>,
	query: Result<Query<EvidenceQuery>, QueryRejection>,
) -> Result<Vec<u8>, ApiError> {
	let Query(EvidenceQuery { epoch }) = query?;
	let state = shared.chain.state().ok_or_else(ApiError::no_chain)?;
	Ok(shared.oracle.evidence(epoch, &state).encode())
}

pub(super) async fn anchors(
	State(shared): State<Shared>,
	query: Result<Query<EvidenceQuery>, QueryRejection>,
) -> Result<Vec<u8>, ApiError> {
	let Query(EvidenceQuery { epoch }) = query?;
	Ok(shared.anchors.of(epoch).encode())
}

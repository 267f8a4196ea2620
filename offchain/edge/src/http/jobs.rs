// SPDX-License-Identifier: Apache-2.0

//! Jobs of this node.

use super::error::ApiError;
use crate::shared::Shared;
use axum::{
	Json,
	extract::{Path, State},
};
use r1_api::JobStatus;
use r1_primitives::JobId;

pub(super) async fn status(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
) -> Result<Json<JobStatus>, ApiError> {
	let mut jobs = shared.jobs.status().into_iter();
	let status = jobs.find(|status| status.job == job).ok_or_else(|| {
		ApiError::not_found("job_not_here", format!("job {job} is not placed on this node"))
	})?;
	Ok(Json(status))
}

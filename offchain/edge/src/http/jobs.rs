// SPDX-License-Identifier: Apache-2.0

//! Jobs of this node.

use super::error::ApiError;
use crate::{
	defaults::{LOG_LINES, LOG_LINES_MAX},
	jobs::NoLogs,
	shared::Shared,
};
use axum::{
	Json,
	extract::{Path, Query, State, rejection::QueryRejection},
	http::StatusCode,
};
use r1_api::{JobLogLine, JobLogs, JobStatus};
use r1_primitives::JobId;
use serde::Deserialize;

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

/// Which lines are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogsQuery {
	container: Option<String>,
	lines: Option<u32>,
}

pub(super) async fn logs(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
	query: Result<Query<LogsQuery>, QueryRejection>,
) -> Result<Json<JobLogs>, ApiError> {
	let Query(LogsQuery { container, lines }) = query?;
	let lines = lines.unwrap_or(LOG_LINES);
	if LOG_LINES_MAX < lines {
		let message = format!("{lines} lines are more than {LOG_LINES_MAX}");
		return Err(ApiError::new(StatusCode::BAD_REQUEST, "too_many_lines", message));
	}
	let logs = shared.jobs.containers().logs(job, container.as_deref(), lines).await?;
	let lines = logs.lines.into_iter();
	Ok(Json(JobLogs {
		container: logs.container.to_string(),
		lines: lines
			.map(|line| JobLogLine { is_error: line.is_error, text: line.text })
			.collect(),
	}))
}

impl From<NoLogs> for ApiError {
	fn from(error: NoLogs) -> Self {
		let message = error.to_string();
		match error {
			NoLogs::NoJob { .. } => Self::not_found("no_containers_here", message)
				.hint("ask a node that the job is placed on; `r1ctl job list` names them"),
			NoLogs::NoContainer { .. } => Self::not_found("no_such_container", message),
			NoLogs::NotMade { .. } => {
				Self::not_found("container_not_made", message).hint("`r1ctl job status` says why")
			},
			NoLogs::Several { .. } => {
				Self::new(StatusCode::BAD_REQUEST, "container_missing", message)
			},
			NoLogs::Engine { .. } => Self::new(StatusCode::BAD_GATEWAY, "engine_failed", message),
		}
	}
}

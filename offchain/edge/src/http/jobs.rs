// SPDX-License-Identifier: Apache-2.0

//! Jobs of this node.

use super::error::ApiError;
use crate::{
	defaults::{LOG_LINES, LOG_LINES_MAX},
	jobs::NoAnswer,
	shared::Shared,
};
use axum::{
	Json,
	extract::{Path, Query, State, rejection::QueryRejection},
	http::StatusCode,
	response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _};
use r1_api::{JobLogLine, JobLogs, JobStatus};
use r1_deeploy::container::engine::LogLine;
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
	let Query(query) = query?;
	let (container, lines) = (query.container.as_deref(), query.lines()?);
	let logs = shared.jobs.containers().logs(job, container, lines).await?;
	let lines = logs.lines.into_iter();
	Ok(Json(JobLogs { container: logs.container.to_string(), lines: lines.map(line_of).collect() }))
}

pub(super) async fn follow(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
	query: Result<Query<LogsQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, axum::Error>>>, ApiError> {
	let Query(query) = query?;
	let (container, lines) = (query.container.as_deref(), query.lines()?);
	let lines = shared.jobs.containers().follow(job, container, lines)?;
	let events = lines.map(|line| match line {
		Ok(line) => SseEvent::default().json_data(line_of(line)),
		// The client sees that this is not the end of the lines, since the connection breaks.
		Err(error) => Err(axum::Error::new(error)),
	});
	let events = events.take_until(shared.cancel.clone().cancelled_owned());
	Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn line_of(line: LogLine) -> JobLogLine {
	JobLogLine { is_error: line.is_error, text: line.text }
}

impl LogsQuery {
	/// How many lines.
	fn lines(&self) -> Result<u32, ApiError> {
		let lines = self.lines.unwrap_or(LOG_LINES);
		if LOG_LINES_MAX < lines {
			let message = format!("{lines} lines are more than {LOG_LINES_MAX}");
			return Err(ApiError::new(StatusCode::BAD_REQUEST, "too_many_lines", message));
		}
		Ok(lines)
	}
}

impl From<NoAnswer> for ApiError {
	fn from(error: NoAnswer) -> Self {
		let message = error.to_string();
		match error {
			NoAnswer::NoJob { .. } => Self::not_found("no_containers_here", message)
				.hint("ask a node that the job is placed on; `r1ctl job list` names them"),
			NoAnswer::NoContainer { .. } => Self::not_found("no_such_container", message),
			NoAnswer::NotMade { .. } => {
				Self::not_found("container_not_made", message).hint("`r1ctl job status` says why")
			},
			NoAnswer::Several { .. } => {
				Self::new(StatusCode::BAD_REQUEST, "container_missing", message)
			},
			NoAnswer::Engine { .. } => Self::new(StatusCode::BAD_GATEWAY, "engine_failed", message),
			NoAnswer::Busy { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
				.hint("let some of them end first"),
		}
	}
}

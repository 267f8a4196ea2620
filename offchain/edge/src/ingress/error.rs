// SPDX-License-Identifier: Apache-2.0

//! Why a visitor is not served, as he is told.

use crate::{dauth::Refused, http::ApiError};
use axum::{
	http::StatusCode,
	response::{IntoResponse, Response},
};
use r1_deeploy::job::NoPort;
use r1_primitives::{DeedId, JobId};
use std::time::Duration;

/// Why there is no answer of a container.
#[derive(Debug, thiserror::Error)]
pub(super) enum IngressError {
	#[error("this address names no job")]
	Nobody,
	#[error("{reason}")]
	Wrong { reason: String },
	#[error("the daemon has not seen a finalised block yet")]
	NoChain,
	#[error("there is no job {job}")]
	NoJob { job: JobId },
	#[error("what job {job} is cannot be found out: {reason}")]
	NoSpecification { job: JobId, reason: String },
	#[error("job {job} is of kind `{kind}`, which has no ports")]
	NoContainers { job: JobId, kind: &'static str },
	#[error("{reason}")]
	NoPort { reason: NoPort },
	#[error("port {port} of job {job} does not speak HTTP")]
	NotHttp { job: JobId, port: String },
	#[error("port {port} of job {job} is not public, and nobody can show a token over plain TCP")]
	NotPublic { job: JobId, port: String },
	#[error(transparent)]
	Refused(#[from] Refused),
	#[error(
		"the token was issued by the node of deed {deed}, whose word counts at none of the nodes of \
		 job {job}"
	)]
	OfAnotherNode { job: JobId, deed: DeedId },
	#[error("job {job} is placed on no node at the moment")]
	NoReplica { job: JobId },
	#[error("port {port} of job {job} is not open to this visitor: {reason}")]
	NotAllowed { job: JobId, port: String, reason: String },
	#[error("no replica of job {job} answers: {}", failures.join("; "))]
	NoAnswer { job: JobId, failures: Vec<String> },
	#[error("the replica did not begin to answer within {} s", time_max.as_secs())]
	TimedOut { time_max: Duration },
	#[error("the replica ended the connection instead of answering: {reason}")]
	Broken { reason: String },
	#[error("the ingress has as many connections of this kind as it may have")]
	Busy,
	#[error("{visits_max} requests from this address are being answered already")]
	TooManyVisits { visits_max: usize },
}

impl IntoResponse for IngressError {
	fn into_response(self) -> Response {
		let message = self.to_string();
		let error = |status, code| ApiError::new(status, code, message.clone());
		let shown = match self {
			Self::Nobody => error(StatusCode::NOT_FOUND, "no_such_job")
				.hint("jobs are below `/jobs/` and their number, like `/jobs/7/`"),
			Self::Wrong { .. } => error(StatusCode::BAD_REQUEST, "invalid_name"),
			Self::NoChain => ApiError::no_chain(),
			Self::NoJob { .. } => error(StatusCode::NOT_FOUND, "no_such_job")
				.hint("`r1ctl job list` names those that there are"),
			Self::NoSpecification { .. } => {
				error(StatusCode::SERVICE_UNAVAILABLE, "specification_unavailable")
					.hint("try again in some seconds")
			},
			Self::NoContainers { .. } => error(StatusCode::NOT_FOUND, "job_without_ports")
				.hint("models are asked by the Open Inference Protocol, on the API of their nodes"),
			Self::NoPort { .. } => error(StatusCode::NOT_FOUND, "no_such_port")
				.hint("say which behind the job's number, like `/jobs/7:web.http/`"),
			Self::NotHttp { .. } => error(StatusCode::BAD_REQUEST, "port_not_http")
				.hint("reach it by TCP, through an entry `ingress.tcp` of the configuration"),
			Self::NotPublic { .. } => error(StatusCode::FORBIDDEN, "port_not_public"),
			Self::Refused(Refused::NoToken) => error(StatusCode::UNAUTHORIZED, "token_missing")
				.hint("the port is not public: send a token in the header `R1-Token`"),
			Self::Refused(refused) => ApiError::from(refused),
			Self::OfAnotherNode { .. } => error(StatusCode::FORBIDDEN, "token_of_another_node")
				.hint("sign in at a node of the job; `r1ctl job list` names them"),
			Self::NoReplica { .. } => error(StatusCode::SERVICE_UNAVAILABLE, "no_replica")
				.hint("it waits for its placement; try again later"),
			Self::NotAllowed { .. } => error(StatusCode::FORBIDDEN, "not_entitled"),
			Self::NoAnswer { .. } => error(StatusCode::BAD_GATEWAY, "no_replica_answers")
				.hint("`r1ctl job status` says how far each node is with it"),
			Self::TimedOut { .. } => error(StatusCode::GATEWAY_TIMEOUT, "timed_out"),
			Self::Broken { .. } => error(StatusCode::BAD_GATEWAY, "replica_failed")
				.hint("it may have done what was asked; try again if that does no harm"),
			Self::Busy => error(StatusCode::SERVICE_UNAVAILABLE, "busy").hint("try again later"),
			Self::TooManyVisits { .. } => error(StatusCode::TOO_MANY_REQUESTS, "too_many_visits")
				.hint("let some of them end first"),
		};
		shown.into_response()
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Errors of the services as HTTP responses: `{code, message, hint}`.

use crate::dauth::Refused;
use axum::{
	Json,
	extract::rejection::{JsonRejection, QueryRejection},
	http::{Method, StatusCode, Uri},
	response::{IntoResponse, Response},
};
use r1_api::{ApiErrorBody, oip::ErrorBody};
use r1_core::error_chain;
use r1_dauth::{SignInError, TokenError};
use r1_inference::InferError;
use std::time::Duration;
use tokio::task::JoinError;

/// What a handler answers instead of what was asked for.
#[derive(Debug)]
pub(crate) struct ApiError {
	status: StatusCode,
	body: ApiErrorBody,
}

impl ApiError {
	pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
		let body = ApiErrorBody { code: code.to_owned(), message: message.into(), hint: None };
		Self { status, body }
	}

	pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
		self.body.hint = Some(hint.into());
		self
	}

	/// Something that is not here.
	pub(super) fn not_found(code: &str, message: impl Into<String>) -> Self {
		Self::new(StatusCode::NOT_FOUND, code, message)
	}

	/// A route that is for programs of this machine.
	pub(super) fn not_local() -> Self {
		Self::new(
			StatusCode::FORBIDDEN,
			"not_local",
			"this is for programs of the daemon's own machine",
		)
		.hint("ask over loopback, at 127.0.0.1")
	}

	/// A path whose parameter names nothing.
	pub(super) fn nameless() -> Self {
		Self::new(StatusCode::BAD_REQUEST, "invalid_name", "the path names nothing that can be")
	}

	/// A request that took longer than its route allows.
	pub(super) fn too_slow(time_max: Duration) -> Self {
		let message = format!("there was no answer within {} s", time_max.as_secs());
		Self::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", message)
			.hint("try again; if you were still sending, send faster or less")
	}

	/// A task of the daemon that ended as none should.
	pub(super) fn died(error: &JoinError) -> Self {
		Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", error.to_string())
	}

	/// The daemon does not know the chain yet.
	pub(crate) fn no_chain() -> Self {
		Self::new(
			StatusCode::SERVICE_UNAVAILABLE,
			"chain_unknown",
			"the daemon has not seen a finalised block yet",
		)
		.hint("check chain.url in the daemon's configuration, and whether that node runs")
	}
}

impl IntoResponse for ApiError {
	fn into_response(self) -> Response {
		// The form with `error` is a superset: clients of the Open Inference Protocol look for it.
		(self.status, Json(ErrorBody::from(self.body))).into_response()
	}
}

/// Answers a path that has routes, but none for this method.
pub(super) async fn no_such_method(method: Method, uri: Uri) -> ApiError {
	ApiError::new(
		StatusCode::METHOD_NOT_ALLOWED,
		"no_such_method",
		format!("{} does not take {method}", uri.path()),
	)
}

/// Answers what no route matches.
pub(super) async fn no_such_route(uri: Uri) -> ApiError {
	ApiError::not_found("no_such_route", format!("there is no route {}", uri.path()))
}

impl From<JsonRejection> for ApiError {
	fn from(rejection: JsonRejection) -> Self {
		Self::new(rejection.status(), "invalid_body", rejection.body_text())
	}
}

impl From<QueryRejection> for ApiError {
	fn from(rejection: QueryRejection) -> Self {
		Self::new(rejection.status(), "invalid_query", rejection.body_text())
	}
}

impl From<Refused> for ApiError {
	fn from(refused: Refused) -> Self {
		let message = refused.to_string();
		let unauthorised =
			|code, message: String| Self::new(StatusCode::UNAUTHORIZED, code, message);
		match refused {
			Refused::NoChain => Self::no_chain(),
			Refused::NoDeed => {
				Self::new(StatusCode::SERVICE_UNAVAILABLE, "node_without_deed", message)
			},
			Refused::SignIn(SignInError::Busy) => {
				Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", message)
			},
			Refused::SignIn(_) => unauthorised("sign_in_refused", message),
			Refused::NoToken => unauthorised("token_missing", message)
				.hint("`r1ctl auth login` gets one; send it in the header `Authorization: Bearer`"),
			Refused::Token(error) if matches!(*error, TokenError::TooMuch) => {
				Self::new(StatusCode::BAD_REQUEST, "token_too_much", message)
			},
			Refused::Token(_) => unauthorised("token_invalid", message).hint("sign in again"),
			Refused::Denied(_) => Self::new(StatusCode::FORBIDDEN, "token_too_narrow", message)
				.hint("sign in again, or use the token that this one was narrowed from"),
			Refused::Expired => unauthorised("token_expired", message).hint("sign in again"),
			Refused::Revoked => unauthorised("token_revoked", message).hint("sign in again"),
			Refused::NotTheIssuer { .. } => {
				Self::new(StatusCode::CONFLICT, "not_the_issuer", message)
			},
			Refused::NoSealingKey { .. } => {
				Self::new(StatusCode::GATEWAY_TIMEOUT, "no_sealing_key", message)
					.hint("is the node up? try again, or ask by way of another daemon")
			},
			Refused::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", message),
			Refused::NothingToRevoke => {
				Self::new(StatusCode::CONFLICT, "nothing_to_revoke", message)
			},
			Refused::Revocation(_) => {
				Self::new(StatusCode::TOO_MANY_REQUESTS, "not_revoked", message)
					.hint("tokens end by themselves within a day")
			},
			Refused::OfAnotherNode { .. } => {
				Self::new(StatusCode::FORBIDDEN, "token_of_another_node", message)
					.hint("sign in at this node")
			},
			Refused::NotEntitled { .. } => {
				Self::new(StatusCode::FORBIDDEN, "not_entitled", message)
					.hint("the owner of the node's deed is, and the owner of a job on its part")
			},
		}
	}
}

impl From<InferError> for ApiError {
	fn from(error: InferError) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			InferError::Busy => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", message)
				.hint("try again later, or ask another replica"),
			InferError::TimedOut { .. } => {
				Self::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", message)
			},
			error if error.is_client_fault() => {
				Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
					.hint("GET the model's path to see what it takes")
			},
			_ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "model_failed", message),
		}
	}
}

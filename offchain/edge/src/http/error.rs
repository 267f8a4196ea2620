// SPDX-License-Identifier: Apache-2.0

//! Errors of the services as HTTP responses: `{code, message, hint}`.

use axum::{
	Json,
	extract::rejection::{JsonRejection, QueryRejection},
	http::StatusCode,
	response::{IntoResponse, Response},
};
use r1_api::{ApiErrorBody, oip::ErrorBody};
use r1_core::error_chain;
use r1_inference::InferError;
use r1fs::{AddError, GetError};

/// What a handler answers instead of what was asked for.
#[derive(Debug)]
pub(super) struct ApiError {
	status: StatusCode,
	body: ApiErrorBody,
}

impl ApiError {
	pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
		let body = ApiErrorBody { code: code.to_owned(), message: message.into(), hint: None };
		Self { status, body }
	}

	pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
		self.body.hint = Some(hint.into());
		self
	}

	/// Something that is not here.
	pub(super) fn not_found(code: &str, message: impl Into<String>) -> Self {
		Self::new(StatusCode::NOT_FOUND, code, message)
	}

	/// The daemon does not know the chain yet.
	pub(super) fn no_chain() -> Self {
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

/// Answers what no route matches.
pub(super) async fn no_such_route(uri: axum::http::Uri) -> ApiError {
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

impl From<GetError> for ApiError {
	fn from(error: GetError) -> Self {
		let message = error_chain(&error).to_string();
		if error.is_transient() {
			return Self::new(StatusCode::GATEWAY_TIMEOUT, "file_not_found", message).hint(
				"no connected node has it; check the CID, or wait until its owner is online",
			);
		}
		if error.is_content_fault() {
			return Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_a_file", message);
		}
		Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", message)
	}
}

impl From<AddError> for ApiError {
	fn from(error: AddError) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			AddError::TooLarge { .. } => {
				Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message)
			},
			AddError::Read { .. } => Self::new(StatusCode::BAD_REQUEST, "body_unreadable", message),
			AddError::Store(_) => {
				Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", message)
			},
		}
	}
}

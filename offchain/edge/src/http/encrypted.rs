// SPDX-License-Identifier: Apache-2.0

//! Evaluations on ciphertexts: bytes in, bytes out, none of which the node can open.

use super::{error::ApiError, receipts};
use crate::{
	encrypted::{NoKey, NotAnswered, NotEvaluated, Served},
	receipts::Answered,
	shared::Shared,
};
use axum::{
	Json,
	body::Bytes,
	extract::{Path, Query, State, rejection::QueryRejection},
	http::StatusCode,
	response::Response,
};
use cid::Cid;
use r1_api::{EncryptedModelStatus, HexBytes};
use r1_core::error_chain;
use r1_edil::{Request, RunError};
use serde::Deserialize;
use std::sync::Arc;

pub(super) async fn model(
	State(shared): State<Shared>,
	Path(name): Path<String>,
) -> Result<Json<EncryptedModelStatus>, ApiError> {
	let served = served(&shared, &name)?;
	let (model, head) = (&served.model, served.model.head());
	let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
	Ok(Json(EncryptedModelStatus {
		name,
		model: served.file.to_string(),
		id: HexBytes(*model.id()),
		parameters: format!("{:?}", model.parameters()),
		inputs: count(head.inputs()),
		logits: count(head.logits()),
		needs_evaluation_key: served.needs_key(),
	}))
}

/// Where the evaluation key is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyQuery {
	key: Option<String>,
}

pub(super) async fn infer(
	State(shared): State<Shared>,
	Path(name): Path<String>,
	query: Result<Query<KeyQuery>, QueryRejection>,
	body: Bytes,
) -> Result<Response, ApiError> {
	let Query(KeyQuery { key }) = query?;
	let served = served(&shared, &name)?;
	let request = Request::from_bytes(&body).map_err(|error| {
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_request", error.to_string())
			.hint("`r1ctl edil encrypt` makes one")
	})?;
	let key = key.map(|key| Cid::try_from(key.as_str())).transpose().map_err(|error| {
		let message = format!("the query `key` is no CID: {error}");
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_cid", message)
	})?;
	let id = request.evaluation_key;
	let response = shared.encrypted.evaluate(&served, request, key.as_ref()).await?;
	let answered = Answered {
		model: served.file,
		// The file of the query may be another one: it was not looked at if the key was here.
		key: served.needs_key().then(|| (id, shared.encrypted.key_file(&id))),
		input: body.to_vec(),
		output: response.to_bytes(),
	};
	Ok(receipts::answer(&shared, &name, "application/octet-stream", answered).await)
}

fn served(shared: &Shared, name: &str) -> Result<Arc<Served>, ApiError> {
	shared.encrypted.model(name).ok_or_else(|| {
		let names = shared.encrypted.models();
		let names = names.iter().map(|model| model.name.to_string()).collect::<Vec<_>>();
		let message = format!("this node does not serve `{name}` on ciphertexts");
		ApiError::not_found("model_not_served", message)
			.hint(format!("it serves: [{}]", names.join(", ")))
	})
}

impl From<NotAnswered> for ApiError {
	fn from(error: NotAnswered) -> Self {
		let message = error_chain(&error).to_string();
		let of = |status, code| Self::new(status, code, message);
		match error {
			NotAnswered::Request(_) => of(StatusCode::BAD_REQUEST, "invalid_request")
				.hint("GET the model's path to see what it takes"),
			NotAnswered::Key(NoKey::NotHere) => of(StatusCode::CONFLICT, "evaluation_key_missing")
				.hint("add the key to the content store, and send its CID as the query `key`"),
			NotAnswered::Key(NoKey::NotFetched { .. }) => {
				of(StatusCode::BAD_GATEWAY, "evaluation_key_not_fetched")
					.hint("is the key in the content store of a node that is up?")
			},
			NotAnswered::Key(NoKey::Refused(_)) => {
				of(StatusCode::BAD_REQUEST, "invalid_evaluation_key")
					.hint("`r1ctl edil keygen` makes one for the model")
			},
			NotAnswered::Evaluation(NotEvaluated::Busy) => {
				of(StatusCode::TOO_MANY_REQUESTS, "busy")
					.hint("try again later, or ask another replica")
			},
			NotAnswered::Evaluation(NotEvaluated::Late) => {
				of(StatusCode::GATEWAY_TIMEOUT, "timed_out")
					.hint("try again later, or ask another replica")
			},
			NotAnswered::Evaluation(NotEvaluated::Run(RunError::UnknownModel)) => {
				of(StatusCode::NOT_FOUND, "model_not_served")
			},
			NotAnswered::Evaluation(NotEvaluated::Stopping) => {
				of(StatusCode::SERVICE_UNAVAILABLE, "stopping")
			},
			NotAnswered::Key(NoKey::Died(_))
			| NotAnswered::Evaluation(NotEvaluated::Run(_) | NotEvaluated::Died(_)) => {
				of(StatusCode::INTERNAL_SERVER_ERROR, "model_failed")
			},
		}
	}
}

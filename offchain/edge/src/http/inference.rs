// SPDX-License-Identifier: Apache-2.0

//! The Open Inference Protocol, version 2.

use super::{
	error::ApiError,
	receipts::{self, Exact},
	tensors::{describe, from_client, to_client},
};
use crate::{receipts::Answered, shared::Shared};
use axum::{
	Json,
	extract::{Path, State},
	http::StatusCode,
	response::Response,
};
use r1_api::oip::{
	InferRequest, InferResponse, Live, ModelMetadata, ModelReady, Ready, ServerMetadata,
};
use r1_inference::{InferenceRequest, ServedModel};
use std::sync::Arc;

pub(super) async fn server() -> Json<ServerMetadata> {
	Json(ServerMetadata {
		name: "ratio1-edge".to_owned(),
		version: env!("CARGO_PKG_VERSION").to_owned(),
		extensions: Vec::new(),
	})
}

pub(super) async fn live() -> Json<Live> {
	Json(Live { live: true })
}

pub(super) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Ready>) {
	let ready = shared.health.report().is_ready();
	let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
	(status, Json(Ready { ready }))
}

pub(super) async fn model(
	State(shared): State<Shared>,
	Path(name): Path<String>,
) -> Result<Json<ModelMetadata>, ApiError> {
	let model = served(&shared, &name)?;
	Ok(Json(ModelMetadata {
		name,
		// The content identifier is the only version that a model has.
		versions: vec![model.cid().to_string()],
		platform: shared.inference.platform().to_owned(),
		inputs: model.metadata().inputs.iter().map(describe).collect(),
		outputs: model.metadata().outputs.iter().map(describe).collect(),
	}))
}

pub(super) async fn model_ready(
	State(shared): State<Shared>,
	Path(name): Path<String>,
) -> Result<Json<ModelReady>, ApiError> {
	served(&shared, &name)?;
	Ok(Json(ModelReady { name, ready: true }))
}

pub(super) async fn infer(
	State(shared): State<Shared>,
	Path(name): Path<String>,
	request: Result<Exact<InferRequest>, ApiError>,
) -> Result<Response, ApiError> {
	let Exact { value: request, bytes: input } = request?;
	let model = served(&shared, &name)?;
	let inputs = request.inputs.into_iter().map(from_client).collect::<Result<_, _>>()?;
	let outputs = request.outputs.into_iter().map(|output| output.name).collect();
	let answer = shared.inference.infer(&model, InferenceRequest { inputs, outputs }).await?;
	let response = InferResponse {
		model_name: name.clone(),
		model_version: Some(model.cid().to_string()),
		id: request.id,
		outputs: answer.into_iter().map(to_client).collect::<Result<_, _>>()?,
	};
	let output = serde_json::to_vec(&response).map_err(|error| {
		ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "model_failed", error.to_string())
	})?;
	let answered = Answered { model: *model.cid(), key: None, input: input.to_vec(), output };
	Ok(receipts::answer(&shared, &name, "application/json", answered).await)
}

fn served(shared: &Shared, name: &str) -> Result<Arc<ServedModel>, ApiError> {
	shared.inference.model(name).ok_or_else(|| {
		let names = shared.inference.models();
		let names = names.iter().map(|model| model.name().to_string()).collect::<Vec<_>>();
		ApiError::not_found("model_not_served", format!("this node does not serve `{name}`"))
			.hint(format!("it serves: [{}]", names.join(", ")))
	})
}

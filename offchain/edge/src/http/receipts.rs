// SPDX-License-Identifier: Apache-2.0

//! Receipts: with each answer of a job's model, and afterwards.

use super::error::ApiError;
use crate::{
	receipts::{Answered, NoEvidence, Page, Summary},
	shared::Shared,
};
use axum::{
	Json,
	body::{Body, Bytes},
	extract::{
		FromRequest, Path, Query, Request, State,
		rejection::{JsonRejection, QueryRejection},
	},
	http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
	response::{IntoResponse, Response},
};
use codec::Encode as _;
use r1_api::{EpochReceipts, HexBytes, JobReceipt, JobReceipts, RECEIPT_HEADER, ReceiptsPage};
use r1_core::error_chain;
use r1_deeploy::receipts::{Receipt, Saved};
use r1_primitives::{EpochIndex, JobId};
use serde::{Deserialize, de::DeserializeOwned};

/// A body in JSON, and its bytes as they came.
pub(super) struct Exact<T> {
	pub(super) value: T,
	pub(super) bytes: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Exact<T> {
	type Rejection = ApiError;

	async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
		let (parts, body) = request.into_parts();
		let whole = Request::from_parts(parts.clone(), body);
		let bytes = Bytes::from_request(whole, state).await.map_err(JsonRejection::from)?;
		// By the same rules as everywhere, that of the media type among them.
		let again = Request::from_parts(parts, Body::from(bytes.clone()));
		let Json(value) = Json::from_request(again, state).await?;
		Ok(Self { value, bytes })
	}
}

/// An answer of a model that has a name, with a receipt if the model is a job's.
pub(super) async fn answer(
	shared: &Shared,
	name: &str,
	content_type: &'static str,
	answered: Answered,
) -> Response {
	let body = Bytes::copy_from_slice(&answered.output);
	let receipt = match shared.jobs.serving(name) {
		Some(job) => shared.receipts.leave(job, answered).await,
		None => None,
	};
	let mut response = ([(CONTENT_TYPE, content_type)], body).into_response();
	let value = receipt.and_then(|it| HeaderValue::try_from(hex::encode(it.encode())).ok());
	if let Some(value) = value {
		response.headers_mut().insert(HeaderName::from_static(RECEIPT_HEADER), value);
	}
	response
}

pub(super) async fn list(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
) -> Result<Json<JobReceipts>, ApiError> {
	let summaries = shared.receipts.summaries(job).await?;
	Ok(Json(JobReceipts {
		job,
		node: HexBytes(shared.identity.key()),
		epochs: summaries.iter().map(epoch_of).collect(),
	}))
}

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
	#[serde(default)]
	from: u32,
}

pub(super) async fn page(
	State(shared): State<Shared>,
	Path((job, epoch)): Path<(JobId, EpochIndex)>,
	query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<ReceiptsPage>, ApiError> {
	let Query(PageQuery { from }) = query?;
	let Page { summary, receipts, next } = shared.receipts.page(job, epoch, from).await?;
	let receipts = receipts.iter().map(receipt_of).collect();
	Ok(Json(ReceiptsPage { epoch: epoch_of(&summary), receipts, next }))
}

pub(super) async fn evidence(
	State(shared): State<Shared>,
	Path((job, epoch, index)): Path<(JobId, EpochIndex, u32)>,
) -> Result<Vec<u8>, ApiError> {
	let evidence = shared.receipts.evidence(job, epoch, index).await?;
	Ok(Saved::Evidence(Box::new(evidence)).to_bytes())
}

fn epoch_of(summary: &Summary) -> EpochReceipts {
	let Summary { epoch, count, root, is_closed, is_full } = *summary;
	EpochReceipts { epoch, count, root: HexBytes(root), is_closed, is_full }
}

fn receipt_of(receipt: &Receipt) -> JobReceipt {
	JobReceipt {
		index: receipt.index,
		at_secs: receipt.at_secs,
		model: HexBytes(receipt.model),
		evaluation_key: receipt.evaluation_key.map(HexBytes),
		input: HexBytes(receipt.input),
		input_bytes: receipt.input_bytes,
		output: HexBytes(receipt.output),
		output_bytes: receipt.output_bytes,
	}
}

impl From<NoEvidence> for ApiError {
	fn from(error: NoEvidence) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			NoEvidence::NoEpoch { .. } => Self::not_found("no_receipts", message)
				.hint("GET the job's receipts to see of which epochs there are some"),
			NoEvidence::NoReceipt { .. } => Self::not_found("no_such_receipt", message),
			NoEvidence::StillOpen { .. } => Self::new(StatusCode::CONFLICT, "epoch_open", message)
				.hint("ask again when the epoch is over"),
			NoEvidence::NoDeed => {
				Self::new(StatusCode::SERVICE_UNAVAILABLE, "node_without_deed", message)
			},
			NoEvidence::Shelf(_) => {
				Self::new(StatusCode::INTERNAL_SERVER_ERROR, "disk_failed", message)
			},
			NoEvidence::Died(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", message),
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Files by content.

use super::error::ApiError;
use crate::{defaults::UPLOAD_BYTES_MAX, shared::Shared};
use axum::{
	Json,
	body::Bytes,
	extract::{Path, State},
	http::{StatusCode, header},
	response::IntoResponse,
};
use cid::Cid;
use r1_api::FileAdded;

pub(super) async fn add(
	State(shared): State<Shared>,
	body: Bytes,
) -> Result<Json<FileAdded>, ApiError> {
	let added = shared.files.add(body.as_ref()).await?;
	Ok(Json(FileAdded { cid: added.cid.to_string(), size_bytes: added.bytes }))
}

pub(super) async fn get(
	State(shared): State<Shared>,
	Path(cid): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
	let cid = Cid::try_from(cid.as_str()).map_err(|error| {
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_cid", format!("`{cid}` is no CID: {error}"))
	})?;
	let bytes = shared.files.get(&cid, UPLOAD_BYTES_MAX as u64).await?;
	Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

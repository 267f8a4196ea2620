// SPDX-License-Identifier: Apache-2.0

//! Uploads that go on after an interruption, in the protocol of [tus](https://tus.io), version 1.0.0,
//! with its extensions `creation`, `expiration` and `termination`. So any client of tus works that does
//! not ask with OPTIONS first, which is answered as browsers want it.
//!
//! When the last byte is here, the file is added and kept; the answer names its CID in `R1-Cid`, and so
//! does every later question about the upload.

use super::super::{access::Part, error::ApiError};
use crate::{
	defaults::UPLOAD_KEPT,
	files::{Progress, Upload, UploadError, holder_of},
	shared::Shared,
};
use axum::{
	Extension, RequestExt as _,
	extract::{Path, Query, Request, State, rejection::QueryRejection},
	http::{
		HeaderMap, HeaderName, HeaderValue, StatusCode,
		header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
	},
	response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures::TryStreamExt as _;
use r1_core::Clock as _;
use r1_primitives::JobId;
use r1fs::FILE_BYTES_MAX;
use serde::Deserialize;
use std::io;
use tokio_util::io::StreamReader;

/// The version that is spoken.
const VERSION: &str = "1.0.0";

/// What a part of a file is sent as.
const PART: &str = "application/offset+octet-stream";

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const R1_CID: HeaderName = HeaderName::from_static("r1-cid");

/// Whose an upload is to be, if it is not whose it goes without saying.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Whose {
	job: Option<JobId>,
}

pub(in super::super) async fn begin(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	query: Result<Query<Whose>, QueryRejection>,
	headers: HeaderMap,
) -> Result<Response, ApiError> {
	check_version(&headers)?;
	let Query(Whose { job }) = query?;
	let length = number(&headers, &UPLOAD_LENGTH)?;
	if FILE_BYTES_MAX < length {
		let message = format!("a file has at most {FILE_BYTES_MAX} bytes");
		return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message));
	}
	let holder = holder_of(&scope).to_string();
	let upload = Upload { length, holder, name: name_of(&headers) };
	let id = shared.files.uploads().begin(upload).await?;
	let mut response = StatusCode::CREATED.into_response();
	// Relative, so that it is right behind any proxy. Clients go on with what is said here alone, and
	// whose upload it is must be said each time.
	let whose = job.map(|job| format!("?job={job}")).unwrap_or_default();
	set(&mut response, LOCATION, &format!("/v1/r1fs/uploads/{id}{whose}"));
	Ok(spoken(response))
}

pub(in super::super) async fn progress(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	Path(id): Path<String>,
) -> Result<Response, ApiError> {
	let progress = shared.files.uploads().progress(&id, &holder_of(&scope)).await?;
	let mut response = described(StatusCode::OK, &progress);
	set(&mut response, UPLOAD_LENGTH, &progress.upload.length.to_string());
	set(&mut response, CACHE_CONTROL, "no-store");
	Ok(response)
}

pub(in super::super) async fn append(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	Path(id): Path<String>,
	request: Request,
) -> Result<Response, ApiError> {
	check_version(request.headers())?;
	let is_part = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PART);
	if !is_part {
		let message = format!("the content type is not {PART}");
		return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_body", message));
	}
	let said = number(request.headers(), &UPLOAD_OFFSET)?;
	let body = request.into_limited_body().into_data_stream();
	let reader = StreamReader::new(body.map_err(io::Error::other));
	let (uploads, holder) = (shared.files.uploads(), holder_of(&scope));
	let mut progress = uploads.append(&id, &holder, said, reader).await?;
	if progress.cid.is_none() && progress.offset == progress.upload.length {
		let name = Some(progress.upload.name.clone());
		let files = shared.files.keeping(&scope, name, shared.clock.now_secs());
		let added = files.add(uploads.open(&id).await?).await?;
		uploads.finish(&id, &added.cid).await?;
		progress.cid = Some(added.cid);
	}
	Ok(described(StatusCode::NO_CONTENT, &progress))
}

pub(in super::super) async fn remove(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	Path(id): Path<String>,
	headers: HeaderMap,
) -> Result<Response, ApiError> {
	check_version(&headers)?;
	shared.files.uploads().remove(&id, &holder_of(&scope)).await?;
	Ok(spoken(StatusCode::NO_CONTENT.into_response()))
}

/// How far an upload is, in an answer.
fn described(status: StatusCode, progress: &Progress) -> Response {
	let mut response = status.into_response();
	set(&mut response, UPLOAD_OFFSET, &progress.offset.to_string());
	if let Some(cid) = &progress.cid {
		set(&mut response, R1_CID, &cid.to_string());
	}
	spoken(response)
}

fn spoken(mut response: Response) -> Response {
	set(&mut response, TUS_RESUMABLE, VERSION);
	response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
	// Numbers, CIDs and paths of ours, which are all text for a header.
	if let Ok(value) = HeaderValue::try_from(value) {
		response.headers_mut().insert(name, value);
	}
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
	if headers.get(TUS_RESUMABLE).is_some_and(|version| version == VERSION) {
		return Ok(());
	}
	let message = format!("the header Tus-Resumable is not {VERSION}");
	Err(ApiError::new(StatusCode::PRECONDITION_FAILED, "unknown_version", message)
		.hint("use a client of tus 1.0.0, or POST the file to /v1/r1fs/files"))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
	let value = headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
	value.ok_or_else(|| {
		let message = format!("the header {name} is no number of bytes");
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_header", message)
	})
}

/// What the client calls the file: `name` or `filename` of its metadata.
fn name_of(headers: &HeaderMap) -> String {
	let metadata = headers.get(UPLOAD_METADATA).and_then(|value| value.to_str().ok());
	let mut pairs = metadata.unwrap_or_default().split(',').filter_map(|pair| {
		let (key, value) = pair.trim().split_once(' ')?;
		let value = String::from_utf8(BASE64.decode(value.trim()).ok()?).ok()?;
		matches!(key, "name" | "filename").then_some(value)
	});
	pairs.next().unwrap_or_default()
}

impl From<UploadError> for ApiError {
	fn from(error: UploadError) -> Self {
		let message = r1_core::error_chain(&error).to_string();
		let kept = UPLOAD_KEPT.as_secs() / 3_600;
		match error {
			UploadError::NotFound { .. } => Self::not_found("no_such_upload", message)
				.hint(format!("an upload is kept for {kept} hours after its last byte")),
			UploadError::Busy { .. } | UploadError::Offset { .. } => {
				Self::new(StatusCode::CONFLICT, "wrong_offset", message)
					.hint("ask with HEAD where the upload is, and go on from there")
			},
			UploadError::TooLong { .. } => {
				Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message)
			},
			UploadError::TooMany => {
				Self::new(StatusCode::INSUFFICIENT_STORAGE, "too_many_uploads", message)
					.hint("finish or DELETE others first")
			},
			UploadError::Interrupted(_) => {
				Self::new(StatusCode::BAD_REQUEST, "body_unreadable", message)
					.hint("what came is kept; ask with HEAD where the upload is, and go on")
			},
			UploadError::Disk(_) => {
				Self::new(StatusCode::INSUFFICIENT_STORAGE, "store_failed", message)
			},
		}
	}
}

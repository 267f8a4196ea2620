// SPDX-License-Identifier: Apache-2.0

//! Files by content: adding, keeping and looking after them. Reading them is the gateway's.

mod gateway;
mod range;
mod errors;
pub(super) mod uploads;

pub(super) use gateway::{gateway, gateway_of_root};

use super::{access::Part, error::ApiError};
use crate::{
	defaults::PINS_LISTED_MAX,
	files::{self, holder_of},
	shared::Shared,
};
use axum::{
	Extension, Json, RequestExt as _,
	extract::{Path, Query, Request, State, rejection::QueryRejection},
	http::StatusCode,
};
use cid::Cid;
use futures::TryStreamExt as _;
use r1_api::{
	CarAdded, FileAdded, FileEntry, FileStatus, FilesCollected, FilesScrubbed, FilesStatus,
	PinStatus, PinsPage, Unpinned,
};
use r1_core::{Clock as _, ContentHash};
use r1fs::{Chunker, Files, Listed, Pin};
use serde::Deserialize;
use std::{io, sync::Arc};
use tokio::{io::AsyncRead, task::spawn_blocking};
use tokio_util::io::StreamReader;

/// A CID that a request names, with its text.
pub(super) fn parse_cid(text: &str) -> Result<Cid, ApiError> {
	Cid::try_from(text).map_err(|error| {
		ApiError::new(
			StatusCode::BAD_REQUEST,
			"invalid_cid",
			format!("`{text}` is no CID: {error}"),
		)
		.hint("a CID looks like bafkrei… or Qm…")
	})
}

/// How something is to be kept, or made.
#[derive(Debug, Deserialize)]
pub(super) struct Keep {
	name: Option<String>,
	chunker: Option<String>,
	hash: Option<String>,
}

pub(super) async fn add(
	State(shared): State<Shared>,
	Extension(part): Extension<Part>,
	query: Result<Query<Keep>, QueryRejection>,
	request: Request,
) -> Result<Json<FileAdded>, ApiError> {
	let Query(Keep { name, chunker, hash }) = query?;
	let mut files = keeping(&shared, &part, name);
	if let Some(chunker) = chunker {
		files = files.with_chunker(chunker.parse::<Chunker>()?);
	}
	if let Some(hash) = hash {
		files = files.with_hash(hash.parse::<ContentHash>()?);
	}
	let added = files.add(body_of(request)).await?;
	Ok(Json(FileAdded { cid: added.cid.to_string(), size_bytes: added.bytes }))
}

pub(super) async fn import_car(
	State(shared): State<Shared>,
	Extension(part): Extension<Part>,
	query: Result<Query<Keep>, QueryRejection>,
	request: Request,
) -> Result<Json<CarAdded>, ApiError> {
	let Query(Keep { name, .. }) = query?;
	let imported = keeping(&shared, &part, name).import_car(body_of(request)).await?;
	let roots = imported.roots.iter().map(Cid::to_string).collect();
	Ok(Json(CarAdded { roots, blocks: imported.blocks }))
}

/// Files that are kept on behalf of whom the request speaks for.
fn keeping(shared: &Shared, Part(scope): &Part, name: Option<String>) -> Files {
	shared.files.keeping(scope, name, shared.clock.now_secs())
}

/// The bytes of a body as they come, at most as many as the route takes.
fn body_of(request: Request) -> impl AsyncRead + Unpin + Send {
	let body = request.into_limited_body().into_data_stream();
	StreamReader::new(body.map_err(io::Error::other))
}

pub(super) async fn status(State(shared): State<Shared>) -> Json<FilesStatus> {
	let statistics = shared.files.disk().statistics();
	let public_addresses = shared.mesh.handle().public_addresses().borrow().to_vec();
	Json(FilesStatus {
		blocks: statistics.blocks as u64,
		bytes: statistics.bytes,
		bytes_max: statistics.bytes_max,
		pins: statistics.pins as u64,
		public_addresses,
	})
}

#[derive(Debug, Deserialize)]
pub(super) struct From {
	from: Option<String>,
}

pub(super) async fn pins(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	query: Result<Query<From>, QueryRejection>,
) -> Result<Json<PinsPage>, ApiError> {
	let Query(From { from }) = query?;
	let from = from.as_deref().map(parse_cid).transpose()?;
	let holder = holder_of(&scope);
	let all = shared.files.disk().pins().into_iter();
	let is_asked = |pin: &Pin| pin.holder == holder && from.is_none_or(|from| from <= pin.cid);
	let mut pins: Vec<PinStatus> =
		all.filter(is_asked).take(PINS_LISTED_MAX + 1).map(status_of).collect();
	let next = (PINS_LISTED_MAX < pins.len()).then(|| pins.pop()).flatten().map(|pin| pin.cid);
	Ok(Json(PinsPage { pins, next }))
}

pub(super) async fn pin(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	Path(cid): Path<String>,
	query: Result<Query<Keep>, QueryRejection>,
) -> Result<Json<PinStatus>, ApiError> {
	let Query(Keep { name, .. }) = query?;
	let cid = parse_cid(&cid)?;
	let pin_as = shared.files.pin_as(&scope, name, shared.clock.now_secs());
	shared.files.files().pin(&cid, &pin_as).await?;
	let pin = shared.files.disk().pin_of(&cid, &pin_as.holder);
	let gone = || ApiError::not_found("not_pinned", format!("{cid} was unpinned meanwhile"));
	Ok(Json(status_of(pin.ok_or_else(gone)?)))
}

pub(super) async fn unpin(
	State(shared): State<Shared>,
	Extension(Part(scope)): Extension<Part>,
	Path(cid): Path<String>,
) -> Result<Json<Unpinned>, ApiError> {
	let was_pinned = shared.files.files().unpin(&parse_cid(&cid)?, &holder_of(&scope)).await?;
	Ok(Json(Unpinned { was_pinned }))
}

fn status_of(pin: Pin) -> PinStatus {
	PinStatus {
		cid: pin.cid.to_string(),
		holder: pin.holder.to_string(),
		name: pin.name,
		since_secs: pin.since_secs,
		bytes: pin.bytes,
	}
}

#[derive(Debug, Deserialize)]
pub(super) struct At {
	path: Option<String>,
}

pub(super) async fn stat(
	State(shared): State<Shared>,
	Path(cid): Path<String>,
	query: Result<Query<At>, QueryRejection>,
) -> Result<Json<FileStatus>, ApiError> {
	let Query(At { path }) = query?;
	let files = shared.files.files();
	let cid = files.resolve(&parse_cid(&cid)?, path.as_deref().unwrap_or_default()).await?;
	let (size_bytes, entries) = match files.list(&cid).await? {
		Listed::File => (Some(files.reader(&cid).await?.file_bytes()), None),
		Listed::Directory(entries) => {
			let entries = entries.into_iter().map(|entry| FileEntry {
				name: entry.name,
				cid: entry.cid.to_string(),
				dag_bytes: entry.dag_bytes,
			});
			(None, Some(entries.collect()))
		},
	};
	Ok(Json(FileStatus { cid: cid.to_string(), size_bytes, entries }))
}

pub(super) async fn collect(
	State(shared): State<Shared>,
) -> Result<Json<FilesCollected>, ApiError> {
	let disk = Arc::clone(shared.files.disk());
	let collected = spawn_blocking(move || disk.collect())
		.await
		.map_err(|error| ApiError::died(&error))??;
	let r1fs::Collected { blocks, bytes, blocks_kept } = collected;
	Ok(Json(FilesCollected { blocks, bytes, blocks_kept }))
}

pub(super) async fn scrub(State(shared): State<Shared>) -> Result<Json<FilesScrubbed>, ApiError> {
	let scrubbed = files::scrub(shared.files.files(), shared.files.disk()).await;
	let r1fs::Scrubbed { blocks, bytes, damaged } = scrubbed.map_err(|error| {
		ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", format!("{error:#}"))
	})?;
	Ok(Json(FilesScrubbed { blocks, bytes, damaged }))
}

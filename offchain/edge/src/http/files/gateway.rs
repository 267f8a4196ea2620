// SPDX-License-Identifier: Apache-2.0

//! Reading files by CID and path, as IPFS gateways serve them: the bytes of a file or a part of them,
//! and for those who check for themselves a block or a CAR file.
//!
//! What is served was made by whomever, and browsers take it for a part of this site. So it comes in a
//! sandbox: no script of it runs, and none asks this API in the name of whoever looks at it.

use super::{
	super::error::ApiError,
	parse_cid,
	range::{Asked, asked},
};
use crate::{files::piped, shared::Shared};
use axum::{
	body::Body,
	extract::{Path, Query, State, rejection::QueryRejection},
	http::{
		HeaderMap, HeaderValue, StatusCode, Uri,
		header::{
			ACCEPT, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH,
			CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
			LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
		},
	},
	response::{IntoResponse, Response},
};
use cid::Cid;
use futures::TryStreamExt as _;
use r1fs::{Entry, Files, Listed};
use serde::Deserialize;
use std::io;

/// What a CID names never changes.
const FOREVER: &str = "public, max-age=29030400, immutable";

/// What a directory is shown as.
const INDEX: &str = "index.html";

#[derive(Debug, Deserialize)]
pub(in super::super) struct Form {
	format: Option<String>,
	filename: Option<String>,
	download: Option<bool>,
}

/// How content is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
	/// A file's bytes.
	File,
	/// One block.
	Raw,
	/// All blocks.
	Car,
}

/// `/ipfs/{cid}`, with a slash at its end or without.
pub(in super::super) async fn gateway_of_root(
	State(shared): State<Shared>,
	Path(cid): Path<String>,
	uri: Uri,
	query: Result<Query<Form>, QueryRejection>,
	headers: HeaderMap,
) -> Result<Response, ApiError> {
	serve(&shared, &cid, "", &uri, query, &headers).await
}

/// `/ipfs/{cid}/{path}`
pub(in super::super) async fn gateway(
	State(shared): State<Shared>,
	Path((cid, path)): Path<(String, String)>,
	uri: Uri,
	query: Result<Query<Form>, QueryRejection>,
	headers: HeaderMap,
) -> Result<Response, ApiError> {
	serve(&shared, &cid, &path, &uri, query, &headers).await
}

async fn serve(
	shared: &Shared,
	cid: &str,
	path: &str,
	uri: &Uri,
	query: Result<Query<Form>, QueryRejection>,
	headers: &HeaderMap,
) -> Result<Response, ApiError> {
	let Query(form) = query?;
	let format = Format::of(&form, headers)?;
	// Strangers shall not make this node fetch whatever they like.
	let files = match shared.is_gateway_public {
		true => shared.files.local(),
		false => shared.files.files(),
	};
	let root = parse_cid(cid)?;
	let entries = path.trim_end_matches('/');
	let target = files.resolve(&root, entries).await?;
	let etag = format.etag(&target);
	if is_named(headers, IF_NONE_MATCH.as_str(), &etag) {
		return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
	}
	let last = || entries.rsplit('/').next().map(str::to_owned);
	let mut name = form.filename.clone().or_else(last);
	let mut response = match format {
		Format::Raw => raw(files, &target).await?,
		Format::Car => car(files, &target).await?,
		Format::File => match files.list(&target).await? {
			Listed::File => file(files, &target, &etag, headers).await?,
			Listed::Directory(found) => {
				// Links in a page are meant from its directory.
				if !uri.path().ends_with('/') {
					return Ok(moved(uri));
				}
				match found.iter().find(|entry| entry.name == INDEX) {
					Some(index) => {
						name = Some(INDEX.to_owned());
						file(files, &index.cid, &etag, headers).await?
					},
					None => listing(&found),
				}
			},
		},
	};
	describe(&mut response, format, &root, &target, name.as_deref(), &etag, form.download);
	Ok(response)
}

impl Format {
	/// What the query or the `Accept` header asks for.
	fn of(form: &Form, headers: &HeaderMap) -> Result<Self, ApiError> {
		let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
		match form.format.as_deref() {
			Some("raw") => Ok(Self::Raw),
			Some("car") => Ok(Self::Car),
			Some(other) => Err(ApiError::new(
				StatusCode::BAD_REQUEST,
				"unknown_format",
				format!("there is no format `{other}`"),
			)
			.hint("ask for format=raw or format=car, or for the file without one")),
			None if accepted.contains("application/vnd.ipld.raw") => Ok(Self::Raw),
			None if accepted.contains("application/vnd.ipld.car") => Ok(Self::Car),
			None => Ok(Self::File),
		}
	}

	/// What an answer is remembered by.
	fn etag(self, cid: &Cid) -> String {
		match self {
			Self::File => format!("\"{cid}\""),
			Self::Raw => format!("\"{cid}.raw\""),
			// The order of blocks may differ between versions of this program.
			Self::Car => format!("W/\"{cid}.car\""),
		}
	}
}

/// Whether a header names an answer, or any.
fn is_named(headers: &HeaderMap, header: &str, etag: &str) -> bool {
	let named = headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
	let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
	named.trim() == "*" || named.split(',').any(|tag| opaque(tag) == opaque(etag))
}

async fn file(
	files: &Files,
	cid: &Cid,
	etag: &str,
	headers: &HeaderMap,
) -> Result<Response, ApiError> {
	let reader = files.reader(cid).await?;
	let file_bytes = reader.file_bytes();
	let is_same = !headers.contains_key(IF_RANGE) || is_named(headers, IF_RANGE.as_str(), etag);
	let range = headers.get(RANGE).and_then(|range| range.to_str().ok()).filter(|_| is_same);
	let (status, range) = match asked(range, file_bytes) {
		Asked::Whole => (StatusCode::OK, 0..file_bytes),
		Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
		Asked::Beyond => {
			let whole = format!("bytes */{file_bytes}");
			return Ok(
				(StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, whole)]).into_response()
			);
		},
	};
	let mut answer = HeaderMap::new();
	answer.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
	answer.insert(CONTENT_LENGTH, (range.end - range.start).into());
	if status == StatusCode::PARTIAL_CONTENT {
		let part = format!("bytes {}-{}/{file_bytes}", range.start, range.end - 1);
		answer.extend(HeaderValue::try_from(part).ok().map(|part| (CONTENT_RANGE, part)));
	}
	// An error after the first byte ends the connection, so that nobody takes a part for the whole.
	let pieces = reader.range(range).into_stream().map_err(io::Error::other);
	Ok((status, answer, Body::from_stream(pieces)).into_response())
}

async fn raw(files: &Files, cid: &Cid) -> Result<Response, ApiError> {
	let block = files.block(cid).await?;
	Ok(([(CONTENT_TYPE, "application/vnd.ipld.raw")], block).into_response())
}

async fn car(files: &Files, cid: &Cid) -> Result<Response, ApiError> {
	// What is not here at all is an answer; what is missing further below ends the connection.
	files.block(cid).await?;
	let (files, cid) = (files.clone(), *cid);
	let body = piped(move |mut writer| async move {
		files.export_car(&cid, &mut writer).await.map_err(io::Error::other)
	});
	let media_type = "application/vnd.ipld.car; version=1; order=dfs; dups=n";
	Ok(([(CONTENT_TYPE, media_type)], Body::from_stream(body)).into_response())
}

/// A page of what is in a directory.
fn listing(entries: &[Entry]) -> Response {
	let mut page =
		String::from("<!doctype html><meta charset=\"utf-8\"><title>Directory</title><ul>\n");
	for entry in entries {
		let (name, bytes) = (escaped(&entry.name), entry.dag_bytes);
		let link = percent_encoded(&entry.name);
		page.push_str(&format!("<li><a href=\"./{link}\">{name}</a> {bytes} bytes\n"));
	}
	page.push_str("</ul>\n");
	([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// Leads to the same path with a slash at its end.
fn moved(uri: &Uri) -> Response {
	let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
	let location = format!("{}/{query}", uri.path());
	(StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response()
}

/// Says what an answer is, and how long it holds.
fn describe(
	response: &mut Response,
	format: Format,
	root: &Cid,
	target: &Cid,
	name: Option<&str>,
	etag: &str,
	download: Option<bool>,
) {
	let is_refusal = !response.status().is_success();
	let headers = response.headers_mut();
	let mut set = |name, value: &str| {
		headers.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
	};
	set(X_CONTENT_TYPE_OPTIONS, "nosniff");
	set(CONTENT_SECURITY_POLICY, "sandbox");
	if is_refusal {
		return;
	}
	set(ETAG, etag);
	set(CACHE_CONTROL, FOREVER);
	set(axum::http::HeaderName::from_static("x-ipfs-roots"), &format!("{root},{target}"));
	let name = name.filter(|name| !name.is_empty());
	match format {
		Format::Raw => set(CONTENT_DISPOSITION, &format!("attachment; filename=\"{target}.bin\"")),
		Format::Car => set(CONTENT_DISPOSITION, &format!("attachment; filename=\"{target}.car\"")),
		Format::File => {
			let kind = if download == Some(true) { "attachment" } else { "inline" };
			let shown =
				name.map(|name| format!("{kind}; filename*=UTF-8''{}", percent_encoded(name)));
			set(CONTENT_DISPOSITION, shown.as_deref().unwrap_or(kind));
		},
	}
	if !headers.contains_key(CONTENT_TYPE) {
		let guessed = name.and_then(|name| mime_guess::from_path(name).first_raw());
		let media_type = HeaderValue::from_static(guessed.unwrap_or("application/octet-stream"));
		headers.insert(CONTENT_TYPE, media_type);
	}
}

/// A text that stands in a page for nothing but itself.
fn escaped(text: &str) -> String {
	text.replace('&', "&amp;")
		.replace('<', "&lt;")
		.replace('>', "&gt;")
		.replace('"', "&quot;")
}

/// A text that is one segment of a path.
fn percent_encoded(text: &str) -> String {
	let mut encoded = String::with_capacity(text.len());
	for byte in text.bytes() {
		if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
			encoded.push(char::from(byte));
		} else {
			encoded.push('%');
			encoded.push_str(&hex::encode_upper([byte]));
		}
	}
	encoded
}

// SPDX-License-Identifier: Apache-2.0

//! Files, as the SDKs speak with them.
//!
//! A file is a directory with one entry, which keeps its name. With a secret it is a sealed file, with
//! the secret as its passphrase; without one it is not encrypted, and its CID depends on its bytes and
//! its name alone. `nonce`, which let equal files have equal CIDs there, is not looked at: without a
//! secret they have, and with one they must not. Python's pickle is refused, as reading it runs it.

mod content;
mod requests;

use super::{Sdk, caller::Caller, envelope::Failure};
use crate::{
	defaults::{
		PASSPHRASES_MAX, SDK_JSON_BYTES_MAX, SDK_VALUES_MAX, SPOOLED_MAX, UPLOAD_BYTES_MAX,
	},
	files::holder_of,
};
use axum::{
	Json, Router,
	extract::{
		DefaultBodyLimit, Query, Request, State,
		rejection::{JsonRejection, QueryRejection},
	},
	http::{StatusCode, header::CONTENT_TYPE},
	response::Response,
	routing::{self, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cid::Cid;
use content::{Found, NewFile};
use r1_api::{FormError, UploadForm};
use r1_core::error_chain;
use r1_dauth::Verb;
use requests::{
	AddBase64, AddData, Base64, Cids, Data, Delete, DeleteMany, Deleted, DeletedMany, GetQuery,
	Status, Stored,
};
use serde_json::Value;
use std::sync::Arc;
use tokio::{
	io::AsyncSeekExt as _,
	sync::{Semaphore, SemaphorePermit},
	task::spawn_blocking,
};

/// What is in memory or on the disk beside the store at a time. Who comes too many waits.
#[derive(Clone, Debug)]
pub(super) struct Turns {
	passphrases: Arc<Semaphore>,
	values: Arc<Semaphore>,
	spooled: Arc<Semaphore>,
}

impl Default for Turns {
	fn default() -> Self {
		Self {
			passphrases: Arc::new(Semaphore::new(PASSPHRASES_MAX)),
			values: Arc::new(Semaphore::new(SDK_VALUES_MAX)),
			spooled: Arc::new(Semaphore::new(SPOOLED_MAX)),
		}
	}
}

async fn turn(turns: &Semaphore) -> Result<SemaphorePermit<'_>, Failure> {
	// Closed only with the process.
	turns.acquire().await.map_err(|_| Failure {
		status: StatusCode::SERVICE_UNAVAILABLE,
		error: "the daemon is stopping".to_owned(),
	})
}

/// The routes of files.
pub(super) fn routes() -> Router<Sdk> {
	let json = Router::new()
		.route("/get_status", routing::get(status))
		.route("/get_file", routing::get(get))
		.route("/add_file_base64", post(add_base64))
		.route("/get_file_base64", post(get_base64))
		.route("/add_json", post(add_json))
		.route("/add_yaml", post(add_yaml))
		.route("/get_yaml", routing::get(get_yaml))
		.route("/calculate_json_cid", post(calculate_json_cid))
		.route("/add_pickle", post(no_pickle))
		.route("/calculate_pickle_cid", post(no_pickle))
		.route("/delete_file", post(delete))
		.route("/delete_files", post(delete_many))
		.layer(DefaultBodyLimit::max(SDK_JSON_BYTES_MAX));
	// A form is read piece by piece, within limits of its own.
	json.merge(Router::new().route("/add_file", post(add)))
}

async fn status(State(sdk): State<Sdk>, caller: Caller) -> Result<Response, Failure> {
	caller.part_of_files(&sdk, Verb::Read)?;
	let statistics = sdk.store.disk().statistics();
	Ok(sdk.answer(Status {
		ee_id: sdk.node.alias().to_owned(),
		blocks: statistics.blocks,
		bytes: statistics.bytes,
		bytes_max: statistics.bytes_max,
		pins: statistics.pins,
	}))
}

// # Adding

/// A multipart form: the file, and what is to be done with it, in any order.
async fn add(
	State(sdk): State<Sdk>,
	caller: Caller,
	request: Request,
) -> Result<Response, Failure> {
	let part = caller.part_of_files(&sdk, Verb::Write)?;
	let _turn = turn(&sdk.turns.spooled).await?;
	let content_type = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
	let content_type = content_type.unwrap_or_default().to_owned();
	let body = request.into_body().into_data_stream();
	// Not into the store: nobody knows before the end whether it is to be encrypted.
	let form =
		UploadForm::read(&content_type, body, UPLOAD_BYTES_MAX as u64, sdk.store.spool()).await?;
	let UploadForm { filename: name, secret, mut file } = form;
	file.rewind().await.map_err(FormError::Disk)?;
	let stored = NewFile { part, name, secret }.add(&sdk, file).await?;
	Ok(sdk.answer(Stored::new(&stored)))
}

async fn add_base64(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<AddBase64>, JsonRejection>,
) -> Result<Response, Failure> {
	let part = caller.part_of_files(&sdk, Verb::Write)?;
	let Json(AddBase64 { file_base64_str, filename, secret }) = body?;
	let _turn = turn(&sdk.turns.values).await?;
	let bytes = BASE64
		.decode(file_base64_str)
		.map_err(|error| bad_request(format!("`file_base64_str` is no base64: {error}")))?;
	let new = NewFile { part, name: filename, secret };
	let stored = new.add(&sdk, bytes.as_slice()).await?;
	Ok(sdk.answer(Stored::new(&stored)))
}

async fn add_json(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<AddData>, JsonRejection>,
) -> Result<Response, Failure> {
	add_data(sdk, caller, body, "data.json").await
}

/// JSON is YAML, and is what is stored.
async fn add_yaml(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<AddData>, JsonRejection>,
) -> Result<Response, Failure> {
	add_data(sdk, caller, body, "data.yaml").await
}

async fn add_data(
	sdk: Sdk,
	caller: Caller,
	body: Result<Json<AddData>, JsonRejection>,
	usual_name: &str,
) -> Result<Response, Failure> {
	let part = caller.part_of_files(&sdk, Verb::Write)?;
	let Json(AddData { data, name, secret }) = body?;
	let _turn = turn(&sdk.turns.values).await?;
	let text = data.to_string();
	let name = name.unwrap_or_else(|| usual_name.to_owned());
	let new = NewFile { part, name: Some(name), secret };
	let stored = new.add(&sdk, text.as_bytes()).await?;
	Ok(sdk.answer(Stored::new(&stored)))
}

/// The CID that [`add_json`] would give, without storing anything.
async fn calculate_json_cid(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<AddData>, JsonRejection>,
) -> Result<Response, Failure> {
	caller.part_of_files(&sdk, Verb::Read)?;
	let Json(AddData { data, name, secret }) = body?;
	if secret.is_some() {
		return Err(bad_request(
			"a file with a secret has another CID each time it is added, so that nobody can find out \
			 who has the same; ask for the CID of one without",
		));
	}
	let _turn = turn(&sdk.turns.values).await?;
	let name = name.unwrap_or_else(|| "data.json".to_owned());
	let cid = content::cid_of(&name, data.to_string().as_bytes()).await?;
	Ok(sdk.answer(Stored::new(&cid)))
}

/// Reading a pickle runs whatever its author put into it, so none is taken.
async fn no_pickle() -> Failure {
	Failure {
		status: StatusCode::NOT_IMPLEMENTED,
		error: "pickles are not taken, as reading one runs code of whoever made it; use add_json"
			.to_owned(),
	}
}

// # Getting

async fn get(
	State(sdk): State<Sdk>,
	caller: Caller,
	query: Result<Query<GetQuery>, QueryRejection>,
) -> Result<Response, Failure> {
	let found = find(&sdk, &caller, query?.0).await?;
	found.into_response()
}

async fn get_base64(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<GetQuery>, JsonRejection>,
) -> Result<Response, Failure> {
	let found = find(&sdk, &caller, body?.0).await?;
	let _turn = turn(&sdk.turns.values).await?;
	let (filename, bytes) = found.into_bytes().await?;
	Ok(sdk.answer(Base64 { file_base64_str: BASE64.encode(bytes), filename }))
}

async fn get_yaml(
	State(sdk): State<Sdk>,
	caller: Caller,
	query: Result<Query<GetQuery>, QueryRejection>,
) -> Result<Response, Failure> {
	let found = find(&sdk, &caller, query?.0).await?;
	let _turn = turn(&sdk.turns.values).await?;
	let (_, bytes) = found.into_bytes().await?;
	let text = String::from_utf8(bytes).map_err(|_| bad_request("the file is no text"))?;
	let file_data: Value = match serde_json::from_str(&text) {
		Ok(json) => json,
		Err(_) => serde_saphyr::from_str(&text)
			.map_err(|error| bad_request(format!("the file is no YAML: {error}")))?,
	};
	Ok(sdk.answer(Data { file_data }))
}

async fn find(sdk: &Sdk, caller: &Caller, query: GetQuery) -> Result<Found, Failure> {
	caller.part_of_files(sdk, Verb::Read)?;
	let cid = cid_of_text(&query.cid)?;
	Found::at(sdk, cid, query.secret).await
}

// # Deleting

async fn delete(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<Delete>, JsonRejection>,
) -> Result<Response, Failure> {
	let part = caller.part_of_files(&sdk, Verb::Write)?;
	let Json(Delete { cid, run_gc }) = body?;
	let success = sdk.store.files().unpin(&cid_of_text(&cid)?, &holder_of(&part)).await?;
	collect_if(&sdk, run_gc).await;
	let message = match success {
		true => "it is kept no longer, and goes when room is needed",
		false => "it was not kept on your behalf",
	};
	Ok(sdk.answer(Deleted { success, message, cid }))
}

async fn delete_many(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<DeleteMany>, JsonRejection>,
) -> Result<Response, Failure> {
	let part = caller.part_of_files(&sdk, Verb::Write)?;
	let Json(DeleteMany { cids: Cids(cids), run_gc_after_all }) = body?;
	let (mut success, mut failed) = (Vec::new(), Vec::new());
	for text in cids {
		let was_kept = match text.parse() {
			Ok(cid) => sdk.store.files().unpin(&cid, &holder_of(&part)).await?,
			Err(_) => false,
		};
		if was_kept { success.push(text) } else { failed.push(text) }
	}
	collect_if(&sdk, run_gc_after_all).await;
	Ok(sdk.answer(DeletedMany {
		total: success.len() + failed.len(),
		success_count: success.len(),
		failed_count: failed.len(),
		success,
		failed,
	}))
}

/// Removes what nobody keeps, if somebody asks for it and nobody is at it already.
async fn collect_if(sdk: &Sdk, is_asked: bool) {
	if is_asked {
		let disk = Arc::clone(sdk.store.disk());
		// It comes again by itself when room is needed, and says why it cannot then.
		drop(spawn_blocking(move || disk.collect()).await);
	}
}

fn cid_of_text(text: &str) -> Result<Cid, Failure> {
	text.parse()
		.map_err(|error| bad_request(format!("`{text}` is no CID: {error}")))
}

fn bad_request(error: impl Into<String>) -> Failure {
	Failure { status: StatusCode::BAD_REQUEST, error: error.into() }
}

impl From<FormError> for Failure {
	fn from(error: FormError) -> Self {
		let status = match &error {
			FormError::Disk(_) => StatusCode::INSUFFICIENT_STORAGE,
			error if error.is_too_much() => StatusCode::PAYLOAD_TOO_LARGE,
			_ => StatusCode::BAD_REQUEST,
		};
		Self { status, error: error_chain(&error).to_string() }
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The store, as the SDKs speak with it.
//!
//! A value is any JSON, and is stored as its text; `null` deletes. A write is answered `true` when it
//! is on this node's disk and on another replica, if there is another, or `false` when that has not
//! come about in time: it may still. Peers that a client names are not looked at, because the chain
//! says who replicates what.

use super::{Sdk, caller::Caller, envelope::Failure};
use crate::{defaults::COPIES_TIMEOUT, http::refusal_of};
use axum::{
	Json,
	extract::{
		Query, State,
		rejection::{JsonRejection, QueryRejection},
	},
	http::StatusCode,
	response::Response,
};
use r1_core::Address;
use r1_cstore::{
	Namespace, Record, SetOptions, WriteError,
	service::{NoReplica, Space},
};
use r1_dauth::Verb;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Replicas that a write is on before it is answered, if there are so many.
const COPIES: usize = 2;

#[derive(Debug, Deserialize)]
pub(super) struct KeyQuery {
	key: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct FieldQuery {
	hkey: String,
	key: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct HashQuery {
	hkey: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct SetBody {
	key: String,
	value: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct HashSetBody {
	hkey: String,
	key: String,
	value: Value,
}

/// Keys are not listed, as in the deployed network.
#[derive(Debug, Serialize)]
struct Status {
	keys: [String; 0],
}

/// What came of a comparison with another replica.
#[derive(Debug, Serialize)]
struct Synced {
	hkey: String,
	source_peer: Option<String>,
	merged_fields: usize,
}

pub(super) async fn status(State(sdk): State<Sdk>, caller: Caller) -> Result<Response, Failure> {
	caller.enter(&sdk, Verb::Read)?;
	Ok(sdk.answer(Status { keys: [] }))
}

pub(super) async fn set(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<SetBody>, JsonRejection>,
) -> Result<Response, Failure> {
	let Json(SetBody { key, value }) = body?;
	let key = key.as_bytes();
	let set = |namespace: &mut Namespace, now_ms, changes: &mut Vec<Record>| match text_of(&value) {
		None => namespace.delete(key, now_ms, changes),
		Some(text) => namespace.set(key, &text, SetOptions::default(), now_ms, changes),
	};
	write(&sdk, &caller, set).await
}

pub(super) async fn get(
	State(sdk): State<Sdk>,
	caller: Caller,
	query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Response, Failure> {
	let Query(KeyQuery { key }) = query?;
	read(&sdk, &caller, |namespace, now_ms| {
		Ok(namespace.get(key.as_bytes(), now_ms)?.map(|it| value_of(&it)))
	})
}

pub(super) async fn hash_set(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<HashSetBody>, JsonRejection>,
) -> Result<Response, Failure> {
	let Json(HashSetBody { hkey, key, value }) = body?;
	let (hkey, field) = (hkey.as_bytes(), key.as_bytes());
	let set = |namespace: &mut Namespace, now_ms, changes: &mut Vec<Record>| match text_of(&value) {
		None => namespace.hash_delete(hkey, field, now_ms, changes),
		Some(text) => namespace.hash_set(hkey, field, &text, now_ms, changes),
	};
	write(&sdk, &caller, set).await
}

pub(super) async fn hash_get(
	State(sdk): State<Sdk>,
	caller: Caller,
	query: Result<Query<FieldQuery>, QueryRejection>,
) -> Result<Response, Failure> {
	let Query(FieldQuery { hkey, key }) = query?;
	read(&sdk, &caller, |namespace, now_ms| {
		let value = namespace.hash_get(hkey.as_bytes(), key.as_bytes(), now_ms)?;
		Ok(value.map(value_of))
	})
}

pub(super) async fn hash_all(
	State(sdk): State<Sdk>,
	caller: Caller,
	query: Result<Query<HashQuery>, QueryRejection>,
) -> Result<Response, Failure> {
	let Query(HashQuery { hkey }) = query?;
	read(&sdk, &caller, |namespace, now_ms| {
		let fields = namespace.hash_all(hkey.as_bytes(), now_ms)?;
		let named = |(field, value): (&[u8], &[u8])| {
			(String::from_utf8_lossy(field).into_owned(), value_of(value))
		};
		Ok(fields.map(named).collect::<Map<String, Value>>())
	})
}

/// Compares the namespace with another replica now, which otherwise happens by itself.
pub(super) async fn hash_sync(
	State(sdk): State<Sdk>,
	caller: Caller,
	body: Result<Json<HashQuery>, JsonRejection>,
) -> Result<Response, Failure> {
	let Json(HashQuery { hkey }) = body?;
	let space = caller.enter(&sdk, Verb::Read)?;
	let fields = |space: &Space| {
		space.read(|namespace, now_ms| {
			let fields = namespace.hash_all(hkey.as_bytes(), now_ms)?;
			let owned = fields.map(|(field, value)| (field.to_vec(), value.to_vec()));
			Ok::<_, WriteError>(owned.collect::<std::collections::BTreeMap<_, _>>())
		})
	};
	let before = fields(&space)??;
	let source = space.repaired(COPIES_TIMEOUT).await?;
	let after = fields(&space)??;
	let merged_fields = after.iter().filter(|(field, value)| before.get(*field) != Some(*value));
	Ok(sdk.answer(Synced {
		merged_fields: merged_fields.count(),
		source_peer: source.map(|node| Address(node).to_string()),
		hkey,
	}))
}

/// Answers what is found in the caller's namespace.
fn read<T: Serialize>(
	sdk: &Sdk,
	caller: &Caller,
	look: impl FnOnce(&Namespace, u64) -> Result<T, WriteError>,
) -> Result<Response, Failure> {
	let space = caller.enter(sdk, Verb::Read)?;
	Ok(sdk.answer(space.read(look)??))
}

/// Runs a command in the caller's namespace, and waits until what it wrote is safe; answers whether
/// it is.
async fn write<T>(
	sdk: &Sdk,
	caller: &Caller,
	command: impl FnOnce(&mut Namespace, u64, &mut Vec<Record>) -> Result<T, WriteError>,
) -> Result<Response, Failure> {
	let space = caller.enter(sdk, Verb::Write)?;
	let (outcome, written) = space.run(command)?;
	outcome?;
	let saved = space.written(written).await;
	saved.map_err(|error| Failure {
		status: StatusCode::INSUFFICIENT_STORAGE,
		error: r1_core::error_chain(&error).to_string(),
	})?;
	let wanted = space.counts()?.replicas.min(COPIES);
	Ok(sdk.answer(wanted <= space.copied(written, wanted, COPIES_TIMEOUT).await?))
}

/// What is stored of a value; nothing of what deletes.
fn text_of(value: &Value) -> Option<Vec<u8>> {
	(!value.is_null()).then(|| value.to_string().into_bytes())
}

/// A value that was stored: JSON, or the text that a client of Redis has put there.
fn value_of(bytes: &[u8]) -> Value {
	serde_json::from_slice(bytes)
		.unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

impl From<JsonRejection> for Failure {
	fn from(rejection: JsonRejection) -> Self {
		Self { status: rejection.status(), error: rejection.body_text() }
	}
}

impl From<QueryRejection> for Failure {
	fn from(rejection: QueryRejection) -> Self {
		Self { status: rejection.status(), error: rejection.body_text() }
	}
}

impl From<WriteError> for Failure {
	fn from(error: WriteError) -> Self {
		let (status, _) = refusal_of(&error);
		Self { status, error: error.to_string() }
	}
}

impl From<NoReplica> for Failure {
	fn from(error: NoReplica) -> Self {
		Self { status: StatusCode::MISDIRECTED_REQUEST, error: error.to_string() }
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The store that jobs share state through, for programs that would rather speak HTTP.

use super::error::ApiError;
use crate::{defaults::COPIES_TIMEOUT, shared::Shared};
use axum::{
	Json,
	body::Bytes,
	extract::{
		Path, Query, State,
		rejection::{BytesRejection, JsonRejection, QueryRejection},
	},
	http::StatusCode,
	response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures::Stream;
use r1_api::{
	HexBytes, NamespaceStatus, NamespacesResponse, Octets, StoreChange, StoreEntries, StoreEntry,
	StoreField, StorePage, StoreWritten,
};
use r1_cstore::{
	Kind, Life, Namespace, Record, SetOptions, WriteError, part_and_value,
	service::{DiskError, Event, Events, NoReplica, Space, Write},
	what_happened,
};
use serde::Deserialize;
use std::{collections::VecDeque, convert::Infallible};
use tokio::sync::broadcast::error::RecvError;

/// Most keys on a page.
const PAGE_KEYS_MAX: usize = 1_000;

/// Bytes after which a page ends: one value more fits into what clients read.
const PAGE_BYTES: usize = 1 << 20;

/// Which namespace.
pub(super) type Named = Path<(String, String)>;

#[derive(Debug, Deserialize)]
pub(super) struct KeyQuery {
	key: String,
	/// How many replicas shall have it before it is answered.
	#[serde(default = "one")]
	copies: usize,
	/// How long it lives.
	expires_in_ms: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
	#[serde(default)]
	from: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct WatchQuery {
	#[serde(default)]
	prefix: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CopiesQuery {
	#[serde(default = "one")]
	copies: usize,
}

fn one() -> usize {
	1
}

// # Namespaces

pub(super) async fn list(State(shared): State<Shared>) -> Json<NamespacesResponse> {
	let spaces = shared.cstore.store.spaces();
	// One that is given up meanwhile is not listed.
	let namespaces = spaces.iter().filter_map(|space| status_of(space).ok()).collect();
	Json(NamespacesResponse { namespaces })
}

pub(super) async fn status(
	State(shared): State<Shared>,
	Path(name): Named,
) -> Result<Json<NamespaceStatus>, ApiError> {
	Ok(Json(status_of(&space(&shared, &name)?)?))
}

fn status_of(space: &Space) -> Result<NamespaceStatus, NoReplica> {
	let counts = space.counts()?;
	let of = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
	Ok(NamespaceStatus {
		namespace: space.name().to_owned(),
		records: counts.records as u64,
		bytes: counts.bytes as u64,
		replicas: of(counts.replicas),
		behind: of(counts.behind),
		root: HexBytes(space.root()?),
	})
}

fn space(shared: &Shared, (kind, id): &(String, String)) -> Result<Space, ApiError> {
	Ok(shared.cstore.store.space(&format!("{kind}/{id}"))?)
}

// # Values

pub(super) async fn get(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Vec<u8>, ApiError> {
	let Query(KeyQuery { key, .. }) = query?;
	let value = space(&shared, &name)?.read(|namespace, now_ms| {
		Ok::<_, WriteError>(namespace.get(key.as_bytes(), now_ms)?.map(|it| it.into_owned()))
	})??;
	value.ok_or_else(|| ApiError::not_found("key_missing", format!("there is no key `{key}`")))
}

pub(super) async fn set(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
	value: Result<Bytes, BytesRejection>,
) -> Result<Json<StoreWritten>, ApiError> {
	let Query(KeyQuery { key, copies, expires_in_ms }) = query?;
	let value = value?;
	let space = space(&shared, &name)?;
	let (outcome, write) = space.run(|namespace, now_ms, changes| {
		let expires_at_ms = expires_in_ms.map(|life_ms| now_ms.saturating_add(life_ms));
		let options = SetOptions { expires_at_ms, ..SetOptions::default() };
		namespace.set(key.as_bytes(), &value, options, now_ms, changes)
	})?;
	outcome?;
	written(&space, write, copies).await
}

pub(super) async fn delete(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Json<StoreWritten>, ApiError> {
	let Query(KeyQuery { key, copies, .. }) = query?;
	let space = space(&shared, &name)?;
	let (existed, write) = space
		.run(|namespace, now_ms, changes| namespace.delete(key.as_bytes(), now_ms, changes))?;
	match existed? {
		true => written(&space, write, copies).await,
		false => Err(ApiError::not_found("key_missing", format!("there is no key `{key}`"))),
	}
}

/// Answers when a write is on this node's disk, and on other replicas or the time is over.
async fn written(
	space: &Space,
	write: Write,
	wanted: usize,
) -> Result<Json<StoreWritten>, ApiError> {
	space.written(write).await?;
	let copies = space.copied(write, wanted, COPIES_TIMEOUT).await?;
	let is_enough = wanted <= copies;
	Ok(Json(StoreWritten { copies: u32::try_from(copies).unwrap_or(u32::MAX), is_enough }))
}

// # All that there is

pub(super) async fn entries(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<StorePage>, ApiError> {
	let Query(PageQuery { from }) = query?;
	Ok(Json(space(&shared, &name)?.read(|namespace, now_ms| page(namespace, from, now_ms))?))
}

fn page(namespace: &Namespace, from: u64, now_ms: u64) -> StorePage {
	let (mut entries, mut bytes, mut next) = (Vec::new(), 0, Some(from));
	while let Some(place) = next.filter(|_| entries.len() < PAGE_KEYS_MAX && bytes < PAGE_BYTES) {
		// Keys at one place stay together, so a page can have some more.
		let some = namespace.scan(place, 1, now_ms);
		next = some.next;
		for key in some.keys {
			let entry = entry_of(namespace, &key, now_ms);
			bytes += bytes_of(&entry);
			entries.push(entry);
		}
	}
	StorePage { entries, next }
}

fn entry_of(namespace: &Namespace, key: &[u8], now_ms: u64) -> StoreEntry {
	let mut entry = StoreEntry { key: key.into(), ..StoreEntry::default() };
	// Each of them is what the key holds, so none is refused.
	match namespace.kind(key, now_ms) {
		Some(Kind::Text) => {
			let value = namespace.get(key, now_ms).ok().flatten();
			entry.value = value.map(|value| Octets(value.into_owned()));
		},
		Some(Kind::Hash) => {
			let fields = namespace.hash_all(key, now_ms).into_iter().flatten();
			let field = |(name, value): (&[u8], &[u8])| StoreField {
				name: name.into(),
				value: value.into(),
			};
			entry.fields = fields.map(field).collect();
		},
		Some(Kind::Set) => {
			let members = namespace.set_members(key, now_ms).into_iter().flatten();
			entry.members = members.map(Octets::from).collect();
		},
		None => {},
	}
	if let Life::Ms(life_ms) = namespace.life(key, now_ms) {
		entry.expires_in_ms = Some(life_ms);
	}
	entry
}

fn bytes_of(entry: &StoreEntry) -> usize {
	let value = entry.value.as_ref().map_or(0, |value| value.0.len());
	let fields = entry.fields.iter().map(|field| field.name.0.len() + field.value.0.len());
	let members = entry.members.iter().map(|member| member.0.len());
	entry.key.0.len() + value + fields.sum::<usize>() + members.sum::<usize>()
}

pub(super) async fn load(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<CopiesQuery>, QueryRejection>,
	body: Result<Json<StoreEntries>, JsonRejection>,
) -> Result<Json<StoreWritten>, ApiError> {
	let Query(CopiesQuery { copies }) = query?;
	let Json(StoreEntries { entries }) = body?;
	let space = space(&shared, &name)?;
	let (outcome, write) = space.run(|namespace, now_ms, changes| {
		entries.iter().try_for_each(|entry| put(namespace, entry, now_ms, changes))
	})?;
	outcome?;
	written(&space, write, copies).await
}

/// Writes a key in the place of what it holds.
fn put(
	namespace: &mut Namespace,
	entry: &StoreEntry,
	now_ms: u64,
	changes: &mut Vec<Record>,
) -> Result<(), WriteError> {
	let key = &entry.key.0;
	namespace.delete(key, now_ms, changes)?;
	if let Some(Octets(value)) = &entry.value {
		namespace.set(key, value, SetOptions::default(), now_ms, changes)?;
	}
	for StoreField { name, value } in &entry.fields {
		namespace.hash_set(key, &name.0, &value.0, now_ms, changes)?;
	}
	for Octets(member) in &entry.members {
		namespace.set_add(key, member, now_ms, changes)?;
	}
	if let Some(life_ms) = entry.expires_in_ms {
		namespace.expire(key, Some(now_ms.saturating_add(life_ms)), now_ms, changes)?;
	}
	Ok(())
}

// # Watching

pub(super) async fn watch(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<WatchQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, ApiError> {
	let Query(WatchQuery { prefix }) = query?;
	let events = space(&shared, &name)?.events();
	let watcher = Watcher { events, prefix: prefix.into_bytes(), waiting: VecDeque::new() };
	let cancel = shared.cancel.clone();
	let stream = futures::stream::unfold(watcher, move |mut watcher| {
		let cancel = cancel.clone();
		async move {
			let event = cancel.run_until_cancelled(watcher.next()).await??;
			Some((Ok(event), watcher))
		}
	});
	Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Whoever watches some keys.
struct Watcher {
	events: Events,
	prefix: Vec<u8>,
	waiting: VecDeque<SseEvent>,
}

impl Watcher {
	/// The next event; none when the namespace is given up, or this was too slow and has missed some:
	/// it must look anew then.
	async fn next(&mut self) -> Option<SseEvent> {
		loop {
			if let Some(event) = self.waiting.pop_front() {
				return Some(event);
			}
			let records = match self.events.recv().await {
				Ok(Event::Changed(records)) => records,
				Ok(Event::Message { .. }) => continue,
				Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
			};
			let wanted = records.iter().filter(|it| it.name.key().starts_with(&self.prefix));
			let events = wanted.filter_map(|record| {
				let change = change_of(record);
				SseEvent::default().event(change.event.clone()).json_data(change).ok()
			});
			self.waiting.extend(events);
		}
	}
}

fn change_of(record: &Record) -> StoreChange {
	let (part, value) = part_and_value(record);
	StoreChange {
		key: record.name.key().into(),
		event: what_happened(record).to_owned(),
		part: part.map(Octets::from),
		value: value.map(|value| Octets(value.into_owned())),
	}
}

impl From<NoReplica> for ApiError {
	fn from(error: NoReplica) -> Self {
		Self::not_found("no_replica", error.to_string())
			.hint("the nodes of a job replicate its namespace; `r1ctl job show` names them")
	}
}

impl From<DiskError> for ApiError {
	fn from(error: DiskError) -> Self {
		let message = r1_core::error_chain(&error).to_string();
		Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_failed", message)
	}
}

impl From<WriteError> for ApiError {
	fn from(error: WriteError) -> Self {
		let (status, code) = refusal_of(&error);
		Self::new(status, code, error.to_string())
	}
}

/// The status and the code of what the store refuses.
pub(crate) fn refusal_of(error: &WriteError) -> (StatusCode, &'static str) {
	match error {
		WriteError::Full { .. } => (StatusCode::INSUFFICIENT_STORAGE, "namespace_full"),
		WriteError::Clock(_) => (StatusCode::SERVICE_UNAVAILABLE, "clock_wrong"),
		WriteError::WrongKind => (StatusCode::CONFLICT, "wrong_kind"),
		WriteError::Record(_) | WriteError::Crowded | WriteError::NotANumber => {
			(StatusCode::BAD_REQUEST, "invalid_record")
		},
	}
}

impl From<BytesRejection> for ApiError {
	fn from(rejection: BytesRejection) -> Self {
		Self::new(rejection.status(), "invalid_body", rejection.body_text())
	}
}

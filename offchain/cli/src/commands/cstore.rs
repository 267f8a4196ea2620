// SPDX-License-Identifier: Apache-2.0

//! The store that jobs share state through.

use super::proof;
use crate::{
	arguments::{Arguments, Cstore, StoreDelete, StoreGet, StoreKey, StoreQuorum, StoreSet},
	files,
	output::{Answer, print_line},
};
use anyhow::{Context as _, ensure};
use r1_api::{
	EdgeClient, NamespaceStatus, Octets, QuorumKey, StoreEntry, StoreWritten, WriteOptions,
};
use serde::Serialize;
use std::{
	fs::File,
	io::{BufRead as _, BufReader, BufWriter, Write as _},
	path::Path,
};

/// Largest value, in bytes.
const VALUE_BYTES_MAX: usize = 1 << 20;

/// Keys that are sent at once.
const LOAD_KEYS_MAX: usize = 500;

/// Bytes of lines that are sent at once: a large value on top of it is still taken.
const LOAD_BYTES: usize = 4 << 20;

pub(super) async fn run(arguments: &Arguments, command: &Cstore) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	match command {
		Cstore::Status { namespace } => {
			let namespaces = match namespace {
				None => edge.namespaces().await?.namespaces,
				Some(namespace) => vec![edge.namespace(namespace).await?],
			};
			Answer::rows(
				&namespaces,
				&["namespace", "records", "bytes", "replicas", "behind", "root"],
				row,
			)
		},
		Cstore::Get(StoreGet { key: StoreKey { namespace, key }, quorum: true }) => {
			agreed(&edge.quorum_key(namespace, key).await?)
		},
		Cstore::Get(StoreGet { key, quorum: false }) => get(&edge, key).await,
		Cstore::Set(order) => set(&edge, order).await,
		Cstore::Delete(StoreDelete { key: StoreKey { namespace, key }, copies, agreement }) => {
			if let StoreQuorum { quorum: true, if_version } = *agreement {
				return changed(&edge.set_quorum_key(namespace, key, None, if_version).await?);
			}
			match edge.delete_key(namespace, key, *copies).await? {
				Some(outcome) => written(&outcome),
				None => Ok(Answer::text(&format!("there is no key {key}")).negative(true)),
			}
		},
		Cstore::Watch { namespace, prefix } => watch(&edge, namespace, prefix).await,
		Cstore::Dump { namespace, output } => dump(&edge, namespace, output).await,
		Cstore::Prove(order) => proof::prove(arguments, order).await,
		Cstore::Verify { file } => proof::verify_file(arguments, file).await,
		Cstore::Load { namespace, input, copies } => load(&edge, namespace, input, *copies).await,
	}
}

/// A value, for other programs.
#[derive(Serialize)]
struct Shown {
	value: Option<Octets>,
}

fn row(status: &NamespaceStatus) -> Vec<String> {
	vec![
		status.namespace.clone(),
		status.records.to_string(),
		status.bytes.to_string(),
		status.replicas.to_string(),
		status.behind.to_string(),
		status.root.to_string().chars().take(18).collect(),
	]
}

async fn get(edge: &EdgeClient, key: &StoreKey) -> anyhow::Result<Answer> {
	let Some(value) = edge.value(&key.namespace, &key.key).await? else {
		let shown = Shown { value: None };
		return Ok(Answer::text_of(&shown, "there is no such key")?.negative(true));
	};
	// As it is: what follows the command in a pipe wants these bytes and no others.
	let shown = Shown { value: Some(Octets(value.clone())) };
	Answer::bytes_of(&shown, &value)
}

async fn set(edge: &EdgeClient, order: &StoreSet) -> anyhow::Result<Answer> {
	let StoreSet { key: StoreKey { namespace, key }, value, file, expires, copies, agreement } =
		order;
	let value = match (value, file) {
		(Some(value), _) => value.clone().into_bytes(),
		(None, Some(path)) => files::read(path, VALUE_BYTES_MAX)?,
		(None, None) => Vec::new(),
	};
	if let StoreQuorum { quorum: true, if_version } = *agreement {
		return changed(&edge.set_quorum_key(namespace, key, Some(value), if_version).await?);
	}
	let expires_in_ms = expires.as_ref().map(|life| life.0.saturating_mul(1_000));
	let options = WriteOptions { copies: *copies, expires_in_ms };
	written(&edge.set_value(namespace, key, value, options).await?)
}

/// The answer to a write; it says no if it is on too few replicas.
fn written(outcome: &StoreWritten) -> anyhow::Result<Answer> {
	let answer = Answer::one(outcome, &[("copies", outcome.copies.to_string())])?;
	Ok(answer.negative(!outcome.is_enough))
}

/// What nodes agree that a key holds; it says no if that is nothing.
fn agreed(key: &QuorumKey) -> anyhow::Result<Answer> {
	match &key.value {
		Some(Octets(value)) => Answer::bytes_of(key, value),
		None => Ok(Answer::text_of(key, "there is no such key")?.negative(true)),
	}
}

/// The answer to a change that nodes agree on; it says no if the key had another version.
fn changed(key: &QuorumKey) -> anyhow::Result<Answer> {
	let what = if key.is_changed { "version" } else { "unchanged, has version" };
	Ok(Answer::one(key, &[(what, key.version.to_string())])?.negative(!key.is_changed))
}

async fn watch(edge: &EdgeClient, namespace: &str, prefix: &str) -> anyhow::Result<Answer> {
	let mut changes = edge.watch_keys(namespace, prefix).await?;
	while let Some(change) = changes.next().await? {
		print_line(&serde_json::to_string(&change)?)?;
	}
	Ok(Answer::text("the daemon ended the watch").negative(true))
}

/// How many keys went where.
#[derive(Serialize)]
struct Moved {
	namespace: String,
	keys: usize,
}

impl Moved {
	fn answer(&self) -> anyhow::Result<Answer> {
		let lines = [("namespace", self.namespace.clone()), ("keys", self.keys.to_string())];
		Answer::one(self, &lines)
	}
}

async fn dump(edge: &EdgeClient, namespace: &str, output: &Path) -> anyhow::Result<Answer> {
	let cannot = || format!("could not write {}", output.display());
	let mut file = BufWriter::new(File::create(output).with_context(cannot)?);
	let (mut keys, mut from) = (0, None);
	loop {
		let page = edge.entries(namespace, from).await?;
		for entry in &page.entries {
			serde_json::to_writer(&mut file, entry).with_context(cannot)?;
			file.write_all(b"\n").with_context(cannot)?;
		}
		keys += page.entries.len();
		from = page.next;
		if from.is_none() {
			break;
		}
	}
	file.flush().with_context(cannot)?;
	Moved { namespace: namespace.to_owned(), keys }.answer()
}

async fn load(
	edge: &EdgeClient,
	namespace: &str,
	input: &Path,
	copies: u32,
) -> anyhow::Result<Answer> {
	let file = File::open(input).with_context(|| format!("could not open {}", input.display()))?;
	let (mut keys, mut is_enough) = (0, true);
	let (mut batch, mut bytes) = (Vec::new(), 0);
	for (number, line) in (1..).zip(BufReader::new(file).lines()) {
		let at = || format!("line {number} of {}", input.display());
		let line = line.with_context(at)?;
		let entry: StoreEntry = serde_json::from_str(&line).with_context(at)?;
		ensure!(!entry.key.0.is_empty(), "{} has an empty key", at());
		bytes += line.len();
		batch.push(entry);
		if LOAD_KEYS_MAX <= batch.len() || LOAD_BYTES <= bytes {
			keys += batch.len();
			is_enough &= edge
				.load_entries(namespace, std::mem::take(&mut batch), copies)
				.await?
				.is_enough;
			bytes = 0;
		}
	}
	if !batch.is_empty() {
		keys += batch.len();
		is_enough &= edge.load_entries(namespace, batch, copies).await?.is_enough;
	}
	Ok(Moved { namespace: namespace.to_owned(), keys }.answer()?.negative(!is_enough))
}

// SPDX-License-Identifier: Apache-2.0

//! The store.

use super::{
	Answer, ClientError, EdgeClient,
	events::{EVENTS_TIMEOUT, Events},
};
use crate::{
	NamespaceStatus, NamespacesResponse, QuorumKey, StoreChange, StoreEntries, StoreEntry,
	StorePage, StoreWritten,
};
use reqwest::{Method, header::CONTENT_TYPE};

/// What is wanted of a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WriteOptions {
	/// On how many replicas it shall be before it is answered, after 10 s in any case.
	pub copies: u32,
	/// How long the key lives, in milliseconds; without, until it is deleted.
	pub expires_in_ms: Option<u64>,
}

/// What is to be proven.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ProofQuery<'a> {
	/// Of which key.
	pub key: &'a str,
	/// At the end of which epoch.
	pub epoch: u32,
	/// Which field of it; neither this nor a member is its plain value.
	pub field: Option<&'a str>,
	/// Which member of it.
	pub member: Option<&'a str>,
}

impl EdgeClient {
	/// The namespaces that the node replicates.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn namespaces(&self) -> Result<NamespacesResponse, ClientError> {
		self.get(&["v1", "cstore"]).await?.json()
	}

	/// A namespace, like `job/7`.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn namespace(&self, namespace: &str) -> Result<NamespaceStatus, ClientError> {
		self.get(&path_of(namespace, None)).await?.json()
	}

	/// The value of a plain key; none if there is no such key.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn value(&self, namespace: &str, key: &str) -> Result<Option<Vec<u8>>, ClientError> {
		let request = self.request(Method::GET, &path_of(namespace, Some("value")));
		let answer = self.exchange(request.query(&[("key", key)])).await?.success();
		Ok(if_there(answer)?.map(|answer| answer.body))
	}

	/// Sets a plain key.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn set_value(
		&self,
		namespace: &str,
		key: &str,
		value: Vec<u8>,
		options: WriteOptions,
	) -> Result<StoreWritten, ClientError> {
		let WriteOptions { copies, expires_in_ms } = options;
		let mut request = self
			.request(Method::POST, &path_of(namespace, Some("value")))
			.query(&[("key", key), ("copies", &copies.to_string())])
			.header(CONTENT_TYPE, "application/octet-stream");
		if let Some(life_ms) = expires_in_ms {
			request = request.query(&[("expires_in_ms", life_ms)]);
		}
		self.exchange(request.body(value)).await?.success()?.json()
	}

	/// Deletes a key, whatever it holds; says nothing if there was none.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn delete_key(
		&self,
		namespace: &str,
		key: &str,
		copies: u32,
	) -> Result<Option<StoreWritten>, ClientError> {
		let request = self
			.request(Method::POST, &path_of(namespace, Some("delete")))
			.query(&[("key", key), ("copies", &copies.to_string())]);
		let answer = self.exchange(request).await?.success();
		if_there(answer)?.map(|answer| answer.json()).transpose()
	}

	/// What a key holds that the nodes of the job agree on.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn quorum_key(&self, namespace: &str, key: &str) -> Result<QuorumKey, ClientError> {
		let request = self.request(Method::GET, &path_of(namespace, Some("quorum")));
		self.exchange(request.query(&[("key", key)])).await?.success()?.json()
	}

	/// Sets such a key, or deletes it without a value; only if it has a version, if one is given.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn set_quorum_key(
		&self,
		namespace: &str,
		key: &str,
		value: Option<Vec<u8>>,
		if_version: Option<u64>,
	) -> Result<QuorumKey, ClientError> {
		let action = if value.is_some() { "quorum" } else { "quorum/delete" };
		let request = self
			.request(Method::POST, &path_of(namespace, Some(action)))
			.query(&[("key", key)])
			.query(&if_version.map(|version| ("if_version", version)).as_slice())
			.body(value.unwrap_or_default());
		self.exchange(request).await?.success()?.json()
	}

	/// A proof of what a key held when an epoch ended, which nobody has checked.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn proof(
		&self,
		namespace: &str,
		query: &ProofQuery<'_>,
	) -> Result<Vec<u8>, ClientError> {
		let ProofQuery { key, epoch, field, member } = *query;
		let part = field.map(|field| ("field", field)).or(member.map(|member| ("member", member)));
		let request = self
			.request(Method::GET, &path_of(namespace, Some("proof")))
			.query(&[("key", key), ("epoch", &epoch.to_string())])
			.query(&part.as_slice());
		Ok(self.exchange(request).await?.success()?.body)
	}

	/// Some of all keys, from a page's `next` on; from the first on without.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn entries(
		&self,
		namespace: &str,
		from: Option<u64>,
	) -> Result<StorePage, ClientError> {
		let request = self.request(Method::GET, &path_of(namespace, Some("entries")));
		let request = request.query(&[("from", from.unwrap_or(0))]);
		self.exchange(request).await?.success()?.json()
	}

	/// Writes keys, each in the place of what it holds.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn load_entries(
		&self,
		namespace: &str,
		entries: Vec<StoreEntry>,
		copies: u32,
	) -> Result<StoreWritten, ClientError> {
		let request = self
			.request(Method::POST, &path_of(namespace, Some("entries")))
			.query(&[("copies", copies)])
			.json(&StoreEntries { entries });
		self.exchange(request).await?.success()?.json()
	}

	/// What happens to the keys that begin so, from now on.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn watch_keys(&self, namespace: &str, prefix: &str) -> Result<Watch, ClientError> {
		let request = self
			.request(Method::GET, &path_of(namespace, Some("watch")))
			.query(&[("prefix", prefix)])
			.timeout(EVENTS_TIMEOUT);
		let response = self.send(request).await?;
		match response.status().is_success() {
			true => Ok(Watch(Events::new(response, self.response_bytes_max))),
			false => Err(self.read(response).await?.into_refusal()),
		}
	}
}

/// Changes as they come.
#[derive(Debug)]
pub struct Watch(Events);

impl Watch {
	/// The next change; none when the daemon ends the watch, because it stops, or does not replicate
	/// the namespace any more, or this client was too slow.
	///
	/// # Errors
	///
	/// The connection broke, or what came is no change.
	pub async fn next(&mut self) -> Result<Option<StoreChange>, ClientError> {
		self.0.next().await
	}
}

/// The answer about a key; none if there is no such key.
fn if_there(answer: Result<Answer, ClientError>) -> Result<Option<Answer>, ClientError> {
	match answer {
		Err(ClientError::Refused { body, .. }) if body.code == "key_missing" => Ok(None),
		answer => answer.map(Some),
	}
}

/// The path of a namespace, whose name has two parts, and of what it has.
fn path_of<'a>(namespace: &'a str, what: Option<&'a str>) -> Vec<&'a str> {
	let (kind, id) = namespace.split_once('/').unwrap_or((namespace, ""));
	let what = what.into_iter().flat_map(|what| what.split('/'));
	["v1", "cstore", kind, id].into_iter().chain(what).collect()
}

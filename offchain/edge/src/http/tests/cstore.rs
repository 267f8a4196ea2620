// SPDX-License-Identifier: Apache-2.0

//! The store over HTTP, by its typed client.

use crate::world::{Daemon, JOB, Options, PATIENCE, World, node, until};
use r1_api::{
	ClientError, ClientOptions, EdgeClient, Octets, QuorumKey, StoreEntry, StoreField, WriteOptions,
};
use r1_core::{JobMembers, Membership};
use tokio::time::timeout;

const ONE: WriteOptions = WriteOptions { copies: 1, expires_in_ms: None };

fn namespace() -> String {
	format!("job/{JOB}")
}

fn client(daemon: &Daemon) -> EdgeClient {
	EdgeClient::new(&daemon.url, &ClientOptions::default()).unwrap()
}

async fn trusting() -> (World, Daemon) {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	(world, daemon)
}

fn octets(text: &str) -> Octets {
	Octets(text.as_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_should_be_set_read_and_deleted() {
	let (_world, daemon) = trusting().await;
	let (edge, job) = (client(&daemon), namespace());
	assert_eq!(edge.value(&job, "key").await.unwrap(), None);
	let any_bytes = vec![0, 255, 10];
	let written = edge.set_value(&job, "key", any_bytes.clone(), ONE).await.unwrap();
	assert_eq!((written.copies, written.is_enough), (1, true));
	assert_eq!(edge.value(&job, "key").await.unwrap(), Some(any_bytes));
	let status = edge.namespace(&job).await.unwrap();
	assert_eq!((status.records, status.replicas), (1, 1));
	assert!(edge.delete_key(&job, "key", 1).await.unwrap().is_some());
	assert!(edge.delete_key(&job, "key", 1).await.unwrap().is_none());
	assert_eq!(edge.value(&job, "key").await.unwrap(), None);
	let names: Vec<_> = edge.namespaces().await.unwrap().namespaces;
	assert_eq!(names.len(), 3, "two jobs and the owner: {names:?}");
	let elsewhere = edge.namespace("job/999").await.unwrap_err();
	assert!(matches!(elsewhere, ClientError::Refused { status: 404, .. }), "{elsewhere}");
	let life = WriteOptions { expires_in_ms: Some(50), ..ONE };
	edge.set_value(&job, "short", b"life".to_vec(), life).await.unwrap();
	until("the key ends", || async { edge.value(&job, "short").await.unwrap().is_none() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dumped_should_be_loaded_elsewhere_as_it_was() {
	let (_world, daemon) = trusting().await;
	let (edge, from, to) = (client(&daemon), namespace(), "job/8");
	let field = |name: &str, value: &str| StoreField { name: octets(name), value: octets(value) };
	let mut entries = vec![
		StoreEntry { key: octets("plain"), value: Some(octets("v")), ..StoreEntry::default() },
		StoreEntry {
			key: Octets(vec![254, 1]),
			value: Some(Octets(vec![0, 253])),
			..StoreEntry::default()
		},
		StoreEntry {
			key: octets("hash"),
			fields: vec![field("a", "1"), field("b", "")],
			..StoreEntry::default()
		},
		StoreEntry {
			key: octets("set"),
			members: vec![octets("x"), octets("y")],
			..StoreEntry::default()
		},
	];
	entries.extend((0..2_500).map(|number| StoreEntry {
		key: octets(&format!("many-{number}")),
		value: Some(octets("v")),
		..StoreEntry::default()
	}));
	for some in entries.chunks(1_000) {
		assert!(edge.load_entries(&from, some.to_vec(), 1).await.unwrap().is_enough);
	}
	// What stood there before is replaced, whatever it was.
	edge.set_value(to, "hash", b"a value".to_vec(), ONE).await.unwrap();
	let dumped = dump(&edge, &from).await;
	edge.load_entries(to, dumped.clone(), 1).await.unwrap();
	for mut got in [dumped, dump(&edge, to).await] {
		for entry in &mut got {
			entry.fields.sort_by(|one, other| one.name.cmp(&other.name));
			entry.members.sort();
		}
		got.sort_by(|one, other| one.key.cmp(&other.key));
		entries.sort_by(|one, other| one.key.cmp(&other.key));
		assert_eq!(got, entries);
	}
}

async fn dump(edge: &EdgeClient, namespace: &str) -> Vec<StoreEntry> {
	let (mut all, mut from) = (Vec::new(), None);
	loop {
		let page = edge.entries(namespace, from).await.unwrap();
		all.extend(page.entries);
		from = page.next;
		if from.is_none() {
			return all;
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn watcher_should_see_each_change_of_the_keys_that_it_watches() {
	let (_world, daemon) = trusting().await;
	let (edge, job) = (client(&daemon), namespace());
	let mut watch = edge.watch_keys(&job, "a:").await.unwrap();
	edge.set_value(&job, "b:other", b"1".to_vec(), ONE).await.unwrap();
	edge.set_value(&job, "a:key", b"2".to_vec(), ONE).await.unwrap();
	edge.delete_key(&job, "a:key", 1).await.unwrap();
	let set = timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
	assert_eq!(
		(set.key, set.event.as_str(), set.value),
		(octets("a:key"), "set", Some(octets("2")))
	);
	let deleted = timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
	assert_eq!((deleted.event.as_str(), deleted.value), ("del", None));
	// A daemon that stops ends the watch, and does not wait for it.
	let stopped = timeout(PATIENCE, daemon.stop()).await;
	assert!(stopped.is_ok());
	assert!(matches!(timeout(PATIENCE, watch.next()).await.unwrap(), Ok(None) | Err(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn write_that_is_on_too_few_replicas_should_say_so() {
	let (world, daemon) = trusting().await;
	// The second replica does not run.
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds = vec![1, 2]);
	let (edge, job) = (client(&daemon), namespace());
	let two = WriteOptions { copies: 2, ..ONE };
	let written = edge.set_value(&job, "key", b"v".to_vec(), two).await.unwrap();
	assert_eq!((written.copies, written.is_enough), (1, false));
	assert_eq!(edge.value(&job, "key").await.unwrap(), Some(b"v".to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nodes_agree_on_should_change_by_their_versions() {
	let (world, daemon) = trusting().await;
	let (edge, job) = (client(&daemon), namespace());
	let early = edge.quorum_key(&job, "lock").await.unwrap_err();
	assert!(matches!(early, ClientError::Refused { status: 404, .. }), "{early}");
	world.change(|state| {
		// Long after the daemon was started, so that it knows what it has said.
		let since_secs = state.finalised.timestamp_secs + 3_600;
		let current = Membership { round: 0, since_secs, nodes: [node(1).key()].into() };
		let members = JobMembers { current, former: Vec::new() };
		state.jobs.get_mut(&JOB).unwrap().members = Some(members);
	});
	until("the node is a member", || async { edge.quorum_key(&job, "lock").await.is_ok() }).await;
	let key = |is_changed, version, value: Option<&str>| QuorumKey {
		is_changed,
		version,
		value: value.map(octets),
	};
	let set = async |value: Option<&str>, if_version| {
		let value = value.map(|value| value.as_bytes().to_vec());
		edge.set_quorum_key(&job, "lock", value, if_version).await.unwrap()
	};
	assert_eq!(edge.quorum_key(&job, "lock").await.unwrap(), key(false, 0, None));
	assert_eq!(set(Some("me"), Some(0)).await, key(true, 1, None));
	assert_eq!(set(Some("you"), Some(0)).await, key(false, 1, Some("me")));
	assert_eq!(edge.quorum_key(&job, "lock").await.unwrap(), key(false, 1, Some("me")));
	assert_eq!(set(None, Some(1)).await, key(true, 2, None));
	assert_eq!(set(Some("you"), None).await, key(true, 3, None));
	// What else the namespace holds is another matter.
	assert_eq!(edge.value(&job, "lock").await.unwrap(), None);
	let long = edge.quorum_key(&job, &"k".repeat(1_025)).await.unwrap_err();
	assert!(matches!(long, ClientError::Refused { status: 400, .. }), "{long}");
}

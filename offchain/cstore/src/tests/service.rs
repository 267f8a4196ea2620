// SPDX-License-Identifier: Apache-2.0

//! Stores of several nodes in one process, whose messages a test can stop.

use super::QUOTA;
use crate::{
	Claim, Fsync, NameRef, PartRef, Quota, Record, Refusal, Response, SetOptions, WriteError,
	limits::VALUE_BYTES_MAX,
	service::{
		AskFuture, Config, Event, Exchange, Fault, NoReplica, Placement, Ports, ProveError, Space,
		Store, Write, spawn,
	},
};
use futures::future::select_all;
use r1_core::{SystemClock, SystemRng};
use r1_primitives::NodeKey;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
	sync::{Arc, Mutex},
	time::Duration,
};
use tempfile::TempDir;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long anything may take before a test fails.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The namespace of these tests.
pub(super) const JOB: &str = "job/7";

/// All nodes, who is cut off, and who was blamed by whom.
#[derive(Clone, Default)]
pub(super) struct Network {
	blamed: Arc<Mutex<Vec<(NodeKey, NodeKey, Fault)>>>,
	stores: Arc<Mutex<BTreeMap<NodeKey, Store>>>,
	cut_off: Arc<Mutex<BTreeSet<NodeKey>>>,
}

/// One node's way to the others.
struct Link {
	from: NodeKey,
	network: Network,
}

impl Exchange for Link {
	fn ask(&self, node: NodeKey, request: Vec<u8>) -> AskFuture<'_> {
		Box::pin(async move {
			if [self.from, node]
				.iter()
				.any(|one| self.network.cut_off.lock().unwrap().contains(one))
			{
				return None;
			}
			let store = self.network.stores.lock().unwrap().get(&node).cloned()?;
			Some(store.answer(self.from, &request).await)
		})
	}

	fn blame(&self, node: NodeKey, fault: Fault) {
		self.network.blamed.lock().unwrap().push((self.from, node, fault));
	}
}

/// A node of the network.
pub(super) struct Node {
	pub(super) key: NodeKey,
	pub(super) store: Store,
	pub(super) folder: TempDir,
	cancel: CancellationToken,
	tasks: TaskTracker,
}

impl Network {
	pub(super) fn start(&self, number: u8) -> Node {
		self.start_in(number, tempfile::tempdir().unwrap(), QUOTA)
	}

	pub(super) fn start_in(&self, number: u8, folder: TempDir, quota: Quota) -> Node {
		let key = [number; 32];
		let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
		let ports = Ports {
			node: key,
			folder: folder.path().to_owned(),
			clock: Arc::new(SystemClock::new()),
			rng: Arc::new(SystemRng),
			exchange: Arc::new(Link { from: key, network: self.clone() }),
		};
		let config = Config { fsync: Fsync::Always, quota };
		let store = spawn(config, ports, cancel.clone(), &tasks).unwrap();
		self.stores.lock().unwrap().insert(key, store.clone());
		Node { key, store, folder, cancel, tasks }
	}

	/// The first node, with the files of an earlier one, and nobody beside it.
	fn start_alone(&self, folder: TempDir, quota: Quota) -> Node {
		let node = self.start_in(1, folder, quota);
		place(std::slice::from_ref(&node));
		node
	}

	/// Nodes that replicate one namespace.
	fn of(&self, numbers: std::ops::RangeInclusive<u8>) -> Vec<Node> {
		let nodes: Vec<Node> = numbers.map(|number| self.start(number)).collect();
		place(&nodes);
		nodes
	}

	pub(super) fn cut_off(&self, node: &Node, is_cut: bool) {
		let mut cut_off = self.cut_off.lock().unwrap();
		match is_cut {
			true => cut_off.insert(node.key),
			false => cut_off.remove(&node.key),
		};
	}
}

fn place(nodes: &[Node]) {
	for node in nodes {
		let others = nodes.iter().map(|other| other.key).filter(|other| *other != node.key);
		let placement = Placement { namespace: JOB.to_owned(), others: others.collect() };
		node.store.place(&[placement]);
	}
}

impl Node {
	fn space(&self) -> Space {
		self.store.space(JOB).unwrap()
	}

	async fn set(&self, key: &str, value: &str) -> Write {
		let space = self.space();
		let set = |namespace: &mut crate::Namespace, now_ms, changes: &mut Vec<Record>| {
			let options = SetOptions::default();
			namespace.set(key.as_bytes(), value.as_bytes(), options, now_ms, changes)
		};
		let (outcome, write) = space.run(set).unwrap();
		outcome.unwrap();
		space.written(write).await.unwrap();
		write
	}

	fn get(&self, key: &str) -> Option<String> {
		let get = |namespace: &crate::Namespace, now_ms| {
			let value = namespace.get(key.as_bytes(), now_ms).unwrap();
			value.map(|value| String::from_utf8_lossy(&value).into_owned())
		};
		self.space().read(get).unwrap()
	}

	/// Sets or deletes keys, all at once.
	fn change(&self, keys: impl Iterator<Item = String>, value: Option<&str>) {
		let change = |namespace: &mut crate::Namespace, now_ms, changes: &mut Vec<Record>| {
			for key in keys {
				let (key, options) = (key.as_bytes(), SetOptions::default());
				let changed = match value {
					Some(value) => namespace.set(key, value.as_bytes(), options, now_ms, changes),
					None => namespace.delete(key, now_ms, changes),
				};
				assert_eq!(changed, Ok(true));
			}
		};
		self.space().run(change).unwrap();
	}

	async fn add(&self, key: &str, amount: i64) -> i64 {
		let space = self.space();
		let (sum, write) = space
			.run(|namespace, now_ms, changes| {
				namespace.add(key.as_bytes(), amount, now_ms, changes)
			})
			.unwrap();
		space.written(write).await.unwrap();
		sum.unwrap()
	}

	/// What a kill at this moment would leave of its files.
	pub(super) fn wreck(&self) -> TempDir {
		let copy = tempfile::tempdir().unwrap();
		copy_folder(self.folder.path(), copy.path());
		copy
	}

	pub(super) async fn stop(self) -> TempDir {
		self.cancel.cancel();
		self.tasks.close();
		self.tasks.wait().await;
		self.folder
	}
}

fn copy_folder(from: &Path, to: &Path) {
	for file in fs::read_dir(from).unwrap() {
		let file = file.unwrap();
		let copy = to.join(file.file_name());
		if file.file_type().unwrap().is_dir() {
			fs::create_dir(&copy).unwrap();
			copy_folder(&file.path(), &copy);
		} else {
			fs::copy(file.path(), copy).unwrap();
		}
	}
}

/// Waits until replicas are the same, looking again whenever one of them has changed.
async fn level(nodes: &[Node]) {
	let mut changes: Vec<_> = nodes.iter().map(|node| node.space().events()).collect();
	let roots = || nodes.iter().map(|node| node.space().root().unwrap()).collect::<BTreeSet<_>>();
	let level = async {
		while 1 < roots().len() {
			// Whoever misses some knows that there was one.
			let change = select_all(changes.iter_mut().map(|changes| Box::pin(changes.recv())));
			drop(change.await);
		}
	};
	assert!(tokio::time::timeout(PATIENCE, level).await.is_ok(), "the replicas differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn write_should_be_on_as_many_replicas_as_were_waited_for() {
	let network = Network::default();
	let nodes = network.of(1..=3);
	let write = nodes[0].set("key", "value").await;
	let copies = nodes[0].space().copied(write, 3, PATIENCE).await.unwrap();
	assert_eq!(copies, 3);
	for node in &nodes {
		assert_eq!(node.get("key").as_deref(), Some("value"));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_should_be_told_as_they_are_when_the_time_is_over() {
	let network = Network::default();
	let nodes = network.of(1..=3);
	network.cut_off(&nodes[2], true);
	let write = nodes[0].set("key", "value").await;
	assert_eq!(nodes[0].space().copied(write, 2, PATIENCE).await, Ok(2));
	let short = Duration::from_millis(100);
	assert_eq!(nodes[0].space().copied(write, 3, short).await, Ok(2));
	// Whoever comes back has it, and counts.
	network.cut_off(&nodes[2], false);
	assert_eq!(nodes[0].space().copied(write, 3, PATIENCE).await, Ok(3));
	level(&nodes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_writes_should_survive_a_kill() {
	let network = Network::default();
	let nodes = network.of(1..=1);
	for number in 0..50 {
		nodes[0].set(&format!("key-{number}"), "value").await;
	}
	assert_eq!(nodes[0].add("count", 5).await, 5);
	let after = network.start_alone(nodes[0].wreck(), QUOTA);
	for number in 0..50 {
		assert_eq!(after.get(&format!("key-{number}")).as_deref(), Some("value"));
	}
	// It is the same writer, and goes on counting where it was.
	assert_eq!(after.add("count", 2).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_that_has_forgotten_should_make_another_writer() {
	let network = Network::default();
	let nodes = network.of(1..=2);
	assert_eq!(nodes[0].add("count", 5).await, 5);
	level(&nodes).await;
	// The log is damaged where the sum was written, so the node does not know of it any more.
	let wreck = nodes[0].wreck();
	let log = wreck.path().join("log-0");
	let mut bytes = fs::read(&log).unwrap();
	let end = bytes.len() - 1;
	bytes[end] ^= 1;
	fs::write(&log, bytes).unwrap();
	let mut nodes = nodes;
	let other = nodes.pop().unwrap();
	let old = nodes.pop().unwrap();
	network.cut_off(&old, true);
	let _folder = old.stop().await;
	let after = network.start_in(1, wreck, QUOTA);
	let nodes = [after, other];
	place(&nodes);
	// Alone it counts from nothing; what both have counted adds up.
	assert_eq!(nodes[0].add("count", 2).await, 2);
	network.cut_off(&nodes[0], false);
	level(&nodes).await;
	assert_eq!(nodes[0].get("count").as_deref(), Some("7"));
	assert_eq!(nodes[1].get("count").as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_and_start_should_keep_everything_through_snapshots() {
	let network = Network::default();
	let quota = Quota { records: 10_000, bytes: 64 << 20 };
	let node = network.start_alone(tempfile::tempdir().unwrap(), quota);
	// Over few keys, so that the log is longer than what it says.
	let value = "v".repeat(VALUE_BYTES_MAX);
	let written = async {
		for number in (0..4).cycle() {
			node.set(&format!("key-{number}"), &value).await;
			if has_snapshot(node.folder.path()) {
				return;
			}
		}
	};
	assert!(tokio::time::timeout(PATIENCE, written).await.is_ok(), "there is no snapshot");
	node.set("last", "word").await;
	let folder = node.stop().await;
	let node = network.start_alone(folder, quota);
	assert_eq!(node.get("last").as_deref(), Some("word"));
	for number in 0..4 {
		assert_eq!(node.get(&format!("key-{number}")).map(|it| it.len()), Some(VALUE_BYTES_MAX));
	}
}

fn has_snapshot(folder: &Path) -> bool {
	let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
	names.into_iter().any(|name| name.to_string_lossy().starts_with("snapshot-"))
}

#[tokio::test(flavor = "multi_thread")]
async fn namespace_that_is_given_up_should_be_gone_for_good() {
	let network = Network::default();
	let nodes = network.of(1..=1);
	nodes[0].set("key", "value").await;
	let space = nodes[0].space();
	nodes[0].store.place(&[]);
	assert!(matches!(nodes[0].store.space(JOB), Err(NoReplica)));
	// Whoever held it hears so too.
	assert_eq!(space.root(), Err(NoReplica));
	let nobody = nodes[0].store.answer([9; 32], b"nonsense").await;
	assert!(!nobody.is_empty());
	// It comes back empty, also after a kill.
	place(&nodes);
	assert_eq!(nodes[0].get("key"), None);
	nodes[0].set("other", "value").await;
	let after = network.start_alone(nodes[0].wreck(), QUOTA);
	assert_eq!(after.get("key"), None);
	assert_eq!(after.get("other").as_deref(), Some("value"));
}

#[tokio::test(flavor = "multi_thread")]
async fn partition_should_heal_with_deletes() {
	let network = Network::default();
	let nodes = network.of(1..=3);
	for number in 0..300 {
		nodes[0].set(&format!("key-{number}"), "old").await;
	}
	level(&nodes).await;
	network.cut_off(&nodes[2], true);
	for number in 0..100 {
		nodes[0].set(&format!("key-{number}"), "new").await;
		let key = format!("key-{}", number + 100);
		let (deleted, _) = nodes[1]
			.space()
			.run(|namespace, now_ms, changes| namespace.delete(key.as_bytes(), now_ms, changes))
			.unwrap();
		assert_eq!(deleted, Ok(true));
		nodes[2].set(&format!("mine-{number}"), "value").await;
	}
	network.cut_off(&nodes[2], false);
	level(&nodes).await;
	for node in &nodes {
		assert_eq!(node.get("key-5").as_deref(), Some("new"));
		assert_eq!(node.get("key-105"), None);
		assert_eq!(node.get("key-205").as_deref(), Some("old"));
		assert_eq!(node.get("mine-5").as_deref(), Some("value"));
	}
	// Asked for, a comparison takes place at once.
	assert!(nodes[0].space().repaired(PATIENCE).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_divergent_keys_should_heal() {
	let network = Network::default();
	let quota = Quota { records: 100_000, bytes: 64 << 20 };
	let nodes: Vec<Node> = (1..=3)
		.map(|number| network.start_in(number, tempfile::tempdir().unwrap(), quota))
		.collect();
	place(&nodes);
	let keys = |from: u32, count: u32| (from..from + count).map(|key| format!("key-{key}"));
	nodes[0].change(keys(0, 5_000), Some("old"));
	level(&nodes).await;
	network.cut_off(&nodes[2], true);
	nodes[0].change(keys(0, 2_500), None);
	nodes[1].change(keys(2_500, 2_500), Some("new"));
	nodes[2].change(keys(5_000, 5_000), Some("mine"));
	network.cut_off(&nodes[2], false);
	level(&nodes).await;
	for node in &nodes {
		assert_eq!(node.get("key-2499"), None);
		assert_eq!(node.get("key-2500").as_deref(), Some("new"));
		assert_eq!(node.get("key-9999").as_deref(), Some("mine"));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_should_see_writes_and_messages_of_all_replicas() {
	let network = Network::default();
	let nodes = network.of(1..=2);
	level(&nodes).await;
	let mut events = nodes[1].space().events();
	nodes[0].set("key", "value").await;
	let next = |events: Event| match events {
		Event::Changed(records) => String::from_utf8_lossy(records[0].name.key()).into_owned(),
		Event::Message { channel, message } => {
			format!("{}: {}", String::from_utf8_lossy(&channel), String::from_utf8_lossy(&message))
		},
	};
	let heard = tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap();
	assert_eq!(next(heard), "key");
	assert_eq!(nodes[0].space().publish(b"news", b"hello"), Ok(0));
	let heard = tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap();
	assert_eq!(next(heard), "news: hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_full_namespaces_should_be_refused() {
	let network = Network::default();
	let quota = Quota { records: 3, bytes: 1 << 20 };
	let node = network.start_alone(tempfile::tempdir().unwrap(), quota);
	for number in 0..3 {
		node.set(&format!("key-{number}"), "value").await;
	}
	let before = node.space().root();
	let (outcome, _) = node
		.space()
		.run(|namespace, now_ms, changes| {
			namespace.set(b"one more", b"value", SetOptions::default(), now_ms, changes)
		})
		.unwrap();
	assert_eq!(outcome, Err(WriteError::Full { quota }));
	// A node that the chain does not name as a replica writes nothing.
	let stranger = network.start(9);
	let placement = Placement { namespace: JOB.to_owned(), others: vec![node.key] };
	stranger.store.place(&[placement]);
	let write = stranger.set("key-0", "mine").await;
	assert_eq!(stranger.space().copied(write, 2, Duration::from_millis(200)).await, Ok(1));
	assert_eq!(node.space().root(), before);
	assert!(
		network
			.blamed
			.lock()
			.unwrap()
			.contains(&(node.key, stranger.key, Fault::Refused))
	);
	// What is no request is held against whoever sends it.
	network.blamed.lock().unwrap().clear();
	let answer = node.store.answer([7; 32], b"nonsense").await;
	let refused = Response::Refused(Refusal::Malformed);
	assert_eq!(Response::from_bytes(&answer), Ok(refused));
	assert_eq!(*network.blamed.lock().unwrap(), [(node.key, [7; 32], Fault::Malformed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn last_epochs_should_be_kept_as_they_ended() {
	let network = Network::default();
	let nodes = network.of(1..=2);
	let claim = |epoch| {
		let name = NameRef { key: b"key", part: PartRef::Text }.owned();
		Claim { genesis: [7; 32], epoch, job: 7, deed: 1, name }
	};
	let space = nodes[0].space();
	let mut roots = Vec::new();
	for epoch in 0..4 {
		let write = nodes[0].set("key", &format!("value {epoch}")).await;
		assert_eq!(space.copied(write, 2, PATIENCE).await, Ok(2));
		let root = space.anchor(epoch).unwrap();
		// Replicas that have the same agree.
		assert_eq!(nodes[1].space().anchor(epoch), Ok(root));
		roots.push(root);
	}
	nodes[0].set("key", "later").await;
	// What was kept of an epoch stays.
	assert_eq!(space.anchor(3), Ok(roots[3]));
	for epoch in 1..4 {
		let proven = space.prove(claim(epoch)).unwrap().verify().unwrap();
		assert_eq!(proven.root, roots[epoch as usize]);
		let value = proven.value(u64::MAX).map(|value| value.into_owned());
		assert_eq!(value, Some(format!("value {epoch}").into_bytes()));
	}
	for epoch in [0, 4] {
		assert_eq!(space.prove(claim(epoch)), Err(ProveError::UnknownEpoch { epoch }));
	}
	nodes[0].store.place(&[]);
	assert_eq!(space.prove(claim(3)), Err(ProveError::NoReplica(NoReplica)));
	assert_eq!(space.anchor(4), Err(NoReplica));
}

#[tokio::test(flavor = "multi_thread")]
async fn last_epochs_should_be_known_after_a_start() {
	let network = Network::default();
	let node = network.start_alone(tempfile::tempdir().unwrap(), QUOTA);
	node.set("stays", "as it is").await;
	let mut roots = Vec::new();
	for epoch in 0..4 {
		node.set("key", &format!("value {epoch}")).await;
		node.set(&format!("only in {epoch}"), "value").await;
		node.change(std::iter::once(format!("only in {epoch}")), None);
		roots.push(node.space().anchor(epoch).unwrap());
	}
	node.set("key", "later").await;
	let folder = node.stop().await;
	let files = |folder: &Path| {
		let namespace = fs::read_dir(folder.join("anchors")).unwrap().next();
		namespace.map(|namespace| fs::read_dir(namespace.unwrap().path()).unwrap().count())
	};
	assert_eq!(files(folder.path()), Some(3));
	let node = network.start_alone(folder, QUOTA);
	let claim = |epoch| {
		let name = NameRef { key: b"key", part: PartRef::Text }.owned();
		Claim { genesis: [7; 32], epoch, job: 7, deed: 1, name }
	};
	for epoch in 1..4 {
		assert_eq!(node.space().anchor(epoch), Ok(roots[epoch as usize]));
		let proven = node.space().prove(claim(epoch)).unwrap().verify().unwrap();
		assert_eq!(proven.root, roots[epoch as usize]);
		let value = proven.value(u64::MAX).map(|value| value.into_owned());
		assert_eq!(value, Some(format!("value {epoch}").into_bytes()));
	}
	assert_eq!(node.space().prove(claim(0)), Err(ProveError::UnknownEpoch { epoch: 0 }));
	// A file that is damaged is no proof; the others stay.
	let namespace = fs::read_dir(node.folder.path().join("anchors")).unwrap().next();
	let path = namespace.unwrap().unwrap().path().join("snapshot-2");
	let mut bytes = fs::read(&path).unwrap();
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	fs::write(&path, bytes).unwrap();
	let node = network.start_alone(node.stop().await, QUOTA);
	assert_eq!(node.space().prove(claim(2)), Err(ProveError::UnknownEpoch { epoch: 2 }));
	assert!(node.space().prove(claim(1)).is_ok() && node.space().prove(claim(3)).is_ok());
	// Whoever gives the namespace up keeps nothing of it.
	node.store.place(&[]);
	assert_eq!(files(node.folder.path()), None);
}

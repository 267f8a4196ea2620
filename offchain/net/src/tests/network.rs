// SPDX-License-Identifier: Apache-2.0

//! Networks of real swarms on loopback, for the other tests.

use super::identity;
use crate::{
	Config, Gossiped, Handle, Inbound, MeshReport, Metrics, Ports, PublishError, spawn,
	topic::Topic,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockStore, ExchangeError, MemoryBlockStore, RAW_CODEC, SystemClock, SystemRng, cid_of,
};
use r1_primitives::NodeKey;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, watch},
	time::timeout,
};
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};

/// How long anything may take before a test says what the state was.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Which protocol carries a test network.
#[derive(Clone, Copy)]
pub(super) enum Carrier {
	Tcp,
	Quic,
}

/// A node of a test network.
pub(super) struct Node {
	pub(super) key: NodeKey,
	pub(super) handle: Handle,
	pub(super) inbound: Inbound,
	pub(super) store: Arc<MemoryBlockStore>,
	pub(super) metrics: Metrics,
	pub(super) admitted: watch::Sender<Arc<BTreeSet<NodeKey>>>,
	pub(super) tasks: TaskTracker,
	pub(super) _stop: DropGuard,
}

/// How a node differs from the others.
pub(super) struct Options {
	pub(super) carrier: Carrier,
	pub(super) config: Config,
	pub(super) store: Option<Arc<dyn BlockStore>>,
	/// Addresses that it knows beside those of the nodes.
	pub(super) public_of: Vec<String>,
}

impl Default for Options {
	fn default() -> Self {
		Self {
			carrier: Carrier::Tcp,
			config: Config::default(),
			store: None,
			public_of: Vec::new(),
		}
	}
}

/// Starts a node that admits some others and knows where some nodes are.
pub(super) async fn start(number: u8, admits: &[u8], knows: &[&Node], options: Options) -> Node {
	let listen = match options.carrier {
		Carrier::Tcp => "/ip4/127.0.0.1/tcp/0",
		Carrier::Quic => "/ip4/127.0.0.1/udp/0/quic-v1",
	};
	let nodes = knows.iter().map(|node| node.report().listen_addresses[0].clone());
	let bootstrap = nodes.chain(options.public_of).collect();
	let settings = Config { listen: vec![listen.into()], bootstrap, ..options.config }
		.validate()
		.unwrap();
	let store = Arc::new(MemoryBlockStore::new(64));
	let (admitted, admission) = watch::channel(keys(admits));
	let cancel = CancellationToken::new();
	let tasks = TaskTracker::new();
	let metrics = Metrics::default();
	let ports = Ports {
		identity: identity(number),
		genesis_hash: [7; 32],
		clock: Arc::new(SystemClock::new()),
		rng: Arc::new(SystemRng),
		store: options.store.unwrap_or(store.clone()),
		admitted: admission,
		metrics: metrics.clone(),
	};
	let (handle, inbound) = spawn(settings, ports, cancel.clone(), &tasks).unwrap();
	let key = identity(number).key();
	let _stop = cancel.drop_guard();
	let node = Node { key, handle, inbound, store, metrics, admitted, tasks, _stop };
	node.until("it listens", |report| !report.listen_addresses.is_empty()).await;
	node
}

pub(super) fn keys(numbers: &[u8]) -> Arc<BTreeSet<NodeKey>> {
	Arc::new(numbers.iter().map(|number| identity(*number).key()).collect())
}

impl Node {
	pub(super) fn report(&self) -> Arc<MeshReport> {
		self.handle.report().borrow().clone()
	}

	/// Waits until the node's report is as it shall be.
	pub(super) async fn until(&self, what: &str, is: impl Fn(&MeshReport) -> bool) {
		let mut report = self.handle.report();
		let waited = timeout(PATIENCE, report.wait_for(|report| is(report))).await;
		assert!(waited.is_ok(), "waited until {what}; last state: {:?}", self.report());
	}

	pub(super) async fn until_connected(&self, other: &Node) {
		self.until("nodes are connected", |report| report.is_connected(&other.key))
			.await;
	}

	pub(super) async fn publish(&self, topic: Topic, bytes: Vec<u8>) -> Result<(), PublishError> {
		match topic {
			Topic::Beat => self.handle.publish_beat(bytes).await,
			Topic::Revocation => self.handle.publish_revocation(bytes).await,
		}
	}

	/// What the node hears of a topic.
	pub(super) fn heard(&mut self, topic: Topic) -> &mut mpsc::Receiver<Gossiped> {
		match topic {
			Topic::Beat => &mut self.inbound.beats,
			Topic::Revocation => &mut self.inbound.revocations,
		}
	}

	/// Gossips messages that begin with `text` until one is taken by `reader`; returns it.
	///
	/// Several, because a mesh forms in its own time, and different ones, because gossip never
	/// carries the same one twice.
	pub(super) async fn publish_until_read(
		&self,
		topic: Topic,
		text: &str,
		reader: &mut Node,
	) -> Gossiped {
		let mut number = 0;
		let read = async {
			loop {
				number += 1;
				let message = format!("{text} {number}").into_bytes();
				match self.publish(topic, message).await {
					Ok(()) | Err(PublishError::NoPeers) => {},
					Err(error) => panic!("{error}"),
				}
				let pause = Duration::from_millis(200);
				if let Ok(gossiped) = timeout(pause, reader.heard(topic).recv()).await {
					return gossiped.unwrap();
				}
			}
		};
		timeout(PATIENCE, read).await.expect("a message arrives in time")
	}

	pub(super) fn keep(&self, block: &'static [u8]) -> Cid {
		let cid = cid_of(RAW_CODEC, block);
		self.store.put(&cid, Bytes::from_static(block)).unwrap();
		cid
	}

	pub(super) async fn fetch(&self, cid: Cid) -> Result<Bytes, ExchangeError> {
		self.handle.fetch_within(cid, PATIENCE).await
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Real swarms on loopback.

use super::identity;
use crate::{
	Config, Handle, Inbound, MeshReport, Metrics, Ports, PublishError, RequestError, Verdict, spawn,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockStore, BlockStoreError, ExchangeError, MemoryBlockStore, RAW_CODEC, SystemClock,
	SystemRng, cid_of,
};
use r1_primitives::NodeKey;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};
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
	store: Arc<MemoryBlockStore>,
	pub(super) metrics: Metrics,
	pub(super) admitted: watch::Sender<Arc<BTreeSet<NodeKey>>>,
	tasks: TaskTracker,
	_stop: DropGuard,
}

/// How a node differs from the others.
pub(super) struct Options {
	pub(super) carrier: Carrier,
	pub(super) config: Config,
	pub(super) store: Option<Arc<dyn BlockStore>>,
}

impl Default for Options {
	fn default() -> Self {
		Self { carrier: Carrier::Tcp, config: Config::default(), store: None }
	}
}

/// Starts a node that admits some others and knows where some nodes are.
pub(super) async fn start(number: u8, admits: &[u8], knows: &[&Node], options: Options) -> Node {
	let listen = match options.carrier {
		Carrier::Tcp => "/ip4/127.0.0.1/tcp/0",
		Carrier::Quic => "/ip4/127.0.0.1/udp/0/quic-v1",
	};
	let bootstrap = knows.iter().map(|node| node.report().listen_addresses[0].clone()).collect();
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

fn keys(numbers: &[u8]) -> Arc<BTreeSet<NodeKey>> {
	Arc::new(numbers.iter().map(|number| identity(*number).key()).collect())
}

impl Node {
	fn report(&self) -> Arc<MeshReport> {
		self.handle.report().borrow().clone()
	}

	/// Waits until the node's report is as it shall be.
	async fn until(&self, what: &str, is: impl Fn(&MeshReport) -> bool) {
		let mut report = self.handle.report();
		let waited = timeout(PATIENCE, report.wait_for(|report| is(report))).await;
		assert!(waited.is_ok(), "waited until {what}; last state: {:?}", self.report());
	}

	pub(super) async fn until_connected(&self, other: &Node) {
		self.until("nodes are connected", |report| report.is_connected(&other.key))
			.await;
	}

	/// Gossips beats that begin with `text` until one is taken by `reader`; returns it.
	///
	/// Several, because a mesh forms in its own time, and different ones, because gossip never
	/// carries the same one twice.
	pub(super) async fn beat_until_read(
		&self,
		text: &str,
		reader: &mut Node,
		verdict: Verdict,
	) -> Vec<u8> {
		let mut number = 0;
		let read = async {
			loop {
				number += 1;
				let beat = format!("{text} {number}").into_bytes();
				match self.handle.publish_beat(beat).await {
					Ok(()) | Err(PublishError::NoPeers) => {},
					Err(error) => panic!("{error}"),
				}
				let pause = Duration::from_millis(200);
				if let Ok(beat) = timeout(pause, reader.inbound.beats.recv()).await {
					let beat = beat.unwrap();
					reader.handle.judge_beat(beat.receipt, verdict).await;
					return beat.bytes;
				}
			}
		};
		timeout(PATIENCE, read).await.expect("a beat arrives in time")
	}

	fn keep(&self, block: &'static [u8]) -> Cid {
		let cid = cid_of(RAW_CODEC, block);
		self.store.put(&cid, Bytes::from_static(block)).unwrap();
		cid
	}

	async fn fetch(&self, cid: Cid) -> Result<Bytes, ExchangeError> {
		self.handle.fetch_within(cid, PATIENCE).await
	}
}

#[tokio::test]
async fn beats_should_travel_only_as_far_as_they_are_accepted() {
	// A line: both ends may hold one connection, and so can only know the middle.
	let one = || Options {
		config: Config { connections_max: 1, ..Config::default() },
		..Options::default()
	};
	let mut middle = start(2, &[1, 3], &[], Options::default()).await;
	let left = start(1, &[2, 3], &[&middle], one()).await;
	let mut right = start(3, &[1, 2], &[&middle], one()).await;
	left.until_connected(&middle).await;
	right.until_connected(&middle).await;

	let bad = left.beat_until_read("bad", &mut middle, Verdict::Reject).await;
	assert!(bad.starts_with(b"bad"));
	// From here on the middle accepts good beats and goes on to reject bad ones.
	let seen = async {
		for number in 0_u32.. {
			let beat = format!("good {number}").into_bytes();
			left.handle.publish_beat(beat).await.unwrap();
			let pause = Duration::from_millis(200);
			while let Ok(Some(beat)) = timeout(pause, middle.inbound.beats.recv()).await {
				let verdict =
					if beat.bytes.starts_with(b"good") { Verdict::Accept } else { Verdict::Reject };
				middle.handle.judge_beat(beat.receipt, verdict).await;
			}
			if let Ok(beat) = right.inbound.beats.try_recv() {
				return beat;
			}
		}
		unreachable!("the loop ends by returning")
	};
	let beat = timeout(PATIENCE, seen).await.expect("an accepted beat arrives in time");
	// The bad ones were sent first, and none of them came.
	assert!(beat.bytes.starts_with(b"good"), "{:?}", String::from_utf8_lossy(&beat.bytes));
	while let Ok(beat) = right.inbound.beats.try_recv() {
		assert!(beat.bytes.starts_with(b"good"));
	}
	assert!(!right.report().is_connected(&left.key));
}

#[tokio::test]
async fn beat_that_is_too_long_should_not_leave_the_node() {
	let node = start(1, &[], &[], Options::default()).await;
	assert_eq!(
		node.handle.publish_beat(vec![0; 257]).await,
		Err(PublishError::TooLarge { bytes: 257 })
	);
	assert_eq!(node.handle.publish_beat(vec![0; 256]).await, Err(PublishError::NoPeers));
}

#[tokio::test]
async fn block_should_be_fetched_over_tcp_and_quic() {
	for carrier in [Carrier::Tcp, Carrier::Quic] {
		let options = || Options { carrier, ..Options::default() };
		let a = start(1, &[2], &[], options()).await;
		let b = start(2, &[1], &[&a], options()).await;
		let cid = a.keep(b"a block");
		assert_eq!(b.fetch(cid).await.unwrap(), b"a block".as_slice());
	}
}

#[tokio::test]
async fn block_should_come_when_it_is_announced_after_it_was_asked_for() {
	let a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let later = async {
		// The block is not there when it is asked for: first an answer says so.
		let missing = cid_of(RAW_CODEC, b"never");
		let time_limit = Duration::from_millis(300);
		assert!(a.handle.fetch_within(missing, time_limit).await.is_err());
		let cid = a.keep(b"late");
		r1_core::BlockExchange::announce(&a.handle, cid);
	};
	let (fetched, ()) = tokio::join!(b.fetch(cid_of(RAW_CODEC, b"late")), later);
	assert_eq!(fetched.unwrap(), b"late".as_slice());
}

#[tokio::test]
async fn many_blocks_should_be_fetched_at_a_time_by_several_callers() {
	let a = start(1, &[2, 3], &[], Options::default()).await;
	let b = start(2, &[1, 3], &[&a], Options::default()).await;
	let c = start(3, &[1, 2], &[&a, &b], Options::default()).await;
	c.until_connected(&a).await;
	c.until_connected(&b).await;
	let blocks: Vec<Vec<u8>> = (0..20_u8).map(|number| vec![number; 100_000]).collect();
	let cids: Vec<Cid> = blocks.iter().map(|block| cid_of(RAW_CODEC, block)).collect();
	for (position, (cid, block)) in cids.iter().zip(&blocks).enumerate() {
		let owner = if position % 2 == 0 { &a } else { &b };
		owner.store.put(cid, block.clone().into()).unwrap();
	}
	let fetches = cids.iter().chain(&cids).map(|cid| c.fetch(*cid));
	let fetched = futures::future::join_all(fetches).await;
	for (fetched, expected) in fetched.iter().zip(blocks.iter().chain(&blocks)) {
		assert!(fetched.as_ref().unwrap() == expected);
	}
}

/// A store that gives other bytes than it was asked for.
struct Liar;

impl BlockStore for Liar {
	fn get(&self, _: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		Ok(Some(Bytes::from_static(b"lies")))
	}
	fn put(&self, _: &Cid, _: Bytes) -> Result<(), BlockStoreError> {
		Ok(())
	}
	fn has(&self, _: &Cid) -> Result<bool, BlockStoreError> {
		Ok(true)
	}
	fn len(&self) -> usize {
		1
	}
}

#[tokio::test]
async fn wrong_bytes_should_be_refused_and_the_right_ones_be_found_elsewhere() {
	let options = Options { store: Some(Arc::new(Liar)), ..Options::default() };
	let liar = start(1, &[2, 3], &[], options).await;
	let reader = start(2, &[1, 3], &[&liar], Options::default()).await;
	reader.until_connected(&liar).await;
	let cid = cid_of(RAW_CODEC, b"truth");
	assert_eq!(
		reader.handle.fetch_within(cid, Duration::from_millis(500)).await,
		Err(ExchangeError::TimedOut { cid })
	);

	let honest = start(3, &[1, 2], &[&reader], Options::default()).await;
	honest.keep(b"truth");
	assert_eq!(reader.fetch(cid).await.unwrap(), b"truth".as_slice());
}

#[tokio::test]
async fn request_should_be_answered_or_say_why_not() {
	let mut a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let answering = async {
		let request = a.inbound.requests.recv().await.unwrap();
		assert_eq!((request.node, request.bytes.as_ref()), (b.key, b"question".as_slice()));
		request.answer(Bytes::from_static(b"answer")).await;
		// The second is dropped without an answer.
		drop(a.inbound.requests.recv().await.unwrap());
	};
	let asking = async {
		let question = || b.handle.request(&a.key, Bytes::from_static(b"question"));
		assert_eq!(question().await, Ok(Bytes::from_static(b"answer")));
		assert!(matches!(question().await, Err(RequestError::Refused { .. })));
	};
	timeout(PATIENCE, async { tokio::join!(answering, asking) }).await.unwrap();

	let nobody = identity(9).key();
	assert_eq!(b.handle.request(&nobody, Bytes::new()).await, Err(RequestError::Unreachable));
	// y = 2 is no point of the curve.
	let mut no_key = [0; 32];
	no_key[0] = 2;
	assert_eq!(b.handle.request(&no_key, Bytes::new()).await, Err(RequestError::InvalidNode));
}

#[tokio::test]
async fn oversize_request_should_be_refused_at_both_ends() {
	let limit = |request_bytes_max| Options {
		config: Config { request_bytes_max, ..Config::default() },
		..Options::default()
	};
	let mut a = start(1, &[2], &[], limit(1_000)).await;
	let b = start(2, &[1], &[&a], limit(2_000)).await;
	b.until_connected(&a).await;
	assert_eq!(
		b.handle.request(&a.key, vec![0; 2_001].into()).await,
		Err(RequestError::TooLarge { bytes: 2_001, bytes_max: 2_000 })
	);
	// Our limit allows it; theirs does not.
	let refused = b.handle.request(&a.key, vec![0; 1_001].into()).await;
	assert!(matches!(refused, Err(RequestError::Refused { .. })), "{refused:?}");
	assert!(a.inbound.requests.try_recv().is_err());

	let asking = b.handle.request(&a.key, vec![0; 1_000].into());
	let answering = async {
		let request = a.inbound.requests.recv().await.unwrap();
		// Longer than what the other end reads.
		request.answer(vec![0; 2_001].into()).await;
	};
	let (answer, ()) = tokio::join!(asking, answering);
	assert!(matches!(answer, Err(RequestError::Refused { .. })), "{answer:?}");
}

#[tokio::test]
async fn peer_should_get_nothing_until_it_is_admitted_and_after_it_is_not_any_more() {
	let a = start(1, &[], &[], Options::default()).await;
	let mut stranger = start(2, &[1], &[&a], Options::default()).await;
	let cid = a.keep(b"secret");

	let refused = stranger.handle.request(&a.key, Bytes::from_static(b"let me in")).await;
	assert!(refused.is_err(), "{refused:?}");
	assert_eq!(
		stranger.handle.fetch_within(cid, Duration::from_secs(2)).await,
		Err(ExchangeError::TimedOut { cid })
	);
	assert_eq!(a.handle.publish_beat(b"beat".to_vec()).await, Err(PublishError::NoPeers));
	assert!(stranger.inbound.beats.try_recv().is_err());
	assert!(a.report().peers.is_empty());

	// The chain links it: it comes back by itself.
	a.admitted.send_replace(keys(&[2]));
	assert_eq!(stranger.fetch(cid).await.unwrap(), b"secret".as_slice());
	a.until_connected(&stranger).await;
	a.beat_until_read("welcome", &mut stranger, Verdict::Accept).await;

	// The chain unlinks it: it is out at once.
	a.admitted.send_replace(keys(&[]));
	a.until("the stranger is out", |report| report.peers.is_empty()).await;
	let other = a.keep(b"another secret");
	assert_eq!(
		stranger.handle.fetch_within(other, Duration::from_secs(1)).await,
		Err(ExchangeError::TimedOut { cid: other })
	);
}

#[tokio::test]
async fn nodes_should_find_each_other_through_a_third() {
	let a = start(1, &[2, 3], &[], Options::default()).await;
	let b = start(2, &[1, 3], &[&a], Options::default()).await;
	let c = start(3, &[1, 2], &[&a], Options::default()).await;
	b.until_connected(&c).await;
	c.until_connected(&b).await;
}

#[tokio::test]
async fn mesh_should_stop_when_it_is_cancelled_and_peers_notice() {
	let a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	a.until_connected(&b).await;
	let Node { handle, tasks, _stop, .. } = b;
	drop(_stop);
	tasks.close();
	timeout(PATIENCE, tasks.wait()).await.expect("every task ends");
	assert_eq!(handle.publish_beat(Vec::new()).await, Err(PublishError::Closed));
	let cid = cid_of(RAW_CODEC, b"x");
	assert_eq!(handle.fetch_within(cid, PATIENCE).await, Err(ExchangeError::Closed { cid }));
	a.until("the other is gone", |report| report.peers.is_empty()).await;
}

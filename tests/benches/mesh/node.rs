// SPDX-License-Identifier: Apache-2.0

//! A node of the network: it beats once a slot, and judges the beats of others.

use super::world::{GENESIS, beat, identity};
use anyhow::Result;
use r1_core::{ChainState, MemoryBlockStore, NodeIdentity, SystemClock, SystemRng};
use r1_heartbeat::{ChainScope, Observer, ObserverLimits, Verdict};
use r1_net::{Config, Handle, Inbound, Metrics, Ports, PublishError};
use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use tokio::{
	sync::watch,
	time::{Instant, interval_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What all nodes share.
#[derive(Debug)]
pub(super) struct Shared {
	/// When slot 0 began.
	pub(super) start: Instant,
	/// The chain, renewed in each slot.
	pub(super) chain: watch::Receiver<Arc<ChainState>>,
	/// How many nodes there are.
	pub(super) nodes: u32,
	/// Length of a slot.
	pub(super) slot_length: Duration,
	/// The slot in which nobody beats, which shows what everything else costs.
	pub(super) silent_slot: u32,
}

impl Shared {
	/// When a node makes its beat of a slot: nodes take turns in the middle half of each.
	fn beat_at(&self, number: u32, slot: u32) -> Instant {
		let turn = self.slot_length / 2 * number / self.nodes;
		self.start + self.slot_length * slot + self.slot_length / 4 + turn
	}

	fn now_secs(&self) -> u64 {
		self.start.elapsed().as_secs()
	}
}

/// A node, as the measurement sees it.
#[derive(Debug)]
pub(super) struct Node {
	pub(super) handle: Handle,
	pub(super) metrics: Metrics,
	/// How long each beat that it heard was on its way, in milliseconds.
	pub(super) ways_ms: Arc<Mutex<Vec<u64>>>,
}

impl Node {
	/// Starts a node that knows where others are.
	pub(super) fn start(
		number: u32,
		bootstrap: Vec<String>,
		peers: BTreeSet<u32>,
		shared: Arc<Shared>,
		cancel: &CancellationToken,
		tasks: &TaskTracker,
	) -> Result<Self> {
		let settings = Config {
			// TCP alone: QUIC hides its bytes.
			listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
			bootstrap,
			..Config::default()
		}
		.validate()?;
		let metrics = Metrics::default();
		let keys = peers.into_iter().map(|number| identity(number).key()).collect();
		// Nobody leaves, so the other end is not needed.
		let (_, admitted) = watch::channel(Arc::new(keys));
		let ports = Ports {
			identity: identity(number),
			genesis_hash: GENESIS,
			clock: Arc::new(SystemClock::new()),
			rng: Arc::new(SystemRng),
			store: Arc::new(MemoryBlockStore::new(1)),
			admitted,
			metrics: metrics.clone(),
		};
		let (handle, inbound) = r1_net::spawn(settings, ports, cancel.clone(), tasks)?;
		let scope = ChainScope::of(&shared.chain.borrow());
		let ways_ms = Arc::default();
		let life = Life {
			number,
			identity: identity(number),
			observer: Observer::new(scope, ObserverLimits::default())?,
			handle: handle.clone(),
			ways_ms: Arc::clone(&ways_ms),
			shared,
		};
		let cancel = cancel.clone();
		tasks.spawn(async move { cancel.run_until_cancelled(life.run(inbound)).await });
		Ok(Self { handle, metrics, ways_ms })
	}

	/// How many peers it is connected to.
	pub(super) fn peers(&self) -> usize {
		self.handle.report().borrow().peers.len()
	}
}

struct Life {
	number: u32,
	identity: NodeIdentity,
	observer: Observer,
	handle: Handle,
	ways_ms: Arc<Mutex<Vec<u64>>>,
	shared: Arc<Shared>,
}

impl Life {
	async fn run(mut self, mut inbound: Inbound) {
		let mut slot = 0;
		let first = self.shared.beat_at(self.number, 0);
		let mut beats = interval_at(first, self.shared.slot_length);
		loop {
			tokio::select! {
				_ = beats.tick() => {
					if slot != self.shared.silent_slot {
						self.beat(slot).await;
					}
					slot += 1;
				},
				Some(heard) = inbound.beats.recv() => self.judge(heard).await,
			}
		}
	}

	async fn beat(&self, slot: u32) {
		let published = self.handle.publish_beat(beat(&self.identity, slot)).await;
		// In the first slots nobody is there yet.
		let is_right = matches!(published, Ok(()) | Err(PublishError::NoPeers));
		assert!(is_right, "{published:?}");
	}

	async fn judge(&mut self, heard: r1_net::Gossiped) {
		let chain = Arc::clone(&self.shared.chain.borrow());
		let now_secs = self.shared.now_secs();
		let verdict = match self.observer.observe(&heard.bytes, now_secs, &chain) {
			Verdict::Accepted(counted) => {
				// Deeds are numbered from 1, in the order of the nodes.
				let made_at = self.shared.beat_at(counted.deed - 1, counted.slot);
				let way_ms = u64::try_from(made_at.elapsed().as_millis()).unwrap_or(u64::MAX);
				self.ways_ms.lock().unwrap_or_else(PoisonError::into_inner).push(way_ms);
				r1_net::Verdict::Accept
			},
			// It came too late on a machine that is too slow; it will be missed in the results.
			Verdict::Ignored(_) | Verdict::Rejected(_) => r1_net::Verdict::Ignore,
		};
		self.handle.judge(heard.receipt, verdict).await;
	}
}

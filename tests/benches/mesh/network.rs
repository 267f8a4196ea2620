// SPDX-License-Identifier: Apache-2.0

//! Starts a network, lets it beat, and reads the counters before and after.

use super::{
	counters::{ensure_files, loopback_bytes, processor_micros},
	node::{Node, Shared},
	world::{SLOT_SECS, chain, clock, identity},
};
use anyhow::{Result, bail};
use r1_core::NodeIdentity;
use serde_json::{Value, json};
use std::{
	collections::BTreeSet,
	mem,
	sync::{Arc, PoisonError},
	time::Duration,
};
use tokio::{
	sync::watch,
	time::{Instant, interval_at, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Time for each node to make its connections, before the first slot.
const CONNECTING: Duration = Duration::from_millis(60);

/// Distances at which a node has its peers, both ways: this many squares.
const DISTANCES: u32 = 18;

/// How long a node may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures a network of so many nodes, with slots of some length.
pub(super) async fn measure(
	nodes: u32,
	slot_secs: u32,
	warm_up_slots: u32,
	slots: u32,
) -> Result<Value> {
	ensure_files(nodes)?;
	let identities: Vec<NodeIdentity> = (0..nodes).map(identity).collect();
	let chain_at = |now_secs| Arc::new(chain(&identities, clock(slot_secs), now_secs));
	let (renew, chain_now) = watch::channel(chain_at(0));
	let slot_length = Duration::from_secs(slot_secs.into());
	let shared = Arc::new(Shared {
		start: Instant::now() + CONNECTING * nodes,
		chain: chain_now,
		nodes,
		slot_length,
		silent_slot: warm_up_slots,
	});
	let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
	let network = start(&shared, &cancel, &tasks).await?;

	let mut turns = interval_at(shared.start + slot_length, slot_length);
	let mut counts = Vec::new();
	// One more than are counted: the one in which nobody beats.
	for slot in 1..=warm_up_slots + 1 + slots {
		turns.tick().await;
		renew.send_replace(chain_at((slot * slot_secs).into()));
		if [warm_up_slots, warm_up_slots + 1].contains(&slot) {
			counts.push(Counts::read(&network)?);
			network.iter().for_each(|node| drop(node.take_ways_ms()));
		}
	}
	let [before, silent] = counts.as_slice() else { bail!("there is no slot of warm-up") };
	let measured = Measured {
		slots,
		slot_secs,
		silent: silent.since(before),
		beating: Counts::read(&network)?.since(silent),
	};
	let result = measured.to_json(&network);
	cancel.cancel();
	tasks.close();
	tasks.wait().await;
	Ok(result)
}

/// Starts all nodes. Each knows where those are that were started before it.
async fn start(
	shared: &Arc<Shared>,
	cancel: &CancellationToken,
	tasks: &TaskTracker,
) -> Result<Vec<Node>> {
	let mut network: Vec<Node> = Vec::new();
	let mut addresses: Vec<String> = Vec::new();
	for number in 0..shared.nodes {
		let peers = peers_of(number, shared.nodes);
		let earlier = addresses.iter().zip(0..).filter(|(_, other)| peers.contains(other));
		let bootstrap = earlier.map(|(address, _)| address.clone()).collect();
		let node = Node::start(number, bootstrap, peers, Arc::clone(shared), cancel, tasks)?;
		let mut report = node.handle.report();
		let listens = report.wait_for(|report| !report.listen_addresses.is_empty());
		addresses.push(timeout(PATIENCE, listens).await??.listen_addresses[0].clone());
		network.push(node);
	}
	Ok(network)
}

/// Whom a node lets in: the oracle everybody, and the others the oracle and some that are scattered
/// over the network. A real node lets in everybody, but all connections' ends are in one process.
fn peers_of(number: u32, nodes: u32) -> BTreeSet<u32> {
	let is_peer = |other: &u32| {
		let (low, high) = (number.min(*other), number.max(*other));
		let is_distance = |distance: u32| [high - low, nodes + low - high].contains(&distance);
		low == 0 || (1..=DISTANCES).any(|root| is_distance(root * root % nodes))
	};
	(0..nodes).filter(|other| *other != number).filter(is_peer).collect()
}

/// What has been counted since the start.
struct Counts {
	/// Bytes that each node received and sent.
	traffic: Vec<(u64, u64)>,
	loopback_bytes: u64,
	processor_micros: u64,
}

impl Counts {
	fn read(network: &[Node]) -> Result<Self> {
		let traffic = network.iter().map(|Node { metrics, .. }| {
			(metrics.tcp_bytes_received.get(), metrics.tcp_bytes_sent.get())
		});
		Ok(Self {
			traffic: traffic.collect(),
			loopback_bytes: loopback_bytes()?,
			processor_micros: processor_micros()?,
		})
	}

	fn since(&self, before: &Self) -> Self {
		let pairs = self.traffic.iter().zip(&before.traffic);
		Self {
			traffic: pairs.map(|(now, then)| (now.0 - then.0, now.1 - then.1)).collect(),
			loopback_bytes: self.loopback_bytes - before.loopback_bytes,
			processor_micros: self.processor_micros - before.processor_micros,
		}
	}
}

/// What was counted.
struct Measured {
	/// Slots in which nodes did beat.
	slots: u32,
	slot_secs: u32,
	/// In the one slot in which nobody did.
	silent: Counts,
	/// In the others.
	beating: Counts,
}

impl Measured {
	fn to_json(&self, network: &[Node]) -> Value {
		let nodes = network.len() as f64;
		let beats_each = (nodes - 1.0) * f64::from(self.slots);
		let mut ways: Vec<Vec<u64>> = network.iter().map(Node::take_ways_ms).collect();
		let least = ways.iter().map(Vec::len).min().unwrap_or_default();
		let at_oracle = mem::take(&mut ways[0]).len();
		let mut ways_ms: Vec<u64> = ways.into_iter().flatten().collect();
		ways_ms.sort_unstable();
		let percentile = |share: f64| {
			let rank = (ways_ms.len() as f64 * share).ceil() as usize;
			ways_ms.get(rank.saturating_sub(1)).copied()
		};
		let peers: Vec<usize> = network.iter().map(Node::peers).collect();
		let mean = |of: &dyn Fn(&Counts) -> u64| self.rates(&|counts| of(counts) as f64 / nodes);
		json!({
			"nodes": network.len(),
			"slot_secs": self.slot_secs,
			"oracle": {
				"peers": peers[0],
				"received": self.rates(&|counts| counts.traffic[0].0 as f64),
				"sent": self.rates(&|counts| counts.traffic[0].1 as f64),
				"heard_share": at_oracle as f64 / beats_each,
			},
			"each": {
				"peers_min": peers.iter().min(),
				"peers_mean": peers.iter().sum::<usize>() as f64 / nodes,
				"both": mean(&|counts| counts.traffic.iter().map(|(down, up)| down + up).sum()),
				// What one node sends another one receives, so each byte counts for two nodes.
				"device": mean(&|counts| counts.loopback_bytes * 2),
				"heard_share_min": least as f64 / beats_each,
				"processor_micros_per_beat":
					self.beating.processor_micros as f64 / nodes / beats_each,
			},
			"way_ms": { "p50": percentile(0.5), "p99": percentile(0.99), "max": ways_ms.last() },
		})
	}

	/// Bytes of something each second: while nobody beats, and in slots of mainnet's length.
	///
	/// What a beat costs does not depend on how often there are beats, so with slots of another
	/// length only the part that beats cause is converted.
	fn rates(&self, of: &dyn Fn(&Counts) -> f64) -> Value {
		let silent = of(&self.silent) / f64::from(self.slot_secs);
		let beating = of(&self.beating) / f64::from(self.slots * self.slot_secs);
		let by_beats = (beating - silent) * f64::from(self.slot_secs) / f64::from(SLOT_SECS);
		json!({ "silent_bytes_per_sec": silent, "bytes_per_sec": silent + by_beats })
	}
}

impl Node {
	/// How long beats were on their way since this was asked last.
	fn take_ways_ms(&self) -> Vec<u64> {
		mem::take(&mut *self.ways_ms.lock().unwrap_or_else(PoisonError::into_inner))
	}
}

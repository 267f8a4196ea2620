// SPDX-License-Identifier: Apache-2.0

//! Beats of others over a real mesh on loopback: a wrong one is refused for the reason that it is
//! wrong, and leaves the table of availability as it was.
//!
//! ```text
//!  node      ──gossip──> mesh of an oracle ──> Task ──verdict──> Observer ──> table
//!  attacker  ──gossip──────────^
//! ```

use super::*;
use crate::{config, mesh};
use r1_core::{
	BlockHash, BlockRef, Deed, DeedKind, ManualClock, MemoryBlockStore, RecentBlocks, SystemClock,
	SystemRng, limits::FRESH_BLOCK_SECS,
};
use r1_heartbeat::Rejected;
use r1_primitives::{Beat as Body, EpochClock, NodeKey, SignedBeat};
use r1_telemetry::Health;
use std::collections::BTreeSet;
use tokio::{sync::watch, time::timeout};
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};

/// Epochs of four slots: few enough for a test to live through one.
const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 8, slot_secs: 2 };
const GENESIS: [u8; 32] = [0xee; 32];
const DEED: DeedId = 1;

const FRESH_BLOCK: BlockHash = [1; 32];
const STALE_BLOCK: BlockHash = [2; 32];

/// How long anything may take before a test says what the state was.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time between two looks at what a test waits for.
const GLANCE: Duration = Duration::from_millis(20);

/// The node that is linked to the deed.
fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

/// Admitted to the mesh because it is an oracle, and linked to nothing.
fn attacker() -> NodeIdentity {
	NodeIdentity::from_seed(&[2; 32])
}

fn oracle() -> NodeIdentity {
	NodeIdentity::from_seed(&[3; 32])
}

fn chain() -> ChainState {
	let mut recent_blocks = RecentBlocks::default();
	recent_blocks.push(STALE_BLOCK, CLOCK.start_secs - FRESH_BLOCK_SECS - 1);
	recent_blocks.push(FRESH_BLOCK, CLOCK.start_secs);
	let linked = Some(node().key());
	let deed = Deed { owner: [9; 32], node: linked, kind: DeedKind::Node, is_banned: false };
	ChainState {
		genesis_hash: GENESIS,
		finalised: BlockRef { number: 1, hash: FRESH_BLOCK, timestamp_secs: CLOCK.start_secs },
		recent_blocks,
		clock: CLOCK,
		current_epoch: 0,
		first_undecided_epoch: 0,
		deeds: [(DEED, deed)].into_iter().collect(),
		oracles: vec![oracle().key(), attacker().key()],
		jobs: BTreeMap::new(),
		settled_availability: None,
	}
}

/// What an honest node says in the first slot.
fn body() -> Body {
	Body { epoch: 0, slot: 0, finalised_block: FRESH_BLOCK, capabilities: [0; 32] }
}

fn signed_by(identity: &NodeIdentity, beat: Body) -> Vec<u8> {
	let signature = identity.sign(&beat, &GENESIS);
	SignedBeat { node: identity.key(), beat, signature }.encode()
}

/// The part of an oracle's daemon that hears beats.
struct Hearing {
	heartbeat: Heartbeat,
	address: String,
	_chain: watch::Sender<Option<Arc<ChainState>>>,
	_stop: DropGuard,
}

impl Hearing {
	/// Starts it, with whatever an earlier one left in its directory.
	async fn start(data_dir: &Path, clock: &Arc<ManualClock>) -> Self {
		let state = Arc::new(chain());
		let (publish, states) = watch::channel(Some(state.clone()));
		let chain = ChainHandle::fed_by(states);
		let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
		let settings =
			config::Mesh { listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()], bootstrap: Vec::new() };
		let needs = mesh::Needs {
			identity: Arc::new(oracle()),
			genesis_hash: GENESIS,
			clock: Arc::new(SystemClock::new()),
			rng: Arc::new(SystemRng),
			store: Arc::new(MemoryBlockStore::new(1)),
			chain: chain.clone(),
			metrics: r1_net::Metrics::default(),
		};
		let (mesh, inbound) = mesh::join(&settings, needs, &cancel, &tasks).unwrap();
		let (heartbeat, task) = prepare(
			data_dir,
			&oracle(),
			&state,
			clock.clone(),
			(chain, mesh.handle().clone(), inbound.beats),
			Health::new().component("heartbeat"),
		)
		.unwrap();
		let until = cancel.clone();
		tasks.spawn(async move { until.run_until_cancelled(task.run()).await });
		let mut report = mesh.handle().report();
		let listening = report.wait_for(|report| !report.listen_addresses.is_empty());
		let address =
			timeout(PATIENCE, listening).await.unwrap().unwrap().listen_addresses[0].clone();
		Self { heartbeat, address, _chain: publish, _stop: cancel.drop_guard() }
	}

	/// Waits until what was observed is as it shall be.
	async fn until(&self, what: &str, is: impl Fn(&Observer) -> bool) {
		let seen = async {
			let mut glances = tokio::time::interval(GLANCE);
			while !is(&self.heartbeat.lock().observer) {
				glances.tick().await;
			}
		};
		let waited = timeout(PATIENCE, seen).await;
		let metrics = *self.heartbeat.lock().observer.metrics();
		assert!(waited.is_ok(), "waited until {what}; last state: {metrics:?}");
	}

	/// Lets somebody send a wrong beat, and checks that it is refused for this reason and changes
	/// no slot.
	async fn refuses(&self, sender: &Peer, beat: Vec<u8>, reason: Rejected) {
		let (beaten, accepted) = (self.slots_beaten(), self.heartbeat.status().accepted);
		sender.publish(beat).await;
		self.until(reason.label(), |observer| observer.metrics().rejected(reason) == 1)
			.await;
		assert_eq!(self.slots_beaten(), beaten, "{reason}");
		assert_eq!(self.heartbeat.status().accepted, accepted, "{reason}");
	}

	fn slots_beaten(&self) -> u32 {
		self.heartbeat.lock().observer.slots_beaten(0, DEED)
	}

	/// Lets a slot pass in which the oracle was there.
	async fn next_slot(&self, clock: &ManualClock) {
		let covered = |observer: &Observer| observer.slots_covered(0);
		let before = covered(&self.heartbeat.lock().observer);
		clock.advance_secs(CLOCK.slot_secs.into());
		self.until("the slot is covered", |observer| covered(observer) == before + 1)
			.await;
	}
}

/// Somebody else in the mesh, who knows nobody but the oracle.
struct Peer {
	handle: r1_net::Handle,
	_admitted: watch::Sender<Arc<BTreeSet<NodeKey>>>,
	_inbound: r1_net::Inbound,
	_stop: DropGuard,
}

impl Peer {
	fn join(identity: NodeIdentity, oracle: &Hearing) -> Self {
		let settings = r1_net::Config {
			listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
			bootstrap: vec![oracle.address.clone()],
			..r1_net::Config::default()
		};
		let (admit, admitted) = watch::channel(Arc::default());
		let ports = r1_net::Ports {
			identity,
			genesis_hash: GENESIS,
			clock: Arc::new(SystemClock::new()),
			rng: Arc::new(SystemRng),
			store: Arc::new(MemoryBlockStore::new(1)),
			admitted,
			metrics: r1_net::Metrics::default(),
		};
		let cancel = CancellationToken::new();
		let settings = settings.validate().unwrap();
		let (handle, inbound) =
			r1_net::spawn(settings, ports, cancel.clone(), &TaskTracker::new()).unwrap();
		Self { handle, _admitted: admit, _inbound: inbound, _stop: cancel.drop_guard() }
	}

	/// Sends a beat to the oracle, as soon as it is connected.
	async fn publish(&self, beat: Vec<u8>) {
		let published = async {
			let mut glances = tokio::time::interval(GLANCE);
			loop {
				match self.handle.publish_beat(beat.clone()).await {
					Ok(()) => return,
					Err(PublishError::NoPeers) => glances.tick().await,
					Err(error) => panic!("{error}"),
				};
			}
		};
		timeout(PATIENCE, published).await.expect("the oracle is found in time");
	}
}

#[tokio::test]
async fn wrong_beats_should_be_refused_by_name_and_a_right_one_count() {
	let directory = tempfile::tempdir().unwrap();
	let clock = Arc::new(ManualClock::at_secs(CLOCK.start_secs + 1));
	let hearing = Hearing::start(directory.path(), &clock).await;
	let attacker_in_mesh = Peer::join(attacker(), &hearing);
	hearing.until("the first slot is covered", |it| it.slots_covered(0) == 1).await;

	let of_stranger = signed_by(&attacker(), body());
	hearing.refuses(&attacker_in_mesh, of_stranger, Rejected::UnlinkedNode).await;
	let stale = Body { finalised_block: STALE_BLOCK, ..body() };
	hearing
		.refuses(&attacker_in_mesh, signed_by(&node(), stale), Rejected::StaleBlock)
		.await;
	let signature = attacker().sign(&body(), &GENESIS);
	let forged = SignedBeat { node: node().key(), beat: body(), signature }.encode();
	hearing.refuses(&attacker_in_mesh, forged, Rejected::BadSignature).await;
	assert_eq!(hearing.slots_beaten(), 0);

	let node_in_mesh = Peer::join(node(), &hearing);
	node_in_mesh.publish(signed_by(&node(), body())).await;
	hearing.until("the right beat counts", |it| it.metrics().accepted == 1).await;
	assert_eq!(hearing.slots_beaten(), 1);

	// In the second slot, a beat of the first is still near enough. Gossip itself carries no bytes
	// twice, so this one is signed anew.
	hearing.next_slot(&clock).await;
	let again = Body { capabilities: [7; 32], ..body() };
	hearing
		.refuses(&attacker_in_mesh, signed_by(&node(), again), Rejected::Replayed)
		.await;

	for _ in 2..CLOCK.slots_per_epoch() {
		hearing.next_slot(&clock).await;
	}
	clock.advance_secs(CLOCK.slot_secs.into());
	// One slot of four, as if none of the wrong ones had come.
	assert_eq!(hearing.heartbeat.availability(0, DEED), Ok(vec![64]));
	let reasons = hearing.heartbeat.status().rejected_by_reason;
	let expected = ["bad_signature", "replayed", "stale_block", "unlinked_node"];
	assert_eq!(reasons, expected.map(|reason| (reason.to_owned(), 1)).into());
}

#[tokio::test]
async fn beat_should_not_count_again_when_it_is_sent_to_an_oracle_that_was_restarted() {
	let directory = tempfile::tempdir().unwrap();
	let clock = Arc::new(ManualClock::at_secs(CLOCK.start_secs + 1));
	let captured = signed_by(&node(), body());
	let before = Hearing::start(directory.path(), &clock).await;
	let node_in_mesh = Peer::join(node(), &before);
	node_in_mesh.publish(captured.clone()).await;
	before.until("the beat counts", |it| it.metrics().accepted == 1).await;
	clock.advance_secs(CLOCK.slot_secs.into());
	let store = SnapshotStore::new(directory.path().join("beats.snapshot"));
	let on_disk = || store.load(ChainScope::of(&chain()), ObserverLimits::default()).unwrap();
	before
		.until("the beat is on the disk", |_| on_disk().observer.slots_beaten(0, DEED) == 1)
		.await;
	drop(before);

	// The mesh of the new process has never seen these bytes, and the slot has no beat yet.
	let after = Hearing::start(directory.path(), &clock).await;
	assert_eq!(after.slots_beaten(), 1);
	after
		.refuses(&Peer::join(attacker(), &after), captured, Rejected::Replayed)
		.await;
	assert_eq!(after.slots_beaten(), 1);
}

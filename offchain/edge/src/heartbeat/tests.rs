// SPDX-License-Identifier: Apache-2.0

//! Beats of others over a real mesh on loopback: a wrong one is refused for the reason that it is
//! wrong, and leaves the table of availability as it was. And challenges: whoever does not answer
//! loses its slots.
//!
//! ```text
//!  node      ──gossip──> mesh of an oracle ──> Task ──verdict──> Observer ──> table
//!  attacker  ──gossip──────────^ │
//!  node      <──challenges───────┘
//! ```

use super::*;
use crate::{capabilities, config, mesh, nodes};
use codec::Encode as _;
use r1_core::{
	BlockHash, BlockRef, Deed, DeedKind, ManualClock, MemoryBlockStore, RecentBlocks, SystemClock,
	SystemRng, limits::FRESH_BLOCK_SECS,
};
use r1_heartbeat::{Due, Rejected};
use r1_net::PublishError;
use r1_primitives::{
	Beat as Body, Capabilities, DeedId, EpochClock, Maintenance, NodeKey, SignedBeat,
};
use r1_telemetry::{Health, MetricsRegistry};
use std::{collections::BTreeSet, time::Duration};
use tokio::{sync::watch, time::timeout};
use tokio_util::{
	sync::{CancellationToken, DropGuard},
	task::TaskTracker,
};

/// Epochs of four slots: few enough for a test to live through one.
pub(super) const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 8, slot_secs: 2 };
pub(super) const GENESIS: [u8; 32] = [0xee; 32];
pub(super) const DEED: DeedId = 1;

/// What nobody knew before epoch 0.
const SEED: [u8; 32] = [0x5e; 32];

const FRESH_BLOCK: BlockHash = [1; 32];
const STALE_BLOCK: BlockHash = [2; 32];

/// How long anything may take before a test says what the state was.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time between two looks at what a test waits for.
const GLANCE: Duration = Duration::from_millis(20);

/// The node that is linked to the deed.
pub(super) fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

/// Admitted to the mesh because it is an oracle, and linked to nothing.
fn attacker() -> NodeIdentity {
	NodeIdentity::from_seed(&[2; 32])
}

pub(super) fn oracle() -> NodeIdentity {
	NodeIdentity::from_seed(&[3; 32])
}

/// A node that beats and does not answer challenges.
fn silent() -> NodeIdentity {
	NodeIdentity::from_seed(&[4; 32])
}

/// The answer of the node to an oracle's challenge.
pub(super) fn answer_of(due: &Due) -> [u8; 64] {
	node().sign(&due.challenge, &GENESIS)
}

/// The chain in epoch 0, with the seed that challenges are drawn from.
pub(super) fn seeded_chain() -> ChainState {
	ChainState { epoch_seeds: BTreeMap::from([(0, SEED)]), ..chain() }
}

fn linked_to(node: &NodeIdentity) -> Deed {
	Deed { owner: [9; 32], node: Some(node.key()), kind: DeedKind::Node, is_banned: false }
}

fn chain() -> ChainState {
	let mut recent_blocks = RecentBlocks::default();
	recent_blocks.push(STALE_BLOCK, CLOCK.start_secs - FRESH_BLOCK_SECS - 1);
	recent_blocks.push(FRESH_BLOCK, CLOCK.start_secs);
	ChainState {
		genesis_hash: GENESIS,
		finalised: BlockRef { number: 1, hash: FRESH_BLOCK, timestamp_secs: CLOCK.start_secs },
		recent_blocks,
		clock: CLOCK,
		current_epoch: 0,
		first_undecided_epoch: 0,
		deeds: [(DEED, linked_to(&node()))].into_iter().collect(),
		oracles: vec![oracle().key(), attacker().key()],
		session_oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		resource_classes: [].into(),
		jobs: BTreeMap::new(),
		learning: [].into(),
		ended_epoch: None,
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

/// The part of a daemon that beats, hears beats, and asks.
struct Hearing {
	heartbeat: Heartbeat,
	nodes: Nodes,
	mesh: r1_net::Handle,
	address: String,
	_chain: watch::Sender<Option<Arc<ChainState>>>,
	_stop: DropGuard,
}

/// Whose daemon it is, and what it sees of the chain.
struct Role {
	identity: NodeIdentity,
	state: ChainState,
	/// Daemons to find the others through.
	bootstrap: Vec<String>,
	record: Capabilities,
	/// Whether it answers what others ask of it.
	answers: bool,
}

impl Role {
	/// An oracle that nobody asks.
	fn oracle(state: ChainState) -> Self {
		let (bootstrap, record) = (Vec::new(), record(1));
		Self { identity: oracle(), state, bootstrap, record, answers: false }
	}
}

/// The record of a machine with so many cores.
fn record(cores: u16) -> Capabilities {
	let record = capabilities::of_this_machine(&config::Config::default(), &[]).unwrap();
	Capabilities { cores, ..record }
}

impl Hearing {
	/// Starts an oracle's, with whatever an earlier one left in its directory.
	async fn start(data_dir: &Path, clock: &Arc<ManualClock>) -> Self {
		let mut state = chain();
		// The newest block is a second old: from it, the daemon tells the chain's time.
		state.finalised.timestamp_secs = clock.now_secs() - 1;
		Self::start_as(Role::oracle(state), data_dir, clock).await
	}

	async fn start_as(role: Role, data_dir: &Path, clock: &Arc<ManualClock>) -> Self {
		let state = Arc::new(role.state);
		let (publish, states) = watch::channel(Some(state.clone()));
		let chain = ChainHandle::fed_by(states);
		let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
		let settings = config::Mesh {
			listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
			bootstrap: role.bootstrap,
			..config::Mesh::default()
		};
		let identity = Arc::new(role.identity);
		let needs = mesh::Needs {
			identity: identity.clone(),
			genesis_hash: GENESIS,
			clock: Arc::new(SystemClock::new()),
			rng: Arc::new(SystemRng),
			store: Arc::new(MemoryBlockStore::new(1)),
			chain: chain.clone(),
			metrics: r1_net::Metrics::default(),
		};
		let (mesh, inbound) = mesh::join(&settings, needs, &cancel, &tasks).unwrap();
		let nodes = Nodes::new(role.record);
		let needs = Needs {
			identity,
			clock: clock.clone(),
			rng: Arc::new(SystemRng),
			chain: chain.clone(),
			mesh: mesh.handle().clone(),
			beats: inbound.beats,
			nodes: nodes.clone(),
			tasks: tasks.clone(),
			health: Health::new().component("heartbeat"),
		};
		let (heartbeat, task) = prepare(data_dir, &state, needs).unwrap();
		let until = cancel.clone();
		tasks.spawn(async move { until.run_until_cancelled(task.run()).await });
		if role.answers {
			let answers = answer_challenges(inbound.challenges, heartbeat.clone(), chain);
			tasks.spawn(answers);
			tasks.spawn(nodes::answer(inbound.capabilities, nodes.clone()));
		}
		let mesh = mesh.handle().clone();
		let mut report = mesh.report();
		let listening = report.wait_for(|report| !report.listen_addresses.is_empty());
		let address =
			timeout(PATIENCE, listening).await.unwrap().unwrap().listen_addresses[0].clone();
		let _stop = cancel.drop_guard();
		Self { heartbeat, nodes, mesh, address, _chain: publish, _stop }
	}

	/// Waits until something of the engines is as it shall be.
	async fn until_engines(&self, what: &str, is: impl Fn(&Engines) -> bool) {
		let seen = async {
			let mut glances = tokio::time::interval(GLANCE);
			while !is(&self.heartbeat.lock()) {
				glances.tick().await;
			}
		};
		let waited = timeout(PATIENCE, seen).await;
		let engines = self.heartbeat.lock();
		let (observer, asking) = (engines.observer.metrics(), engines.asking.metrics());
		assert!(waited.is_ok(), "waited until {what}; last state: {observer:?}, {asking:?}");
	}

	/// Publishes bytes, once somebody is there to take them.
	async fn publish(&self, beat: Vec<u8>) {
		publish(&self.mesh, beat).await;
	}

	/// Waits until what was observed is as it shall be.
	async fn until(&self, what: &str, is: impl Fn(&Observer) -> bool) {
		self.until_engines(what, |engines| is(&engines.observer)).await;
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

	/// Lets epoch 0 pass, in which so many nodes beat in each slot and all challenges are settled.
	async fn live_through_epoch(&self, clock: &ManualClock, nodes: u64) {
		for slot in 0..CLOCK.slots_per_epoch() {
			clock.advance_secs(CLOCK.slot_secs.into());
			self.until_engines("all of a slot is settled", |engines| {
				let asked = engines.asking.metrics();
				let settled: u64 = asked.settled().map(|(_, _, count)| count).sum();
				engines.observer.metrics().accepted == nodes * (u64::from(slot) + 1)
					&& engines.observer.slots_covered(0) == slot + 1
					&& settled == asked.sent
			})
			.await;
		}
		// The epoch is over, and no beat of the next one is due yet.
		clock.advance_secs(1);
	}

	/// Waits until it knows the cores of these deeds' machines.
	async fn until_cores_are(&self, expected: &[(DeedId, Option<u16>)]) {
		let known = async {
			let mut glances = tokio::time::interval(GLANCE);
			let cores = || {
				let summaries = self.nodes.summaries();
				let cores = summaries
					.iter()
					.map(|node| (node.deed, node.capabilities.as_ref().map(|known| known.cores)));
				cores.collect::<Vec<_>>()
			};
			while cores() != expected {
				glances.tick().await;
			}
		};
		timeout(PATIENCE, known).await.expect("the record comes in time");
	}

	/// Checks what a scrape of its metrics shows.
	fn shows(&self, answered: u64, missed: u64) {
		let registry = MetricsRegistry::new();
		register_metrics(&self.heartbeat, &registry);
		let text = registry.encode().unwrap();
		for line in [
			"r1_heartbeat_beats_sent_total 0".to_owned(),
			"r1_heartbeat_beats_received_total{verdict=\"accepted\",reason=\"\"} 8".to_owned(),
			format!("r1_heartbeat_slots_cleared_total {missed}"),
			format!("r1_heartbeat_challenges_sent_total {}", answered + missed),
			format!(
				"r1_heartbeat_challenges_settled_total{{outcome=\"missed\",reason=\"no_answer\"}} {missed}"
			),
			"r1_heartbeat_challenges_received_total{verdict=\"refused\",reason=\"malformed\"} 0"
				.to_owned(),
		] {
			assert!(text.lines().any(|found| found == line), "{line} is not in: {text}");
		}
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
		publish(&self.handle, beat).await;
	}
}

/// Publishes a beat, as soon as somebody is there to take it.
async fn publish(mesh: &r1_net::Handle, beat: Vec<u8>) {
	let published = async {
		let mut glances = tokio::time::interval(GLANCE);
		loop {
			match mesh.publish_beat(beat.clone()).await {
				Ok(()) => return,
				Err(PublishError::NoPeers) => glances.tick().await,
				Err(error) => panic!("{error}"),
			};
		}
	};
	timeout(PATIENCE, published).await.expect("the oracle is found in time");
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
	// twice, so this one is another beat for the slot, which the node should not have signed.
	hearing.next_slot(&clock).await;
	let again = Body { capabilities: [7; 32], ..body() };
	hearing
		.refuses(&attacker_in_mesh, signed_by(&node(), again), Rejected::Equivocated)
		.await;

	for _ in 2..CLOCK.slots_per_epoch() {
		hearing.next_slot(&clock).await;
	}
	clock.advance_secs(CLOCK.slot_secs.into());
	// One slot of four, as if none of the wrong ones had come.
	assert_eq!(hearing.heartbeat.availability(0, &chain()), Ok(vec![64]));
	let reasons = hearing.heartbeat.status().rejected_by_reason;
	let expected = ["bad_signature", "equivocated", "stale_block", "unlinked_node"];
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

#[tokio::test]
async fn node_that_does_not_answer_challenges_should_lose_slots_and_one_that_does_be_whole() {
	let clock = Arc::new(ManualClock::at_secs(CLOCK.start_secs - 1));
	let mut state = seeded_chain();
	state.finalised.timestamp_secs = clock.now_secs();
	state.deeds = [(DEED, linked_to(&node())), (DEED + 1, linked_to(&silent()))]
		.into_iter()
		.collect();
	let directories = [0; 3].map(|_| tempfile::tempdir().unwrap());
	let [at_oracle, at_node, at_silent] = &directories;
	let hearing = Hearing::start_as(Role::oracle(state.clone()), at_oracle.path(), &clock).await;
	let daemon = |identity, answers, cores| Role {
		identity,
		state: state.clone(),
		bootstrap: vec![hearing.address.clone()],
		record: record(cores),
		answers,
	};
	let honest = Hearing::start_as(daemon(node(), true, 2), at_node.path(), &clock).await;
	let mute = Hearing::start_as(daemon(silent(), false, 3), at_silent.path(), &clock).await;
	// Gossip takes its time to begin. Before epoch 0, a beat is nobody's fault and counts nothing.
	honest.publish(signed_by(&node(), body())).await;
	mute.publish(signed_by(&silent(), body())).await;
	let mut report = hearing.mesh.report();
	let both = report.wait_for(|report| {
		report.is_connected(&node().key()) && report.is_connected(&silent().key())
	});
	timeout(PATIENCE, both)
		.await
		.expect("both nodes are connected in time")
		.unwrap();

	for daemon in [&hearing, &honest, &mute] {
		daemon.heartbeat.now_secs(&state).unwrap();
	}

	hearing.live_through_epoch(&clock, 2).await;
	let (answered, missed) = {
		let engines = hearing.heartbeat.lock();
		let asked = engines.asking.metrics();
		assert_eq!((asked.not_sent, asked.over_limit), (0, 0));
		(asked.answered, asked.sent - asked.answered)
	};
	// Each deed is asked once at least, and a miss costs one slot of four.
	assert!(0 < answered && (1..=4).contains(&missed), "{answered} answered, {missed} missed");
	let left = u8::try_from((2 * 255 * (4 - missed) + 4) / 8).unwrap();
	assert_eq!(hearing.heartbeat.availability(0, &state), Ok(vec![255, left]));

	// What the oracle asked, the nodes were asked; and one of them said what it is.
	assert_eq!(honest.heartbeat.answerer().metrics().answered, answered);
	hearing.until_cores_are(&[(DEED, Some(2)), (DEED + 1, None)]).await;
	hearing.shows(answered, missed);
}

#[tokio::test]
async fn daemon_that_nobody_speaks_with_should_not_report_that_nobody_was_there() {
	let directory = tempfile::tempdir().unwrap();
	let clock = Arc::new(ManualClock::at_secs(CLOCK.start_secs + 1));
	let mut state = chain();
	state.finalised.timestamp_secs = clock.now_secs();
	let role = Role { identity: node(), ..Role::oracle(state.clone()) };
	let alone = Hearing::start_as(role, directory.path(), &clock).await;
	for slot in 0..CLOCK.slots_per_epoch() {
		// Its own beat shows that it lived through the slot.
		let sent = u64::from(slot) + 1;
		alone
			.until_engines("it beats", |engines| engines.beater.metrics().sent == sent)
			.await;
		clock.advance_secs(CLOCK.slot_secs.into());
	}
	let slots = CLOCK.slots_per_epoch();
	let declined = Declined::TooLittleCovered { epoch: 0, covered: 0, slots };
	assert_eq!(alone.heartbeat.availability(0, &state), Err(declined));
}

#[tokio::test]
async fn slots_of_maintenance_should_count_neither_way() {
	// Long enough for a window: 24 slots, of which one may be maintenance.
	let long = EpochClock { epoch_secs: 48, ..CLOCK };
	let mut state = ChainState { clock: long, ..chain() };
	let clock = Arc::new(ManualClock::at_secs(long.start_secs));
	let mut observer = Observer::new(ChainScope::of(&state), ObserverLimits::default()).unwrap();
	for slot in 0..long.slots_per_epoch() {
		let now_secs = long.start_secs + u64::from(slot * long.slot_secs) + 1;
		observer.tick(now_secs, &state).unwrap();
		let beat = Body { slot, ..body() };
		// The node is away in slot 5, as it had announced.
		if slot != 5 {
			observer.observe(&signed_by(&node(), beat), now_secs, &state);
		}
	}
	let directory = tempfile::tempdir().unwrap();
	let store = SnapshotStore::new(directory.path().join("beats.snapshot"));
	store.save(&observer.snapshot()).unwrap();
	state.finalised.timestamp_secs = clock.now_secs();
	let hearing = Hearing::start_as(Role::oracle(state.clone()), directory.path(), &clock).await;
	// The daemon learns the chain's time from a block that is new when it comes.
	hearing.heartbeat.now_secs(&state).unwrap();
	clock.advance_secs(48);
	assert_eq!(hearing.heartbeat.availability(0, &state), Ok(vec![244]));
	let window = Maintenance { epoch: 0, first_slot: 5, slots: 1 };
	state.maintenance = BTreeMap::from([(DEED, vec![window])]);
	assert_eq!(hearing.heartbeat.availability(0, &state), Ok(vec![255]));
	// A window of another epoch changes nothing.
	state.maintenance = BTreeMap::from([(DEED, vec![Maintenance { epoch: 1, ..window }])]);
	assert_eq!(hearing.heartbeat.availability(0, &state), Ok(vec![244]));
}

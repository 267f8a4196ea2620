// SPDX-License-Identifier: Apache-2.0

//! What hearing a network costs one oracle, with real signatures and the slots of mainnet.
//!
//! ```text
//! cargo run --release -p r1-sim --example load
//! ```
//!
//! Bytes are counted and time is measured on one thread. What gossip adds is an estimate, and is
//! shown apart: see [`Gossip`].

#![expect(clippy::print_stdout, reason = "a table for a person is what this program is for")]

use codec::Encode;
use r1_core::{
	BlockRef, ChainState, Clock, Deed, DeedKind, NodeIdentity, RecentBlocks, SystemClock,
};
use r1_heartbeat::{
	CHALLENGES_PER_EPOCH, ChainScope, Observer, ObserverLimits, Verdict, slots_at_stake,
};
use r1_primitives::{Beat, CHALLENGE_BYTES, EpochClock, SignedBeat};
use std::collections::BTreeMap;

/// Mainnet: days of slots of ten seconds.
const CLOCK: EpochClock = EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 };
const GENESIS: [u8; 32] = [0xee; 32];
const BLOCK: [u8; 32] = [0xb1; 32];
/// 209 nodes are what the deployed system had when its load was measured.
const NODES: [u32; 4] = [200, 209, 1_000, 10_000];
/// Slots over which time is averaged.
const SLOTS: u32 = 3;
/// Length of an answer to a challenge.
const ANSWER_BYTES: u64 = 64;

/// What gossipsub adds to each beat, with the defaults of libp2p.
///
/// An estimate, to be replaced by what the benchmark of a real mesh measures.
struct Gossip {
	/// Sender, number, topic and signature around the beat, and the frames of Noise and yamux.
	envelope_bytes: u64,
	/// Copies that arrive: each of six neighbours in the mesh sends one, but for the one that was
	/// faster than itself, and about half of them have it from here.
	copies: u64,
	/// Announcements of the beat's identifier: three heartbeats long, to six peers in each, 36
	/// bytes a time.
	announcement_bytes: u64,
}

const GOSSIP: Gossip = Gossip { envelope_bytes: 180, copies: 3, announcement_bytes: 3 * 6 * 36 };

fn main() {
	println!("beats at one a slot of {} s, one oracle, one thread", CLOCK.slot_secs);
	println!();
	println!(
		"{:>6} {:>10} {:>12} {:>14} {:>12} {:>12} {:>10} {:>10}",
		"nodes",
		"beat bytes",
		"beats B/s",
		"challenges B/s",
		"gossip B/s",
		"total B/s",
		"us a beat",
		"ms a slot",
	);
	for nodes in NODES {
		print_row(nodes);
	}
	println!();
	println!(
		"gossip is an estimate: {} copies of a beat with {} bytes around each, less the beat \
		 itself, and {} bytes of announcements",
		GOSSIP.copies, GOSSIP.envelope_bytes, GOSSIP.announcement_bytes,
	);
	println!(
		"a missed challenge costs {} of {} slots",
		slots_at_stake(CLOCK.slots_per_epoch()),
		CLOCK.slots_per_epoch(),
	);
}

fn print_row(nodes: u32) {
	let (beat_bytes, elapsed_ms) = measure(nodes);
	let (nodes, slot_secs) = (u64::from(nodes), u64::from(CLOCK.slot_secs));
	let beats = nodes * beat_bytes / slot_secs;
	let challenge_bytes = CHALLENGE_BYTES as u64 + ANSWER_BYTES;
	let challenges =
		nodes * CHALLENGES_PER_EPOCH as u64 * challenge_bytes / u64::from(CLOCK.epoch_secs);
	let copies = GOSSIP.copies * (beat_bytes + GOSSIP.envelope_bytes);
	let gossip = nodes * (copies - beat_bytes + GOSSIP.announcement_bytes) / slot_secs;
	println!(
		"{nodes:>6} {beat_bytes:>10} {beats:>12} {challenges:>14} {gossip:>12} {:>12} {:>10.1} \
		 {:>10.2}",
		beats + challenges + gossip,
		elapsed_ms * 1_000.0 / nodes as f64,
		elapsed_ms,
	);
}

/// The length of a beat, and the time that one slot's beats of all nodes take, in milliseconds.
fn measure(nodes: u32) -> (u64, f64) {
	let identities: Vec<NodeIdentity> = (1..=nodes).map(identity).collect();
	let chain = chain(&identities);
	let limits = ObserverLimits::default();
	let mut observer =
		Observer::new(ChainScope::of(&chain), limits).expect("mainnet's clock is usable; qed");
	let clock = SystemClock::new();
	let (mut beat_bytes, mut elapsed_ms) = (0, 0);
	for slot in 0..SLOTS {
		let now_secs = u64::from(slot * CLOCK.slot_secs) + 5;
		let beats: Vec<Vec<u8>> = identities.iter().map(|node| beat(node, slot)).collect();
		beat_bytes = beats.first().map_or(0, Vec::len) as u64;
		let started_ms = clock.monotonic_ms();
		let verdicts = beats.iter().map(|bytes| observer.observe(bytes, now_secs, &chain));
		let accepted = verdicts.filter(|verdict| matches!(verdict, Verdict::Accepted(_))).count();
		elapsed_ms += clock.monotonic_ms() - started_ms;
		assert_eq!(accepted, nodes as usize, "every beat counts");
	}
	(beat_bytes, elapsed_ms as f64 / f64::from(SLOTS))
}

fn identity(number: u32) -> NodeIdentity {
	let mut seed = [7; 32];
	seed[..4].copy_from_slice(&number.to_le_bytes());
	NodeIdentity::from_seed(&seed)
}

fn beat(identity: &NodeIdentity, slot: u32) -> Vec<u8> {
	let beat = Beat { epoch: 0, slot, finalised_block: BLOCK, capabilities: [0xca; 32] };
	let signature = identity.sign(&beat, &GENESIS);
	SignedBeat { node: identity.key(), beat, signature }.encode()
}

fn chain(identities: &[NodeIdentity]) -> ChainState {
	let deed = |node: &NodeIdentity| Deed {
		owner: [9; 32],
		node: Some(node.key()),
		kind: DeedKind::Node,
		is_banned: false,
	};
	let mut recent_blocks = RecentBlocks::default();
	recent_blocks.push(BLOCK, 0);
	ChainState {
		genesis_hash: GENESIS,
		finalised: BlockRef { number: 1, hash: BLOCK, timestamp_secs: 0 },
		recent_blocks,
		clock: CLOCK,
		current_epoch: 0,
		first_undecided_epoch: 0,
		deeds: (1..).zip(identities).map(|(number, node)| (number, deed(node))).collect(),
		oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		jobs: BTreeMap::new(),
		ended_epoch: None,
		settled_availability: None,
	}
}

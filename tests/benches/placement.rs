// SPDX-License-Identifier: Apache-2.0

//! How long an oracle thinks about where jobs shall run.
//!
//! A program, not a timed test: it makes a chain with thousands of nodes and jobs, in memory, and
//! lets an oracle vote on all jobs at once. It prints one JSON object.
//!
//! Owners, sizes, tags and availability of nodes differ, and so do the classes of jobs; of each
//! eight jobs one asks for a tag that an eighth of the nodes have.

#![expect(clippy::print_stdout, reason = "a program: its result is on stdout")]

use r1_core::{
	BlockRef, ChainState, Clock as _, Deed, DeedKind, Deeds, JobView, RecentBlocks, ResourceClass,
	SettledAvailability, SystemClock,
};
use r1_deeploy::{
	job::TagExpression,
	placement::{Demand, Knowledge, Offer, PlacementPolicy, ballots},
};
use r1_primitives::{DeedId, EpochClock, JobId, PlacementBallot};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Numbers of nodes, and of jobs.
const SIZES: [u32; 3] = [100, 1_000, 10_000];

/// Nodes of each job.
const REPLICAS: u32 = 3;

/// How often each vote is taken; the median counts.
const RUNS: usize = 5;

/// Places where a node may be.
const REGIONS: u32 = 8;

fn main() {
	let clock = SystemClock::new();
	let rows: Vec<Value> = SIZES.into_iter().map(|size| measure(&clock, size)).collect();
	println!("{:#}", json!({ "replicas": REPLICAS, "votes": rows }));
}

/// Votes on as many jobs as there are nodes: first on all of them, then on those of a node in eight
/// that went dark.
fn measure(clock: &SystemClock, size: u32) -> Value {
	let (mut chain, knowledge) = world(size);
	let (first, placed) = median_of(clock, &chain, &knowledge);
	let sets: BTreeMap<JobId, Vec<DeedId>> =
		placed.into_iter().map(|ballot| (ballot.job, ballot.deeds)).collect();
	for job in chain.jobs.values_mut() {
		job.deeds = sets.get(&job.id).cloned().unwrap_or_default();
		job.lost = job.deeds.iter().copied().filter(|deed| deed % 8 == 0).collect();
		job.awaits_placement = !job.lost.is_empty();
	}
	let dark = chain.jobs.values().filter(|job| job.awaits_placement).count();
	if let Some(settled) = &mut chain.settled_availability {
		settled.by_deed.retain(|deed, _| deed % 8 != 0);
	}
	let (again, _) = median_of(clock, &chain, &knowledge);
	json!({
		"nodes": size,
		"jobs": size,
		"placed": sets.len(),
		"millis": first,
		"jobs_with_dark_nodes": dark,
		"replacement_millis": again,
	})
}

/// The median time of some votes, in milliseconds, and what was voted for.
fn median_of(
	clock: &SystemClock,
	chain: &ChainState,
	knowledge: &Knowledge,
) -> (u64, Vec<PlacementBallot>) {
	let mut times = Vec::new();
	let mut votes = Vec::new();
	for _ in 0..RUNS {
		let begin = clock.monotonic_ms();
		votes = ballots(chain, knowledge, &PlacementPolicy::default());
		times.push(clock.monotonic_ms().saturating_sub(begin));
	}
	times.sort_unstable();
	(times[RUNS / 2], votes)
}

fn world(size: u32) -> (ChainState, Knowledge) {
	let deeds: Deeds = (1..=size)
		.map(|id| {
			let key = |of: u32| {
				let mut key = [0; 32];
				key[..4].copy_from_slice(&of.to_le_bytes());
				key
			};
			// An owner has four nodes on average, and a few have many.
			let owner = key(id % (size / 4));
			(id, Deed { owner, node: Some(key(id)), kind: DeedKind::Node, is_banned: false })
		})
		.collect();
	let region = |of: u32| format!("REG:{}", of % REGIONS);
	let offers = (1..=size).map(|id| {
		let size = 4 + 4 * (id % 7);
		let offer = Offer {
			cpu_millicores: size * 1_000,
			memory_mib: size * 2_048,
			disk_mib: size * 16 * 1_024,
			gpu_memory_mib: None,
			has_engine: true,
			tags: [region(id)].iter().filter_map(|tag| tag.parse().ok()).collect(),
		};
		(id, offer)
	});
	let demands = (1..=size).map(|id| {
		let wanted = region(id / 8);
		let clauses = (id % 8 == 0).then_some(wanted.as_str());
		let tags = TagExpression::parse(clauses).expect("it is a tag");
		(id, Demand { tags, gpu: None, needs_engine: id % 2 == 0 })
	});
	let knowledge = Knowledge { offers: offers.collect(), demands: demands.collect() };
	let class = |cores: u32, memory_gib: u32, storage_gib: u32| ResourceClass {
		cpu_millicores: cores * 1_000,
		memory_mib: memory_gib * 1_024,
		storage_gib: Some(storage_gib),
		gpu: None,
	};
	let chain = ChainState {
		genesis_hash: [0; 32],
		finalised: BlockRef { number: 1, hash: [1; 32], timestamp_secs: 600 },
		recent_blocks: RecentBlocks::default(),
		clock: EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 },
		current_epoch: 10,
		first_undecided_epoch: 9,
		deeds,
		oracles: Vec::new(),
		session_oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		resource_classes: [(1, class(1, 2, 8)), (2, class(2, 4, 16))].into(),
		jobs: (1..=size).map(|id| (id, job(id))).collect(),
		learning: [].into(),
		ended_epoch: None,
		settled_availability: Some(SettledAvailability {
			epoch: 8,
			// Most were there all the time, as in any network that is well.
			by_deed: (1..=size).map(|id| (id, if id % 5 == 0 { 240 } else { 255 })).collect(),
		}),
	};
	(chain, knowledge)
}

fn job(id: JobId) -> JobView {
	JobView {
		id,
		owner: [9; 32],
		resources: if id.is_multiple_of(3) { 2 } else { 1 },
		price_per_epoch: 375_000,
		replicas: REPLICAS,
		specification: Vec::new(),
		end_epoch: 100,
		round: 0,
		awaits_placement: true,
		deeds: Vec::new(),
		lost: Vec::new(),
		members: None,
	}
}

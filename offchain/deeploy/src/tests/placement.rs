// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::placement::{PlacementPolicy, ballots};
use proptest::prelude::*;
use r1_primitives::PlacementBallot;
use std::collections::{BTreeMap, BTreeSet};

const POLICY: PlacementPolicy = PlacementPolicy { availability_min: 179, jobs_per_node_max: 2 };

fn with_deeds(deeds: impl IntoIterator<Item = DeedId>) -> ChainState {
	ChainState { deeds: deeds.into_iter().map(linked).collect(), ..chain() }
}

fn with_jobs(chain: ChainState, jobs: impl IntoIterator<Item = JobView>) -> ChainState {
	ChainState { jobs: jobs.into_iter().map(|job| (job.id, job)).collect(), ..chain }
}

/// The set that the one waiting job is voted onto.
fn placed(chain: &ChainState) -> Vec<DeedId> {
	let votes = ballots(chain, &POLICY);
	votes.into_iter().next().map(|ballot| ballot.deeds).unwrap_or_default()
}

#[test]
fn ballots_should_be_for_open_rounds_alone() {
	let jobs = [
		waiting_job(1, 2),
		placed_job(2, &[1, 2]),
		JobView { round: 4, awaits_placement: true, ..placed_job(3, &[1, 2]) },
		JobView { end_epoch: NOW_EPOCH, ..waiting_job(4, 2) },
	];
	let votes = ballots(&with_jobs(with_deeds(1..=9), jobs), &POLICY);
	let rounds: Vec<_> = votes.iter().map(|ballot| (ballot.job, ballot.round)).collect();
	assert_eq!(rounds, [(1, 0), (3, 4)]);
	assert!(votes.iter().all(|ballot| ballot.deeds.len() == 2));
}

#[test]
fn ballots_should_be_these() {
	// The draw is part of what oracles agree on: another result here is another protocol.
	let jobs = [waiting_job(1, 2), waiting_job(2, 3), waiting_job(3, 1)];
	let votes = ballots(&with_jobs(with_deeds(1..=6), jobs), &POLICY);
	let lines: Vec<_> = votes
		.iter()
		.map(|PlacementBallot { job, round, deeds }| format!("job {job}, round {round}: {deeds:?}"))
		.collect();
	insta::assert_snapshot!(lines.join("\n"), @"
	job 1, round 0: [4, 5]
	job 2, round 0: [1, 4, 5]
	job 3, round 0: [1]
	");
}

#[test]
fn ballots_should_pass_over_unlinked_and_unavailable_deeds() {
	let jobs = || [waiting_job(1, 9)];
	let mut chain = with_jobs(with_deeds([1, 2, 3, 4]), jobs());
	chain.deeds = [linked(1), unlinked(2), linked(3), linked(4)].into_iter().collect();
	assert_eq!(placed(&chain), [1, 3, 4]);
	// Deed 4 was linked after the settled epoch.
	chain.settled_availability = settled(&[(1, 179), (2, 255), (3, 178)]);
	assert_eq!(placed(&chain), [1]);
	chain.settled_availability = settled(&[]);
	assert!(ballots(&chain, &POLICY).is_empty());
}

#[test]
fn ballots_should_pass_over_deeds_that_do_no_paid_work() {
	let of_kind = |id, kind| (id, Deed { kind, ..linked(id).1 });
	let mut chain = with_jobs(chain(), [waiting_job(1, 9)]);
	chain.deeds = [
		of_kind(1, DeedKind::Genesis),
		linked(2),
		of_kind(3, DeedKind::Master),
		(4, Deed { is_banned: true, ..linked(4).1 }),
		linked(5),
	]
	.into_iter()
	.collect();
	assert_eq!(placed(&chain), [2, 5]);
	chain.settled_availability = settled(&[(1, 255), (2, 255), (3, 255), (4, 255), (5, 178)]);
	assert_eq!(placed(&chain), [2]);
}

#[test]
fn ballots_should_not_load_a_node_beyond_its_limit() {
	let busy = [placed_job(1, &[1]), placed_job(2, &[1, 2])];
	let chain = with_jobs(with_deeds(1..=3), busy.iter().cloned().chain([waiting_job(3, 3)]));
	assert_eq!(placed(&chain), [2, 3]);
	// A job that is over takes no room.
	let over = JobView { end_epoch: NOW_EPOCH, ..placed_job(1, &[1]) };
	let chain = with_jobs(with_deeds(1..=3), [over, busy[1].clone(), waiting_job(3, 3)]);
	assert_eq!(placed(&chain), [1, 2, 3]);
}

#[test]
fn ballots_should_count_a_job_that_moves_where_it_goes() {
	// Both jobs are on deed 1, which is full; each may stay there.
	let moving = |id| JobView { awaits_placement: true, replicas: 9, ..placed_job(id, &[1]) };
	let chain = with_jobs(with_deeds(1..=3), [moving(1), moving(2)]);
	let votes = ballots(&chain, &POLICY);
	assert!(votes.iter().all(|ballot| ballot.deeds == [1, 2, 3]), "{votes:?}");
}

#[test]
fn a_new_round_should_be_a_new_draw() {
	let chain_of = |round| with_jobs(with_deeds(1..=40), [JobView { round, ..waiting_job(1, 4) }]);
	let sets: BTreeSet<_> = (0..10).map(|round| placed(&chain_of(round))).collect();
	assert!(8 < sets.len(), "{sets:?}");
}

#[test]
fn draws_should_spread_jobs_over_nodes() {
	let mut jobs_on = BTreeMap::<DeedId, u32>::new();
	for job in 1..=400 {
		for deed in placed(&with_jobs(with_deeds(1..=20), [waiting_job(job, 2)])) {
			*jobs_on.entry(deed).or_default() += 1;
		}
	}
	// 40 each on average, with a standard deviation of 6: five of those either way.
	assert_eq!(jobs_on.len(), 20);
	assert!(jobs_on.values().all(|jobs| (10..=70).contains(jobs)), "{jobs_on:?}");
}

prop_compose! {
	/// Some deeds, most of which may work and some were available, and some jobs, of which some are
	/// placed.
	fn any_chain()(
		deeds in prop::collection::btree_map(1_u32..60, (0_u8..6, any::<u8>()), 1..30),
		is_settled in any::<bool>(),
		jobs in prop::collection::vec(
			(1_u32..=8, any::<bool>(), prop::collection::btree_set(1_u32..60, 0..4)),
			1..12,
		),
	) -> ChainState {
		let availability: Vec<_> = deeds.iter().map(|(id, (_, value))| (*id, *value)).collect();
		let deed = |(id, (state, _)): (&DeedId, &(u8, u8))| match state {
			0 => unlinked(*id),
			1 => (*id, Deed { kind: DeedKind::Master, ..linked(*id).1 }),
			2 => (*id, Deed { is_banned: true, ..linked(*id).1 }),
			_ => linked(*id),
		};
		let jobs = (1..).zip(jobs).map(|(id, (replicas, awaits_placement, on))| {
			let on: Vec<_> = on.into_iter().collect();
			JobView { awaits_placement, replicas, ..placed_job(id, &on) }
		});
		with_jobs(
			ChainState {
				deeds: deeds.iter().map(deed).collect(),
				settled_availability: is_settled.then(|| settled(&availability)).flatten(),
				..chain()
			},
			jobs,
		)
	}
}

proptest! {
	#[test]
	fn ballots_should_be_ones_that_the_chain_accepts(chain in any_chain()) {
		for ballot in ballots(&chain, &POLICY) {
			let job = &chain.jobs[&ballot.job];
			prop_assert!(job.awaits_placement && ballot.round == job.round);
			prop_assert!(!ballot.deeds.is_empty());
			prop_assert!(ballot.deeds.len() <= job.replicas as usize);
			prop_assert!(ballot.deeds.is_sorted_by(|left, right| left < right));
			for deed in &ballot.deeds {
				prop_assert!(chain.deeds.get(*deed).is_some_and(Deed::may_do_paid_work));
				if let Some(settled) = &chain.settled_availability {
					prop_assert!(settled.by_deed[deed] >= POLICY.availability_min);
				}
			}
		}
	}

	#[test]
	fn ballots_should_load_no_node_with_a_new_job_beyond_its_limit(chain in any_chain()) {
		let votes = ballots(&chain, &POLICY);
		let mut moved = chain.clone();
		for ballot in &votes {
			moved.jobs.get_mut(&ballot.job).unwrap().deeds.clone_from(&ballot.deeds);
		}
		let load = |deed: DeedId| {
			moved.jobs.values().filter(|job| job.deeds.contains(&deed)).count() as u32
		};
		let before = |deed: DeedId| {
			chain.jobs.values().filter(|job| job.deeds.contains(&deed)).count() as u32
		};
		for deed in votes.iter().flat_map(|ballot| &ballot.deeds) {
			// The chain may have loaded it more before; a vote never makes that worse.
			prop_assert!(load(*deed) <= POLICY.jobs_per_node_max.max(before(*deed)));
		}
	}

	#[test]
	fn ballots_should_not_depend_on_the_order_of_deeds(
		(deeds, shuffled) in prop::collection::btree_set(1_u32..500, 1..40)
			.prop_map(|deeds| deeds.into_iter().collect::<Vec<_>>())
			.prop_flat_map(|deeds| (Just(deeds.clone()), Just(deeds).prop_shuffle())),
		replicas in 1_u32..8,
	) {
		let jobs = || [waiting_job(7, replicas)];
		let expected = ballots(&with_jobs(with_deeds(deeds), jobs()), &POLICY);
		prop_assert_eq!(ballots(&with_jobs(with_deeds(shuffled), jobs()), &POLICY), expected);
	}

	#[test]
	fn only_the_place_of_a_node_that_leaves_should_move(
		deeds in prop::collection::btree_set(1_u32..500, 2..40),
		leaver in any::<prop::sample::Index>(),
		job in 1_u32..1_000,
		replicas in 1_u32..8,
	) {
		let jobs = || [waiting_job(job, replicas)];
		let leaver = *leaver.get(&deeds.iter().copied().collect::<Vec<_>>());
		let before = placed(&with_jobs(with_deeds(deeds.clone()), jobs()));
		let others = deeds.into_iter().filter(|deed| *deed != leaver);
		let after = placed(&with_jobs(with_deeds(others), jobs()));
		let stayed = before.iter().filter(|deed| after.contains(deed)).count();
		let left = usize::from(before.contains(&leaver));
		prop_assert_eq!(stayed, before.len() - left);
		prop_assert!(after.len() - stayed <= left);
	}
}

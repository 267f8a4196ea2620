// SPDX-License-Identifier: Apache-2.0

mod model;

use super::*;
use crate::{
	job::{GpuClass, TagExpression},
	placement::{Demand, Knowledge, Offer, PlacementPolicy, ballots},
};
use proptest::prelude::*;
use r1_core::{GpuGrade, ResourceClass};
use r1_primitives::PlacementBallot;
use std::collections::{BTreeMap, BTreeSet};

const POLICY: PlacementPolicy = PlacementPolicy { availability_min: 179, jobs_per_node_max: 2 };

/// A node with a lot of everything.
fn large() -> Offer {
	Offer {
		cpu_millicores: 64_000,
		memory_mib: 256 * 1_024,
		disk_mib: 4 * 1_024 * 1_024,
		gpu_memory_mib: Some(80 * 1_024),
		has_engine: true,
		tags: BTreeSet::new(),
	}
}

/// A class that is a part of a machine.
fn part(cpu_millicores: u32, memory_mib: u32, storage_gib: u32) -> ResourceClass {
	ResourceClass { cpu_millicores, memory_mib, storage_gib: Some(storage_gib), gpu: None }
}

fn with_deeds(deeds: impl IntoIterator<Item = DeedId>) -> ChainState {
	ChainState { deeds: deeds.into_iter().map(of_own_owner).collect(), ..chain() }
}

/// A linked deed whose owner has no other.
fn of_own_owner(deed: DeedId) -> (DeedId, Deed) {
	(deed, Deed { owner: node_key(deed), ..linked(deed).1 })
}

fn with_jobs(chain: ChainState, jobs: impl IntoIterator<Item = JobView>) -> ChainState {
	ChainState { jobs: jobs.into_iter().map(|job| (job.id, job)).collect(), ..chain }
}

/// Every node is large, and no job asks for anything but its class.
fn undemanding(chain: &ChainState) -> Knowledge {
	Knowledge {
		offers: chain.deeds.iter().map(|(deed, _)| (deed, large())).collect(),
		demands: chain.jobs.keys().map(|job| (*job, Demand::default())).collect(),
	}
}

fn votes(chain: &ChainState) -> Vec<PlacementBallot> {
	ballots(chain, &undemanding(chain), &POLICY)
}

/// The set that the one waiting job is voted onto.
fn placed(chain: &ChainState) -> Vec<DeedId> {
	placed_knowing(chain, &undemanding(chain))
}

fn placed_knowing(chain: &ChainState, knowledge: &Knowledge) -> Vec<DeedId> {
	let votes = ballots(chain, knowledge, &POLICY);
	votes.into_iter().next().map(|ballot| ballot.deeds).unwrap_or_default()
}

/// A job that runs, and has lost some of its nodes.
fn failing_job(id: JobId, deeds: &[DeedId], lost: &[DeedId]) -> JobView {
	JobView { awaits_placement: true, lost: lost.to_vec(), ..placed_job(id, deeds) }
}

#[test]
fn ballots_should_be_for_open_rounds_alone() {
	let jobs = [
		waiting_job(1, 2),
		placed_job(2, &[1, 2]),
		JobView { round: 4, ..failing_job(3, &[1, 2], &[1]) },
		JobView { end_epoch: NOW_EPOCH, ..waiting_job(4, 2) },
	];
	let votes = votes(&with_jobs(with_deeds(1..=9), jobs));
	let rounds: Vec<_> = votes.iter().map(|ballot| (ballot.job, ballot.round)).collect();
	assert_eq!(rounds, [(1, 0), (3, 4)]);
	assert!(votes.iter().all(|ballot| ballot.deeds.len() == 2));
}

#[test]
fn ballots_should_be_these() {
	// The lot is part of what oracles agree on: another result here is another protocol.
	let jobs = [waiting_job(1, 2), waiting_job(2, 3), waiting_job(3, 1)];
	let votes = votes(&with_jobs(with_deeds(1..=6), jobs));
	let lines: Vec<_> = votes
		.iter()
		.map(|PlacementBallot { job, round, deeds }| format!("job {job}, round {round}: {deeds:?}"))
		.collect();
	insta::assert_snapshot!(lines.join("\n"), @r"
	job 1, round 0: [2, 3]
	job 2, round 0: [1, 4, 5]
	job 3, round 0: [6]
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
	assert!(votes(&chain).is_empty());
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
fn node_that_failed_should_be_replaced_and_the_others_stay() {
	let job = || failing_job(1, &[1, 2, 3], &[2]);
	let mut chain = with_jobs(with_deeds(1..=4), [job()]);
	assert_eq!(placed(&chain), [1, 3, 4]);
	// Those who stay need no availability of their own: that of deed 3 was low for another reason.
	chain.settled_availability = settled(&[(1, 255), (3, 10), (4, 255)]);
	assert_eq!(placed(&chain), [1, 3, 4]);
	// Once it is replaced, it comes back only when somebody else fails.
	let after = with_jobs(with_deeds(1..=4), [failing_job(1, &[1, 3, 4], &[])]);
	assert_eq!(placed(&after), [1, 3, 4]);
}

#[test]
fn node_that_failed_should_keep_its_place_when_there_is_no_other() {
	let job = || failing_job(1, &[1, 2, 3], &[1, 2]);
	let mut chain = with_jobs(with_deeds(1..=3), [job()]);
	assert_eq!(placed(&chain), [1, 2, 3]);
	// One that may not work any more cannot stay in any case.
	chain.deeds = [unlinked(1), linked(2), linked(3)].into_iter().collect();
	assert_eq!(placed(&chain), [2, 3]);
}

#[test]
fn nobody_should_be_replaced_for_an_epoch_without_agreement() {
	let job = || failing_job(1, &[1, 2], &[1, 2]);
	let mut chain = with_jobs(with_deeds(1..=6), [job()]);
	let everybody: Vec<_> = (1..=6).map(|deed| (deed, 255)).collect();
	chain.settled_availability = settled(&everybody);
	assert_ne!(placed(&chain), [1, 2]);
	// The newest epoch that is decided is not the newest that was agreed on.
	chain.first_undecided_epoch += 1;
	assert_eq!(placed(&chain), [1, 2]);
}

#[test]
fn more_replicas_should_be_added_to_those_that_run() {
	let job = JobView { replicas: 4, ..failing_job(1, &[2, 5], &[]) };
	let set = placed(&with_jobs(with_deeds(1..=9), [job]));
	assert!(set.len() == 4 && set.contains(&2) && set.contains(&5), "{set:?}");
}

#[test]
fn nodes_should_be_of_as_many_owners_as_there_are() {
	// Deeds 1 to 8 belong to one owner, 9 and 10 to one each.
	let deeds = (1..=8).map(linked).chain((9..=10).map(of_own_owner));
	let chain_of = |job| with_jobs(ChainState { deeds: deeds.clone().collect(), ..chain() }, [job]);
	let set = placed(&chain_of(waiting_job(1, 3)));
	assert!(set.contains(&9) && set.contains(&10), "{set:?}");
	// Who has a node in the job already comes last.
	assert_eq!(placed(&chain_of(failing_job(1, &[1, 2, 9], &[2]))), [1, 9, 10]);
	assert_eq!(placed(&chain_of(waiting_job(1, 5))).len(), 5);
}

#[test]
fn more_available_and_less_loaded_nodes_should_come_first() {
	let jobs = [placed_job(1, &[1]), waiting_job(2, 2)];
	let mut chain = with_jobs(with_deeds(1..=3), jobs.clone());
	assert_eq!(placed(&chain), [2, 3]);
	chain.settled_availability = settled(&[(1, 255), (2, 254), (3, 253)]);
	assert_eq!(placed(&chain), [1, 2]);
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
fn two_jobs_should_never_get_the_same_part_of_a_machine() {
	let half = part(2_000, 4_096, 10);
	let small = Offer { cpu_millicores: 4_000, memory_mib: 8_192, disk_mib: 20 * 1_024, ..large() };
	let set_of = |class: ResourceClass, offer: &Offer| {
		let jobs = [placed_job(1, &[1]), placed_job(2, &[2]), waiting_job(3, 9)];
		let mut chain = with_jobs(with_deeds(1..=3), jobs);
		chain.resource_classes = [(1, half), (2, class)].into();
		chain.jobs.get_mut(&3).unwrap().resources = 2;
		let mut knowledge = undemanding(&chain);
		knowledge.offers.values_mut().for_each(|one| one.clone_from(offer));
		placed_knowing(&chain, &knowledge)
	};
	assert_eq!(set_of(half, &small), [1, 2, 3]);
	for more in [part(2_001, 4_096, 10), part(2_000, 4_097, 10), part(2_000, 4_096, 11)] {
		assert_eq!(set_of(more, &small), [3], "{more:?}");
	}
	// A whole machine is one on which nothing else runs.
	let whole = ResourceClass { storage_gib: None, ..half };
	assert_eq!(set_of(whole, &small), [3]);
	let with_gpu = ResourceClass { gpu: Some(GpuGrade::High), ..half };
	let without = Offer { gpu_memory_mib: None, ..small.clone() };
	let too_small = Offer { gpu_memory_mib: Some(8 * 1_024), ..small.clone() };
	assert_eq!(set_of(with_gpu, &small), [1, 2, 3]);
	assert_eq!(set_of(with_gpu, &without), [0; 0]);
	assert_eq!(set_of(with_gpu, &too_small), [0; 0]);
	// A class that nobody knows is no reason not to place a job.
	let mut chain = with_jobs(with_deeds(1..=3), [waiting_job(3, 9)]);
	chain.resource_classes = BTreeMap::new();
	assert_eq!(placed(&chain), [1, 2, 3]);
}

#[test]
fn what_a_job_is_about_to_get_should_be_taken_for_those_after_it() {
	let jobs = (1..=4).map(|id| waiting_job(id, 2));
	let mut chain = with_jobs(with_deeds(1..=2), jobs);
	chain.resource_classes = [(1, part(2_000, 1, 1))].into();
	let mut knowledge = undemanding(&chain);
	knowledge.offers.values_mut().for_each(|offer| offer.cpu_millicores = 3_000);
	let policy = PlacementPolicy { jobs_per_node_max: 9, ..POLICY };
	let votes = ballots(&chain, &knowledge, &policy);
	assert_eq!(votes.iter().map(|ballot| ballot.job).collect::<Vec<_>>(), [1]);
	// And what one gives back is free for them.
	let failing = failing_job(1, &[1], &[1]);
	let mut chain = with_jobs(with_deeds(1..=2), [failing, waiting_job(2, 1)]);
	chain.resource_classes = [(1, part(2_000, 1, 1))].into();
	let votes = ballots(&chain, &knowledge, &policy);
	let sets: Vec<_> = votes.iter().map(|ballot| ballot.deeds.as_slice()).collect();
	assert_eq!(sets, [[2], [1]]);
}

#[test]
fn nodes_should_have_what_the_specification_asks_for() {
	let chain = with_jobs(with_deeds(1..=4), [waiting_job(1, 9)]);
	let tags = |of: &[&str]| of.iter().map(|tag| tag.parse().unwrap()).collect::<BTreeSet<_>>();
	let mut knowledge = undemanding(&chain);
	for (deed, of) in [(1, &["KYB", "REG:EU"][..]), (2, &["KYB", "REG:E"]), (3, &["REG:EU"])] {
		knowledge.offers.get_mut(&deed).unwrap().tags = tags(of);
	}
	knowledge.offers.get_mut(&4).unwrap().has_engine = false;
	let mut set_of = |demand: Demand| {
		knowledge.demands = [(1, demand)].into();
		placed_knowing(&chain, &knowledge)
	};
	let asking = |clauses: &[&str]| Demand {
		tags: TagExpression::parse(clauses.iter().copied()).unwrap(),
		..Demand::default()
	};
	assert_eq!(set_of(asking(&["REG:EU"])), [1, 3]);
	assert_eq!(set_of(asking(&["KYB", "!REG:E"])), [1]);
	assert_eq!(set_of(asking(&["REG:*"])), [1, 2, 3]);
	assert_eq!(set_of(Demand { needs_engine: true, ..Demand::default() }), [1, 2, 3]);
	let gpu = Some(GpuClass::Ultra);
	assert_eq!(set_of(Demand { gpu, ..Demand::default() }), [1, 2, 3, 4]);
}

#[test]
fn what_is_not_known_should_not_be_voted_on() {
	let chain = with_jobs(with_deeds(1..=3), [waiting_job(1, 9), waiting_job(2, 9)]);
	let mut knowledge = undemanding(&chain);
	knowledge.offers.remove(&2);
	knowledge.demands.remove(&1);
	let votes = ballots(&chain, &knowledge, &POLICY);
	assert_eq!(votes, [PlacementBallot { job: 2, round: 0, deeds: vec![1, 3] }]);
}

#[test]
fn a_new_round_should_be_a_new_lot() {
	let chain_of = |round| with_jobs(with_deeds(1..=40), [JobView { round, ..waiting_job(1, 4) }]);
	let sets: BTreeSet<_> = (0..10).map(|round| placed(&chain_of(round))).collect();
	// Each round begins at one of 40 places: of ten, two may be the same by chance.
	assert!(7 < sets.len(), "{sets:?}");
}

#[test]
fn jobs_should_spread_over_nodes() {
	let jobs = || (1..=400).map(|id| waiting_job(id, 2));
	let chain = with_jobs(with_deeds(1..=20), jobs());
	let policy = PlacementPolicy { jobs_per_node_max: 1_000, ..POLICY };
	let mut jobs_on = BTreeMap::<DeedId, u32>::new();
	for deed in ballots(&chain, &undemanding(&chain), &policy).iter().flat_map(|one| &one.deeds) {
		*jobs_on.entry(*deed).or_default() += 1;
	}
	assert_eq!(jobs_on.into_values().collect::<Vec<_>>(), [40; 20]);
}

prop_compose! {
	/// Some deeds of few owners, most of which may work and some were available; nodes of every
	/// size, some of which are not known; and jobs of which some run, some wait, and some fail.
	fn any_world()(
		deeds in prop::collection::btree_map(
			1_u32..40, (0_u8..8, 170_u8..=190, 0_u8..6, 1_u32..8, any::<u8>()), 1..25,
		),
		agreed_ago in prop_oneof![Just(None), (1_u32..3).prop_map(Some)],
		jobs in prop::collection::vec(
			(
				1_u32..=8,
				any::<bool>(),
				0_u8..6,
				prop::collection::btree_map(1_u32..40, any::<bool>(), 0..4),
				0_u8..8,
			),
			1..12,
		),
	) -> (ChainState, Knowledge) {
		let tags = |bits: u8| {
			let all = [(1, "KYB"), (2, "REG:EU"), (4, "REG:US")];
			let some = all.into_iter().filter(move |(bit, _)| bits & bit != 0);
			some.map(|(_, tag)| tag)
		};
		let deed = |(id, (state, _, owner, ..)): (&DeedId, &(u8, u8, u8, u32, u8))| {
			let linked = (*id, Deed { owner: [*owner; 32], ..linked(*id).1 });
			match state {
				0 => (*id, Deed { node: None, ..linked.1 }),
				1 => (*id, Deed { kind: DeedKind::Master, ..linked.1 }),
				2 => (*id, Deed { is_banned: true, ..linked.1 }),
				_ => linked,
			}
		};
		let offers = deeds.iter().filter(|(_, (state, ..))| *state != 3);
		let offers = offers.map(|(id, (.., size, bits))| {
			let offer = Offer {
				cpu_millicores: size * 1_000,
				memory_mib: size * 1_000,
				disk_mib: size * 4_096,
				gpu_memory_mib: (bits & 8 != 0).then_some(80 * 1_024),
				has_engine: bits & 16 != 0,
				tags: tags(*bits).map(|tag| tag.parse().unwrap()).collect(),
			};
			(*id, offer)
		});
		let values: Vec<_> = deeds.iter().map(|(id, (_, value, ..))| (*id, *value)).collect();
		let settled_availability = agreed_ago
			.and_then(|_| settled(&values))
			.map(|settled| SettledAvailability { epoch: NOW_EPOCH - 1, ..settled });
		let demands = (1..).zip(&jobs).map(|(id, (.., bits))| {
			let tags = TagExpression::parse(tags(*bits & 3)).unwrap();
			(id, Demand { tags, gpu: None, needs_engine: bits & 4 != 0 })
		});
		let knowledge = Knowledge { offers: offers.collect(), demands: demands.collect() };
		let jobs = (1..).zip(&jobs).map(|(id, (replicas, awaits_placement, resources, on, _))| {
			let mut deeds: Vec<_> = on.keys().copied().collect();
			deeds.truncate(*replicas as usize);
			let is_lost = |deed: &DeedId| *awaits_placement && on[deed];
			let lost = deeds.iter().copied().filter(is_lost).collect();
			JobView {
				awaits_placement: *awaits_placement || deeds.is_empty(),
				replicas: *replicas,
				resources: *resources,
				lost,
				..placed_job(id, &deeds)
			}
		});
		let chain = ChainState {
			deeds: deeds.iter().map(deed).collect(),
			settled_availability,
			first_undecided_epoch: NOW_EPOCH - 1 + agreed_ago.unwrap_or(0),
			resource_classes: [
				(1, part(500, 500, 1)),
				(2, part(1_000, 1_000, 4)),
				(3, part(3_000, 2_000, 8)),
				(4, ResourceClass { storage_gib: None, ..part(2_000, 2_000, 0) }),
				(5, ResourceClass { gpu: Some(GpuGrade::High), ..part(1_000, 1_000, 1) }),
			]
			.into(),
			..chain()
		};
		(with_jobs(chain, jobs), knowledge)
	}
}

/// The chain when it has taken all ballots.
fn enacted(chain: &ChainState, votes: &[PlacementBallot]) -> ChainState {
	let mut chain = chain.clone();
	for ballot in votes {
		let job = chain.jobs.get_mut(&ballot.job).unwrap();
		job.deeds.clone_from(&ballot.deeds);
		job.lost.clear();
		job.awaits_placement = false;
	}
	chain
}

proptest! {
	#[test]
	fn ballots_should_be_those_of_the_model((chain, knowledge) in any_world()) {
		let policy = PlacementPolicy { jobs_per_node_max: 3, ..POLICY };
		let expected = model::ballots(&chain, &knowledge, &policy);
		prop_assert_eq!(ballots(&chain, &knowledge, &policy), expected);
	}

	#[test]
	fn ballots_should_be_ones_that_the_chain_accepts((chain, knowledge) in any_world()) {
		for ballot in ballots(&chain, &knowledge, &POLICY) {
			let job = &chain.jobs[&ballot.job];
			prop_assert!(job.awaits_placement && ballot.round == job.round);
			prop_assert!(!ballot.deeds.is_empty());
			prop_assert!(ballot.deeds.len() <= job.replicas as usize);
			prop_assert!(ballot.deeds.is_sorted_by(|left, right| left < right));
			for deed in &ballot.deeds {
				prop_assert!(chain.deeds.get(*deed).is_some_and(Deed::may_do_paid_work));
			}
		}
	}

	#[test]
	fn ballots_should_not_change_when_they_are_enacted((chain, knowledge) in any_world()) {
		let votes = ballots(&chain, &knowledge, &POLICY);
		let mut after = enacted(&chain, &votes);
		// As if the next epoch found everybody at work, and something else opened a round.
		for ballot in &votes {
			after.jobs.get_mut(&ballot.job).unwrap().awaits_placement = true;
		}
		for ballot in ballots(&after, &knowledge, &POLICY) {
			let Some(before) = votes.iter().find(|vote| vote.job == ballot.job) else { continue };
			let stay = |deed: &DeedId| ballot.deeds.contains(deed);
			prop_assert!(before.deeds.iter().all(stay), "{:?} to {:?}", before, ballot);
		}
	}

	#[test]
	fn only_nodes_that_are_lost_should_leave((chain, knowledge) in any_world()) {
		for ballot in ballots(&chain, &knowledge, &POLICY) {
			let job = &chain.jobs[&ballot.job];
			let may_work = |deed: &&DeedId| chain.deeds.get(**deed).is_some_and(Deed::may_do_paid_work);
			for left in job.deeds.iter().filter(may_work).filter(|deed| !ballot.deeds.contains(deed)) {
				prop_assert!(job.lost.contains(left));
			}
			// And nobody leaves for nobody.
			let could_stay = job.deeds.iter().filter(may_work).count();
			prop_assert!(could_stay <= ballot.deeds.len());
		}
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

// SPDX-License-Identifier: Apache-2.0

//! Whatever is wanted and whatever is there, carrying out plans ends, and ends where it should.

use super::container_world::{World, revision};
use crate::container::{
	names::*,
	plan::{Desired, Phase, Plan, Revision, Seen, Step, Wanted, plan},
};
use proptest::prelude::*;

/// Enough for every restart of five containers in a row with the longest of pauses.
const TURNS_MAX: usize = 1_500;

/// Turns without a step until nothing more is expected: longer than the longest pause.
const QUIET_TURNS: usize = 40;

prop_compose! {
	/// Up to four containers, each depending on some before it.
	fn any_revision(version: u32)(
		containers in prop::collection::vec((any::<[bool; 3]>(), any::<bool>(), 0_u32..3), 1..5),
		ends_well in any::<bool>(),
	) -> Revision {
		let mut text = "containers:\n".to_owned();
		for (index, (on, has_volume, attempts)) in containers.iter().enumerate() {
			let on: Vec<_> = (0..index.min(3)).filter(|earlier| on[*earlier]).collect();
			let on: Vec<_> = on.iter().map(|earlier| format!("c{earlier}")).collect();
			let volume = match has_volume {
				true => format!(", volumes: {{v{index}: {{path: /data, size_mib: 1}}}}"),
				false => String::new(),
			};
			let when = if ends_well { "on-failure" } else { "always" };
			text += &format!(
				"  c{index}: {{image: IMAGE, depends_on: [{}]{volume}, \
				 restart: {{when: {when}, attempts_max: {attempts}, pause_secs: 1, pause_secs_max: 4}}}}\n",
				on.join(", "),
			);
		}
		revision(version, &text)
	}
}

prop_compose! {
	fn any_wanted(job: u32)(
		current in any_revision(job * 10 + 2),
		previous in prop::option::of(any_revision(job * 10 + 1)),
		is_broken in any::<bool>(),
		is_unreachable in any::<bool>(),
	) -> (Wanted, bool, bool) {
		(Wanted { current, previous }, is_broken, is_unreachable)
	}
}

fn first(desired: &Desired) -> Desired {
	let jobs = desired.jobs.iter().filter_map(|(job, wanted)| {
		let current = wanted.previous.clone()?;
		Some((*job, Wanted { current, previous: None }))
	});
	Desired { jobs: jobs.collect(), ..Desired::default() }
}

/// Carries out plans until nothing happens any more.
fn settle(world: &mut World, desired: &Desired) -> Plan {
	let mut quiet = 0;
	for _ in 0..TURNS_MAX {
		let plan = world.turn(desired);
		quiet = if plan.steps.is_empty() { quiet + 1 } else { 0 };
		if quiet == QUIET_TURNS {
			return plan;
		}
	}
	panic!("no end: {world:?}");
}

/// What must be there of a job in the end.
fn expect_served(world: &World, job: u32, revision: &Revision) {
	let containers: Vec<_> = world
		.observed
		.containers
		.iter()
		.filter(|(instance, _)| instance.job == job)
		.collect();
	assert_eq!(containers.len(), revision.group.containers().len(), "{containers:?}");
	for (instance, seen) in &containers {
		assert_eq!((instance.revision, **seen), (revision.cid, Seen::Healthy));
	}
	let networks: Vec<_> =
		world.observed.networks.iter().filter(|network| network.job == job).collect();
	assert_eq!(networks, [&NetworkOf { job, revision: revision.cid }]);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn plans_should_reach_a_fixpoint_and_leave_nothing_behind(
		one in any_wanted(1),
		two in any_wanted(2),
		leftovers in 0_usize..12,
		crashes in prop::collection::vec((0_usize..30, 0_usize..8), 0..4),
	) {
		let mut world = World::default();
		let mut desired = Desired::default();
		for (job, (wanted, is_broken, is_unreachable)) in [(1, one), (2, two)] {
			if is_broken {
				world.broken.insert(wanted.current.cid);
			}
			if is_unreachable {
				world.unreachable.insert(wanted.current.cid);
			}
			desired.jobs.insert(job, wanted);
		}
		// What came before is anywhere on its way when the update comes.
		let before = first(&desired);
		for _ in 0..leftovers {
			world.turn(&before);
		}
		for turn in 0..30 {
			for (_, index) in crashes.iter().filter(|(at, _)| *at == turn) {
				if let Some(seen) = world.observed.containers.values_mut().nth(*index)
					&& *seen == Seen::Healthy
				{
					*seen = Seen::Unhealthy;
				}
			}
			world.turn(&desired);
		}
		let last = settle(&mut world, &desired);
		for (job, wanted) in &desired.jobs {
			let fails = world.broken.contains(&wanted.current.cid)
				|| world.unreachable.contains(&wanted.current.cid);
			match (&last.phases[job], &wanted.previous) {
				(Phase::Serving, _) => expect_served(&world, *job, &wanted.current),
				(Phase::RolledBack, Some(previous)) => expect_served(&world, *job, previous),
				// A container that may never be restarted and was hit by a crash is given up.
				(Phase::Failed { .. }, _) => prop_assert!(fails || !crashes.is_empty()),
				(Phase::Refused, None) => prop_assert!(fails),
				(phase, _) => prop_assert!(false, "{phase:?}"),
			}
			if fails {
				prop_assert_ne!(&last.phases[job], &Phase::Serving);
			}
		}
		settle(&mut world, &Desired::default());
		prop_assert!(world.is_empty(), "{world:?}");
	}

	#[test]
	fn steps_should_be_repeatable_and_independent(one in any_wanted(1), turns in 0_usize..25) {
		let mut world = World::default();
		let (wanted, is_broken, _) = one;
		if is_broken {
			world.broken.insert(wanted.current.cid);
		}
		let desired = Desired { jobs: [(1, wanted)].into(), ..Desired::default() };
		let before = first(&desired);
		(0..turns.min(10)).for_each(|_| drop(world.turn(&before)));
		(10..turns).for_each(|_| drop(world.turn(&desired)));
		let (mut forwards, mut backwards) = (world.clone(), world.clone());
		world.ledger.note(world.now_ms, &desired, &world.observed);
		let steps = plan(world.now_ms, &desired, &world.observed, &world.ledger).steps;
		for step in &steps {
			forwards.execute(step, &desired).unwrap();
		}
		for step in steps.iter().rev().chain(steps.iter().rev()) {
			let is_stop = matches!(step, Step::Stop { .. });
			if !is_stop || backwards.observed != forwards.observed {
				backwards.execute(step, &desired).unwrap();
			}
		}
		prop_assert_eq!(forwards.observed, backwards.observed);
	}
}

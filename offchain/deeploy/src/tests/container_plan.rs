// SPDX-License-Identifier: Apache-2.0

use super::{
	container_world::{World, revision},
	*,
};
use crate::container::plan::{Desired, Phase, Revision, Seen, Step, StopReason, Wanted};
use std::fmt::Write;

/// A service and the database that it depends on, in one of several versions.
pub(crate) fn service(version: u32, more: &str) -> Revision {
	revision(
		version,
		&format!(
			"containers:\n  db: {{image: IMAGE}}\n  web: {{image: IMAGE, depends_on: [db]}}\n{more}"
		),
	)
}

fn wanted(current: Revision, previous: Option<Revision>) -> Desired {
	Desired { jobs: [(1, Wanted { current, previous })].into(), ..Desired::default() }
}

/// Plans until nothing is left, as a person reads it.
fn story(world: &mut World, desired: &Desired) -> String {
	let mut story = String::new();
	let mut last = String::new();
	for _ in 0..60 {
		let plan = world.turn(desired);
		let mut shown = String::new();
		for step in &plan.steps {
			writeln!(shown, "{}", world.shown(step)).unwrap();
		}
		for phase in plan.phases.values() {
			writeln!(shown, "    {phase:?}").unwrap();
		}
		if shown != last {
			story.push_str(&shown);
		}
		last = shown;
	}
	story
}

#[test]
fn stack_should_be_brought_up_in_order_and_removed_without_a_trace() {
	let mut world = World::default();
	let up = story(&mut world, &wanted(service(1, ""), None));
	let down = story(&mut world, &Desired::default());
	assert!(world.is_empty(), "{world:?}");
	insta::assert_snapshot!(up + "---\n" + &down, @r#"
	pull image of 1
	create network of 1
	    Working
	create db of 1
	create web of 1
	    Working
	start db of 1
	    Working
	start web of 1
	    Working
	    Serving
	---
	stop db of 1 (Retired)
	stop web of 1 (Retired)
	remove db of 1
	remove web of 1
	remove network of 1
	"#);
}

#[test]
fn update_should_keep_the_old_until_the_new_works() {
	let mut world = World::default();
	story(&mut world, &wanted(service(1, ""), None));
	let desired = wanted(service(2, ""), Some(service(1, "")));
	insta::assert_snapshot!(story(&mut world, &desired), @r#"
	pull image of 2
	create network of 2
	    Working
	create db of 2
	create web of 2
	    Working
	start db of 2
	    Working
	start web of 2
	    Working
	stop db of 1 (Retired)
	stop web of 1 (Retired)
	    Working
	remove db of 1
	remove web of 1
	    Working
	remove network of 1
	    Working
	    Serving
	"#);
}

#[test]
fn update_to_what_does_not_work_should_roll_back_and_never_stop_the_old() {
	let mut world = World::default();
	story(&mut world, &wanted(service(1, ""), None));
	world.broken.insert(service(2, "").cid);
	let desired = wanted(service(2, ""), Some(service(1, "")));
	let old: Vec<_> = world.observed.containers.keys().cloned().collect();
	let mut phases = Vec::new();
	// Five restarts with pauses of 10 to 160 seconds come before the end.
	for _ in 0..400 {
		let plan = world.turn(&desired);
		for instance in &old {
			assert_eq!(world.observed.containers.get(instance), Some(&Seen::Healthy));
		}
		phases.extend(plan.phases.into_values());
	}
	assert_eq!(phases.last(), Some(&Phase::RolledBack));
	assert_eq!(world.observed.containers.len(), old.len(), "{world:?}");
	assert_eq!(world.observed.networks.len(), 1, "{world:?}");
}

#[test]
fn update_to_an_image_that_cannot_be_had_should_roll_back() {
	let mut world = World::default();
	story(&mut world, &wanted(service(1, ""), None));
	world.unreachable.insert(service(2, "").cid);
	let desired = wanted(service(2, ""), Some(service(1, "")));
	insta::assert_snapshot!(story(&mut world, &desired), @r#"
	pull image of 2
	create network of 2
	    Working
	remove network of 2
	    Working
	    RolledBack
	"#);
}

#[test]
fn writers_of_a_volume_should_never_run_side_by_side() {
	let database = |version| {
		revision(
			version,
			"containers:\n  db: {image: IMAGE, volumes: {data: {path: /data, size_mib: 1}}, \
			 restart: {attempts_max: 1, pause_secs: 1}}\n",
		)
	};
	let mut world = World::default();
	story(&mut world, &wanted(database(1), None));
	let forth = story(&mut world, &wanted(database(2), Some(database(1))));
	world.broken.insert(database(3).cid);
	let back = story(&mut world, &wanted(database(3), Some(database(2))));
	assert!(!world.ran_side_by_side);
	insta::assert_snapshot!(forth + "--- back\n" + &back, @r#"
	pull image of 2
	create network of 2
	    Working
	stop db of 1 (Retired)
	    Working
	create db of 2
	    Working
	start db of 2
	    Working
	remove db of 1
	    Working
	remove network of 1
	    Working
	    Serving
	--- back
	pull image of 3
	create network of 3
	    Working
	stop db of 2 (Retired)
	    Working
	create db of 3
	    Working
	start db of 3
	    Working
	    Pausing { until_ms: 126000 }
	start db of 3
	    Working
	start db of 2
	remove db of 3
	    Working
	remove network of 3
	    Working
	    RolledBack
	"#);
}

#[test]
fn container_that_ends_should_be_restarted_after_growing_pauses_and_given_up() {
	let one = revision(
		1,
		"containers:\n  a: {image: IMAGE, \
		 restart: {attempts_max: 3, pause_secs: 10, pause_secs_max: 25}}\n",
	);
	let mut world = World::default();
	world.broken.insert(one.cid);
	let desired = wanted(one, None);
	let mut starts = Vec::new();
	let mut last = None;
	for _ in 0..80 {
		let plan = world.turn(&desired);
		if plan.steps.iter().any(|step| matches!(step, Step::Start { .. })) {
			starts.push(world.now_ms / 1_000);
		}
		last = plan.phases.into_values().next();
	}
	let pauses: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
	// A turn takes a second, and an end is seen two turns after the start.
	assert_eq!(pauses, [11, 21, 26]);
	assert_eq!(last, Some(Phase::Failed { container: ServedName::new("a").unwrap() }));
}

#[test]
fn container_should_be_done_when_it_ends_well_and_others_may_depend_on_it() {
	let migration = revision(
		1,
		"containers:\n  migrate: {image: IMAGE, restart: {when: on-failure}}\n  \
		 web: {image: IMAGE, depends_on: [migrate]}\n",
	);
	let mut world = World::default();
	world.ends_well.insert(ServedName::new("migrate").unwrap());
	let desired = wanted(migration, None);
	let phases: Vec<_> = (0..20).flat_map(|_| world.turn(&desired).phases.into_values()).collect();
	assert_eq!(phases.last(), Some(&Phase::Serving), "{world:?}");
}

#[test]
fn container_should_be_restarted_when_a_check_fails() {
	let mut world = World::default();
	let desired = wanted(service(1, ""), None);
	story(&mut world, &desired);
	let web = world.observed.containers.keys().last().unwrap().clone();
	world.observed.containers.insert(web.clone(), Seen::Unhealthy);
	let plan = world.turn(&desired);
	let stop = Step::Stop { instance: web.clone(), reason: StopReason::Unhealthy };
	assert_eq!(plan.steps, [stop].into());
	let plan = world.turn(&desired);
	assert!(matches!(plan.phases[&1], Phase::Pausing { .. }), "{plan:?}");
	for _ in 0..15 {
		world.turn(&desired);
	}
	assert_eq!(world.observed.containers[&web], Seen::Healthy);
}

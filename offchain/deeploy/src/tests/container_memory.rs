// SPDX-License-Identifier: Apache-2.0

//! What is remembered of containers: on the disk, of their checks, and of jobs whose specification is
//! not here.

use super::{
	container_plan::service,
	container_world::{World, revision},
	*,
};
use crate::{
	ProbeError, StepFailure,
	container::{
		Inventory, Ledger, LedgerError, Reconciler,
		engine::RunState,
		health::Monitor,
		names::Instance,
		plan::{Desired, Phase, Revision, Seen, Step, Wanted, plan},
		probe::{ContainerAnswer, ContainerProbe},
		report::ContainerPhase,
	},
	job::Image,
};

fn wanted(current: Revision) -> Desired {
	Desired { jobs: [(1, Wanted { current, previous: None })].into(), ..Desired::default() }
}

fn instance(revision: &Revision, name: &str) -> Instance {
	let container = ServedName::new(name).unwrap();
	Instance { job: 1, revision: revision.cid, container }
}

/// A world in which a job is served, and some ends and failures are remembered.
fn lived() -> (World, Desired) {
	let mut world = World::default();
	let desired = wanted(service(1, ""));
	for _ in 0..10 {
		let plan = world.turn(&desired);
		world.ledger.note_phases(&desired, &plan.phases);
	}
	world
		.ledger
		.note_image(&Image::Archive { cid: content("image") }, "sha256:image".to_owned());
	let update = Wanted { current: service(2, ""), previous: Some(service(1, "")) };
	let desired = Desired { jobs: [(1, update)].into(), ..Desired::default() };
	world.broken.insert(desired.jobs[&1].current.cid);
	(0..20).for_each(|_| drop(world.turn(&desired)));
	world
		.ledger
		.note_image(&Image::Archive { cid: content("image") }, "sha256:image".to_owned());
	(world, desired)
}

#[test]
fn ledger_should_be_read_as_it_was_written() {
	let (world, _) = lived();
	let bytes = world.ledger.to_bytes();
	let read = Ledger::read(&bytes, world.now_ms).unwrap();
	assert_eq!(read.to_bytes(), bytes);
	assert_eq!(read.served(1), Some(&service(1, "")));
	assert_eq!(read.images().len(), 1);
	let empty = Ledger::default();
	assert_eq!(Ledger::read(&empty.to_bytes(), 0).unwrap(), empty);
}

#[test]
fn ledger_should_be_refused_when_it_is_none_or_of_another_version() {
	let (world, _) = lived();
	let text = String::from_utf8(world.ledger.to_bytes()).unwrap();
	let read = |text: &str| Ledger::read(text.as_bytes(), 0);
	let newer = text.replace("\"version\": 1", "\"version\": 2");
	assert!(matches!(read(&newer), Err(LedgerError::OtherVersion { version: 2 })));
	assert!(matches!(read(&text[..text.len() - 3]), Err(LedgerError::Malformed { .. })));
	assert!(matches!(read(""), Err(LedgerError::Malformed { .. })));
	let cid = service(1, "").cid.to_string();
	assert!(matches!(read(&text.replace(&cid, "nothing")), Err(LedgerError::Revision(_))));
	let long = vec![b' '; 17 << 20];
	assert!(matches!(Ledger::read(&long, 0), Err(LedgerError::TooLong { .. })));
}

#[test]
fn daemon_should_go_on_where_another_one_stopped() {
	let (mut world, desired) = lived();
	let mut other = world.clone();
	other.ledger = Ledger::read(&world.ledger.to_bytes(), world.now_ms).unwrap();
	// The pauses before five restarts come to 310 s.
	for _ in 0..600 {
		world.turn(&desired);
		other.turn(&desired);
	}
	assert_eq!(other.observed, world.observed);
	let phase = |world: &mut World| world.turn(&desired).phases[&1].clone();
	assert_eq!((phase(&mut world), phase(&mut other)), (Phase::RolledBack, Phase::RolledBack));
}

#[test]
fn job_should_be_left_alone_while_its_specification_is_not_here() {
	let mut world = World::default();
	let desired = wanted(service(1, "egress: none\n"));
	(0..10).for_each(|_| drop(world.turn(&desired)));
	assert!(!world.is_empty());
	// A daemon that has just started knows nothing but what the chain says.
	let placed = super::desired(&[(1, desired.jobs[&1].current.cid)]);
	let unknown = Desired::of(&placed, &BTreeMap::new(), &Ledger::default());
	assert_eq!(unknown.unknown.len(), 1);
	assert_eq!(plan(0, &unknown, &world.observed, &Ledger::default()).steps, [].into());
	// One that remembers what was served goes on with that.
	let mut ledger = Ledger::default();
	ledger.note_phases(&desired, &[(1, Phase::Serving)].into());
	let known = Desired::of(&placed, &BTreeMap::new(), &ledger);
	assert_eq!(known, desired);
	// What the specification turns out to be counts, once it is here.
	let model = [(desired.jobs[&1].current.cid, document("digits", content("model")))].into();
	let model = Desired::of(&placed, &model, &ledger);
	assert_eq!(model, Desired::default());
	(0..10).for_each(|_| drop(world.turn(&model)));
	assert!(world.is_empty());
}

#[test]
fn container_should_be_as_its_checks_say() {
	let checked = revision(
		1,
		"containers:\n  web:\n    image: IMAGE\n    health:\n      start_up: {tcp: {port: 1}, \
		 interval_secs: 1, failures_max: 3}\n      continuous: {tcp: {port: 2}, interval_secs: 2, \
		 failures_max: 2}\n",
	);
	let web = instance(&checked, "web");
	let desired = wanted(checked);
	let mut monitor = Monitor::default();
	let running = [(&web, RunState::Running)];
	let seen = |monitor: &Monitor| monitor.seen(&desired, &web, RunState::Running);
	let mut now_ms = 0;
	// Does the check that is due, after a while.
	let mut turn = |monitor: &mut Monitor, outcome: Result<(), String>| {
		now_ms += 2_000;
		monitor.note(now_ms, running);
		let due = monitor.begin(now_ms, &desired);
		assert_eq!(monitor.begin(now_ms, &desired), [], "each begins once");
		let [due] = due.as_slice() else { panic!("{due:?}") };
		monitor.finished(now_ms, due, outcome);
		due.clone()
	};
	let no = || Err("nobody listens".to_owned());
	assert_eq!(seen(&monitor), Seen::Starting);
	for _ in 0..2 {
		turn(&mut monitor, no());
		assert_eq!(seen(&monitor), Seen::Starting);
		assert_eq!(monitor.said(&web), Some("nobody listens"));
	}
	turn(&mut monitor, Ok(()));
	assert_eq!((seen(&monitor), monitor.said(&web)), (Seen::Healthy, None));
	turn(&mut monitor, no());
	assert_eq!(seen(&monitor), Seen::Healthy);
	let last = turn(&mut monitor, no());
	assert_eq!(seen(&monitor), Seen::Unhealthy);
	// Another run begins, about which an old check says nothing.
	monitor.started(&web);
	monitor.note(1, running);
	monitor.finished(1, &last, Ok(()));
	assert_eq!(seen(&monitor), Seen::Starting);
	for _ in 0..3 {
		turn(&mut monitor, no());
	}
	assert_eq!(seen(&monitor), Seen::Unhealthy, "it has never started");
	let exited = RunState::Exited { code: 3, is_out_of_memory: false };
	assert_eq!(monitor.seen(&desired, &web, exited), Seen::Exited { code: 3 });
}

#[test]
fn report_should_say_of_each_container_how_far_it_is_and_why() {
	let current = service(1, "");
	let (db, web) = (instance(&current, "db"), instance(&current, "web"));
	let desired = wanted(current);
	let mut reconciler = Reconciler::new([1; 32], Ledger::default());
	let shown = |reconciler: &Reconciler| {
		let reports = reconciler.report(&desired, 1).into_iter();
		reports.map(|report| (report.phase, report.reason)).collect::<Vec<_>>()
	};
	let steps = reconciler.plan(0, &desired, Inventory::default());
	assert_eq!(
		shown(&reconciler),
		[(ContainerPhase::Fetching, None), (ContainerPhase::Fetching, None)]
	);
	let pull = steps.iter().find(|step| matches!(step, Step::Pull { .. })).unwrap();
	let reason = "the registry does not answer".to_owned();
	reconciler.finished(0, pull, Err((StepFailure::Transient, reason.clone())));
	assert_eq!(shown(&reconciler)[1], (ContainerPhase::Fetching, Some(reason)));
	assert_eq!(reconciler.failures(1).count(), 1);
	// Steps that failed wait, and the others are under way.
	assert_eq!(reconciler.plan(10, &desired, Inventory::default()), []);
	let all = reconciler.plan(70_000, &desired, Inventory::default());
	assert_eq!(all.iter().collect::<Vec<_>>(), [pull], "the rest has not been answered");
	for step in &steps {
		reconciler.finished(70_000, step, Ok(()));
	}
	let mut inventory = Inventory {
		images: desired.images().into_iter().cloned().collect(),
		networks: [db.network()].into(),
		..Inventory::default()
	};
	inventory.containers =
		[(db.clone(), RunState::Running), (web.clone(), RunState::Created)].into();
	let steps = reconciler.plan(71_000, &desired, inventory.clone());
	assert_eq!(steps, [Step::Start { instance: web.clone() }]);
	assert_eq!(
		shown(&reconciler),
		[(ContainerPhase::Healthy, None), (ContainerPhase::Waiting, None)]
	);
	reconciler.finished(71_000, &steps[0], Ok(()));
	let ended = RunState::Exited { code: 1, is_out_of_memory: false };
	inventory.containers.insert(web, ended);
	assert_eq!(reconciler.plan(72_000, &desired, inventory), []);
	let said = Some("it ended with 1".to_owned());
	assert_eq!(shown(&reconciler)[1], (ContainerPhase::Pausing, said));
}

#[test]
fn probe_of_containers_should_be_told_from_others_and_from_other_versions() {
	let probe = ContainerProbe { job: 7 };
	let bytes = probe.encode();
	assert!(ContainerProbe::is_one(&bytes));
	assert_eq!(ContainerProbe::decode(&bytes), Ok(probe));
	// Probes of models begin with the number of a job, which is never the largest one.
	assert!(!ContainerProbe::is_one(&7_u32.to_le_bytes()));
	let mut newer = bytes.clone();
	newer[4] = 2;
	assert!(ContainerProbe::is_one(&newer), "so that it is answered as one");
	assert_eq!(
		ContainerProbe::decode(&newer),
		Err(ProbeError::OtherVersion { version: 2, known: 1 })
	);
	assert_eq!(ContainerProbe::decode(&bytes[..5]), Err(ProbeError::Malformed));
	assert_eq!(
		ContainerProbe::decode(&[255; 65]),
		Err(ProbeError::TooLong { bytes: 65, bytes_max: 64 })
	);
	let long = "ä".repeat(1_000);
	for answer in [
		ContainerAnswer::Works,
		ContainerAnswer::fails("web: nobody listens"),
		ContainerAnswer::fails(&long),
		ContainerAnswer::NotHere,
		ContainerAnswer::NotUnderstood,
	] {
		assert_eq!(ContainerAnswer::decode(&answer.encode()), Ok(answer));
	}
	// What a node of an older version answers with: outputs of a model, or a refusal.
	for older in [vec![0, 0], vec![1, 0], vec![1, 2], vec![]] {
		assert_eq!(ContainerAnswer::decode(&older), Err(ProbeError::Malformed));
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Whatever is wanted and whatever is there, carrying out plans ends, and ends where it should.

use super::*;
use crate::{
	StepFailure,
	job::{ModelKind, OrderedModel},
	plan::*,
	reconcile::*,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A specification, a fetched model and a load after an unload for each job: four plans, and one
/// more for a job that had to wait for its name.
const PLANS_MAX: usize = 8;

const NAMES: [&str; 3] = ["digits", "faces", "words"];

/// One of four models; one file is ordered as both kinds.
fn model(number: u32) -> OrderedModel {
	let kind = if number < 3 { ModelKind::Clear } else { ModelKind::Encrypted };
	OrderedModel { file: file(number), kind }
}

fn file(model: u32) -> Cid {
	content(&format!("model {}", model % 3))
}

/// What the content store holds: twelve specifications of three names and four models.
fn world() -> BTreeMap<Cid, Arc<Document>> {
	let pairs = NAMES.iter().flat_map(|name| (0..4).map(move |number| (name, number)));
	pairs
		.map(|(name, number)| {
			let text = format!("{name} with model {number}");
			let document = match model(number) {
				OrderedModel { file, kind: ModelKind::Clear } => document(name, file),
				OrderedModel { file, kind: ModelKind::Encrypted } => encrypted(name, file),
			};
			(content(&text), document)
		})
		.collect()
}

/// Does a step as a daemon would; doing it again changes nothing.
fn execute(step: &Step, observed: &mut Observed) {
	match step {
		Step::Unload { name } => {
			observed.running.remove(name);
		},
		Step::FetchSpecification { specification } => {
			let fetched = world()[specification].clone();
			observed.specifications.insert(*specification, fetched);
		},
		Step::FetchModel { model } => {
			observed.models.insert(*model);
		},
		Step::Load { name, model } => {
			assert!(observed.models.contains(&model.file), "loads only what is here");
			let previous = observed.running.insert(name.clone(), *model);
			assert!(previous.is_none_or(|previous| previous == *model), "the name is free");
		},
		Step::Keep { job, root, .. } => {
			observed.pins.insert(JobPin { job: *job, root: *root, is_ordered: true });
		},
		Step::Release { job, root } => {
			observed.pins.retain(|pin| (pin.job, pin.root) != (*job, *root));
		},
	}
}

/// What must run in the end: for each name, the model of the oldest job that wants it.
fn expected_running(desired: &Desired) -> BTreeMap<ServedName, OrderedModel> {
	let world = world();
	let mut running = BTreeMap::new();
	for cid in desired.jobs.values().flatten() {
		let (name, model) = world[cid].model().unwrap();
		running.entry(name.clone()).or_insert(model);
	}
	running
}

prop_compose! {
	fn any_desired()(
		jobs in prop::collection::btree_map(
			1_u32..20,
			prop::option::weighted(0.9, 0_usize..12),
			0..10,
		),
	) -> Desired {
		let cids: Vec<_> = world().into_keys().collect();
		let jobs = jobs.into_iter().map(|(job, index)| (job, index.map(|index| cids[index])));
		Desired { jobs: jobs.collect() }
	}
}

prop_compose! {
	fn any_observed()(
		specifications in prop::collection::btree_set(0_usize..12, 0..12),
		models in prop::collection::btree_set(0_u32..4, 0..4),
		running in prop::collection::btree_map(0_usize..3, 0_u32..4, 0..3),
		pins in prop::collection::btree_set((0_u32..6, 0_u32..4, any::<bool>()), 0..6),
	) -> Observed {
		let world: Vec<_> = world().into_iter().collect();
		Observed {
			specifications: specifications.into_iter().map(|index| world[index].clone()).collect(),
			models: models.into_iter().map(file).collect(),
			running: running
				.into_iter()
				.map(|(name, of)| (ServedName::new(NAMES[name]).unwrap(), model(of)))
				.collect(),
			pins: pins
				.into_iter()
				.map(|(job, of, is_ordered)| JobPin { job, root: file(of), is_ordered })
				.collect(),
		}
	}
}

proptest! {
	#[test]
	fn plans_should_reach_a_fixpoint(desired in any_desired(), mut observed in any_observed()) {
		for _ in 0..PLANS_MAX {
			for step in plan(&desired, &observed).steps {
				execute(&step, &mut observed);
			}
		}
		let last = plan(&desired, &observed);
		prop_assert!(last.steps.is_empty(), "{:?}", last.steps);
		prop_assert_eq!(&observed.running, &expected_running(&desired));
		for (job, phase) in &last.phases {
			match phase {
				JobPhase::Serving => {},
				JobPhase::Blocked(Blocked::NameTaken { by }) => prop_assert!(by < job),
				JobPhase::Blocked(Blocked::NoSpecification) => {
					prop_assert_eq!(desired.jobs[job], None);
				},
				JobPhase::Containers | JobPhase::Learning => {
					prop_assert!(false, "only models are wanted");
				},
				JobPhase::Next(step) => prop_assert!(false, "{:?}", step),
			}
		}
	}

	#[test]
	fn steps_should_be_repeatable_and_independent(
		desired in any_desired(),
		observed in any_observed(),
	) {
		let steps = plan(&desired, &observed).steps;
		let mut forwards = observed.clone();
		let mut backwards_twice = observed;
		steps.iter().for_each(|step| execute(step, &mut forwards));
		for _ in 0..2 {
			steps.iter().rev().for_each(|step| execute(step, &mut backwards_twice));
		}
		prop_assert_eq!(forwards, backwards_twice);
	}

	#[test]
	fn reconciler_should_get_there_through_failures(
		desired in any_desired(),
		mut observed in any_observed(),
		failures in prop::collection::vec(any::<bool>(), 0..60),
	) {
		let mut failures = failures.into_iter();
		let mut reconciler = Reconciler::new([0; 32]);
		// A failure costs one pause of at most a minute.
		for turn in 0..80_u64 {
			let now_ms = turn * 60_000;
			for step in reconciler.plan(now_ms, &desired, &observed) {
				let outcome = match failures.next() {
					Some(true) => Err(StepFailure::Transient),
					_ => {
						execute(&step, &mut observed);
						Ok(())
					},
				};
				reconciler.finished(now_ms, &step, outcome);
			}
		}
		prop_assert_eq!(&observed.running, &expected_running(&desired));
		prop_assert!(reconciler.reports().all(|report| report.failures == 0));
	}
}

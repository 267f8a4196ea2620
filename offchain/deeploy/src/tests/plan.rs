// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	job::{ModelKind, OrderedModel},
	plan::*,
};
use std::fmt::Write;

/// A plan as a person reads it, with CIDs by the text that they are of.
fn shown(plan: &Plan, texts: &[&str]) -> String {
	let mut shown = String::new();
	for step in &plan.steps {
		writeln!(shown, "- {step:?}").unwrap();
	}
	for (job, phase) in &plan.phases {
		writeln!(shown, "job {job}: {phase:?}").unwrap();
	}
	texts.iter().fold(shown, |shown, text| {
		let cid = format!("{:?}", content(text));
		shown.replace(&cid, text)
	})
}

const TEXTS: [&str; 4] = ["spec-a", "spec-b", "model-a", "model-b"];

fn named(name: &str) -> ServedName {
	ServedName::new(name).unwrap()
}

fn clear(text: &str) -> OrderedModel {
	OrderedModel { file: content(text), kind: ModelKind::Clear }
}

#[test]
fn plan_should_lead_from_nothing_to_a_served_model() {
	let desired = desired(&[(1, content("spec-a"))]);
	let mut observed = Observed::default();
	let mut story = String::new();
	for _ in 0..4 {
		let plan = plan(&desired, &observed);
		story.push_str(&shown(&plan, &TEXTS));
		for step in plan.steps {
			match step {
				Step::FetchSpecification { specification: cid } => {
					let fetched = document("digits", content("model-a"));
					observed.specifications.insert(cid, fetched);
				},
				Step::FetchModel { model } => {
					observed.models.insert(model);
				},
				Step::Load { name, model } => {
					observed.running.insert(name, model);
				},
				Step::Unload { name } => {
					observed.running.remove(&name);
				},
				Step::Keep { .. } | Step::Release { .. } => panic!("nothing is to be kept"),
			}
		}
	}
	insta::assert_snapshot!(story, @r#"
	- FetchSpecification { specification: spec-a }
	job 1: Next(FetchSpecification { specification: spec-a })
	- FetchModel { model: model-a }
	job 1: Next(FetchModel { model: model-a })
	- Load { name: ServedName("digits"), model: OrderedModel { file: model-a, kind: Clear } }
	job 1: Next(Load { name: ServedName("digits"), model: OrderedModel { file: model-a, kind: Clear } })
	job 1: Serving
	"#);
}

#[test]
fn plan_should_unload_what_nobody_wants_any_more() {
	let observed =
		Observed { running: [(named("digits"), clear("model-a"))].into(), ..Observed::default() };
	let plan = plan(&Desired::default(), &observed);
	insta::assert_snapshot!(shown(&plan, &TEXTS), @r#"- Unload { name: ServedName("digits") }"#);
}

#[test]
fn plan_should_keep_the_old_model_until_the_new_one_is_here() {
	let desired = desired(&[(1, content("spec-b"))]);
	let mut observed = Observed {
		specifications: [(content("spec-b"), document("digits", content("model-b")))].into(),
		running: [(named("digits"), clear("model-a"))].into(),
		..Observed::default()
	};
	let before = shown(&plan(&desired, &observed), &TEXTS);
	observed.models.insert(content("model-b"));
	let after = shown(&plan(&desired, &observed), &TEXTS);
	insta::assert_snapshot!(before + &after, @r#"
	- FetchModel { model: model-b }
	job 1: Next(FetchModel { model: model-b })
	- Unload { name: ServedName("digits") }
	job 1: Next(Unload { name: ServedName("digits") })
	"#);
}

#[test]
fn plan_should_give_a_name_to_the_older_job() {
	let desired = Desired {
		jobs: [
			(1, Some(content("spec-a"))),
			(2, Some(content("spec-b"))),
			(3, Some(content("spec-a"))),
			(4, None),
		]
		.into(),
	};
	let observed = Observed {
		specifications: [
			(content("spec-a"), document("digits", content("model-a"))),
			(content("spec-b"), document("digits", content("model-b"))),
		]
		.into(),
		models: [content("model-a"), content("model-b")].into(),
		// The younger job was here first: it has to make room.
		running: [(named("digits"), clear("model-b"))].into(),
		pins: [].into(),
	};
	insta::assert_snapshot!(shown(&plan(&desired, &observed), &TEXTS), @r#"
	- Unload { name: ServedName("digits") }
	job 1: Next(Unload { name: ServedName("digits") })
	job 2: Blocked(NameTaken { by: 1 })
	job 3: Next(Unload { name: ServedName("digits") })
	job 4: Blocked(NoSpecification)
	"#);
}

#[test]
fn desired_should_be_the_running_jobs_of_the_nodes_deed() {
	let moving = JobView { awaits_placement: true, ..placed_job(5, &[1]) };
	let unreadable = JobView { specification: vec![1, 2, 3], ..placed_job(4, &[1]) };
	let jobs = [
		placed_job(1, &[1, 2]),
		placed_job(2, &[2]),
		JobView { end_epoch: NOW_EPOCH, ..placed_job(3, &[1]) },
		unreadable,
		moving,
		waiting_job(6, 1),
	];
	let chain = ChainState {
		deeds: [linked(1), linked(2), linked(3)].into_iter().collect(),
		jobs: jobs.into_iter().map(|job| (job.id, job)).collect(),
		..chain()
	};
	let specification_of = |job: u32| Some(content(&format!("specification {job}")));
	let desired = Desired::of_node(&chain, &node_key(1));
	let expected = [(1, specification_of(1)), (4, None), (5, specification_of(5))];
	assert_eq!(desired.jobs, expected.into());
	assert_eq!(Desired::of_node(&chain, &node_key(3)), Desired::default());
	assert_eq!(Desired::of_node(&chain, &node_key(9)), Desired::default());
}

fn storage(roots: &[Cid]) -> Arc<Document> {
	let roots: Vec<String> = roots.iter().map(Cid::to_string).collect();
	let text = serde_json::json!({
		"version": 2, "kind": "storage", "name": "kept", "roots": roots, "size_mib": 3,
	});
	Arc::new(Document::read(text.to_string().as_bytes()).unwrap())
}

#[test]
fn files_should_be_kept_one_after_the_other_and_released_when_nobody_wants_them() {
	let [specification, first, second, third] = ["spec-a", "one", "two", "three"].map(content);
	let pin = |job, root, is_ordered| JobPin { job, root, is_ordered };
	let desired = Desired { jobs: [(7, Some(specification))].into() };
	let mut observed = Observed::default();
	let unknown = plan(&desired, &observed);
	assert_eq!(unknown.phases[&7], JobPhase::Next(Step::FetchSpecification { specification }));
	// After a restart, nothing goes before it is known what is wanted.
	observed.pins = [pin(7, second, true), pin(7, third, true), pin(7, third, false)].into();
	assert_eq!(plan(&desired, &observed).steps.len(), 1);

	observed.specifications.insert(specification, storage(&[first, second]));
	let next = plan(&desired, &observed);
	let keep = Step::Keep { job: 7, root: first, size_mib: 3 };
	// What an instance of the job pinned is its own affair.
	let release = Step::Release { job: 7, root: third };
	assert_eq!(next.steps, [keep.clone(), release].into());
	assert_eq!(next.phases[&7], JobPhase::Next(keep));
	observed.pins = [pin(7, first, true), pin(7, second, true)].into();
	let done = plan(&desired, &observed);
	assert_eq!((done.steps.len(), &done.phases[&7]), (0, &JobPhase::Serving));

	let gone = plan(&Desired::default(), &observed);
	let released = [first, second].map(|root| Step::Release { job: 7, root });
	assert_eq!(gone.steps, released.into());
}

#[test]
fn file_that_is_served_in_the_clear_should_make_room_for_itself_on_ciphertexts() {
	let desired = desired(&[(1, content("spec-a"))]);
	let mut observed = Observed {
		specifications: [(content("spec-a"), encrypted("digits", content("model-a")))].into(),
		models: [content("model-a")].into(),
		running: [(named("digits"), clear("model-a"))].into(),
		..Observed::default()
	};
	let before = plan(&desired, &observed);
	assert_eq!(before.steps, [Step::Unload { name: named("digits") }].into());
	observed.running.clear();
	let model = OrderedModel { kind: ModelKind::Encrypted, ..clear("model-a") };
	let load = Step::Load { name: named("digits"), model };
	assert_eq!(plan(&desired, &observed).steps, [load].into());
	observed.running = [(named("digits"), model)].into();
	assert_eq!(plan(&desired, &observed).phases[&1], JobPhase::Serving);
}

#[test]
fn job_of_learning_should_be_left_to_whoever_takes_part_in_rounds() {
	let specification = content("spec-a");
	let text = format!(
		"version: 2\nkind: learning\nname: together\nmodel: {}\ndata: cells\ntraining: {{optimiser: \
		 sgd, learning_rate: 0.1, epochs: 3, batch_samples: 8}}\n",
		content("model-a")
	);
	let document = Arc::new(Document::read(text.as_bytes()).unwrap());
	let mut observed = Observed::default();
	observed.specifications.insert(specification, document);
	let plan = plan(&desired(&[(1, specification)]), &observed);
	assert_eq!((plan.phases[&1].clone(), plan.steps.len()), (JobPhase::Learning, 0));
}

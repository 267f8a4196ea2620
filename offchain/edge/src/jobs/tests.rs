// SPDX-License-Identifier: Apache-2.0

//! A model is served only if its bytes are the ones that its CID names.

use super::{models::Executor, *};
use crate::encrypted;
use bytes::Bytes;
use cid::Cid;
use r1_api::JobState;
use r1_core::{
	BlockExchange, BlockFuture, BlockStore as _, MemoryBlockStore, RAW_CODEC, SystemClock, cid_of,
};
use r1_deeploy::{
	JobPhase, Step,
	job::{Document, ModelKind, OrderedModel},
	specification::ServedName,
};
use r1_inference::InferenceLimits;
use r1fs::Files;

const MODEL: &[u8] = include_bytes!("../../../../models/digits/digits.onnx");

fn ordered(file: Cid) -> OrderedModel {
	OrderedModel { file, kind: ModelKind::Clear }
}

/// A mesh of one neighbour, who answers every question with the same bytes.
struct Neighbour(Vec<u8>);

impl BlockExchange for Neighbour {
	fn fetch(&self, _: Cid) -> BlockFuture<'_> {
		let block = Bytes::copy_from_slice(&self.0);
		Box::pin(async move { Ok(block) })
	}

	fn announce(&self, _: Cid) {}
}

/// A node that knows no model yet, beside a neighbour.
fn node(store: &Arc<MemoryBlockStore>, neighbour: Neighbour) -> Executor {
	let files = Files::new(store.clone(), Arc::new(neighbour));
	Executor {
		jobs: Jobs { board: Arc::default(), containers: Containers::default() },
		files: files.clone(),
		models: Models {
			inference: InferenceService::with_tract(InferenceLimits::default()),
			encrypted: encrypted::prepare(files, Arc::new(SystemClock::new())).0,
		},
		now_secs: 0,
	}
}

#[tokio::test]
async fn model_should_not_be_served_when_its_bytes_do_not_match_its_cid() {
	let model = cid_of(RAW_CODEC, MODEL);
	let fetch = Step::FetchModel { model };
	let load = Step::Load { name: ServedName::new("digits").unwrap(), model: ordered(model) };

	// One bit of one weight: a model that loads, runs, and is not the one that was ordered.
	let mut altered = MODEL.to_vec();
	altered[MODEL.len() / 2] ^= 1;
	let store = Arc::new(MemoryBlockStore::new(4));
	let deceived = node(&store, Neighbour(altered));
	for step in [&fetch, &load] {
		let failure = deceived.execute(step).await.unwrap_err();
		assert_eq!(failure.reason, format!("block {model} does not match its CID"));
		assert_eq!(failure.kind, StepFailure::Transient, "another neighbour may be honest");
	}
	assert!(deceived.models.inference.models().is_empty());
	assert!(deceived.jobs.lock().models.is_empty());
	assert!(store.is_empty(), "nothing of it is kept");

	let served = node(&store, Neighbour(MODEL.to_vec()));
	for step in [&fetch, &load] {
		served.execute(step).await.unwrap();
	}
	assert_eq!(*served.models.inference.model("digits").unwrap().cid(), model);
}

#[test]
fn status_should_say_why_a_job_is_not_served() {
	let fetch = Step::FetchModel { model: cid_of(RAW_CODEC, MODEL) };
	let jobs = Jobs { board: Arc::default(), containers: Containers::default() };
	jobs.lock().phases.insert(7, (None, JobPhase::Next(fetch.clone())));
	jobs.lock().failures.insert(fetch, "block b does not match its CID".to_owned());
	let expected = JobStatus {
		job: 7,
		name: None,
		kind: None,
		model: None,
		state: JobState::Failed,
		reason: Some("block b does not match its CID".to_owned()),
		containers: Vec::new(),
	};
	assert_eq!(jobs.status(), [expected]);
}

#[tokio::test]
async fn specification_of_either_version_should_say_what_is_served() {
	let model = cid_of(RAW_CODEC, MODEL);
	let store = Arc::new(MemoryBlockStore::new(4));
	let node = node(&store, Neighbour(Vec::new()));
	let fields = format!(r#""name":"digits","model":"{model}","format":"onnx","tolerance":0.1"#);
	for (version, kind) in [("", "inference"), (r#""version":2,"#, "model")] {
		let text = format!(r#"{{{version}"kind":"{kind}",{fields}}}"#);
		let added = node.files.add(text.as_bytes()).await.unwrap().cid;
		node.execute(&Step::FetchSpecification { specification: added }).await.unwrap();
		let known = Arc::clone(&node.jobs.lock().specifications[&added]);
		assert_eq!(known.model(), Some((&ServedName::new("digits").unwrap(), ordered(model))));
		assert_eq!(Document::read(text.as_bytes()).unwrap(), *known);
		// It is shown as served, and found by its name.
		let mut board = node.jobs.lock();
		board.phases.insert(7, (Some(added), JobPhase::Serving));
		drop(board);
		let status = node.jobs.status().remove(0);
		assert_eq!((status.kind.as_deref(), status.state), (Some("model"), JobState::Serving));
		assert_eq!(node.jobs.serving("digits"), Some(7));
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Jobs of encrypted models on a node, those who ask it, and an oracle that repeats what it did.
//!
//! Nothing here can encrypt: words that nobody encrypted are evaluated like ciphertexts. That what
//! comes of real ones decrypts to the right logits is a test of the whole network.

use crate::world::{Daemon, JOB, Options, World, client, node, until};
use cid::Cid;
use r1_api::{ApiErrorBody, EncryptedModelStatus, HexBytes, JobState};
use r1_core::{Rng as _, SystemRng};
use r1_deeploy::attest::{ProbeTarget, Tally};
use r1_edil::{EncryptedModel, EvaluationKey, EvaluationKeyId, PreparedKey, Request, evaluate};
use reqwest::Response;
use std::num::NonZeroUsize;

/// Needs a key of 16.8 MB.
const DIGITS: &[u8] = include_bytes!("../../../../models/edil-digits/model.edil");

/// Needs none.
const BREAST_CANCER: &[u8] = include_bytes!("../../../../models/edil-breast-cancer/model.edil");

const URL: &str = "/v1/encrypted/private";

fn words(count: usize) -> Vec<u64> {
	let mut bytes = vec![0; count * 8];
	SystemRng.fill(&mut bytes);
	bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes).collect()
}

fn key_of(model: &EncryptedModel) -> EvaluationKey {
	let bodies = words(model.parameters().bootstrap().unwrap().seeded_words());
	EvaluationKey::new(model.parameters(), 7, bodies).unwrap()
}

fn request_of(model: &EncryptedModel, evaluation_key: EvaluationKeyId) -> Request {
	Request {
		parameters: model.parameters(),
		model: *model.id(),
		evaluation_key,
		seed: 1,
		bodies: words(model.head().inputs()),
	}
}

fn expected(model: &EncryptedModel, key: Option<&PreparedKey>, request: &Request) -> Vec<u8> {
	let requests = std::slice::from_ref(request);
	evaluate(model, key, requests, NonZeroUsize::MIN).unwrap()[0].to_bytes()
}

/// Puts a job that serves a model into a node's store, and onto the chain.
async fn order(world: &World, owner: &Daemon, model: &[u8]) -> Cid {
	let files = owner.shared.files.files();
	let model = files.add(model).await.unwrap().cid;
	let text = format!("version: 2\nkind: encrypted-model\nname: private\nmodel: {model}\n");
	let specification = files.add(text.as_bytes()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = specification.to_bytes();
	});
	model
}

async fn until_served(daemon: &Daemon, model: Cid) {
	until("the model is served", || async {
		let jobs = daemon.shared.jobs.status().into_iter();
		let mut serving = jobs.filter(|job| job.job == JOB && job.state == JobState::Serving);
		serving.any(|job| job.model == Some(model.to_string()))
	})
	.await;
}

async fn ask(daemon: &Daemon, query: &str, body: Vec<u8>) -> Response {
	let url = format!("{}{URL}/infer{query}", daemon.url);
	client().post(url).body(body).send().await.unwrap()
}

async fn refused(daemon: &Daemon, query: &str, body: Vec<u8>) -> (u16, String) {
	let response = ask(daemon, query, body).await;
	let status = response.status().as_u16();
	(status, response.json::<ApiErrorBody>().await.unwrap().code)
}

fn open() -> Options<'static> {
	Options { requires_tokens: false, ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn node_should_evaluate_what_clients_send_with_the_key_that_they_name() {
	let world = World::of(1);
	let daemon = world.start(1, open()).await;
	let file = order(&world, &daemon, DIGITS).await;
	until_served(&daemon, file).await;
	let model = EncryptedModel::from_bytes(DIGITS).unwrap();
	let status = client().get(format!("{}{URL}", daemon.url)).send().await.unwrap();
	let status: EncryptedModelStatus = status.json().await.unwrap();
	assert_eq!(
		status,
		EncryptedModelStatus {
			name: "private".to_owned(),
			model: file.to_string(),
			id: HexBytes(*model.id()),
			parameters: "Bootstrapped1024".to_owned(),
			inputs: 16,
			logits: 10,
			needs_evaluation_key: true,
		}
	);

	let key = key_of(&model);
	let request = request_of(&model, key.id());
	// Nobody said where the key is; then it is said, and from then on it is here.
	let missing = refused(&daemon, "", request.to_bytes()).await;
	assert_eq!(missing, (409, "evaluation_key_missing".to_owned()));
	let added = daemon.shared.files.files().add(key.to_bytes().as_slice()).await.unwrap().cid;
	let prepared = PreparedKey::new(key).unwrap();
	let right = expected(&model, Some(&prepared), &request);
	for query in [format!("?key={added}"), String::new()] {
		let response = ask(&daemon, &query, request.to_bytes()).await;
		assert_eq!(response.status(), 200);
		assert_eq!(response.bytes().await.unwrap(), right);
	}
	// Several at a time are answered as each alone.
	let others: Vec<_> = (0..6).map(|_| request_of(&model, request.evaluation_key)).collect();
	let asked = others.iter().map(|one| ask(&daemon, "", one.to_bytes()));
	for (one, response) in others.iter().zip(futures::future::join_all(asked).await) {
		assert_eq!(response.bytes().await.unwrap(), expected(&model, Some(&prepared), one));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_does_not_fit_should_be_refused_and_say_why() {
	let world = World::of(1);
	let daemon = world.start(1, open()).await;
	let file = order(&world, &daemon, DIGITS).await;
	until_served(&daemon, file).await;
	let files = daemon.shared.files.files();
	let model = EncryptedModel::from_bytes(DIGITS).unwrap();
	let request = request_of(&model, [9; 32]);
	let mut other_model = request.clone();
	other_model.model[0] ^= 1;
	let mut too_short = request.clone();
	too_short.bodies.pop();
	let nonsense = files.add(b"no key".as_slice()).await.unwrap().cid;
	let other_key = files.add(key_of(&model).to_bytes().as_slice()).await.unwrap().cid;
	for (query, body, status, code) in [
		(String::new(), b"nonsense".to_vec(), 400, "invalid_request"),
		(String::new(), other_model.to_bytes(), 400, "invalid_request"),
		(String::new(), too_short.to_bytes(), 400, "invalid_request"),
		("?key=nonsense".to_owned(), request.to_bytes(), 400, "invalid_cid"),
		("?other=1".to_owned(), request.to_bytes(), 400, "invalid_query"),
		(format!("?key={nonsense}"), request.to_bytes(), 400, "invalid_evaluation_key"),
		(format!("?key={other_key}"), request.to_bytes(), 400, "invalid_evaluation_key"),
	] {
		let expected = (status, code.to_owned());
		assert_eq!(refused(&daemon, &query, body).await, expected, "{query}");
	}
	let long = ask(&daemon, "", vec![0; 9_000]).await;
	assert_eq!(long.status(), 413);
	// The names of both kinds are apart, and gone with the job.
	let clear = client().get(format!("{}/v2/models/private", daemon.url)).send().await.unwrap();
	assert_eq!(clear.status(), 404);
	world.change(|state| state.jobs.get_mut(&JOB).unwrap().deeds.clear());
	until("it is served no more", || async {
		refused(&daemon, "", request.to_bytes()).await == (404, "model_not_served".to_owned())
	})
	.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oracle_should_repeat_evaluations_and_notice_another_model() {
	let world = World::of(2);
	// The second node is an oracle, and looks each second.
	world.change(|state| {
		state.clock.slot_secs = 1;
		state.oracles = vec![node(2).key()];
	});
	let worker = world.start(1, Options::default()).await;
	let bootstrap = [worker.full_mesh_address().await];
	let oracle = world.start(2, Options { bootstrap: &bootstrap, ..Options::default() }).await;
	let tally = || {
		let target = ProbeTarget { job: JOB, deed: 1 };
		let epoch = world.state().current_epoch;
		oracle.shared.oracle.tally(epoch, target).unwrap_or_default()
	};
	// With a key that the worker has to fetch from the oracle first, and then without one.
	for model in [DIGITS, BREAST_CANCER] {
		let before: Tally = tally();
		let file = order(&world, &oracle, model).await;
		until_served(&worker, file).await;
		until("probes pass", || async { before.ok + 3 <= tally().ok }).await;
	}
	let seen = tally();
	// Until the models were served, there was nothing to evaluate.
	let file = order(&world, &oracle, BREAST_CANCER).await;
	until_served(&worker, file).await;
	let name = worker.shared.encrypted.models()[0].name.clone();
	let mut content = EncryptedModel::from_bytes(BREAST_CANCER).unwrap().content().clone();
	content.calibration.samples += 1;
	let other = EncryptedModel::new(content).unwrap().bytes().to_vec();
	worker.shared.encrypted.load(name, file, other).await.unwrap();
	until("probes fail", || async { seen.failed + 3 <= tally().failed }).await;
}

// SPDX-License-Identifier: Apache-2.0

//! What clients are told of what they were answered, and what is on the chain of it.

use super::Receipts;
use crate::world::{Daemon, JOB, Options, World, client, developer, node, until};
use codec::DecodeAll as _;
use r1_api::{
	ApiErrorBody, ClientOptions, EdgeClient, HexBytes, JobReceipts, JobState, RECEIPT_HEADER,
	ReceiptsPage,
};
use r1_core::{Clock as _, SystemClock};
use r1_cstore::Proof;
use r1_deeploy::receipts::{AuditAnswer, AuditProbe, Receipt, Saved, Signed, head_key, model_hash};
use r1_primitives::EpochClock;
use reqwest::Response;
use serde_json::json;
use sp_crypto_hashing::blake2_256;

const DIGITS: &[u8] = include_bytes!("../../../../models/digits/digits.onnx");
const CANCER: &[u8] = include_bytes!("../../../../models/edil-breast-cancer/model.edil");

fn open() -> Options<'static> {
	Options { requires_tokens: false, ..Options::default() }
}

/// Puts a job that serves the digits into a node's store, and onto the chain.
pub(crate) async fn order_digits(world: &World, owner: &Daemon, audit: &str) -> cid::Cid {
	let files = owner.shared.files.files();
	let model = files.add(DIGITS).await.unwrap().cid;
	let specification = json!({
		"version": 2, "kind": "model", "name": "digits", "model": model.to_string(),
		"format": "onnx", "tolerance": 0.0001, "probe_range": [0, 16], "audit": audit,
	});
	let bytes = specification.to_string().into_bytes();
	let cid = files.add(bytes.as_slice()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = cid.to_bytes();
	});
	model
}

pub(crate) async fn until_served(daemon: &Daemon, model: cid::Cid) {
	until("the model is served", || async {
		let jobs = daemon.shared.jobs.status().into_iter();
		let mut serving = jobs.filter(|job| job.job == JOB && job.state == JobState::Serving);
		serving.any(|job| job.model == Some(model.to_string()))
	})
	.await;
}

/// The body of a request for one image, of which all pixels are alike.
pub(crate) fn request(pixel: u8) -> Vec<u8> {
	let data = vec![f32::from(pixel); 64];
	let input = json!({ "name": "image", "shape": [1, 64], "datatype": "FP32", "data": data });
	json!({ "inputs": [input] }).to_string().into_bytes()
}

pub(crate) async fn ask(daemon: &Daemon, body: Vec<u8>) -> Response {
	let url = format!("{}/v2/models/digits/infer", daemon.url);
	let request = client().post(url).header("content-type", "application/json").body(body);
	request.send().await.unwrap()
}

fn receipt_of(response: &Response) -> Signed<Receipt> {
	let header = response.headers()[RECEIPT_HEADER].to_str().unwrap();
	Signed::decode_all(&mut &*hex::decode(header).unwrap()).unwrap()
}

async fn get<T: serde::de::DeserializeOwned>(daemon: &Daemon, path: &str) -> (u16, T) {
	let url = format!("{}/v1/jobs/{JOB}/receipts{path}", daemon.url);
	let response = client().get(url).send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_a_job_should_come_with_a_receipt() {
	let world = World::of(1);
	let daemon = world.start(1, open()).await;
	let model = order_digits(&world, &daemon, "receipts").await;
	until_served(&daemon, model).await;
	let (status, none): (_, JobReceipts) = get(&daemon, "").await;
	assert_eq!((status, none.epochs.len()), (200, 0));
	let mut told = Vec::new();
	for pixel in 0..5 {
		let body = request(pixel);
		let response = ask(&daemon, body.clone()).await;
		assert_eq!(response.status(), 200);
		assert_eq!(response.headers()["content-type"], "application/json");
		let signed = receipt_of(&response);
		let answer = response.bytes().await.unwrap();
		signed.verify(&daemon.shared.genesis_hash).unwrap();
		let expected = Receipt {
			job: JOB,
			node: node(1).key(),
			epoch: 0,
			index: u32::from(pixel),
			at_secs: signed.body.at_secs,
			model: model_hash(&model),
			evaluation_key: None,
			input: blake2_256(&body),
			input_bytes: body.len() as u32,
			output: blake2_256(&answer),
			output_bytes: answer.len() as u32,
		};
		assert_eq!(signed.body, expected);
		told.push(signed.body);
	}
	// What is refused leaves none.
	for (body, media_type, status) in [
		(b"{".to_vec(), "application/json", 400),
		(b"{\"inputs\": []}".to_vec(), "application/json", 400),
		(request(1), "text/plain", 415),
	] {
		let url = format!("{}/v2/models/digits/infer", daemon.url);
		let asked = client().post(url).header("content-type", media_type).body(body);
		let response = asked.send().await.unwrap();
		assert_eq!(response.status().as_u16(), status);
		assert!(!response.headers().contains_key(RECEIPT_HEADER));
	}
	let (_, list): (_, JobReceipts) = get(&daemon, "").await;
	assert_eq!((list.job, list.node), (JOB, HexBytes(node(1).key())));
	let [epoch] = &*list.epochs else { panic!("{list:?}") };
	assert_eq!((epoch.epoch, epoch.count, epoch.is_closed), (0, 5, false));
	let (_, page): (_, ReceiptsPage) = get(&daemon, "/0?from=2").await;
	assert_eq!((&page.epoch, page.next), (epoch, None));
	let inputs: Vec<_> = page.receipts.iter().map(|it| (it.index, it.input.0)).collect();
	let expected: Vec<_> = told[2..].iter().map(|it| (it.index, it.input)).collect();
	assert_eq!(inputs, expected);
	for (path, status, code) in [
		("/1", 404, "no_receipts"),
		("/0/2", 409, "epoch_open"),
		("/0/5", 404, "no_such_receipt"),
		("/0?form=2", 400, "invalid_query"),
	] {
		let (got, body): (_, ApiErrorBody) = get(&daemon, path).await;
		assert_eq!((got, &*body.code), (status, code), "{path}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_should_go_on_after_a_restart() {
	let world = World::of(1);
	let daemon = world.start(1, open()).await;
	let model = order_digits(&world, &daemon, "receipts").await;
	until_served(&daemon, model).await;
	for pixel in 0..3 {
		assert_eq!(receipt_of(&ask(&daemon, request(pixel)).await).body.index, u32::from(pixel));
	}
	let directory = daemon.stop().await;
	// A crash left half a record.
	let path = directory.path().join(format!("receipts/{JOB}/0"));
	let mut file = std::fs::read(&path).unwrap();
	file.extend([1; 100]);
	std::fs::write(&path, file).unwrap();
	let daemon = world.start_in(directory, 1, open()).await;
	until_served(&daemon, model).await;
	assert_eq!(receipt_of(&ask(&daemon, request(3)).await).body.index, 3);
	let (_, list): (_, JobReceipts) = get(&daemon, "").await;
	assert_eq!(list.epochs[0].count, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn receipt_should_be_proven_under_the_root_of_a_later_epoch() {
	let world = World::of(1);
	world.change(|state| {
		let now_secs = SystemClock::new().now_secs();
		state.clock = EpochClock { start_secs: now_secs - 1, epoch_secs: 1_200, slot_secs: 600 };
	});
	let daemon = world.start(1, open()).await;
	let model = order_digits(&world, &daemon, "receipts").await;
	until_served(&daemon, model).await;
	let mut receipts = Vec::new();
	for pixel in 0..7 {
		receipts.push(receipt_of(&ask(&daemon, request(pixel)).await).body);
	}
	// The next epoch begins, and its last slot.
	world.change(|state| state.clock.start_secs -= 1_200);
	let space = daemon.shared.cstore.store.space(&format!("job/{JOB}")).unwrap();
	until("the head is told", || async {
		let read = space.read(|namespace, now_ms| {
			namespace.get(head_key(1, 0).as_bytes(), now_ms).unwrap().is_some()
		});
		read.unwrap()
	})
	.await;
	let later = receipt_of(&ask(&daemon, request(9)).await).body;
	assert_eq!((later.epoch, later.index), (1, 0));
	world.change(|state| state.clock.start_secs -= 600);
	until("the root is told", || async {
		daemon.shared.anchors.of(1).iter().any(|anchor| anchor.job == JOB)
	})
	.await;
	let anchor = daemon.shared.anchors.of(1).into_iter().find(|it| it.job == JOB).unwrap();
	let edge = EdgeClient::new(&daemon.url, &ClientOptions::default()).unwrap();
	for receipt in receipts {
		let bytes = edge.job_receipt(JOB, 0, receipt.index).await.unwrap();
		let Ok(Saved::Evidence(evidence)) = Saved::from_bytes(&bytes) else { panic!("evidence") };
		let inclusion = &evidence.inclusion;
		inclusion.verify(&daemon.shared.genesis_hash).unwrap();
		assert_eq!((&inclusion.receipt, inclusion.head.body.count), (&receipt, 7));
		let [proof] = &*evidence.store_proofs else { panic!("one proof") };
		let proof = Proof::from_bytes(proof).unwrap();
		let proven = proof.verify().unwrap();
		assert_eq!((proof.claim.job, proof.claim.deed, proof.claim.epoch), (JOB, 1, 1));
		assert_eq!(proof.claim.name.key(), head_key(1, 0).as_bytes());
		assert_eq!(proven.root, anchor.root);
		let value = proven.value(SystemClock::new().now_ms()).unwrap().into_owned();
		assert_eq!(Signed::decode_all(&mut &*value), Ok(inclusion.head.clone()));
	}
	// Whoever changes the head is answered with the right one again.
	let changed = space.run(|namespace, now_ms, changes| {
		let options = r1_cstore::SetOptions::default();
		namespace.set(head_key(1, 0).as_bytes(), b"false", options, now_ms, changes)
	});
	changed.unwrap().0.unwrap();
	until("the head is right again", || async {
		let read = space.read(|namespace, now_ms| {
			let value = namespace.get(head_key(1, 0).as_bytes(), now_ms).unwrap();
			value.as_deref() != Some(b"false".as_slice())
		});
		read.unwrap()
	})
	.await;
}

fn answer(receipts: &Receipts, deed: u32, probe: AuditProbe) -> AuditAnswer {
	AuditAnswer::decode(&receipts.answer(&node(deed).key(), &probe.encode())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_should_be_shown_to_oracles_alone_and_if_the_job_lets_them() {
	let world = World::of(3);
	world.change(|state| state.oracles = vec![node(2).key()]);
	let daemon = world.start(1, open()).await;
	let receipts = &daemon.shared.receipts;
	for (asked, audit, is_shown) in [(0, "receipts", true), (1, "planted", false)] {
		let model = order_digits(&world, &daemon, audit).await;
		until_served(&daemon, model).await;
		until("it is known what may be seen", || async {
			daemon.shared.jobs.audits_receipts(JOB) == Some(is_shown)
		})
		.await;
		let body = request(asked);
		let receipt = receipt_of(&ask(&daemon, body.clone()).await).body;
		let recent = AuditProbe::Recent { job: JOB, model: model_hash(&model) };
		let payload = AuditProbe::Payload { job: JOB, epoch: 0, index: u32::from(asked) };
		for probe in [recent, payload] {
			// A node of the network, and one of nobody's.
			for deed in [3, 9] {
				assert_eq!(answer(receipts, deed, probe), AuditAnswer::NotAllowed);
			}
		}
		match is_shown {
			true => {
				assert_eq!(answer(receipts, 2, recent), AuditAnswer::Recent(vec![receipt]));
				let shown = answer(receipts, 2, payload);
				assert!(matches!(shown, AuditAnswer::Payload { input, .. } if input == body));
				let other = AuditProbe::Payload { job: JOB, epoch: 0, index: 99 };
				assert_eq!(answer(receipts, 2, other), AuditAnswer::NotHere);
				let other = AuditProbe::Recent { job: JOB, model: [0; 32] };
				assert_eq!(answer(receipts, 2, other), AuditAnswer::Recent(Vec::new()));
			},
			false => {
				for probe in [recent, payload] {
					assert_eq!(answer(receipts, 2, probe), AuditAnswer::NotAllowed);
				}
			},
		}
	}
	let mut newer = AuditProbe::Recent { job: JOB, model: [0; 32] }.encode();
	newer[4] = 9;
	let said = AuditAnswer::decode(&receipts.answer(&node(2).key(), &newer));
	assert_eq!(said, Ok(AuditAnswer::NotUnderstood));
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_on_ciphertexts_should_have_a_receipt_that_its_owner_may_look_up() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let files = daemon.shared.files.files();
	let model = files.add(CANCER).await.unwrap().cid;
	let text = format!("version: 2\nkind: encrypted-model\nname: private\nmodel: {model}\n");
	let specification = files.add(text.as_bytes()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = specification.to_bytes();
	});
	until_served(&daemon, model).await;
	let read = r1_edil::EncryptedModel::from_bytes(CANCER).unwrap();
	let request = r1_edil::Request {
		parameters: read.parameters(),
		model: *read.id(),
		// It needs none, whatever is named.
		evaluation_key: [9; 32],
		seed: 1,
		bodies: vec![3; read.head().inputs()],
	};
	let token = daemon.sign_in(&developer()).await;
	let url = format!("{}/v1/encrypted/private/infer", daemon.url);
	let asked = client().post(url).bearer_auth(&token).body(request.to_bytes());
	let response = asked.send().await.unwrap();
	assert_eq!(response.status(), 200);
	let receipt = receipt_of(&response).body;
	let answer = response.bytes().await.unwrap();
	assert_eq!((receipt.input, receipt.output), (request.id(), blake2_256(&answer)));
	assert_eq!((receipt.model, receipt.evaluation_key), (model_hash(&model), None));
	let path = format!("/v1/jobs/{JOB}/receipts/0");
	assert_eq!(daemon.get_status(&path, &token).await, 200);
	let other = daemon.sign_in(&crate::world::competitor()).await;
	assert_eq!(daemon.get_status(&path, &other).await, 403);
}

// SPDX-License-Identifier: Apache-2.0

//! Honest nodes pass audits, and dishonest ones do not.

use super::*;
use crate::{
	oracle,
	receipts::{
		Answered, Lie,
		tests::{ask as infer, order_digits, request, until_served},
	},
	world::{Daemon, JOB, Options, World, client, node, until},
};
use r1_api::oip::InferResponse;
use r1_core::{RAW_CODEC, cid_of};
use r1_edil::{EncryptedModel, EvaluationKey};
use serde_json::json;
use std::sync::Arc;

const DIGITS: &[u8] = include_bytes!("../../../../../models/edil-digits/model.edil");
const TARGET: ProbeTarget = ProbeTarget { job: JOB, deed: 1 };

/// A node that works, and an oracle that has looked at nobody yet.
async fn world(slot_secs: u32) -> (World, Daemon, Daemon) {
	let world = World::of(2);
	world.change(|state| {
		state.clock.slot_secs = slot_secs;
		state.oracles = vec![node(2).key()];
	});
	let options = Options { requires_tokens: false, ..Options::default() };
	let worker = world.start(1, options).await;
	let bootstrap = [worker.full_mesh_address().await];
	let oracle = world.start(2, Options { bootstrap: &bootstrap, ..options }).await;
	(world, worker, oracle)
}

/// What probes for an oracle, to be told when to.
fn prober(oracle: &Daemon) -> Prober {
	let shared = &oracle.shared;
	let (_, prober) = oracle::prepare(
		node(2).key(),
		shared.chain.clone(),
		shared.mesh.handle().clone(),
		&shared.files,
		shared.heartbeat.clone(),
		shared.nodes.clone(),
		Arc::clone(&shared.clock) as Arc<dyn crate::heartbeat::ClockPort>,
	);
	prober
}

async fn document(world: &World, prober: &mut Prober) -> Arc<Document> {
	let state = world.state();
	let cid = Cid::try_from(state.jobs[&JOB].specification.as_slice()).unwrap();
	prober.specification(cid).await.unwrap()
}

async fn audit(prober: &mut Prober, document: &Document) -> Option<ProbeOutcome> {
	let audited = prober.audit_receipt(&node(1).key(), TARGET, 0, document).await;
	audited.unwrap()
}

/// What a model answers, with another number in it.
fn altered(body: &[u8], by: f32) -> Vec<u8> {
	let mut answer: serde_json::Value = serde_json::from_slice(body).unwrap();
	let number = &mut answer["outputs"][0]["data"][0];
	let inner = if number.is_array() { &mut number[0] } else { number };
	*inner = json!(inner.as_f64().unwrap() as f32 + by);
	serde_json::from_value::<InferResponse>(answer.clone()).unwrap();
	answer.to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn dishonest_answers_should_be_found_and_honest_ones_not() {
	let (world, worker, oracle) = world(600).await;
	let model = order_digits(&world, &oracle, "receipts").await;
	until_served(&worker, model).await;
	let mut prober = prober(&oracle);
	let document = document(&world, &mut prober).await;
	assert_eq!(audit(&mut prober, &document).await, None, "there is nothing to audit");
	let mut answers = Vec::new();
	for pixel in 1..4 {
		answers.push(infer(&worker, request(pixel)).await.bytes().await.unwrap().to_vec());
	}
	for _ in 0..6 {
		assert_eq!(audit(&mut prober, &document).await, Some(ProbeOutcome::Ok));
	}
	// Each lie alone: whoever has served another model has forgotten what it did before.
	let leave = async |file: Cid, input: Vec<u8>, output: Vec<u8>| {
		let answered = Answered { model: file, key: None, input, output };
		worker.shared.receipts.leave(JOB, answered).await.unwrap();
	};
	let other = cid_of(RAW_CODEC, b"another model");
	let forget = async || leave(other, Vec::new(), Vec::new()).await;
	let within = altered(&answers[0], 0.000_05);
	for (what, input, output, expected) in [
		("what was answered", request(1), answers[0].clone(), ProbeOutcome::Ok),
		("what other processors answer", request(1), within, ProbeOutcome::Ok),
		("a wrong number", request(1), altered(&answers[0], 0.01), ProbeOutcome::Failed),
		("an answer to something else", request(1), answers[1].clone(), ProbeOutcome::Failed),
		("no answer at all", request(1), b"{}".to_vec(), ProbeOutcome::Failed),
		("no request", b"{}".to_vec(), answers[0].clone(), ProbeOutcome::Failed),
		(
			"a request of another model",
			json!({
				"inputs": [{ "name": "x", "shape": [1], "datatype": "FP32", "data": [1] }],
			})
			.to_string()
			.into_bytes(),
			answers[0].clone(),
			ProbeOutcome::Failed,
		),
	] {
		forget().await;
		assert_eq!(audit(&mut prober, &document).await, None, "{what}: nothing of this model");
		leave(model, input, output).await;
		assert_eq!(audit(&mut prober, &document).await, Some(expected), "{what}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_does_not_show_what_it_has_signed_should_fail() {
	let (world, worker, oracle) = world(600).await;
	let model = order_digits(&world, &oracle, "receipts").await;
	until_served(&worker, model).await;
	let mut prober = prober(&oracle);
	let document = document(&world, &mut prober).await;
	for pixel in 1..4 {
		assert_eq!(infer(&worker, request(pixel)).await.status(), 200);
	}
	assert_eq!(audit(&mut prober, &document).await, Some(ProbeOutcome::Ok));
	let lies: [(&str, Lie); 8] = [
		("the payload is gone", |answer| match answer {
			AuditAnswer::Payload { .. } => AuditAnswer::NotHere,
			other => other,
		}),
		("another request", |answer| match answer {
			AuditAnswer::Payload { mut input, output, key } => {
				input.push(b' ');
				AuditAnswer::Payload { input, output, key }
			},
			other => other,
		}),
		("another response", |answer| match answer {
			AuditAnswer::Payload { input, mut output, key } => {
				output.push(b' ');
				AuditAnswer::Payload { input, output, key }
			},
			other => other,
		}),
		("receipts of another model", |answer| match answer {
			AuditAnswer::Recent(mut recent) => {
				recent[0].model = [1; 32];
				AuditAnswer::Recent(recent)
			},
			other => other,
		}),
		("receipts of another node", |answer| match answer {
			AuditAnswer::Recent(mut recent) => {
				recent[2].node = node(2).key();
				AuditAnswer::Recent(recent)
			},
			other => other,
		}),
		("receipts that were never given", |answer| match answer {
			AuditAnswer::Recent(mut recent) => {
				for receipt in &mut recent {
					receipt.index += 100;
				}
				AuditAnswer::Recent(recent)
			},
			other => other,
		}),
		("no list", |_| AuditAnswer::NotAllowed),
		("a payload instead of a list", |_| AuditAnswer::Payload {
			input: Vec::new(),
			output: Vec::new(),
			key: None,
		}),
	];
	for (what, lie) in lies {
		worker.shared.receipts.lie(lie);
		assert_eq!(audit(&mut prober, &document).await, Some(ProbeOutcome::Failed), "{what}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn evaluations_should_be_repeated_with_the_keys_of_clients() {
	let (world, worker, oracle) = world(600).await;
	let files = oracle.shared.files.files();
	let model = files.add(DIGITS).await.unwrap().cid;
	let text = format!("version: 2\nkind: encrypted-model\nname: private\nmodel: {model}\n");
	let specification = files.add(text.as_bytes()).await.unwrap().cid;
	world.change(|state| {
		state.jobs.get_mut(&JOB).unwrap().specification = specification.to_bytes();
	});
	until_served(&worker, model).await;
	let mut prober = prober(&oracle);
	let document = document(&world, &mut prober).await;
	let read = EncryptedModel::from_bytes(DIGITS).unwrap();
	let words = read.parameters().bootstrap().unwrap().seeded_words();
	let mut bytes = vec![0; words * 8];
	SystemRng.fill(&mut bytes);
	let bodies = bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes).collect();
	let key = EvaluationKey::new(read.parameters(), 7, bodies).unwrap();
	let file = worker.shared.files.files().add(key.to_bytes().as_slice()).await.unwrap().cid;
	let asked = r1_edil::Request {
		parameters: read.parameters(),
		model: *read.id(),
		evaluation_key: key.id(),
		seed: 1,
		bodies: vec![5; read.head().inputs()],
	};
	let url = format!("{}/v1/encrypted/private/infer?key={file}", worker.url);
	let response = client().post(url).body(asked.to_bytes()).send().await.unwrap();
	assert_eq!(response.status(), 200);
	let right = response.bytes().await.unwrap().to_vec();
	// The oracle gets the key from the node, and has it from then on.
	for _ in 0..2 {
		assert_eq!(audit(&mut prober, &document).await, Some(ProbeOutcome::Ok));
	}
	let other = cid_of(RAW_CODEC, b"another model");
	let leave = async |file: Cid, key, output: Vec<u8>| {
		let answered = Answered { model: file, key, input: asked.to_bytes(), output };
		worker.shared.receipts.leave(JOB, answered).await.unwrap();
	};
	let mut wrong = right.clone();
	*wrong.last_mut().unwrap() ^= 1;
	for (what, key, output, expected) in [
		("what was answered", Some((key.id(), Some(file))), right.clone(), ProbeOutcome::Ok),
		("another bit", Some((key.id(), Some(file))), wrong, ProbeOutcome::Failed),
		("another key", Some(([1; 32], Some(file))), right.clone(), ProbeOutcome::Failed),
		("no key", None, right, ProbeOutcome::Failed),
	] {
		leave(other, None, Vec::new()).await;
		leave(model, key, output).await;
		assert_eq!(audit(&mut prober, &document).await, Some(expected), "{what}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn quality_of_a_node_should_fall_when_it_is_found_to_lie() {
	let (world, worker, oracle) = world(1).await;
	let model = order_digits(&world, &oracle, "receipts").await;
	until_served(&worker, model).await;
	assert_eq!(infer(&worker, request(1)).await.status(), 200);
	let tally = || oracle.shared.oracle.tally(0, TARGET).unwrap_or_default();
	until("probes and audits pass", || async { 8 <= tally().ok }).await;
	let before = tally();
	// It answers what it is asked by the oracle as well as ever.
	worker.shared.receipts.lie(|answer| match answer {
		AuditAnswer::Payload { .. } => AuditAnswer::NotHere,
		other => other,
	});
	until("audits fail", || async { before.failed + 3 <= tally().failed }).await;
	assert!(tally().quality() < u8::MAX);
}

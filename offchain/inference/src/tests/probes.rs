// SPDX-License-Identifier: Apache-2.0

//! An oracle probes a node: honest answers pass, everything else is told apart.

use super::{digits::MODEL, fp32, load, onnx, raw_cid};
use crate::{
	Datatype, Difference, InferenceLimits, InferenceService, NamedTensor, PROBE_BYTES_MAX,
	PROBE_TENSORS_MAX, Probe, ProbeAnswer, ProbeError, ProbeInputs, ProbeRefusal, Tensor,
	TensorData, Tolerance,
};
use codec::Encode;
use proptest::prelude::*;

async fn node_with(model: &[u8]) -> InferenceService {
	let service = InferenceService::with_tract(InferenceLimits::default());
	load(&service, "model", model).await.unwrap();
	service
}

fn sampled(seed: u8) -> ProbeInputs {
	ProbeInputs { batch: 3, values: 0.0..16.0, seed: [seed; 32] }
}

/// Sends a probe over the wire to a node that serves it, and the answer back.
async fn exchange(node: &InferenceService, probe: &Probe) -> ProbeAnswer {
	let received = Probe::decode(&probe.encode().unwrap()).unwrap();
	assert_eq!(received, *probe);
	let answer = node.answer(received).await;
	ProbeAnswer::decode(&answer.encode().unwrap()).unwrap()
}

fn probe_digits(oracle: &InferenceService, seed: u8) -> Probe {
	let model = oracle.model("model").unwrap();
	let inputs = sampled(seed).sample(model.metadata()).unwrap();
	Probe { job: 7, model: *model.cid(), inputs }
}

#[tokio::test]
async fn answer_should_agree_when_the_node_serves_the_model() {
	let (oracle, node) = (node_with(MODEL).await, node_with(MODEL).await);
	let probe = probe_digits(&oracle, 1);
	let ProbeAnswer::Outputs(expected) = oracle.answer(probe.clone()).await else {
		panic!("the oracle can run its own probe")
	};
	let ProbeAnswer::Outputs(answered) = exchange(&node, &probe).await else {
		panic!("the node serves the model")
	};
	assert_eq!(answered[0].tensor.shape(), [3, 10]);
	Tolerance::new(1e-4).unwrap().compare(&expected, &answered).unwrap();
}

#[tokio::test]
async fn answer_should_differ_when_it_belongs_to_another_probe() {
	let oracle = node_with(MODEL).await;
	let mut answers = Vec::new();
	for seed in [1, 2] {
		let probe = probe_digits(&oracle, seed);
		let ProbeAnswer::Outputs(outputs) = oracle.answer(probe).await else { panic!("served") };
		answers.push(outputs);
	}
	let error = Tolerance::new(1e-4).unwrap().compare(&answers[0], &answers[1]).unwrap_err();
	assert!(matches!(error, Difference::Element { .. }), "{error}");
}

#[tokio::test]
async fn probe_should_be_refused_when_the_node_cannot_answer_it() {
	let node = node_with(MODEL).await;
	let good = probe_digits(&node, 1);

	let elsewhere = Probe { model: raw_cid(b"another model"), ..good.clone() };
	let answer = exchange(&node, &elsewhere).await;
	assert_eq!(answer, ProbeAnswer::Refused(ProbeRefusal::NotServed));

	let unfit = Probe { inputs: vec![fp32("image", &[1, 2], &[0.0, 0.0])], ..good };
	let answer = exchange(&node, &unfit).await;
	assert_eq!(answer, ProbeAnswer::Refused(ProbeRefusal::InvalidInput));
}

#[tokio::test]
async fn inputs_should_fit_any_model_and_follow_their_seed() {
	let node = node_with(&onnx::addition()).await;
	let model = node.model("model").unwrap();
	let inputs = sampled(1).sample(model.metadata()).unwrap();
	assert_eq!(inputs, sampled(1).sample(model.metadata()).unwrap());
	assert_ne!(inputs, sampled(2).sample(model.metadata()).unwrap());
	let names: Vec<_> = inputs.iter().map(|input| &*input.name).collect();
	assert_eq!(names, ["left", "right"]);
	assert!(inputs.iter().all(|input| input.tensor.datatype() == Datatype::Int64));

	let huge = ProbeInputs { batch: PROBE_BYTES_MAX, ..sampled(1) };
	assert!(matches!(huge.sample(model.metadata()), Err(ProbeError::TooLarge { .. })));
}

#[test]
fn bytes_should_be_refused_when_they_are_too_many_or_no_probe() {
	let too_many = vec![0; PROBE_BYTES_MAX + 1];
	let expected = ProbeError::TooLarge { got: PROBE_BYTES_MAX + 1 };
	assert_eq!(Probe::decode(&too_many).unwrap_err(), expected);
	assert_eq!(ProbeAnswer::decode(&too_many).unwrap_err(), expected);

	// A job, an identifier of no bytes, no inputs.
	let nameless = (7_u32, Vec::<u8>::new(), Vec::<u8>::new()).encode();
	assert_eq!(Probe::decode(&nameless).unwrap_err(), ProbeError::InvalidModel);

	let probe = Probe { job: 7, model: raw_cid(b"model"), inputs: vec![fp32("x", &[1], &[0.0])] };
	let mut trailing = probe.encode().unwrap();
	trailing.push(0);
	assert!(matches!(Probe::decode(&trailing), Err(ProbeError::Malformed(_))));

	let inputs = vec![fp32("x", &[1], &[0.0]); PROBE_TENSORS_MAX + 1];
	let crowded = Probe { inputs, ..probe }.encode().unwrap_err();
	assert_eq!(crowded, ProbeError::TooManyTensors { got: PROBE_TENSORS_MAX + 1 });
}

fn outputs(data: TensorData) -> Vec<NamedTensor> {
	let tensor = Tensor::new(vec![data.len()], data).unwrap();
	vec![NamedTensor { name: "y".to_owned(), tensor }]
}

#[test]
fn comparison_should_follow_the_tolerance_when_elements_are_floats() {
	let check = |expected: f32, got: f32, agrees: bool| {
		let (expected_outputs, got_outputs) = (
			outputs(TensorData::Fp32(vec![0.0, expected])),
			outputs(TensorData::Fp32(vec![0.0, got])),
		);
		let result = Tolerance::new(1e-4).unwrap().compare(&expected_outputs, &got_outputs);
		let difference = Err(Difference::Element { output: "y".to_owned(), index: 1 });
		assert_eq!(result, if agrees { Ok(()) } else { difference }, "{expected} and {got}");
	};
	check(0.5, 0.500_09, true);
	check(0.5, 0.500_11, false);
	check(1_000.0, 1_000.09, true);
	check(1_000.0, 1_000.2, false);
	check(f32::NAN, f32::NAN, true);
	check(0.0, f32::NAN, false);
	check(f32::NAN, 0.0, false);
	check(f32::INFINITY, f32::INFINITY, true);
	check(f32::INFINITY, f32::NEG_INFINITY, false);
	check(f32::INFINITY, 0.0, false);
	check(0.0, f32::INFINITY, false);
}

#[test]
fn comparison_should_be_exact_when_elements_are_integers() {
	let tolerance = Tolerance::new(0.5).unwrap();
	let expected = outputs(TensorData::Int64(vec![1, 2, 3]));
	let compare = |got| tolerance.compare(&expected, &outputs(got));
	assert_eq!(compare(TensorData::Int64(vec![1, 2, 3])), Ok(()));
	assert_eq!(
		compare(TensorData::Int64(vec![1, 2, 4])),
		Err(Difference::Element { output: "y".to_owned(), index: 2 })
	);
	assert!(matches!(compare(TensorData::Int64(vec![1, 2])), Err(Difference::Shape { .. })));
	assert!(matches!(compare(TensorData::Int32(vec![1, 2, 3])), Err(Difference::Datatype { .. })));
	assert!(matches!(tolerance.compare(&expected, &[]), Err(Difference::Count { .. })));
}

#[test]
fn tolerance_should_be_refused_when_it_is_negative_large_or_no_number() {
	for wrong in [-1e-9, 1.0, f64::NAN, f64::INFINITY] {
		assert!(Tolerance::new(wrong).is_err(), "{wrong}");
	}
	assert_eq!(Tolerance::new(0.0).unwrap(), Tolerance::EXACT);
}

proptest! {
	#[test]
	fn decoding_should_return_when_the_bytes_are_anything(
		bytes in prop::collection::vec(any::<u8>(), 0..512),
	) {
		if let Ok(probe) = Probe::decode(&bytes) {
			prop_assert_eq!(Probe::decode(&probe.encode().unwrap()).unwrap(), probe);
		}
		if let Ok(answer) = ProbeAnswer::decode(&bytes) {
			answer.encode().unwrap();
		}
	}

	#[test]
	fn probe_should_survive_when_encoded_and_decoded(
		job in any::<u32>(),
		names in prop::collection::vec("[a-z]{1,12}", 0..4),
		elements in prop::collection::vec(any::<i32>(), 0..32),
	) {
		let tensor = Tensor::new(vec![elements.len()], TensorData::Int32(elements)).unwrap();
		let inputs = names
			.into_iter()
			.map(|name| NamedTensor { name, tensor: tensor.clone() })
			.collect();
		let probe = Probe { job, model: raw_cid(b"model"), inputs };
		prop_assert_eq!(Probe::decode(&probe.encode().unwrap()).unwrap(), probe);
	}
}

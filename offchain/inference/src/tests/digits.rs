// SPDX-License-Identifier: Apache-2.0

//! The repository's model must do here what its training script measured.

use super::{fp32, serving};
use crate::{Datatype, Dimension, InferenceRequest, InferenceService, ServedModel, TensorData};
use serde::{Deserialize, de::DeserializeOwned};

pub(super) const MODEL: &[u8] = include_bytes!("../../../../models/digits/digits.onnx");
const HELD_OUT: &str = include_str!("../../../../models/digits/held-out.json");
const VECTORS: &str = include_str!("../../../../models/digits/vectors.json");

const PIXELS: usize = 64;
const CLASSES: usize = 10;

#[derive(Deserialize)]
struct HeldOut {
	correct: usize,
	total: usize,
	examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
	label: usize,
	image: Vec<f32>,
}

#[derive(Deserialize)]
struct Vectors {
	examples: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
	image: Vec<f32>,
	probabilities: Vec<f32>,
}

fn read<T: DeserializeOwned>(json: &str) -> T {
	serde_json::from_str(json).unwrap()
}

/// The probabilities of each image's classes, computed as one batch.
async fn classify(
	service: &InferenceService,
	model: &ServedModel,
	images: &[&[f32]],
) -> Vec<Vec<f32>> {
	let input = fp32("image", &[images.len(), PIXELS], &images.concat());
	let request = InferenceRequest { inputs: vec![input], outputs: Vec::new() };
	let [output] = service.infer(model, request).await.unwrap().try_into().unwrap();
	assert_eq!(output.name, "probabilities");
	assert_eq!(output.tensor.shape(), [images.len(), CLASSES]);
	let TensorData::Fp32(probabilities) = output.tensor.into_data() else {
		panic!("probabilities are FP32")
	};
	probabilities.chunks(CLASSES).map(<[f32]>::to_vec).collect()
}

fn most_probable(probabilities: &[f32]) -> usize {
	let indexed = probabilities.iter().enumerate();
	indexed.max_by(|(_, left), (_, right)| left.total_cmp(right)).unwrap().0
}

#[tokio::test]
async fn accuracy_should_be_what_training_measured_when_run_on_all_held_out_images() {
	let (service, model) = serving(MODEL).await;
	let held_out: HeldOut = read(HELD_OUT);
	assert_eq!(held_out.examples.len(), held_out.total);

	let images: Vec<_> = held_out.examples.iter().map(|example| &*example.image).collect();
	let answers = classify(&service, &model, &images).await;
	let correct = answers
		.iter()
		.zip(&held_out.examples)
		.filter(|(probabilities, example)| most_probable(probabilities) == example.label)
		.count();

	assert_eq!(correct, held_out.correct);
	assert!(held_out.total * 97 <= correct * 100, "{correct} of {}", held_out.total);
}

#[tokio::test]
async fn probabilities_should_equal_onnx_runtime_when_run_on_the_test_vectors() {
	let (service, model) = serving(MODEL).await;
	let vectors: Vectors = read(VECTORS);
	assert!(!vectors.examples.is_empty());
	for vector in &vectors.examples {
		let answer = classify(&service, &model, &[&vector.image]).await.remove(0);
		for (ours, theirs) in answer.iter().zip(&vector.probabilities) {
			assert!((ours - theirs).abs() < 1e-4, "{answer:?} is not {:?}", vector.probabilities);
		}
	}
}

#[tokio::test]
async fn batch_should_answer_as_single_images_do_when_its_size_changes() {
	let (service, model) = serving(MODEL).await;
	let held_out: HeldOut = read(HELD_OUT);
	let images: Vec<_> = held_out.examples.iter().take(7).map(|example| &*example.image).collect();
	let together = classify(&service, &model, &images).await;
	for (image, batched) in images.iter().zip(&together) {
		let alone = classify(&service, &model, &[image]).await.remove(0);
		for (left, right) in alone.iter().zip(batched) {
			assert!((left - right).abs() < 1e-5);
		}
	}
}

#[tokio::test]
async fn metadata_should_name_inputs_and_outputs_as_the_model_does() {
	let (_, model) = serving(MODEL).await;
	let metadata = model.metadata();
	let [input] = &*metadata.inputs else { panic!("one input") };
	let [output] = &*metadata.outputs else { panic!("one output") };
	let batch = Dimension::Dynamic("N".to_owned());
	assert_eq!((&*input.name, input.datatype), ("image", Datatype::Fp32));
	assert_eq!(input.shape, [batch.clone(), Dimension::Fixed(PIXELS)]);
	assert_eq!((&*output.name, output.datatype), ("probabilities", Datatype::Fp32));
	assert_eq!(output.shape, [batch, Dimension::Fixed(CLASSES)]);
	assert_eq!(input.shape_display(), "[N, 64]");
}

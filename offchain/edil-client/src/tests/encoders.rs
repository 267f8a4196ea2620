// SPDX-License-Identifier: Apache-2.0

//! Encoders of the trainer: the integers are those that Python made.

use super::models::Example;
use crate::{DenseEncoder, Encoder, EncoderError, ScalingEncoder};

fn check(example: Example, encoder: &dyn Encoder) {
	let vectors = example.vectors();
	for (raw, inputs) in vectors.raw.iter().zip(&vectors.inputs) {
		assert_eq!(encoder.encode(&raw.values()).expect("it has as many values"), *inputs);
	}
}

#[test]
fn dense_encoder_should_make_the_integers_that_the_trainer_made() {
	let encoder = DenseEncoder::from_json(&Example::Digits.file("encoder.json"));
	check(Example::Digits, &encoder.expect("the trainer wrote it"));
}

#[test]
fn scaling_encoder_should_make_the_integers_that_the_trainer_made() {
	let encoder = ScalingEncoder::from_json(&Example::BreastCancer.file("encoder.json"));
	check(Example::BreastCancer, &encoder.expect("the trainer wrote it"));
}

#[test]
fn encoder_should_refuse_what_it_cannot_encode() {
	let encoder = DenseEncoder::from_json(&Example::Digits.file("encoder.json"));
	let encoder = encoder.expect("the trainer wrote it");
	let few = encoder.encode(&[1.0]);
	assert!(matches!(few, Err(EncoderError::Values { expected: 64, found: 1 })), "{few:?}");
	let mut values = [0.0; 64];
	values[3] = f64::NAN;
	let infinite = encoder.encode(&values);
	assert!(matches!(infinite, Err(EncoderError::Infinite { index: 3 })), "{infinite:?}");
}

#[test]
fn encoder_should_be_refused_when_it_does_not_fit_together() {
	let text = |format: &str, version: u32, layers: &str| {
		format!(
			"{{\"format\":\"{format}\",\"version\":{version},\"input_scale\":1,\"weight_scale\":2,\
			 \"output_max\":1,\"layers\":[{layers}]}}"
		)
	};
	let read = |text: String| DenseEncoder::from_json(text.as_bytes());
	let layer = "{\"activation\":\"tanh\",\"weights\":[[1,2]],\"biases\":[3]}";
	assert!(read(text("r1-edil-encoder", 1, layer)).is_ok());
	let newer = read(text("r1-edil-encoder", 2, layer));
	assert!(matches!(newer, Err(EncoderError::Version { version: 2, .. })), "{newer:?}");
	let other = read(text("r1-edil-scaler", 1, layer));
	assert!(matches!(other, Err(EncoderError::Version { .. })), "{other:?}");
	for layers in ["", &format!("{layer},{layer}"), &layer.replace("[3]", "[]")] {
		let refused = read(text("r1-edil-encoder", 1, layers));
		assert!(matches!(refused, Err(EncoderError::Layers)), "{layers}");
	}
	let text = read(text("r1-edil-encoder", 1, "7"));
	assert!(matches!(text, Err(EncoderError::Json(_))), "{text:?}");
}

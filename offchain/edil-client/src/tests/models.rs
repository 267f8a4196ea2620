// SPDX-License-Identifier: Apache-2.0

//! The models of the repository: what the compiler makes of what the trainer exported.

use super::compiled;
use crate::{CompileOptions, HeadFile};
use r1_edil::{EncoderReference, EncryptedModel, Head, ParameterSet};
use serde::Deserialize;
use sp_crypto_hashing::blake2_256;
use std::{env, fs, path::PathBuf};

/// A model of the repository.
#[derive(Clone, Copy, Debug)]
pub(super) enum Example {
	BreastCancer,
	Digits,
}

/// What the trainer's integers come to, for samples that nobody trained with.
#[derive(Debug, Deserialize)]
pub(super) struct Vectors {
	format: String,
	version: u32,
	pub(super) labels: Vec<usize>,
	pub(super) raw: Vec<Raw>,
	pub(super) inputs: Vec<Vec<i8>>,
	pub(super) logits: Vec<Vec<i32>>,
}

/// What an encoder is given: numbers, or pixels from `a` to `q`.
///
/// JSON of any kind first: where numbers keep all of their digits, as another crate may want it, they
/// are not tried one way and then another.
#[derive(Debug, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub(super) enum Raw {
	Numbers(Vec<f64>),
	Pixels(String),
}

impl TryFrom<serde_json::Value> for Raw {
	type Error = serde_json::Error;

	fn try_from(raw: serde_json::Value) -> Result<Self, Self::Error> {
		match raw {
			serde_json::Value::String(pixels) => Ok(Self::Pixels(pixels)),
			numbers => serde_json::from_value(numbers).map(Self::Numbers),
		}
	}
}

impl Raw {
	pub(super) fn values(&self) -> Vec<f64> {
		match self {
			Self::Numbers(numbers) => numbers.clone(),
			Self::Pixels(pixels) => pixels.bytes().map(|pixel| f64::from(pixel - b'a')).collect(),
		}
	}
}

impl Example {
	const ALL: [Self; 2] = [Self::BreastCancer, Self::Digits];

	fn folder(self) -> PathBuf {
		let name = match self {
			Self::BreastCancer => "edil-breast-cancer",
			Self::Digits => "edil-digits",
		};
		// Tests run in the folder of their package, wherever it was built.
		PathBuf::from("../../models").join(name)
	}

	pub(super) fn file(self, name: &str) -> Vec<u8> {
		fs::read(self.folder().join(name)).expect("the file is in the repository")
	}

	pub(super) fn head(self) -> HeadFile {
		HeadFile::from_json(&self.file("head.json")).expect("the trainer wrote it")
	}

	pub(super) fn options(self, failure_log2: f64) -> CompileOptions {
		let encoder = EncoderReference::Hash(blake2_256(&self.file("encoder.json")));
		CompileOptions { failure_log2, encoder }
	}

	pub(super) fn vectors(self) -> Vectors {
		let vectors: Vectors =
			serde_json::from_slice(&self.file("vectors.json")).expect("it is JSON");
		assert_eq!((vectors.format.as_str(), vectors.version), ("r1-edil-vectors", 1));
		vectors
	}

	/// Whether logits say what a label does; of equals the first counts.
	pub(super) fn is_right(self, logits: &[i32], label: usize) -> bool {
		let said = match self {
			Self::BreastCancer => usize::from(logits[0] > 0),
			Self::Digits => {
				let largest = logits.iter().max().expect("there are ten");
				logits.iter().position(|logit| logit == largest).expect("it is one of them")
			},
		};
		said == label
	}
}

/// The files that the compiler's results are in.
fn saved(example: Example, name: &str, failure_log2: f64) -> (Vec<u8>, EncryptedModel) {
	let model = compiled(example, failure_log2).model;
	if env::var_os("R1_EDIL_SAVE").is_some_and(|value| value == "1") {
		fs::write(example.folder().join(name), model.bytes()).expect("the folder can be written");
	}
	(example.file(name), model)
}

#[test]
fn models_should_be_what_the_compiler_makes_of_the_exported_heads() {
	let all = [
		(Example::BreastCancer, "model.edil", -128.0, ParameterSet::Levelled),
		(Example::Digits, "model.edil", -54.0, ParameterSet::Bootstrapped1024),
		(Example::Digits, "model-128.edil", -128.0, ParameterSet::Bootstrapped2048),
	];
	for (example, name, failure_log2, parameters) in all {
		let (bytes, model) = saved(example, name, failure_log2);
		assert_eq!(bytes, model.bytes(), "{example:?} {name}");
		assert_eq!(model.parameters(), parameters, "{example:?} {name}");
		assert_eq!(EncryptedModel::from_bytes(&bytes), Ok(model), "{example:?} {name}");
	}
}

#[test]
fn models_should_be_as_good_as_they_say_in_the_clear() {
	for example in Example::ALL {
		let model = compiled(example, -54.0).model;
		let vectors = example.vectors();
		let mut right = 0;
		for ((inputs, expected), label) in
			vectors.inputs.iter().zip(&vectors.logits).zip(&vectors.labels)
		{
			let logits = model.head().evaluate(inputs).expect("it has as many inputs");
			assert_eq!(logits, *expected);
			right += u32::from(example.is_right(&logits, *label));
		}
		let accuracy = model.content().accuracy;
		assert_eq!(accuracy.samples as usize, vectors.labels.len());
		assert_eq!(accuracy.correct_integer, right);
		// Within one point of what floats of the same size reach.
		let lost = accuracy.correct_float.saturating_sub(right);
		assert!(100 * lost <= accuracy.samples, "{example:?}: {accuracy:?}");
	}
}

#[test]
fn calibration_should_lie_within_the_worst_case() {
	for example in Example::ALL {
		let content = compiled(example, -54.0).model.content().clone();
		let (calibration, bound) = (content.calibration, content.accumulator_bound);
		assert!(-bound <= calibration.accumulator_min && calibration.accumulator_max <= bound);
		if let Head::Perceptron { activation, .. } = content.head {
			// Beyond its entries a table is folded, which is what makes so few levels enough.
			assert!(activation.half_levels() / 2 < bound && bound <= 12, "{bound}");
		}
	}
}

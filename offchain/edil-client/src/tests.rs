// SPDX-License-Identifier: Apache-2.0

//! Keys, encoders, the compiler, and encrypted inference from one end to the other.
//!
//! - `RUN_SLOW_TESTS=1`: all samples of the digits' test with both parameter sets, instead of a few.
//! - `R1_EDIL_SAVE=1`: writes what the compiler makes into `models/`.

mod compiler;
mod encoders;
mod evaluation;
mod determinism;
mod keys;
mod models;
mod noise;
mod refusals;
mod security;

use crate::{
	AccuracyFile, ActivationFile, CalibrationFile, CompileOptions, Compiled, HeadFile, HeadKind,
	LayerFile, SecretKey, compile,
};
use models::Example;
use r1_core::SystemRng;
use r1_edil::{EncoderReference, EvaluationKey, ParameterSet, PreparedKey};
use std::sync::OnceLock;

/// The keys of one client: to make them takes longer than most tests.
struct Client {
	secret: SecretKey,
	evaluation: EvaluationKey,
	prepared: PreparedKey,
}

fn client(parameters: ParameterSet) -> &'static Client {
	static OF_1024: OnceLock<Client> = OnceLock::new();
	static OF_2048: OnceLock<Client> = OnceLock::new();
	let of_set = match parameters {
		ParameterSet::Bootstrapped2048 => &OF_2048,
		_ => &OF_1024,
	};
	of_set.get_or_init(|| {
		let (secret, evaluation) = SecretKey::generate(parameters, &SystemRng);
		let evaluation = evaluation.expect("the set bootstraps");
		let prepared = PreparedKey::new(evaluation.clone()).expect("the set bootstraps");
		Client { secret, evaluation, prepared }
	})
}

/// A small head of two neurons and two logits.
fn head_file() -> HeadFile {
	HeadFile {
		format: "r1-edil-head".to_owned(),
		version: 1,
		kind: HeadKind::Perceptron,
		input_max: 1,
		accumulator_bound: Some(12),
		half_levels: Some(16),
		activation: Some(ActivationFile {
			first: -12,
			values: (-12..=12).map(|accumulator: i8| accumulator.clamp(-3, 3)).collect(),
		}),
		hidden: Some(LayerFile {
			weights: vec![vec![1, -1, 1], vec![0, 2, -1]],
			biases: vec![0, 1],
		}),
		output: LayerFile { weights: vec![vec![2, -1], vec![1, 3]], biases: vec![-4, 0] },
		calibration: CalibrationFile { samples: 1, accumulator_min: -1, accumulator_max: 1 },
		accuracy: AccuracyFile { samples: 2, correct_float: 2, correct_integer: 1 },
	}
}

fn options(failure_log2: f64) -> CompileOptions {
	CompileOptions { failure_log2, encoder: EncoderReference::None }
}

fn compiled(example: Example, failure_log2: f64) -> Compiled {
	compile(&example.head(), &example.options(failure_log2)).expect("the example compiles")
}

fn runs_slow_tests() -> bool {
	std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1")
}

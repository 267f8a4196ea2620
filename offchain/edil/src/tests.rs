// SPDX-License-Identifier: Apache-2.0

//! Formats, limits, and decisions. What needs a secret key is tested in `r1-edil-client`.

mod formats;
mod heads;
mod keys;
mod masks;
mod queue;
mod worker;

use crate::{
	Accuracy, Activation, Calibration, EncoderReference, FftPlan, Head, Layer, ModelContent,
	ParameterSet, Request,
};

/// A head that is bootstrapped: three inputs, two neurons, two logits.
fn perceptron() -> Head {
	Head::Perceptron {
		hidden: Layer { inputs: 3, weights: vec![1, -1, 0, 1, 1, 1], biases: vec![0, 1] },
		activation: Activation { half_levels_log: 2, values: vec![-1, -1, 0, 1] },
		output: Layer { inputs: 2, weights: vec![3, -2, 1, 1], biases: vec![-4, 7] },
	}
}

/// A head that is not.
fn linear() -> Head {
	Head::Linear(Layer { inputs: 3, weights: vec![100, -128, 127], biases: vec![-1_000] })
}

/// What a file says of a head.
fn content(parameters: ParameterSet, input_max: u8, head: Head) -> ModelContent {
	ModelContent {
		parameters,
		fft_plan: FftPlan::Dif4,
		encoder: EncoderReference::Hash([7; 32]),
		input_max,
		accumulator_bound: head.accumulator_bound(input_max),
		logit_bound: head.logit_bound(input_max),
		head,
		calibration: Calibration { samples: 10, accumulator_min: -2, accumulator_max: 3 },
		accuracy: Accuracy { samples: 100, correct_float: 97, correct_integer: 96 },
	}
}

/// A request that nobody encrypted.
fn request(parameters: ParameterSet, model: [u8; 32], key: [u8; 32], inputs: usize) -> Request {
	Request { parameters, model, evaluation_key: key, seed: 5, bodies: vec![u64::MAX / 3; inputs] }
}

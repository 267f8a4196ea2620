// SPDX-License-Identifier: Apache-2.0

//! The evaluation of heads on ciphertexts.
//!
//! ```text
//! inputs, small key ──combine──> accumulators ──bootstrap──> neurons, big key ──combine──> logits
//!                                 one table, many at a time                     rounded
//! ```
//!
//! There is no keyswitch: the first layer works under the small key, and what comes out of a
//! bootstrap is under the big one, where the second layer works and the client decrypts.
//!
//! Nothing here depends on how many threads there are or on what is evaluated together, so the bytes
//! of a response follow from the bytes of model, key and request.

use crate::{
	bootstrap::bootstrap_all,
	head::{Head, Layer},
	masks::expand,
	model::EncryptedModel,
	prepared::PreparedKey,
	wire::{Request, Response},
};
use std::num::NonZeroUsize;

/// Evaluates requests of one model and one key, together.
///
/// # Errors
///
/// A request, or the key, is not what the model is evaluated with. Nothing is evaluated then.
pub fn evaluate(
	model: &EncryptedModel,
	key: Option<&PreparedKey>,
	requests: &[Request],
	threads: NonZeroUsize,
) -> Result<Vec<Response>, EvaluateError> {
	requests.iter().try_for_each(|request| check_request(model, request))?;
	let parameters = model.parameters();
	let (width_in, width_out) = (parameters.input_lwe_size().0, parameters.output_lwe_size().0);
	let first = |layer: &Layer, request: &Request| {
		combine(layer, &expand(request, threads), width_in, model.input_scale())
	};
	let words: Vec<_> = match model.head() {
		Head::Linear(layer) => requests.iter().map(|request| first(layer, request)).collect(),
		Head::Perceptron { hidden, output, .. } => {
			let key = key.filter(|key| key.parameters() == parameters);
			let key = key.ok_or(EvaluateError::Key)?;
			let accumulators: Vec<_> =
				requests.iter().flat_map(|request| first(hidden, request)).collect();
			let neurons = bootstrap_all(model, key, &accumulators, threads);
			let logits = |neurons| combine(output, neurons, width_out, model.logit_scale());
			neurons.chunks(width_out * hidden.outputs()).map(logits).collect()
		},
	};
	let respond = |(request, words): (&Request, Vec<u64>)| {
		Response::of_ciphertexts(parameters, request.id(), &words)
	};
	Ok(requests.iter().zip(words).map(respond).collect())
}

/// Checks whether a request is one for a model, before it waits among others.
///
/// # Errors
///
/// It names another model, or is not what the model takes.
pub fn check_request(model: &EncryptedModel, request: &Request) -> Result<(), EvaluateError> {
	if request.model != *model.id() {
		return Err(EvaluateError::Model);
	}
	if request.parameters != model.parameters() {
		return Err(EvaluateError::Parameters);
	}
	let (expected, found) = (model.head().inputs(), request.bodies.len());
	if expected != found {
		return Err(EvaluateError::Inputs { expected, found });
	}
	Ok(())
}

/// A layer on ciphertexts of some words each, one after the other; `scale` is what one is on the
/// torus.
///
/// Arithmetic on the torus wraps, so products and sums here do.
fn combine(layer: &Layer, inputs: &[u64], width: usize, scale: u64) -> Vec<u64> {
	let mut outputs = Vec::with_capacity(width * layer.outputs());
	for (row, bias) in layer.rows() {
		let start = outputs.len();
		outputs.resize(start + width, 0_u64);
		let output = &mut outputs[start..];
		for (weight, input) in row.iter().zip(inputs.chunks(width)) {
			let factor = i64::from(*weight).cast_unsigned();
			if factor == 0 {
				continue;
			}
			for (sum, word) in output.iter_mut().zip(input) {
				*sum = sum.wrapping_add(word.wrapping_mul(factor));
			}
		}
		let body = &mut output[width - 1];
		*body = body.wrapping_add(i64::from(bias).cast_unsigned().wrapping_mul(scale));
	}
	outputs
}

/// Why a request is not evaluated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EvaluateError {
	/// It names another model.
	#[error("the request is for another model")]
	Model,
	/// It is of other parameters.
	#[error("the request is of other parameters than its model")]
	Parameters,
	/// It has another number of inputs.
	#[error("the request has {found} inputs, and its model {expected}")]
	Inputs {
		/// How many the model has.
		expected: usize,
		/// How many the request has.
		found: usize,
	},
	/// There is no key, or one of other parameters.
	#[error("there is no evaluation key of the model's parameters")]
	Key,
}

// SPDX-License-Identifier: Apache-2.0

//! Encrypted inference from one end to the other: what is decrypted is what integers come to.

use super::{client, compiled, models::Example, runs_slow_tests};
use crate::{Compiled, SecretKey, decrypt, encrypt};
use r1_core::SystemRng;
use r1_edil::{ParameterSet, PreparedKey, Request, evaluate};
use std::num::NonZeroUsize;

const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// Requests that are evaluated together.
const BATCH: usize = 4;

/// Evaluates samples and compares each with the integer model; returns how many are right, in the
/// clear and encrypted.
fn check(
	example: Example,
	compiled: &Compiled,
	secret: &SecretKey,
	key: Option<&PreparedKey>,
	count: usize,
) -> (usize, usize) {
	let model = &compiled.model;
	let vectors = example.vectors();
	let samples: Vec<_> = vectors
		.inputs
		.iter()
		.zip(&vectors.logits)
		.zip(&vectors.labels)
		.take(count)
		.collect();
	let mut right = (0, 0);
	for some in samples.chunks(BATCH) {
		let request = |sample: &((&Vec<i8>, _), _)| {
			encrypt(secret, model, sample.0.0, &SystemRng).expect("it fits the model")
		};
		let requests: Vec<Request> = some.iter().map(request).collect();
		let responses = evaluate(model, key, &requests, THREADS).expect("they fit the model");
		for ((request, response), ((_, expected), label)) in
			requests.iter().zip(responses).zip(some)
		{
			assert_eq!(request.to_bytes().len(), compiled.report.request_bytes);
			assert_eq!(response.to_bytes().len(), compiled.report.response_bytes);
			let logits = decrypt(secret, model, &request.id(), &response).expect("it answers it");
			assert_eq!(logits, **expected);
			right.0 += usize::from(example.is_right(expected, **label));
			right.1 += usize::from(example.is_right(&logits, **label));
		}
	}
	assert_eq!(right.0, right.1);
	right
}

fn check_digits(failure_log2: f64, parameters: ParameterSet) {
	let compiled = compiled(Example::Digits, failure_log2);
	assert_eq!(compiled.report.parameters, parameters);
	let client = client(parameters);
	let count = if runs_slow_tests() { usize::MAX } else { 20 };
	let (clear, encrypted) =
		check(Example::Digits, &compiled, &client.secret, Some(&client.prepared), count);
	println!("{parameters:?}: {encrypted} right encrypted, {clear} in the clear");
	if runs_slow_tests() {
		assert_eq!(encrypted as u32, compiled.model.content().accuracy.correct_integer);
	}
}

#[test]
fn digits_should_decrypt_to_the_integer_model() {
	check_digits(-54.0, ParameterSet::Bootstrapped1024);
}

#[test]
fn digits_should_decrypt_to_the_integer_model_with_rarer_failures() {
	check_digits(-128.0, ParameterSet::Bootstrapped2048);
}

#[test]
fn breast_cancer_should_decrypt_to_the_integer_model() {
	let compiled = compiled(Example::BreastCancer, -128.0);
	let (secret, _) = SecretKey::generate(ParameterSet::Levelled, &SystemRng);
	let (clear, encrypted) = check(Example::BreastCancer, &compiled, &secret, None, usize::MAX);
	println!("breast cancer: {encrypted} right encrypted, {clear} in the clear");
	assert_eq!(encrypted as u32, compiled.model.content().accuracy.correct_integer);
}

#[test]
fn requests_should_never_have_the_same_seed() {
	let compiled = compiled(Example::BreastCancer, -128.0);
	let (secret, _) = SecretKey::generate(ParameterSet::Levelled, &SystemRng);
	let inputs = &Example::BreastCancer.vectors().inputs[0];
	let request = || encrypt(&secret, &compiled.model, inputs, &SystemRng).expect("it fits");
	let (one, other) = (request(), request());
	assert_ne!(one.seed, other.seed);
	assert!(one.bodies.iter().zip(&other.bodies).all(|(one, other)| one != other));
}

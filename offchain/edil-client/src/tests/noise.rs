// SPDX-License-Identifier: Apache-2.0

//! Whether noise is what the compiler computes with.

use super::{client, compiled, models::Example};
use crate::{SecretKey, encrypt, noise::logit_deviation};
use r1_core::SystemRng;
use r1_edil::{EncryptedModel, Head, ParameterSet, PreparedKey, Request, Response, evaluate};
use std::num::NonZeroUsize;
use tfhe::core_crypto::prelude::{CiphertextModulus, LweCiphertext, decrypt_lwe_ciphertext};

/// Errors that are looked at: chance moves the result by less than a tenth.
const ERRORS: usize = 120;

/// How far decrypted logits are from where they should be, in the deviations that are computed
/// for them.
fn errors(
	model: &EncryptedModel,
	secret: &SecretKey,
	response: &Response,
	logits: &[i32],
) -> Vec<f64> {
	let (Head::Linear(layer) | Head::Perceptron { output: layer, .. }) = model.head();
	let secret = secret.output();
	let error = |((words, expected), (row, _)): ((Vec<u64>, &i32), (&[i8], i32))| {
		let ciphertext = LweCiphertext::from_container(words, CiphertextModulus::new_native());
		let phase = decrypt_lwe_ciphertext(&secret, &ciphertext).0;
		let exact = i64::from(*expected).cast_unsigned().wrapping_mul(model.logit_scale());
		let error = phase.wrapping_sub(exact).cast_signed() as f64 / 64_f64.exp2();
		error / logit_deviation(model.parameters(), row)
	};
	response.ciphertexts().zip(logits).zip(layer.rows()).map(error).collect()
}

fn check(example: Example, failure_log2: f64, secret: &SecretKey, key: Option<&PreparedKey>) {
	let model = compiled(example, failure_log2).model;
	let vectors = example.vectors();
	let request = |inputs: &Vec<i8>| encrypt(secret, &model, inputs, &SystemRng).expect("it fits");
	let requests: Vec<Request> = vectors
		.inputs
		.iter()
		.take(ERRORS / model.head().logits())
		.map(request)
		.collect();
	let responses = evaluate(&model, key, &requests, NonZeroUsize::MIN).expect("they fit");
	let errors: Vec<f64> = responses
		.iter()
		.zip(&vectors.logits)
		.flat_map(|(response, logits)| errors(&model, secret, response, logits))
		.collect();
	let squares: f64 = errors.iter().map(|error| error * error).sum();
	let found = (squares / errors.len() as f64).sqrt();
	println!("{example:?}: {found:.2} of the computed noise");
	assert!((0.4..1.5).contains(&found), "{example:?}: {found} of the computed noise");
}

#[test]
fn noise_of_bootstrapped_logits_should_be_as_computed() {
	for (failure_log2, set) in
		[(-54.0, ParameterSet::Bootstrapped1024), (-128.0, ParameterSet::Bootstrapped2048)]
	{
		let client = client(set);
		check(Example::Digits, failure_log2, &client.secret, Some(&client.prepared));
	}
}

#[test]
fn noise_of_levelled_logits_should_be_as_computed() {
	// The rounding of responses is most of it.
	let (secret, _) = SecretKey::generate(ParameterSet::Levelled, &SystemRng);
	check(Example::BreastCancer, -128.0, &secret, None);
}

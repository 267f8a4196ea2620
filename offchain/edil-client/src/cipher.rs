// SPDX-License-Identifier: Apache-2.0

//! Encryption of inputs and decryption of logits.

use crate::{entropy::Entropy, keys::SecretKey};
use r1_core::Rng;
use r1_edil::{EncryptedModel, ParameterSet, Request, RequestId, Response};
use tfhe::core_crypto::{
	commons::math::random::{CompressionSeed, Seed},
	prelude::{
		CiphertextModulus, Gaussian, LweCiphertext, PlaintextList, SeededLweCiphertextList,
		StandardDev, decrypt_lwe_ciphertext, encrypt_seeded_lwe_ciphertext_list,
	},
};

/// Encrypts the inputs of a model, with a seed that was never used before.
///
/// `rng` is the operating system's ([`r1_core::SystemRng`]), or nothing is secret.
///
/// # Errors
///
/// The key is of other parameters, or the inputs are not what the model takes.
pub fn encrypt(
	key: &SecretKey,
	model: &EncryptedModel,
	inputs: &[i8],
	rng: &dyn Rng,
) -> Result<Request, EncryptError> {
	let parameters = model.parameters();
	if key.parameters() != parameters {
		return Err(EncryptError::Parameters { key: key.parameters(), model: parameters });
	}
	let (expected, found) = (model.head().inputs(), inputs.len());
	if expected != found {
		return Err(EncryptError::Inputs { expected, found });
	}
	let input_max = model.content().input_max;
	if let Some(index) = inputs.iter().position(|input| input.unsigned_abs() > input_max) {
		return Err(EncryptError::Range { index, input_max });
	}
	let scale = model.input_scale();
	let on_torus = |input: &i8| i64::from(*input).cast_unsigned().wrapping_mul(scale);
	let plain = PlaintextList::from_container(inputs.iter().map(on_torus).collect::<Vec<_>>());
	let mut entropy = Entropy(rng);
	let seed = entropy.next_seed();
	let secret = key.input();
	let mut encrypted = SeededLweCiphertextList::from_container(
		vec![0; found],
		secret.lwe_dimension().to_lwe_size(),
		CompressionSeed { seed: Seed(seed) },
		CiphertextModulus::new_native(),
	);
	let noise = Gaussian::from_dispersion_parameter(StandardDev(parameters.input_noise()), 0.0);
	encrypt_seeded_lwe_ciphertext_list(&secret, &mut encrypted, &plain, noise, &mut entropy);
	Ok(Request {
		parameters,
		model: *model.id(),
		evaluation_key: *key.evaluation_key(),
		seed,
		bodies: encrypted.into_container(),
	})
}

/// Decrypts the logits that answer a request.
///
/// # Errors
///
/// The response is to another request, is not what the model answers, or decrypts to what no
/// inputs lead to: it was not computed by the model with this key.
pub fn decrypt(
	key: &SecretKey,
	model: &EncryptedModel,
	request: &RequestId,
	response: &Response,
) -> Result<Vec<i32>, DecryptError> {
	if response.request() != request {
		return Err(DecryptError::Request);
	}
	let parameters = model.parameters();
	if response.parameters() != parameters || key.parameters() != parameters {
		return Err(DecryptError::Parameters);
	}
	let (expected, found) = (model.head().logits(), response.logits());
	if expected != found {
		return Err(DecryptError::Logits { expected, found });
	}
	let secret = key.output();
	let scale = i128::from(model.logit_scale());
	let bound = model.content().logit_bound;
	let logit = |words: Vec<u64>| {
		let ciphertext = LweCiphertext::from_container(words, CiphertextModulus::new_native());
		let phase = i128::from(decrypt_lwe_ciphertext(&secret, &ciphertext).0.cast_signed());
		let nearest = (phase + scale / 2).div_euclid(scale);
		let logit = i32::try_from(nearest).ok().filter(|logit| logit.abs() <= bound);
		logit.ok_or(DecryptError::Nonsense)
	};
	response.ciphertexts().map(logit).collect()
}

/// Why inputs are not encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EncryptError {
	/// The key is of another set.
	#[error("the key is of {key:?}, and the model of {model:?}")]
	Parameters {
		/// The key's.
		key: ParameterSet,
		/// The model's.
		model: ParameterSet,
	},
	/// Another number of inputs.
	#[error("{found} inputs, and the model takes {expected}")]
	Inputs {
		/// How many the model takes.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// An input that the worst case was not computed with.
	#[error("input {index} is not between -{input_max} and {input_max}")]
	Range {
		/// Which, from 0.
		index: usize,
		/// The largest magnitude.
		input_max: u8,
	},
}

/// Why a response is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecryptError {
	/// It answers something else.
	#[error("the response is to another request")]
	Request,
	/// It is of another set.
	#[error("the response or the key is of other parameters than the model")]
	Parameters,
	/// Another number of logits.
	#[error("{found} logits, and the model has {expected}")]
	Logits {
		/// How many the model has.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// A logit that the model cannot have.
	#[error("the response decrypts to what the model never answers")]
	Nonsense,
}

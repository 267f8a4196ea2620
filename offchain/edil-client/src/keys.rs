// SPDX-License-Identifier: Apache-2.0

//! Secret keys, and the evaluation keys that are made of them.

use crate::entropy::{Entropy, pack, unpack};
use codec::{DecodeAll as _, Encode as _};
use r1_core::Rng;
use r1_edil::{
	EvaluationKey, EvaluationKeyId, NO_EVALUATION_KEY, ParameterSet,
	framing::{FramingError, Kind, frame, unframe},
};
use std::fmt;
use tfhe::core_crypto::prelude::{
	CiphertextModulus, DecompositionBaseLog, DecompositionLevelCount, Gaussian, GlweSecretKey,
	LweSecretKey, PolynomialSize, StandardDev,
	par_allocate_and_generate_new_seeded_lwe_bootstrap_key,
};

/// What encrypts inputs and decrypts logits of one parameter set. It never leaves its owner.
///
/// ```text
/// bytes = "r1-edil" | kind 1 B = 5 | version 1 B = 1
///       | parameters 1 B | evaluation key 32 B | bits of the input key | bits of the output key
/// ```
///
/// A set with no bootstrap has one key for both, which is the output key.
#[derive(Clone, Eq, PartialEq)]
pub struct SecretKey {
	parameters: ParameterSet,
	evaluation_key: EvaluationKeyId,
	/// Empty if it is the output key.
	input: Vec<u64>,
	output: Vec<u64>,
}

impl fmt::Debug for SecretKey {
	/// Shows what it is, and nothing of it.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut shown = formatter.debug_struct("SecretKey");
		shown.field("parameters", &self.parameters).finish_non_exhaustive()
	}
}

impl SecretKey {
	/// Makes a key, and the evaluation key for workers if the set bootstraps: about half a second.
	///
	/// `rng` is the operating system's ([`r1_core::SystemRng`]), or nothing is secret.
	#[must_use]
	pub fn generate(parameters: ParameterSet, rng: &dyn Rng) -> (Self, Option<EvaluationKey>) {
		let mut entropy = Entropy(rng);
		let output = entropy.bits(parameters.output_dimension());
		let Some(bootstrap) = parameters.bootstrap() else {
			let evaluation_key = NO_EVALUATION_KEY;
			return (Self { parameters, evaluation_key, input: Vec::new(), output }, None);
		};
		let input = entropy.bits(parameters.input_dimension());
		let seeded = par_allocate_and_generate_new_seeded_lwe_bootstrap_key(
			&LweSecretKey::from_container(input.as_slice()),
			&GlweSecretKey::from_container(
				output.as_slice(),
				PolynomialSize(bootstrap.polynomial_size),
			),
			DecompositionBaseLog(bootstrap.base_log),
			DecompositionLevelCount(bootstrap.level_count),
			Gaussian::from_dispersion_parameter(StandardDev(bootstrap.noise), 0.0),
			CiphertextModulus::new_native(),
			&mut entropy,
		);
		let seed = seeded.compression_seed().seed.0;
		let evaluation_key = EvaluationKey::new(parameters, seed, seeded.into_container())
			.expect("it was made with the dimensions of its set; qed");
		let id = evaluation_key.id();
		(Self { parameters, evaluation_key: id, input, output }, Some(evaluation_key))
	}

	/// Reads a key.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretKeyError> {
		let body = unframe(Kind::SecretKey, bytes).map_err(SecretKeyError::Framing)?;
		let (index, body) = body.split_first().ok_or(SecretKeyError::Length)?;
		let parameters = ParameterSet::decode_all(&mut [*index].as_slice())
			.map_err(|_| SecretKeyError::Parameters { index: *index })?;
		let (evaluation_key, body) = body.split_first_chunk().ok_or(SecretKeyError::Length)?;
		let input_bits = input_bits(parameters);
		let output_bits = parameters.output_dimension();
		if body.len() != input_bits.div_ceil(8) + output_bits.div_ceil(8) {
			return Err(SecretKeyError::Length);
		}
		let (input, output) = body.split_at(input_bits.div_ceil(8));
		let key = Self {
			parameters,
			evaluation_key: *evaluation_key,
			input: unpack(input, input_bits),
			output: unpack(output, output_bits),
		};
		Ok(key)
	}

	/// Writes the key.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut body = self.parameters.encode();
		body.extend(self.evaluation_key);
		body.extend(pack(&self.input));
		body.extend(pack(&self.output));
		frame(Kind::SecretKey, &body)
	}

	/// What it is of.
	#[must_use]
	pub fn parameters(&self) -> ParameterSet {
		self.parameters
	}

	/// The evaluation key that was made with it.
	#[must_use]
	pub fn evaluation_key(&self) -> &EvaluationKeyId {
		&self.evaluation_key
	}

	pub(crate) fn input(&self) -> LweSecretKey<&[u64]> {
		LweSecretKey::from_container(if self.input.is_empty() { &self.output } else { &self.input })
	}

	pub(crate) fn output(&self) -> LweSecretKey<&[u64]> {
		LweSecretKey::from_container(&self.output)
	}
}

const fn input_bits(parameters: ParameterSet) -> usize {
	match parameters.bootstrap() {
		Some(bootstrap) => bootstrap.input_dimension,
		None => 0,
	}
}

/// Why bytes are no secret key. It says nothing of the bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SecretKeyError {
	/// Something else, or of another version.
	#[error("it is no secret key of encrypted inference")]
	Framing(#[source] FramingError),
	/// A set that nobody knows.
	#[error("parameter set {index} is unknown")]
	Parameters {
		/// Its index.
		index: u8,
	},
	/// More or fewer bytes than a key of the set has.
	#[error("the secret key has another length than its parameters say")]
	Length,
}

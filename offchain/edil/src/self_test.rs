// SPDX-License-Identifier: Apache-2.0

//! Whether this machine computes what every other one does.
//!
//! Key and request are words of a fixed sequence, and not made by anyone: what an evaluation
//! computes does not depend on whether somebody could decrypt it. So no secret key is needed, and
//! all bits of all numbers are in use.

use crate::{
	evaluate::evaluate,
	head::{Activation, Head, Layer},
	model::{Accuracy, Calibration, EncoderReference, EncryptedModel, ModelContent, ModelError},
	parameters::ParameterSet,
	plan::FftPlan,
	prepared::PreparedKey,
	wire::{EvaluationKey, NO_EVALUATION_KEY, Request},
};
use sp_crypto_hashing::blake2_256;
use std::num::NonZeroUsize;

/// What each set with a bootstrap must come to, as the first bytes of a BLAKE2b-256.
const EXPECTED: [(ParameterSet, u64); 2] = [
	(ParameterSet::Bootstrapped1024, 0xbe70_9d33_11b0_2d55),
	(ParameterSet::Bootstrapped2048, 0x08c1_7b24_a418_3472),
];

/// Evaluates a small head with every set that bootstraps, and compares the responses' bytes with
/// what they are elsewhere. It takes about half a second.
///
/// # Errors
///
/// They differ.
pub fn self_test() -> Result<(), SelfTestError> {
	for (parameters, expected) in EXPECTED {
		let found = evaluate_fixed(parameters).ok_or(SelfTestError::Refused)?;
		if found != expected {
			return Err(SelfTestError::Result { parameters, expected, found });
		}
	}
	Ok(())
}

/// The hash of the response to a fixed request, with a fixed key.
fn evaluate_fixed(parameters: ParameterSet) -> Option<u64> {
	let mut words = Words(parameters as u64);
	let count = parameters.bootstrap()?.seeded_words();
	let seed = u128::from(words.next_word());
	let bodies = (0..count).map(|_| words.next_word()).collect();
	let key = PreparedKey::new(EvaluationKey::new(parameters, seed, bodies).ok()?)?;
	let model = fixed_model(parameters).ok()?;
	let request = Request {
		parameters,
		model: *model.id(),
		evaluation_key: NO_EVALUATION_KEY,
		seed: u128::from(words.next_word()),
		bodies: (0..model.head().inputs()).map(|_| words.next_word()).collect(),
	};
	let responses = evaluate(&model, Some(&key), &[request], NonZeroUsize::MIN).ok()?;
	let hash = blake2_256(&responses.first()?.to_bytes());
	hash.first_chunk().copied().map(u64::from_be_bytes)
}

/// A head that uses all that a head has.
fn fixed_model(parameters: ParameterSet) -> Result<EncryptedModel, ModelError> {
	let hidden = Layer { inputs: 2, weights: vec![1, -1, 2, 1], biases: vec![1, 0] };
	let activation = Activation { half_levels_log: 3, values: vec![-3, -3, -2, -1, 0, 1, 2, 3] };
	let output = Layer { inputs: 2, weights: vec![2, -3], biases: vec![5] };
	let head = Head::Perceptron { hidden, activation, output };
	EncryptedModel::new(ModelContent {
		parameters,
		fft_plan: FftPlan::Dif4,
		encoder: EncoderReference::None,
		input_max: 1,
		accumulator_bound: head.accumulator_bound(1),
		logit_bound: head.logit_bound(1),
		head,
		calibration: Calibration { samples: 0, accumulator_min: 0, accumulator_max: 0 },
		accuracy: Accuracy { samples: 0, correct_float: 0, correct_integer: 0 },
	})
}

/// A fixed sequence of words that look like chance: SplitMix64.
struct Words(u64);

impl Words {
	fn next_word(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		word ^ (word >> 31)
	}
}

/// Why this machine's responses would not be believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SelfTestError {
	/// It computes something else.
	#[error("{parameters:?} came to {found:016x}, and elsewhere comes to {expected:016x}")]
	Result {
		/// Of which set.
		parameters: ParameterSet,
		/// What it is elsewhere.
		expected: u64,
		/// What it is here.
		found: u64,
	},
	/// The test itself is not what this version evaluates.
	#[error("the self-test is none of this version")]
	Refused,
}

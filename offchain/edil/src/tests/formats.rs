// SPDX-License-Identifier: Apache-2.0

//! Models and messages as bytes.

use super::{content, linear, perceptron, request};
use crate::{
	EncoderReference, EncryptedModel, EvaluationKey, ModelContent, ModelError, ParameterSet,
	REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX, Request, Response, WireError,
	framing::{FRAMING_BYTES, FramingError, Kind, frame, unframe},
	limits::{ENCODER_CID_BYTES_MAX, INPUTS_MAX, LOGITS_MAX, MODEL_BYTES_MAX},
};
use codec::Encode as _;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

fn models() -> [EncryptedModel; 3] {
	[
		(ParameterSet::Levelled, 127, linear()),
		(ParameterSet::Bootstrapped1024, 1, perceptron()),
		(ParameterSet::Bootstrapped2048, 2, perceptron()),
	]
	.map(|(set, input_max, head)| {
		EncryptedModel::new(content(set, input_max, head)).expect("it is a model")
	})
}

fn response(parameters: ParameterSet, logits: usize) -> Response {
	let words: Vec<u64> = (0..logits * (parameters.output_dimension() + 1))
		.map(|index| (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
		.collect();
	Response::of_ciphertexts(parameters, [3; 32], &words)
}

#[test]
fn model_should_be_read_as_it_was_written() {
	for model in models() {
		let read = EncryptedModel::from_bytes(model.bytes()).expect("it was written here");
		assert_eq!(read, model);
		assert_eq!(*read.id(), sp_crypto_hashing::blake2_256(model.bytes()));
	}
}

/// The layout is a promise: another one needs another version.
#[test]
fn model_should_have_the_bytes_that_are_documented() {
	let [model, ..] = models();
	let mut expected = b"r1-edil\x01\x01".to_vec();
	expected.extend([1, 1, 1]);
	expected.extend([7; 32]);
	// The input's magnitude, and a linear head of three inputs: weights, then biases.
	expected.extend([127, 0, 3, 0, 3 << 2, 100, 128, 127, 1 << 2]);
	expected.extend((-1_000_i32).to_le_bytes());
	let bound = 127 * (100 + 128 + 127) + 1_000;
	let numbers = [bound, bound, 10, -2, 3, 100, 97, 96];
	expected.extend(numbers.iter().flat_map(|number: &i32| number.to_le_bytes()));
	assert_eq!(model.bytes(), expected);
}

#[test]
fn model_should_be_refused_when_its_bytes_have_another_form() {
	let [model, ..] = models();
	for length in 0..model.bytes().len() {
		assert!(EncryptedModel::from_bytes(&model.bytes()[..length]).is_err(), "{length}");
	}
	let longer = [model.bytes(), &[0]].concat();
	assert_eq!(EncryptedModel::from_bytes(&longer), Err(ModelError::Malformed));
	let endless = vec![0; MODEL_BYTES_MAX + 1];
	let found = endless.len();
	assert_eq!(EncryptedModel::from_bytes(&endless), Err(ModelError::TooLong { found }));
	// A length that is said and not there: nothing is allocated for it.
	let mut lying = model.bytes()[..FRAMING_BYTES + 38].to_vec();
	lying.extend([0xfe, 0xff, 0xff, 0xff]);
	assert_eq!(EncryptedModel::from_bytes(&lying), Err(ModelError::Malformed));
}

#[test]
fn model_should_be_refused_when_its_encoder_has_too_long_a_name() {
	let name = |length| EncoderReference::Cid("b".repeat(length));
	let named = |length| ModelContent {
		encoder: name(length),
		..content(ParameterSet::Levelled, 1, linear())
	};
	assert!(EncryptedModel::new(named(ENCODER_CID_BYTES_MAX)).is_ok());
	let refused = EncryptedModel::new(named(ENCODER_CID_BYTES_MAX + 1));
	assert_eq!(refused, Err(ModelError::Encoder));
}

#[test]
fn message_should_be_refused_when_it_is_of_another_kind_or_version() {
	let bytes = request(ParameterSet::Levelled, [1; 32], [2; 32], 3).to_bytes();
	let kind = FramingError::Kind { expected: 4, found: 3 };
	assert_eq!(Response::from_bytes(&bytes), Err(kind.into()));
	let mut newer = bytes.clone();
	newer[FRAMING_BYTES - 1] = 2;
	assert_eq!(Request::from_bytes(&newer), Err(FramingError::Version { found: 2 }.into()));
	assert_eq!(Request::from_bytes(b"r1-edi"), Err(FramingError::Foreign.into()));
	assert_eq!(unframe(Kind::Model, &frame(Kind::Model, b"body")), Ok(b"body".as_slice()));
	let mut unknown = bytes;
	unknown[FRAMING_BYTES] = 9;
	assert_eq!(Request::from_bytes(&unknown), Err(WireError::Parameters { index: 9 }));
}

#[test]
fn request_should_be_refused_when_it_has_another_length_than_it_says() {
	let bytes = request(ParameterSet::Bootstrapped1024, [1; 32], [2; 32], 16).to_bytes();
	assert_eq!(bytes.len(), 220);
	for length in 0..bytes.len() {
		assert!(Request::from_bytes(&bytes[..length]).is_err(), "{length}");
	}
	let longer = [bytes.as_slice(), &[0; 8]].concat();
	let length = WireError::Length { expected: 128, found: 136 };
	assert_eq!(Request::from_bytes(&longer), Err(length));
	for inputs in [0, INPUTS_MAX + 1] {
		let bytes = request(ParameterSet::Levelled, [1; 32], [2; 32], inputs).to_bytes();
		let count = WireError::Count { limit: INPUTS_MAX, found: inputs };
		assert_eq!(Request::from_bytes(&bytes), Err(count));
	}
	let largest = request(ParameterSet::Levelled, [1; 32], [2; 32], INPUTS_MAX);
	assert_eq!(largest.to_bytes().len(), REQUEST_BYTES_MAX);
}

#[test]
fn response_should_be_refused_when_it_has_another_length_than_it_says() {
	let bytes = response(ParameterSet::Bootstrapped1024, 10).to_bytes();
	assert_eq!(bytes.len(), 41_024);
	for length in (0..100).chain([bytes.len() - 1]) {
		assert!(Response::from_bytes(&bytes[..length]).is_err(), "{length}");
	}
	let largest = response(ParameterSet::Levelled, LOGITS_MAX).to_bytes();
	assert_eq!(largest.len(), RESPONSE_BYTES_MAX);
	assert!(Response::from_bytes(&largest).is_ok());
	let larger = response(ParameterSet::Levelled, LOGITS_MAX + 1).to_bytes();
	let count = WireError::Count { limit: LOGITS_MAX, found: LOGITS_MAX + 1 };
	assert_eq!(Response::from_bytes(&larger), Err(count));
}

#[test]
fn response_should_keep_the_highest_bits_of_what_was_computed() {
	for parameters in ParameterSet::ALL {
		let width = parameters.output_dimension() + 1;
		let mut words = vec![0; width];
		// Rounded to the nearest, beyond the torus to its beginning.
		words[0] = u64::MAX;
		words[1] = 0x1234_5678_9abc_def0;
		let response = Response::of_ciphertexts(parameters, [0; 32], &words);
		let ciphertext = response.ciphertexts().next().expect("there is one logit");
		let second = match parameters.response_bits() {
			16 => 0x1234_u64 << 48,
			_ => 0x1234_5679_u64 << 32,
		};
		assert_eq!((ciphertext.len(), ciphertext[0], ciphertext[1]), (width, 0, second));
	}
}

#[test]
fn evaluation_key_should_be_refused_when_it_has_another_length_than_its_set() {
	let words = |set: ParameterSet| set.bootstrap().expect("it has one").seeded_words();
	let (set, other) = (ParameterSet::Bootstrapped1024, ParameterSet::Bootstrapped2048);
	let key = EvaluationKey::new(set, 1, vec![5; words(set)]).expect("it has its length");
	let bytes = key.to_bytes();
	assert_eq!(bytes.len(), 16_810_010);
	assert_eq!(EvaluationKey::from_bytes(&bytes).as_ref(), Ok(&key));
	let length = |found| WireError::Length { expected: 8 * words(set), found: 8 * found };
	assert_eq!(EvaluationKey::new(set, 1, vec![5; 7]), Err(length(7)));
	assert_eq!(EvaluationKey::new(set, 1, vec![5; words(other)]), Err(length(words(other))));
	assert_eq!(
		EvaluationKey::new(ParameterSet::Levelled, 1, Vec::new()),
		Err(WireError::NoBootstrap)
	);
	assert!(EvaluationKey::from_bytes(&bytes[..bytes.len() - 1]).is_err());
	let mut renamed = bytes;
	renamed[FRAMING_BYTES] = 1;
	assert_eq!(EvaluationKey::from_bytes(&renamed), Err(WireError::NoBootstrap));
	renamed[FRAMING_BYTES] = 3;
	assert!(matches!(EvaluationKey::from_bytes(&renamed), Err(WireError::Length { .. })));
}

proptest! {
	#[test]
	fn request_should_be_read_as_it_was_written(
		set in prop::sample::select(ParameterSet::ALL.to_vec()),
		model in any::<[u8; 32]>(),
		evaluation_key in any::<[u8; 32]>(),
		seed in any::<u128>(),
		bodies in prop::collection::vec(any::<u64>(), 1..40),
	) {
		let request = Request { parameters: set, model, evaluation_key, seed, bodies };
		prop_assert_eq!(Request::from_bytes(&request.to_bytes()), Ok(request));
	}

	#[test]
	fn response_should_be_read_as_it_was_written(
		set in prop::sample::select(ParameterSet::ALL.to_vec()),
		logits in 1_usize..4,
	) {
		let response = response(set, logits);
		prop_assert_eq!(Response::from_bytes(&response.to_bytes()), Ok(response));
	}

	#[test]
	fn bytes_should_be_a_model_or_be_refused(change in any::<(usize, u8)>()) {
		for model in models() {
			let mut bytes = model.bytes().to_vec();
			let place = change.0 % bytes.len();
			bytes[place] = change.1;
			if let Ok(read) = EncryptedModel::from_bytes(&bytes) {
				prop_assert_eq!(read.bytes(), bytes);
				prop_assert!(read.content().encode().len() + FRAMING_BYTES == read.bytes().len());
			}
		}
	}
}

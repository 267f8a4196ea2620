// SPDX-License-Identifier: Apache-2.0

//! What clients refuse to encrypt, and whom they do not believe.

use super::{client, compiled, models::Example};
use crate::{DecryptError, EncryptError, SecretKey, decrypt, encrypt};
use r1_core::SystemRng;
use r1_edil::{
	EdilLimits, EncryptedModel, EvaluateError, ParameterSet, Request, Response, RunError, Worker,
	evaluate,
};
use std::num::NonZeroUsize;

fn linear() -> (EncryptedModel, SecretKey) {
	let (secret, _) = SecretKey::generate(ParameterSet::Levelled, &SystemRng);
	(compiled(Example::BreastCancer, -128.0).model, secret)
}

fn answer(model: &EncryptedModel, request: &Request) -> Response {
	let responses = evaluate(model, None, std::slice::from_ref(request), NonZeroUsize::MIN);
	responses.expect("it fits the model").remove(0)
}

#[test]
fn inputs_should_be_refused_when_the_model_does_not_take_them() {
	let (model, secret) = linear();
	let refusal =
		|inputs: &[i8]| encrypt(&secret, &model, inputs, &SystemRng).expect_err("they are refused");
	assert_eq!(refusal(&[1; 29]), EncryptError::Inputs { expected: 30, found: 29 });
	let mut inputs = [127; 30];
	inputs[7] = -128;
	assert_eq!(refusal(&inputs), EncryptError::Range { index: 7, input_max: 127 });
	let digits = compiled(Example::Digits, -54.0).model;
	let (key, model) = (ParameterSet::Levelled, ParameterSet::Bootstrapped1024);
	let other = encrypt(&secret, &digits, &[0; 16], &SystemRng);
	assert_eq!(other, Err(EncryptError::Parameters { key, model }));
}

#[test]
fn response_should_not_be_believed_when_it_answers_something_else() {
	let (model, secret) = linear();
	let request = |value| encrypt(&secret, &model, &[value; 30], &SystemRng).expect("it fits");
	let (one, other) = (request(1), request(2));
	let replayed = decrypt(&secret, &model, &other.id(), &answer(&model, &one));
	assert_eq!(replayed, Err(DecryptError::Request));
	let digits = compiled(Example::Digits, -54.0).model;
	let foreign = decrypt(&secret, &digits, &one.id(), &answer(&model, &one));
	assert_eq!(foreign, Err(DecryptError::Parameters));
}

#[test]
fn response_should_not_be_believed_when_it_decrypts_to_nonsense() {
	let (model, secret) = linear();
	let request = encrypt(&secret, &model, &[1; 30], &SystemRng).expect("it fits");
	let mut bytes = answer(&model, &request).to_bytes();
	// Half a torus further on than any logit can be: the body is what comes last.
	let logits = model.head().evaluate(&[1; 30]).expect("it fits");
	let bound = i64::from(model.content().logit_bound);
	let shift = (bound + 1 - i64::from(logits[0])) * i64::try_from(model.logit_scale()).unwrap();
	let body = bytes.last_chunk_mut::<4>().expect("it has a body");
	let word = u32::from_le_bytes(*body).wrapping_add((shift.cast_unsigned() >> 32) as u32);
	*body = word.to_le_bytes();
	let response = Response::from_bytes(&bytes).expect("its form is right");
	let nonsense = decrypt(&secret, &model, &request.id(), &response);
	assert_eq!(nonsense, Err(DecryptError::Nonsense));
}

#[test]
fn worker_should_refuse_requests_for_other_models_and_keys() {
	let worker = Worker::new(EdilLimits::default()).expect("this machine computes as others do");
	let digits = compiled(Example::Digits, -54.0).model;
	let strict = compiled(Example::Digits, -128.0).model;
	worker.load_model(digits.bytes()).expect("it is a model");
	worker.load_model(strict.bytes()).expect("it is a model");
	let client = client(ParameterSet::Bootstrapped1024);
	let id = client.evaluation.id();
	worker.load_key(id, &client.evaluation.to_bytes()).expect("it is a key");

	let inputs = &Example::Digits.vectors().inputs[0];
	let good = encrypt(&client.secret, &digits, inputs, &SystemRng).expect("it fits");
	let refusal = |request| worker.evaluate(&[request]).expect_err("it is refused");
	let other_model = Request { model: *strict.id(), ..good.clone() };
	assert_eq!(refusal(other_model), RunError::Evaluate(EvaluateError::Parameters));
	let parameters = ParameterSet::Bootstrapped2048;
	let other_set = Request { model: *strict.id(), parameters, ..good.clone() };
	assert_eq!(refusal(other_set), RunError::Evaluate(EvaluateError::Key));
	assert_eq!(refusal(Request { model: [9; 32], ..good.clone() }), RunError::UnknownModel);
	let other_key = Request { evaluation_key: [9; 32], ..good.clone() };
	assert_eq!(refusal(other_key), RunError::UnknownKey);

	// Words that nobody encrypted are evaluated, and spoil nothing but their own result.
	let garbage = Request { bodies: vec![u64::MAX / 5; 16], ..good.clone() };
	let responses = worker.evaluate(&[good.clone(), garbage]).expect("both have the right form");
	let logits = decrypt(&client.secret, &digits, &good.id(), &responses[0]);
	assert_eq!(logits.as_ref(), Ok(&Example::Digits.vectors().logits[0]));
}

// SPDX-License-Identifier: Apache-2.0

//! What a worker refuses. No key here belongs to anybody: nothing needs to be decrypted.

use super::{content, linear, perceptron, request};
use crate::{
	EdilLimits, EncryptedModel, EvaluateError, EvaluationKey, LoadKeyError, LoadModelError,
	NO_EVALUATION_KEY, ParameterSet, RunError, Worker, self_test,
};

fn worker() -> Worker {
	let limits = EdilLimits { models_max: 2, key_bytes_max: 60 << 20, ..EdilLimits::default() };
	Worker::new(limits).expect("this machine computes what others do")
}

fn model(set: ParameterSet) -> EncryptedModel {
	let head = if set.bootstrap().is_some() { perceptron() } else { linear() };
	EncryptedModel::new(content(set, 1, head)).expect("it is a model")
}

fn key(set: ParameterSet) -> EvaluationKey {
	let words = set.bootstrap().expect("it has one").seeded_words();
	EvaluationKey::new(set, 1, vec![1; words]).expect("it has its length")
}

/// Whoever repeats an evaluation on another machine must come to the same bytes: if this fails,
/// either the machine or the library computes otherwise than before.
#[test]
fn self_test_should_come_to_what_it_came_to_elsewhere() {
	assert_eq!(self_test(), Ok(()));
}

#[test]
fn worker_should_refuse_what_it_has_no_model_or_key_for() {
	let worker = worker();
	let (set, other_set) = (ParameterSet::Bootstrapped1024, ParameterSet::Levelled);
	let (model, linear) = (model(set), model(other_set));
	let key = key(set);
	let good = request(set, *model.id(), key.id(), 3);
	let refusal = |request| worker.evaluate(&[request]).expect_err("it is refused");

	assert_eq!(refusal(good.clone()), RunError::UnknownModel);
	assert_eq!(worker.load_model(model.bytes()), Ok(*model.id()));
	assert_eq!(worker.load_model(linear.bytes()), Ok(*linear.id()));
	assert_eq!(refusal(good.clone()), RunError::UnknownKey);
	assert_eq!(worker.load_key([1; 32], &key.to_bytes()), Err(LoadKeyError::OtherKey));
	assert_eq!(worker.load_key(key.id(), &key.to_bytes()), Ok(()));
	assert!(worker.has_key(&key.id()));

	let responses = worker.evaluate(std::slice::from_ref(&good)).expect("all is there");
	assert_eq!((responses.len(), responses[0].logits()), (1, 2));
	assert_eq!(*responses[0].request(), good.id());

	let mut short = good.clone();
	short.bodies.pop();
	let inputs = EvaluateError::Inputs { expected: 3, found: 2 };
	assert_eq!(refusal(short), RunError::Evaluate(inputs));
	let mut other = good.clone();
	other.parameters = ParameterSet::Bootstrapped2048;
	assert_eq!(refusal(other), RunError::Evaluate(EvaluateError::Parameters));
	let of_linear = request(set, *linear.id(), key.id(), 3);
	assert_eq!(refusal(of_linear), RunError::Evaluate(EvaluateError::Parameters));
	let alone = request(other_set, *linear.id(), NO_EVALUATION_KEY, 3);
	assert_eq!(worker.evaluate(&[good.clone(), alone.clone()]), Err(RunError::OtherKey));
	let mut another = good.clone();
	another.model = *linear.id();
	assert_eq!(worker.evaluate(&[good, another]), Err(RunError::Evaluate(EvaluateError::Model)));
	let many = vec![alone.clone(); 5];
	assert_eq!(worker.evaluate(&many), Err(RunError::TooMany { requests_max: 4 }));
	assert_eq!(worker.evaluate(&[alone]).map(|responses| responses[0].logits()), Ok(1));
}

#[test]
fn worker_should_refuse_a_key_of_other_parameters_than_the_model() {
	let worker = worker();
	let model = model(ParameterSet::Bootstrapped2048);
	let key = key(ParameterSet::Bootstrapped1024);
	worker.load_model(model.bytes()).expect("it is a model");
	worker.load_key(key.id(), &key.to_bytes()).expect("it is a key");
	let request = request(ParameterSet::Bootstrapped2048, *model.id(), key.id(), 3);
	assert_eq!(worker.evaluate(&[request]), Err(RunError::Evaluate(EvaluateError::Key)));
}

#[test]
fn worker_should_bound_its_models() {
	let worker = worker();
	let sets = ParameterSet::ALL.map(model);
	assert!(worker.load_model(sets[0].bytes()).is_ok());
	assert!(worker.load_model(sets[1].bytes()).is_ok());
	assert_eq!(worker.load_model(sets[2].bytes()), Err(LoadModelError::Full { models_max: 2 }));
	assert!(worker.load_model(sets[1].bytes()).is_ok(), "it is there already");
	worker.unload_model(sets[0].id());
	assert!(worker.load_model(sets[2].bytes()).is_ok());
}

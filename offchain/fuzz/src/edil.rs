// SPDX-License-Identifier: Apache-2.0

//! Encrypted models and the messages of encrypted inference, changed on their way.

use crate::{edits::edit_bytes, reached::Reached};
use fuzzing::Choices;
use r1_edil::{
	Accuracy, Activation, Calibration, EncoderReference, EncryptedModel, EvaluationKey, FftPlan,
	Head, Layer, ModelContent, ModelError, NO_EVALUATION_KEY, ParameterSet, Request, Response,
	evaluate,
	framing::{Kind, frame},
};
use std::num::NonZeroUsize;

/// Plays an input of models.
pub(crate) fn play_models(choices: &mut Choices<'_>, reached: &mut Reached) {
	let made = model(choices);
	reached.note_result("make", &made);
	let Ok(model) = made else { return };
	let sent = spoilt(model.bytes().to_vec(), choices);
	let read = EncryptedModel::from_bytes(&sent);
	reached.note_result("read", &read);
	let Ok(read) = read else {
		assert!(sent != model.bytes(), "what was written is not read");
		return;
	};
	assert_eq!(read.bytes(), sent, "a model has two forms");
	let content = read.content();
	let most = i8::try_from(content.input_max).unwrap_or(i8::MAX);
	let inputs: Vec<i8> =
		(0..read.head().inputs()).map(|_| choices.pick(&[0, most, -most, 1])).collect();
	let logits = read.head().evaluate(&inputs).expect("there are as many inputs as it has");
	assert_eq!(logits.len(), read.head().logits());
	assert!(logits.iter().all(|logit| logit.abs() <= content.logit_bound), "beyond the worst case");
	reached.note("evaluate", if logits.iter().any(|logit| *logit != 0) { "some" } else { "zero" });
}

/// Plays an input of messages.
pub(crate) fn play_messages(choices: &mut Choices<'_>, reached: &mut Reached) {
	let Ok(model) = model(choices) else { return };
	let request = Request {
		parameters: choices.pick(&[model.parameters(), ParameterSet::Bootstrapped2048]),
		model: *model.id(),
		evaluation_key: NO_EVALUATION_KEY,
		seed: u128::from(choices.byte()),
		bodies: vec![u64::from(choices.byte()) << 50; model.head().inputs()],
	};
	let sent = spoilt(request.to_bytes(), choices);
	let read = Request::from_bytes(&sent);
	reached.note_result("request", &read);
	let Ok(read) = read else { return play_key(choices, reached) };
	assert_eq!(read.to_bytes(), sent, "a request has two forms");
	let evaluated = evaluate(&model, None, &[read], NonZeroUsize::MIN);
	reached.note_result("evaluate", &evaluated);
	let Ok(responses) = evaluated else { return };
	assert_eq!(responses.len(), 1);
	assert_eq!(responses[0].logits(), model.head().logits());
	let sent = spoilt(responses[0].to_bytes(), choices);
	let read = Response::from_bytes(&sent);
	reached.note_result("response", &read);
	if let Ok(read) = read {
		assert_eq!(read.to_bytes(), sent, "a response has two forms");
		let widths = read.ciphertexts().map(|words| words.len());
		assert!(widths.count() == read.logits());
	}
}

/// A whole key would be megabytes for each input: here are those that are not whole.
fn play_key(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut body = vec![choices.number(0..=4) as u8];
	body.extend(choices.bytes(64));
	let sent = spoilt(frame(Kind::EvaluationKey, &body), choices);
	let read = EvaluationKey::from_bytes(&sent);
	reached.note_result("key", &read);
	assert!(read.is_err(), "a key of {} bytes", sent.len());
}

/// A model with layers of a few weights, which may be none.
fn model(choices: &mut Choices<'_>) -> Result<EncryptedModel, ModelError> {
	let input_max = choices.pick(&[1, 3, 127, 0]);
	let inputs = choices.number(1..=3);
	let head = if choices.one_in(2) {
		let neurons = choices.number(1..=3);
		let log = choices.number(1..=4);
		Head::Perceptron {
			hidden: layer(inputs, neurons, choices),
			activation: Activation {
				half_levels_log: log as u8,
				values: (0..1 << log).map(|_| choices.byte().cast_signed()).collect(),
			},
			output: layer(neurons, 1, choices),
		}
	} else {
		Head::Linear(layer(inputs, 2, choices))
	};
	let sets = [ParameterSet::Levelled, ParameterSet::Bootstrapped1024];
	let fitting = sets[usize::from(head.bootstraps() > 0)];
	EncryptedModel::new(ModelContent {
		parameters: if choices.one_in(8) { ParameterSet::Bootstrapped2048 } else { fitting },
		fft_plan: FftPlan::Dif4,
		encoder: choices.pick(&[
			EncoderReference::None,
			EncoderReference::Hash([1; 32]),
			EncoderReference::Cid("bafy".to_owned()),
		]),
		input_max,
		accumulator_bound: head.accumulator_bound(input_max),
		logit_bound: head.logit_bound(input_max),
		head,
		calibration: Calibration { samples: 1, accumulator_min: -1, accumulator_max: 1 },
		accuracy: Accuracy { samples: 1, correct_float: 1, correct_integer: 1 },
	})
}

fn layer(inputs: u32, outputs: u32, choices: &mut Choices<'_>) -> Layer {
	let biases = [0, 1, -1_000, i32::MAX, i32::MIN];
	Layer {
		inputs: inputs as u16,
		weights: (0..inputs * outputs).map(|_| choices.byte().cast_signed()).collect(),
		biases: (0..outputs).map(|_| biases[choices.number(0..=9) as usize % 5]).collect(),
	}
}

/// What came of bytes on their way: often nothing.
fn spoilt(bytes: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
	if choices.one_in(2) { edit_bytes(&bytes, choices) } else { bytes }
}

// SPDX-License-Identifier: Apache-2.0

//! What heads compute in the clear, and what they may be.

use super::{content, linear, perceptron};
use crate::{Activation, EncryptedModel, Head, HeadError, Layer, ModelError, ParameterSet};
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};

fn refusal(parameters: ParameterSet, input_max: u8, head: Head) -> ModelError {
	EncryptedModel::new(content(parameters, input_max, head)).expect_err("it is refused")
}

#[test]
fn head_should_compute_what_its_layers_say() {
	assert_eq!(linear().evaluate(&[1, 2, 3]), Ok(vec![100 - 256 + 381 - 1_000]));
	// Accumulators 0 and 1 + 3 = 4, which the table of -2 to 1 has as the opposite of entry 0.
	assert_eq!(perceptron().evaluate(&[1, 1, 1]), Ok(vec![-4, 7]));
	// Accumulators 2 and 1: the opposites of entries -2 and 1.
	assert_eq!(perceptron().evaluate(&[1, -1, 0]), Ok(vec![3 - 2 - 4, 1 + 1 + 7]));
	let few = perceptron().evaluate(&[1]);
	assert_eq!(few, Err(HeadError::Inputs { expected: 3, found: 1 }));
}

#[test]
fn table_should_repeat_with_the_other_sign_after_its_levels() {
	let values = vec![-3, -3, -3, -3, -3, -3, -2, -1, 0, 1, 2, 3, 3, 3, 3, 3];
	let table = Activation { half_levels_log: 4, values };
	for accumulator in -12..=12 {
		assert_eq!(i32::from(table.value(accumulator)), accumulator.clamp(-3, 3), "{accumulator}");
	}
	for accumulator in -40..=40 {
		assert_eq!(table.value(accumulator), -table.value(accumulator + 16), "{accumulator}");
	}
	assert_eq!(table.value(i32::MAX), table.value(-1));
}

#[test]
fn model_should_be_refused_when_its_head_does_not_fit_together() {
	let set = ParameterSet::Bootstrapped1024;
	let head = |change: fn(&mut Layer, &mut Activation, &mut Layer)| {
		let mut head = perceptron();
		if let Head::Perceptron { hidden, activation, output } = &mut head {
			change(hidden, activation, output);
		}
		head
	};
	let refused = |change| match refusal(set, 1, head(change)) {
		ModelError::Head(error) => error,
		error => panic!("{error}"),
	};
	assert_eq!(refused(|_, table, _| table.values[1] = i8::MIN), HeadError::Activation);
	assert_eq!(refused(|_, table, _| table.values.truncate(3)), HeadError::Activation);
	assert_eq!(refused(|_, table, _| table.half_levels_log = 200), HeadError::Activation);
	assert_eq!(
		refused(|hidden, _, _| hidden.weights.truncate(5)),
		HeadError::Weights { expected: 6, found: 5 }
	);
	assert_eq!(
		refused(|hidden, _, _| hidden.inputs = 0),
		HeadError::Dimensions { inputs: 0, outputs: 2 }
	);
	assert_eq!(
		refused(|_, _, output| output.inputs = 4),
		HeadError::Inputs { expected: 2, found: 4 }
	);
	assert_eq!(
		refused(|_, _, output| output.biases[1] = i32::MIN),
		HeadError::Accumulator { neuron: 1 }
	);
	let unfit = |set, head| matches!(refusal(set, 1, head), ModelError::Parameters { .. });
	assert!(unfit(ParameterSet::Levelled, perceptron()));
	assert!(unfit(ParameterSet::Bootstrapped2048, linear()));
	let none = refusal(ParameterSet::Levelled, 0, linear());
	assert_eq!(none, ModelError::Head(HeadError::InputMax { found: 0 }));
}

#[test]
fn model_should_be_refused_when_it_says_other_bounds_than_its_head_has() {
	let mut said = content(ParameterSet::Bootstrapped1024, 1, perceptron());
	said.accumulator_bound -= 1;
	let bounds = ModelError::Bound { accumulator_bound: 4, logit_bound: 9 };
	assert_eq!(EncryptedModel::new(said), Err(bounds));
}

/// Layers of a few inputs, with all that weights and biases may be.
fn layers() -> impl Strategy<Value = Layer> {
	let rows = prop::collection::vec((prop::collection::vec(any::<i8>(), 3), -500..500), 1..4);
	rows.prop_map(|rows| {
		let (weights, biases): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
		Layer { inputs: 3, weights: weights.concat(), biases }
	})
}

proptest! {
	#[test]
	fn bound_should_be_the_largest_magnitude_of_all_inputs(layer in layers(), input_max in 1_i8..3) {
		let head = Head::Linear(layer.clone());
		let range = || -input_max..=input_max;
		let all = range().flat_map(|a| range().flat_map(move |b| range().map(move |c| [a, b, c])));
		let logits = all.flat_map(|inputs| head.evaluate(&inputs).expect("it has three inputs"));
		let largest = logits.map(i32::abs).max();
		prop_assert_eq!(Some(layer.bound(input_max.unsigned_abs())), largest);
	}
}

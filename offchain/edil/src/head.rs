// SPDX-License-Identifier: Apache-2.0

//! Integer heads: what is computed on ciphertexts, and what the same is in the clear.

use crate::limits::{ACCUMULATOR_MAX, HIDDEN_MAX, INPUT_MAX, INPUTS_MAX, LOGITS_MAX};
use codec::{Decode, Encode};
use std::ops::RangeInclusive;

/// Fewest and most entries of a table, as powers of two: with fewer there is nothing to choose, with
/// more no parameter set here keeps them apart.
const HALF_LEVELS_LOG: RangeInclusive<u32> = 1..=7;

/// What a worker computes of the values that a client encrypted.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Head {
	/// One layer of integer combinations.
	#[codec(index = 0)]
	Linear(Layer),
	/// Integer combinations, a table for each of them, and combinations of what it says.
	#[codec(index = 1)]
	Perceptron {
		/// From the inputs to the neurons.
		hidden: Layer,
		/// Activation and requantisation.
		activation: Activation,
		/// From the neurons to the logits.
		output: Layer,
	},
}

/// Integer combinations of some inputs.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Layer {
	/// How many inputs there are.
	pub inputs: u16,
	/// The weights, row by row: one row for each output.
	pub weights: Vec<i8>,
	/// What is added, one for each output.
	pub biases: Vec<i32>,
}

/// A table over the accumulators of the neurons.
///
/// The table covers half of the torus; what lies half a torus further on has the opposite value. So
/// an odd table that saturates early says the right thing for half as many accumulators again on
/// either side, which is why accumulators may exceed what it has entries for.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Activation {
	/// How many entries the table has, as a power of two.
	pub half_levels_log: u8,
	/// What it says of the accumulators from `-levels / 2` to `levels / 2 - 1`.
	pub values: Vec<i8>,
}

impl Head {
	/// Values that a client encrypts.
	#[must_use]
	pub fn inputs(&self) -> usize {
		match self {
			Self::Linear(layer) | Self::Perceptron { hidden: layer, .. } => layer.inputs.into(),
		}
	}

	/// Bootstraps of one evaluation.
	#[must_use]
	pub fn bootstraps(&self) -> usize {
		match self {
			Self::Linear(_) => 0,
			Self::Perceptron { hidden, .. } => hidden.outputs(),
		}
	}

	/// Values that a client decrypts.
	#[must_use]
	pub fn logits(&self) -> usize {
		match self {
			Self::Linear(layer) | Self::Perceptron { output: layer, .. } => layer.outputs(),
		}
	}

	/// Largest magnitude that a logit has for any inputs up to `input_max`.
	#[must_use]
	pub fn logit_bound(&self, input_max: u8) -> i32 {
		match self {
			Self::Linear(layer) => layer.bound(input_max),
			Self::Perceptron { activation, output, .. } => output.bound(activation.value_max()),
		}
	}

	/// Largest magnitude that an accumulator before the table has; that of a logit if there is none.
	#[must_use]
	pub fn accumulator_bound(&self, input_max: u8) -> i32 {
		match self {
			Self::Linear(layer) | Self::Perceptron { hidden: layer, .. } => layer.bound(input_max),
		}
	}

	/// The logits of inputs in the clear: what decrypted ones must equal.
	///
	/// # Errors
	///
	/// There are more or fewer inputs than the head has.
	pub fn evaluate(&self, inputs: &[i8]) -> Result<Vec<i32>, HeadError> {
		if inputs.len() != self.inputs() {
			return Err(HeadError::Inputs { expected: self.inputs(), found: inputs.len() });
		}
		Ok(match self {
			Self::Linear(layer) => layer.combine(inputs),
			Self::Perceptron { hidden, activation, output } => {
				let of = |accumulator| activation.value(accumulator);
				let hidden: Vec<_> = hidden.combine(inputs).into_iter().map(of).collect();
				output.combine(&hidden)
			},
		})
	}

	/// Whether all of it is within the limits and fits together.
	pub(crate) fn check(&self, input_max: u8) -> Result<(), HeadError> {
		if !(1..=INPUT_MAX).contains(&input_max) {
			return Err(HeadError::InputMax { found: input_max });
		}
		match self {
			Self::Linear(layer) => layer.check(INPUTS_MAX, LOGITS_MAX, input_max),
			Self::Perceptron { hidden, activation, output } => {
				hidden.check(INPUTS_MAX, HIDDEN_MAX, input_max)?;
				activation.check()?;
				if usize::from(output.inputs) != hidden.outputs() {
					return Err(HeadError::Inputs {
						expected: hidden.outputs(),
						found: output.inputs.into(),
					});
				}
				output.check(HIDDEN_MAX, LOGITS_MAX, activation.value_max())
			},
		}
	}
}

impl Layer {
	/// How many outputs there are.
	#[must_use]
	pub fn outputs(&self) -> usize {
		self.biases.len()
	}

	/// The weights and the bias of each output.
	pub fn rows(&self) -> impl Iterator<Item = (&[i8], i32)> {
		let width = usize::from(self.inputs).max(1);
		self.weights.chunks(width).zip(self.biases.iter().copied())
	}

	/// Largest magnitude of any output, for inputs up to `input_max`.
	#[must_use]
	pub fn bound(&self, input_max: u8) -> i32 {
		let rows = self.rows().map(|(row, bias)| row_bound(row, bias, input_max));
		i32::try_from(rows.max().unwrap_or(0)).unwrap_or(i32::MAX)
	}

	fn combine(&self, inputs: &[i8]) -> Vec<i32> {
		let products = |row: &[i8]| -> i32 {
			row.iter().zip(inputs).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
		};
		self.rows().map(|(row, bias)| bias.saturating_add(products(row))).collect()
	}

	fn check(&self, inputs_max: usize, outputs_max: usize, input: u8) -> Result<(), HeadError> {
		let (inputs, outputs) = (usize::from(self.inputs), self.outputs());
		if !(1..=inputs_max).contains(&inputs) || !(1..=outputs_max).contains(&outputs) {
			return Err(HeadError::Dimensions { inputs, outputs });
		}
		if self.weights.len() != inputs * outputs {
			return Err(HeadError::Weights {
				expected: inputs * outputs,
				found: self.weights.len(),
			});
		}
		let is_large = |(row, bias)| row_bound(row, bias, input) > u64::from(ACCUMULATOR_LIMIT);
		match self.rows().position(is_large) {
			Some(neuron) => Err(HeadError::Accumulator { neuron }),
			None => Ok(()),
		}
	}
}

/// The limit, without a sign.
const ACCUMULATOR_LIMIT: u32 = ACCUMULATOR_MAX.unsigned_abs();

/// Largest magnitude of one output. It cannot overflow: a row has at most 1 024 weights.
fn row_bound(row: &[i8], bias: i32, input_max: u8) -> u64 {
	let weights: u64 = row.iter().map(|weight| u64::from(weight.unsigned_abs())).sum();
	weights * u64::from(input_max) + u64::from(bias.unsigned_abs())
}

impl Activation {
	/// Levels that the table has entries for: half of those on the torus.
	#[must_use]
	pub fn half_levels(&self) -> i32 {
		1 << u32::from(self.half_levels_log).min(*HALF_LEVELS_LOG.end())
	}

	/// What a bootstrap makes of an accumulator, wherever it lies.
	#[must_use]
	pub fn value(&self, accumulator: i32) -> i8 {
		let half = self.half_levels();
		let place = (accumulator.rem_euclid(2 * half) + half / 2).rem_euclid(2 * half);
		let value = |place: i32| {
			let index = usize::try_from(place).unwrap_or(0);
			self.values.get(index).copied().unwrap_or(0)
		};
		if place < half { value(place) } else { value(place - half).saturating_neg() }
	}

	/// Largest magnitude of an entry.
	#[must_use]
	pub fn value_max(&self) -> u8 {
		self.values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0)
	}

	fn check(&self) -> Result<(), HeadError> {
		let is_known = HALF_LEVELS_LOG.contains(&u32::from(self.half_levels_log));
		let expected = self.half_levels().unsigned_abs() as usize;
		// The opposite of -128 is no byte.
		if !is_known || self.values.len() != expected || self.values.contains(&i8::MIN) {
			return Err(HeadError::Activation);
		}
		Ok(())
	}
}

/// What is wrong with a head, or with what it is asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeadError {
	/// Inputs of another magnitude than a byte has, or of none.
	#[error("inputs up to {found} are not between 1 and {INPUT_MAX}")]
	InputMax {
		/// The magnitude.
		found: u8,
	},
	/// Another number of inputs.
	#[error("{found} inputs, and not {expected}")]
	Inputs {
		/// How many there should be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// A layer with nothing in it, or with too much.
	#[error("a layer of {inputs} inputs and {outputs} outputs is beyond the limits")]
	Dimensions {
		/// Its inputs.
		inputs: usize,
		/// Its outputs.
		outputs: usize,
	},
	/// Another number of weights than the dimensions say.
	#[error("{found} weights, and not {expected}")]
	Weights {
		/// How many there should be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// An output could become too large for the torus.
	#[error("output {neuron} of a layer can exceed {ACCUMULATOR_MAX}")]
	Accumulator {
		/// Which, from 0.
		neuron: usize,
	},
	/// A table of another length than its levels, or with an entry that has no opposite.
	#[error("the table of the activation has another form")]
	Activation,
}

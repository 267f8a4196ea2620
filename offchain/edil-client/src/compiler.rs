// SPDX-License-Identifier: Apache-2.0

//! From a head that the trainer exported to a model: its worst case, its noise, its parameters.
//!
//! Nothing is left to the data that happened to be there. A model is refused if any inputs within
//! their range lead to an accumulator that the table says something wrong of, and if noise spoils an
//! evaluation more often than was asked for.

use crate::{
	head_file::{ActivationFile, HeadFile, HeadKind, LayerFile},
	noise::{logit_failure_log2, sum_log2, table_failure_log2},
	report::Report,
};
use r1_edil::{
	Accuracy, Activation, Calibration, EncoderReference, EncryptedModel, FftPlan, Head, Layer,
	ModelContent, ModelError, ParameterSet,
};

/// What a model is compiled for.
#[derive(Clone, Debug)]
pub struct CompileOptions {
	/// How often any one bootstrap or logit may be wrong, as a power of two: -54 and -128 are usual.
	pub failure_log2: f64,
	/// What makes inputs of raw data.
	pub encoder: EncoderReference,
}

/// A model, and what is to be known of it.
#[derive(Clone, Debug)]
pub struct Compiled {
	/// The model.
	pub model: EncryptedModel,
	/// What is to be known.
	pub report: Report,
}

/// Compiles a head with the smallest parameter set that is good enough.
///
/// # Errors
///
/// The head is none, its worst case is too large, or no set keeps its noise small enough.
pub fn compile(file: &HeadFile, options: &CompileOptions) -> Result<Compiled, CompileError> {
	let head = head(file)?;
	let fits = |set: &ParameterSet| set.bootstrap().is_some() == (head.bootstraps() > 0);
	let mut best = None;
	for parameters in ParameterSet::ALL.into_iter().filter(fits) {
		let model = EncryptedModel::new(content(file, &head, parameters, options))
			.map_err(CompileError::Model)?;
		let failures = failures(&model);
		if failures.worst() <= options.failure_log2 {
			let report = Report::new(&model, &failures);
			return Ok(Compiled { model, report });
		}
		best = Some(failures.worst().min(best.unwrap_or(0.0)));
	}
	Err(CompileError::Noise { asked: options.failure_log2, best: best.unwrap_or(0.0) })
}

/// How often steps of an evaluation are wrong, as powers of two.
#[derive(Clone, Debug)]
pub(crate) struct Failures {
	/// The worst bootstrap; none if nothing is bootstrapped.
	pub(crate) table: Option<f64>,
	/// The worst logit.
	pub(crate) logit: f64,
	/// Any of them.
	pub(crate) any: f64,
}

impl Failures {
	fn worst(&self) -> f64 {
		self.table.map_or(self.logit, |table| table.max(self.logit))
	}
}

fn failures(model: &EncryptedModel) -> Failures {
	let parameters = model.parameters();
	let logits = |layer: &Layer| -> Vec<f64> {
		let of_row = |(row, _)| logit_failure_log2(parameters, model.logit_scale(), row);
		layer.rows().map(of_row).collect()
	};
	let largest = |chances: &[f64]| chances.iter().copied().fold(f64::NEG_INFINITY, f64::max);
	match (model.head(), parameters.bootstrap()) {
		(Head::Perceptron { hidden, activation, output }, Some(bootstrap)) => {
			let levels = activation.half_levels().unsigned_abs();
			let of_row = |(row, _)| table_failure_log2(parameters, &bootstrap, levels, row);
			let tables: Vec<f64> = hidden.rows().map(of_row).collect();
			let logits = logits(output);
			Failures {
				table: Some(largest(&tables)),
				logit: largest(&logits),
				any: sum_log2(tables.into_iter().chain(logits)),
			}
		},
		(Head::Linear(layer) | Head::Perceptron { output: layer, .. }, _) => {
			let logits = logits(layer);
			Failures { table: None, logit: largest(&logits), any: sum_log2(logits) }
		},
	}
}

fn content(
	file: &HeadFile,
	head: &Head,
	parameters: ParameterSet,
	options: &CompileOptions,
) -> ModelContent {
	let (calibration, accuracy) = (file.calibration, file.accuracy);
	ModelContent {
		parameters,
		fft_plan: FftPlan::Dif4,
		encoder: options.encoder.clone(),
		input_max: file.input_max,
		head: head.clone(),
		accumulator_bound: head.accumulator_bound(file.input_max),
		logit_bound: head.logit_bound(file.input_max),
		calibration: Calibration {
			samples: calibration.samples,
			accumulator_min: calibration.accumulator_min,
			accumulator_max: calibration.accumulator_max,
		},
		accuracy: Accuracy {
			samples: accuracy.samples,
			correct_float: accuracy.correct_float,
			correct_integer: accuracy.correct_integer,
		},
	}
}

/// The head of a file, its worst case checked.
fn head(file: &HeadFile) -> Result<Head, CompileError> {
	let output = layer(&file.output)?;
	let parts = (&file.hidden, &file.activation, file.half_levels, file.accumulator_bound);
	match (file.kind, parts) {
		(HeadKind::Linear, (None, None, None, None)) => Ok(Head::Linear(output)),
		(HeadKind::Perceptron, (Some(hidden), Some(meant), Some(levels), Some(bound))) => {
			let hidden = layer(hidden)?;
			let activation = table(meant, levels)?;
			check_worst_case(&hidden, &activation, meant, file.input_max, bound)?;
			Ok(Head::Perceptron { hidden, activation, output })
		},
		_ => Err(CompileError::Parts { kind: file.kind }),
	}
}

fn layer(file: &LayerFile) -> Result<Layer, CompileError> {
	let inputs = file.weights.first().map_or(0, Vec::len);
	if file.weights.len() != file.biases.len() {
		return Err(CompileError::Rows);
	}
	if let Some(row) = file.weights.iter().position(|row| row.len() != inputs) {
		return Err(CompileError::Width { row });
	}
	let inputs = u16::try_from(inputs).map_err(|_| CompileError::Width { row: 0 })?;
	Ok(Layer { inputs, weights: file.weights.concat(), biases: file.biases.clone() })
}

/// The table of an activation: what it is meant to be, with its ends repeated where it has no value.
fn table(meant: &ActivationFile, levels: u32) -> Result<Activation, CompileError> {
	let known = levels.is_power_of_two() && (2..=128).contains(&levels) && !meant.values.is_empty();
	if !known {
		return Err(CompileError::Levels { levels });
	}
	let half = i32::try_from(levels).unwrap_or(0) / 2;
	let values = (-half..half).map(|accumulator| value(meant, accumulator)).collect();
	let half_levels_log = u8::try_from(levels.ilog2()).unwrap_or(0);
	Ok(Activation { half_levels_log, values })
}

/// What an activation is meant to say.
fn value(meant: &ActivationFile, accumulator: i32) -> i8 {
	let place = i64::from(accumulator) - i64::from(meant.first);
	let place = usize::try_from(place).unwrap_or(0).min(meant.values.len().saturating_sub(1));
	meant.values.get(place).copied().unwrap_or(0)
}

/// Whether the table says what is meant of all accumulators that any inputs lead to.
fn check_worst_case(
	hidden: &Layer,
	activation: &Activation,
	meant: &ActivationFile,
	input_max: u8,
	bound: i32,
) -> Result<(), CompileError> {
	for (neuron, (row, bias)) in hidden.rows().enumerate() {
		let reach: i64 = row.iter().map(|weight| i64::from(weight.unsigned_abs())).sum();
		let reach = reach * i64::from(input_max);
		let (lowest, highest) = (i64::from(bias) - reach, i64::from(bias) + reach);
		let worst = lowest.abs().max(highest.abs());
		if worst > i64::from(bound) {
			return Err(CompileError::Bound { neuron, worst, bound });
		}
		// The bound is an `i32`, so both ends are.
		let ends = i32::try_from(lowest).unwrap_or(i32::MIN)..=i32::try_from(highest).unwrap_or(0);
		// What repeats after twice the levels is the same again, and was seen.
		for accumulator in ends.take(REACH_MAX) {
			let (expected, found) = (value(meant, accumulator), activation.value(accumulator));
			if expected != found {
				return Err(CompileError::Fold { neuron, accumulator, expected, found });
			}
		}
	}
	Ok(())
}

/// Accumulators of one neuron that are looked at: a table of at most 128 entries cannot be right of
/// more, unless it is zero.
const REACH_MAX: usize = 1 << 16;

/// Why a head is not compiled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CompileError {
	/// Parts are missing, or too many.
	#[error("a head of kind {kind:?} has other parts")]
	Parts {
		/// What it says it is.
		kind: HeadKind,
	},
	/// A layer has more or fewer biases than rows.
	#[error("a layer has not as many biases as rows")]
	Rows,
	/// A layer is no matrix.
	#[error("row {row} of a layer has another width than the first, or too large a one")]
	Width {
		/// Which row, from 0.
		row: usize,
	},
	/// A table that cannot be made.
	#[error("a table of {levels} entries cannot be made: it takes a power of two from 2 to 128")]
	Levels {
		/// Its entries.
		levels: u32,
	},
	/// Some inputs lead beyond what the trainer promised.
	#[error("neuron {neuron} can reach {worst}, and the bound is {bound}")]
	Bound {
		/// Which, from 0.
		neuron: usize,
		/// Its largest magnitude.
		worst: i64,
		/// What was promised.
		bound: i32,
	},
	/// Some inputs lead to where the table says something else than is meant.
	#[error("neuron {neuron} can reach {accumulator}, where a table says {found}, not {expected}")]
	Fold {
		/// Which, from 0.
		neuron: usize,
		/// Where.
		accumulator: i32,
		/// What is meant.
		expected: i8,
		/// What a bootstrap would say.
		found: i8,
	},
	/// The model is refused.
	#[error("the head makes no model")]
	Model(#[source] ModelError),
	/// Too much noise for every set.
	#[error("the best parameters fail with 2^{best:.1}, and 2^{asked:.1} was asked for")]
	Noise {
		/// What was asked for.
		asked: f64,
		/// What could be had.
		best: f64,
	},
}

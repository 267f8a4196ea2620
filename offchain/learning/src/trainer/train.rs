// SPDX-License-Identifier: Apache-2.0

//! Training on one participant's data: cross-entropy, in batches, by gradients.

use super::{
	dataset::Dataset,
	model::{Layer, Model, ModelError},
	seeded::Seeded,
};
use crate::limits::EPOCHS_MAX;
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, SGD, loss::cross_entropy};
use std::ops::ControlFlow;

/// Samples that are evaluated at once: their hidden numbers fit into a few megabytes.
const EVALUATION_SAMPLES: usize = 1_024;

/// How gradients change parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
	/// Stochastic gradient descent.
	Sgd,
	/// Adam, without decay of weights.
	Adam,
}

/// How a participant trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainOptions {
	/// How gradients change parameters.
	pub optimiser: Optimiser,
	/// How far a step goes, above 0 and at most 10.
	pub learning_rate: f64,
	/// Times through the data, 1 to [`EPOCHS_MAX`].
	pub epochs: u32,
	/// Samples of a step, at least 1.
	pub batch_samples: usize,
	/// What the order of samples follows from.
	pub seed: u64,
}

/// How far training has come, after a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
	/// Times through the data that are over.
	pub epochs: u32,
	/// Samples of this time that are over.
	pub samples: usize,
	/// The mean cross-entropy of the batch, before its step.
	pub loss: f32,
}

/// Trains a model on data, from where it is.
///
/// `watch` hears of each batch, and may end training there: phases of a round have an end. It takes all
/// of the calling thread's time, and the arithmetic uses as many threads as rayon's pool has.
///
/// # Errors
///
/// The options are out of their bounds, the data is not of the model's shape, training diverged, or
/// `watch` ended it.
pub fn train(
	model: &Model,
	data: &Dataset,
	options: &TrainOptions,
	watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Model, TrainError> {
	options.check()?;
	check_shape(model, data)?;
	let variables = Variables::of(model)?;
	let inputs =
		Tensor::from_slice(data.inputs(), (data.samples(), data.features()), &Device::Cpu)?;
	let labels = Tensor::from_slice(data.labels(), data.samples(), &Device::Cpu)?;
	let mut optimiser = AnyOptimiser::new(options, variables.all())?;
	let mut order: Vec<u32> = (0..).take(data.samples()).collect();
	let mut shuffle = Seeded::new(options.seed);
	for epochs in 0..options.epochs {
		shuffle.permute(&mut order);
		let mut samples = 0;
		for batch in order.chunks(options.batch_samples) {
			let picked = Tensor::from_slice(batch, batch.len(), &Device::Cpu)?;
			let logits = variables.logits(&inputs.index_select(&picked, 0)?)?;
			let loss = cross_entropy(&logits, &labels.index_select(&picked, 0)?)?;
			optimiser.step(&loss)?;
			samples += batch.len();
			let progress = Progress { epochs, samples, loss: loss.to_scalar()? };
			if watch(progress).is_break() {
				return Err(TrainError::Stopped { epochs });
			}
		}
	}
	variables.into_model(model)
}

/// The share of samples whose class a model finds, 0 to 1.
///
/// # Errors
///
/// The data is not of the model's shape.
pub fn accuracy(model: &Model, data: &Dataset) -> Result<f64, TrainError> {
	check_shape(model, data)?;
	let variables = Variables::of(model)?;
	let mut right = 0;
	let chunks = data.inputs().chunks(EVALUATION_SAMPLES * data.features());
	for (inputs, labels) in chunks.zip(data.labels().chunks(EVALUATION_SAMPLES)) {
		let inputs = Tensor::from_slice(inputs, (labels.len(), data.features()), &Device::Cpu)?;
		let found = variables.logits(&inputs)?.argmax(1)?.to_vec1::<u32>()?;
		right += found.iter().zip(labels).filter(|(found, label)| found == label).count();
	}
	Ok(right as f64 / data.samples() as f64)
}

impl TrainOptions {
	fn check(&self) -> Result<(), TrainError> {
		let is_rate = 0.0 < self.learning_rate && self.learning_rate <= 10.0;
		let is_repeated = (1..=EPOCHS_MAX).contains(&self.epochs);
		if is_rate && is_repeated && 1 <= self.batch_samples {
			Ok(())
		} else {
			Err(TrainError::Options)
		}
	}
}

fn check_shape(model: &Model, data: &Dataset) -> Result<(), TrainError> {
	let expected = (model.features(), model.classes());
	let found = (data.features(), data.classes());
	if expected == found { Ok(()) } else { Err(TrainError::Shape { expected, found }) }
}

/// A model's parameters as what gradients are taken of.
struct Variables(Vec<LinearVariables>);

struct LinearVariables {
	weight: Var,
	bias: Var,
}

impl Variables {
	fn of(model: &Model) -> Result<Self, TrainError> {
		let mut rest = model.parameters();
		let mut layers = Vec::new();
		for layer in model.layers() {
			let Layer::Linear { inputs, outputs } = *layer else { continue };
			let (weight, after) = rest.split_at(inputs * outputs);
			let (bias, after) = after.split_at(outputs);
			rest = after;
			layers.push(LinearVariables {
				weight: Var::from_slice(weight, (outputs, inputs), &Device::Cpu)?,
				bias: Var::from_slice(bias, outputs, &Device::Cpu)?,
			});
		}
		Ok(Self(layers))
	}

	fn all(&self) -> Vec<Var> {
		self.0
			.iter()
			.flat_map(|layer| [layer.weight.clone(), layer.bias.clone()])
			.collect()
	}

	/// Logits of some samples. There is a rectifier between two layers, and nowhere else.
	fn logits(&self, inputs: &Tensor) -> Result<Tensor, TrainError> {
		let mut values = inputs.clone();
		for (index, layer) in self.0.iter().enumerate() {
			if 0 < index {
				values = values.relu()?;
			}
			values = values.matmul(&layer.weight.t()?)?.broadcast_add(&layer.bias)?;
		}
		Ok(values)
	}

	fn into_model(self, before: &Model) -> Result<Model, TrainError> {
		let mut parameters = Vec::with_capacity(before.parameters().len());
		for variable in self.all() {
			let values = variable.as_tensor().flatten_all()?.to_dtype(DType::F32)?;
			parameters.extend(values.to_vec1::<f32>()?);
		}
		Model::new(before.layers().to_vec(), parameters).map_err(|error| match error {
			ModelError::NotFinite { .. } => TrainError::Diverged,
			other => TrainError::Model(other),
		})
	}
}

enum AnyOptimiser {
	Sgd(SGD),
	Adam(AdamW),
}

impl AnyOptimiser {
	fn new(options: &TrainOptions, variables: Vec<Var>) -> Result<Self, TrainError> {
		let lr = options.learning_rate;
		Ok(match options.optimiser {
			Optimiser::Sgd => Self::Sgd(SGD::new(variables, lr)?),
			Optimiser::Adam => {
				let parameters = ParamsAdamW { lr, weight_decay: 0.0, ..ParamsAdamW::default() };
				Self::Adam(AdamW::new(variables, parameters)?)
			},
		})
	}

	fn step(&mut self, loss: &Tensor) -> Result<(), TrainError> {
		match self {
			Self::Sgd(optimiser) => optimiser.backward_step(loss)?,
			Self::Adam(optimiser) => optimiser.backward_step(loss)?,
		}
		Ok(())
	}
}

/// Why there is no trained model.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
	/// A number that makes no sense.
	#[error(
		"the learning rate must be above 0 and at most 10, epochs 1 to {EPOCHS_MAX}, and a batch have \
		 a sample"
	)]
	Options,
	/// Data of another model.
	#[error("the model has {expected:?} features and classes, and the data {found:?}")]
	Shape {
		/// Those of the model.
		expected: (usize, usize),
		/// Those of the data.
		found: (usize, usize),
	},
	/// Whoever watches has had enough.
	#[error("training was stopped after {epochs} times through the data")]
	Stopped {
		/// Times that are over.
		epochs: u32,
	},
	/// Steps that were too long.
	#[error("training diverged: a parameter is no finite number; lower the learning rate")]
	Diverged,
	/// The result.
	#[error(transparent)]
	Model(ModelError),
	/// The library's arithmetic.
	#[error("could not compute")]
	Compute(#[from] candle_core::Error),
}

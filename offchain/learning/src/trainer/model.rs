// SPDX-License-Identifier: Apache-2.0

//! Heads: their layers, their parameters, and their files.
//!
//! A file is one of safetensors whose metadata has `r1-head` = `1:` and the kinds of its layers with
//! commas between them: `linear`, or `linear,relu,linear`. One key, because several have no order, and
//! everybody must write the same bytes: a round names its model by their hash. Linear layer `i` has the tensors `i.weight` (outputs, inputs) and `i.bias` (outputs), floats of 32 bits.
//! Parameters are all of them, in that order: what a round adds up.

use super::{
	seeded::Seeded,
	tensors::{FileError, floats, read, tensor},
};
use crate::{
	limits::{CLASSES_MAX, FEATURES_MAX, LAYERS_MAX, LENGTH_MAX, MODEL_BYTES_MAX},
	protocol::Aggregate,
};
use safetensors::{
	Dtype, SafeTensors,
	tensor::{Metadata, TensorView},
};
use std::collections::HashMap;

/// The key of the metadata that describes a head.
const FORMAT: &str = "r1-head";
const VERSION: &str = "1";

/// Names of tensors by which layers that normalise batches keep what they saw.
const STATISTICS: [&str; 3] = ["running_mean", "running_var", "num_batches_tracked"];

/// A part of a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layer {
	/// Sums of weighted inputs, each with a bias.
	Linear {
		/// Numbers that come in.
		inputs: usize,
		/// Numbers that go out.
		outputs: usize,
	},
	/// Negative numbers become zero.
	Relu,
}

/// A head, and what it has learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
	layers: Vec<Layer>,
	parameters: Vec<f32>,
}

impl Model {
	/// A head of some layers and parameters.
	///
	/// # Errors
	///
	/// The layers are not those of a head, or the parameters not theirs.
	pub fn new(layers: Vec<Layer>, parameters: Vec<f32>) -> Result<Self, ModelError> {
		let expected = parameters_of(&layers)?;
		if parameters.len() != expected {
			return Err(ModelError::Parameters { expected, found: parameters.len() });
		}
		match parameters.iter().position(|value| !value.is_finite()) {
			None => Ok(Self { layers, parameters }),
			Some(index) => Err(ModelError::NotFinite { index }),
		}
	}

	/// A head that has learnt nothing: weights that follow from a seed, so large that signals keep
	/// their size (He and others 2015), and biases of zero.
	///
	/// # Errors
	///
	/// The layers are not those of a head.
	pub fn initial(layers: Vec<Layer>, seed: u64) -> Result<Self, ModelError> {
		let mut parameters = Vec::with_capacity(parameters_of(&layers)?);
		let mut seeded = Seeded::new(seed);
		for (inputs, outputs) in layers.iter().filter_map(Layer::shape) {
			let reach = (6.0 / inputs as f32).sqrt();
			parameters.extend((0..inputs * outputs).map(|_| reach * seeded.even()));
			parameters.resize(parameters.len() + outputs, 0.0);
		}
		Self::new(layers, parameters)
	}

	/// Reads a file.
	///
	/// # Errors
	///
	/// It is no file of a head, or has layers that cannot be trained in rounds.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
		let (metadata, tensors) = read(bytes, MODEL_BYTES_MAX)?;
		let layers = layers_of(&metadata, &tensors)?;
		parameters_of(&layers)?;
		let mut parameters = Vec::new();
		let mut expected = 0;
		for (index, layer) in layers.iter().enumerate() {
			let Layer::Linear { inputs, outputs } = layer else { continue };
			parameters.extend(floats(&tensors, &format!("{index}.weight"), &[*outputs, *inputs])?);
			parameters.extend(floats(&tensors, &format!("{index}.bias"), &[*outputs])?);
			expected += 2;
		}
		if tensors.len() != expected {
			return Err(ModelError::Tensors { expected, found: tensors.len() });
		}
		Self::new(layers, parameters)
	}

	/// Writes the file.
	///
	/// # Errors
	///
	/// The library could not write it.
	pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
		let mut rest = self.parameters.as_slice();
		let mut parts = Vec::new();
		for (index, layer) in self.layers.iter().enumerate() {
			let Layer::Linear { inputs, outputs } = *layer else { continue };
			for (name, shape) in [("weight", vec![outputs, inputs]), ("bias", vec![outputs])] {
				let (values, after) = rest.split_at(shape.iter().product());
				rest = after;
				let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
				parts.push((format!("{index}.{name}"), shape, bytes));
			}
		}
		let views = parts.iter().map(|(name, shape, bytes)| {
			TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
		});
		let views = views.collect::<Result<Vec<_>, _>>().map_err(FileError::Malformed)?;
		let kinds: Vec<&str> = self.layers.iter().map(|layer| layer.kind()).collect();
		let metadata = (FORMAT.to_owned(), format!("{VERSION}:{}", kinds.join(",")));
		let file = safetensors::serialize(views, Some(HashMap::from([metadata])));
		Ok(file.map_err(FileError::Malformed)?)
	}

	/// What it has learnt beyond another model of the same layers: the update of a round.
	///
	/// # Errors
	///
	/// The other one has other layers.
	pub fn delta(&self, global: &Self) -> Result<Vec<f32>, ApplyError> {
		if self.layers != global.layers {
			return Err(ApplyError::OtherLayers);
		}
		let pairs = self.parameters.iter().zip(&global.parameters);
		Ok(pairs.map(|(own, global)| own - global).collect())
	}

	/// The next model: this one, and the mean of what participants have learnt beyond it.
	///
	/// # Errors
	///
	/// The sum is of another number of parameters, or leads beyond what floats hold.
	pub fn apply(&self, aggregate: &Aggregate) -> Result<Self, ApplyError> {
		if aggregate.sum.len() != self.parameters.len() {
			let (expected, found) = (self.parameters.len(), aggregate.sum.len());
			return Err(ApplyError::Length { expected, found });
		}
		let pairs = self.parameters.iter().zip(aggregate.mean());
		let parameters = pairs.map(|(value, mean)| (f64::from(*value) + mean) as f32).collect();
		Self::new(self.layers.clone(), parameters).map_err(|_| ApplyError::NotFinite)
	}

	/// Its layers.
	#[must_use]
	pub fn layers(&self) -> &[Layer] {
		&self.layers
	}

	/// All weights and biases.
	#[must_use]
	pub fn parameters(&self) -> &[f32] {
		&self.parameters
	}

	/// Numbers of a sample.
	#[must_use]
	pub fn features(&self) -> usize {
		self.layers
			.iter()
			.find_map(|layer| layer.shape())
			.map_or(0, |(inputs, _)| inputs)
	}

	/// Classes that it tells apart.
	#[must_use]
	pub fn classes(&self) -> usize {
		self.layers
			.iter()
			.rev()
			.find_map(|layer| layer.shape())
			.map_or(0, |(_, outputs)| outputs)
	}
}

impl Layer {
	/// What files call it.
	#[must_use]
	pub fn kind(&self) -> &'static str {
		match self {
			Self::Linear { .. } => "linear",
			Self::Relu => "relu",
		}
	}

	/// Inputs and outputs of a layer that has parameters.
	fn shape(&self) -> Option<(usize, usize)> {
		match self {
			Self::Linear { inputs, outputs } => Some((*inputs, *outputs)),
			Self::Relu => None,
		}
	}
}

/// How many parameters layers have, if they are those of a head.
fn parameters_of(layers: &[Layer]) -> Result<usize, ModelError> {
	let (features, classes, parameters) = match layers {
		[Layer::Linear { inputs, outputs }] => {
			(*inputs, *outputs, inputs.checked_add(1).and_then(|rows| rows.checked_mul(*outputs)))
		},
		[
			Layer::Linear { inputs, outputs: hidden },
			Layer::Relu,
			Layer::Linear { inputs: between, outputs },
		] if hidden == between => {
			let first = inputs.checked_add(1).and_then(|rows| rows.checked_mul(*hidden));
			let second = hidden.checked_add(1).and_then(|rows| rows.checked_mul(*outputs));
			(*inputs, *outputs, first.zip(second).and_then(|(one, two)| one.checked_add(two)))
		},
		_ => return Err(ModelError::Layers),
	};
	if !(1..=FEATURES_MAX).contains(&features) || !(2..=CLASSES_MAX).contains(&classes) {
		return Err(ModelError::Shape { features, classes });
	}
	let limit = LENGTH_MAX as usize;
	parameters.filter(|count| *count <= limit).ok_or(ModelError::TooLarge)
}

/// The layers that a file says it has.
fn layers_of(metadata: &Metadata, tensors: &SafeTensors<'_>) -> Result<Vec<Layer>, ModelError> {
	let statistics = tensors
		.names()
		.into_iter()
		.find(|name| STATISTICS.iter().any(|statistic| name.ends_with(statistic)));
	if let Some(name) = statistics {
		return Err(ModelError::BatchNormalisation { name: name.to_owned() });
	}
	let description = metadata.metadata().as_ref().and_then(|values| values.get(FORMAT));
	let (version, kinds) =
		description.and_then(|text| text.split_once(':')).ok_or(ModelError::Foreign)?;
	if version != VERSION {
		return Err(ModelError::Version { found: version.chars().take(32).collect() });
	}
	let kinds: Vec<&str> = kinds.split(',').collect();
	if LAYERS_MAX < kinds.len() {
		return Err(ModelError::Layers);
	}
	kinds
		.iter()
		.enumerate()
		.map(|(index, kind)| layer_of(index, kind, tensors))
		.collect()
}

fn layer_of(index: usize, kind: &str, tensors: &SafeTensors<'_>) -> Result<Layer, ModelError> {
	match kind {
		"linear" => {
			let name = format!("{index}.weight");
			match tensor(tensors, &name)?.shape() {
				[outputs, inputs] => Ok(Layer::Linear { inputs: *inputs, outputs: *outputs }),
				_ => Err(ModelError::Layers),
			}
		},
		"relu" => Ok(Layer::Relu),
		"batch_norm" | "batch_normalisation" => {
			Err(ModelError::BatchNormalisation { name: format!("{index} ({kind})") })
		},
		_ => Err(ModelError::UnknownLayer { kind: kind.chars().take(32).collect() }),
	}
}

/// Why a head is none.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
	/// The file.
	#[error(transparent)]
	File(#[from] FileError),
	/// A file of something else.
	#[error("its metadata does not say that it is a head (`{FORMAT}` = `{VERSION}:linear`)")]
	Foreign,
	/// Newer, or damaged.
	#[error("version `{found}` is unknown, only {VERSION} is known")]
	Version {
		/// Which version.
		found: String,
	},
	/// Statistics of a batch are no gradients: each participant has those of its own data, so a mean
	/// of them is nobody's, a variance cannot be averaged without the means, and they tell of the data
	/// whatever is clipped.
	#[error(
		"layer {name} normalises batches: its running statistics are each participant's own and do \
		 not add up, so a round cannot train it; fold it into its neighbour, or normalise layers"
	)]
	BatchNormalisation {
		/// Which layer or tensor.
		name: String,
	},
	/// Something that is not trained here.
	#[error("a layer `{kind}` is unknown: heads have `linear` and `relu`")]
	UnknownLayer {
		/// What it says it is.
		kind: String,
	},
	/// Not the layers of a head.
	#[error("a head is one linear layer, or two that fit with a rectifier between them")]
	Layers,
	/// Nothing that comes in or goes out, or too much.
	#[error("{features} features and {classes} classes are not within the limits")]
	Shape {
		/// Numbers of a sample.
		features: usize,
		/// Classes.
		classes: usize,
	},
	/// Too many parameters.
	#[error("it has more than {LENGTH_MAX} parameters")]
	TooLarge,
	/// More or fewer parameters than its layers have.
	#[error("{found} parameters, and its layers have {expected}")]
	Parameters {
		/// How many there must be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// Tensors of no layer.
	#[error("{found} tensors, and its layers have {expected}")]
	Tensors {
		/// How many there must be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// An infinity, or no number.
	#[error("parameter {index} is not a finite number")]
	NotFinite {
		/// Which.
		index: usize,
	},
}

/// Why there is no difference or no next model.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ApplyError {
	/// Two different heads.
	#[error("the two models have other layers")]
	OtherLayers,
	/// A sum of another model.
	#[error("the sum has {found} parameters, and the model {expected}")]
	Length {
		/// Parameters of the model.
		expected: usize,
		/// Parameters of the sum.
		found: usize,
	},
	/// Beyond what floats hold.
	#[error("the sum leads to a parameter that is not a finite number")]
	NotFinite,
}

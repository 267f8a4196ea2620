// SPDX-License-Identifier: Apache-2.0

//! Data sets: `x`, floats of 32 bits by sample and feature, and `y`, a label for each sample.

use super::tensors::{FileError, floats, integers, read, tensor};
use crate::limits::{CLASSES_MAX, DATASET_BYTES_MAX, FEATURES_MAX, SAMPLES_MAX};
use safetensors::{Dtype, tensor::TensorView};

/// Samples with labels. It stays where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
	features: usize,
	classes: usize,
	inputs: Vec<f32>,
	labels: Vec<u32>,
}

impl Dataset {
	/// Samples for a model of so many features and classes.
	///
	/// # Errors
	///
	/// There are none or too many, a number is not finite, or a label is of no class.
	pub fn new(
		features: usize,
		classes: usize,
		inputs: Vec<f32>,
		labels: &[i64],
	) -> Result<Self, DatasetError> {
		if !(1..=FEATURES_MAX).contains(&features) {
			return Err(DatasetError::Features { found: features });
		}
		if !(1..=SAMPLES_MAX).contains(&labels.len()) {
			return Err(DatasetError::Samples { found: labels.len() });
		}
		if !(2..=CLASSES_MAX).contains(&classes) {
			return Err(DatasetError::Classes { found: classes });
		}
		if features.checked_mul(labels.len()) != Some(inputs.len()) {
			return Err(DatasetError::Labels { inputs: inputs.len(), labels: labels.len() });
		}
		if let Some(index) = inputs.iter().position(|value| !value.is_finite()) {
			return Err(DatasetError::NotFinite { index });
		}
		let label = |(sample, label): (usize, &i64)| {
			let class = u32::try_from(*label).ok().filter(|class| (*class as usize) < classes);
			class.ok_or(DatasetError::Label { sample, label: *label, classes })
		};
		let labels = labels.iter().enumerate().map(label).collect::<Result<_, _>>()?;
		Ok(Self { features, classes, inputs, labels })
	}

	/// Reads a file, for a model of so many features and classes.
	///
	/// # Errors
	///
	/// It is no file of such data, or not within the limits.
	pub fn from_bytes(bytes: &[u8], features: usize, classes: usize) -> Result<Self, DatasetError> {
		let (_, tensors) = read(bytes, DATASET_BYTES_MAX)?;
		let labels = tensor(&tensors, "y")?;
		let [samples] = *labels.shape() else {
			let found = labels.shape().len();
			return Err(DatasetError::LabelShape { found });
		};
		let inputs = floats(&tensors, "x", &[samples, features])?;
		Self::new(features, classes, inputs, &integers(&tensors, "y")?)
	}

	/// Reads a file for whatever model: of as many features as there are, and so many classes that each
	/// label is of one.
	///
	/// # Errors
	///
	/// It is no file of such data, or not within the limits.
	pub fn of_file(bytes: &[u8]) -> Result<Self, DatasetError> {
		let (_, tensors) = read(bytes, DATASET_BYTES_MAX)?;
		let features = tensor(&tensors, "x")?.shape().last().copied().unwrap_or_default();
		let highest = integers(&tensors, "y")?.into_iter().max().unwrap_or_default();
		let classes = usize::try_from(highest).map_or(2, |highest| highest.saturating_add(1));
		Self::from_bytes(bytes, features, classes.max(2))
	}

	/// Writes the file.
	///
	/// # Errors
	///
	/// The library could not write it.
	pub fn to_bytes(&self) -> Result<Vec<u8>, DatasetError> {
		let inputs: Vec<u8> = self.inputs.iter().flat_map(|value| value.to_le_bytes()).collect();
		let labels: Vec<u8> =
			self.labels.iter().flat_map(|label| i64::from(*label).to_le_bytes()).collect();
		let (samples, features) = (self.samples(), self.features);
		let view = |dtype, shape, bytes| {
			TensorView::new(dtype, shape, bytes).map_err(FileError::Malformed)
		};
		let tensors = [
			("x", view(Dtype::F32, vec![samples, features], &inputs)?),
			("y", view(Dtype::I64, vec![samples], &labels)?),
		];
		Ok(safetensors::serialize(tensors, None).map_err(FileError::Malformed)?)
	}

	/// How many samples there are.
	#[must_use]
	pub fn samples(&self) -> usize {
		self.labels.len()
	}

	/// Numbers of each sample.
	#[must_use]
	pub fn features(&self) -> usize {
		self.features
	}

	/// Classes that labels may be of.
	#[must_use]
	pub fn classes(&self) -> usize {
		self.classes
	}

	/// All samples, one after the other.
	#[must_use]
	pub fn inputs(&self) -> &[f32] {
		&self.inputs
	}

	/// The class of each sample.
	#[must_use]
	pub fn labels(&self) -> &[u32] {
		&self.labels
	}
}

/// Why there is no data to train on.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
	/// The file.
	#[error(transparent)]
	File(#[from] FileError),
	/// Nothing of each sample, or too much.
	#[error("{found} features are not between 1 and {FEATURES_MAX}")]
	Features {
		/// How many.
		found: usize,
	},
	/// No samples, or too many.
	#[error("{found} samples are not between 1 and {SAMPLES_MAX}")]
	Samples {
		/// How many.
		found: usize,
	},
	/// Nothing to tell apart, or too much.
	#[error("{found} classes are not between 2 and {CLASSES_MAX}")]
	Classes {
		/// How many.
		found: usize,
	},
	/// Labels that are no list.
	#[error("the tensor `y` has {found} dimensions, and must have one")]
	LabelShape {
		/// How many.
		found: usize,
	},
	/// Samples without labels, or labels without samples.
	#[error("{inputs} numbers are not the features of {labels} samples")]
	Labels {
		/// Numbers.
		inputs: usize,
		/// Labels.
		labels: usize,
	},
	/// An infinity, or no number.
	#[error("number {index} of the samples is not finite")]
	NotFinite {
		/// Which.
		index: usize,
	},
	/// A label of no class.
	#[error("sample {sample} has the label {label}, and there are {classes} classes")]
	Label {
		/// Which sample.
		sample: usize,
		/// Its label.
		label: i64,
		/// How many classes there are.
		classes: usize,
	},
}

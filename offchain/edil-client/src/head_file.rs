// SPDX-License-Identifier: Apache-2.0

//! Heads as the trainer exports them: JSON, before anything is checked.

use serde::Deserialize;

/// Longest file, in bytes: the largest head that a model may have takes less.
pub const HEAD_FILE_BYTES_MAX: usize = 4 << 20;

/// What the trainer says of a head.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadFile {
	/// `r1-edil-head`.
	pub format: String,
	/// 1.
	pub version: u32,
	/// `linear` or `perceptron`.
	pub kind: HeadKind,
	/// Largest magnitude of an input.
	pub input_max: u8,
	/// What no accumulator of a perceptron may exceed.
	pub accumulator_bound: Option<i32>,
	/// Entries of a perceptron's table.
	pub half_levels: Option<u32>,
	/// What a perceptron's activation is meant to be.
	pub activation: Option<ActivationFile>,
	/// From the inputs to a perceptron's neurons.
	pub hidden: Option<LayerFile>,
	/// To the logits.
	pub output: LayerFile,
	/// What was seen in the training data.
	pub calibration: CalibrationFile,
	/// How good it is.
	pub accuracy: AccuracyFile,
}

/// What a head is made of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum HeadKind {
	/// One layer.
	Linear,
	/// Two, and tables between them.
	Perceptron,
}

/// Values of a function at whole numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationFile {
	/// The number that the first value is at.
	pub first: i32,
	/// The values.
	pub values: Vec<i8>,
}

/// A matrix with a row for each output, and what is added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerFile {
	/// The rows.
	pub weights: Vec<Vec<i8>>,
	/// What is added, one for each row.
	pub biases: Vec<i32>,
}

/// What was seen in the training data.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationFile {
	/// Samples that were looked at.
	pub samples: u32,
	/// The smallest accumulator.
	pub accumulator_min: i32,
	/// The largest accumulator.
	pub accumulator_max: i32,
}

/// How many samples of a test were right.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccuracyFile {
	/// Samples of the test.
	pub samples: u32,
	/// With floats.
	pub correct_float: u32,
	/// With integers.
	pub correct_integer: u32,
}

impl HeadFile {
	/// Reads a file.
	///
	/// # Errors
	///
	/// It is too long, or none of this version.
	pub fn from_json(bytes: &[u8]) -> Result<Self, HeadFileError> {
		if bytes.len() > HEAD_FILE_BYTES_MAX {
			return Err(HeadFileError::TooLong { found: bytes.len() });
		}
		let file: Self = serde_json::from_slice(bytes).map_err(HeadFileError::Json)?;
		if file.format != "r1-edil-head" || file.version != 1 {
			return Err(HeadFileError::Version { format: file.format, version: file.version });
		}
		Ok(file)
	}
}

/// Why bytes are no exported head.
#[derive(Debug, thiserror::Error)]
pub enum HeadFileError {
	/// A longer file than any head has.
	#[error("a head of {found} bytes is longer than {HEAD_FILE_BYTES_MAX}")]
	TooLong {
		/// Its length.
		found: usize,
	},
	/// Not JSON, or not these fields.
	#[error("the head cannot be read")]
	Json(#[source] serde_json::Error),
	/// Something else.
	#[error("version {version} of `{format}` is no head of this version")]
	Version {
		/// What it calls itself.
		format: String,
		/// Of which version.
		version: u32,
	},
}

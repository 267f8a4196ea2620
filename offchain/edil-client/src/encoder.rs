// SPDX-License-Identifier: Apache-2.0

//! From raw data to the integers that are encrypted.
//!
//! Encoders run on the client's machine, in the clear. The two here are those of the trainer, read
//! from its exported weights; whoever has another one, or the same as ONNX in a runtime of their
//! own, implements [`Encoder`] or encrypts integers directly.

use serde::Deserialize;
use sp_crypto_hashing::blake2_256;

/// Longest file of an encoder, in bytes.
pub const ENCODER_FILE_BYTES_MAX: usize = 16 << 20;

/// What makes integers of raw data.
pub trait Encoder {
	/// The inputs of a model.
	///
	/// # Errors
	///
	/// There are more or fewer values than it takes.
	fn encode(&self, raw: &[f64]) -> Result<Vec<i8>, EncoderError>;
}

/// Dense layers with hyperbolic tangents: the first half of a domain auto-encoder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenseEncoder {
	format: String,
	version: u32,
	input_scale: f64,
	weight_scale: f64,
	output_max: u8,
	layers: Vec<DenseLayer>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DenseLayer {
	activation: DenseActivation,
	weights: Vec<Vec<i32>>,
	biases: Vec<i32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DenseActivation {
	Tanh,
}

/// One multiplication and one addition for each value, within a range.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalingEncoder {
	format: String,
	version: u32,
	weight_scale: f64,
	output_max: u8,
	factors: Vec<i64>,
	offsets: Vec<i64>,
}

/// Reads an encoder of whichever form the trainer exports.
///
/// # Errors
///
/// The bytes are none, or of another version.
pub fn read_encoder(bytes: &[u8]) -> Result<Box<dyn Encoder>, EncoderError> {
	let Form { format, version } = parse(bytes)?;
	match format.as_str() {
		DENSE => Ok(Box::new(DenseEncoder::from_json(bytes)?)),
		SCALING => Ok(Box::new(ScalingEncoder::from_json(bytes)?)),
		_ => Err(EncoderError::Version { format, version }),
	}
}

/// What a model calls the encoder that it was trained with: the BLAKE2b-256 of its file.
#[must_use]
pub fn encoder_hash(bytes: &[u8]) -> [u8; 32] {
	blake2_256(bytes)
}

/// What every encoder says first.
#[derive(Deserialize)]
struct Form {
	format: String,
	version: u32,
}

const DENSE: &str = "r1-edil-encoder";
const SCALING: &str = "r1-edil-scaler";

impl DenseEncoder {
	/// Reads what the trainer exported.
	///
	/// # Errors
	///
	/// It is too long, none of this version, or its layers do not fit together.
	pub fn from_json(bytes: &[u8]) -> Result<Self, EncoderError> {
		let encoder: Self = parse(bytes)?;
		check(&encoder.format, DENSE, encoder.version)?;
		let mut width = None;
		for layer in &encoder.layers {
			let inputs = layer.weights.first().map_or(0, Vec::len);
			let is_matrix = layer.weights.iter().all(|row| row.len() == inputs);
			let fits = width.is_none_or(|width| width == inputs);
			if inputs == 0 || !is_matrix || !fits || layer.weights.len() != layer.biases.len() {
				return Err(EncoderError::Layers);
			}
			width = Some(layer.weights.len());
		}
		if width.is_none() || encoder.weight_scale <= 0.0 {
			return Err(EncoderError::Layers);
		}
		Ok(encoder)
	}
}

impl Encoder for DenseEncoder {
	fn encode(&self, raw: &[f64]) -> Result<Vec<i8>, EncoderError> {
		let expected = self.layers[0].weights[0].len();
		check_values(raw, expected)?;
		let mut values: Vec<f64> = raw.iter().map(|value| value * self.input_scale).collect();
		for layer in &self.layers {
			let row = |(row, bias): (&Vec<i32>, &i32)| {
				let products = row.iter().zip(&values).map(|(a, b)| f64::from(*a) * b);
				let sum = (products.sum::<f64>() + f64::from(*bias)) / self.weight_scale;
				match layer.activation {
					DenseActivation::Tanh => sum.tanh(),
				}
			};
			values = layer.weights.iter().zip(&layer.biases).map(row).collect();
		}
		Ok(values.into_iter().map(|value| quantise(value, self.output_max)).collect())
	}
}

impl ScalingEncoder {
	/// Reads what the trainer exported.
	///
	/// # Errors
	///
	/// It is too long, none of this version, or has not as many factors as offsets.
	pub fn from_json(bytes: &[u8]) -> Result<Self, EncoderError> {
		let encoder: Self = parse(bytes)?;
		check(&encoder.format, SCALING, encoder.version)?;
		if encoder.factors.len() != encoder.offsets.len() || encoder.weight_scale <= 0.0 {
			return Err(EncoderError::Layers);
		}
		Ok(encoder)
	}
}

impl Encoder for ScalingEncoder {
	fn encode(&self, raw: &[f64]) -> Result<Vec<i8>, EncoderError> {
		check_values(raw, self.factors.len())?;
		let scaled = raw.iter().zip(&self.factors).zip(&self.offsets);
		let value = |((raw, factor), offset): ((&f64, &i64), &i64)| {
			let value = (raw * *factor as f64 + *offset as f64) / self.weight_scale;
			quantise(value, self.output_max)
		};
		Ok(scaled.map(value).collect())
	}
}

/// The nearest whole number of the range; of two, the even one, as the trainer does it.
fn quantise(value: f64, output_max: u8) -> i8 {
	let most = f64::from(output_max.min(i8::MAX.unsigned_abs()));
	(value.clamp(-1.0, 1.0) * most).round_ties_even() as i8
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, EncoderError> {
	if bytes.len() > ENCODER_FILE_BYTES_MAX {
		return Err(EncoderError::TooLong { found: bytes.len() });
	}
	serde_json::from_slice(bytes).map_err(EncoderError::Json)
}

fn check(format: &str, expected: &str, version: u32) -> Result<(), EncoderError> {
	if format == expected && version == 1 {
		Ok(())
	} else {
		Err(EncoderError::Version { format: format.to_owned(), version })
	}
}

fn check_values(raw: &[f64], expected: usize) -> Result<(), EncoderError> {
	if raw.len() != expected {
		return Err(EncoderError::Values { expected, found: raw.len() });
	}
	match raw.iter().position(|value| !value.is_finite()) {
		Some(index) => Err(EncoderError::Infinite { index }),
		None => Ok(()),
	}
}

/// Why raw data is not encoded, or what should do it is no encoder.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
	/// A longer file than any encoder has.
	#[error("an encoder of {found} bytes is longer than {ENCODER_FILE_BYTES_MAX}")]
	TooLong {
		/// Its length.
		found: usize,
	},
	/// Not JSON, or not these fields.
	#[error("the encoder cannot be read")]
	Json(#[source] serde_json::Error),
	/// Something else.
	#[error("version {version} of `{format}` is no encoder of this version")]
	Version {
		/// What it calls itself.
		format: String,
		/// Of which version.
		version: u32,
	},
	/// Layers that do not fit together.
	#[error("the encoder's layers do not fit together")]
	Layers,
	/// More or fewer values than it takes.
	#[error("{found} values, and the encoder takes {expected}")]
	Values {
		/// How many it takes.
		expected: usize,
		/// How many there are.
		found: usize,
	},
	/// A value that is no number.
	#[error("value {index} is no finite number")]
	Infinite {
		/// Which, from 0.
		index: usize,
	},
}

// SPDX-License-Identifier: Apache-2.0

//! Encrypted models: the bytes of their files, and what they mean.
//!
//! ```text
//! file = "r1-edil" | kind 1 B = 1 | version 1 B = 1 | body
//! body = SCALE of ModelContent, field by field, in the order of its declaration
//! id   = BLAKE2b-256 of the file
//! ```
//!
//! A file has one form: what does not encode to the same bytes again is none. Another layout of the
//! body gets another version; nothing is guessed.

use crate::{
	framing::{FramingError, Kind, frame, unframe},
	head::{Head, HeadError},
	limits::{ENCODER_CID_BYTES_MAX, MODEL_BYTES_MAX},
	parameters::ParameterSet,
	plan::FftPlan,
};
use codec::{Decode, DecodeAll as _, Encode};
use sp_crypto_hashing::blake2_256;

/// What a model is known by: the hash of its file.
pub type ModelId = [u8; 32];

/// A model that was checked, and the file that it is in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EncryptedModel {
	content: ModelContent,
	bytes: Vec<u8>,
	id: ModelId,
}

/// What the file of a model says.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct ModelContent {
	/// What keys, requests and responses are of.
	pub parameters: ParameterSet,
	/// Which Fourier transform evaluations are repeated with, byte for byte.
	pub fft_plan: FftPlan,
	/// What makes inputs of raw data, on the client's machine.
	pub encoder: EncoderReference,
	/// Largest magnitude of an input.
	pub input_max: u8,
	/// What is computed.
	pub head: Head,
	/// Largest magnitude that an accumulator has for any inputs; it follows from the head, and a
	/// file that says something else is none.
	pub accumulator_bound: i32,
	/// The same of a logit. Decryption divides the torus by it.
	pub logit_bound: i32,
	/// What accumulators were in the data that the model was trained with.
	pub calibration: Calibration,
	/// How good the model is in the clear.
	pub accuracy: Accuracy,
}

/// Where the encoder is, which runs at the client and is nothing to a worker.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum EncoderReference {
	/// Inputs are encrypted as they are.
	#[codec(index = 0)]
	None,
	/// BLAKE2b-256 of its file.
	#[codec(index = 1)]
	Hash([u8; 32]),
	/// The content identifier of its file, in text.
	#[codec(index = 2)]
	Cid(String),
}

/// What was seen in the data that a model was calibrated with.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Calibration {
	/// Samples that were looked at.
	pub samples: u32,
	/// The smallest accumulator.
	pub accumulator_min: i32,
	/// The largest accumulator.
	pub accumulator_max: i32,
}

/// How many samples of a test a model gets right.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Accuracy {
	/// Samples of the test, which no choice was made on.
	pub samples: u32,
	/// Right answers before it was quantised.
	pub correct_float: u32,
	/// Right answers of the integers, and of ciphertexts.
	pub correct_integer: u32,
}

impl EncryptedModel {
	/// Checks a model and writes its file.
	///
	/// # Errors
	///
	/// It is not within the limits, or its parts do not fit together.
	pub fn new(content: ModelContent) -> Result<Self, ModelError> {
		content.check()?;
		let bytes = frame(Kind::Model, &content.encode());
		let id = blake2_256(&bytes);
		Ok(Self { content, bytes, id })
	}

	/// Reads and checks a file.
	///
	/// # Errors
	///
	/// The bytes are no model, or one that [`Self::new`] refuses.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
		if bytes.len() > MODEL_BYTES_MAX {
			return Err(ModelError::TooLong { found: bytes.len() });
		}
		let body = unframe(Kind::Model, bytes).map_err(ModelError::Framing)?;
		let content = ModelContent::decode_all(&mut &*body).map_err(|_| ModelError::Malformed)?;
		let model = Self::new(content)?;
		// Numbers have several forms in SCALE; an identifier of bytes wants one.
		if model.bytes != bytes {
			return Err(ModelError::Malformed);
		}
		Ok(model)
	}

	/// What it is known by.
	#[must_use]
	pub fn id(&self) -> &ModelId {
		&self.id
	}

	/// Its file.
	#[must_use]
	pub fn bytes(&self) -> &[u8] {
		&self.bytes
	}

	/// What the file says.
	#[must_use]
	pub fn content(&self) -> &ModelContent {
		&self.content
	}

	/// What is computed.
	#[must_use]
	pub fn head(&self) -> &Head {
		&self.content.head
	}

	/// What keys, requests and responses are of.
	#[must_use]
	pub fn parameters(&self) -> ParameterSet {
		self.content.parameters
	}

	/// What one unit of an input is on the torus.
	///
	/// Before a table it is a level of the table, of which the torus has twice as many as there are
	/// entries; without one, inputs have the scale of the logits.
	#[must_use]
	pub fn input_scale(&self) -> u64 {
		match &self.content.head {
			Head::Linear(_) => self.logit_scale(),
			Head::Perceptron { activation, .. } => {
				1 << (63 - u32::from(activation.half_levels_log))
			},
		}
	}

	/// What one unit of a logit is on the torus: as much as lets all of them fit.
	#[must_use]
	pub fn logit_scale(&self) -> u64 {
		// One unit more than the largest logit leaves room for half a unit of noise on either side.
		(1 << 63) / (u64::from(self.content.logit_bound.unsigned_abs()) + 1)
	}
}

impl ModelContent {
	fn check(&self) -> Result<(), ModelError> {
		self.head.check(self.input_max).map_err(ModelError::Head)?;
		let has_bootstrap = self.parameters.bootstrap().is_some();
		if has_bootstrap != matches!(self.head, Head::Perceptron { .. }) {
			return Err(ModelError::Parameters { parameters: self.parameters });
		}
		let accumulator_bound = self.head.accumulator_bound(self.input_max);
		let logit_bound = self.head.logit_bound(self.input_max);
		if (self.accumulator_bound, self.logit_bound) != (accumulator_bound, logit_bound) {
			return Err(ModelError::Bound { accumulator_bound, logit_bound });
		}
		match &self.encoder {
			EncoderReference::Cid(cid) if cid.len() > ENCODER_CID_BYTES_MAX => {
				Err(ModelError::Encoder)
			},
			_ => Ok(()),
		}
	}
}

/// Why bytes, or what they say, are no model.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ModelError {
	/// A longer file than any model has.
	#[error("a model of {found} bytes is longer than {MODEL_BYTES_MAX}")]
	TooLong {
		/// Its length.
		found: usize,
	},
	/// Something else, or of another version.
	#[error("the file is no model")]
	Framing(#[source] FramingError),
	/// Not the one form that a model has.
	#[error("the model's content has another form")]
	Malformed,
	/// What is computed is beyond the limits or does not fit together.
	#[error("the model's head is refused")]
	Head(#[source] HeadError),
	/// Tables need a bootstrap, and nothing else does.
	#[error("the head and the parameters {parameters:?} do not fit")]
	Parameters {
		/// The parameters.
		parameters: ParameterSet,
	},
	/// The bounds are not those of the head.
	#[error("the bounds of the head are {accumulator_bound} and {logit_bound}, not what is said")]
	Bound {
		/// The largest accumulator.
		accumulator_bound: i32,
		/// The largest logit.
		logit_bound: i32,
	},
	/// An encoder's identifier that is too long.
	#[error("the encoder's identifier is longer than {ENCODER_CID_BYTES_MAX} bytes")]
	Encoder,
}

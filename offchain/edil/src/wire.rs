// SPDX-License-Identifier: Apache-2.0

//! What clients and workers send each other: evaluation keys, requests and responses.
//!
//! Numbers are little-endian, `parameters` is the index of a [`ParameterSet`], and every length
//! follows from what comes before it, so each message has one form and a wrong length is refused
//! before anything is allocated for it.
//!
//! ```text
//! each           = "r1-edil" | kind 1 B | version 1 B = 1 | body
//! evaluation key = parameters 1 B | seed 16 B | the bodies of the bootstrap key, u64 each
//! request        = parameters 1 B | inputs u16 | model 32 B | evaluation key 32 B | seed 16 B
//!                | the bodies of the inputs, u64 each
//! response       = parameters 1 B | logits u16 | request 32 B
//!                | each logit: its mask, then its body, u16 or u32 each
//! ```
//!
//! Masks follow from the seeds. Models, keys and requests are known by the BLAKE2b-256 of all of
//! their bytes; what is bootstrapped with no key names the key of zeros.

use crate::{
	framing::{FRAMING_BYTES, FramingError, Kind, frame, unframe},
	limits::{INPUTS_MAX, LOGITS_MAX},
	model::ModelId,
	parameters::ParameterSet,
};
use codec::{DecodeAll as _, Encode as _};
use sp_crypto_hashing::blake2_256;

/// What an evaluation key is known by.
pub type EvaluationKeyId = [u8; 32];

/// What a request is known by.
pub type RequestId = [u8; 32];

/// Names no evaluation key, in requests for what is computed without one.
pub const NO_EVALUATION_KEY: EvaluationKeyId = [0; 32];

const WORD: usize = size_of::<u64>();
const SEED: usize = size_of::<u128>();
const ID: usize = 32;

/// Longest evaluation key, in bytes: that of the largest set.
pub const EVALUATION_KEY_BYTES_MAX: usize =
	FRAMING_BYTES + 1 + SEED + WORD * bootstrap_words(ParameterSet::Bootstrapped2048);

/// Longest request, in bytes.
pub const REQUEST_BYTES_MAX: usize = FRAMING_BYTES + 3 + 2 * ID + SEED + WORD * INPUTS_MAX;

/// Longest response, in bytes.
pub const RESPONSE_BYTES_MAX: usize =
	FRAMING_BYTES + 3 + ID + LOGITS_MAX * 4 * (ParameterSet::Levelled.output_dimension() + 1);

const fn bootstrap_words(parameters: ParameterSet) -> usize {
	match parameters.bootstrap() {
		Some(bootstrap) => bootstrap.seeded_words(),
		None => 0,
	}
}

/// What a worker bootstraps with: it decrypts nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EvaluationKey {
	parameters: ParameterSet,
	seed: u128,
	bodies: Vec<u64>,
}

impl EvaluationKey {
	/// A key of what its owner made.
	///
	/// # Errors
	///
	/// The set has none, or one of another length.
	pub fn new(parameters: ParameterSet, seed: u128, bodies: Vec<u64>) -> Result<Self, WireError> {
		let expected = bootstrap_words(parameters);
		if expected == 0 {
			return Err(WireError::NoBootstrap);
		}
		if bodies.len() != expected {
			return Err(WireError::Length {
				expected: WORD * expected,
				found: WORD * bodies.len(),
			});
		}
		Ok(Self { parameters, seed, bodies })
	}

	/// Reads a key.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
		let mut body = Reader(unframe(Kind::EvaluationKey, bytes)?);
		let parameters = body.parameters()?;
		let seed = u128::from_le_bytes(body.array()?);
		let expected = bootstrap_words(parameters);
		if expected == 0 {
			return Err(WireError::NoBootstrap);
		}
		Self::new(parameters, seed, body.words(expected)?)
	}

	/// Writes the key.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut body = Vec::with_capacity(1 + SEED + WORD * self.bodies.len());
		self.parameters.encode_to(&mut body);
		body.extend(self.seed.to_le_bytes());
		body.extend(self.bodies.iter().flat_map(|word| word.to_le_bytes()));
		frame(Kind::EvaluationKey, &body)
	}

	/// What it is known by.
	#[must_use]
	pub fn id(&self) -> EvaluationKeyId {
		blake2_256(&self.to_bytes())
	}

	/// What it is of.
	#[must_use]
	pub fn parameters(&self) -> ParameterSet {
		self.parameters
	}

	pub(crate) fn into_parts(self) -> (u128, Vec<u64>) {
		(self.seed, self.bodies)
	}
}

/// Encrypted inputs of one evaluation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
	/// What it is of.
	pub parameters: ParameterSet,
	/// What is to be computed.
	pub model: ModelId,
	/// What it is to be computed with.
	pub evaluation_key: EvaluationKeyId,
	/// What the masks follow from. A client that uses one twice gives its inputs away.
	pub seed: u128,
	/// A body for each input.
	pub bodies: Vec<u64>,
}

impl Request {
	/// Reads a request.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
		let mut body = Reader(unframe(Kind::Request, bytes)?);
		let parameters = body.parameters()?;
		let inputs = body.count(INPUTS_MAX)?;
		Ok(Self {
			parameters,
			model: body.array()?,
			evaluation_key: body.array()?,
			seed: u128::from_le_bytes(body.array()?),
			bodies: body.words(inputs)?,
		})
	}

	/// Writes the request.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut body = self.parameters.encode();
		body.extend(count_bytes(self.bodies.len()));
		body.extend(self.model);
		body.extend(self.evaluation_key);
		body.extend(self.seed.to_le_bytes());
		body.extend(self.bodies.iter().flat_map(|word| word.to_le_bytes()));
		frame(Kind::Request, &body)
	}

	/// What it is known by.
	#[must_use]
	pub fn id(&self) -> RequestId {
		blake2_256(&self.to_bytes())
	}
}

/// Encrypted logits of one evaluation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
	parameters: ParameterSet,
	request: RequestId,
	/// Masks and bodies, rounded to as many bits as the set has for them.
	coefficients: Vec<u32>,
}

impl Response {
	/// Rounds what was computed for a request.
	pub(crate) fn of_ciphertexts(
		parameters: ParameterSet,
		request: RequestId,
		words: &[u64],
	) -> Self {
		let bits = parameters.response_bits();
		let half = 1 << (u64::BITS - bits - 1);
		// What is rounded up beyond the torus begins anew, as the torus does.
		let round = |word: &u64| (word.wrapping_add(half) >> (u64::BITS - bits)) as u32;
		Self { parameters, request, coefficients: words.iter().map(round).collect() }
	}

	/// Reads a response.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
		let mut body = Reader(unframe(Kind::Response, bytes)?);
		let parameters = body.parameters()?;
		let logits = body.count(LOGITS_MAX)?;
		let request = body.array()?;
		let coefficient_bytes = coefficient_bytes(parameters);
		let expected = logits * (parameters.output_dimension() + 1) * coefficient_bytes;
		let coefficients = body.rest(expected)?.chunks(coefficient_bytes).map(|chunk| {
			chunk.iter().rev().fold(0, |value, byte| value << u8::BITS | u32::from(*byte))
		});
		Ok(Self { parameters, request, coefficients: coefficients.collect() })
	}

	/// Writes the response.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut body = self.parameters.encode();
		body.extend(count_bytes(self.logits()));
		body.extend(self.request);
		let bytes = coefficient_bytes(self.parameters);
		body.extend(
			self.coefficients
				.iter()
				.flat_map(|word| word.to_le_bytes().into_iter().take(bytes)),
		);
		frame(Kind::Response, &body)
	}

	/// What it is of.
	#[must_use]
	pub fn parameters(&self) -> ParameterSet {
		self.parameters
	}

	/// What it answers. A client that does not compare takes an old answer for a new one.
	#[must_use]
	pub fn request(&self) -> &RequestId {
		&self.request
	}

	/// How many logits there are.
	#[must_use]
	pub fn logits(&self) -> usize {
		self.coefficients.len() / (self.parameters.output_dimension() + 1)
	}

	/// The mask and the body of each logit, on the torus.
	pub fn ciphertexts(&self) -> impl Iterator<Item = Vec<u64>> {
		let shift = u64::BITS - self.parameters.response_bits();
		self.coefficients
			.chunks(self.parameters.output_dimension() + 1)
			.map(move |logit| logit.iter().map(|word| u64::from(*word) << shift).collect())
	}
}

const fn coefficient_bytes(parameters: ParameterSet) -> usize {
	(parameters.response_bits() / u8::BITS) as usize
}

/// A count as it travels. Whoever makes a message has checked it; a longer one than two bytes hold
/// is refused by whoever reads it, because its length does not fit.
fn count_bytes(count: usize) -> [u8; 2] {
	u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes()
}

/// What was not read of a body.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
	fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], WireError> {
		let error = WireError::Length { expected: LENGTH, found: self.0.len() };
		let (array, rest) = self.0.split_first_chunk().ok_or(error)?;
		self.0 = rest;
		Ok(*array)
	}

	fn parameters(&mut self) -> Result<ParameterSet, WireError> {
		let [index] = self.array()?;
		ParameterSet::decode_all(&mut [index].as_slice())
			.map_err(|_| WireError::Parameters { index })
	}

	fn count(&mut self, limit: usize) -> Result<usize, WireError> {
		let count = usize::from(u16::from_le_bytes(self.array()?));
		if (1..=limit).contains(&count) {
			Ok(count)
		} else {
			Err(WireError::Count { limit, found: count })
		}
	}

	/// All that is left, if it is as long as it should be.
	fn rest(&mut self, expected: usize) -> Result<&'a [u8], WireError> {
		let found = self.0.len();
		if found == expected { Ok(self.0) } else { Err(WireError::Length { expected, found }) }
	}

	fn words(&mut self, count: usize) -> Result<Vec<u64>, WireError> {
		let (words, _) = self.rest(WORD * count)?.as_chunks();
		Ok(words.iter().copied().map(u64::from_le_bytes).collect())
	}
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WireError {
	/// Something else, or of another version.
	#[error(transparent)]
	Framing(#[from] FramingError),
	/// A set that nobody knows.
	#[error("parameter set {index} is unknown")]
	Parameters {
		/// Its index.
		index: u8,
	},
	/// A key of a set that has none.
	#[error("there is no evaluation key where nothing is bootstrapped")]
	NoBootstrap,
	/// Nothing, or too much of something.
	#[error("a count of {found} is not between 1 and {limit}")]
	Count {
		/// The limit.
		limit: usize,
		/// The count.
		found: usize,
	},
	/// More or fewer bytes than there must be.
	#[error("{found} bytes where there must be {expected}")]
	Length {
		/// How many there must be.
		expected: usize,
		/// How many there are.
		found: usize,
	},
}

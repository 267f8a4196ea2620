// SPDX-License-Identifier: Apache-2.0

//! The parameter sets of the scheme: dimensions, noise, and what follows from them.
//!
//! Bytes name a set by one number, and nobody sends dimensions: what has another length than its
//! set says is refused before the library sees it, which would panic.

use codec::{Decode, Encode};
use tfhe::core_crypto::prelude::{
	DecompositionBaseLog, DecompositionLevelCount, GlweDimension, GlweSize, LweDimension, LweSize,
	PolynomialSize,
};

/// Standard deviation of fresh noise under the small key, as a share of the torus.
const SMALL_NOISE: f64 = 4.728_000_245_054_928_6e-5;

/// Standard deviation of fresh noise under the big key, as a share of the torus.
const BIG_NOISE: f64 = 2.845_267_479_601_915e-15;

/// Which parameters a model, its keys, its requests and its responses are of.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ParameterSet {
	/// Integer combinations alone: no bootstrap and no evaluation key.
	#[codec(index = 1)]
	Levelled,
	/// One bootstrapped layer, in rings of degree 1 024: failures of about 2^-54.
	#[codec(index = 2)]
	Bootstrapped1024,
	/// One bootstrapped layer, in rings of degree 2 048: failures below 2^-128.
	#[codec(index = 3)]
	Bootstrapped2048,
}

impl ParameterSet {
	/// Every set, from the cheapest to the most expensive.
	pub const ALL: [Self; 3] = [Self::Levelled, Self::Bootstrapped1024, Self::Bootstrapped2048];

	/// Dimension of the key that inputs are encrypted under.
	#[must_use]
	pub const fn input_dimension(self) -> usize {
		match self {
			Self::Levelled => self.output_dimension(),
			Self::Bootstrapped1024 | Self::Bootstrapped2048 => 684,
		}
	}

	/// Dimension of the key that outputs are encrypted under.
	#[must_use]
	pub const fn output_dimension(self) -> usize {
		2_048
	}

	/// Standard deviation of the noise of a fresh input, as a share of the torus.
	#[must_use]
	pub const fn input_noise(self) -> f64 {
		match self {
			Self::Levelled => BIG_NOISE,
			Self::Bootstrapped1024 | Self::Bootstrapped2048 => SMALL_NOISE,
		}
	}

	/// Bits that each coefficient of a response is rounded to.
	///
	/// Bootstrapped logits have few levels, so sixteen bits are enough and save three quarters of
	/// the response. Levelled ones have up to 2^24.
	#[must_use]
	pub const fn response_bits(self) -> u32 {
		match self {
			Self::Levelled => 32,
			Self::Bootstrapped1024 | Self::Bootstrapped2048 => 16,
		}
	}

	/// What bootstrapping takes; none for a set without it.
	#[must_use]
	pub const fn bootstrap(self) -> Option<BootstrapParameters> {
		let (glwe_dimension, polynomial_size) = match self {
			Self::Levelled => return None,
			Self::Bootstrapped1024 => (2, 1_024),
			Self::Bootstrapped2048 => (1, 2_048),
		};
		Some(BootstrapParameters {
			input_dimension: self.input_dimension(),
			glwe_dimension,
			polynomial_size,
			base_log: 23,
			level_count: 1,
			noise: BIG_NOISE,
		})
	}

	pub(crate) fn input_lwe_size(self) -> LweSize {
		LweDimension(self.input_dimension()).to_lwe_size()
	}

	pub(crate) fn output_lwe_size(self) -> LweSize {
		LweDimension(self.output_dimension()).to_lwe_size()
	}
}

/// Dimensions and noise of a bootstrap key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapParameters {
	/// Dimension of the key that is encrypted in it.
	pub input_dimension: usize,
	/// Polynomials of the mask of an accumulator.
	pub glwe_dimension: usize,
	/// Coefficients of a polynomial.
	pub polynomial_size: usize,
	/// Bits of a digit of the decomposition.
	pub base_log: usize,
	/// Digits of the decomposition.
	pub level_count: usize,
	/// Standard deviation of its noise, as a share of the torus.
	pub noise: f64,
}

impl BootstrapParameters {
	/// Words of the key as it travels: the bodies alone, because masks follow from a seed.
	#[must_use]
	pub const fn seeded_words(&self) -> usize {
		self.input_dimension * self.level_count * (self.glwe_dimension + 1) * self.polynomial_size
	}

	/// Bytes of the key as it is evaluated with, in the Fourier domain: half as many numbers, of
	/// twice the size.
	#[must_use]
	pub const fn prepared_bytes(&self) -> usize {
		self.seeded_words() * (self.glwe_dimension + 1) * size_of::<u64>()
	}

	/// The same, as the library names it.
	#[must_use]
	pub fn glwe_size(&self) -> GlweSize {
		GlweDimension(self.glwe_dimension).to_glwe_size()
	}

	/// The same, as the library names it.
	#[must_use]
	pub const fn polynomial(&self) -> PolynomialSize {
		PolynomialSize(self.polynomial_size)
	}

	/// The same, as the library names it.
	#[must_use]
	pub const fn decomposition(&self) -> (DecompositionBaseLog, DecompositionLevelCount) {
		(DecompositionBaseLog(self.base_log), DecompositionLevelCount(self.level_count))
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The discrete Gaussian, exactly: integers alone, so that no rounding of floats tells of what it
//! hides.
//!
//! The algorithms are 1, 2 and 3 of Canonne, Kamath and Steinke, "The discrete Gaussian for
//! differential privacy" (2020): Bernoulli variables of exponentials, from them the discrete Laplace,
//! and from that the Gaussian by rejection. The time that a number takes depends on it; whoever
//! measures a participant to that precision is on its machine already.

use r1_core::Rng;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes that are asked of the source at once.
const BUFFER_BYTES: usize = 4_096;

/// Draws of one Gaussian. Some twenty are usual; so many happen with a broken source alone, which
/// would keep a participant busy for ever.
const DRAWS_MAX: u32 = 1 << 16;

/// Turns random bytes into numbers.
pub(crate) struct Sampler<'a> {
	rng: &'a dyn Rng,
	buffer: Zeroizing<[u8; BUFFER_BYTES]>,
	used: usize,
	draws: u32,
}

impl<'a> Sampler<'a> {
	pub(crate) fn new(rng: &'a dyn Rng) -> Self {
		Self { rng, buffer: Zeroizing::new([0; BUFFER_BYTES]), used: BUFFER_BYTES, draws: 0 }
	}

	/// A number with a probability in proportion to `exp(-x^2 / (2 deviation^2))`, for a deviation of 1
	/// to 2^31; `None` if the source is broken.
	pub(crate) fn discrete_gaussian(&mut self, deviation: u64) -> Option<i128> {
		self.draws = 0;
		let variance = u128::from(deviation) * u128::from(deviation);
		let scale = u128::from(deviation) + 1;
		loop {
			let candidate = self.discrete_laplace(scale)?;
			// exp(-(|x| - variance / scale)^2 / (2 variance)), with both parts times scale^2.
			let distance = candidate.unsigned_abs().saturating_mul(scale).abs_diff(variance);
			let denominator = 2 * variance * scale * scale;
			let is_taken = match distance.checked_mul(distance) {
				Some(numerator) => self.bernoulli_exp(numerator, denominator)?,
				// It is a candidate once in e^4, and would be taken once in e^8, at the largest deviation.
				None => false,
			};
			if is_taken {
				return Some(candidate);
			}
		}
	}

	/// A number with a probability in proportion to `exp(-|x| / scale)`.
	fn discrete_laplace(&mut self, scale: u128) -> Option<i128> {
		loop {
			let low = self.below(scale)?;
			if !self.bernoulli_exp(low, scale)? {
				continue;
			}
			let mut high: u128 = 0;
			while self.bernoulli_exp_one()? {
				high += 1;
			}
			let magnitude = high.saturating_mul(scale).saturating_add(low);
			let magnitude = i128::try_from(magnitude).unwrap_or(i128::MAX);
			let is_negative = self.below(2)? == 1;
			match (is_negative, magnitude) {
				// Zero would come up twice as often.
				(true, 0) => {},
				(true, _) => return Some(-magnitude),
				(false, _) => return Some(magnitude),
			}
		}
	}

	/// True with probability `exp(-numerator / denominator)`.
	fn bernoulli_exp(&mut self, numerator: u128, denominator: u128) -> Option<bool> {
		for _ in 0..numerator / denominator {
			if !self.bernoulli_exp_one()? {
				return Some(false);
			}
		}
		self.bernoulli_exp_below_one(numerator % denominator, denominator)
	}

	fn bernoulli_exp_one(&mut self) -> Option<bool> {
		self.bernoulli_exp_below_one(1, 1)
	}

	/// The same for numbers of 0 to 1: the terms of the exponential's series, one after the other.
	fn bernoulli_exp_below_one(&mut self, numerator: u128, denominator: u128) -> Option<bool> {
		let mut term: u128 = 1;
		while self.below(term)? == 0 && self.below(denominator)? < numerator {
			term += 1;
		}
		Some(term % 2 == 1)
	}

	/// A number below `bound`, which is 1 or more; each as likely as another.
	fn below(&mut self, bound: u128) -> Option<u128> {
		let bits = u128::BITS - bound.saturating_sub(1).leading_zeros();
		let bytes = bits.div_ceil(u8::BITS) as usize;
		let mask = u128::MAX.checked_shr(u128::BITS - bits).unwrap_or(0);
		loop {
			let number = self.number(bytes)? & mask;
			if number < bound.max(1) {
				return Some(number);
			}
		}
	}

	/// So many random bytes as a number; at most 16.
	fn number(&mut self, bytes: usize) -> Option<u128> {
		self.draws += 1;
		if DRAWS_MAX < self.draws {
			return None;
		}
		if BUFFER_BYTES < self.used + bytes {
			self.rng.fill(self.buffer.as_mut_slice());
			self.used = 0;
		}
		let drawn = self.buffer.iter().skip(self.used).take(bytes);
		let number = drawn.fold(0, |number, byte| number << u8::BITS | u128::from(*byte));
		self.used += bytes;
		Some(number)
	}
}

impl fmt::Debug for Sampler<'_> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("Sampler")
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Fixed point: updates of floats as integers that add up exactly.
//!
//! ```text
//! float ──* 2^scale_bits, rounded to even──> i64 ──clipped──> |x| <= clip
//!       ──with noise: norm <= clip, plus a discrete Gaussian──> ──* weight──> element of the upload
//! ```
//!
//! # Why nothing overflows
//!
//! A float of 32 bits times 2^32 is below 2^160 and exact in 64 bits, and is clipped there before it
//! becomes an integer. A weighed element is at most `clip * max_weight`, and its noise is refused
//! beyond [`NOISE_TAIL`](crate::limits::NOISE_TAIL) standard deviations; `RoundSpec::check` has seen
//! that 64 times that is below 2^63. So sums modulo 2^64 are the sums themselves.

use crate::{
	limits::SCALE_BITS_MAX,
	privacy::{NoiseError, add_noise},
	protocol::RoundSpec,
};
use r1_core::Rng;
use std::fmt;
use zeroize::Zeroizing;

/// An update in scaled units, weighed, with its weight as the last element.
pub struct WeighedUpdate {
	elements: Zeroizing<Vec<i64>>,
	spec: RoundSpec,
}

impl WeighedUpdate {
	/// Scales, clips and weighs an update; adds this participant's part of the noise, if the round has
	/// any, from `rng`, which must be the operating system's.
	///
	/// `weight` is the number of samples that the update was trained on; beyond the round's largest
	/// weight it counts as that.
	///
	/// # Errors
	///
	/// The update has another length, an element that is no number, or no samples.
	pub fn new(
		update: &[f32],
		weight: u32,
		spec: &RoundSpec,
		rng: &dyn Rng,
	) -> Result<Self, FixedError> {
		if update.len() != spec.length as usize {
			return Err(FixedError::Length { expected: spec.length, found: update.len() });
		}
		if weight == 0 {
			return Err(FixedError::NoSamples);
		}
		let weight = i64::from(weight.min(spec.max_weight));
		let mut elements = Zeroizing::new(Vec::with_capacity(elements_of(spec)));
		for (index, value) in update.iter().enumerate() {
			let scaled = scale(*value, spec).ok_or(FixedError::NotFinite { index })?;
			elements.push(scaled);
		}
		if spec.noise.is_some() {
			clip_norm(&mut elements, spec.clip);
			add_noise(&mut elements, spec, rng)?;
		}
		for element in elements.iter_mut() {
			*element = element.checked_mul(weight).ok_or(FixedError::Overflow)?;
		}
		elements.push(weight);
		Ok(Self { elements, spec: *spec })
	}

	/// Whether it was made for a round like this.
	#[must_use]
	pub fn is_of(&self, spec: &RoundSpec) -> bool {
		self.spec == *spec
	}

	/// The weighed elements and the weight.
	#[must_use]
	pub fn elements(&self) -> &[i64] {
		&self.elements
	}
}

impl fmt::Debug for WeighedUpdate {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("WeighedUpdate")
			.field("spec", &self.spec)
			.finish_non_exhaustive()
	}
}

/// Elements of an update: the parameters, and the weight.
pub(crate) fn elements_of(spec: &RoundSpec) -> usize {
	spec.length as usize + 1
}

/// Scaled units in one unit of the model: exact, for as many bits as a round may have.
pub(crate) fn power_of_two(scale_bits: u8) -> f64 {
	(1_u64 << scale_bits.min(SCALE_BITS_MAX)) as f64
}

/// A parameter in scaled units, clipped; `None` if it is no number.
fn scale(value: f32, spec: &RoundSpec) -> Option<i64> {
	if !value.is_finite() {
		return None;
	}
	let scaled = f64::from(value) * power_of_two(spec.scale_bits);
	let clip = i64::try_from(spec.clip).unwrap_or(i64::MAX);
	// A conversion of a float saturates, so that what is far beyond the bound is clipped, too.
	Some((scaled.round_ties_even() as i64).clamp(-clip, clip))
}

/// Makes the Euclidean norm of elements at most `clip`: longer ones are shortened, and rounded
/// towards zero, so that rounding does not lengthen them again.
///
/// Elements are at most `clip`, and that at most 2^50 where there is noise, so the square of the norm
/// is below 2^124.
pub(crate) fn clip_norm(elements: &mut [i64], clip: u64) {
	let square = |element: &i64| u128::from(element.unsigned_abs()).pow(2);
	let norm_squared: u128 = elements.iter().map(square).sum();
	if norm_squared <= u128::from(clip).pow(2) {
		return;
	}
	// Five roundings of at most 2^-53 each are in a shortened element; the margin is larger.
	let margin = 1.0 - (-50_f64).exp2();
	let factor = clip as f64 / (norm_squared as f64).sqrt() * margin;
	for element in elements.iter_mut() {
		*element = (*element as f64 * factor) as i64;
	}
	debug_assert!(elements.iter().map(square).sum::<u128>() <= u128::from(clip).pow(2));
}

/// Why there is no update in fixed point.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FixedError {
	/// Not the round's model.
	#[error("the update has {found} parameters, and the model {expected}")]
	Length {
		/// Parameters of the model.
		expected: u32,
		/// Elements of the update.
		found: usize,
	},
	/// Training went wrong.
	#[error("parameter {index} of the update is not a finite number")]
	NotFinite {
		/// Which.
		index: usize,
	},
	/// An update of no data has no weight.
	#[error("an update of no samples does not count")]
	NoSamples,
	/// A product beyond 64 bits, which a checked specification does not have.
	#[error("a weighed element does not fit into 64 bits")]
	Overflow,
	/// The noise.
	#[error(transparent)]
	Noise(#[from] NoiseError),
}

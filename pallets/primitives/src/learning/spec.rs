// SPDX-License-Identifier: Apache-2.0

//! What a round is opened with, and the bounds within which its sums cannot overflow.
//!
//! The library of rounds has them from here, so that participants refuse what the chain refuses.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{
	error::Error,
	fmt::{self, Display, Formatter},
};
use scale_info::TypeInfo;

/// Participants of one round.
pub const PARTICIPANTS_MAX: u32 = 64;

/// Fewest participants that a round may ask for. With two each would know what the other sent.
pub const PARTICIPANTS_MIN: u8 = 3;

/// Parameters of a model.
pub const LENGTH_MAX: u32 = 1 << 24;

/// Bits after the point of a scaled parameter.
pub const SCALE_BITS_MAX: u8 = 32;

/// Largest standard deviation of the noise that all add together, in scaled units.
pub const NOISE_MAX: u64 = 1 << 31;

/// Smallest standard deviation of one participant's noise, in scaled units.
pub const PART_NOISE_MIN: u64 = 16;

/// Standard deviations beyond which noise counts as out of bounds.
pub const NOISE_TAIL: u64 = 64;

/// Largest bound of an element where there is noise, in scaled units.
pub const NOISY_CLIP_MAX: u64 = 1 << 50;

/// A round as it is opened.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct RoundSpec {
	/// SHA-256 of the file of the model that is trained.
	pub model_hash: [u8; 32],
	/// Parameters of the model, 1 to [`LENGTH_MAX`].
	pub length: u32,
	/// Participants that each phase up to the upload must have, [`PARTICIPANTS_MIN`] to
	/// [`PARTICIPANTS_MAX`].
	pub minimum: u8,
	/// Shares that give a secret back: more than half of `minimum`, and no more than it.
	pub threshold: u8,
	/// Bits after the point of a scaled parameter, at most [`SCALE_BITS_MAX`].
	pub scale_bits: u8,
	/// Largest magnitude of an element before it is weighed, in scaled units. Where there is noise,
	/// also the largest Euclidean norm of an update.
	pub clip: u64,
	/// Largest weight of a participant, in samples.
	pub max_weight: u32,
	/// Standard deviation of the noise in the sum, in scaled units; `None` for no noise.
	pub noise: Option<u64>,
}

impl RoundSpec {
	/// Checks every bound.
	///
	/// Sums cannot overflow: each element of each participant is at most `clip * max_weight` and its
	/// noise, the weight at most `max_weight`, and [`PARTICIPANTS_MAX`] of them must stay below 2^63.
	///
	/// # Errors
	///
	/// A field is out of its bounds; the error names it.
	pub fn check(&self) -> Result<(), SpecError> {
		if !(1..=LENGTH_MAX).contains(&self.length) {
			return Err(SpecError::Length);
		}
		let minimum = self.minimum;
		if minimum < PARTICIPANTS_MIN || PARTICIPANTS_MAX < u32::from(minimum) {
			return Err(SpecError::Minimum);
		}
		if self.threshold <= minimum / 2 || minimum < self.threshold {
			return Err(SpecError::Threshold);
		}
		if SCALE_BITS_MAX < self.scale_bits {
			return Err(SpecError::ScaleBits);
		}
		if self.clip == 0 || self.max_weight == 0 {
			return Err(SpecError::Zero);
		}
		self.check_noise()?;
		self.element_bound()
			.and_then(|bound| bound.checked_mul(u64::from(PARTICIPANTS_MAX)))
			.filter(|sum| *sum < 1 << 63)
			.map(drop)
			.ok_or(SpecError::Overflow)
	}

	fn check_noise(&self) -> Result<(), SpecError> {
		let Some(noise) = self.noise else { return Ok(()) };
		if NOISE_MAX < noise || self.part_noise() < PART_NOISE_MIN {
			return Err(SpecError::Noise);
		}
		// One update must count as much as another, or the sum of the weights would tell of them.
		if self.max_weight != 1 {
			return Err(SpecError::NoisyWeights);
		}
		if NOISY_CLIP_MAX < self.clip {
			return Err(SpecError::NoisyClip);
		}
		Ok(())
	}

	/// Standard deviation of the noise that each participant adds, in scaled units: so large that
	/// `threshold` honest ones reach that of the sum. 0 where there is none.
	#[must_use]
	pub fn part_noise(&self) -> u64 {
		// Saturating, and never so: the square of 64 bits has 128, and the root of it 64.
		let noise = u128::from(self.noise.unwrap_or(0));
		let share = noise.saturating_mul(noise).div_ceil(u128::from(self.threshold.max(1)));
		let root = share.isqrt();
		let is_rounded_down = root.saturating_mul(root) < share;
		let up = root.saturating_add(u128::from(is_rounded_down));
		u64::try_from(up).unwrap_or(u64::MAX)
	}

	/// Largest magnitude of a weighed element with its noise; `None` beyond 64 bits.
	#[must_use]
	pub fn element_bound(&self) -> Option<u64> {
		let noise = self.part_noise().checked_mul(NOISE_TAIL)?;
		self.clip.checked_mul(u64::from(self.max_weight))?.checked_add(noise)
	}
}

/// Why a specification is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SpecError {
	/// No parameters, or too many.
	Length,
	/// Too few or too many participants.
	Minimum,
	/// So few shares that two halves could open two things, or more than there are for sure.
	Threshold,
	/// More bits than there may be.
	ScaleBits,
	/// Nothing may be sent.
	Zero,
	/// The sum of all participants could be 2^63 or more.
	Overflow,
	/// Noise that the sampler does not reach, or that is not even.
	Noise,
	/// Weights where there is noise.
	NoisyWeights,
	/// A bound beyond what norms are computed with.
	NoisyClip,
}

impl Display for SpecError {
	fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
		match self {
			Self::Length => write!(formatter, "a model has 1 to {LENGTH_MAX} parameters"),
			Self::Minimum => write!(
				formatter,
				"the minimum of participants is {PARTICIPANTS_MIN} to {PARTICIPANTS_MAX}"
			),
			Self::Threshold => formatter
				.write_str("the threshold is more than half of the minimum, and no more than it"),
			Self::ScaleBits => {
				write!(formatter, "there are at most {SCALE_BITS_MAX} bits after the point")
			},
			Self::Zero => formatter.write_str("clip and largest weight are at least 1"),
			Self::Overflow => formatter.write_str(
				"64 participants with clip, weight and noise at their bounds overflow: lower the clip",
			),
			Self::Noise => write!(
				formatter,
				"the noise is at most {NOISE_MAX}, and at least {PART_NOISE_MIN} for each participant"
			),
			Self::NoisyWeights => formatter.write_str("with noise every participant weighs 1"),
			Self::NoisyClip => write!(formatter, "with noise the clip is at most {NOISY_CLIP_MAX}"),
		}
	}
}

impl Error for SpecError {}

#[cfg(test)]
mod tests {
	use super::*;

	const PLAIN: RoundSpec = RoundSpec {
		model_hash: [7; 32],
		length: 650,
		minimum: 3,
		threshold: 2,
		scale_bits: 20,
		clip: 1 << 24,
		max_weight: 1_000,
		noise: None,
	};
	const NOISY: RoundSpec = RoundSpec { max_weight: 1, noise: Some(1 << 20), ..PLAIN };

	#[test]
	fn check_should_allow_every_bound_and_refuse_what_is_beyond() {
		use SpecError::*;
		let cases = [
			(PLAIN, Ok(())),
			(NOISY, Ok(())),
			(RoundSpec { length: 1, ..PLAIN }, Ok(())),
			(RoundSpec { length: LENGTH_MAX, ..PLAIN }, Ok(())),
			(RoundSpec { length: 0, ..PLAIN }, Err(Length)),
			(RoundSpec { length: LENGTH_MAX + 1, ..PLAIN }, Err(Length)),
			(RoundSpec { minimum: 2, ..PLAIN }, Err(Minimum)),
			(RoundSpec { minimum: 64, threshold: 33, ..PLAIN }, Ok(())),
			(RoundSpec { minimum: 65, threshold: 33, ..PLAIN }, Err(Minimum)),
			(RoundSpec { minimum: 64, threshold: 32, ..PLAIN }, Err(Threshold)),
			(RoundSpec { minimum: 5, threshold: 3, ..PLAIN }, Ok(())),
			(RoundSpec { threshold: 1, ..PLAIN }, Err(Threshold)),
			(RoundSpec { threshold: 3, ..PLAIN }, Ok(())),
			(RoundSpec { threshold: 4, ..PLAIN }, Err(Threshold)),
			(RoundSpec { scale_bits: 32, ..PLAIN }, Ok(())),
			(RoundSpec { scale_bits: 33, ..PLAIN }, Err(ScaleBits)),
			(RoundSpec { clip: 0, ..PLAIN }, Err(Zero)),
			(RoundSpec { max_weight: 0, ..PLAIN }, Err(Zero)),
			(RoundSpec { max_weight: 1, clip: (1 << 57) - 1, ..PLAIN }, Ok(())),
			(RoundSpec { max_weight: 1, clip: 1 << 57, ..PLAIN }, Err(Overflow)),
			(RoundSpec { clip: u64::MAX, ..PLAIN }, Err(Overflow)),
			(RoundSpec { noise: Some(NOISE_MAX), ..NOISY }, Ok(())),
			(RoundSpec { noise: Some(NOISE_MAX + 1), ..NOISY }, Err(Noise)),
			// A part of 16 for a threshold of 2, and a little less.
			(RoundSpec { noise: Some(22), ..NOISY }, Ok(())),
			(RoundSpec { noise: Some(21), ..NOISY }, Err(Noise)),
			(RoundSpec { noise: Some(0), ..NOISY }, Err(Noise)),
			(RoundSpec { max_weight: 2, ..NOISY }, Err(NoisyWeights)),
			(RoundSpec { clip: NOISY_CLIP_MAX, ..NOISY }, Ok(())),
			(RoundSpec { clip: NOISY_CLIP_MAX + 1, ..NOISY }, Err(NoisyClip)),
		];
		for (spec, expected) in cases {
			assert_eq!(spec.check(), expected, "{spec:?}");
		}
	}

	#[test]
	fn part_noise_should_be_rounded_up() {
		for (noise, threshold, expected) in
			[(0, 2, 0), (20, 4, 10), (21, 4, 11), (22, 2, 16), (NOISE_MAX, 1, NOISE_MAX)]
		{
			let spec = RoundSpec { noise: Some(noise), threshold, ..NOISY };
			assert_eq!(spec.part_noise(), expected, "{noise} {threshold}");
		}
		assert_eq!(
			RoundSpec { threshold: 0, noise: Some(u64::MAX), ..NOISY }.part_noise(),
			u64::MAX
		);
	}
}

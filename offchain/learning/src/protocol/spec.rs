// SPDX-License-Identifier: Apache-2.0

//! What a round was opened with, and the bounds within which its sums cannot overflow.

use crate::limits::{
	LENGTH_MAX, NOISE_MAX, NOISE_TAIL, NOISY_CLIP_MAX, PART_NOISE_MIN, PARTICIPANTS_MAX,
	PARTICIPANTS_MIN, SCALE_BITS_MAX,
};

/// A round as it was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoundSpec {
	/// SHA-256 of the file of the model that is trained.
	pub model_hash: [u8; 32],
	/// Parameters of the model, 1 to [`LENGTH_MAX`].
	pub length: u32,
	/// Participants that each phase up to the upload must have, [`PARTICIPANTS_MIN`] to 64.
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
	/// noise, the weight at most `max_weight`, and 64 of them must stay below 2^63.
	///
	/// # Errors
	///
	/// A field is out of its bounds; the error names it.
	pub fn check(&self) -> Result<(), SpecError> {
		if !(1..=LENGTH_MAX).contains(&self.length) {
			return Err(SpecError::Length { found: self.length });
		}
		let minimum = self.minimum;
		if minimum < PARTICIPANTS_MIN || usize::from(minimum) > PARTICIPANTS_MAX {
			return Err(SpecError::Minimum { found: minimum });
		}
		if self.threshold <= minimum / 2 || minimum < self.threshold {
			return Err(SpecError::Threshold { found: self.threshold, minimum });
		}
		if SCALE_BITS_MAX < self.scale_bits {
			return Err(SpecError::ScaleBits { found: self.scale_bits });
		}
		if self.clip == 0 || self.max_weight == 0 {
			return Err(SpecError::Zero);
		}
		self.check_noise()?;
		self.element_bound()
			.and_then(|bound| bound.checked_mul(PARTICIPANTS_MAX as u64))
			.filter(|sum| *sum < 1 << 63)
			.map(drop)
			.ok_or(SpecError::Overflow)
	}

	fn check_noise(&self) -> Result<(), SpecError> {
		let Some(noise) = self.noise else { return Ok(()) };
		if NOISE_MAX < noise || self.part_noise() < PART_NOISE_MIN {
			return Err(SpecError::Noise { found: noise });
		}
		// One update must count as much as another, or the sum of the weights would tell of them; and
		// all weights being one, nothing needs to be hidden there.
		if self.max_weight != 1 {
			return Err(SpecError::NoisyWeights { found: self.max_weight });
		}
		if NOISY_CLIP_MAX < self.clip {
			return Err(SpecError::NoisyClip { found: self.clip });
		}
		Ok(())
	}

	/// Standard deviation of the noise that each participant adds, in scaled units: so large that
	/// `threshold` honest ones reach that of the sum. 0 where there is none.
	#[must_use]
	pub fn part_noise(&self) -> u64 {
		let variance = self.noise.map_or(0, |noise| u128::from(noise) * u128::from(noise));
		let share = variance.div_ceil(u128::from(self.threshold.max(1)));
		let root = share.isqrt();
		let up = root + u128::from(root * root < share);
		u64::try_from(up).unwrap_or(u64::MAX)
	}

	/// Largest magnitude of a weighed element with its noise; `None` beyond 64 bits.
	#[must_use]
	pub fn element_bound(&self) -> Option<u64> {
		let noise = self.part_noise().checked_mul(NOISE_TAIL)?;
		self.clip.checked_mul(u64::from(self.max_weight))?.checked_add(noise)
	}

	/// Elements of an upload: the parameters, and the weight.
	#[must_use]
	pub fn elements(&self) -> usize {
		self.length as usize + 1
	}
}

/// Why a specification is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SpecError {
	/// No parameters, or too many.
	#[error("{found} parameters are not between 1 and {LENGTH_MAX}")]
	Length {
		/// How many.
		found: u32,
	},
	/// Too few or too many participants.
	#[error("a minimum of {found} is not between {PARTICIPANTS_MIN} and {PARTICIPANTS_MAX}")]
	Minimum {
		/// How many.
		found: u8,
	},
	/// So few shares that two halves could open two things, or more than there are for sure.
	#[error("a threshold of {found} is not more than half of {minimum}, or more than it")]
	Threshold {
		/// How many shares.
		found: u8,
		/// The minimum.
		minimum: u8,
	},
	/// More bits than there may be.
	#[error("{found} bits after the point, and {SCALE_BITS_MAX} are the limit")]
	ScaleBits {
		/// How many.
		found: u8,
	},
	/// Nothing may be sent.
	#[error("clip and largest weight must be at least 1")]
	Zero,
	/// The sum of 64 participants could be 2^63 or more.
	#[error("64 participants with clip, weight and noise at their bounds overflow: lower the clip")]
	Overflow,
	/// Noise that the sampler does not reach, or that is not even.
	#[error("a noise of {found} is above {NOISE_MAX}, or below {PART_NOISE_MIN} for a participant")]
	Noise {
		/// Its standard deviation, in scaled units.
		found: u64,
	},
	/// Weights where there is noise.
	#[error("with noise every participant weighs 1, not up to {found}")]
	NoisyWeights {
		/// The largest weight.
		found: u32,
	},
	/// A bound beyond what norms are computed with.
	#[error("with noise the clip is at most {NOISY_CLIP_MAX}, not {found}")]
	NoisyClip {
		/// The bound.
		found: u64,
	},
}

// SPDX-License-Identifier: Apache-2.0

//! One participant's part of the noise.

use super::sampler::Sampler;
use crate::{limits::NOISE_TAIL, protocol::RoundSpec};
use r1_core::Rng;

/// Adds a discrete Gaussian to each element.
///
/// `rng` must be the operating system's: whoever can repeat the noise can take it away.
pub(crate) fn add_noise(
	elements: &mut [i64],
	spec: &RoundSpec,
	rng: &dyn Rng,
) -> Result<(), NoiseError> {
	let deviation = spec.part_noise();
	let bound = u128::from(deviation.saturating_mul(NOISE_TAIL));
	let mut sampler = Sampler::new(rng);
	for element in elements {
		let noise = sampler.discrete_gaussian(deviation).ok_or(NoiseError::Source)?;
		if bound < noise.unsigned_abs() {
			return Err(NoiseError::OutOfBounds);
		}
		let noise = i64::try_from(noise).map_err(|_| NoiseError::OutOfBounds)?;
		*element = element.checked_add(noise).ok_or(NoiseError::OutOfBounds)?;
	}
	Ok(())
}

/// Why there is no noise.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoiseError {
	/// Random bytes that follow a pattern.
	#[error("no noise can be made: the source of randomness is broken")]
	Source,
	/// It happens once in 2^2900, so the source of randomness is broken.
	#[error("noise beyond its bound: the source of randomness is broken")]
	OutOfBounds,
}

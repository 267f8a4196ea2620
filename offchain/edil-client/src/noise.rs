// SPDX-License-Identifier: Apache-2.0

//! How often an evaluation goes wrong, from the noise of each of its steps.
//!
//! All noise is of independent errors that are near enough to normal, so variances add. In units of
//! the torus, with inputs of dimension `n` and outputs of dimension `m`:
//!
//! - *A fresh input*: what it was encrypted with. A combination with the weights `w` has `|w|^2` of
//!   it.
//! - *The modulus switch before a bootstrap* rounds each word to one of `2N` places. Errors are
//!   uniform within a place: a variance of 1/12 of a place's square. Each counts if its bit of the key
//!   is set; the mean is taken out beforehand, which leaves a quarter for each word of the mask.
//!   So `(n / 4 + 1) / 12` in squares of places (Bernard, Joye, Smart and Walter: drifting towards
//!   better error probabilities in fully homomorphic encryption schemes, 2024).
//! - *A bootstrap* leaves what the library's own formula says, which was fitted to its Fourier
//!   transform and to noise on its curve of 132 bits (`tfhe`, `noise_formulas`).
//! - *Rounding a response* to `b` bits: 1/12 of the square of `2^-b`, for each set bit of the key and
//!   the body. Keys with more than `m / 2 + 4 sqrt(m)` set bits are rarer than 2^-46.
//!
//! A step is right while its error stays within half a unit. The chance that a normal variable
//! leaves `t` standard deviations is below `exp(-t^2 / 2) / (t sqrt(pi / 2))`, and close to it.

use r1_edil::{BootstrapParameters, ParameterSet};
use std::f64::consts::{FRAC_PI_2, LOG2_E};
use tfhe::core_crypto::{
	commons::noise_formulas::lwe_programmable_bootstrap::pbs_variance_132_bits_security_gaussian_fft_mul,
	prelude::{
		DecompositionBaseLog, DecompositionLevelCount, GlweDimension, LweDimension, PolynomialSize,
	},
};

/// The torus has 2^64 values.
const MODULUS: f64 = 18_446_744_073_709_551_616.0;

/// The chance that a bootstrap takes a neighbour of the right entry, as a power of two.
pub(crate) fn table_failure_log2(
	parameters: ParameterSet,
	bootstrap: &BootstrapParameters,
	half_levels: u32,
	weights: &[i8],
) -> f64 {
	let places = 2.0 * bootstrap.polynomial_size as f64;
	let switch = (bootstrap.input_dimension as f64 / 4.0 + 1.0) / 12.0;
	let fresh = (parameters.input_noise() * places).powi(2) * square_norm(weights);
	let half_unit = places / f64::from(half_levels) / 4.0;
	tail_log2(half_unit / (switch + fresh).sqrt())
}

/// The chance that a logit decrypts to a neighbour of the right one, as a power of two.
pub(crate) fn logit_failure_log2(
	parameters: ParameterSet,
	logit_scale: u64,
	weights: &[i8],
) -> f64 {
	let half_unit = logit_scale as f64 / MODULUS / 2.0;
	tail_log2(half_unit / logit_deviation(parameters, weights))
}

/// Standard deviation of a decrypted logit, as a share of the torus.
pub(crate) fn logit_deviation(parameters: ParameterSet, weights: &[i8]) -> f64 {
	let each = match parameters.bootstrap() {
		Some(bootstrap) => bootstrap_variance(&bootstrap),
		None => parameters.input_noise().powi(2),
	};
	let words = parameters.output_dimension() as f64;
	let set_bits = words / 2.0 + 4.0 * words.sqrt() + 1.0;
	let unit = (-f64::from(parameters.response_bits())).exp2();
	(each * square_norm(weights) + set_bits * unit * unit / 12.0).sqrt()
}

/// What is left in the output of a bootstrap.
fn bootstrap_variance(bootstrap: &BootstrapParameters) -> f64 {
	pbs_variance_132_bits_security_gaussian_fft_mul(
		LweDimension(bootstrap.input_dimension),
		GlweDimension(bootstrap.glwe_dimension),
		PolynomialSize(bootstrap.polynomial_size),
		DecompositionBaseLog(bootstrap.base_log),
		DecompositionLevelCount(bootstrap.level_count),
		MODULUS,
	)
	.0
}

fn square_norm(weights: &[i8]) -> f64 {
	weights.iter().map(|weight| f64::from(*weight).powi(2)).sum()
}

/// An upper bound of the chance to be so many standard deviations away, as a power of two.
pub(crate) fn tail_log2(deviations: f64) -> f64 {
	let bound = -deviations * deviations / 2.0 * LOG2_E - (deviations * FRAC_PI_2.sqrt()).log2();
	bound.min(0.0)
}

/// The sum of chances that are given as powers of two, as one.
pub(crate) fn sum_log2(chances: impl IntoIterator<Item = f64>) -> f64 {
	let add = |sum: f64, chance: f64| {
		let (large, small) = (sum.max(chance), sum.min(chance));
		if small == f64::NEG_INFINITY {
			large
		} else {
			large + (small - large).exp2().ln_1p() * LOG2_E
		}
	};
	chances.into_iter().fold(f64::NEG_INFINITY, add).min(0.0)
}

// SPDX-License-Identifier: Apache-2.0

//! Whether the parameters are as strong as they are said to be.

use r1_edil::ParameterSet;
use tfhe::core_crypto::{
	commons::noise_formulas::secure_noise::minimal_lwe_variance_for_132_bits_security_gaussian,
	prelude::LweDimension,
};

/// What the curve is said to be in the documentation of `r1_edil`.
fn documented_variance_log2(dimension: usize) -> f64 {
	5.3147 - 0.049_783 * dimension as f64
}

#[test]
fn noise_should_be_no_smaller_than_the_published_curve_wants_for_132_bits() {
	let modulus = 64_f64.exp2();
	for parameters in ParameterSet::ALL {
		let outputs = parameters.bootstrap().map_or(parameters.input_noise(), |b| b.noise);
		let pairs = [
			(parameters.input_dimension(), parameters.input_noise()),
			(parameters.output_dimension(), outputs),
		];
		for (dimension, noise) in pairs {
			let published = minimal_lwe_variance_for_132_bits_security_gaussian(
				LweDimension(dimension),
				modulus,
			);
			// The tables of the library lie on the curve up to the rounding of their digits.
			assert!(published.0 <= noise * noise * 1.000_1, "{parameters:?} {dimension}");
			let documented = documented_variance_log2(dimension);
			assert!((published.0.log2() - documented).abs() < 0.01, "{documented}");
		}
	}
}

#[test]
fn output_key_should_have_the_dimension_of_its_polynomials() {
	for parameters in ParameterSet::ALL {
		if let Some(bootstrap) = parameters.bootstrap() {
			let dimension = bootstrap.glwe_dimension * bootstrap.polynomial_size;
			assert_eq!(dimension, parameters.output_dimension());
			assert_eq!(bootstrap.input_dimension, parameters.input_dimension());
		}
	}
}

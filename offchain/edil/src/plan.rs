// SPDX-License-Identifier: Apache-2.0

//! Which Fourier transform is used, so that evaluations can be repeated byte for byte.
//!
//! The library would measure which algorithm is the fastest and take it, and two that round
//! differently make other ciphertexts. So the algorithm is named here and in each model. What else
//! decides about rounding is whether the processor fuses multiplications with additions; the width
//! of its vectors does not.

use crate::parameters::ParameterSet;
use codec::{Decode, Encode};
use std::sync::Once;
use tfhe::core_crypto::fft_impl::fft64::math::fft::{FftAlgo, Method, Plan, setup_custom_fft_plan};

/// A way to compute Fourier transforms: those with the same one round the same.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
pub enum FftPlan {
	/// Decimation in frequency by four, in double precision, with fused multiplications.
	#[codec(index = 1)]
	Dif4,
}

/// Makes the library use the plan for every set, before it has chosen another one.
pub(crate) fn pin() {
	static PINNED: Once = Once::new();
	PINNED.call_once(|| {
		for parameters in ParameterSet::ALL {
			let Some(bootstrap) = parameters.bootstrap() else { continue };
			let complex = bootstrap.polynomial_size / 2;
			let method = Method::UserProvided { base_algo: FftAlgo::Dif4, base_n: complex };
			setup_custom_fft_plan(Plan::new(complex, method));
		}
	});
}

/// The first thing that the processor lacks and evaluations cannot be repeated without.
#[must_use]
pub(crate) fn missing_instructions() -> Option<&'static str> {
	#[cfg(target_arch = "x86_64")]
	{
		let features = [
			("avx2", std::arch::is_x86_feature_detected!("avx2")),
			("fma", std::arch::is_x86_feature_detected!("fma")),
			// Masks are made with it; without it the library panics.
			("aes", std::arch::is_x86_feature_detected!("aes")),
		];
		features.into_iter().find(|(_, has)| !has).map(|(name, _)| name)
	}
	#[cfg(not(target_arch = "x86_64"))]
	Some("x86-64")
}

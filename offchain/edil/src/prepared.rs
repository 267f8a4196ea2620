// SPDX-License-Identifier: Apache-2.0

//! Evaluation keys as they are evaluated with: expanded, and in the Fourier domain.

use crate::{parameters::ParameterSet, plan, wire::EvaluationKey};
use std::fmt;
use tfhe::core_crypto::{
	commons::math::random::{CompressionSeed, Seed},
	prelude::{
		CiphertextModulus, DefaultRandomGenerator, FourierLweBootstrapKeyOwned,
		LweBootstrapKeyOwned, LweDimension, SeededLweBootstrapKey,
		convert_standard_lwe_bootstrap_key_to_fourier, decompress_seeded_lwe_bootstrap_key,
	},
};

/// An evaluation key that is ready for use.
pub struct PreparedKey {
	parameters: ParameterSet,
	fourier: FourierLweBootstrapKeyOwned,
}

impl fmt::Debug for PreparedKey {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut shown = formatter.debug_struct("PreparedKey");
		shown.field("parameters", &self.parameters).finish_non_exhaustive()
	}
}

impl PreparedKey {
	/// Expands a key: some 200 ms on one thread, and three times the memory that is kept.
	#[must_use]
	pub fn new(key: EvaluationKey) -> Option<Self> {
		let parameters = key.parameters();
		let bootstrap = parameters.bootstrap()?;
		plan::pin();
		let (seed, bodies) = key.into_parts();
		let (base, levels) = bootstrap.decomposition();
		let (glwe_size, polynomial_size) = (bootstrap.glwe_size(), bootstrap.polynomial());
		let input_dimension = LweDimension(bootstrap.input_dimension);
		let modulus = CiphertextModulus::new_native();
		let seed = CompressionSeed { seed: Seed(seed) };
		let seeded = SeededLweBootstrapKey::from_container(
			bodies,
			glwe_size,
			polynomial_size,
			base,
			levels,
			seed,
			modulus,
		);
		let mut standard = LweBootstrapKeyOwned::new(
			0_u64,
			glwe_size,
			polynomial_size,
			base,
			levels,
			input_dimension,
			modulus,
		);
		decompress_seeded_lwe_bootstrap_key::<_, _, _, DefaultRandomGenerator>(
			&mut standard,
			&seeded,
		);
		drop(seeded);
		let mut fourier = FourierLweBootstrapKeyOwned::new(
			input_dimension,
			glwe_size,
			polynomial_size,
			base,
			levels,
		);
		convert_standard_lwe_bootstrap_key_to_fourier(&standard, &mut fourier);
		Some(Self { parameters, fourier })
	}

	/// What it is of.
	#[must_use]
	pub fn parameters(&self) -> ParameterSet {
		self.parameters
	}

	/// What it takes in memory.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.parameters.bootstrap().map_or(0, |bootstrap| bootstrap.prepared_bytes())
	}

	pub(crate) fn fourier(&self) -> &FourierLweBootstrapKeyOwned {
		&self.fourier
	}
}

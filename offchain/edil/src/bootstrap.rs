// SPDX-License-Identifier: Apache-2.0

//! Bootstraps of many accumulators through one table.
//!
//! A bootstrap multiplies with every polynomial of the key, which is larger than any cache. So
//! several go through the key together: each polynomial is read once for all of them, which saves
//! about 30 % of the time.

use crate::{
	head::{Activation, Head},
	limits::BATCH_MAX,
	model::EncryptedModel,
	parameters::BootstrapParameters,
	prepared::PreparedKey,
};
use std::{num::NonZeroUsize, thread};
use tfhe::core_crypto::{
	algorithms::modulus_switch::ModulusSwitchedLweCiphertext,
	fft_impl::fft64::crypto::bootstrap::batch_blind_rotate_assign_scratch,
	prelude::{
		CiphertextCount, CiphertextModulus, CiphertextModulusLog, ComputationBuffers,
		ContiguousEntityContainer, Fft, GlweCiphertextCount, GlweCiphertextList, LweCiphertext,
		LweDimension, MonomialDegree, extract_lwe_sample_from_glwe_ciphertext,
		lwe_ciphertext_centered_binary_modulus_switch,
	},
};

/// Bootstraps ciphertexts under the small key, one after the other, to as many under the big one.
///
/// Whoever calls has checked that the key is of the model's parameters.
pub(crate) fn bootstrap_all(
	model: &EncryptedModel,
	key: &PreparedKey,
	accumulators: &[u64],
	threads: NonZeroUsize,
) -> Vec<u64> {
	let parameters = model.parameters();
	let (Some(bootstrap), Head::Perceptron { activation, .. }) =
		(parameters.bootstrap(), model.head())
	else {
		return Vec::new();
	};
	let table = table(activation, &bootstrap, model.logit_scale());
	let (width_in, width_out) = (parameters.input_lwe_size().0, parameters.output_lwe_size().0);
	let count = accumulators.len() / width_in;
	// Each thread takes as many at a time as keep all of them busy.
	let batch = count.div_ceil(threads.get()).clamp(1, BATCH_MAX);
	let share = count.div_ceil(threads.get()).next_multiple_of(batch);
	let mut neurons = vec![0; count * width_out];
	let work = |inputs: &[u64], outputs: &mut [u64]| {
		let batches = inputs.chunks(batch * width_in).zip(outputs.chunks_mut(batch * width_out));
		for (inputs, outputs) in batches {
			bootstrap_together(key, &bootstrap, &table, inputs, outputs);
		}
	};
	let shares = accumulators.chunks(share * width_in).zip(neurons.chunks_mut(share * width_out));
	thread::scope(|scope| {
		let mut shares: Vec<_> = shares.collect();
		// The caller's thread works too.
		let own = shares.pop();
		for (inputs, outputs) in shares {
			scope.spawn(move || work(inputs, outputs));
		}
		if let Some((inputs, outputs)) = own {
			work(inputs, outputs);
		}
	});
	neurons
}

/// The polynomial that a bootstrap rotates: what the activation says, as values on the torus.
///
/// The torus has twice as many places as the polynomial has coefficients; a level is a box of them,
/// around its middle.
fn table(activation: &Activation, bootstrap: &BootstrapParameters, scale: u64) -> Vec<u64> {
	let levels = activation.half_levels().unsigned_abs() as usize;
	let places = bootstrap.polynomial_size / levels;
	let value = |coefficient: usize| {
		let level = (coefficient + places / 2) / places;
		let value = activation.value(i32::try_from(level).unwrap_or(0));
		i64::from(value).cast_unsigned().wrapping_mul(scale)
	};
	(0..bootstrap.polynomial_size).map(value).collect()
}

/// Bootstraps a few ciphertexts on this thread.
fn bootstrap_together(
	key: &PreparedKey,
	bootstrap: &BootstrapParameters,
	table: &[u64],
	inputs: &[u64],
	outputs: &mut [u64],
) {
	let modulus = CiphertextModulus::new_native();
	let size = bootstrap.polynomial();
	let log_modulus = size.to_blind_rotation_input_modulus_log();
	let inputs: Vec<_> = inputs
		.chunks(bootstrap.input_dimension + 1)
		.map(|input| Switched::new(input, log_modulus))
		.collect();
	let count = inputs.len();
	let mut rotated = GlweCiphertextList::new(
		0_u64,
		bootstrap.glwe_size(),
		size,
		GlweCiphertextCount(count),
		modulus,
	);
	// A trivial encryption of the table: its mask is zero.
	for accumulator in rotated.as_mut().chunks_mut(table.len() * bootstrap.glwe_size().0) {
		let start = accumulator.len() - table.len();
		accumulator[start..].copy_from_slice(table);
	}
	let fft = Fft::new(size);
	let fft = fft.as_view();
	let mut buffers = ComputationBuffers::new();
	let glwe_size = bootstrap.glwe_size();
	let scratch =
		batch_blind_rotate_assign_scratch::<u64>(glwe_size, size, CiphertextCount(count), fft);
	buffers.resize(scratch.unaligned_bytes_required());
	key.fourier().as_view().batch_blind_rotate_assign(
		rotated.as_mut_view(),
		&inputs,
		fft,
		buffers.stack(),
	);
	let width = bootstrap.glwe_dimension * bootstrap.polynomial_size + 1;
	for (accumulator, output) in rotated.iter().zip(outputs.chunks_mut(width)) {
		let mut output = LweCiphertext::from_container(output, modulus);
		extract_lwe_sample_from_glwe_ciphertext(&accumulator, &mut output, MonomialDegree(0));
	}
}

/// A ciphertext in the modulus of a rotation.
///
/// The library's own switches anew each time that it is asked for a coefficient, and is asked for
/// all those before as well.
struct Switched {
	mask: Vec<usize>,
	body: usize,
	log_modulus: CiphertextModulusLog,
}

impl Switched {
	/// Switches with the mean of the mask's errors taken out of the body, which halves the noise.
	fn new(input: &[u64], log_modulus: CiphertextModulusLog) -> Self {
		let input = LweCiphertext::from_container(input, CiphertextModulus::new_native());
		let switched =
			lwe_ciphertext_centered_binary_modulus_switch::<u64, usize, _>(input, log_modulus);
		Self { mask: switched.mask().collect(), body: switched.body(), log_modulus }
	}
}

impl ModulusSwitchedLweCiphertext<usize> for Switched {
	fn log_modulus(&self) -> CiphertextModulusLog {
		self.log_modulus
	}

	fn lwe_dimension(&self) -> LweDimension {
		LweDimension(self.mask.len())
	}

	fn body(&self) -> usize {
		self.body
	}

	fn mask(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
		self.mask.iter().copied()
	}
}

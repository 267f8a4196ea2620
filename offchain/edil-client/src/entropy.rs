// SPDX-License-Identifier: Apache-2.0

//! Randomness for the library, from the port.
//!
//! The library would ask the processor for seeds, or `/dev/random`; everything else here asks the
//! operating system through [`Rng`], and so does this.

use r1_core::Rng;
use tfhe::core_crypto::{commons::math::random::Seed, seeders::Seeder};

/// Seeds of a source of randomness.
pub(crate) struct Entropy<'a>(pub(crate) &'a dyn Rng);

impl Entropy<'_> {
	/// Sixteen bytes that nobody can predict.
	pub(crate) fn next_seed(&self) -> u128 {
		let mut bytes = [0; size_of::<u128>()];
		self.0.fill(&mut bytes);
		u128::from_le_bytes(bytes)
	}

	/// So many bits, each in a word of its own, as the library has binary keys.
	pub(crate) fn bits(&self, count: usize) -> Vec<u64> {
		let mut bytes = vec![0; count.div_ceil(8)];
		self.0.fill(&mut bytes);
		unpack(&bytes, count)
	}
}

impl Seeder for Entropy<'_> {
	fn seed(&mut self) -> Seed {
		Seed(self.next_seed())
	}

	fn is_available() -> bool {
		true
	}
}

/// So many bits of some bytes, the lowest of each byte first.
pub(crate) fn unpack(bytes: &[u8], count: usize) -> Vec<u64> {
	let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| u64::from(byte >> bit & 1)));
	bits.take(count).collect()
}

/// The bytes of some bits.
pub(crate) fn pack(bits: &[u64]) -> Vec<u8> {
	let byte =
		|bits: &[u64]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit == 1));
	bits.chunks(8).map(byte).collect()
}

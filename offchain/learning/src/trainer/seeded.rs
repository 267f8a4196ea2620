// SPDX-License-Identifier: Apache-2.0

//! Numbers that follow from a seed, on any machine and with any version of any crate. Nothing that
//! must stay hidden comes from here.

use chacha20::{
	ChaCha20,
	cipher::{KeyIvInit as _, StreamCipher as _},
};
use std::fmt;

/// The numbers of one seed.
pub(super) struct Seeded(ChaCha20);

impl Seeded {
	pub(super) fn new(seed: u64) -> Self {
		let mut key = [0; 32];
		let (start, _) = key.split_at_mut(size_of::<u64>());
		start.copy_from_slice(&seed.to_le_bytes());
		Self(ChaCha20::new(&key.into(), &Default::default()))
	}

	/// Puts some numbers into another order, as Fisher and Yates do.
	pub(super) fn permute(&mut self, order: &mut [u32]) {
		for last in (1..order.len()).rev() {
			// Of 2^64 numbers and at most 2^24 places: the bias is nothing.
			let other = self.number() % (last as u64 + 1);
			order.swap(last, other as usize);
		}
	}

	/// A number between minus one and one.
	pub(super) fn even(&mut self) -> f32 {
		// 24 bits are all that a float holds.
		let number = (self.number() >> 40) as f32;
		number / 8_388_608.0 - 1.0
	}

	fn number(&mut self) -> u64 {
		let mut bytes = [0; 8];
		self.0.apply_keystream(&mut bytes);
		u64::from_le_bytes(bytes)
	}
}

impl fmt::Debug for Seeded {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("Seeded")
	}
}

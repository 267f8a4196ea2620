// SPDX-License-Identifier: Apache-2.0

//! Randomness as a port.

use rand::{RngCore, SeedableRng, TryRngCore, rngs::OsRng, rngs::StdRng};
use std::sync::{Mutex, PoisonError};

/// Where randomness comes from.
pub trait Rng: Send + Sync + 'static {
	/// Fills `bytes` with unpredictable bytes, fit for keys.
	fn fill(&self, bytes: &mut [u8]);

	/// A random number below `bound`; 0 if `bound` is 0.
	fn below(&self, bound: u64) -> u64 {
		let mut bytes = [0; 16];
		self.fill(&mut bytes);
		// 128 random bits reduced to 64: the bias is below 2^-64.
		let number = u128::from_le_bytes(bytes).checked_rem(u128::from(bound)).unwrap_or(0);
		u64::try_from(number).unwrap_or(0)
	}
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
	/// # Panics
	///
	/// If the operating system has no randomness to give, because then no key is safe.
	fn fill(&self, bytes: &mut [u8]) {
		OsRng.try_fill_bytes(bytes).expect("the operating system gives randomness; qed");
	}
}

/// Randomness that repeats from a seed, for tests and simulations. Never for keys.
#[derive(Debug)]
pub struct SeededRng(Mutex<StdRng>);

impl SeededRng {
	/// The sequence of one seed.
	#[must_use]
	pub fn new(seed: u64) -> Self {
		Self(Mutex::new(StdRng::seed_from_u64(seed)))
	}
}

impl Rng for SeededRng {
	fn fill(&self, bytes: &mut [u8]) {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
	}
}

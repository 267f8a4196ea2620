// SPDX-License-Identifier: Apache-2.0

//! Randomness that repeats from a seed, and costs next to nothing.

use r1_core::Rng;
use std::{
	ops::RangeInclusive,
	sync::atomic::{AtomicU64, Ordering},
};

/// A counter, mixed (SplitMix64): millions of draws a run would take seconds of a real generator.
#[derive(Debug)]
pub struct SimulatedRng(AtomicU64);

impl SimulatedRng {
	/// The sequence of a seed.
	#[must_use]
	pub fn new(seed: u64) -> Self {
		Self(AtomicU64::new(seed))
	}

	/// The next number.
	pub fn next(&self) -> u64 {
		const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
		let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
		bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		bits ^ (bits >> 31)
	}

	/// A number of a range.
	pub fn within(&self, range: RangeInclusive<u64>) -> u64 {
		let width = range.end().saturating_sub(*range.start()).saturating_add(1);
		range.start() + self.next() % width
	}

	/// Whether something happens that does so in so many of a thousand cases.
	pub fn happens(&self, permille: u64) -> bool {
		self.next() % 1_000 < permille
	}
}

impl Rng for SimulatedRng {
	fn fill(&self, bytes: &mut [u8]) {
		for chunk in bytes.chunks_mut(8) {
			let drawn = self.next().to_le_bytes();
			chunk.copy_from_slice(&drawn[..chunk.len()]);
		}
	}
}

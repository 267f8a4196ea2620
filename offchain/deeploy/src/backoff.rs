// SPDX-License-Identifier: Apache-2.0

//! How long to wait before something that failed is tried again.

use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// Pause after the first failure, in milliseconds. It doubles with each further one.
pub(crate) const PAUSE_FIRST_MS: u64 = 1_000;

/// Longest pause, in milliseconds: a job that cannot start is tried once a minute.
pub(crate) const PAUSE_MAX_MS: u64 = 60_000;

/// The pause after `failures` failures in a row, at least one.
///
/// Up to a quarter is taken off, by the seed, so that nodes that failed together do not all come
/// back together.
pub(crate) fn pause_ms(seed: &[u8; 32], failures: u32) -> u64 {
	let doublings = failures.saturating_sub(1).min(u64::BITS - 1);
	let pause = PAUSE_FIRST_MS.saturating_mul(1 << doublings).min(PAUSE_MAX_MS);
	let [random, ..] = (seed, failures).using_encoded(blake2_256);
	pause - pause / 4 * u64::from(random) / 255
}

// SPDX-License-Identifier: Apache-2.0

//! Limits, with the reasons for their numbers.

use std::{num::NonZeroUsize, time::Duration};

/// Values that a client encrypts for one request. 1 024 latents are far beyond what a head of one
/// bootstrapped layer can use, and with their masks they take 17 MB at most.
pub const INPUTS_MAX: usize = 1_024;

/// Neurons that are bootstrapped for one request. 256 of them take about a second on two cores.
pub const HIDDEN_MAX: usize = 256;

/// Logits of one request: 64 of them make a response of 262 KB.
pub const LOGITS_MAX: usize = 64;

/// Bytes of a model's file: the largest head that the limits above allow has 279 kB.
pub const MODEL_BYTES_MAX: usize = 512 << 10;

/// Longest content identifier in text that a model may name its encoder by, in bytes.
pub const ENCODER_CID_BYTES_MAX: usize = 128;

/// Largest magnitude of an input. A byte, because features of 8 bits lose nothing against floats.
pub const INPUT_MAX: u8 = 127;

/// Largest magnitude of a bias or an accumulator. Sixteen million leave 39 bits of the torus below
/// each unit, and 1 024 products of bytes with a bias stay within what an `i32` holds.
pub const ACCUMULATOR_MAX: i32 = 1 << 24;

/// Bootstraps that run through the key together, on one thread. The key streams through the caches
/// once for all of them; sixteen accumulators of 24 KB with their copies still stay in the second
/// cache.
pub(crate) const BATCH_MAX: usize = 16;

/// Limits of one [`Worker`](crate::Worker).
#[derive(Clone, Debug)]
pub struct EdilLimits {
	/// Threads of one evaluation. Default 2: an edge node has few cores and other work to do.
	pub threads: NonZeroUsize,
	/// Bytes of prepared evaluation keys kept in memory. Default 512 MiB: ten clients.
	pub key_bytes_max: usize,
	/// Models loaded at once. Default 64; each has a few hundred kilobytes at most.
	pub models_max: usize,
	/// Requests that may wait. Default 128: at 60 ms each the last one waits for 8 s.
	pub waiting_max: usize,
	/// Requests of one client that are evaluated together. Default 4: more gain little, and let
	/// everyone else wait.
	pub batch_requests_max: NonZeroUsize,
	/// Time from the arrival of a request until its evaluation must have begun. Default 10 s.
	pub wait_max: Duration,
}

impl Default for EdilLimits {
	fn default() -> Self {
		Self {
			threads: NonZeroUsize::MIN.saturating_add(1),
			key_bytes_max: 512 << 20,
			models_max: 64,
			waiting_max: 128,
			batch_requests_max: NonZeroUsize::MIN.saturating_add(3),
			wait_max: Duration::from_secs(10),
		}
	}
}

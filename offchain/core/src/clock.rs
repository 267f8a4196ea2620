// SPDX-License-Identifier: Apache-2.0

//! Time as a port.

#![expect(
	clippy::disallowed_methods,
	clippy::disallowed_types,
	reason = "this is the one place where time comes in"
)]

use std::sync::atomic::{AtomicU64, Ordering};

/// Where time comes from.
pub trait Clock: Send + Sync + 'static {
	/// Unix time, in milliseconds. It may jump when the machine's clock is set.
	fn now_ms(&self) -> u64;

	/// The same, in whole seconds.
	fn now_secs(&self) -> u64 {
		self.now_ms() / 1_000
	}

	/// Milliseconds since some fixed moment; never goes back. For measuring and for time-outs.
	fn monotonic_ms(&self) -> u64;
}

/// The machine's own clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
	started_at: std::time::Instant,
}

impl SystemClock {
	/// A clock whose monotonic time starts now.
	#[expect(clippy::new_without_default, reason = "a default that differs each time misleads")]
	#[must_use]
	pub fn new() -> Self {
		Self { started_at: std::time::Instant::now() }
	}
}

impl Clock for SystemClock {
	fn now_ms(&self) -> u64 {
		std::time::SystemTime::now()
			.duration_since(std::time::UNIX_EPOCH)
			// A machine set before 1970 is as wrong as one set to it: it is in no epoch.
			.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
	}

	fn monotonic_ms(&self) -> u64 {
		u64::try_from(self.started_at.elapsed().as_millis()).unwrap_or(u64::MAX)
	}
}

/// A clock that moves only when it is told to, for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
	now_ms: AtomicU64,
	monotonic_ms: AtomicU64,
}

impl ManualClock {
	/// A clock that stands at a moment of Unix time.
	#[must_use]
	pub fn at_secs(now_secs: u64) -> Self {
		Self {
			now_ms: AtomicU64::new(now_secs.saturating_mul(1_000)),
			monotonic_ms: AtomicU64::new(0),
		}
	}

	/// Lets time pass.
	pub fn advance_ms(&self, elapsed_ms: u64) {
		self.now_ms.fetch_add(elapsed_ms, Ordering::SeqCst);
		self.monotonic_ms.fetch_add(elapsed_ms, Ordering::SeqCst);
	}

	/// Lets whole seconds pass.
	pub fn advance_secs(&self, elapsed_secs: u64) {
		self.advance_ms(elapsed_secs.saturating_mul(1_000));
	}

	/// Sets Unix time, as an operator or a time server would; monotonic time stands still.
	pub fn set_secs(&self, now_secs: u64) {
		self.now_ms.store(now_secs.saturating_mul(1_000), Ordering::SeqCst);
	}
}

impl Clock for ManualClock {
	fn now_ms(&self) -> u64 {
		self.now_ms.load(Ordering::SeqCst)
	}

	fn monotonic_ms(&self) -> u64 {
		self.monotonic_ms.load(Ordering::SeqCst)
	}
}

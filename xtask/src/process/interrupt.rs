// SPDX-License-Identifier: Apache-2.0

//! Ctrl-C as a value that one can wait on.

use anyhow::{Context, Result};
use signal_hook::{
	consts::{SIGINT, SIGTERM},
	iterator::Signals,
};
use std::{
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread,
	time::Duration,
};

/// How often somebody asked this program to stop.
///
/// Cloneable: all clones share one count.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
	count: Mutex<u32>,
	changed: Condvar,
}

impl Interrupt {
	/// An interrupt that SIGINT (Ctrl-C) and SIGTERM raise, each time that they arrive.
	///
	/// # Errors
	///
	/// The system refuses the handler or the thread.
	pub fn on_signals() -> Result<Self> {
		let interrupt = Self::default();
		let raised = interrupt.clone();
		let mut signals = Signals::new([SIGINT, SIGTERM]).context("could not handle signals")?;
		thread::Builder::new()
			.name("signals".into())
			.spawn(move || signals.forever().for_each(|_| raised.raise()))
			.context("could not start the thread that handles signals")?;
		Ok(interrupt)
	}

	/// Asks the program to stop.
	pub fn raise(&self) {
		let mut count = self.lock();
		*count = count.saturating_add(1);
		self.0.changed.notify_all();
	}

	/// How often it was raised: twice means that the person is in a hurry.
	#[must_use]
	pub fn count(&self) -> u32 {
		*self.lock()
	}

	/// Whether it was raised at all.
	#[must_use]
	pub fn is_raised(&self) -> bool {
		self.count() > 0
	}

	/// Waits for `pause`, or until it is raised more often than `seen` times.
	pub fn pause(&self, pause: Duration, seen: u32) {
		let waited = self.0.changed.wait_timeout_while(self.lock(), pause, |count| *count <= seen);
		// A count cannot be left half-written, so a poisoned lock is as good as a sound one.
		drop(waited.unwrap_or_else(PoisonError::into_inner));
	}

	fn lock(&self) -> MutexGuard<'_, u32> {
		self.0.count.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

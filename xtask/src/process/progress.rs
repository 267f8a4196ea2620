// SPDX-License-Identifier: Apache-2.0

//! One line that says what is being waited for, and for how long already.

use std::{
	io::{self, IsTerminal, Write},
	time::{Duration, Instant},
};

/// How often the line is printed where it cannot be rewritten (a file, a pipe).
const PLAIN_INTERVAL: Duration = Duration::from_secs(15);
/// Quick waits print nothing at all.
const QUIET_AT_FIRST: Duration = Duration::from_secs(1);

/// The line; it goes away when this is dropped.
#[derive(Debug)]
pub struct Progress {
	what: String,
	started: Instant,
	shown: Option<Instant>,
	is_terminal: bool,
}

impl Progress {
	/// Starts to wait for `what`; prints nothing yet.
	pub fn new(what: impl Into<String>) -> Self {
		let is_terminal = io::stderr().is_terminal();
		Self { what: what.into(), started: Instant::now(), shown: None, is_terminal }
	}

	/// How long it has been.
	#[must_use]
	pub fn elapsed(&self) -> Duration {
		self.started.elapsed()
	}

	/// Shows the line, with the state that was seen last, if it is time to.
	pub fn tick(&mut self, state: &str) {
		let interval = if self.is_terminal { Duration::ZERO } else { PLAIN_INTERVAL };
		let since = self.shown.unwrap_or(self.started);
		if self.elapsed() < QUIET_AT_FIRST || since.elapsed() < interval {
			return;
		}
		self.shown = Some(Instant::now());
		let line = self.line(state);
		let mut stderr = io::stderr().lock();
		// Progress is a courtesy: a closed stderr must not fail what is under way.
		let shown = if self.is_terminal {
			write!(stderr, "\r\x1b[2K{line}").and_then(|()| stderr.flush())
		} else {
			writeln!(stderr, "{line}")
		};
		shown.ok();
	}

	fn line(&self, state: &str) -> String {
		let seconds = self.elapsed().as_secs();
		let state = state.lines().next().unwrap_or_default();
		if state.is_empty() {
			format!("    waiting for {} ({seconds} s)", self.what)
		} else {
			format!("    waiting for {} ({seconds} s): {state}", self.what)
		}
	}
}

impl Drop for Progress {
	fn drop(&mut self) {
		if self.is_terminal && self.shown.is_some() {
			write!(io::stderr(), "\r\x1b[2K").ok();
		}
	}
}

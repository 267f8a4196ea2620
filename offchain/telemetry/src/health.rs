// SPDX-License-Identifier: Apache-2.0

//! What each part of a daemon says about itself, in one report.

use std::{
	collections::BTreeMap,
	fmt::{self, Display},
	sync::Arc,
};
use tokio::sync::watch;

/// Cloneable handle to the health of one daemon.
#[derive(Clone, Debug)]
pub struct Health {
	report: Arc<watch::Sender<HealthReport>>,
}

impl Health {
	/// A daemon without parts, which is healthy.
	#[must_use]
	pub fn new() -> Self {
		Self { report: Arc::new(watch::Sender::new(HealthReport::default())) }
	}

	/// Adds a part, which is starting until it says otherwise.
	#[must_use]
	pub fn component(&self, name: &'static str) -> ComponentReporter {
		let reporter = ComponentReporter { name, report: Arc::clone(&self.report) };
		reporter.set(HealthState::Starting);
		reporter
	}

	/// What all parts say now.
	#[must_use]
	pub fn report(&self) -> HealthReport {
		self.report.borrow().clone()
	}

	/// Follows the report; it changes only when a part's state does.
	#[must_use]
	pub fn subscribe(&self) -> watch::Receiver<HealthReport> {
		self.report.subscribe()
	}
}

impl Default for Health {
	fn default() -> Self {
		Self::new()
	}
}

/// With which one part says how it is. Dropping it means that the part has stopped.
#[derive(Debug)]
pub struct ComponentReporter {
	name: &'static str,
	report: Arc<watch::Sender<HealthReport>>,
}

impl ComponentReporter {
	/// Says how the part is.
	pub fn set(&self, state: HealthState) {
		self.report.send_if_modified(|report| {
			let changed = report.components.get(self.name) != Some(&state);
			report.components.insert(self.name, state);
			changed
		});
	}

	/// The part does its work.
	pub fn healthy(&self) {
		self.set(HealthState::Healthy);
	}

	/// The part works with less than it should have.
	pub fn degraded(&self, reason: impl Into<String>) {
		self.set(HealthState::Degraded { reason: reason.into() });
	}

	/// The part does not do its work.
	pub fn failed(&self, reason: impl Into<String>) {
		self.set(HealthState::Failed { reason: reason.into() });
	}
}

impl Drop for ComponentReporter {
	fn drop(&mut self) {
		self.failed("stopped");
	}
}

/// How the parts of a daemon are, by name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HealthReport {
	components: BTreeMap<&'static str, HealthState>,
}

impl HealthReport {
	/// The parts, ordered by name.
	pub fn components(&self) -> impl Iterator<Item = ComponentHealth<'_>> {
		self.components.iter().map(|(name, state)| ComponentHealth { name, state })
	}

	/// The worst state of any part.
	#[must_use]
	pub fn overall(&self) -> &HealthState {
		self.components
			.values()
			.max_by_key(|state| state.severity())
			.unwrap_or(&HealthState::Healthy)
	}

	/// Whether the daemon can serve: no part is starting or has failed.
	#[must_use]
	pub fn is_ready(&self) -> bool {
		matches!(self.overall(), HealthState::Healthy | HealthState::Degraded { .. })
	}
}

/// How one part is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComponentHealth<'report> {
	/// Its name.
	pub name: &'static str,
	/// What it said last.
	pub state: &'report HealthState,
}

/// How a part of a daemon is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HealthState {
	/// It does its work.
	Healthy,
	/// It works with less than it should have.
	Degraded {
		/// What is missing.
		reason: String,
	},
	/// It does not work yet.
	Starting,
	/// It does not do its work.
	Failed {
		/// What happened.
		reason: String,
	},
}

impl HealthState {
	/// One word for the state.
	#[must_use]
	pub fn name(&self) -> &'static str {
		match self {
			Self::Healthy => "healthy",
			Self::Degraded { .. } => "degraded",
			Self::Starting => "starting",
			Self::Failed { .. } => "failed",
		}
	}

	/// Why, where there is something to say.
	#[must_use]
	pub fn reason(&self) -> Option<&str> {
		match self {
			Self::Healthy | Self::Starting => None,
			Self::Degraded { reason } | Self::Failed { reason } => Some(reason),
		}
	}

	fn severity(&self) -> u8 {
		match self {
			Self::Healthy => 0,
			Self::Degraded { .. } => 1,
			Self::Starting => 2,
			Self::Failed { .. } => 3,
		}
	}
}

impl Display for HealthState {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.reason() {
			Some(reason) => write!(formatter, "{}: {reason}", self.name()),
			None => formatter.write_str(self.name()),
		}
	}
}

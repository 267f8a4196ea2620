// SPDX-License-Identifier: Apache-2.0

//! Whether containers work: which check is due, and what the checks come to. Pure.
//!
//! ```text
//!   runs ──start-up check succeeds──> healthy ──continuous check fails too often──> unhealthy
//!     └──start-up check fails too often──────────────────────────────────────────────> │
//! ```
//!
//! Without a start-up check a container that runs has started; without a continuous one it works from
//! then on.

use super::{
	engine::RunState,
	names::Instance,
	plan::{Desired, Seen},
};
use crate::job::{Health, HealthCheck};
use std::collections::BTreeMap;

/// The memory of all checks. It holds an entry for each container that runs.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
	runs: BTreeMap<Instance, Run>,
	/// Tells runs of one container apart: what a check of an earlier one says is of no use.
	next_run: u64,
}

/// A check to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DueCheck {
	/// The container.
	pub instance: Instance,
	/// Which of its runs.
	pub run: u64,
	/// How to check.
	pub check: HealthCheck,
}

impl Monitor {
	/// Takes in which containers run.
	pub fn note<'states>(
		&mut self,
		now_ms: u64,
		states: impl IntoIterator<Item = (&'states Instance, RunState)>,
	) {
		let mut runs = BTreeMap::new();
		for (instance, state) in states {
			if state == RunState::Running {
				let next = || Run::new(self.next_run, now_ms);
				let run = self.runs.remove(instance).unwrap_or_else(next);
				self.next_run = self.next_run.max(run.number.saturating_add(1));
				runs.insert(instance.clone(), run);
			}
		}
		self.runs = runs;
	}

	/// Takes in that a container was started: what was known of it is of another run.
	pub fn started(&mut self, instance: &Instance) {
		self.runs.remove(instance);
	}

	/// The checks that begin now; each must be answered by [`Self::finished`].
	pub fn begin(&mut self, now_ms: u64, desired: &Desired) -> Vec<DueCheck> {
		let mut due = Vec::new();
		for (instance, run) in &mut self.runs {
			let Some(check) = health_of(desired, instance).and_then(|health| run.check(health))
			else {
				continue;
			};
			if !run.is_under_way && run.due_ms <= now_ms {
				run.is_under_way = true;
				let check = check.clone();
				due.push(DueCheck { instance: instance.clone(), run: run.number, check });
			}
		}
		due
	}

	/// Takes what came of a check.
	pub fn finished(&mut self, now_ms: u64, done: &DueCheck, outcome: Result<(), String>) {
		let Some(run) = self.runs.get_mut(&done.instance) else { return };
		if run.number != done.run {
			return;
		}
		run.is_under_way = false;
		run.due_ms = now_ms.saturating_add(done.check.interval_secs.saturating_mul(1_000));
		match outcome {
			Ok(()) => {
				run.has_started = true;
				(run.failures, run.said) = (0, None);
			},
			Err(said) => {
				run.failures = run.failures.saturating_add(1);
				run.said = Some(said);
			},
		}
	}

	/// How a container is, by its state and its checks.
	#[must_use]
	pub fn seen(&self, desired: &Desired, instance: &Instance, state: RunState) -> Seen {
		match state {
			RunState::Created => Seen::Created,
			RunState::Exited { code, .. } => Seen::Exited { code },
			RunState::Running => {
				let run = self.runs.get(instance);
				// One that nobody wants is only to be stopped.
				let Some(health) = health_of(desired, instance) else { return Seen::Healthy };
				run.map_or(Seen::Starting, |run| run.seen(health))
			},
		}
	}

	/// What the last check of a container said, if it failed.
	#[must_use]
	pub fn said(&self, instance: &Instance) -> Option<&str> {
		self.runs.get(instance)?.said.as_deref()
	}
}

/// What is known of a container since it was started.
#[derive(Clone, Debug)]
struct Run {
	number: u64,
	has_started: bool,
	failures: u64,
	said: Option<String>,
	due_ms: u64,
	is_under_way: bool,
}

impl Run {
	fn new(number: u64, now_ms: u64) -> Self {
		Self {
			number,
			has_started: false,
			failures: 0,
			said: None,
			due_ms: now_ms,
			is_under_way: false,
		}
	}

	/// The check that counts now.
	fn check<'health>(&self, health: &'health Health) -> Option<&'health HealthCheck> {
		match &health.start_up {
			Some(start_up) if !self.has_started => Some(start_up),
			_ => health.continuous.as_ref(),
		}
	}

	fn seen(&self, health: &Health) -> Seen {
		let is_starting = !self.has_started && health.start_up.is_some();
		match self.check(health) {
			Some(check) if check.failures_max <= self.failures => Seen::Unhealthy,
			_ if is_starting => Seen::Starting,
			_ => Seen::Healthy,
		}
	}
}

fn health_of<'desired>(
	desired: &'desired Desired,
	instance: &Instance,
) -> Option<&'desired Health> {
	let revision = desired.revision(&instance.network())?;
	Some(&revision.group.containers().get(&instance.container)?.health)
}

// SPDX-License-Identifier: Apache-2.0

//! The plan over time: what is under way, what has failed, and when to try again.

use crate::{
	backoff::pause_ms,
	plan::{Desired, JobPhase, Observed, Plan, Step, plan},
};
use r1_primitives::JobId;
use std::collections::BTreeMap;

/// Hands out each step once, and again after a pause if it fails.
///
/// Holds one entry for each step that is under way or has failed and is still wanted: at most one
/// for each job of the node and each model that it serves.
#[derive(Debug)]
pub struct Reconciler {
	attempts: BTreeMap<Step, Attempt>,
	seed: [u8; 32],
	last: Plan,
}

impl Reconciler {
	/// A reconciler that has tried nothing. The seed, such as the node's key, spreads retries.
	#[must_use]
	pub fn new(seed: [u8; 32]) -> Self {
		Self { attempts: BTreeMap::new(), seed, last: Plan::default() }
	}

	/// The steps to begin now; each must be answered by [`Self::finished`].
	///
	/// `now_ms` is monotonic time.
	pub fn plan(&mut self, now_ms: u64, desired: &Desired, observed: &Observed) -> Vec<Step> {
		self.last = plan(desired, observed);
		let wanted = &self.last.steps;
		// A step that is under way is remembered even when nobody wants it any more: it must not
		// begin a second time if somebody wants it again.
		self.attempts
			.retain(|step, attempt| attempt.state == State::UnderWay || wanted.contains(step));
		let due: Vec<_> = wanted
			.iter()
			.filter(|step| self.attempts.get(step).is_none_or(|attempt| attempt.is_due(now_ms)))
			.cloned()
			.collect();
		for step in &due {
			self.attempts.entry(step.clone()).or_default().state = State::UnderWay;
		}
		due
	}

	/// Takes the outcome of a step.
	pub fn finished(&mut self, now_ms: u64, step: &Step, outcome: Result<(), StepFailure>) {
		let Err(failure) = outcome else {
			self.attempts.remove(step);
			return;
		};
		let attempt = self.attempts.entry(step.clone()).or_default();
		attempt.failures = attempt.failures.saturating_add(1);
		attempt.state = match failure {
			StepFailure::Permanent => State::Abandoned,
			StepFailure::Transient => {
				let pause_ms = pause_ms(&self.seed, attempt.failures);
				State::Pausing { until_ms: now_ms.saturating_add(pause_ms) }
			},
		};
	}

	/// How far each job of this node was at the last plan.
	pub fn reports(&self) -> impl Iterator<Item = JobReport> {
		self.last.phases.iter().map(|(job, phase)| {
			let attempt = phase.step().and_then(|step| self.attempts.get(step));
			JobReport {
				job: *job,
				phase: phase.clone(),
				failures: attempt.map_or(0, |attempt| attempt.failures),
				is_abandoned: attempt.is_some_and(|attempt| attempt.state == State::Abandoned),
			}
		})
	}
}

/// How bad a failure is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StepFailure {
	/// It may work another time: nobody has the file, the disk is full.
	Transient,
	/// It can never work: the bytes that belong to the CID are not valid. The step is not tried
	/// again as long as it is wanted.
	Permanent,
}

/// How far a job is, and how well it goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobReport {
	/// The job.
	pub job: JobId,
	/// How far it is.
	pub phase: JobPhase,
	/// How often its next step has failed in a row.
	pub failures: u32,
	/// Whether its next step is not tried any more.
	pub is_abandoned: bool,
}

/// What became of a step so far.
#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
	failures: u32,
	state: State,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
	#[default]
	UnderWay,
	Pausing {
		until_ms: u64,
	},
	Abandoned,
}

impl Attempt {
	fn is_due(&self, now_ms: u64) -> bool {
		match self.state {
			State::UnderWay | State::Abandoned => false,
			State::Pausing { until_ms } => until_ms <= now_ms,
		}
	}
}

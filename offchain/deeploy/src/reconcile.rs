// SPDX-License-Identifier: Apache-2.0

//! The plan over time: what is under way, what has failed, and when to try again.

use crate::{
	attempts::{Attempts, StepFailure},
	plan::{Desired, JobPhase, Observed, Plan, Step, plan},
};
use r1_primitives::JobId;

/// Hands out each step once, and again after a pause if it fails.
///
/// Holds one entry for each step that is under way or has failed and is still wanted: at most one
/// for each job of the node and each model that it serves.
#[derive(Debug)]
pub struct Reconciler {
	attempts: Attempts<Step>,
	last: Plan,
}

impl Reconciler {
	/// A reconciler that has tried nothing. The seed, such as the node's key, spreads retries.
	#[must_use]
	pub fn new(seed: [u8; 32]) -> Self {
		Self { attempts: Attempts::new(seed), last: Plan::default() }
	}

	/// The steps to begin now; each must be answered by [`Self::finished`].
	///
	/// `now_ms` is monotonic time.
	pub fn plan(&mut self, now_ms: u64, desired: &Desired, observed: &Observed) -> Vec<Step> {
		self.last = plan(desired, observed);
		self.attempts.begin(now_ms, &self.last.steps)
	}

	/// Takes the outcome of a step.
	pub fn finished(&mut self, now_ms: u64, step: &Step, outcome: Result<(), StepFailure>) {
		self.attempts.finished(now_ms, step, outcome);
	}

	/// How far each job of this node was at the last plan.
	pub fn reports(&self) -> impl Iterator<Item = JobReport> {
		self.last.phases.iter().map(|(job, phase)| JobReport {
			job: *job,
			phase: phase.clone(),
			failures: phase.step().map_or(0, |step| self.attempts.failures(step)),
			is_abandoned: phase.step().is_some_and(|step| self.attempts.is_abandoned(step)),
		})
	}
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

// SPDX-License-Identifier: Apache-2.0

//! What is under way, what has failed, and when to try again.

use crate::backoff::pause_ms;
use std::collections::{BTreeMap, BTreeSet};

/// Hands out each step once, and again after a pause if it fails.
///
/// Holds one entry for each step that is under way or has failed and is still wanted.
#[derive(Debug)]
pub(crate) struct Attempts<Step> {
	attempts: BTreeMap<Step, Attempt>,
	seed: [u8; 32],
}

impl<Step: Clone + Ord> Attempts<Step> {
	/// Nothing was tried yet. The seed, such as the node's key, spreads retries.
	pub(crate) fn new(seed: [u8; 32]) -> Self {
		Self { attempts: BTreeMap::new(), seed }
	}

	/// Which of the wanted steps begin now; each must be answered by [`Self::finished`].
	pub(crate) fn begin(&mut self, now_ms: u64, wanted: &BTreeSet<Step>) -> Vec<Step> {
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
	pub(crate) fn finished(&mut self, now_ms: u64, step: &Step, outcome: Result<(), StepFailure>) {
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

	/// How often a step has failed in a row.
	pub(crate) fn failures(&self, step: &Step) -> u32 {
		self.attempts.get(step).map_or(0, |attempt| attempt.failures)
	}

	/// Whether a step is not tried any more.
	pub(crate) fn is_abandoned(&self, step: &Step) -> bool {
		self.attempts.get(step).is_some_and(|attempt| attempt.state == State::Abandoned)
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

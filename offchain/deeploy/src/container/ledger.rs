// SPDX-License-Identifier: Apache-2.0

//! What an engine does not remember: how often a container has ended, which specifications worked
//! and which turned out not to, and under which reference an image is there.
//!
//! The daemon keeps it on its disk (`saved`). To lose it costs a restart that comes early, an
//! archive that is loaded again, or an update that has nothing to go back to: none of that stops what
//! works.

mod saved;

pub use saved::LedgerError;

use super::{
	names::{Instance, NetworkOf},
	plan::{Desired, Observed, Phase, Revision, Seen, Step, StopReason},
};
use crate::{
	attempts::StepFailure,
	job::{Image, RestartPolicy, RestartWhen},
};
use r1_primitives::JobId;
use std::collections::{BTreeMap, BTreeSet};

/// The memory of a plan. It holds an entry for each container that is there, for each specification
/// that failed and is still wanted, for each job that was served, and for each image that was got.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ledger {
	runs: BTreeMap<Instance, Runs>,
	condemned: BTreeSet<NetworkOf>,
	served: BTreeMap<JobId, Revision>,
	images: BTreeMap<Image, String>,
}

impl Ledger {
	/// Takes in what is there now. To be called before each plan, with monotonic time.
	pub fn note(&mut self, now_ms: u64, desired: &Desired, observed: &Observed) {
		self.runs.retain(|instance, _| observed.containers.contains_key(instance));
		for (instance, seen) in &observed.containers {
			let policy = desired.revision(&instance.network()).and_then(|revision| {
				revision.group.containers().get(&instance.container).map(|found| found.restart)
			});
			let runs = self.runs.entry(instance.clone()).or_default();
			runs.note(now_ms, policy.unwrap_or_default(), seen);
		}
		let is_wanted =
			|job: &JobId| desired.jobs.contains_key(job) || desired.unknown.contains(job);
		self.served.retain(|job, _| is_wanted(job));
		self.condemned.retain(|network| {
			desired.unknown.contains(&network.job) || desired.revision(network).is_some()
		});
		for (job, wanted) in &desired.jobs {
			let revision = NetworkOf { job: *job, revision: wanted.current.cid };
			// With nothing to go back to, what failed stays to be looked at.
			if wanted.previous.is_some() && self.gives_up(&revision, &wanted.current, observed) {
				self.condemned.insert(revision);
			}
		}
	}

	/// Takes in how far each job is. To be called after each plan.
	pub fn note_phases(&mut self, desired: &Desired, phases: &BTreeMap<JobId, Phase>) {
		for (job, wanted) in &desired.jobs {
			if phases.get(job) == Some(&Phase::Serving) {
				self.served.insert(*job, wanted.current.clone());
			}
		}
	}

	/// Takes in an image that was got, and the engine's reference of it.
	pub fn note_image(&mut self, image: &Image, reference: String) {
		self.images.insert(image.clone(), reference);
	}

	/// Takes the outcome of a step.
	pub fn finished(&mut self, step: &Step, outcome: Result<(), StepFailure>) {
		match (step, outcome) {
			(Step::Stop { instance, reason: StopReason::Retired }, Ok(())) => {
				self.runs.entry(instance.clone()).or_default().is_retired = true;
			},
			(Step::Stop { instance, reason: StopReason::Unhealthy }, Ok(())) => {
				self.runs.entry(instance.clone()).or_default().is_unhealthy = true;
			},
			(Step::RemoveImage { image }, Ok(())) => drop(self.images.remove(image)),
			(Step::Start { instance }, Ok(())) => {
				// What ends at once is never seen running, so the start itself counts.
				self.runs.entry(instance.clone()).or_default().begin();
			},
			(Step::Create { instance } | Step::Start { instance }, Err(StepFailure::Permanent)) => {
				self.condemned.insert(instance.network());
			},
			(Step::Pull { revision, .. }, Err(StepFailure::Permanent)) => {
				self.condemned.insert(*revision);
			},
			_ => {},
		}
	}

	/// Whether a specification turned out not to work.
	#[must_use]
	pub fn is_condemned(&self, revision: &NetworkOf) -> bool {
		self.condemned.contains(revision)
	}

	/// The specification of a job that worked last, which an update goes back to if it fails.
	#[must_use]
	pub fn served(&self, job: JobId) -> Option<&Revision> {
		self.served.get(&job)
	}

	/// The images that were got, and the engine's references of them.
	#[must_use]
	pub fn images(&self) -> &BTreeMap<Image, String> {
		&self.images
	}

	/// How often a container was started again in a row.
	#[must_use]
	pub fn restarts(&self, instance: &Instance) -> u64 {
		self.runs.get(instance).map_or(0, |runs| runs.restarts)
	}

	/// What becomes of a container that ended.
	pub(super) fn after_end(&self, instance: &Instance, policy: RestartPolicy, code: i64) -> Next {
		let runs = self.runs.get(instance).copied().unwrap_or_default();
		match policy.when {
			_ if runs.is_retired => Next::StartAt { at_ms: 0 },
			// One that was stopped because it did not work has not ended well, whatever it says.
			RestartWhen::OnFailure | RestartWhen::Never if code == 0 && !runs.is_unhealthy => {
				Next::Done
			},
			RestartWhen::Never => Next::GiveUp,
			RestartWhen::Always | RestartWhen::OnFailure => {
				match runs.restarts < policy.attempts_max {
					true => Next::StartAt { at_ms: runs.due_ms(policy) },
					false => Next::GiveUp,
				}
			},
		}
	}

	fn gives_up(&self, network: &NetworkOf, revision: &Revision, observed: &Observed) -> bool {
		revision.group.containers().iter().any(|(name, container)| {
			let NetworkOf { job, revision } = *network;
			let instance = Instance { job, revision, container: name.clone() };
			match observed.containers.get(&instance) {
				Some(Seen::Exited { code }) => {
					self.after_end(&instance, container.restart, *code) == Next::GiveUp
				},
				Some(Seen::Created | Seen::Starting | Seen::Healthy | Seen::Unhealthy) | None => {
					false
				},
			}
		})
	}
}

/// What becomes of a container that ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
	/// It has done what it had to.
	Done,
	/// It is started again.
	StartAt {
		/// When, in monotonic time.
		at_ms: u64,
	},
	/// It is not started again.
	GiveUp,
}

/// How a container has run so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Runs {
	/// How often it was started again in a row.
	restarts: u64,
	/// Since when it runs.
	since_ms: Option<u64>,
	/// When it ended.
	ended_ms: Option<u64>,
	/// Whether it ended because it was told to, which is nothing to hold against it.
	is_retired: bool,
	/// Whether it was told to because it did not work.
	is_unhealthy: bool,
}

impl Runs {
	fn note(&mut self, now_ms: u64, policy: RestartPolicy, seen: &Seen) {
		match seen {
			Seen::Created => {},
			Seen::Starting | Seen::Healthy | Seen::Unhealthy => {
				if self.ended_ms.is_some() {
					self.begin();
				}
				let since_ms = *self.since_ms.get_or_insert(now_ms);
				let reset_ms = policy.reset_secs.saturating_mul(1_000);
				if *seen == Seen::Healthy && reset_ms <= now_ms.saturating_sub(since_ms) {
					self.restarts = 0;
				}
			},
			Seen::Exited { .. } => {
				self.ended_ms.get_or_insert(now_ms);
				self.since_ms = None;
			},
		}
	}

	/// It was started, for the first time or again.
	fn begin(&mut self) {
		let is_restart = self.ended_ms.take().is_some() && !self.is_retired;
		self.restarts = self.restarts.saturating_add(u64::from(is_restart));
		self.is_retired = false;
		self.is_unhealthy = false;
		self.since_ms = None;
	}

	fn due_ms(&self, policy: RestartPolicy) -> u64 {
		let doublings = u32::try_from(self.restarts).unwrap_or(u32::MAX).min(u64::BITS - 1);
		let pause_secs = policy.pause_secs.saturating_mul(1 << doublings);
		let pause_ms = pause_secs.min(policy.pause_secs_max).saturating_mul(1_000);
		self.ended_ms.unwrap_or_default().saturating_add(pause_ms)
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The plan of containers over time: what is under way, what has failed, and when to try again.
//!
//! ```text
//!  engine ──states──> observe ──> plan ──steps──> engine
//!                        ^          │                │
//!       checks ──────────┘          └<───finished────┘
//! ```
//!
//! A plan is made only of what was looked at after the last step had finished, so that no step is
//! begun because of what it did itself.

use super::{
	engine::RunState,
	health::{DueCheck, Monitor},
	ledger::Ledger,
	names::{Instance, NetworkOf, VolumeOf},
	plan::{Desired, Observed, Phase, Plan, Step, plan},
	report::{ContainerReport, Known},
};
use crate::{
	attempts::{Attempts, StepFailure},
	job::Image,
};
use r1_primitives::JobId;
use std::collections::{BTreeMap, BTreeSet};

/// What an engine says that it has.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Inventory {
	/// Images of jobs.
	pub images: BTreeSet<Image>,
	/// Networks of jobs.
	pub networks: BTreeSet<NetworkOf>,
	/// Volumes of jobs.
	pub volumes: BTreeSet<VolumeOf>,
	/// Containers of jobs.
	pub containers: BTreeMap<Instance, RunState>,
}

impl Inventory {
	/// Whether nothing of jobs is there.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		let Self { images, networks, volumes, containers } = self;
		images.is_empty() && networks.is_empty() && volumes.is_empty() && containers.is_empty()
	}
}

/// Hands out each step once, and again after a pause if it fails; and each check when it is due.
#[derive(Debug)]
pub struct Reconciler {
	ledger: Ledger,
	monitor: Monitor,
	attempts: Attempts<Step>,
	failures: BTreeMap<Step, String>,
	observed: Observed,
	last: Plan,
}

impl Reconciler {
	/// A reconciler with what is remembered. The seed, such as the node's key, spreads retries.
	#[must_use]
	pub fn new(seed: [u8; 32], ledger: Ledger) -> Self {
		Self {
			ledger,
			monitor: Monitor::default(),
			attempts: Attempts::new(seed),
			failures: BTreeMap::new(),
			observed: Observed::default(),
			last: Plan::default(),
		}
	}

	/// What is remembered, to be kept on the disk.
	#[must_use]
	pub fn ledger(&self) -> &Ledger {
		&self.ledger
	}

	/// The steps to begin now; each must be answered by [`Self::finished`].
	///
	/// `now_ms` is monotonic time, and `inventory` what the engine had after the last step had
	/// finished.
	pub fn plan(&mut self, now_ms: u64, desired: &Desired, inventory: Inventory) -> Vec<Step> {
		let Inventory { images, networks, volumes, containers } = inventory;
		self.monitor
			.note(now_ms, containers.iter().map(|(instance, state)| (instance, *state)));
		let seen = containers.into_iter().map(|(instance, state)| {
			let seen = self.monitor.seen(desired, &instance, state);
			(instance, seen)
		});
		self.observed = Observed { containers: seen.collect(), images, networks, volumes };
		self.ledger.note(now_ms, desired, &self.observed);
		self.last = plan(now_ms, desired, &self.observed, &self.ledger);
		self.ledger.note_phases(desired, &self.last.phases);
		// Why a specification was given up is still to be said when nothing of it is tried any more.
		let is_condemned =
			|step: &Step| step.revision().is_some_and(|of| self.ledger.is_condemned(&of));
		let wanted = &self.last.steps;
		self.failures.retain(|step, _| wanted.contains(step) || is_condemned(step));
		self.attempts.begin(now_ms, &self.last.steps)
	}

	/// The checks to begin now; each must be answered by [`Self::checked`].
	pub fn checks(&mut self, now_ms: u64, desired: &Desired) -> Vec<DueCheck> {
		self.monitor.begin(now_ms, desired)
	}

	/// Takes what came of a check.
	pub fn checked(&mut self, now_ms: u64, done: &DueCheck, outcome: Result<(), String>) {
		self.monitor.finished(now_ms, done, outcome);
	}

	/// Takes in an image that was got, and the engine's reference of it.
	pub fn note_image(&mut self, image: &Image, reference: String) {
		self.ledger.note_image(image, reference);
	}

	/// Takes the outcome of a step; if it failed, with the reason.
	pub fn finished(
		&mut self,
		now_ms: u64,
		step: &Step,
		outcome: Result<(), (StepFailure, String)>,
	) {
		let kind = match &outcome {
			Ok(()) => Ok(()),
			Err((kind, _)) => Err(*kind),
		};
		match outcome {
			Ok(()) => drop(self.failures.remove(step)),
			Err((_, reason)) => drop(self.failures.insert(step.clone(), reason)),
		}
		if let (Step::Start { instance }, Ok(())) = (step, kind) {
			self.monitor.started(instance);
		}
		self.ledger.finished(step, kind);
		self.attempts.finished(now_ms, step, kind);
	}

	/// How far each job was at the last plan.
	#[must_use]
	pub fn phases(&self) -> &BTreeMap<JobId, Phase> {
		&self.last.phases
	}

	/// How the containers of a job are: of the specification that is served after a roll back, and
	/// otherwise of the current one.
	#[must_use]
	pub fn report(&self, desired: &Desired, job: JobId) -> Vec<ContainerReport> {
		let Some(wanted) = desired.jobs.get(&job) else { return Vec::new() };
		let is_rolled_back = self.last.phases.get(&job) == Some(&Phase::RolledBack);
		let revision = match &wanted.previous {
			Some(previous) if is_rolled_back => previous,
			_ => &wanted.current,
		};
		let known = Known {
			observed: &self.observed,
			ledger: &self.ledger,
			monitor: &self.monitor,
			failures: &self.failures,
		};
		known.report(job, revision)
	}

	/// Why the last attempts of steps of a job failed.
	pub fn failures(&self, job: JobId) -> impl Iterator<Item = &str> {
		let of_job = self.failures.iter().filter(move |(step, _)| step.job() == Some(job));
		of_job.map(|(_, reason)| reason.as_str())
	}
}

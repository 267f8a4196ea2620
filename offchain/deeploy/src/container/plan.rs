// SPDX-License-Identifier: Apache-2.0

//! From the containers that are wanted and those that are there to what is next.
//!
//! As in [`crate::plan`], each plan holds steps that do not depend on each other, and the next plan
//! goes on from there. An order of steps is an order of plans:
//!
//! ```text
//!  bring up:  pull, make network and volumes -> create -> start, each behind its dependencies
//!  update:    start-first: bring up the new -> all of it works -> stop, remove the old
//!             stop-first:  pull, make -> stop the old -> bring up the new -> remove the old
//!  roll back: a container of the new is given up -> stop, remove the new -> bring up the old
//!  removed:   stop -> remove containers -> remove networks and volumes
//! ```

pub use super::desired::{Desired, Revision, Wanted};

use super::{
	ledger::{Ledger, Next},
	names::{Instance, NetworkOf, VolumeOf},
};
use crate::{
	job::{Container, Image, RollOut},
	specification::ServedName,
};
use r1_primitives::JobId;
use std::collections::{BTreeMap, BTreeSet};

/// The next steps, and how far each job is. [`Ledger::note`] comes before.
#[must_use]
pub fn plan(now_ms: u64, desired: &Desired, observed: &Observed, ledger: &Ledger) -> Plan {
	let mut steps = BTreeSet::new();
	let mut phases = BTreeMap::new();
	for (job, wanted) in &desired.jobs {
		let job = JobPlan { job: *job, now_ms, wanted, observed, ledger };
		let (of_job, phase) = job.plan();
		steps.extend(of_job);
		phases.insert(job.job, phase);
	}
	steps.extend(remove_jobs(desired, observed));
	steps.extend(remove_images(desired, observed, ledger));
	Plan { steps, phases }
}

/// What a plan comes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
	/// What to do now, in any order.
	pub steps: BTreeSet<Step>,
	/// How far each job is.
	pub phases: BTreeMap<JobId, Phase>,
}

/// What is here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Observed {
	/// Images.
	pub images: BTreeSet<Image>,
	/// Networks of jobs.
	pub networks: BTreeSet<NetworkOf>,
	/// Volumes of jobs.
	pub volumes: BTreeSet<VolumeOf>,
	/// Containers of jobs.
	pub containers: BTreeMap<Instance, Seen>,
}

/// How a container is, with what its health checks came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Seen {
	/// It never ran.
	Created,
	/// It runs, and its start-up check has not succeeded yet.
	Starting,
	/// It works.
	Healthy,
	/// It runs, and a check has failed too often.
	Unhealthy,
	/// It ended.
	Exited {
		/// With this code.
		code: i64,
	},
}

/// One thing to do. Doing it twice is doing it once.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Step {
	/// Get an image.
	Pull {
		/// The image.
		image: Image,
		/// Who needs it first.
		revision: NetworkOf,
	},
	/// Make a network.
	CreateNetwork {
		/// Whose.
		network: NetworkOf,
	},
	/// Make a volume.
	CreateVolume {
		/// Which.
		volume: VolumeOf,
	},
	/// Make a container.
	Create {
		/// Which.
		instance: Instance,
	},
	/// Start a container.
	Start {
		/// Which.
		instance: Instance,
	},
	/// Stop a container.
	Stop {
		/// Which.
		instance: Instance,
		/// Why.
		reason: StopReason,
	},
	/// Remove a container that does not run.
	Remove {
		/// Which.
		instance: Instance,
	},
	/// Remove a network that nobody is on.
	RemoveNetwork {
		/// Whose.
		network: NetworkOf,
	},
	/// Remove a volume that nobody uses, with what is in it.
	RemoveVolume {
		/// Which.
		volume: VolumeOf,
	},
	/// Remove an image that was got for a job and that no job has any more.
	RemoveImage {
		/// The image.
		image: Image,
	},
}

impl Step {
	/// The job that it is for; an image that is removed was for any number of them.
	#[must_use]
	pub fn job(&self) -> Option<JobId> {
		match self {
			Self::CreateVolume { volume } | Self::RemoveVolume { volume } => Some(volume.job),
			step => step.revision().map(|revision| revision.job),
		}
	}

	/// The specification that it is for; volumes outlive it.
	#[must_use]
	pub fn revision(&self) -> Option<NetworkOf> {
		match self {
			Self::Pull { revision, .. } => Some(*revision),
			Self::CreateNetwork { network } | Self::RemoveNetwork { network } => Some(*network),
			Self::Create { instance }
			| Self::Start { instance }
			| Self::Stop { instance, .. }
			| Self::Remove { instance } => Some(instance.network()),
			Self::CreateVolume { .. } | Self::RemoveVolume { .. } | Self::RemoveImage { .. } => {
				None
			},
		}
	}
}

/// Why a container is stopped.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum StopReason {
	/// Another takes its place, or its job is gone.
	Retired,
	/// It does not work, and may when it is started again.
	Unhealthy,
}

/// How far a job is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Phase {
	/// All of it works, and nothing older is left.
	Serving,
	/// An update failed; the specification before it is served.
	RolledBack,
	/// On its way, or waiting for checks.
	Working,
	/// A container ended, and is started again.
	Pausing {
		/// When, in monotonic time.
		until_ms: u64,
	},
	/// A container is not started again; nothing is there to go back to.
	Failed {
		/// The container.
		container: ServedName,
	},
	/// The specification turned out not to work before any container ran.
	Refused,
}

/// The plan of one job.
struct JobPlan<'plan> {
	job: JobId,
	now_ms: u64,
	wanted: &'plan Wanted,
	observed: &'plan Observed,
	ledger: &'plan Ledger,
}

impl<'plan> JobPlan<'plan> {
	fn plan(&self) -> (BTreeSet<Step>, Phase) {
		let current = &self.wanted.current;
		let is_condemned = self.ledger.is_condemned(&self.network(current));
		match (&self.wanted.previous, is_condemned) {
			(Some(previous), true) => self.roll_back(previous),
			// What is there of it stays as it is, to be looked at.
			(None, true) => (BTreeSet::new(), Phase::Refused),
			(_, false) => self.roll_out(current),
		}
	}

	/// Towards the current specification.
	fn roll_out(&self, current: &Revision) -> (BTreeSet<Step>, Phase) {
		let older: Vec<_> = self.older_than(current).collect();
		let mut up = self.bring_up(current);
		let is_up = up.phase == Phase::Serving;
		match current.group.update().roll_out {
			_ if older.is_empty() || is_up => up.steps.extend(self.clear_except(current)),
			RollOut::StartFirst => {
				// The old goes on, and is restarted if it ends.
				up.steps.extend(self.keep_up_previous());
			},
			RollOut::StopFirst => {
				let still_running = older.iter().filter(|(_, seen)| seen.is_running());
				let stops: Vec<_> = { still_running }
					.map(|(instance, _)| stop(instance, StopReason::Retired))
					.collect();
				if !up.is_prepared {
					up.steps.extend(self.keep_up_previous());
				} else if !stops.is_empty() {
					up.steps = stops.into_iter().collect();
				}
			},
		}
		let phase = match up.phase {
			Phase::Serving if !up.steps.is_empty() => Phase::Working,
			phase => phase,
		};
		(up.steps, phase)
	}

	/// Back to the specification before.
	fn roll_back(&self, previous: &Revision) -> (BTreeSet<Step>, Phase) {
		let mut steps: BTreeSet<_> = self.clear_except(previous).collect();
		let newer_runs = self.older_than(previous).any(|(_, seen)| seen.is_running());
		// Both would write the same volumes.
		let must_wait = previous.group.update().roll_out == RollOut::StopFirst && newer_runs;
		if must_wait {
			return (steps, Phase::Working);
		}
		let up = self.bring_up(previous);
		steps.extend(up.steps);
		let phase = match up.phase {
			Phase::Serving if steps.is_empty() => Phase::RolledBack,
			Phase::Serving => Phase::Working,
			phase => phase,
		};
		(steps, phase)
	}

	fn keep_up_previous(&self) -> BTreeSet<Step> {
		let previous = self.wanted.previous.as_ref();
		let is_there = |previous: &&Revision| {
			let network = self.network(previous);
			self.observed.containers.keys().any(|instance| instance.network() == network)
		};
		previous
			.filter(is_there)
			.map(|previous| self.bring_up(previous).steps)
			.unwrap_or_default()
	}

	/// All that a specification needs, in the order of its dependencies.
	fn bring_up(&self, revision: &'plan Revision) -> Up {
		let mut steps = self.prepare(revision);
		let is_prepared = steps.is_empty();
		let mut working: BTreeSet<&ServedName> = BTreeSet::new();
		let mut phase = Phase::Serving;
		for name in revision.group.start_order() {
			let Some(container) = revision.group.containers().get(name) else {
				continue;
			};
			let is_free = is_prepared && container.depends_on.iter().all(|on| working.contains(on));
			let network = self.network(revision);
			let instance =
				Instance { job: self.job, revision: network.revision, container: name.clone() };
			let (step, state) = self.next(instance, container, is_free, is_prepared);
			steps.extend(step);
			match state {
				Phase::Serving => drop(working.insert(name)),
				// What cannot be mended by waiting is said before what can.
				Phase::Failed { .. } => phase = state,
				_ if matches!(phase, Phase::Failed { .. }) => {},
				state => phase = state,
			}
		}
		Up { steps, phase, is_prepared }
	}

	fn prepare(&self, revision: &Revision) -> BTreeSet<Step> {
		let network = self.network(revision);
		let images = revision.group.containers().values().map(|container| &container.image);
		let mut steps: BTreeSet<_> = images
			.filter(|image| !self.observed.images.contains(*image))
			.map(|image| Step::Pull { image: image.clone(), revision: network })
			.collect();
		if !self.observed.networks.contains(&network) {
			steps.insert(Step::CreateNetwork { network });
		}
		let volumes = self.volumes(revision).into_iter();
		let missing = volumes.filter(|volume| !self.observed.volumes.contains(volume));
		steps.extend(missing.map(|volume| Step::CreateVolume { volume }));
		steps
	}

	/// The next step of one container, and whether it works.
	fn next(
		&self,
		instance: Instance,
		container: &Container,
		is_free: bool,
		is_prepared: bool,
	) -> (Option<Step>, Phase) {
		let start = |instance: Instance| is_free.then_some(Step::Start { instance });
		match self.observed.containers.get(&instance) {
			None => (is_prepared.then_some(Step::Create { instance }), Phase::Working),
			Some(Seen::Created) => (start(instance), Phase::Working),
			Some(Seen::Starting) => (None, Phase::Working),
			Some(Seen::Healthy) => (None, Phase::Serving),
			Some(Seen::Unhealthy) => (Some(stop(&instance, StopReason::Unhealthy)), Phase::Working),
			Some(Seen::Exited { code }) => {
				match self.ledger.after_end(&instance, container.restart, *code) {
					Next::Done => (None, Phase::Serving),
					Next::GiveUp => (None, Phase::Failed { container: instance.container }),
					Next::StartAt { at_ms } if self.now_ms < at_ms => {
						(None, Phase::Pausing { until_ms: at_ms })
					},
					Next::StartAt { .. } => (start(instance), Phase::Working),
				}
			},
		}
	}

	/// Stops and removes what belongs to other specifications of the job, and volumes that neither
	/// this one nor the one to go back to has.
	fn clear_except(&self, revision: &Revision) -> impl Iterator<Item = Step> {
		let kept = self.network(revision);
		let others = self.older_than(revision).map(|(instance, seen)| retire(instance, *seen));
		let mut steps: Vec<_> = others.collect();
		let is_empty = |network: &NetworkOf| {
			!self.observed.containers.keys().any(|instance| instance.network() == *network)
		};
		let networks = self.observed.networks.iter().copied();
		let networks = networks.filter(|network| network.job == self.job && *network != kept);
		steps.extend(networks.filter(is_empty).map(|network| Step::RemoveNetwork { network }));
		if steps.is_empty() {
			let named = std::iter::once(&self.wanted.current).chain(&self.wanted.previous);
			let named: BTreeSet<_> = named.flat_map(|revision| self.volumes(revision)).collect();
			let volumes = self.observed.volumes.iter();
			let unnamed =
				volumes.filter(|volume| volume.job == self.job && !named.contains(*volume));
			steps.extend(unnamed.map(|volume| Step::RemoveVolume { volume: volume.clone() }));
		}
		steps.into_iter()
	}

	/// The containers of other specifications of the job.
	fn older_than(
		&self,
		revision: &Revision,
	) -> impl Iterator<Item = (&'plan Instance, &'plan Seen)> {
		let (job, cid) = (self.job, revision.cid);
		let containers = self.observed.containers.iter();
		containers.filter(move |(instance, _)| instance.job == job && instance.revision != cid)
	}

	fn volumes(&self, revision: &Revision) -> BTreeSet<VolumeOf> {
		let names = revision.group.volumes().into_keys();
		names.map(|name| VolumeOf { job: self.job, volume: name.clone() }).collect()
	}

	fn network(&self, revision: &Revision) -> NetworkOf {
		NetworkOf { job: self.job, revision: revision.cid }
	}
}

/// How far a specification is.
struct Up {
	steps: BTreeSet<Step>,
	phase: Phase,
	/// Whether all is there that its containers are made of.
	is_prepared: bool,
}

impl Seen {
	fn is_running(self) -> bool {
		matches!(self, Self::Starting | Self::Healthy | Self::Unhealthy)
	}
}

/// Removes all that belongs to jobs that are not wanted.
fn remove_jobs(desired: &Desired, observed: &Observed) -> BTreeSet<Step> {
	let is_gone = |job: JobId| !desired.jobs.contains_key(&job) && !desired.unknown.contains(&job);
	let containers = observed.containers.iter().filter(|(instance, _)| is_gone(instance.job));
	let mut steps: BTreeSet<_> =
		containers.clone().map(|(instance, seen)| retire(instance, *seen)).collect();
	let in_use: BTreeSet<_> = containers.map(|(instance, _)| instance.job).collect();
	let is_free = |job: JobId| is_gone(job) && !in_use.contains(&job);
	let networks = observed.networks.iter().filter(|network| is_free(network.job));
	steps.extend(networks.map(|network| Step::RemoveNetwork { network: *network }));
	let volumes = observed.volumes.iter().filter(|volume| is_free(volume.job));
	steps.extend(volumes.map(|volume| Step::RemoveVolume { volume: volume.clone() }));
	steps
}

/// Removes the images that were got for jobs and that no job has, once nothing runs from them.
fn remove_images(desired: &Desired, observed: &Observed, ledger: &Ledger) -> BTreeSet<Step> {
	let mut containers = observed.containers.keys();
	let is_unwanted = |instance: &Instance| desired.revision(&instance.network()).is_none();
	if containers.any(is_unwanted) {
		return BTreeSet::new();
	}
	let wanted = desired.images();
	let unwanted = ledger.images().keys().filter(|image| !wanted.contains(image));
	unwanted.map(|image| Step::RemoveImage { image: image.clone() }).collect()
}

fn retire(instance: &Instance, seen: Seen) -> Step {
	match seen.is_running() {
		true => stop(instance, StopReason::Retired),
		false => Step::Remove { instance: instance.clone() },
	}
}

fn stop(instance: &Instance, reason: StopReason) -> Step {
	Step::Stop { instance: instance.clone(), reason }
}

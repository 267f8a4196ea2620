// SPDX-License-Identifier: Apache-2.0

//! An engine that does what it is told at once, and refuses what no engine would do.

use super::{job::DIGEST, *};
use crate::{
	StepFailure,
	container::{
		Ledger,
		names::*,
		plan::{Desired, Observed, Plan, Revision, Seen, Step, plan},
	},
	job::JobSpecification,
};
use std::{collections::BTreeSet, sync::Arc};

/// A specification of a stack; each version has its own image.
pub(crate) fn revision(version: u32, containers: &str) -> Revision {
	let image = format!("registry.example.org/image{version}@{DIGEST}");
	let text = format!("version: 2\nkind: stack\nname: job\n{containers}").replace("IMAGE", &image);
	let job = JobSpecification::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
	Revision::of(content(&text), &Arc::new(job)).unwrap()
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
	pub(crate) now_ms: u64,
	pub(crate) observed: Observed,
	pub(crate) ledger: Ledger,
	/// Specifications whose containers end as soon as they are started.
	pub(crate) broken: BTreeSet<Cid>,
	/// Specifications whose images nobody has.
	pub(crate) unreachable: BTreeSet<Cid>,
	/// Containers that end with 0.
	pub(crate) ends_well: BTreeSet<ServedName>,
	/// Whether containers of two specifications ran at once.
	pub(crate) ran_side_by_side: bool,
	/// In which order specifications came.
	versions: Vec<Cid>,
}

impl World {
	/// A second goes by, and a plan is carried out.
	pub(crate) fn turn(&mut self, desired: &Desired) -> Plan {
		self.now_ms += 1_000;
		for wanted in desired.jobs.values() {
			for revision in wanted.previous.iter().chain([&wanted.current]) {
				if !self.versions.contains(&revision.cid) {
					self.versions.push(revision.cid);
				}
			}
		}
		self.live();
		self.ledger.note(self.now_ms, desired, &self.observed);
		let plan = plan(self.now_ms, desired, &self.observed, &self.ledger);
		for step in &plan.steps {
			let outcome = self.execute(step, desired);
			self.ledger.finished(step, outcome);
		}
		plan
	}

	pub(crate) fn is_empty(&self) -> bool {
		let Observed { images: _, networks, volumes, containers } = &self.observed;
		networks.is_empty() && volumes.is_empty() && containers.is_empty()
	}

	/// A step as a person reads it: `start web of 2`.
	pub(crate) fn shown(&self, step: &Step) -> String {
		let version = |cid: &Cid| self.versions.iter().position(|known| known == cid).unwrap() + 1;
		let of = |instance: &Instance| {
			format!("{} of {}", instance.container, version(&instance.revision))
		};
		match step {
			Step::Pull { revision, .. } => format!("pull image of {}", version(&revision.revision)),
			Step::CreateNetwork { network } => {
				format!("create network of {}", version(&network.revision))
			},
			Step::CreateVolume { volume } => format!("create volume {}", volume.volume),
			Step::Create { instance } => format!("create {}", of(instance)),
			Step::Start { instance } => format!("start {}", of(instance)),
			Step::Stop { instance, reason } => format!("stop {} ({reason:?})", of(instance)),
			Step::Remove { instance } => format!("remove {}", of(instance)),
			Step::RemoveNetwork { network } => {
				format!("remove network of {}", version(&network.revision))
			},
			Step::RemoveVolume { volume } => format!("remove volume {}", volume.volume),
			Step::RemoveImage { image } => format!("remove image {image}"),
		}
	}

	/// What containers do by themselves.
	fn live(&mut self) {
		let mut running = BTreeSet::new();
		for (instance, seen) in &mut self.observed.containers {
			let is_broken = self.broken.contains(&instance.revision);
			*seen = match *seen {
				Seen::Starting if is_broken => Seen::Exited { code: 1 },
				Seen::Starting if self.ends_well.contains(&instance.container) => {
					Seen::Exited { code: 0 }
				},
				Seen::Starting => Seen::Healthy,
				seen => seen,
			};
			if matches!(seen, Seen::Starting | Seen::Healthy | Seen::Unhealthy) {
				running.insert((instance.job, instance.revision));
			}
		}
		let jobs: BTreeSet<_> = running.iter().map(|(job, _)| *job).collect();
		self.ran_side_by_side |= jobs.len() < running.len();
	}

	/// Does a step as an engine would; doing it again changes nothing.
	pub(crate) fn execute(&mut self, step: &Step, desired: &Desired) -> Result<(), StepFailure> {
		let observed = &mut self.observed;
		match step {
			Step::Pull { revision, .. } if self.unreachable.contains(&revision.revision) => {
				return Err(StepFailure::Permanent);
			},
			Step::Pull { image, .. } => drop(observed.images.insert(image.clone())),
			Step::CreateNetwork { network } => drop(observed.networks.insert(*network)),
			Step::CreateVolume { volume } => drop(observed.volumes.insert(volume.clone())),
			Step::Create { instance } => {
				assert!(observed.networks.contains(&instance.network()), "no network: {step:?}");
				let wanted = &desired.jobs[&instance.job];
				let mut revisions = wanted.previous.iter().chain([&wanted.current]);
				let revision =
					revisions.find(|revision| revision.cid == instance.revision).unwrap();
				let container = &revision.group.containers()[&instance.container];
				assert!(observed.images.contains(&container.image), "no image: {step:?}");
				for name in container.volumes.keys() {
					let volume = VolumeOf { job: instance.job, volume: name.clone() };
					assert!(observed.volumes.contains(&volume), "no volume: {step:?}");
				}
				observed.containers.entry(instance.clone()).or_insert(Seen::Created);
			},
			Step::Start { instance } => {
				let seen = observed.containers.get_mut(instance).expect("started after it is made");
				if matches!(seen, Seen::Created | Seen::Exited { .. }) {
					*seen = Seen::Starting;
				}
			},
			Step::Stop { instance, .. } => {
				let seen = observed.containers.get_mut(instance);
				*seen.expect("only what is there is stopped") = Seen::Exited { code: 137 };
			},
			Step::Remove { instance } => drop(observed.containers.remove(instance)),
			Step::RemoveNetwork { network } => {
				let mut containers = observed.containers.keys();
				assert!(!containers.any(|on| on.network() == *network), "in use: {step:?}");
				observed.networks.remove(network);
			},
			Step::RemoveVolume { volume } => {
				observed.volumes.remove(volume);
			},
			Step::RemoveImage { image } => drop(observed.images.remove(image)),
		}
		Ok(())
	}
}

// SPDX-License-Identifier: Apache-2.0

//! How each container of a job is, in the words that people read.

use super::{
	health::Monitor,
	ledger::{Ledger, Next},
	names::{Instance, VolumeOf},
	plan::{Observed, Revision, Seen, Step},
};
use crate::{job::Container, specification::ServedName};
use r1_primitives::JobId;
use std::collections::BTreeMap;

/// How a container is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContainerReport {
	/// Its name in the specification.
	pub container: ServedName,
	/// How far it is.
	pub phase: ContainerPhase,
	/// Why it is no further.
	pub reason: Option<String>,
	/// How often it was started again in a row.
	pub restarts: u64,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContainerPhase {
	/// Its image is on its way.
	Fetching,
	/// It is being made.
	Creating,
	/// It waits for the containers that it depends on.
	Waiting,
	/// It runs, and its start-up check has not succeeded yet.
	Starting,
	/// It works.
	Healthy,
	/// It runs, and a check has failed too often: it is being stopped.
	Unhealthy,
	/// It ended, and is started again.
	Pausing,
	/// It ended well, and is not started again.
	Done,
	/// It is not started again.
	Failed,
}

/// What reports are made of.
#[derive(Clone, Copy, Debug)]
pub struct Known<'known> {
	/// What is here.
	pub observed: &'known Observed,
	/// What is remembered.
	pub ledger: &'known Ledger,
	/// What checks say.
	pub monitor: &'known Monitor,
	/// Why steps failed the last time.
	pub failures: &'known BTreeMap<Step, String>,
}

impl Known<'_> {
	/// How the containers of a job's specification are, by their names.
	#[must_use]
	pub fn report(&self, job: JobId, revision: &Revision) -> Vec<ContainerReport> {
		let containers = revision.group.containers().iter();
		containers
			.map(|(name, container)| {
				let instance = Instance { job, revision: revision.cid, container: name.clone() };
				let (phase, reason) = self.phase(&instance, container);
				let reason = self.failure(&instance, container).or(reason);
				let restarts = self.ledger.restarts(&instance);
				ContainerReport { container: name.clone(), phase, reason, restarts }
			})
			.collect()
	}

	fn phase(
		&self,
		instance: &Instance,
		container: &Container,
	) -> (ContainerPhase, Option<String>) {
		let said = || self.monitor.said(instance).map(str::to_owned);
		match self.observed.containers.get(instance) {
			None if self.observed.images.contains(&container.image) => {
				(ContainerPhase::Creating, None)
			},
			None => (ContainerPhase::Fetching, None),
			Some(Seen::Created) => (ContainerPhase::Waiting, None),
			Some(Seen::Starting) => (ContainerPhase::Starting, said()),
			Some(Seen::Healthy) => (ContainerPhase::Healthy, said()),
			Some(Seen::Unhealthy) => (ContainerPhase::Unhealthy, said()),
			Some(Seen::Exited { code }) => {
				let ended = Some(format!("it ended with {code}"));
				match self.ledger.after_end(instance, container.restart, *code) {
					Next::Done => (ContainerPhase::Done, None),
					Next::StartAt { .. } => (ContainerPhase::Pausing, ended),
					Next::GiveUp => (ContainerPhase::Failed, ended),
				}
			},
		}
	}

	/// Why the next step of a container failed, if one did.
	fn failure(&self, instance: &Instance, container: &Container) -> Option<String> {
		let is_volume =
			|of: &VolumeOf| of.job == instance.job && container.volumes.contains_key(&of.volume);
		let is_its = |step: &Step| match step {
			Step::Pull { image, revision } => {
				*image == container.image && *revision == instance.network()
			},
			Step::CreateNetwork { network } => *network == instance.network(),
			Step::CreateVolume { volume } => is_volume(volume),
			Step::Create { instance: of }
			| Step::Start { instance: of }
			| Step::Stop { instance: of, .. }
			| Step::Remove { instance: of } => of == instance,
			Step::RemoveNetwork { .. } | Step::RemoveVolume { .. } | Step::RemoveImage { .. } => {
				false
			},
		};
		self.failures
			.iter()
			.find(|(step, _)| is_its(step))
			.map(|(_, reason)| reason.clone())
	}
}

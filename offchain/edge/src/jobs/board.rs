// SPDX-License-Identifier: Apache-2.0

//! What is known about the jobs of this node, for the tasks and for whoever asks.

use cid::Cid;
use r1_api::{ContainerPhase, ContainerStatus, JobState, JobStatus};
use r1_deeploy::{
	JobPhase, Step,
	container::{plan::Phase, report},
	job::Document,
};
use r1_primitives::JobId;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// What is known about jobs.
#[derive(Debug, Default)]
pub(super) struct Board {
	pub(super) specifications: BTreeMap<Cid, Arc<Document>>,
	pub(super) models: BTreeSet<Cid>,
	pub(super) phases: BTreeMap<JobId, (Option<Cid>, JobPhase)>,
	pub(super) failures: BTreeMap<Step, String>,
	/// Why jobs have no token, or not their secrets.
	pub(super) lacking: BTreeMap<JobId, String>,
	/// How jobs of containers are.
	pub(super) containers: BTreeMap<JobId, OfContainers>,
	/// Why no containers are run at all.
	pub(super) no_engine: Option<String>,
}

/// How a job of containers is.
#[derive(Clone, Debug)]
pub(super) struct OfContainers {
	pub(super) phase: Phase,
	pub(super) containers: Vec<report::ContainerReport>,
	/// Why its last steps failed.
	pub(super) failures: Vec<String>,
}

impl Board {
	/// How far each job is.
	pub(super) fn status(&self) -> Vec<JobStatus> {
		self.phases
			.iter()
			.map(|(job, (cid, phase))| self.status_of(*job, *cid, phase))
			.collect()
	}

	/// Forgets what belongs to specifications, models and steps that nobody wants any more.
	pub(super) fn forget_unwanted(&mut self) {
		let Self { specifications, models, phases, failures, .. } = self;
		let wanted: BTreeSet<Cid> = phases.values().filter_map(|(cid, _)| *cid).collect();
		specifications.retain(|cid, _| wanted.contains(cid));
		let named: BTreeSet<Cid> = specifications
			.values()
			.filter_map(|known| Some(known.model()?.1.file))
			.collect();
		models.retain(|cid| named.contains(cid));
		let next: BTreeSet<&Step> = phases.values().filter_map(|(_, phase)| phase.step()).collect();
		failures.retain(|step, _| next.contains(step));
	}

	/// Whether something keeps a job from being served that waiting alone may not mend.
	pub(super) fn is_troubled(&self) -> bool {
		let is_blocked = |phase: &JobPhase| matches!(phase, JobPhase::Blocked(_));
		!self.failures.is_empty() || self.phases.values().any(|(_, phase)| is_blocked(phase))
	}

	fn status_of(&self, job: JobId, cid: Option<Cid>, phase: &JobPhase) -> JobStatus {
		let document = cid.and_then(|cid| self.specifications.get(&cid));
		let of_containers = self.containers.get(&job);
		let failure = phase.step().and_then(|step| self.failures.get(step));
		let failure = self.lacking.get(&job).or(failure).cloned();
		let (state, reason) = match (phase, failure) {
			(JobPhase::Containers, failure) => self.state_of_containers(job, failure),
			(JobPhase::Next(_), failure) if of_containers.is_some_and(OfContainers::is_served) => {
				let because = |failure| {
					format!(
						"its specification cannot be had, so the one before is served: {failure}"
					)
				};
				(JobState::Serving, failure.map(because))
			},
			(JobPhase::Serving | JobPhase::Learning, Some(failure)) => {
				(JobState::Failed, Some(failure))
			},
			(JobPhase::Serving | JobPhase::Learning, None) => (JobState::Serving, None),
			(JobPhase::Blocked(blocked), _) => (JobState::Failed, Some(blocked.to_string())),
			(JobPhase::Next(_), Some(failure)) => (JobState::Failed, Some(failure)),
			// It holds what it has kept so far, and is on its way with the rest.
			(JobPhase::Next(Step::Keep { .. }), None) => (JobState::Fetching, None),
			(JobPhase::Next(Step::Load { .. } | Step::Unload { .. }), None) => {
				(JobState::Starting, None)
			},
			(JobPhase::Next(_), None) => (JobState::Fetching, None),
		};
		let reports = of_containers.iter().flat_map(|of| &of.containers);
		JobStatus {
			job,
			name: document.map(|known| known.name().to_string()),
			kind: document.map(|known| known.kind().to_owned()),
			model: document.and_then(|known| Some(known.model()?.1.file.to_string())),
			state,
			reason,
			containers: reports.map(status_of_container).collect(),
		}
	}

	/// How a job of containers is; `lacking` is what it was to be given and was not.
	fn state_of_containers(
		&self,
		job: JobId,
		lacking: Option<String>,
	) -> (JobState, Option<String>) {
		if let Some(reason) = &self.no_engine {
			return (JobState::Failed, Some(reason.clone()));
		}
		let Some(of) = self.containers.get(&job) else { return (JobState::Fetching, lacking) };
		let failure = lacking.or_else(|| of.failures.first().cloned());
		match &of.phase {
			Phase::Serving => (JobState::Serving, failure),
			Phase::RolledBack => {
				let failure = failure.map_or_else(String::new, |failure| format!(": {failure}"));
				let reason = format!("the update failed, so the one before is served{failure}");
				(JobState::Serving, Some(reason))
			},
			Phase::Working if failure.is_some() => (JobState::Failed, failure),
			Phase::Working if of.is_fetching() => (JobState::Fetching, None),
			Phase::Working => (JobState::Starting, None),
			Phase::Pausing { .. } => {
				(JobState::Starting, Some("a container ended and is started again".to_owned()))
			},
			Phase::Failed { container } => {
				let reason = format!("container `{container}` ended and is not started again");
				(JobState::Failed, Some(reason))
			},
			Phase::Refused => {
				let reason = "the specification does not work; change it, or close the job";
				(JobState::Failed, Some(failure.unwrap_or_else(|| reason.to_owned())))
			},
		}
	}
}

impl OfContainers {
	fn is_served(&self) -> bool {
		matches!(self.phase, Phase::Serving | Phase::RolledBack)
	}

	fn is_fetching(&self) -> bool {
		let fetching = report::ContainerPhase::Fetching;
		self.containers.iter().any(|container| container.phase == fetching)
	}
}

fn status_of_container(report: &report::ContainerReport) -> ContainerStatus {
	let phase = match report.phase {
		report::ContainerPhase::Fetching => ContainerPhase::Fetching,
		report::ContainerPhase::Creating => ContainerPhase::Creating,
		report::ContainerPhase::Waiting => ContainerPhase::Waiting,
		report::ContainerPhase::Starting => ContainerPhase::Starting,
		report::ContainerPhase::Healthy => ContainerPhase::Healthy,
		report::ContainerPhase::Unhealthy => ContainerPhase::Unhealthy,
		report::ContainerPhase::Pausing => ContainerPhase::Pausing,
		report::ContainerPhase::Done => ContainerPhase::Done,
		report::ContainerPhase::Failed => ContainerPhase::Failed,
	};
	ContainerStatus {
		name: report.container.to_string(),
		phase,
		reason: report.reason.clone(),
		restarts: report.restarts,
	}
}

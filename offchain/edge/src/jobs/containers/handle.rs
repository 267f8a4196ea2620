// SPDX-License-Identifier: Apache-2.0

//! What others ask about containers.

use super::{
	check::check,
	reach::{self, NoPlace, Place, Reachable},
};
use crate::{
	defaults::{CHECK_FRESH, CHECK_TIME_MAX, LOG_BYTES_MAX, TALKS_MAX, TALKS_PER_JOB_MAX},
	turnstile::Turnstile,
};
use r1_core::error_chain;
#[cfg(test)]
use r1_deeploy::job::Group;
use r1_deeploy::{
	container::{
		Reconciler,
		engine::{ContainerEngine, LogLine},
		names::Instance,
		plan::{Desired, Phase},
		report::ContainerPhase,
	},
	job::{HealthCheck, WantedPort},
	specification::ServedName,
};
use r1_primitives::JobId;
use std::{
	collections::BTreeMap,
	net::IpAddr,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::watch, time::timeout};

/// A handle on the containers of this node.
#[derive(Clone, Debug)]
pub(crate) struct Containers {
	known: Arc<Mutex<Known>>,
	inside: Arc<watch::Sender<Inside>>,
	/// Those who are connected with the containers of a job.
	pub(super) talks: Turnstile<JobId>,
}

/// What is known since the last look.
#[derive(Debug, Default)]
struct Known {
	engine: Option<Arc<dyn ContainerEngine>>,
	jobs: BTreeMap<JobId, KnownJob>,
	/// When a job was checked for somebody, in monotonic time, and what came of it.
	checked: BTreeMap<JobId, (u64, Health)>,
}

#[derive(Clone, Debug)]
struct KnownJob {
	phase: Phase,
	containers: BTreeMap<ServedName, KnownContainer>,
	reachable: Vec<Reachable>,
}

#[derive(Clone, Debug)]
pub(super) struct KnownContainer {
	pub(super) instance: Instance,
	phase: ContainerPhase,
	address: Option<IpAddr>,
	check: Option<HealthCheck>,
}

/// Where this machine and the containers are on the networks of jobs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Inside {
	/// This machine's addresses, and whose network each is on.
	pub(crate) gateways: BTreeMap<IpAddr, JobId>,
	/// The containers'.
	pub(crate) addresses: BTreeMap<Instance, IpAddr>,
}

/// The last lines of a container.
pub(crate) struct Logs {
	/// The container.
	pub(crate) container: ServedName,
	/// Its lines, oldest first.
	pub(crate) lines: Vec<LogLine>,
}

/// Why a container is not to be talked with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
	#[error("job {job} has no containers on this node")]
	NoJob { job: JobId },
	#[error("job {job} has several containers; say which: {}", names.join(", "))]
	Several { job: JobId, names: Vec<String> },
	#[error("job {job} has no container `{name}`; it has: {}", names.join(", "))]
	NoContainer { job: JobId, name: String, names: Vec<String> },
	#[error("container `{name}` has not been made yet")]
	NotMade { name: String },
	#[error("the container engine does not do it: {reason}")]
	Engine { reason: String },
	#[error("as many are connected with containers of job {job}, or of the node, as may be")]
	Busy { job: JobId },
}

/// Whether the containers of a job work.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Health {
	/// All of them do, by checks that were just done.
	Works,
	/// One does not.
	Fails {
		/// Which, and why.
		reason: String,
	},
	/// The job is not one of containers here.
	NotHere,
}

impl Default for Containers {
	fn default() -> Self {
		let talks = Turnstile::new(TALKS_PER_JOB_MAX, TALKS_MAX);
		Self { known: Arc::default(), inside: Arc::default(), talks }
	}
}

impl Containers {
	/// The last lines of a container; of a job with one container, it need not be named.
	pub(crate) async fn logs(
		&self,
		job: JobId,
		name: Option<&str>,
		lines_max: u32,
	) -> Result<Logs, NoAnswer> {
		let (engine, container) = self.find_made(job, name)?;
		let name = container.instance.container.clone();
		let lines = engine.logs(&container.instance.to_string(), lines_max, LOG_BYTES_MAX).await;
		let lines =
			lines.map_err(|error| NoAnswer::Engine { reason: error_chain(&error).to_string() })?;
		Ok(Logs { container: name, lines })
	}

	/// Checks the containers of a job, unless that was done just now.
	pub(crate) async fn health(&self, job: JobId, now_ms: u64) -> Health {
		let (engine, known) = {
			let known = self.lock();
			if let Some((at, health)) = known.checked.get(&job)
				&& u128::from(now_ms.saturating_sub(*at)) < CHECK_FRESH.as_millis()
			{
				return health.clone();
			}
			match (known.engine.clone(), known.jobs.get(&job).cloned()) {
				(Some(engine), Some(of_job)) => (engine, of_job),
				_ => return Health::NotHere,
			}
		};
		let checking = check_all(&*engine, &known);
		let health = timeout(CHECK_TIME_MAX, checking).await.unwrap_or_else(|_| Health::Fails {
			reason: format!("the checks took longer than {} s", CHECK_TIME_MAX.as_secs()),
		});
		self.lock().checked.insert(job, (now_ms, health.clone()));
		health
	}

	/// Where a port of a job is reached from this machine: at least one place, to be tried in order.
	pub(crate) fn places(
		&self,
		job: JobId,
		container: Option<&str>,
		wanted: WantedPort<'_>,
	) -> Result<Vec<Place>, NoPlace> {
		let known = self.lock();
		let of_job = known.jobs.get(&job).ok_or(NoPlace::NotHere { job })?;
		reach::places(&of_job.reachable, container, wanted)
	}

	/// Where this machine and the containers are on the networks of jobs, as it changes.
	pub(crate) fn inside(&self) -> watch::Receiver<Inside> {
		self.inside.subscribe()
	}

	/// Takes in what the last look came to.
	pub(super) fn publish(
		&self,
		engine: &Arc<dyn ContainerEngine>,
		reconciler: &Reconciler,
		desired: &Desired,
		inside: Inside,
	) {
		let of_job = |(job, phase): (&JobId, &Phase)| {
			let wanted = desired.jobs.get(job)?;
			let revision = match &wanted.previous {
				Some(previous) if *phase == Phase::RolledBack => previous,
				_ => &wanted.current,
			};
			let reports = reconciler.report(desired, *job);
			let reachable = reach::reachable(*job, phase, wanted, &reports, &inside.addresses);
			let reports = reports.into_iter().map(|report| {
				let name = report.container;
				let instance =
					Instance { job: *job, revision: revision.cid, container: name.clone() };
				let container = revision.group.containers().get(&name);
				let health = container.map(|container| &container.health);
				let check = health.and_then(|it| it.continuous.as_ref().or(it.start_up.as_ref()));
				let known = KnownContainer {
					address: inside.addresses.get(&instance).copied(),
					phase: report.phase,
					check: check.cloned(),
					instance,
				};
				(name, known)
			});
			let containers = reports.collect();
			Some((*job, KnownJob { phase: phase.clone(), containers, reachable }))
		};
		let mut known = self.lock();
		known.engine = Some(Arc::clone(engine));
		known.jobs = reconciler.phases().iter().filter_map(of_job).collect();
		let Known { jobs, checked, .. } = &mut *known;
		checked.retain(|job, _| jobs.contains_key(job));
		drop(known);
		self.inside.send_if_modified(|last| {
			let has_changed = *last != inside;
			*last = inside;
			has_changed
		});
	}

	/// Says where the containers of a job are, instead of an engine.
	#[cfg(test)]
	pub(crate) fn put(
		&self,
		job: JobId,
		group: Arc<Group>,
		addresses: BTreeMap<ServedName, IpAddr>,
	) {
		let reachable = vec![Reachable::new(group, addresses)];
		let of_job = KnownJob { phase: Phase::Serving, containers: BTreeMap::new(), reachable };
		self.lock().jobs.insert(job, of_job);
	}

	/// A container that is there, though it may not run.
	pub(super) fn find_made(
		&self,
		job: JobId,
		name: Option<&str>,
	) -> Result<(Arc<dyn ContainerEngine>, KnownContainer), NoAnswer> {
		let (engine, container) = self.find(job, name)?;
		match container.phase {
			ContainerPhase::Fetching | ContainerPhase::Creating => {
				Err(NoAnswer::NotMade { name: container.instance.container.to_string() })
			},
			_ => Ok((engine, container)),
		}
	}

	fn find(
		&self,
		job: JobId,
		name: Option<&str>,
	) -> Result<(Arc<dyn ContainerEngine>, KnownContainer), NoAnswer> {
		let known = self.lock();
		let engine = known.engine.clone().ok_or(NoAnswer::NoJob { job })?;
		let of_job = known.jobs.get(&job).ok_or(NoAnswer::NoJob { job })?;
		let names = || of_job.containers.keys().map(ToString::to_string).collect::<Vec<_>>();
		let container = match name {
			Some(name) => {
				let named = of_job.containers.iter().find(|(known, _)| known.as_str() == name);
				let missing =
					|| NoAnswer::NoContainer { job, name: name.to_owned(), names: names() };
				named.ok_or_else(missing)?.1
			},
			None => match of_job.containers.values().collect::<Vec<_>>().as_slice() {
				[only] => *only,
				_ => return Err(NoAnswer::Several { job, names: names() }),
			},
		};
		Ok((engine, container.clone()))
	}

	fn lock(&self) -> MutexGuard<'_, Known> {
		// Each change replaces a map or an entry, so a panic elsewhere leaves them sound.
		self.known.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Does the checks of all containers of a job, one after the other.
async fn check_all(engine: &dyn ContainerEngine, job: &KnownJob) -> Health {
	if !matches!(job.phase, Phase::Serving | Phase::RolledBack) {
		return Health::Fails { reason: "the job is not served yet".to_owned() };
	}
	for (name, container) in &job.containers {
		if container.phase == ContainerPhase::Done {
			continue;
		}
		let outcome = match &container.check {
			Some(due) => check(engine, &container.instance, container.address, due).await,
			// Without a check, one that runs works.
			None => is_running(engine, &container.instance).await,
		};
		if let Err(reason) = outcome {
			return Health::Fails { reason: format!("container `{name}`: {reason}") };
		}
	}
	Health::Works
}

async fn is_running(engine: &dyn ContainerEngine, instance: &Instance) -> Result<(), String> {
	use r1_deeploy::container::engine::RunState;
	match engine.inspect(&instance.to_string()).await {
		Ok(Some(status)) if status.state == RunState::Running => Ok(()),
		Ok(_) => Err("it does not run".to_owned()),
		Err(error) => Err(error_chain(&error).to_string()),
	}
}

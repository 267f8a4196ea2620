// SPDX-License-Identifier: Apache-2.0

//! Runs the jobs that are placed on this node: desired state against observed state, again and
//! again.
//!
//! ```text
//!  chain, a step's end, a timer ──> Reconciler ──steps──> tasks: fetch, load, unload
//!                                        ^                          │
//!                                        └─────────outcome──────────┘
//! ```

mod credentials;
#[cfg(test)]
mod tests;

pub(crate) use credentials::Credentials;

use self::credentials::Placed;
use crate::{
	defaults::{RECONCILE_INTERVAL, SPECIFICATION_BYTES_MAX},
	heartbeat::ClockPort,
};
use cid::Cid;
use r1_api::{JobState, JobStatus};
use r1_chain::ChainHandle;
use r1_core::{ChainState, error_chain};
use r1_deeploy::{
	Desired, JobPhase, Observed, Reconciler, Step, StepFailure,
	specification::{ServedName, Specification},
};
use r1_inference::{InferenceService, LoadError, ModelFile, ModelName};
use r1_primitives::{JobId, NodeKey};
use r1_telemetry::ComponentReporter;
use r1fs::{Files, GetError};
use std::{
	collections::{BTreeMap, BTreeSet},
	error::Error,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;
use tracing::{info, warn};

/// Outcomes of steps that wait to be taken in; a step waits when they are too many.
const OUTCOMES_MAX: usize = 64;

/// A handle on the jobs of this node.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
	board: Arc<Mutex<Board>>,
}

/// What is known about jobs, for the reconciler and for whoever asks.
#[derive(Debug, Default)]
struct Board {
	specifications: BTreeMap<Cid, Specification>,
	models: BTreeSet<Cid>,
	phases: BTreeMap<JobId, (Option<Cid>, JobPhase)>,
	failures: BTreeMap<Step, String>,
	/// Why jobs have no token, or not their secrets.
	lacking: BTreeMap<JobId, String>,
}

impl Jobs {
	/// The job whose model is served under a name.
	pub(crate) fn serving(&self, name: &str) -> Option<JobId> {
		let served = self.status().into_iter().find(|job| job.name.as_deref() == Some(name));
		served.map(|job| job.job)
	}

	/// How far each job of this node is.
	pub(crate) fn status(&self) -> Vec<JobStatus> {
		let board = self.lock();
		board
			.phases
			.iter()
			.map(|(job, (cid, phase))| board.status_of(*job, *cid, phase))
			.collect()
	}

	fn lock(&self) -> MutexGuard<'_, Board> {
		// Each change is one insertion or removal, so a panic elsewhere leaves the maps sound.
		self.board.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Board {
	fn status_of(&self, job: JobId, cid: Option<Cid>, phase: &JobPhase) -> JobStatus {
		let specification = cid.and_then(|cid| self.specifications.get(&cid));
		let (name, model) = match specification {
			Some(Specification::Inference(inference)) => {
				(Some(inference.name.to_string()), Some(inference.model.to_string()))
			},
			_ => (None, None),
		};
		let failure = phase.step().and_then(|step| self.failures.get(step));
		let failure = self.lacking.get(&job).or(failure);
		let (state, reason) = match (phase, failure) {
			(JobPhase::Serving, Some(failure)) => (JobState::Failed, Some(failure.clone())),
			(JobPhase::Serving, _) => (JobState::Serving, None),
			(JobPhase::Blocked(blocked), _) => (JobState::Failed, Some(blocked.to_string())),
			(JobPhase::Next(_), Some(failure)) => (JobState::Failed, Some(failure.clone())),
			(JobPhase::Next(Step::Load { .. } | Step::Unload { .. }), None) => {
				(JobState::Starting, None)
			},
			(JobPhase::Next(_), None) => (JobState::Fetching, None),
		};
		JobStatus { job, name, model, state, reason }
	}
}

/// The task that reconciles.
pub(crate) struct Task {
	node: NodeKey,
	jobs: Jobs,
	chain: ChainHandle,
	files: Files,
	inference: InferenceService,
	clock: Arc<dyn ClockPort>,
	credentials: Credentials,
	health: ComponentReporter,
	reconciler: Reconciler,
}

/// What came of a step.
type Outcome = (Step, Result<(), Failure>);

/// Why a step failed.
#[derive(Debug)]
struct Failure {
	kind: StepFailure,
	reason: String,
}

impl Failure {
	fn new(error: &(dyn Error + 'static), is_transient: bool) -> Self {
		let kind = if is_transient { StepFailure::Transient } else { StepFailure::Permanent };
		Self { kind, reason: error_chain(error).to_string() }
	}
}

/// What jobs need from the rest of the daemon.
pub(crate) struct Needs {
	pub(crate) node: NodeKey,
	pub(crate) chain: ChainHandle,
	pub(crate) files: Files,
	pub(crate) inference: InferenceService,
	pub(crate) clock: Arc<dyn ClockPort>,
	pub(crate) credentials: Credentials,
	pub(crate) health: ComponentReporter,
}

/// Makes the handle and the task.
pub(crate) fn prepare(needs: Needs) -> (Jobs, Task) {
	let Needs { node, chain, files, inference, clock, credentials, health } = needs;
	let jobs = Jobs { board: Arc::default() };
	let task = Task {
		node,
		jobs: jobs.clone(),
		chain,
		files,
		inference,
		clock,
		credentials,
		health,
		reconciler: Reconciler::new(node),
	};
	(jobs, task)
}

impl Task {
	/// Runs until the chain's follower ends.
	pub(crate) async fn run(mut self) {
		let (report, mut outcomes) = mpsc::channel(OUTCOMES_MAX);
		let mut states = self.chain.watch();
		let mut timer = tokio::time::interval(RECONCILE_INTERVAL);
		self.health.healthy();
		loop {
			tokio::select! {
				changed = states.changed() => if changed.is_err() { return },
				_ = timer.tick() => {},
				outcome = outcomes.recv() => if let Some(outcome) = outcome {
					self.take_in(outcome);
				},
			}
			self.reconcile(&report);
		}
	}

	/// Begins what is due.
	fn reconcile(&mut self, report: &mpsc::Sender<Outcome>) {
		let Some(state) = self.chain.state() else { return };
		let desired = Desired::of_node(&state, &self.node);
		self.give_credentials(&state, &desired);
		let observed = self.observe();
		let steps = self.reconciler.plan(self.clock.monotonic_ms(), &desired, &observed);
		self.publish(&desired);
		for step in steps {
			info!(target: "r1::edge", ?step, "job step");
			let executor = Executor {
				jobs: self.jobs.clone(),
				files: self.files.clone(),
				inference: self.inference.clone(),
			};
			let report = report.clone();
			tokio::spawn(async move {
				let outcome = executor.execute(&step).await;
				// Nobody takes outcomes in when the daemon stops.
				drop(report.send((step, outcome)).await);
			});
		}
	}

	/// Gives each job its token and its secrets, and notes why one has not got them.
	fn give_credentials(&mut self, state: &ChainState, desired: &Desired) {
		let mut board = self.jobs.lock();
		let placed = desired
			.jobs
			.iter()
			.filter_map(|(job, specification)| {
				let owner = state.jobs.get(job)?.owner;
				let secrets = specification
					.and_then(|cid| Some((cid, board.specifications.get(&cid)?.secrets())));
				Some((*job, Placed { owner, secrets }))
			})
			.collect();
		let lacking = self.credentials.reconcile(&placed, self.clock.now_secs());
		for (job, reason) in &lacking {
			if board.lacking.get(job) != Some(reason) {
				warn!(target: "r1::edge", job, reason, "a job has not got what it is to have");
			}
		}
		board.lacking = lacking;
	}

	fn observe(&self) -> Observed {
		let board = self.jobs.lock();
		let running = self.inference.models();
		let running = running.iter().filter_map(|model| {
			Some((ServedName::new(&model.name().to_string()).ok()?, *model.cid()))
		});
		Observed {
			specifications: board.specifications.clone(),
			models: board.models.clone(),
			running: running.collect(),
		}
	}

	fn publish(&self, desired: &Desired) {
		let mut board = self.jobs.lock();
		board.phases = self
			.reconciler
			.reports()
			.map(|report| {
				let cid = desired.jobs.get(&report.job).copied().flatten();
				(report.job, (cid, report.phase))
			})
			.collect();
		let is_blocked = |phase: &JobPhase| matches!(phase, JobPhase::Blocked(_));
		let any_blocked = board.phases.values().any(|(_, phase)| is_blocked(phase));
		if board.failures.is_empty() && !any_blocked {
			self.health.healthy();
		} else {
			self.health.degraded("a job cannot be served; see the node's status");
		}
	}

	fn take_in(&mut self, (step, outcome): Outcome) {
		let now_ms = self.clock.monotonic_ms();
		match outcome {
			Ok(()) => {
				self.jobs.lock().failures.remove(&step);
				self.reconciler.finished(now_ms, &step, Ok(()));
			},
			Err(failure) => {
				warn!(target: "r1::edge", ?step, reason = failure.reason, "job step failed");
				self.reconciler.finished(now_ms, &step, Err(failure.kind));
				self.jobs.lock().failures.insert(step, failure.reason);
			},
		}
	}
}

/// Carries out one step.
struct Executor {
	jobs: Jobs,
	files: Files,
	inference: InferenceService,
}

impl Executor {
	async fn execute(&self, step: &Step) -> Result<(), Failure> {
		match step {
			Step::FetchSpecification { specification } => {
				let read = fetch_specification(&self.files, specification).await?;
				self.jobs.lock().specifications.insert(*specification, read);
			},
			Step::FetchModel { model } => {
				self.fetch_model(model).await?;
				self.jobs.lock().models.insert(*model);
			},
			Step::Load { name, model } => {
				let file = self.fetch_model(model).await?;
				let name =
					ModelName::new(name.as_str()).map_err(|error| Failure::new(&error, false))?;
				let file =
					ModelFile::new(*model, file).map_err(|error| Failure::new(&error, false))?;
				let is_transient = |error: &LoadError| matches!(error, LoadError::TimedOut { .. });
				self.inference
					.load(name, file)
					.await
					.map_err(|error| Failure::new(&error, is_transient(&error)))?;
			},
			Step::Unload { name } => {
				self.inference.unload(name.as_str());
			},
		}
		Ok(())
	}

	/// The bytes of a model, which match its CID: from this node's store, or from the mesh.
	async fn fetch_model(&self, cid: &Cid) -> Result<Vec<u8>, Failure> {
		let bytes_max = self.inference.limits().model_bytes_max as u64;
		fetch(&self.files, cid, bytes_max).await
	}
}

/// Fetches and reads a job's specification.
async fn fetch_specification(files: &Files, cid: &Cid) -> Result<Specification, Failure> {
	let bytes = fetch(files, cid, SPECIFICATION_BYTES_MAX).await?;
	Specification::from_json(&bytes).map_err(|error| Failure::new(&error, false))
}

async fn fetch(files: &Files, cid: &Cid, bytes_max: u64) -> Result<Vec<u8>, Failure> {
	let is_transient = |error: &GetError| !error.is_content_fault();
	files
		.get(cid, bytes_max)
		.await
		.map_err(|error| Failure::new(&error, is_transient(&error)))
}

// SPDX-License-Identifier: Apache-2.0

//! Runs the jobs that are placed on this node: desired state against observed state, again and
//! again.
//!
//! ```text
//!  chain, a step's end, a timer ──> Reconciler ──steps──> tasks: fetch, load, unload
//!                                        ^                          │
//!                                        └─────────outcome──────────┘
//! ```

#[cfg(test)]
mod tests;

use crate::{
	defaults::{RECONCILE_INTERVAL, SPECIFICATION_BYTES_MAX},
	heartbeat::ClockPort,
};
use cid::Cid;
use r1_api::{JobState, JobStatus};
use r1_chain::ChainHandle;
use r1_core::error_chain;
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
}

impl Jobs {
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
		let (state, reason) = match (phase, failure) {
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

/// Makes the handle and the task.
pub(crate) fn prepare(
	node: NodeKey,
	chain: ChainHandle,
	files: Files,
	inference: InferenceService,
	clock: Arc<dyn ClockPort>,
	health: ComponentReporter,
) -> (Jobs, Task) {
	let jobs = Jobs { board: Arc::default() };
	let reconciler = Reconciler::new(node);
	let task =
		Task { node, jobs: jobs.clone(), chain, files, inference, clock, health, reconciler };
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

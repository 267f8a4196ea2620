// SPDX-License-Identifier: Apache-2.0

//! Specifications and models: fetched, loaded, unloaded; and files: kept, and released.

use super::{
	Failure, Jobs, Models,
	credentials::{Credentials, Placed},
};
use crate::{
	defaults::{JOB_OUTCOMES_MAX, ORDERED_PIN_NAME, RECONCILE_INTERVAL, SPECIFICATION_BYTES_MAX},
	files::{FileStore, holder_of, job_of},
	heartbeat::ClockPort,
};
use cid::Cid;
use r1_chain::ChainHandle;
use r1_core::ChainState;
use r1_dauth::Scope;
use r1_deeploy::{
	Desired, JobPin, Observed, Reconciler, Step,
	job::{Document, DocumentReadError, ModelKind, OrderedModel},
	specification::ServedName,
};
use r1_edil::limits::MODEL_BYTES_MAX;
use r1_inference::{LoadError, ModelFile, ModelName};
use r1_primitives::{JobId, NodeKey};
use r1_telemetry::ComponentReporter;
use r1fs::{Files, GetError, Pin, PinAs, PinContentError};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::mpsc;
use tracing::{info, warn};

/// The task that reconciles.
pub(crate) struct Task {
	pub(super) node: NodeKey,
	pub(super) jobs: Jobs,
	pub(super) chain: ChainHandle,
	pub(super) files: FileStore,
	pub(super) models: Models,
	pub(super) clock: Arc<dyn ClockPort>,
	pub(super) credentials: Credentials,
	pub(super) health: ComponentReporter,
	pub(super) reconciler: Reconciler,
}

/// What came of a step.
type Outcome = (Step, Result<(), Failure>);

impl Task {
	/// Runs until the chain's follower ends.
	pub(crate) async fn run(mut self) {
		let (report, mut outcomes) = mpsc::channel(JOB_OUTCOMES_MAX);
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
				files: self.files.files().clone(),
				now_secs: self.clock.now_secs(),
				models: self.models.clone(),
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
		let Models { inference, encrypted } = &self.models;
		let (clear, encrypted) = (inference.models(), encrypted.models());
		let clear = clear.iter().filter_map(|model| {
			let model_of = OrderedModel { file: *model.cid(), kind: ModelKind::Clear };
			Some((ServedName::new(&model.name().to_string()).ok()?, model_of))
		});
		let encrypted = encrypted.iter().map(|model| {
			(model.name.clone(), OrderedModel { file: model.file, kind: ModelKind::Encrypted })
		});
		Observed {
			specifications: board.specifications.clone(),
			models: board.models.clone(),
			running: clear.chain(encrypted).collect(),
			pins: self.pins(),
		}
	}

	/// What is pinned on behalf of jobs.
	fn pins(&self) -> BTreeSet<JobPin> {
		let of_job = |pin: Pin| {
			let is_ordered = pin.name == ORDERED_PIN_NAME;
			Some(JobPin { job: job_of(&pin.holder)?, root: pin.cid, is_ordered })
		};
		self.files.disk().pins().into_iter().filter_map(of_job).collect()
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
		board.forget_unwanted();
		match board.is_troubled() {
			true => self.health.degraded("a job cannot be served; see the node's status"),
			false => self.health.healthy(),
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
pub(super) struct Executor {
	pub(super) jobs: Jobs,
	pub(super) files: Files,
	pub(super) models: Models,
	pub(super) now_secs: u64,
}

impl Executor {
	pub(super) async fn execute(&self, step: &Step) -> Result<(), Failure> {
		match step {
			Step::FetchSpecification { specification } => {
				let read = fetch_specification(&self.files, specification).await?;
				self.jobs.lock().specifications.insert(*specification, Arc::new(read));
			},
			Step::FetchModel { model } => {
				self.fetch_model(model, self.models.inference.limits().model_bytes_max).await?;
				self.jobs.lock().models.insert(*model);
			},
			Step::Load { name, model } => match model.kind {
				ModelKind::Clear => self.load(name, &model.file).await?,
				ModelKind::Encrypted => self.load_encrypted(name, &model.file).await?,
			},
			Step::Keep { job, root, size_mib } => self.keep(*job, root, *size_mib).await?,
			Step::Release { job, root } => {
				let released = self.files.unpin(root, &holder_of(&Scope::of_job(*job))).await;
				released.map_err(|error| Failure::new(&error, true))?;
			},
			Step::Unload { name } => {
				// Of the two, one has it.
				self.models.inference.unload(name.as_str());
				self.models.encrypted.unload(name.as_str());
			},
		}
		Ok(())
	}

	/// Brings a root and all below it here, and keeps it on behalf of a job.
	async fn keep(&self, job: JobId, root: &Cid, size_mib: u64) -> Result<(), Failure> {
		let pin_as = PinAs {
			holder: holder_of(&Scope::of_job(job)),
			name: ORDERED_PIN_NAME.to_owned(),
			since_secs: self.now_secs,
			holder_bytes_max: size_mib.saturating_mul(1 << 20),
		};
		// More room may be made, and what is missing may come; what cannot be read stays so.
		let is_transient = |error: &PinContentError| !matches!(error, PinContentError::Walk(_));
		let kept = self.files.pin(root, &pin_as).await;
		kept.map_err(|error| Failure::new(&error, is_transient(&error)))
	}

	async fn load(&self, name: &ServedName, file: &Cid) -> Result<(), Failure> {
		let inference = &self.models.inference;
		let bytes = self.fetch_model(file, inference.limits().model_bytes_max).await?;
		let name = ModelName::new(name.as_str()).map_err(|error| Failure::new(&error, false))?;
		let file = ModelFile::new(*file, bytes).map_err(|error| Failure::new(&error, false))?;
		let is_transient = |error: &LoadError| matches!(error, LoadError::TimedOut { .. });
		let loaded = inference.load(name, file).await;
		loaded.map(drop).map_err(|error| Failure::new(&error, is_transient(&error)))
	}

	async fn load_encrypted(&self, name: &ServedName, file: &Cid) -> Result<(), Failure> {
		let bytes = self.fetch_model(file, MODEL_BYTES_MAX).await?;
		let loaded = self.models.encrypted.load(name.clone(), *file, bytes).await;
		loaded.map_err(|error| Failure::new(&error, error.is_transient()))
	}

	/// The bytes of a model, which match its CID: from this node's store, or from the mesh.
	async fn fetch_model(&self, cid: &Cid, bytes_max: usize) -> Result<Vec<u8>, Failure> {
		fetch(&self.files, cid, bytes_max as u64).await
	}
}

/// Fetches and reads a job's specification, of either version.
async fn fetch_specification(files: &Files, cid: &Cid) -> Result<Document, Failure> {
	let bytes = fetch(files, cid, SPECIFICATION_BYTES_MAX).await?;
	Document::read(&bytes).map_err(|error: DocumentReadError| Failure::new(&error, false))
}

async fn fetch(files: &Files, cid: &Cid, bytes_max: u64) -> Result<Vec<u8>, Failure> {
	let is_transient = |error: &GetError| !error.is_content_fault();
	files
		.get(cid, bytes_max)
		.await
		.map_err(|error| Failure::new(&error, is_transient(&error)))
}

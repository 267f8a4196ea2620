// SPDX-License-Identifier: Apache-2.0

//! Runs the jobs that are placed on this node: desired state against observed state, again and
//! again.
//!
//! ```text
//!  chain, a step's end, a timer ──> Reconciler ──steps──> tasks: fetch, load, unload
//!                                        ^                          │
//!                                        └─────────outcome──────────┘
//! ```
//!
//! Two tasks do it, and share a [`Board`]: that of [`models`] fetches what jobs are and serves their
//! models, and that of [`containers`] runs those that are containers on an engine.

mod board;
mod models;
mod containers;
mod credentials;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod storage_tests;

pub(crate) use containers::{Containers, Health, NoAnswer, NoPlace, Place, Talk, TerminalOf, get};
pub(crate) use credentials::Credentials;

use self::board::Board;
use crate::{
	config, dauth::Dauth, encrypted::EncryptedModels, files::FileStore, heartbeat::ClockPort,
};
use r1_api::JobStatus;
use r1_chain::ChainHandle;
use r1_core::error_chain;
use r1_deeploy::{Reconciler, StepFailure, job::Learning};
use r1_inference::InferenceService;
use r1_primitives::{JobId, NodeKey};
use r1_telemetry::ComponentReporter;
use std::{
	error::Error,
	path::PathBuf,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A handle on the jobs of this node.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
	board: Arc<Mutex<Board>>,
	containers: Containers,
}

impl Jobs {
	/// The job whose model is served under a name.
	pub(crate) fn serving(&self, name: &str) -> Option<JobId> {
		let is_served = |job: &JobStatus| job.model.is_some() && job.name.as_deref() == Some(name);
		self.status().into_iter().find(is_served).map(|job| job.job)
	}

	/// How far each job of this node is.
	pub(crate) fn status(&self) -> Vec<JobStatus> {
		self.lock().status()
	}

	/// Whether a job of this node is one that keeps files.
	pub(crate) fn keeps_files(&self, job: JobId) -> bool {
		let board = self.lock();
		let cid = board.phases.get(&job).and_then(|(cid, _)| *cid);
		let document = cid.and_then(|cid| board.specifications.get(&cid));
		document.is_some_and(|document| document.storage().is_some())
	}

	/// What is learnt in a job of this node, if it is one of learning.
	pub(crate) fn learning(&self, job: JobId) -> Option<Learning> {
		let board = self.lock();
		let cid = board.phases.get(&job).and_then(|(cid, _)| *cid)?;
		board.specifications.get(&cid)?.learning().cloned()
	}

	/// Whether oracles may see what clients ask the model of a job of this node; `None` while its
	/// specification is not here.
	pub(crate) fn audits_receipts(&self, job: JobId) -> Option<bool> {
		let board = self.lock();
		let cid = board.phases.get(&job).and_then(|(cid, _)| *cid);
		let document = cid.and_then(|cid| board.specifications.get(&cid));
		document.map(|document| document.audits_receipts())
	}

	/// The jobs of this node that are containers.
	pub(crate) fn containers(&self) -> &Containers {
		&self.containers
	}

	fn lock(&self) -> MutexGuard<'_, Board> {
		// Each change is one insertion or removal, so a panic elsewhere leaves the maps sound.
		self.board.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// What serves models, of either kind.
#[derive(Clone, Debug)]
pub(crate) struct Models {
	pub(crate) inference: InferenceService,
	pub(crate) encrypted: EncryptedModels,
}

/// What jobs need from the rest of the daemon.
pub(crate) struct Needs {
	pub(crate) node: NodeKey,
	pub(crate) chain: ChainHandle,
	pub(crate) files: FileStore,
	pub(crate) models: Models,
	pub(crate) dauth: Dauth,
	pub(crate) clock: Arc<dyn ClockPort>,
	pub(crate) credentials: Credentials,
	/// Where the daemon keeps its files.
	pub(crate) data_dir: PathBuf,
	/// Which engine runs containers.
	pub(crate) engine: config::Engine,
	pub(crate) health: ComponentReporter,
	pub(crate) containers_health: ComponentReporter,
}

/// Makes the handle and the tasks.
///
/// # Errors
///
/// The directory of the data has no absolute path.
pub(crate) fn prepare(needs: Needs) -> anyhow::Result<(Jobs, models::Task, containers::Task)> {
	let Needs { node, chain, files, models, dauth, clock, credentials, .. } = needs;
	let jobs = Jobs { board: Arc::default(), containers: Containers::default() };
	let containers = containers::Task {
		node,
		jobs: jobs.clone(),
		chain: chain.clone(),
		clock: Arc::clone(&clock),
		dauth,
		files: files.files().clone(),
		places: containers::Places::new(&needs.data_dir)?,
		engine: needs.engine,
		health: needs.containers_health,
	};
	let health = needs.health;
	let models = models::Task {
		node,
		jobs: jobs.clone(),
		chain,
		files,
		models,
		clock,
		credentials,
		health,
		reconciler: Reconciler::new(node),
	};
	Ok((jobs, models, containers))
}

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

	/// What another try may change.
	fn transient(reason: impl Into<String>) -> Self {
		Self { kind: StepFailure::Transient, reason: reason.into() }
	}

	/// What no other try changes.
	fn permanent(reason: impl Into<String>) -> Self {
		Self { kind: StepFailure::Permanent, reason: reason.into() }
	}
}

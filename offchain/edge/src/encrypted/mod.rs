// SPDX-License-Identifier: Apache-2.0

//! Models that are evaluated on ciphertexts, in this daemon.
//!
//! ```text
//!  job ──file──> EncryptedModels ──> Worker, started with the first model
//!  client, oracle ──request──> is its key here? ──no──> r1fs ──> Worker
//!                                    └─yes─> Evaluator, some at a time ──> Worker ──> response
//! ```
//!
//! # Failure model
//!
//! - A machine that computes something else than others serves no encrypted model at all, and its
//!   jobs say why.
//! - A key that had to make room for others is fetched again, by the CID that the client sends.
//! - A restart loses models and keys: jobs load the former, clients cause the latter.

mod evaluator;
mod keys;
mod metrics;
#[cfg(test)]
mod tests;

pub(crate) use evaluator::{Evaluator, NotEvaluated};
pub(crate) use keys::NoKey;
pub(crate) use metrics::register_metrics;

use cid::Cid;
use evaluator::Ask;
use keys::KeyStore;
use metrics::Counters;
use r1_core::Clock;
use r1_deeploy::specification::ServedName;
use r1_edil::{
	EdilLimits, EncryptedModel, EvaluateError, EvaluationKeyId, LoadModelError, Request, Response,
	RunError, StartError, Worker, check_request,
};
use r1fs::Files;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
	sync::{OnceCell, mpsc, oneshot},
	task::{JoinError, spawn_blocking},
};

/// How often a key that others pushed out is brought back for one request.
const KEY_TRIES: usize = 2;

/// A handle on the encrypted models of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct EncryptedModels {
	shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
	limits: EdilLimits,
	/// Most nodes serve no encrypted model, and start none.
	worker: OnceCell<Arc<Worker>>,
	served: Mutex<BTreeMap<ServedName, Arc<Served>>>,
	keys: KeyStore,
	asks: mpsc::Sender<Ask>,
	counters: Arc<Counters>,
}

/// A model under the name that a job gives it.
#[derive(Debug)]
pub(crate) struct Served {
	pub(crate) name: ServedName,
	/// Its file.
	pub(crate) file: Cid,
	pub(crate) model: Arc<EncryptedModel>,
	worker: Arc<Worker>,
}

impl Served {
	/// Whether requests name an evaluation key.
	pub(crate) fn needs_key(&self) -> bool {
		self.model.parameters().bootstrap().is_some()
	}
}

/// Makes the handle, and the service that evaluates.
pub(crate) fn prepare(files: Files, clock: Arc<dyn Clock>) -> (EncryptedModels, Evaluator) {
	let limits = EdilLimits::default();
	let (asks, asked) = mpsc::channel(limits.waiting_max);
	let counters = Arc::<Counters>::default();
	let evaluator = Evaluator::new(&limits, asked, clock, Arc::clone(&counters));
	let shared = Shared {
		limits,
		worker: OnceCell::new(),
		served: Mutex::default(),
		keys: KeyStore::new(files),
		asks,
		counters,
	};
	(EncryptedModels { shared: Arc::new(shared) }, evaluator)
}

impl EncryptedModels {
	// # Models

	/// Checks a model and serves it under a name. Doing it again does nothing.
	///
	/// # Errors
	///
	/// The machine is not one that encrypted models are evaluated on, or the model is none.
	pub(crate) async fn load(
		&self,
		name: ServedName,
		file: Cid,
		bytes: Vec<u8>,
	) -> Result<(), NotLoaded> {
		let worker = self.worker().await?;
		let id = worker.load_model(&bytes)?;
		let model = worker.model(&id).ok_or(NotLoaded::Gone)?;
		let served = Served { name: name.clone(), file, model, worker };
		self.lock().insert(name, Arc::new(served));
		Ok(())
	}

	/// Stops serving a name.
	pub(crate) fn unload(&self, name: &str) {
		let mut served = self.lock();
		let Ok(name) = ServedName::new(name) else { return };
		let Some(gone) = served.remove(&name) else { return };
		let id = gone.model.id();
		// Two jobs may have the same model under two names.
		if served.values().all(|other| other.model.id() != id) {
			gone.worker.unload_model(id);
		}
	}

	/// All models, by their names.
	pub(crate) fn models(&self) -> Vec<Arc<Served>> {
		self.lock().values().cloned().collect()
	}

	/// The model under a name.
	pub(crate) fn model(&self, name: &str) -> Option<Arc<Served>> {
		self.lock().get(&ServedName::new(name).ok()?).cloned()
	}

	/// A model of this file, under whatever name.
	pub(crate) fn model_of(&self, file: &Cid) -> Option<Arc<Served>> {
		self.lock().values().find(|served| served.file == *file).cloned()
	}

	// # Requests

	/// Evaluates a request, with the key that it names; `key` says where that is, if it is not here.
	///
	/// # Errors
	///
	/// See [`NotAnswered`].
	///
	/// # Cancel safety
	///
	/// Dropping the future gives up a request that waits; one that is being evaluated is evaluated.
	pub(crate) async fn evaluate(
		&self,
		served: &Served,
		request: Request,
		key: Option<&Cid>,
	) -> Result<Response, NotAnswered> {
		check_request(&served.model, &request)?;
		for _ in 0..KEY_TRIES {
			if served.needs_key() {
				self.shared.keys.bring(&served.worker, request.evaluation_key, key).await?;
			}
			match self.ask(&served.worker, request.clone()).await {
				Err(NotEvaluated::Run(RunError::UnknownKey)) => {},
				answered => return Ok(answered?),
			}
		}
		Err(NotEvaluated::Busy.into())
	}

	/// Whether the key that a request names is here; if not, it is fetched in the background.
	pub(crate) fn has_key(&self, served: &Served, request: &Request, key: &Cid) -> bool {
		self.shared.keys.begin(&served.worker, request.evaluation_key, *key)
	}

	/// The file that a key came from which is here.
	pub(crate) fn key_file(&self, id: &EvaluationKeyId) -> Option<Cid> {
		self.shared.keys.file_of(id)
	}

	async fn ask(&self, worker: &Arc<Worker>, request: Request) -> Result<Response, NotEvaluated> {
		let (answer, answered) = oneshot::channel();
		let ask = Ask { worker: Arc::clone(worker), request, answer };
		self.shared.asks.try_send(ask).map_err(|error| match error {
			mpsc::error::TrySendError::Full(_) => {
				self.shared.counters.refused(1);
				NotEvaluated::Busy
			},
			mpsc::error::TrySendError::Closed(_) => NotEvaluated::Stopping,
		})?;
		answered.await.unwrap_or(Err(NotEvaluated::Stopping))
	}

	/// The worker; the first call starts it, which takes about a second.
	async fn worker(&self) -> Result<Arc<Worker>, NotLoaded> {
		let start = || async {
			let limits = self.shared.limits.clone();
			Ok(Arc::new(spawn_blocking(move || Worker::new(limits)).await??))
		};
		self.shared.worker.get_or_try_init(start).await.cloned()
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<ServedName, Arc<Served>>> {
		// Each change is one insertion or removal, so a panic elsewhere leaves the map sound.
		self.shared.served.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Why a model is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotLoaded {
	/// The machine computes something else than others.
	#[error("encrypted models are not served on this machine")]
	Start(#[from] StartError),
	/// It is no model, or there are too many.
	#[error(transparent)]
	Model(#[from] LoadModelError),
	/// It was unloaded at the same moment.
	#[error("the model was unloaded while it was loaded")]
	Gone,
	/// The daemon stops, or the self-test panicked.
	#[error("encrypted inference did not start")]
	Died(#[from] JoinError),
}

impl NotLoaded {
	/// Whether another try may succeed.
	pub(crate) fn is_transient(&self) -> bool {
		match self {
			Self::Gone | Self::Died(_) | Self::Model(LoadModelError::Full { .. }) => true,
			Self::Start(_) | Self::Model(LoadModelError::Model(_)) => false,
		}
	}
}

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAnswered {
	/// It is not one for the model.
	#[error(transparent)]
	Request(#[from] EvaluateError),
	/// Its key is not here.
	#[error(transparent)]
	Key(#[from] NoKey),
	/// It was not evaluated.
	#[error(transparent)]
	Evaluation(#[from] NotEvaluated),
}

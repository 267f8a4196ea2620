// SPDX-License-Identifier: Apache-2.0

//! Loads and runs models for many clients at once, within limits of time and memory.

use crate::{
	backend::{BackendError, InferenceBackend},
	limits::InferenceLimits,
	model_file::{ModelFile, ModelName},
	registry::{ModelRegistry, RegistryError, ServedModel},
	request::{self, InferenceRequest, NamedTensor, RequestError},
	tensor::Tensor,
	tract::TractBackend,
};
use cid::Cid;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task, time};

const LOG_TARGET: &str = "r1::inference";

/// Cloneable handle to the models that this process serves.
#[derive(Clone, Debug)]
pub struct InferenceService {
	shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
	backend: Arc<dyn InferenceBackend>,
	limits: InferenceLimits,
	registry: ModelRegistry,
	/// One permit for each request that runs or waits.
	admissions: Semaphore,
	/// One permit for each thread that runs a model. The thread itself holds it, so that a run
	/// that outlives its request still counts.
	runs: Arc<Semaphore>,
	/// One permit: a load may use much memory for a moment, two would use it twice.
	loads: Arc<Semaphore>,
}

impl InferenceService {
	/// A service over any backend.
	#[must_use]
	pub fn new(backend: Arc<dyn InferenceBackend>, limits: InferenceLimits) -> Self {
		let runs_at_once = limits.runs_at_once_max.get();
		let admitted = runs_at_once.saturating_add(limits.runs_waiting_max);
		let shared = Shared {
			backend,
			registry: ModelRegistry::new(limits.models_max),
			admissions: Semaphore::new(admitted.min(Semaphore::MAX_PERMITS)),
			runs: Arc::new(Semaphore::new(runs_at_once.min(Semaphore::MAX_PERMITS))),
			loads: Arc::new(Semaphore::new(1)),
			limits,
		};
		Self { shared: Arc::new(shared) }
	}

	/// A service over the embedded backend.
	#[must_use]
	pub fn with_tract(limits: InferenceLimits) -> Self {
		Self::new(Arc::new(TractBackend::new(limits.tensor_elements_max)), limits)
	}

	// # Running

	/// Runs a model on a request and returns the outputs that it asks for, in its order.
	///
	/// # Errors
	///
	/// See [`InferError`]; the request is checked before anything is computed.
	///
	/// # Cancel safety
	///
	/// Dropping the future abandons the answer; a run that has begun ends on its own thread.
	pub async fn infer(
		&self,
		model: &ServedModel,
		request: InferenceRequest,
	) -> Result<Vec<NamedTensor>, InferError> {
		let shared = &self.shared;
		let request = request::check(request, model.metadata(), &shared.limits)?;
		let _admission = shared.admissions.try_acquire().map_err(|_| InferError::Busy)?;
		let limit = shared.limits.run_duration_max;
		let outputs = time::timeout(limit, shared.run(model, request.inputs))
			.await
			.map_err(|_| InferError::TimedOut { limit })??;
		Ok(name_outputs(model, outputs, &request.outputs)?)
	}

	// # Models

	/// Loads a model and serves it under a name.
	///
	/// Loading the same file under the same name again does nothing, so that a reconciler may
	/// repeat itself.
	///
	/// # Errors
	///
	/// See [`LoadError`]; the models that are served stay as they are.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves the model unserved; the work ends on its own thread.
	pub async fn load(
		&self,
		name: ModelName,
		file: ModelFile,
	) -> Result<Arc<ServedModel>, LoadError> {
		let shared = &self.shared;
		let (got, max) = (file.bytes().len(), shared.limits.model_bytes_max);
		if max < got {
			return Err(LoadError::TooLarge { got, max });
		}
		if let Some(existing) = shared.registry.check(&name, file.cid())? {
			return Ok(existing);
		}
		let cid = *file.cid();
		let limit = shared.limits.load_duration_max;
		let model = time::timeout(limit, shared.load(file))
			.await
			.map_err(|_| LoadError::TimedOut { limit })?
			.map_err(LoadError::Backend)?;
		let served = shared.registry.insert(ServedModel::new(name, cid, model))?;
		tracing::info!(target: LOG_TARGET, model = %served.name(), %cid, "model loaded");
		Ok(served)
	}

	/// Stops serving a name; `None` if it was not served.
	pub fn unload(&self, name: &str) -> Option<Arc<ServedModel>> {
		let removed = self.shared.registry.remove(name)?;
		tracing::info!(target: LOG_TARGET, model = name, "model unloaded");
		Some(removed)
	}

	/// The model served under a name.
	#[must_use]
	pub fn model(&self, name: &str) -> Option<Arc<ServedModel>> {
		self.shared.registry.get(name)
	}

	/// A model made from this file, under whatever name.
	#[must_use]
	pub fn model_by_cid(&self, cid: &Cid) -> Option<Arc<ServedModel>> {
		self.shared.registry.get_by_cid(cid)
	}

	/// All models, ordered by name.
	#[must_use]
	pub fn models(&self) -> Vec<Arc<ServedModel>> {
		self.shared.registry.list()
	}

	/// Format and engine, as the Open Inference Protocol reports them.
	#[must_use]
	pub fn platform(&self) -> &'static str {
		self.shared.backend.platform()
	}

	/// The limits that hold here.
	#[must_use]
	pub fn limits(&self) -> &InferenceLimits {
		&self.shared.limits
	}
}

impl Shared {
	async fn run(
		&self,
		model: &ServedModel,
		inputs: Vec<Tensor>,
	) -> Result<Vec<Tensor>, BackendError> {
		let model = Arc::clone(model.model());
		on_own_thread(&self.runs, move || model.run(inputs)).await
	}

	async fn load(&self, file: ModelFile) -> Result<Arc<dyn crate::Model>, BackendError> {
		let backend = Arc::clone(&self.backend);
		on_own_thread(&self.loads, move || backend.load(file.bytes())).await
	}
}

/// Runs blocking work on a thread of its own, which holds a permit until the work ends.
async fn on_own_thread<T: Send + 'static>(
	permits: &Arc<Semaphore>,
	work: impl FnOnce() -> Result<T, BackendError> + Send + 'static,
) -> Result<T, BackendError> {
	let permit = Arc::clone(permits)
		.acquire_owned()
		.await
		.expect("the semaphore lives as long as the service and is never closed; qed");
	let work = move || {
		let _permit = permit;
		work()
	};
	task::spawn_blocking(work)
		.await
		.unwrap_or_else(|error| Err(BackendError::Panicked { detail: error.to_string() }))
}

/// Picks the outputs that are wanted and puts the model's names on them.
fn name_outputs(
	model: &ServedModel,
	outputs: Vec<Tensor>,
	wanted: &[usize],
) -> Result<Vec<NamedTensor>, BackendError> {
	let (expected, got) = (model.metadata().outputs.len(), outputs.len());
	if expected != got {
		return Err(BackendError::WrongOutputs { expected, got });
	}
	let mut outputs: Vec<_> = model.metadata().outputs.iter().zip(outputs).map(Some).collect();
	// Each position is in range and wanted once: the request is checked against the same metadata.
	let picked = wanted.iter().filter_map(|position| outputs.get_mut(*position)?.take());
	Ok(picked
		.map(|(metadata, tensor)| NamedTensor { name: metadata.name.clone(), tensor })
		.collect())
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferError {
	/// The request does not fit the model.
	#[error(transparent)]
	Request(#[from] RequestError),
	/// Too many requests wait already.
	#[error("too many requests are waiting")]
	Busy,
	/// No answer in time.
	#[error("the model gave no answer within {limit:?}")]
	TimedOut {
		/// The time allowed.
		limit: Duration,
	},
	/// The model could not compute an answer.
	#[error(transparent)]
	Backend(#[from] BackendError),
}

impl InferError {
	/// Whether the same request may succeed later or on another node.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		matches!(self, Self::Busy | Self::TimedOut { .. })
	}

	/// Whether the client must change the request.
	#[must_use]
	pub fn is_client_fault(&self) -> bool {
		matches!(self, Self::Request(_) | Self::Backend(BackendError::TensorTooLarge { .. }))
	}
}

/// Why a model is not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
	/// More bytes than allowed.
	#[error("the model is {got} bytes, but at most {max} are allowed")]
	TooLarge {
		/// Bytes of the file.
		got: usize,
		/// Bytes that are allowed.
		max: usize,
	},
	/// The name or the room is taken.
	#[error(transparent)]
	Registry(#[from] RegistryError),
	/// Not ready in time.
	#[error("the model was not ready within {limit:?}")]
	TimedOut {
		/// The time allowed.
		limit: Duration,
	},
	/// The backend refused it.
	#[error(transparent)]
	Backend(BackendError),
}

impl LoadError {
	/// Whether the same model may load later, when another has made room for it.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		matches!(self, Self::TimedOut { .. } | Self::Registry(_))
	}
}

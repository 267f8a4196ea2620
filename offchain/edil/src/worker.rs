// SPDX-License-Identifier: Apache-2.0

//! A worker: models and keys that it has, and the evaluation of requests with them.

use crate::{
	evaluate::{EvaluateError, evaluate},
	key_cache::{KeyCache, KeyTooLarge},
	limits::EdilLimits,
	model::{EncryptedModel, ModelError, ModelId},
	plan,
	prepared::PreparedKey,
	self_test::{SelfTestError, self_test},
	wire::{EvaluationKey, EvaluationKeyId, Request, Response, WireError},
};
use sp_crypto_hashing::blake2_256;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Evaluates requests. Every method may take long, so it is called from threads that may block.
#[derive(Debug)]
pub struct Worker {
	limits: EdilLimits,
	models: Mutex<BTreeMap<ModelId, Arc<EncryptedModel>>>,
	keys: Mutex<KeyCache>,
	/// Keys are prepared one after the other: each takes three times its memory meanwhile.
	preparing: Mutex<()>,
}

impl Worker {
	/// A worker with no models, on a machine that computes what every other one does.
	///
	/// # Errors
	///
	/// The processor lacks instructions, or the self-test has another result. Responses would then
	/// differ from those of others, which would be taken for fraud.
	pub fn new(limits: EdilLimits) -> Result<Self, StartError> {
		if let Some(instructions) = plan::missing_instructions() {
			return Err(StartError::Instructions { instructions });
		}
		self_test().map_err(StartError::SelfTest)?;
		let keys = Mutex::new(KeyCache::new(limits.key_bytes_max));
		Ok(Self { limits, models: Mutex::default(), keys, preparing: Mutex::default() })
	}

	/// Checks a model and keeps it.
	///
	/// # Errors
	///
	/// It is none, or there are too many.
	pub fn load_model(&self, bytes: &[u8]) -> Result<ModelId, LoadModelError> {
		let model = EncryptedModel::from_bytes(bytes).map_err(LoadModelError::Model)?;
		let id = *model.id();
		let mut models = lock(&self.models);
		if self.limits.models_max <= models.len() && !models.contains_key(&id) {
			return Err(LoadModelError::Full { models_max: self.limits.models_max });
		}
		models.insert(id, Arc::new(model));
		Ok(id)
	}

	/// A model that was loaded.
	#[must_use]
	pub fn model(&self, id: &ModelId) -> Option<Arc<EncryptedModel>> {
		lock(&self.models).get(id).cloned()
	}

	/// Forgets a model.
	pub fn unload_model(&self, id: &ModelId) {
		lock(&self.models).remove(id);
	}

	/// Checks and prepares an evaluation key, and keeps it until others need its room.
	///
	/// # Errors
	///
	/// The bytes are no key, or not that one, or there is no room for any.
	pub fn load_key(&self, id: EvaluationKeyId, bytes: &[u8]) -> Result<(), LoadKeyError> {
		let _alone = lock(&self.preparing);
		let key = EvaluationKey::from_bytes(bytes).map_err(LoadKeyError::Key)?;
		// A key has one form, so these bytes are those that it is known by.
		if blake2_256(bytes) != id {
			return Err(LoadKeyError::OtherKey);
		}
		// A key without a bootstrap was refused when it was read.
		let key = PreparedKey::new(key).ok_or(LoadKeyError::Key(WireError::NoBootstrap))?;
		lock(&self.keys).insert(id, Arc::new(key)).map_err(LoadKeyError::Memory)
	}

	/// Whether a key is there; it may have had to make room for others.
	#[must_use]
	pub fn has_key(&self, id: &EvaluationKeyId) -> bool {
		lock(&self.keys).get(id).is_some()
	}

	/// Evaluates requests of one model and one key, together.
	///
	/// # Errors
	///
	/// There are too many, the model or the key is not there, or a request is not for them; nothing is
	/// evaluated then.
	pub fn evaluate(&self, requests: &[Request]) -> Result<Vec<Response>, RunError> {
		let Some(first) = requests.first() else { return Ok(Vec::new()) };
		let requests_max = self.limits.batch_requests_max.get();
		if requests.len() > requests_max {
			return Err(RunError::TooMany { requests_max });
		}
		if requests.iter().any(|request| request.evaluation_key != first.evaluation_key) {
			return Err(RunError::OtherKey);
		}
		let model = lock(&self.models).get(&first.model).cloned();
		let model = model.ok_or(RunError::UnknownModel)?;
		let key = match model.parameters().bootstrap() {
			Some(_) => {
				let key = lock(&self.keys).get(&first.evaluation_key);
				Some(key.ok_or(RunError::UnknownKey)?)
			},
			None => None,
		};
		evaluate(&model, key.as_deref(), requests, self.limits.threads).map_err(RunError::Evaluate)
	}
}

/// A panic of another thread leaves both maps whole: they change in single steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why encrypted inference is not offered on this machine.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StartError {
	/// The processor is not one that evaluations are repeated on.
	#[error("the processor has no {instructions}, so its responses would differ from others'")]
	Instructions {
		/// What it lacks.
		instructions: &'static str,
	},
	/// It computes something else than others.
	#[error("the self-test of encrypted inference failed")]
	SelfTest(#[source] SelfTestError),
}

/// Why a model is not loaded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LoadModelError {
	/// It is none.
	#[error("the model is refused")]
	Model(#[source] ModelError),
	/// There are too many.
	#[error("{models_max} models are loaded, which is the limit")]
	Full {
		/// The limit.
		models_max: usize,
	},
}

/// Why a key is not loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LoadKeyError {
	/// It is none.
	#[error("the evaluation key is refused")]
	Key(#[source] WireError),
	/// It is another one.
	#[error("the evaluation key is not the one that was asked for")]
	OtherKey,
	/// There is no room for it.
	#[error("the evaluation key is too large")]
	Memory(#[source] KeyTooLarge),
}

/// Why requests are not evaluated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RunError {
	/// More than are evaluated together.
	#[error("more than {requests_max} requests are not evaluated together")]
	TooMany {
		/// How many are.
		requests_max: usize,
	},
	/// The model is not loaded.
	#[error("the model is not loaded")]
	UnknownModel,
	/// The key is not loaded, or had to make room: it must be loaded again.
	#[error("the evaluation key is not loaded")]
	UnknownKey,
	/// They are of several keys.
	#[error("requests of several evaluation keys are not evaluated together")]
	OtherKey,
	/// They do not fit.
	#[error("the request is refused")]
	Evaluate(#[source] EvaluateError),
}

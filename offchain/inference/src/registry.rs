// SPDX-License-Identifier: Apache-2.0

//! The models that are loaded, by the name that they are served under.

use crate::{backend::Model, metadata::ModelMetadata, model_file::ModelName};
use cid::Cid;
use std::{
	collections::BTreeMap,
	sync::{Arc, PoisonError, RwLock},
};

/// A model that is ready to answer.
#[derive(Debug)]
pub struct ServedModel {
	name: ModelName,
	cid: Cid,
	model: Arc<dyn Model>,
}

impl ServedModel {
	pub(crate) fn new(name: ModelName, cid: Cid, model: Arc<dyn Model>) -> Self {
		Self { name, cid, model }
	}

	/// What the model takes and gives.
	#[must_use]
	pub fn metadata(&self) -> &ModelMetadata {
		self.model.metadata()
	}

	/// The name that it is served under.
	#[must_use]
	pub fn name(&self) -> &ModelName {
		&self.name
	}

	/// The content identifier of its file.
	#[must_use]
	pub fn cid(&self) -> &Cid {
		&self.cid
	}

	pub(crate) fn model(&self) -> &Arc<dyn Model> {
		&self.model
	}
}

/// A bounded map from names to models.
///
/// A model that is taken out stays in memory until the last request that uses it has its answer.
#[derive(Debug)]
pub(crate) struct ModelRegistry {
	// The lock is held for a look-up or one change of the map, never while a model loads or runs.
	models: RwLock<BTreeMap<ModelName, Arc<ServedModel>>>,
	models_max: usize,
}

impl ModelRegistry {
	pub(crate) fn new(models_max: usize) -> Self {
		Self { models: RwLock::default(), models_max }
	}

	pub(crate) fn get(&self, name: &str) -> Option<Arc<ServedModel>> {
		let name = ModelName::new(name).ok()?;
		self.read(|models| models.get(&name).cloned())
	}

	/// Any model made from this file.
	pub(crate) fn get_by_cid(&self, cid: &Cid) -> Option<Arc<ServedModel>> {
		self.read(|models| models.values().find(|model| model.cid == *cid).cloned())
	}

	pub(crate) fn list(&self) -> Vec<Arc<ServedModel>> {
		self.read(|models| models.values().cloned().collect())
	}

	/// Whether a model may be added: `Some` if the very same is there already.
	pub(crate) fn check(
		&self,
		name: &ModelName,
		cid: &Cid,
	) -> Result<Option<Arc<ServedModel>>, RegistryError> {
		self.read(|models| check(models, self.models_max, name, cid))
	}

	/// Adds a model, or returns the same one that another caller added meanwhile.
	pub(crate) fn insert(&self, model: ServedModel) -> Result<Arc<ServedModel>, RegistryError> {
		let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
		if let Some(existing) = check(&models, self.models_max, &model.name, &model.cid)? {
			return Ok(existing);
		}
		let model = Arc::new(model);
		models.insert(model.name.clone(), Arc::clone(&model));
		Ok(model)
	}

	pub(crate) fn remove(&self, name: &str) -> Option<Arc<ServedModel>> {
		let name = ModelName::new(name).ok()?;
		self.models.write().unwrap_or_else(PoisonError::into_inner).remove(&name)
	}

	fn read<T>(&self, query: impl FnOnce(&BTreeMap<ModelName, Arc<ServedModel>>) -> T) -> T {
		// A map is whole after a panic of another thread: each change of it is one step.
		query(&self.models.read().unwrap_or_else(PoisonError::into_inner))
	}
}

fn check(
	models: &BTreeMap<ModelName, Arc<ServedModel>>,
	models_max: usize,
	name: &ModelName,
	cid: &Cid,
) -> Result<Option<Arc<ServedModel>>, RegistryError> {
	match models.get(name) {
		Some(existing) if existing.cid == *cid => Ok(Some(Arc::clone(existing))),
		Some(existing) => Err(RegistryError::NameTaken { name: name.clone(), cid: existing.cid }),
		None if models_max <= models.len() => Err(RegistryError::Full { max: models_max }),
		None => Ok(None),
	}
}

/// Why a model cannot be added to those that are served.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RegistryError {
	/// Another model has the name.
	#[error("the name `{name}` already serves the model {cid}")]
	NameTaken {
		/// The name.
		name: ModelName,
		/// The model that has it.
		cid: Cid,
	},
	/// No more models fit.
	#[error("{max} models are loaded, which is the most that is allowed")]
	Full {
		/// The limit.
		max: usize,
	},
}

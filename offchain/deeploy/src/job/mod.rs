// SPDX-License-Identifier: Apache-2.0

//! What a job is, version 2: containers, stacks of them, models, storage and learning.
//!
//! JSON or YAML, as `docs/job-specification.md` documents it. The chain holds the CID of the bytes
//! as the developer uploaded them. Version 1, which has no field `version`, is read as ever
//! ([`crate::specification`]).
//!
//! ```yaml
//! version: 2
//! kind: container
//! name: shop
//! container:
//!   image: docker.io/library/nginx@sha256:…
//! ```
//!
//! Reading is pure: it takes any bytes and ends, in time and memory that [`DOCUMENT_BYTES_MAX`]
//! bounds. An unknown field is an error and not a default.

pub mod limits;
mod container;
mod group;
mod ports;
mod image;
mod learning;
mod tags;
mod read;
mod write;

pub use self::{
	container::{
		Check, Container, Egress, Fragment, GpuClass, Health, HealthCheck, Port, Protocol,
		Resources, RestartPolicy, RestartWhen, RollOut, UpdatePolicy, Volume,
	},
	group::{Group, GroupError},
	image::{Digest, Image, ImageError},
	learning::{Learning, Optimiser, Training},
	ports::{JobPort, NoPort, PublicCheck, WantedPort},
	tags::{Tag, TagError, TagExpression},
};
pub use crate::document::{DOCUMENT_BYTES_MAX, DocumentError, Problem};

use crate::{
	document::{At, Node},
	specification::{
		InferenceSpecification, ModelFormat, SecretName, ServedName, Specification,
		SpecificationError,
	},
};
use cid::Cid;
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// A specification of either version.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
	/// Version 1: inference alone.
	V1(Specification),
	/// Version 2.
	V2(Arc<JobSpecification>),
}

impl Document {
	/// Reads a specification from untrusted bytes, whichever version they are of.
	///
	/// # Errors
	///
	/// See [`DocumentReadError`], which names the place.
	pub fn read(bytes: &[u8]) -> Result<Self, DocumentReadError> {
		// What is no document at all has no version; the reader of version 2 says more about it.
		let has_version = Node::read(bytes).map_or(Ok(true), |node| {
			At::root(&node).fields().map(|mut fields| fields.optional("version").is_some())
		})?;
		match has_version {
			true => Ok(Self::V2(Arc::new(JobSpecification::read(bytes)?))),
			false => Ok(Self::V1(Specification::from_json(bytes)?)),
		}
	}
}

impl Document {
	/// What the job is called.
	#[must_use]
	pub fn name(&self) -> &ServedName {
		match self {
			Self::V1(Specification::Inference(inference)) => &inference.name,
			Self::V2(job) => &job.name,
		}
	}

	/// Its kind, as version 2 calls it.
	#[must_use]
	pub fn kind(&self) -> &'static str {
		match self {
			Self::V1(Specification::Inference(_)) => "model",
			Self::V2(job) => job.work.kind(),
		}
	}

	/// Its sealed secrets, by their names.
	#[must_use]
	pub fn secrets(&self) -> &BTreeMap<SecretName, String> {
		match self {
			Self::V1(specification) => specification.secrets(),
			Self::V2(job) => &job.secrets,
		}
	}

	/// The name and the model that it serves, if it is one that does.
	#[must_use]
	pub fn model(&self) -> Option<(&ServedName, OrderedModel)> {
		let model = |file, kind| OrderedModel { file, kind };
		match self {
			Self::V1(Specification::Inference(inference)) => {
				Some((&inference.name, model(inference.model, ModelKind::Clear)))
			},
			Self::V2(job) => match &job.work {
				Work::Model(clear) => Some((&job.name, model(clear.model, ModelKind::Clear))),
				Work::EncryptedModel { model: file } => {
					Some((&job.name, model(*file, ModelKind::Encrypted)))
				},
				Work::Container(_) | Work::Stack(_) | Work::Storage(_) | Work::Learning(_) => None,
			},
		}
	}

	/// The model that it serves, as version 1 has it: whoever probes treats both alike.
	#[must_use]
	pub fn inference(&self) -> Option<InferenceSpecification> {
		match self {
			Self::V1(Specification::Inference(inference)) => Some(inference.clone()),
			Self::V2(job) => match &job.work {
				Work::Model(model) => Some(InferenceSpecification {
					name: job.name.clone(),
					model: model.model,
					format: model.format,
					tolerance: model.tolerance,
					probe_range: model.probe_range.clone(),
					secrets: job.secrets.clone(),
				}),
				_ => None,
			},
		}
	}

	/// Whether oracles may see what clients ask its model, to repeat it. What is asked of an encrypted
	/// model they cannot open, so they always may.
	#[must_use]
	pub fn audits_receipts(&self) -> bool {
		match self {
			Self::V1(Specification::Inference(_)) => true,
			Self::V2(job) => match &job.work {
				Work::Model(model) => model.audit == Audit::Receipts,
				Work::EncryptedModel { .. } => true,
				Work::Container(_) | Work::Stack(_) | Work::Storage(_) | Work::Learning(_) => false,
			},
		}
	}

	/// The files that it keeps, if that is what it does.
	#[must_use]
	pub fn storage(&self) -> Option<&Storage> {
		match self {
			Self::V1(_) => None,
			Self::V2(job) => match &job.work {
				Work::Storage(storage) => Some(storage),
				_ => None,
			},
		}
	}

	/// What is learnt, if that is what it does.
	#[must_use]
	pub fn learning(&self) -> Option<&Learning> {
		match self {
			Self::V1(_) => None,
			Self::V2(job) => match &job.work {
				Work::Learning(learning) => Some(learning),
				_ => None,
			},
		}
	}

	/// Its containers, if it is a container or a stack.
	#[must_use]
	pub fn group(&self) -> Option<&Group> {
		match self {
			Self::V1(_) => None,
			Self::V2(job) => job.group(),
		}
	}
}

/// Why bytes are a specification of neither version. No retry helps.
#[derive(Debug, thiserror::Error)]
pub enum DocumentReadError {
	/// Not a valid version 1.
	#[error(transparent)]
	V1(#[from] SpecificationError),
	/// Not a valid version 2.
	#[error(transparent)]
	V2(#[from] DocumentError),
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobSpecification {
	/// What it is called: a part of host names and of names of containers.
	pub name: ServedName,
	/// Which nodes may run it.
	pub tags: TagExpression,
	/// The graphics processor that its nodes must have.
	pub gpu: Option<GpuClass>,
	/// Sealed secrets, by their names.
	pub secrets: BTreeMap<SecretName, String>,
	/// What is done.
	pub work: Work,
}

impl JobSpecification {
	/// Reads a specification from untrusted bytes, JSON or YAML.
	///
	/// # Errors
	///
	/// See [`DocumentError`]: line, path, what is wrong and how to mend it.
	pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
		let node = Node::read(bytes)?;
		read::job(&At::root(&node))
	}

	/// Writes the specification as JSON, which [`Self::read`] reads as the same.
	///
	/// One specification is always written as the same bytes, so they have one CID.
	#[must_use]
	pub fn to_json(&self) -> String {
		let mut document = write::job(self);
		// Other crates of the workspace may have maps keep their order of insertion.
		document.sort_all_objects();
		document.to_string()
	}

	/// Its containers, if it is a container or a stack.
	#[must_use]
	pub fn group(&self) -> Option<&Group> {
		match &self.work {
			Work::Container(group) | Work::Stack(group) => Some(group),
			Work::Model(_) | Work::EncryptedModel { .. } | Work::Storage(_) | Work::Learning(_) => {
				None
			},
		}
	}
}

/// What a job does.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Work {
	/// Runs one container, which is called as the job is.
	Container(Group),
	/// Runs several containers that know each other.
	Stack(Group),
	/// Serves a model.
	Model(Model),
	/// Serves an encrypted model.
	EncryptedModel {
		/// Its file in the content store.
		model: Cid,
	},
	/// Keeps files.
	Storage(Storage),
	/// Trains a model on data that stays with the nodes.
	Learning(Learning),
}

impl Work {
	/// What a document calls it.
	#[must_use]
	pub fn kind(&self) -> &'static str {
		match self {
			Self::Container(_) => "container",
			Self::Stack(_) => "stack",
			Self::Model(_) => "model",
			Self::EncryptedModel { .. } => "encrypted-model",
			Self::Storage(_) => "storage",
			Self::Learning(_) => "learning",
		}
	}
}

/// A model to serve.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
	/// Its file in the content store.
	pub model: Cid,
	/// What kind of file that is.
	pub format: ModelFormat,
	/// How far answers may differ between machines, as a share; at least 0 and less than 1.
	pub tolerance: f64,
	/// Between which numbers oracles draw the inputs of their probes.
	pub probe_range: Range<f64>,
	/// What oracles may see to check answers.
	pub audit: Audit,
}

/// What oracles may see to check what a model answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Audit {
	/// Requests of clients, which they repeat, besides those of their own.
	#[default]
	Receipts,
	/// Requests of their own alone.
	Planted,
}

/// A model that is ordered, of either kind.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct OrderedModel {
	/// Its file in the content store.
	pub file: Cid,
	/// What serves it.
	pub kind: ModelKind,
}

/// What a model is evaluated on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ModelKind {
	/// Inputs that the node sees.
	Clear,
	/// Ciphertexts, which it cannot open.
	Encrypted,
}

/// Files to keep.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Storage {
	/// Their roots in the content store, each once.
	pub roots: Vec<Cid>,
	/// How much they may take together, in MiB.
	pub size_mib: u64,
}

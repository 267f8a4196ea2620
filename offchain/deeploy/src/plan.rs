// SPDX-License-Identifier: Apache-2.0

//! From what is wanted and what is there to what is next.
//!
//! Level-triggered: only the two states count, never how they came about. Each plan holds the next
//! step of each job and nothing that depends on another step of the same plan. Once the steps are
//! done, the next plan goes on from there, until a plan is empty.

use crate::{
	job::{Document, OrderedModel, Storage},
	placement::running_jobs,
	specification::ServedName,
};
use cid::Cid;
use r1_core::ChainState;
use r1_primitives::{JobId, NodeKey};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// The next steps, and how far each job is. Jobs of containers are left to
/// [`crate::container::plan`], and those of learning to whoever takes part in rounds.
///
/// Jobs with lower numbers come first: of two that want the same name, the older one gets it.
#[must_use]
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
	let mut names = BTreeMap::new();
	let mut phases = BTreeMap::new();
	for (job, specification) in &desired.jobs {
		let phase = match claim_name(*job, specification.as_ref(), observed, &mut names) {
			Ok(target) => target.phase(observed),
			Err(phase) => phase,
		};
		phases.insert(*job, phase);
	}
	let unwanted = observed.running.keys().filter(|name| !names.contains_key(*name));
	let mut steps: BTreeSet<_> = unwanted.map(|name| Step::Unload { name: name.clone() }).collect();
	let released = observed.pins.iter().filter(|pin| !stays(pin, desired, observed));
	steps.extend(released.map(|pin| Step::Release { job: pin.job, root: pin.root }));
	steps.extend(phases.values().filter_map(JobPhase::step).cloned());
	Plan { steps, phases }
}

/// What a plan comes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
	/// What to do now, in any order.
	pub steps: BTreeSet<Step>,
	/// How far each job of this node is.
	pub phases: BTreeMap<JobId, JobPhase>,
}

/// What shall run here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Desired {
	/// The jobs, and the CIDs of their specifications; `None` where the chain holds no CID.
	pub jobs: BTreeMap<JobId, Option<Cid>>,
}

impl Desired {
	/// The jobs that are placed on a node and have epochs left.
	///
	/// A job that waits for another placement runs where it is until then.
	#[must_use]
	pub fn of_node(chain: &ChainState, node: &NodeKey) -> Self {
		let deed = chain.deeds.deed_of(node);
		let jobs = running_jobs(chain)
			.filter(|job| deed.is_some_and(|deed| job.deeds.contains(&deed)))
			.map(|job| (job.id, Cid::try_from(job.specification.as_slice()).ok()))
			.collect();
		Self { jobs }
	}
}

/// What is here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
	/// Specifications that were fetched and are valid, by their CID. A job that runs must keep
	/// its specification here, or it is stopped until that is fetched again.
	pub specifications: BTreeMap<Cid, Arc<Document>>,
	/// Model files that are whole in the local store.
	pub models: BTreeSet<Cid>,
	/// Each model that is served, by its name.
	pub running: BTreeMap<ServedName, OrderedModel>,
	/// What is pinned on behalf of jobs.
	pub pins: BTreeSet<JobPin>,
}

/// A pin on behalf of a job.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct JobPin {
	/// The job.
	pub job: JobId,
	/// What is kept, with all below it.
	pub root: Cid,
	/// Whether the node pinned it because the specification says so, and not an instance of the job.
	pub is_ordered: bool,
}

/// One thing to do. Doing it twice is doing it once.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Step {
	/// Stop serving a name.
	Unload {
		/// The name.
		name: ServedName,
	},
	/// Fetch a specification from the mesh, and read it.
	FetchSpecification {
		/// Its CID.
		specification: Cid,
	},
	/// Fetch a model file from the mesh into the local store.
	FetchModel {
		/// Its CID.
		model: Cid,
	},
	/// Bring here all that is below a root, and keep it.
	Keep {
		/// On behalf of which job.
		job: JobId,
		/// The root.
		root: Cid,
		/// How much all roots of the job may take, in MiB.
		size_mib: u64,
	},
	/// Keep it no longer.
	Release {
		/// On behalf of which job.
		job: JobId,
		/// The root.
		root: Cid,
	},
	/// Serve a model whose file is in the local store.
	Load {
		/// The name to serve it under.
		name: ServedName,
		/// The model.
		model: OrderedModel,
	},
}

/// How far a job of this node is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum JobPhase {
	/// Serving; nothing is left to do.
	Serving,
	/// On its way; this is what comes next.
	Next(Step),
	/// It is one of containers, which are planned apart.
	Containers,
	/// It is one of learning, whose rounds the chain opens.
	Learning,
	/// Nothing can be done until something else changes.
	Blocked(Blocked),
}

impl JobPhase {
	/// What comes next.
	#[must_use]
	pub fn step(&self) -> Option<&Step> {
		match self {
			Self::Next(step) => Some(step),
			Self::Serving | Self::Containers | Self::Learning | Self::Blocked(_) => None,
		}
	}
}

/// What a job waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Blocked {
	/// The job's specification cannot be found, ever.
	#[error("the chain holds no CID of a specification")]
	NoSpecification,
	/// An older job of this node has the name, for another model.
	#[error("job {by} serves another model under the same name")]
	NameTaken {
		/// The older job.
		by: JobId,
	},
}

/// A model that a job is entitled to serve under a name.
struct Target<'specification> {
	name: &'specification ServedName,
	model: OrderedModel,
}

impl Target<'_> {
	fn phase(&self, observed: &Observed) -> JobPhase {
		let (name, model) = (self.name.clone(), self.model);
		match observed.running.get(self.name) {
			Some(running) if *running == model => JobPhase::Serving,
			// The name must be free first, and the new model must be here before it is freed.
			_ if !observed.models.contains(&model.file) => {
				JobPhase::Next(Step::FetchModel { model: model.file })
			},
			Some(_) => JobPhase::Next(Step::Unload { name }),
			None => JobPhase::Next(Step::Load { name, model }),
		}
	}
}

/// How far a job is that keeps files: one root after the other.
fn phase_of_storage(job: JobId, storage: &Storage, observed: &Observed) -> JobPhase {
	let is_here =
		|root: &&Cid| observed.pins.contains(&JobPin { job, root: **root, is_ordered: true });
	match storage.roots.iter().find(|root| !is_here(root)) {
		Some(root) => JobPhase::Next(Step::Keep { job, root: *root, size_mib: storage.size_mib }),
		None => JobPhase::Serving,
	}
}

/// Whether a pin stays: as long as its job is here, unless the job's specification does not want it
/// any more. What an instance of the job pinned is the job's own affair.
fn stays(pin: &JobPin, desired: &Desired, observed: &Observed) -> bool {
	let Some(specification) = desired.jobs.get(&pin.job) else { return false };
	let document = specification.and_then(|cid| observed.specifications.get(&cid));
	match document {
		Some(document) if pin.is_ordered => {
			document.storage().is_some_and(|storage| storage.roots.contains(&pin.root))
		},
		// Nobody knows yet what it wants.
		Some(_) | None => true,
	}
}

/// A job's target, or the phase of one that has none.
fn claim_name<'observed>(
	job: JobId,
	specification: Option<&Cid>,
	observed: &'observed Observed,
	names: &mut BTreeMap<ServedName, (JobId, OrderedModel)>,
) -> Result<Target<'observed>, JobPhase> {
	let cid = specification.ok_or(JobPhase::Blocked(Blocked::NoSpecification))?;
	let Some(document) = observed.specifications.get(cid) else {
		return Err(JobPhase::Next(Step::FetchSpecification { specification: *cid }));
	};
	let Some((name, wanted)) = document.model() else {
		return Err(match document.storage() {
			Some(storage) => phase_of_storage(job, storage, observed),
			None if document.learning().is_some() => JobPhase::Learning,
			None => JobPhase::Containers,
		});
	};
	// Two jobs may share a name for the same model: both are served by it.
	let (by, model) = *names.entry(name.clone()).or_insert((job, wanted));
	match model == wanted {
		true => Ok(Target { name, model }),
		false => Err(JobPhase::Blocked(Blocked::NameTaken { by })),
	}
}

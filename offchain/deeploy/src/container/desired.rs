// SPDX-License-Identifier: Apache-2.0

//! What is wanted of containers: what the chain places here, as far as it is known what that is.

use super::{ledger::Ledger, names::NetworkOf};
use crate::job::{Document, Group, Image, JobSpecification};
use cid::Cid;
use r1_primitives::JobId;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// The containers that shall run here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Desired {
	/// By their jobs.
	pub jobs: BTreeMap<JobId, Wanted>,
	/// Jobs that are placed here, of which is not known yet what they are: nothing of them is
	/// touched, or a daemon that starts would remove what runs and what is in its volumes.
	pub unknown: BTreeSet<JobId>,
}

impl Desired {
	/// What the chain places here, as far as its specifications are known.
	///
	/// While a specification cannot be had or read, the one before it goes on, if it worked.
	#[must_use]
	pub fn of(
		placed: &crate::plan::Desired,
		documents: &BTreeMap<Cid, Arc<Document>>,
		ledger: &Ledger,
	) -> Self {
		let mut desired = Self::default();
		for (job, cid) in &placed.jobs {
			let known = cid.and_then(|cid| Some((cid, documents.get(&cid)?)));
			let served = ledger.served(*job).cloned();
			match (known, served) {
				(Some((cid, document)), served) => {
					// What is no container any more is removed.
					let Some(current) = Revision::of_document(cid, document) else { continue };
					let previous = served.filter(|served| served.cid != cid);
					desired.jobs.insert(*job, Wanted { current, previous });
				},
				(None, Some(current)) => {
					desired.jobs.insert(*job, Wanted { current, previous: None });
				},
				(None, None) => drop(desired.unknown.insert(*job)),
			}
		}
		desired
	}

	/// Whether no job of containers is placed here, as far as is known.
	#[must_use]
	pub fn is_nothing(&self) -> bool {
		self.jobs.is_empty() && self.unknown.is_empty()
	}

	/// A specification that is wanted, or may be again.
	#[must_use]
	pub fn revision(&self, of: &NetworkOf) -> Option<&Revision> {
		let wanted = self.jobs.get(&of.job)?;
		let mut revisions = std::iter::once(&wanted.current).chain(&wanted.previous);
		revisions.find(|revision| revision.cid == of.revision)
	}

	/// The images of all specifications that are wanted, or may be again.
	#[must_use]
	pub fn images(&self) -> BTreeSet<&Image> {
		let wanted = self.jobs.values();
		wanted
			.flat_map(|wanted| std::iter::once(&wanted.current).chain(&wanted.previous))
			.flat_map(|revision| revision.group.containers().values())
			.map(|container| &container.image)
			.collect()
	}
}

/// What is wanted of a job.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
	/// Its specification.
	pub current: Revision,
	/// The one before, if it worked: what to go back to. To be dropped when the job is
	/// [`Phase::Serving`](super::plan::Phase::Serving).
	pub previous: Option<Revision>,
}

/// A specification.
#[derive(Clone, Debug)]
pub struct Revision {
	/// Its CID.
	pub cid: Cid,
	/// All of it.
	pub job: Arc<JobSpecification>,
	/// Its containers.
	pub group: Arc<Group>,
}

impl Revision {
	/// A specification, if it is one of containers.
	#[must_use]
	pub fn of(cid: Cid, job: &Arc<JobSpecification>) -> Option<Self> {
		let group = Arc::new(job.group()?.clone());
		Some(Self { cid, job: Arc::clone(job), group })
	}

	fn of_document(cid: Cid, document: &Document) -> Option<Self> {
		match document {
			Document::V1(_) => None,
			Document::V2(job) => Self::of(cid, job),
		}
	}
}

impl PartialEq for Revision {
	fn eq(&self, other: &Self) -> bool {
		// The CID is that of the bytes.
		self.cid == other.cid
	}
}

impl Eq for Revision {}

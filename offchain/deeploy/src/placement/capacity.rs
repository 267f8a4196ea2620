// SPDX-License-Identifier: Apache-2.0

//! What nodes have, what jobs ask for, and whether it fits.

use crate::job::{Document, GpuClass, Tag, TagExpression};
use r1_core::{ChainState, JobView};
use r1_primitives::{Capabilities, ContainerEngine};
use std::collections::BTreeSet;

/// MiB of a GiB.
const MIB_PER_GIB: u32 = 1_024;

/// What a node has for jobs, in its own words; probes tell whether that is true.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Offer {
	/// Processor, in thousandths of a core.
	pub cpu_millicores: u32,
	/// Memory, in MiB.
	pub memory_mib: u32,
	/// Disk space, in MiB.
	pub disk_mib: u32,
	/// Memory of its graphics processor, in MiB.
	pub gpu_memory_mib: Option<u32>,
	/// Whether it runs containers.
	pub has_engine: bool,
	/// What is said of it.
	pub tags: BTreeSet<Tag>,
}

impl From<&Capabilities> for Offer {
	fn from(record: &Capabilities) -> Self {
		Self {
			cpu_millicores: u32::from(record.cores) * 1_000,
			memory_mib: record.memory_mib,
			disk_mib: record.disk_mib,
			gpu_memory_mib: record.gpu.as_ref().map(|gpu| gpu.memory_mib),
			has_engine: record.engine != ContainerEngine::None,
			// What is no tag is a remark to people, which no job can ask for.
			tags: record.tags.iter().filter_map(|tag| tag.parse().ok()).collect(),
		}
	}
}

/// What a job's specification asks of its nodes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Demand {
	/// What must hold of their tags.
	pub tags: TagExpression,
	/// The graphics processor that they must have.
	pub gpu: Option<GpuClass>,
	/// Whether they must run containers.
	pub needs_engine: bool,
}

impl Demand {
	/// What a specification asks.
	#[must_use]
	pub fn of(document: &Document) -> Self {
		let needs_engine = document.group().is_some();
		let Document::V2(job) = document else {
			return Self { needs_engine, ..Self::default() };
		};
		// Whoever has not got the data cannot learn from it.
		let data = document.learning().and_then(|learning| Tag::of_data(&learning.data));
		let tags = data.into_iter().fold(job.tags.clone(), TagExpression::and);
		Self { tags, gpu: job.gpu, needs_engine }
	}

	/// Whether a node has it.
	pub(super) fn is_met_by(&self, offer: &Offer) -> bool {
		(offer.has_engine || !self.needs_engine)
			&& has_gpu(offer, self.gpu)
			&& self.tags.matches(&offer.tags)
	}
}

/// What of a machine a job gets, by the class that it was ordered with.
///
/// A class that is not known asks for nothing: the chain may be older than this daemon.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Claim {
	cpu_millicores: u32,
	memory_mib: u32,
	disk_mib: u32,
	gpu: Option<GpuClass>,
	/// Whether it gets the whole machine.
	is_whole: bool,
}

impl Claim {
	pub(super) fn of(chain: &ChainState, job: &JobView) -> Self {
		let Some(class) = chain.resource_classes.get(&job.resources) else {
			return Self::default();
		};
		Self {
			cpu_millicores: class.cpu_millicores,
			memory_mib: class.memory_mib,
			// A class of whole machines has as much as there is.
			disk_mib: class.storage_gib.unwrap_or(0).saturating_mul(MIB_PER_GIB),
			gpu: class.gpu.map(GpuClass::from),
			is_whole: class.storage_gib.is_none(),
		}
	}
}

/// What jobs have of a node.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Taken {
	/// How many jobs run there.
	pub(super) jobs: u32,
	cpu_millicores: u32,
	memory_mib: u32,
	disk_mib: u32,
	/// Jobs that have the graphics processor, of which a machine has one.
	gpus: u32,
	/// Jobs that have the whole machine.
	wholes: u32,
}

impl Taken {
	pub(super) fn add(&mut self, claim: &Claim) {
		// Saturating, here and below: what is taken twice and given back once is more than there is
		// either way, because the chain placed it before this node could know better.
		self.jobs = self.jobs.saturating_add(1);
		self.cpu_millicores = self.cpu_millicores.saturating_add(claim.cpu_millicores);
		self.memory_mib = self.memory_mib.saturating_add(claim.memory_mib);
		self.disk_mib = self.disk_mib.saturating_add(claim.disk_mib);
		self.gpus = self.gpus.saturating_add(u32::from(claim.gpu.is_some()));
		self.wholes = self.wholes.saturating_add(u32::from(claim.is_whole));
	}

	pub(super) fn remove(&mut self, claim: &Claim) {
		self.jobs = self.jobs.saturating_sub(1);
		self.cpu_millicores = self.cpu_millicores.saturating_sub(claim.cpu_millicores);
		self.memory_mib = self.memory_mib.saturating_sub(claim.memory_mib);
		self.disk_mib = self.disk_mib.saturating_sub(claim.disk_mib);
		self.gpus = self.gpus.saturating_sub(u32::from(claim.gpu.is_some()));
		self.wholes = self.wholes.saturating_sub(u32::from(claim.is_whole));
	}

	/// Whether a node with an offer has room for one job more.
	pub(super) fn leaves_room(&self, offer: &Offer, claim: &Claim) -> bool {
		let fits = |taken: u32, more: u32, all: u32| {
			taken.checked_add(more).is_some_and(|wanted| wanted <= all)
		};
		let is_shared = self.wholes == 0 && (self.jobs == 0 || !claim.is_whole);
		is_shared
			&& fits(self.cpu_millicores, claim.cpu_millicores, offer.cpu_millicores)
			&& fits(self.memory_mib, claim.memory_mib, offer.memory_mib)
			&& fits(self.disk_mib, claim.disk_mib, offer.disk_mib)
			&& (claim.gpu.is_none() || self.gpus == 0)
			&& has_gpu(offer, claim.gpu)
	}
}

/// Whether a node has a graphics processor of a class, or a better one.
fn has_gpu(offer: &Offer, class: Option<GpuClass>) -> bool {
	class.is_none_or(|class| offer.gpu_memory_mib.is_some_and(|has| memory_min_mib(class) <= has))
}

/// Least memory of a class, in MiB: that of the smallest card that is sold as one.
///
/// Names of cards are many and change; their memory is what decides which models fit.
fn memory_min_mib(class: GpuClass) -> u32 {
	match class {
		GpuClass::Entry => 6 * MIB_PER_GIB,
		GpuClass::Medium => 8 * MIB_PER_GIB,
		GpuClass::High => 16 * MIB_PER_GIB,
		GpuClass::Ultra => 40 * MIB_PER_GIB,
	}
}

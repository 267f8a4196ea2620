// SPDX-License-Identifier: Apache-2.0

//! Which nodes a job shall run on.
//!
//! Every oracle decides alone, from finalised state and from what nodes and specifications say of
//! themselves, and more than two thirds must come to the same set. So the decision has no
//! randomness, no memory and no taste.
//!
//! - **Who stays**: whoever runs the job already and has not lost the place; the chain names those
//!   who have ([`JobView::lost`]). One job is moved as little as can be: its state is where it runs.
//! - **Who may come**: nodes of Node Deeds that were available and have what the job asks for, its
//!   tags, an engine, a graphics processor, and as much of the machine as its class sells, beyond
//!   what other jobs have of it.
//! - **Who comes**: nodes of owners who have none in the job before those who have; then the more
//!   available, the less loaded, and by lot.
//!
//! A place is lost to somebody else and never to nobody: where there is no other node, the one that
//! failed keeps its place, with all that it holds of the job, and may work again. What is known of
//! a node or a specification comes to each oracle in its own time, so that votes may differ for
//! some blocks; whoever does not know a job's specification yet does not vote on it.

mod capacity;
mod field;

pub use capacity::{Demand, Offer};

use capacity::Claim;
use field::{Field, Search};
use r1_core::{Account, ChainState, Deed, JobView};
use r1_primitives::{DeedId, JobId, PlacementBallot};
use std::collections::{BTreeMap, BTreeSet};

/// Who may be chosen. All oracles must use the same, or they will not agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PlacementPolicy {
	/// Availability that a deed needs in the last settled epoch. Default 179, 70 % of 255: well
	/// above a node that was there for half of it, and below one that restarted once or twice.
	/// Before the first settled epoch nobody has any, and every deed that may work is eligible.
	pub availability_min: u8,
	/// Jobs that a node runs at most. Default 8: half of the models that a node serves by default,
	/// so that an old and a new placement fit beside each other.
	pub jobs_per_node_max: u32,
}

impl Default for PlacementPolicy {
	fn default() -> Self {
		Self { availability_min: 179, jobs_per_node_max: 8 }
	}
}

/// What is known beside the chain.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
	/// What nodes have for jobs, by their deeds. One that is not known gets no new job.
	pub offers: BTreeMap<DeedId, Offer>,
	/// What jobs ask of their nodes. One that is not known gets no vote.
	pub demands: BTreeMap<JobId, Demand>,
}

/// The votes of an oracle on all jobs that wait for a placement, ascending by job.
///
/// A job that no node can take gets no vote; one that too few nodes can take runs on those. What
/// one job is about to get, the jobs after it do not.
#[must_use]
pub fn ballots(
	chain: &ChainState,
	knowledge: &Knowledge,
	policy: &PlacementPolicy,
) -> Vec<PlacementBallot> {
	let mut field = Field::of(chain, &knowledge.offers, policy);
	for job in running_jobs(chain) {
		field.reserve(&Claim::of(chain, job), &job.deeds);
	}
	let waiting = running_jobs(chain).filter(|job| job.awaits_placement);
	waiting
		.filter_map(|job| {
			let demand = knowledge.demands.get(&job.id)?;
			let claim = Claim::of(chain, job);
			let places = Places::of(chain, job);
			field.release(&claim, &places.contested);
			let deeds = places.filled(job, &field, demand, &claim);
			let new = deeds.iter().filter(|deed| !places.kept.contains(deed)).copied();
			field.reserve(&claim, &new.collect::<Vec<_>>());
			let ballot = PlacementBallot { job: job.id, round: job.round, deeds };
			(!ballot.deeds.is_empty()).then_some(ballot)
		})
		.collect()
}

/// The jobs that have epochs left.
pub(crate) fn running_jobs(chain: &ChainState) -> impl Iterator<Item = &JobView> {
	chain.jobs.values().filter(|job| chain.current_epoch < job.end_epoch)
}

/// What becomes of the places that a job's nodes have.
struct Places {
	/// Deeds that stay, ascending.
	kept: Vec<DeedId>,
	/// Deeds that go if somebody comes, ascending.
	contested: Vec<DeedId>,
	/// The owners of those that stay, as often as they have one.
	owners: Vec<Account>,
}

impl Places {
	fn of(chain: &ChainState, job: &JobView) -> Self {
		let may_work = |deed: &DeedId| chain.deeds.get(*deed).is_some_and(Deed::may_do_paid_work);
		let lost = match is_judged(chain) {
			true => job.lost.as_slice(),
			false => &[],
		};
		// Whoever may not work cannot even be voted for.
		let (contested, kept): (Vec<_>, Vec<_>) =
			job.deeds.iter().copied().filter(may_work).partition(|deed| lost.contains(deed));
		let owners = kept.iter().filter_map(|deed| Some(chain.deeds.get(*deed)?.owner)).collect();
		Self { kept, contested, owners }
	}

	/// The deeds to vote for, ascending.
	fn filled(
		&self,
		job: &JobView,
		field: &Field<'_>,
		demand: &Demand,
		claim: &Claim,
	) -> Vec<DeedId> {
		let replicas = usize::try_from(job.replicas).unwrap_or(usize::MAX);
		let excluded: BTreeSet<_> = job.deeds.iter().copied().collect();
		let search = Search {
			job: job.id,
			round: job.round,
			demand,
			claim,
			excluded: &excluded,
			owners: &self.owners,
			count: replicas.saturating_sub(self.kept.len()),
		};
		let chosen = field.choose(&search);
		let places = self.kept.iter().copied().chain(chosen).chain(self.contested.iter().copied());
		let mut deeds: Vec<_> = places.take(replicas).collect();
		deeds.sort_unstable();
		deeds
	}
}

/// Whether the chain's newest judgement of nodes is one.
///
/// In an epoch on which the oracles did not agree nobody worked, as far as the chain can tell.
fn is_judged(chain: &ChainState) -> bool {
	let newest = chain.first_undecided_epoch.checked_sub(1);
	chain
		.settled_availability
		.as_ref()
		.is_none_or(|settled| newest.is_none_or(|newest| settled.epoch == newest))
}

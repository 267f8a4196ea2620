// SPDX-License-Identifier: Apache-2.0

//! Which nodes a job shall run on.
//!
//! Every oracle decides alone, from finalised state, and more than two thirds must come to the same
//! set. So the decision has no randomness, no memory and no taste: each deed draws a number from
//! the hash of the job, the round and the deed, and the lowest draws win (rendezvous hashing). A
//! node that leaves changes only its own place, and nobody can choose where a job goes, because a
//! deed's number is given by the chain.
//!
//! A new round is a new draw: it opens when a placed node did nothing, and the chain's state does
//! not say why.

use codec::Encode;
use r1_core::{ChainState, JobView};
use r1_primitives::{DeedId, JobId, PlacementBallot, PlacementRound};
use sp_crypto_hashing::blake2_256;
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

/// The votes of an oracle on all jobs that wait for a placement, ascending by job.
///
/// A job that no node can take gets no vote; one that too few nodes can take runs on those.
#[must_use]
pub fn ballots(chain: &ChainState, policy: &PlacementPolicy) -> Vec<PlacementBallot> {
	let eligible = eligible_deeds(chain, policy);
	let mut load = Load::of(chain);
	let waiting = running_jobs(chain).filter(|job| job.awaits_placement);
	waiting
		.map(|job| {
			// A job counts where it is about to be, for the jobs after it.
			load.remove(job.deeds.iter().copied());
			let deeds = draw(job, &eligible, &load, policy);
			load.add(deeds.iter().copied());
			PlacementBallot { job: job.id, round: job.round, deeds }
		})
		.filter(|ballot| !ballot.deeds.is_empty())
		.collect()
}

/// The winners of a job's draw, ascending.
fn draw(
	job: &JobView,
	eligible: &BTreeSet<DeedId>,
	load: &Load,
	policy: &PlacementPolicy,
) -> Vec<DeedId> {
	let has_room = |deed: &DeedId| load.on(*deed) < policy.jobs_per_node_max;
	let mut draws: Vec<_> = eligible
		.iter()
		.copied()
		.filter(has_room)
		.map(|deed| (draw_of(job.id, job.round, deed), deed))
		.collect();
	draws.sort_unstable();
	draws.truncate(usize::try_from(job.replicas).unwrap_or(usize::MAX));
	let mut winners: Vec<_> = draws.into_iter().map(|(_, deed)| deed).collect();
	winners.sort_unstable();
	winners
}

/// A deed's number in a draw: equally likely to be anything, and the same for everybody.
fn draw_of(job: JobId, round: PlacementRound, deed: DeedId) -> [u8; 32] {
	(b"r1/placement/v1", job, round, deed).using_encoded(blake2_256)
}

fn eligible_deeds(chain: &ChainState, policy: &PlacementPolicy) -> BTreeSet<DeedId> {
	let is_available = |deed: DeedId| match &chain.settled_availability {
		None => true,
		Some(settled) => {
			policy.availability_min <= settled.by_deed.get(&deed).copied().unwrap_or(0)
		},
	};
	chain
		.deeds
		.iter()
		// The chain refuses a ballot that names any other deed, as a whole.
		.filter(|(id, deed)| deed.may_do_paid_work() && is_available(*id))
		.map(|(id, _)| id)
		.collect()
}

/// The jobs that have epochs left.
pub(crate) fn running_jobs(chain: &ChainState) -> impl Iterator<Item = &JobView> {
	chain.jobs.values().filter(|job| chain.current_epoch < job.end_epoch)
}

/// How many jobs each deed's node runs.
struct Load(BTreeMap<DeedId, u32>);

impl Load {
	fn of(chain: &ChainState) -> Self {
		let mut load = Self(BTreeMap::new());
		load.add(running_jobs(chain).flat_map(|job| job.deeds.iter().copied()));
		load
	}

	fn on(&self, deed: DeedId) -> u32 {
		self.0.get(&deed).copied().unwrap_or(0)
	}

	fn add(&mut self, deeds: impl IntoIterator<Item = DeedId>) {
		for deed in deeds {
			let jobs = self.0.entry(deed).or_default();
			*jobs = jobs.saturating_add(1);
		}
	}

	fn remove(&mut self, deeds: impl IntoIterator<Item = DeedId>) {
		for deed in deeds {
			let jobs = self.0.entry(deed).or_default();
			*jobs = jobs.saturating_sub(1);
		}
	}
}

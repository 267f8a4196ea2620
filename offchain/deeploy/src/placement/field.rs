// SPDX-License-Identifier: Apache-2.0

//! The nodes that may be chosen, in the order in which they are.
//!
//! The more available come first, then the less loaded. Among equals, all stand on a ring, each at
//! the hash of its deed; a job begins at the hash of its number and round, and goes round. So the
//! lot is different for each job, a node that comes or goes changes nobody else's place, and nobody
//! can choose where a job goes, because the chain gives the numbers. And no job looks at more nodes
//! than it must: ten thousand jobs on ten thousand nodes take less than a second.

use super::{
	PlacementPolicy,
	capacity::{Claim, Demand, Offer, Taken},
};
use codec::Encode;
use r1_core::{Account, ChainState};
use r1_primitives::{DeedId, JobId, PlacementRound};
use sp_crypto_hashing::blake2_256;
use std::{
	cmp::Reverse,
	collections::{BTreeMap, BTreeSet, HashMap},
};

/// Nodes that may do paid work and were available.
pub(super) struct Field<'offers> {
	nodes: BTreeMap<DeedId, Candidate<'offers>>,
	/// The deeds, by their merits and their places on the ring.
	order: BTreeMap<Merit, BTreeSet<(u64, DeedId)>>,
	/// How many different owners there are.
	owners: usize,
	jobs_per_node_max: u32,
}

/// A node that may be chosen.
struct Candidate<'offers> {
	owner: Account,
	availability: u8,
	/// Where it stands on the ring.
	place: u64,
	offer: Option<&'offers Offer>,
	taken: Taken,
}

/// What comes first: more availability, then fewer jobs.
type Merit = (Reverse<u8>, u32);

/// A search for nodes of a job.
pub(super) struct Search<'search> {
	pub(super) job: JobId,
	pub(super) round: PlacementRound,
	pub(super) demand: &'search Demand,
	pub(super) claim: &'search Claim,
	/// Deeds that are not chosen.
	pub(super) excluded: &'search BTreeSet<DeedId>,
	/// Owners of the job's other nodes, as often as they have one.
	pub(super) owners: &'search [Account],
	/// How many are needed.
	pub(super) count: usize,
}

impl<'offers> Field<'offers> {
	/// All nodes, before any job has anything of them.
	pub(super) fn of(
		chain: &ChainState,
		offers: &'offers BTreeMap<DeedId, Offer>,
		policy: &PlacementPolicy,
	) -> Self {
		let availability = |deed: DeedId| match &chain.settled_availability {
			None => Some(0),
			Some(settled) => {
				let value = settled.by_deed.get(&deed).copied().unwrap_or(0);
				(policy.availability_min <= value).then_some(value)
			},
		};
		// The chain refuses a ballot that names any other deed, as a whole.
		let working = chain.deeds.iter().filter(|(_, deed)| deed.may_do_paid_work());
		let nodes: BTreeMap<_, _> = working
			.filter_map(|(id, deed)| {
				let candidate = Candidate {
					owner: deed.owner,
					availability: availability(id)?,
					place: place_of(&(b"r1/placement/v2/deed", id)),
					offer: offers.get(&id),
					taken: Taken::default(),
				};
				Some((id, candidate))
			})
			.collect();
		let owners = nodes.values().map(|candidate| candidate.owner).collect::<BTreeSet<_>>();
		let mut order = BTreeMap::<_, BTreeSet<_>>::new();
		for (id, candidate) in &nodes {
			order.entry(candidate.merit()).or_default().insert((candidate.place, *id));
		}
		let jobs_per_node_max = policy.jobs_per_node_max;
		Self { owners: owners.len(), nodes, order, jobs_per_node_max }
	}

	/// Gives a job its part of some nodes.
	pub(super) fn reserve(&mut self, claim: &Claim, deeds: &[DeedId]) {
		self.change(deeds, |taken| taken.add(claim));
	}

	/// Takes a job's part of some nodes back.
	pub(super) fn release(&mut self, claim: &Claim, deeds: &[DeedId]) {
		self.change(deeds, |taken| taken.remove(claim));
	}

	/// Changes what is taken of some nodes, and moves them to their new places in the order.
	fn change(&mut self, deeds: &[DeedId], change: impl Fn(&mut Taken)) {
		for deed in deeds {
			// One that may not be chosen has no place.
			let Some(candidate) = self.nodes.get_mut(deed) else { continue };
			let before = candidate.merit();
			change(&mut candidate.taken);
			let (after, entry) = (candidate.merit(), (candidate.place, *deed));
			if before == after {
				continue;
			}
			if let Some(equals) = self.order.get_mut(&before) {
				equals.remove(&entry);
				if equals.is_empty() {
					self.order.remove(&before);
				}
			}
			self.order.entry(after).or_default().insert(entry);
		}
	}

	/// The nodes for a job, the best first; fewer than are needed if no more can take it.
	///
	/// An owner's second node comes after the first nodes of all others, and so on.
	pub(super) fn choose(&self, search: &Search<'_>) -> Vec<DeedId> {
		let mut ranks = HashMap::<Account, usize>::new();
		for owner in search.owners {
			*ranks.entry(*owner).or_default() += 1;
		}
		let mut by_rank = BTreeMap::<usize, Vec<DeedId>>::new();
		let mut met = BTreeSet::new();
		for (deed, candidate) in self.in_order(search) {
			if search.excluded.contains(&deed) || !self.can_take(candidate, search) {
				continue;
			}
			met.insert(candidate.owner);
			let rank = ranks.entry(candidate.owner).or_default();
			by_rank.entry(*rank).or_default().push(deed);
			*rank += 1;
			let of_rank = |rank: usize| by_rank.get(&rank).map_or(0, Vec::len);
			// Nobody better can come any more: none is better than a first node, nor than a second
			// when there is no owner left without one.
			let settled = match met.len() == self.owners {
				true => of_rank(0).saturating_add(of_rank(1)),
				false => of_rank(0),
			};
			if search.count <= settled {
				break;
			}
		}
		by_rank.into_values().flatten().take(search.count).collect()
	}

	/// All nodes, the best first.
	fn in_order(&self, search: &Search<'_>) -> impl Iterator<Item = (DeedId, &Candidate<'offers>)> {
		let begin = (place_of(&(b"r1/placement/v2/job", search.job, search.round)), DeedId::MIN);
		self.order
			.values()
			.flat_map(move |equals| equals.range(begin..).chain(equals.range(..begin)))
			.filter_map(|(_, deed)| Some((*deed, self.nodes.get(deed)?)))
	}

	fn can_take(&self, candidate: &Candidate<'_>, search: &Search<'_>) -> bool {
		let Candidate { offer, taken, .. } = candidate;
		taken.jobs < self.jobs_per_node_max
			&& offer.is_some_and(|offer| {
				taken.leaves_room(offer, search.claim) && search.demand.is_met_by(offer)
			})
	}
}

impl Candidate<'_> {
	fn merit(&self) -> Merit {
		(Reverse(self.availability), self.taken.jobs)
	}
}

/// A place on the ring: equally likely to be anywhere, and the same for everybody.
fn place_of(of: &impl Encode) -> u64 {
	let [a, b, c, d, e, f, g, h, ..] = of.using_encoded(blake2_256);
	u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

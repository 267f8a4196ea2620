// SPDX-License-Identifier: Apache-2.0

//! The same decision, made by looking at every node for every place.

use super::*;
use codec::Encode;
use r1_core::Account;
use sp_crypto_hashing::blake2_256;
use std::cmp::Reverse;

/// What is voted for, and who has what part of which node meanwhile.
pub(super) fn ballots(
	chain: &ChainState,
	knowledge: &Knowledge,
	policy: &PlacementPolicy,
) -> Vec<PlacementBallot> {
	let running = || chain.jobs.values().filter(|job| chain.current_epoch < job.end_epoch);
	// Each job's deeds, as far as it is decided.
	let mut on: BTreeMap<JobId, Vec<DeedId>> =
		running().map(|job| (job.id, job.deeds.clone())).collect();
	let mut votes = Vec::new();
	for job in running().filter(|job| job.awaits_placement) {
		let Some(demand) = knowledge.demands.get(&job.id) else { continue };
		let deeds = decide(chain, knowledge, policy, &mut on, (job, demand));
		if !deeds.is_empty() {
			votes.push(PlacementBallot { job: job.id, round: job.round, deeds });
		}
	}
	votes
}

fn decide(
	chain: &ChainState,
	knowledge: &Knowledge,
	policy: &PlacementPolicy,
	on: &mut BTreeMap<JobId, Vec<DeedId>>,
	(job, demand): (&JobView, &Demand),
) -> Vec<DeedId> {
	let newest = chain.settled_availability.as_ref().map(|settled| settled.epoch + 1);
	let is_judged = newest.is_none_or(|newest| newest == chain.first_undecided_epoch);
	let is_lost = |deed: &DeedId| is_judged && job.lost.contains(deed);
	let may_work = |deed: &DeedId| chain.deeds.get(*deed).is_some_and(Deed::may_do_paid_work);
	let (lost, mut set): (Vec<_>, Vec<_>) =
		job.deeds.iter().copied().filter(may_work).partition(is_lost);
	on.get_mut(&job.id).unwrap().retain(|deed| !lost.contains(deed));
	let wanted = job.replicas as usize;
	while set.len() < wanted {
		let best = chain
			.deeds
			.iter()
			.filter(|(id, _)| may_work(id) && !job.deeds.contains(id) && !set.contains(id))
			.filter(|(id, _)| can_take(chain, knowledge, policy, on, (*id, job, demand)))
			.min_by_key(|(id, deed)| rank(chain, on, job, &set, (*id, deed.owner)));
		let Some((best, _)) = best else { break };
		set.push(best);
	}
	set.extend(lost.into_iter().take(wanted.saturating_sub(set.len())));
	set.truncate(wanted);
	on.get_mut(&job.id).unwrap().clone_from(&set);
	set.sort_unstable();
	set
}

fn can_take(
	chain: &ChainState,
	knowledge: &Knowledge,
	policy: &PlacementPolicy,
	on: &BTreeMap<JobId, Vec<DeedId>>,
	(deed, job, demand): (DeedId, &JobView, &Demand),
) -> bool {
	let is_available = chain.settled_availability.as_ref().is_none_or(|settled| {
		settled
			.by_deed
			.get(&deed)
			.is_some_and(|value| policy.availability_min <= *value)
	});
	let Some(offer) = knowledge.offers.get(&deed) else { return false };
	let there = on.iter().filter(|(_, deeds)| deeds.contains(&deed));
	let there: Vec<_> = there.map(|(id, _)| &chain.jobs[id]).collect();
	let class = |job: &JobView| chain.resource_classes.get(&job.resources).copied();
	let classes: Vec<_> = there.iter().copied().chain([job]).filter_map(class).collect();
	let sum = |part: fn(&ResourceClass) -> u32| classes.iter().map(part).sum::<u32>();
	let wholes = classes.iter().filter(|class| class.storage_gib.is_none()).count();
	let gpus = classes.iter().filter(|class| class.gpu.is_some()).count();
	let takes_gpu = class(job).is_some_and(|class| class.gpu.is_some());
	let takes_whole = class(job).is_some_and(|class| class.storage_gib.is_none());
	is_available
		&& there.len() < policy.jobs_per_node_max as usize
		&& sum(|class| class.cpu_millicores) <= offer.cpu_millicores
		&& sum(|class| class.memory_mib) <= offer.memory_mib
		&& sum(|class| class.storage_gib.unwrap_or(0) * 1_024) <= offer.disk_mib
		&& (wholes == 0 || (takes_whole && there.is_empty()))
		&& (!takes_gpu || (gpus == 1 && offer.gpu_memory_mib.is_some()))
		&& (offer.has_engine || !demand.needs_engine)
		&& demand.tags.matches(&offer.tags)
}

/// The lowest comes first.
fn rank(
	chain: &ChainState,
	on: &BTreeMap<JobId, Vec<DeedId>>,
	job: &JobView,
	set: &[DeedId],
	(deed, owner): (DeedId, Account),
) -> impl Ord + use<> {
	let of_owner = |deed: &DeedId| chain.deeds.get(*deed).unwrap().owner == owner;
	let nodes_of_owner = set.iter().filter(|deed| of_owner(deed)).count();
	let availability = chain.settled_availability.as_ref().map_or(0, |all| all.by_deed[&deed]);
	// What this job takes itself does not count, as long as it is not decided.
	let others = on.iter().filter(|(id, deeds)| **id != job.id && deeds.contains(&deed)).count();
	let number = |hash: [u8; 32]| u64::from_le_bytes(hash[..8].try_into().unwrap());
	let at = number((b"r1/placement/v2/deed", deed).using_encoded(blake2_256));
	let from = number((b"r1/placement/v2/job", job.id, job.round).using_encoded(blake2_256));
	(nodes_of_owner, Reverse(availability), others, at.wrapping_sub(from), deed)
}

// SPDX-License-Identifier: Apache-2.0

//! Which namespaces a node replicates, and with whom, as the chain has it.

use r1_core::{Account, Address, ChainState, JobMembers, Membership};
use r1_cstore::{
	quorum::{Members, Placed},
	service::Placement,
};
use r1_dauth::Scope;
use r1_primitives::{FORMER_MEMBERS_MAX, NodeKey};
use std::collections::{BTreeMap, BTreeSet};

/// Most nodes that replicate what belongs to an owner of deeds: those of the lowest deeds. It is
/// lost when all of them are.
const OWNER_REPLICAS_MAX: usize = 5;

/// The namespace of an owner of deeds.
pub(super) fn of_owner(owner: Account) -> String {
	format!("owner/{}", Address(owner))
}

/// What a node replicates: a namespace for each job that is placed on it, and one for its owner.
pub(super) fn of_node(state: &ChainState, node: &NodeKey) -> Vec<Placement> {
	let others = |nodes: &mut dyn Iterator<Item = NodeKey>| {
		let others: BTreeSet<NodeKey> = nodes.filter(|other| other != node).collect();
		others.into_iter().collect()
	};
	let jobs = state.jobs_on(node).map(|job| Placement {
		namespace: Scope::of_job(job.id).as_str().to_owned(),
		others: others(&mut job.deeds.iter().filter_map(|deed| state.node_of(*deed))),
	});
	let owner = owner_of(state, node).and_then(|owner| {
		let of_owner_nodes = || owner_nodes(state, owner);
		let is_one = of_owner_nodes().any(|one| one == *node);
		is_one.then(|| Placement {
			namespace: of_owner(owner),
			others: others(&mut of_owner_nodes()),
		})
	});
	jobs.chain(owner).collect()
}

/// Whom a node agrees with on keys, or did: the members of jobs.
pub(super) fn members_of(state: &ChainState, node: &NodeKey) -> BTreeMap<String, Placed> {
	let jobs = state.jobs.values().filter_map(|job| Some((job.id, job.members.as_ref()?)));
	let of_node = jobs.filter(|(_, members)| {
		let mut all = members.former.iter().chain([&members.current]);
		all.any(|membership| membership.nodes.contains(node))
	});
	of_node
		.map(|(job, members)| (Scope::of_job(job).as_str().to_owned(), placed(members)))
		.collect()
}

fn placed(JobMembers { current, former }: &JobMembers) -> Placed {
	let members = |one: &Membership| Members {
		round: one.round,
		since_ms: one.since_secs.saturating_mul(1_000),
		nodes: one.nodes.clone(),
	};
	Placed {
		current: members(current),
		former: former.iter().map(members).collect(),
		is_cut: FORMER_MEMBERS_MAX as usize <= former.len(),
	}
}

/// Who owns the deed of a node.
pub(super) fn owner_of(state: &ChainState, node: &NodeKey) -> Option<Account> {
	let deed = state.deeds.deed_of(node)?;
	Some(state.deeds.get(deed)?.owner)
}

/// The nodes that replicate what belongs to an owner.
fn owner_nodes(state: &ChainState, owner: Account) -> impl Iterator<Item = NodeKey> {
	let deeds = state.deeds.iter().filter(move |(_, deed)| deed.owner == owner);
	deeds.filter_map(|(id, _)| state.node_of(id)).take(OWNER_REPLICAS_MAX)
}

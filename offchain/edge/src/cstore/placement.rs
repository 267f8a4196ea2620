// SPDX-License-Identifier: Apache-2.0

//! Which namespaces a node replicates, and with whom, as the chain has it.

use r1_core::{Account, Address, ChainState};
use r1_cstore::service::Placement;
use r1_dauth::Scope;
use r1_primitives::NodeKey;
use std::collections::BTreeSet;

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

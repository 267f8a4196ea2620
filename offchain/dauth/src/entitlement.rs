// SPDX-License-Identifier: Apache-2.0

//! What the chain lets somebody do on a node.
//!
//! A token says who asks, and less than what he may; how much that is, every node reads from the
//! chain for itself, and whether the node that says who asks has a say here at all. So a token that
//! a stranger's node issued is no key to another one.

use crate::rights::{Ask, Scope, Service, Subject, Verb};
use r1_core::ChainState;
use r1_primitives::{DeedId, NodeKey};

/// Whether a node of a deed may say on whose behalf a token is, to the node of another deed.
///
/// Every node can sign a token that names anybody. So its word counts at itself, at other nodes of
/// its own owner, for that owner himself, and for the jobs that it runs.
#[must_use]
pub fn may_speak_for(
	issuer: DeedId,
	subject: &Subject,
	node: &NodeKey,
	state: &ChainState,
) -> bool {
	let owner_of = |deed| state.deeds.get(deed).map(|deed| deed.owner);
	let Some(owner) = owner_of(issuer) else { return false };
	let is_of_one_owner = state.deeds.deed_of(node).and_then(owner_of) == Some(owner);
	is_of_one_owner
		|| match subject {
			Subject::Account(account) => *account == owner,
			Subject::Job(job) => state.jobs.get(job).is_some_and(|job| job.deeds.contains(&issuer)),
		}
}

/// Whether the chain entitles a subject to something on a node.
///
/// - The owner of the node's deed: to everything.
/// - The owner of a job that runs on the node: to everything of the job, and to its model.
/// - An instance of a job that runs on the node: to the job's part of the store and of the files.
/// - Anybody who signed in: to look at what has no owner.
#[must_use]
pub fn is_entitled(subject: &Subject, ask: &Ask, node: &NodeKey, state: &ChainState) -> bool {
	match subject {
		Subject::Account(account) => {
			let deed = state.deeds.deed_of(node).and_then(|deed| state.deeds.get(deed));
			let owns_node = deed.is_some_and(|deed| deed.owner == *account);
			let owns_job = state
				.jobs_on(node)
				.any(|job| job.owner == *account && ask.scope == Scope::of_job(job.id));
			let is_public = ask.verb == Verb::Read
				&& ask.service == Service::Node
				&& ask.scope == Scope::whole();
			owns_node || owns_job || is_public
		},
		Subject::Job(id) => {
			let runs_here = state.jobs_on(node).any(|job| job.id == *id);
			let is_its_own = ask.scope == Scope::of_job(*id);
			runs_here && is_its_own && matches!(ask.service, Service::Store | Service::Files)
		},
	}
}

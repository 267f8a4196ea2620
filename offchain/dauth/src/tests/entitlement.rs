// SPDX-License-Identifier: Apache-2.0

use super::{GENESIS, account, node};
use crate::{Ask, Scope, Service, Subject, Verb, is_entitled};
use r1_core::{BlockRef, ChainState, Deed, DeedKind, JobView, RecentBlocks};
use r1_primitives::{EpochClock, JobId, PlacementRound};
use std::collections::BTreeMap;

const OWNER: u8 = 10;
const CLIENT: u8 = 11;
const STRANGER: u8 = 12;

/// Deed 1 is the node's; job 7 runs on it, and job 8 elsewhere. Both are the client's.
fn state() -> ChainState {
	let deed = |owner, node| Deed { owner, node, kind: DeedKind::Node, is_banned: false };
	let job = |id: JobId, deed| JobView {
		id,
		owner: account(CLIENT),
		resources: 1,
		price_per_epoch: 375_000,
		replicas: 1,
		specification: Vec::new(),
		end_epoch: 9,
		round: PlacementRound::default(),
		awaits_placement: false,
		deeds: vec![deed],
		lost: Vec::new(),
		members: None,
	};
	ChainState {
		genesis_hash: GENESIS,
		finalised: BlockRef { number: 1, hash: [1; 32], timestamp_secs: 1 },
		recent_blocks: RecentBlocks::default(),
		clock: EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 },
		current_epoch: 1,
		first_undecided_epoch: 0,
		deeds: [
			(1, deed(account(OWNER), Some(node().key()))),
			(2, deed(account(STRANGER), Some([2; 32]))),
		]
		.into_iter()
		.collect(),
		oracles: Vec::new(),
		session_oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		resource_classes: [].into(),
		jobs: [(7, job(7, 1)), (8, job(8, 2))].into(),
		learning: [].into(),
		ended_epoch: None,
		settled_availability: None,
	}
}

/// All that can be asked in the tests' world.
fn asks() -> impl Iterator<Item = Ask> {
	let scopes = [Scope::whole(), Scope::of_job(7), Scope::of_job(8)];
	scopes.into_iter().flat_map(|scope| {
		Service::ALL.into_iter().flat_map(move |service| {
			let scope = scope.clone();
			Verb::ALL.map(move |verb| Ask { service, verb, scope: scope.clone() })
		})
	})
}

#[test]
fn everybody_should_be_entitled_to_what_the_chain_says_and_to_nothing_else() {
	let is_public = |ask: &Ask| {
		(ask.service, ask.verb) == (Service::Node, Verb::Read) && ask.scope == Scope::whole()
	};
	let of_job = |ask: &Ask| ask.scope == Scope::of_job(7);
	let by_instance =
		|ask: &Ask| of_job(ask) && [Service::Store, Service::Files].contains(&ask.service);
	let state = state();
	for ask in asks() {
		for (subject, expected) in [
			(Subject::Account(account(OWNER)), true),
			(Subject::Account(account(CLIENT)), of_job(&ask) || is_public(&ask)),
			(Subject::Account(account(STRANGER)), is_public(&ask)),
			(Subject::Job(7), by_instance(&ask)),
			(Subject::Job(8), false),
			(Subject::Job(9), false),
		] {
			let entitled = is_entitled(&subject, &ask, &node().key(), &state);
			assert_eq!(entitled, expected, "{subject:?}: {ask}");
		}
	}
}

#[test]
fn owner_should_be_entitled_to_nothing_once_the_deed_has_another_node() {
	let mut state = state();
	let deed = Deed { node: Some([3; 32]), ..*state.deeds.get(1).unwrap() };
	state.deeds = [(1, deed)].into_iter().collect();
	let owner = Subject::Account(account(OWNER));
	let writes = asks().filter(|ask| ask.verb == Verb::Write);
	for ask in writes {
		assert!(!is_entitled(&owner, &ask, &node().key(), &state), "{ask}");
	}
}

// SPDX-License-Identifier: Apache-2.0

use crate::{limits::RECENT_BLOCKS_MAX, *};
use r1_primitives::{EpochClock, NodeKey};
use std::collections::{BTreeMap, BTreeSet};

const OWNER: Account = [9; 32];

fn job(id: u32, deeds: &[u32]) -> JobView {
	JobView {
		id,
		owner: OWNER,
		resources: 1,
		price_per_epoch: 375_000,
		replicas: 2,
		specification: vec![1],
		end_epoch: 40,
		round: 0,
		awaits_placement: deeds.is_empty(),
		deeds: deeds.to_vec(),
		lost: Vec::new(),
		members: None,
	}
}

fn node_deed(node: Option<NodeKey>) -> Deed {
	Deed { owner: OWNER, node, kind: DeedKind::Node, is_banned: false }
}

fn state() -> ChainState {
	let deeds =
		[(1, node_deed(Some([1; 32]))), (2, node_deed(None)), (3, node_deed(Some([3; 32])))];
	ChainState {
		genesis_hash: [0; 32],
		finalised: BlockRef { number: 5, hash: [5; 32], timestamp_secs: 1_000 },
		recent_blocks: RecentBlocks::default(),
		clock: EpochClock { start_secs: 0, epoch_secs: 60, slot_secs: 2 },
		current_epoch: 16,
		first_undecided_epoch: 15,
		deeds: deeds.into_iter().collect(),
		oracles: vec![[7; 32], [1; 32]],
		session_oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		resource_classes: [].into(),
		jobs: BTreeMap::from([(1, job(1, &[1, 3])), (2, job(2, &[3])), (3, job(3, &[]))]),
		learning: [].into(),
		ended_epoch: None,
		settled_availability: None,
	}
}

#[test]
fn deeds_should_be_found_by_number_and_by_node() {
	let deeds = state().deeds;
	assert_eq!(deeds.len(), 3);
	assert_eq!(deeds.deed_of(&[3; 32]), Some(3));
	assert_eq!(deeds.deed_of(&[2; 32]), None);
	assert_eq!(deeds.get(2).and_then(|deed| deed.node), None);
	assert_eq!(deeds.iter().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn paid_work_should_be_for_linked_node_deeds_that_are_not_banned() {
	let deed = node_deed(Some([1; 32]));
	assert!(deed.may_do_paid_work());
	for other in [
		Deed { node: None, ..deed },
		Deed { kind: DeedKind::Master, ..deed },
		Deed { kind: DeedKind::Genesis, ..deed },
		Deed { is_banned: true, ..deed },
	] {
		assert!(!other.may_do_paid_work(), "{other:?}");
	}
}

#[test]
fn admitted_nodes_should_be_linked_nodes_and_oracles() {
	assert_eq!(state().admitted_nodes(), BTreeSet::from([[1; 32], [3; 32], [7; 32]]));
}

#[test]
fn oracle_that_goes_should_be_admitted_until_its_last_epoch_ends() {
	let (goes, stays, comes) = ([7; 32], [1; 32], [9; 32]);
	let mut state = ChainState { session_oracles: vec![stays, comes], ..state() };
	assert_eq!(state.admitted_nodes(), BTreeSet::from([stays, [3; 32], goes, comes]));
	assert!(state.is_oracle(&goes) && state.is_oracle(&comes));
	// The next epoch begins.
	state.oracles.clone_from(&state.session_oracles);
	assert_eq!(state.admitted_nodes(), BTreeSet::from([stays, [3; 32], comes]));
	assert!(!state.is_oracle(&goes));
}

#[test]
fn node_of_a_banned_deed_should_be_admitted_no_more() {
	let mut state = state();
	let banned = |(id, deed): (u32, &Deed)| (id, Deed { is_banned: true, ..*deed });
	state.deeds = state.deeds.iter().map(banned).collect();
	assert_eq!(state.admitted_nodes(), state.oracles.iter().copied().collect());
	for (deed, _) in state.deeds.iter() {
		assert_eq!(state.node_of(deed), None);
	}
}

#[test]
fn jobs_on_should_list_the_jobs_of_the_deed_of_a_node() {
	let state = state();
	let on = |node| state.jobs_on(&node).map(|job| job.id).collect::<Vec<_>>();
	assert_eq!(on([1; 32]), [1]);
	assert_eq!(on([3; 32]), [1, 2]);
	// An oracle without a deed runs nothing.
	assert!(on([7; 32]).is_empty());
}

#[test]
fn recent_blocks_should_be_fresh_for_two_minutes() {
	let mut blocks = RecentBlocks::default();
	blocks.push([1; 32], 1_000);
	for (now, fresh) in [(999, true), (1_000, true), (1_120, true), (1_121, false)] {
		assert_eq!(blocks.is_fresh(&[1; 32], now), fresh, "at {now}");
	}
	assert!(!blocks.is_fresh(&[2; 32], 1_000));
}

#[test]
fn recent_blocks_should_forget_the_oldest_beyond_the_limit() {
	let mut blocks = RecentBlocks::default();
	for number in 0..=RECENT_BLOCKS_MAX as u64 {
		let mut hash = [0; 32];
		hash[..8].copy_from_slice(&number.to_le_bytes());
		blocks.push(hash, number);
	}
	assert_eq!(blocks.len(), RECENT_BLOCKS_MAX);
	assert_eq!(blocks.timestamp_secs(&[0; 32]), None);
}

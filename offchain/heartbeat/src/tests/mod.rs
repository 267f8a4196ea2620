// SPDX-License-Identifier: Apache-2.0

//! Tests, and the small world that they share.

mod beater;
mod chain_clock;
mod challenges;
mod conduct;
mod hostile;
mod invariants;
mod maintenance;
mod metrics;
mod observer;
mod snapshot;
mod store;
mod table;

use crate::*;
use codec::Encode;
use r1_core::{BlockRef, ChainState, Deed, DeedKind, Deeds, NodeIdentity, RecentBlocks};
use r1_primitives::{Beat, DeedId, EpochClock, SignedBeat};
use std::collections::BTreeMap;

/// Epochs of 60 s with 30 slots of 2 s; epoch 0 starts at 1 000 s.
pub(crate) const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 60, slot_secs: 2 };
pub(crate) const SLOTS: u32 = 30;
pub(crate) const GENESIS: [u8; 32] = [0xee; 32];
pub(crate) const SCOPE: ChainScope = ChainScope { genesis_hash: GENESIS, clock: CLOCK };
pub(crate) const CAPABILITIES: [u8; 32] = [0xca; 32];

/// The node that is linked to a deed in [`chain_at`].
pub(crate) fn node_of(deed: DeedId) -> NodeIdentity {
	let mut seed = [7; 32];
	seed[..4].copy_from_slice(&deed.to_le_bytes());
	NodeIdentity::from_seed(&seed)
}

/// A block for each second, whose hash begins with its timestamp.
pub(crate) fn block_made_at(timestamp_secs: u64) -> BlockRef {
	let mut hash = [0xb1; 32];
	hash[..8].copy_from_slice(&timestamp_secs.to_le_bytes());
	BlockRef { number: u32::try_from(timestamp_secs).unwrap(), hash, timestamp_secs }
}

/// The first second of the second half of a slot, when beats are sent.
pub(crate) fn middle_of(epoch: u32, slot: u32) -> u64 {
	CLOCK.starts_at_secs(epoch) + u64::from(slot * CLOCK.slot_secs + CLOCK.slot_secs / 2)
}

/// A chain whose newest block was made at `now_secs`, with deeds 1 to `linked` linked.
pub(crate) fn chain_at(now_secs: u64, linked: DeedId) -> ChainState {
	let deeds = (1..=linked).map(|deed| (deed, linked_to(&node_of(deed))));
	chain_with(now_secs, deeds.collect())
}

/// A Node Deed that is linked to a node.
pub(crate) fn linked_to(node: &NodeIdentity) -> Deed {
	let node = Some(node.key());
	Deed { owner: [9; 32], node, kind: DeedKind::Node, is_banned: false }
}

pub(crate) fn chain_with(now_secs: u64, deeds: Deeds) -> ChainState {
	let mut recent_blocks = RecentBlocks::default();
	for timestamp in now_secs.saturating_sub(200)..=now_secs {
		recent_blocks.push(block_made_at(timestamp).hash, timestamp);
	}
	ChainState {
		genesis_hash: GENESIS,
		finalised: block_made_at(now_secs),
		recent_blocks,
		clock: CLOCK,
		current_epoch: CLOCK.epoch_at(now_secs).unwrap_or(0),
		first_undecided_epoch: 0,
		deeds,
		oracles: Vec::new(),
		session_oracles: Vec::new(),
		epoch_seeds: BTreeMap::new(),
		maintenance: BTreeMap::new(),
		resource_classes: [].into(),
		jobs: BTreeMap::new(),
		learning: [].into(),
		ended_epoch: None,
		settled_availability: None,
	}
}

/// What an honest node of a deed says in a slot, naming a block that was made just then.
pub(crate) fn beat_in(epoch: u32, slot: u32) -> Beat {
	let finalised_block = block_made_at(middle_of(epoch, slot)).hash;
	Beat { epoch, slot, finalised_block, capabilities: CAPABILITIES }
}

pub(crate) fn signed_by(identity: &NodeIdentity, beat: Beat) -> Vec<u8> {
	let signature = identity.sign(&beat, &GENESIS);
	SignedBeat { node: identity.key(), beat, signature }.encode()
}

pub(crate) fn observer() -> Observer {
	Observer::new(SCOPE, ObserverLimits::default()).unwrap()
}

/// Lets the node of a deed beat in a slot; panics unless it counts.
pub(crate) fn count(observer: &mut Observer, deed: DeedId, epoch: u32, slot: u32) {
	let now = middle_of(epoch, slot);
	let bytes = signed_by(&node_of(deed), beat_in(epoch, slot));
	let verdict = observer.observe(&bytes, now, &chain_at(now, deed));
	assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?} for slot {slot} of {epoch}");
}

/// Lets the observer be up in a slot.
pub(crate) fn cover(observer: &mut Observer, epoch: u32, slot: u32) {
	let now = middle_of(epoch, slot);
	observer.tick(now, &chain_at(now, 0)).unwrap();
}

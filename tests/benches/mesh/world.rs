// SPDX-License-Identifier: Apache-2.0

//! A chain that knows all nodes, and the beats that they make on it.

use codec::Encode;
use r1_core::{BlockRef, ChainState, Deed, DeedKind, NodeIdentity, RecentBlocks};
use r1_primitives::{Beat, EpochClock, SignedBeat};
use std::collections::BTreeMap;

/// Length of mainnet's slots, in seconds.
pub(super) const SLOT_SECS: u32 = 10;

/// Mainnet's days, of slots of some length.
pub(super) fn clock(slot_secs: u32) -> EpochClock {
	EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs }
}

/// The chain's hash.
pub(super) const GENESIS: [u8; 32] = [0xee; 32];

/// The hash of the one block that beats name.
const BLOCK: [u8; 32] = [0xb1; 32];

/// The key of the node with that number.
pub(super) fn identity(number: u32) -> NodeIdentity {
	let mut seed = [7; 32];
	seed[..4].copy_from_slice(&number.to_le_bytes());
	NodeIdentity::from_seed(&seed)
}

/// A node's beat for a slot of epoch 0.
pub(super) fn beat(identity: &NodeIdentity, slot: u32) -> Vec<u8> {
	let beat = Beat { epoch: 0, slot, finalised_block: BLOCK, capabilities: [0xca; 32] };
	let signature = identity.sign(&beat, &GENESIS);
	SignedBeat { node: identity.key(), beat, signature }.encode()
}

/// The chain, on which each node has a deed, as it is at a moment.
pub(super) fn chain(identities: &[NodeIdentity], clock: EpochClock, now_secs: u64) -> ChainState {
	let deed = |node: &NodeIdentity| Deed {
		owner: [9; 32],
		node: Some(node.key()),
		kind: DeedKind::Node,
		is_banned: false,
	};
	let mut recent_blocks = RecentBlocks::default();
	recent_blocks.push(BLOCK, now_secs);
	ChainState {
		genesis_hash: GENESIS,
		finalised: BlockRef { number: 1, hash: BLOCK, timestamp_secs: now_secs },
		recent_blocks,
		clock,
		current_epoch: 0,
		first_undecided_epoch: 0,
		deeds: (1..).zip(identities).map(|(number, node)| (number, deed(node))).collect(),
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

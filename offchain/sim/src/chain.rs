// SPDX-License-Identifier: Apache-2.0

//! The chain as daemons see it: blocks that become final some time after they were made.

use crate::random::SimulatedRng;
use r1_core::{BlockRef, ChainState, Deeds, NodeIdentity, RecentBlocks};
use r1_heartbeat::OwnTime;
use r1_primitives::{EpochClock, NodeKey};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// Unix time at which a run begins, in seconds.
pub(crate) const GENESIS_SECS: u64 = 1_700_000_000;
/// Hash of block 0.
pub(crate) const GENESIS: [u8; 32] = [0xee; 32];
/// Time between two blocks, in milliseconds.
pub(crate) const BLOCK_MS: u64 = 6_000;

/// How long blocks take to become final.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finality {
	/// At least, in milliseconds.
	pub lag_ms: u64,
	/// Up to so much longer, in milliseconds.
	pub jitter_ms: u64,
	/// Nothing becomes final within it, and everything at its end.
	pub stall_ms: Range<u64>,
}

/// All blocks of a run.
#[derive(Debug)]
pub(crate) struct SimulatedChain {
	/// By number: when it becomes final, and what the chain says then.
	blocks: Vec<(u64, Arc<ChainState>)>,
}

impl SimulatedChain {
	pub(crate) fn new(
		clock: EpochClock,
		deeds: &Deeds,
		oracles: &[NodeKey],
		finality: &Finality,
		(length_ms, rng): (u64, &SimulatedRng),
	) -> Self {
		let rng_seed = rng.next();
		let mut blocks = Vec::new();
		let mut recent_blocks = RecentBlocks::default();
		let mut final_ms = 0;
		for number in 0..=u32::try_from(length_ms / BLOCK_MS).unwrap_or(u32::MAX) {
			let made_ms = u64::from(number) * BLOCK_MS;
			let timestamp_secs = GENESIS_SECS + made_ms / 1_000;
			let mut hash = [0xb1; 32];
			hash[..4].copy_from_slice(&number.to_le_bytes());
			recent_blocks.push(hash, timestamp_secs);
			let due_ms = made_ms + finality.lag_ms + rng.within(0..=finality.jitter_ms);
			let due_ms = match finality.stall_ms.contains(&due_ms) {
				true => finality.stall_ms.end,
				false => due_ms,
			};
			final_ms = due_ms.max(final_ms);
			let epoch = clock.epoch_at(timestamp_secs).unwrap_or(0);
			let state = ChainState {
				genesis_hash: GENESIS,
				finalised: BlockRef { number, hash, timestamp_secs },
				recent_blocks: recent_blocks.clone(),
				clock,
				current_epoch: epoch,
				first_undecided_epoch: 0,
				deeds: deeds.clone(),
				oracles: oracles.to_vec(),
				session_oracles: Vec::new(),
				epoch_seeds: (0..=epoch).map(|epoch| (epoch, seed_of(epoch, rng_seed))).collect(),
				maintenance: BTreeMap::new(),
				resource_classes: [].into(),
				jobs: BTreeMap::new(),
				learning: [].into(),
				ended_epoch: None,
				settled_availability: None,
			};
			blocks.push((final_ms, Arc::new(state)));
		}
		Self { blocks }
	}
}

/// What the chain draws for an epoch.
fn seed_of(epoch: u32, rng_seed: u64) -> [u8; 32] {
	let mut seed = [0x5e; 32];
	seed[..4].copy_from_slice(&epoch.to_le_bytes());
	seed[4..12].copy_from_slice(&rng_seed.to_le_bytes());
	seed
}

/// How far one machine has followed the chain, and what its own clocks show.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
	/// How much later than others it hears of a final block, in milliseconds.
	pub(crate) hears_after_ms: u64,
	/// How far its wall clock is off, in milliseconds.
	pub(crate) skew_ms: i64,
	/// When its wall clock is set right, if ever.
	pub(crate) set_right_ms: u64,
	/// When its process started.
	pub(crate) started_ms: u64,
	/// Blocks that it has heard of.
	pub(crate) heard: usize,
}

impl Machine {
	/// The newest finalised state that it knows; `None` before the first.
	pub(crate) fn state<'c>(
		&mut self,
		chain: &'c SimulatedChain,
		at_ms: u64,
	) -> Option<&'c Arc<ChainState>> {
		let is_heard = |(final_ms, _): &(u64, _)| final_ms + self.hears_after_ms <= at_ms;
		while chain.blocks.get(self.heard).is_some_and(is_heard) {
			self.heard += 1;
		}
		let newest = self.heard.checked_sub(1)?;
		chain.blocks.get(newest).map(|(_, state)| state)
	}

	pub(crate) fn own_time(&self, at_ms: u64) -> OwnTime {
		let skew_ms = if at_ms < self.set_right_ms { self.skew_ms } else { 0 };
		OwnTime {
			wall_secs: (GENESIS_SECS * 1_000 + at_ms).saturating_add_signed(skew_ms) / 1_000,
			monotonic_ms: at_ms.saturating_sub(self.started_ms),
		}
	}
}

/// The identity of a number: a real key, which is made once for all runs of a process.
pub(crate) fn identity(number: u32) -> NodeIdentity {
	use std::sync::{Mutex, OnceLock, PoisonError};
	static IDENTITIES: OnceLock<Mutex<BTreeMap<u32, NodeIdentity>>> = OnceLock::new();
	let identities = IDENTITIES.get_or_init(Mutex::default);
	let mut identities = identities.lock().unwrap_or_else(PoisonError::into_inner);
	let make = || {
		let mut seed = [7; 32];
		seed[..4].copy_from_slice(&number.to_le_bytes());
		NodeIdentity::from_seed(&seed)
	};
	identities.entry(number).or_insert_with(make).clone()
}

// SPDX-License-Identifier: Apache-2.0

//! Says when a beat is due, and makes it.

use crate::{
	metrics::BeaterMetrics,
	signatures::{Ed25519, Signatures},
	slot::Position,
};
use r1_core::{BlockRef, ChainState, NodeIdentity, limits::FRESH_BLOCK_SECS};
use r1_primitives::{Beat, EpochClock, NodeKey, SignedBeat};
use std::sync::Arc;

/// How long a node knows a finalised block before its beats name it, in seconds.
///
/// A receiver refuses a block that it has not seen finalised. Nodes learn of a block within a
/// second or so of each other; one block time of the shortest kind, 2 s, lets the slowest catch up.
const BLOCK_SETTLES_SECS: u64 = 2;

/// Ticks in one slot: as each half of a slot has four, none is missed when a tick comes late.
const TICKS_PER_SLOT: u64 = 8;

/// A node's pulse: one signed beat in each slot.
///
/// A beat is due from the middle of a slot on. There it is as far as it can be from both ends, so
/// that it still arrives in the right slot when clocks differ by less than half of one. Every
/// `now_secs` is the chain's time, as a [`ChainClock`](crate::ChainClock) tells it.
#[derive(Debug)]
pub struct Beater {
	identity: NodeIdentity,
	capabilities: [u8; 32],
	node: NodeKey,
	last: Option<Position>,
	blocks: SettledBlock,
	signatures: Arc<dyn Signatures>,
	metrics: BeaterMetrics,
}

impl Beater {
	/// A pulse that has not beaten yet; `capabilities` is the hash of the node's record.
	#[must_use]
	pub fn new(identity: NodeIdentity, capabilities: [u8; 32]) -> Self {
		Self {
			node: identity.key(),
			identity,
			capabilities,
			last: None,
			blocks: SettledBlock::default(),
			signatures: Arc::new(Ed25519),
			metrics: BeaterMetrics::default(),
		}
	}

	/// Signs in another way than the network: for simulations.
	#[must_use]
	pub fn with_signatures(self, signatures: Arc<dyn Signatures>) -> Self {
		Self { signatures, ..self }
	}

	/// How often to call [`Self::tick`], in milliseconds.
	#[must_use]
	pub fn tick_period_ms(clock: &EpochClock) -> u64 {
		u64::from(clock.slot_secs).saturating_mul(1_000) / TICKS_PER_SLOT
	}

	/// Decides whether a beat is due now, and makes it.
	///
	/// Says [`Tick::Silent`] in each tick in which a beat is due and cannot be made.
	pub fn tick(&mut self, now_secs: u64, chain: &ChainState) -> Tick {
		self.blocks.learn(now_secs, chain.finalised);
		let Some(position) = Position::at(&chain.clock, now_secs) else {
			return Tick::Silent(Silence::ClockNotStarted);
		};
		// Not `<=`: when the clock was wrong and is set back, the pulse goes on.
		if self.last == Some(position) || !is_second_half(&chain.clock, now_secs) {
			return Tick::Wait;
		}
		match self.sign(position, now_secs, chain) {
			Ok(beat) => {
				self.last = Some(position);
				self.metrics.sent += 1;
				Tick::Beat(beat)
			},
			Err(silence) => Tick::Silent(silence),
		}
	}

	/// Announces another capability record from the next beat on.
	pub fn announce(&mut self, capabilities: [u8; 32]) {
		self.capabilities = capabilities;
	}

	/// What was counted so far.
	#[must_use]
	pub fn metrics(&self) -> &BeaterMetrics {
		&self.metrics
	}

	fn sign(
		&self,
		position: Position,
		now_secs: u64,
		chain: &ChainState,
	) -> Result<SignedBeat, Silence> {
		let node = self.node;
		chain.deeds.deed_of(&node).ok_or(Silence::NotLinked)?;
		let block = self.blocks.fresh(now_secs, chain.finalised).ok_or(Silence::ChainStale)?;
		let beat = Beat {
			epoch: position.epoch,
			slot: position.slot,
			finalised_block: block.hash,
			capabilities: self.capabilities,
		};
		let signature = self.signatures.sign_beat(&self.identity, &beat, &chain.genesis_hash);
		Ok(SignedBeat { node, beat, signature })
	}
}

/// What a tick came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tick {
	/// Send this.
	Beat(SignedBeat),
	/// Nothing is due.
	Wait,
	/// A beat is due and nobody would accept it.
	Silent(Silence),
}

/// Why a node does not beat.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Silence {
	/// Epoch 0 has not begun.
	#[error("the epoch clock has not started")]
	ClockNotStarted,
	/// The node's key is linked to no deed.
	#[error("the node is not linked to a deed")]
	NotLinked,
	/// No finalised block is young enough to prove anything.
	#[error("the newest finalised block is more than {FRESH_BLOCK_SECS} s old")]
	ChainStale,
}

/// The newest finalised block that others can be expected to know as well.
#[derive(Debug, Default)]
struct SettledBlock {
	settled: Option<BlockRef>,
	/// A newer block, and when this node learnt of it.
	candidate: Option<(BlockRef, u64)>,
}

impl SettledBlock {
	fn learn(&mut self, now_secs: u64, finalised: BlockRef) {
		match self.candidate {
			// A wait that began in the future began before the clock was set back: it is over.
			Some((block, learnt_secs)) if now_secs.abs_diff(learnt_secs) >= BLOCK_SETTLES_SECS => {
				self.settled = Some(block);
				self.candidate = (block != finalised).then_some((finalised, now_secs));
			},
			Some(_) => {},
			None if self.settled == Some(finalised) => {},
			None => self.candidate = Some((finalised, now_secs)),
		}
	}

	/// A block to name; the newest of all if the settled one is missing or too old.
	fn fresh(&self, now_secs: u64, finalised: BlockRef) -> Option<BlockRef> {
		let is_fresh =
			|block: &BlockRef| now_secs.saturating_sub(block.timestamp_secs) <= FRESH_BLOCK_SECS;
		self.settled.into_iter().chain([finalised]).find(is_fresh)
	}
}

fn is_second_half(clock: &EpochClock, now_secs: u64) -> bool {
	let slot_secs = u64::from(clock.slot_secs);
	now_secs
		.checked_sub(clock.start_secs)
		.and_then(|elapsed| elapsed.checked_rem(slot_secs))
		.is_some_and(|offset| slot_secs / 2 <= offset)
}

// SPDX-License-Identifier: Apache-2.0

//! Where a moment lies in the chain's time, and whether that can be known.

use r1_core::{ChainState, limits::FRESH_BLOCK_SECS};
use r1_primitives::{EpochClock, EpochIndex};

/// A slot of an epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Position {
	pub(crate) epoch: EpochIndex,
	/// Counted from 0 within the epoch.
	pub(crate) slot: u32,
}

impl Position {
	/// The position of a moment; `None` before the clock starts.
	pub(crate) fn at(clock: &EpochClock, now_secs: u64) -> Option<Self> {
		Some(Self { epoch: clock.epoch_at(now_secs)?, slot: clock.slot_at(now_secs)? })
	}

	/// The slot, counted from 0 since the clock started.
	pub(crate) fn number(self, clock: &EpochClock) -> u64 {
		// (2^32 - 1)^2 + 2^32 - 1 is less than 2^64.
		u64::from(self.epoch) * u64::from(clock.slots_per_epoch()) + u64::from(self.slot)
	}
}

/// The position of the own clock, if the own clock and the own view of the chain can be trusted.
///
/// They are two witnesses of the same time. When they differ by more than the age at which a block
/// proves nothing, either may be wrong, and nobody else may be judged by them.
pub(crate) fn trusted_position(
	clock: &EpochClock,
	now_secs: u64,
	chain: &ChainState,
) -> Result<Position, Blindness> {
	let position = Position::at(clock, now_secs).ok_or(Blindness::ClockNotStarted)?;
	if FRESH_BLOCK_SECS < now_secs.abs_diff(chain.finalised.timestamp_secs) {
		return Err(Blindness::ChainOutOfStep);
	}
	Ok(position)
}

/// Why an observer cannot judge anybody at the moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Blindness {
	/// Epoch 0 has not begun.
	#[error("the epoch clock has not started")]
	ClockNotStarted,
	/// The own clock and the newest finalised block are more than two minutes apart.
	#[error("the own clock and the finalised chain are more than {FRESH_BLOCK_SECS} s apart")]
	ChainOutOfStep,
}

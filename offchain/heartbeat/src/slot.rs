// SPDX-License-Identifier: Apache-2.0

//! Where a moment lies in the chain's time, and whether that can be known.

use r1_core::{ChainState, limits::FRESH_BLOCK_SECS};
use r1_primitives::{EpochClock, EpochIndex};

/// A slot of an epoch.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
	/// The epoch.
	pub epoch: EpochIndex,
	/// Counted from 0 within the epoch.
	pub slot: u32,
}

impl Position {
	/// The position of a moment; `None` before the clock starts.
	#[must_use]
	pub fn at(clock: &EpochClock, now_secs: u64) -> Option<Self> {
		Some(Self { epoch: clock.epoch_at(now_secs)?, slot: clock.slot_at(now_secs)? })
	}

	/// The position of a moment of the chain's time, if others can be judged at that moment.
	///
	/// # Errors
	///
	/// The clock has not started, or the newest finalised block is more than two minutes from that
	/// moment: finality has stalled, or this machine does not hear of it.
	pub fn trusted(
		clock: &EpochClock,
		now_secs: u64,
		chain: &ChainState,
	) -> Result<Self, Blindness> {
		let position = Self::at(clock, now_secs).ok_or(Blindness::ClockNotStarted)?;
		if FRESH_BLOCK_SECS < now_secs.abs_diff(chain.finalised.timestamp_secs) {
			return Err(Blindness::ChainOutOfStep);
		}
		Ok(position)
	}

	/// The slot, counted from 0 since the clock started.
	pub(crate) fn number(self, clock: &EpochClock) -> u64 {
		// (2^32 - 1)^2 + 2^32 - 1 is less than 2^64.
		u64::from(self.epoch) * u64::from(clock.slots_per_epoch()) + u64::from(self.slot)
	}
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

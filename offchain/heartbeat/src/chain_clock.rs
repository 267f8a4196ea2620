// SPDX-License-Identifier: Apache-2.0

//! The chain's time, told from the blocks that become final.
//!
//! Slots are short, and clocks of machines are not: one that is half a minute off would beat in
//! slots that nobody counts. What all machines see alike is the chain. Each finalised block carries
//! a timestamp, and reaches everybody within a second or so. So each machine keeps, for the newest
//! blocks, how far the block's timestamp was ahead of its own clock when the block came, and takes
//! the *largest*: the block that came with the least delay. Own clock plus that is its estimate.
//!
//! The estimate is behind real time by the least lag of finality, a few blocks. The lag is the same
//! for everybody, so all estimates agree within a second or two, and nothing else matters: an epoch
//! ends for all daemons that little later than it does on the chain, and so do its reports.
//!
//! # What goes wrong
//!
//! - *A burst*: blocks become final late and many at once. Their timestamps are less far ahead than
//!   those of earlier samples, so the largest stays what it was. A burst fills one sample only.
//! - *A stall*: no sample comes; the own clock carries the estimate on. After two minutes the
//!   newest block is too old for anybody to judge by it.
//! - *The wall clock is set*: nothing, as samples are of the monotonic clock. The wall clock only
//!   has to be within two minutes of the chain, or the chain that this machine sees may be an old
//!   one: a node that catches up sees blocks of long ago become final.
//! - *The monotonic clock falls back*, as it does when a machine sleeps: the next block is further
//!   ahead than all before, and becomes the largest at once.
//! - *The monotonic clock runs ahead*, which it should not: the newest samples agree on less than
//!   the largest, which is forgotten with the [`SAMPLES_MAX`]-th block after it.
//! - *The first block after a start* may be old already, by up to the time between two blocks; the
//!   next one or two put it right.

use crate::slot::Blindness;
use r1_core::{BlockHash, BlockRef, Clock, limits::FRESH_BLOCK_SECS};
use std::collections::VecDeque;

/// Samples that are kept.
///
/// Enough that some came without delay, and so few that a clock that drifts by 50 parts in a
/// million is 10 ms off at most: 32 blocks of 6 s are 192 s.
pub const SAMPLES_MAX: usize = 32;

/// Blocks that come within so many milliseconds are one sample, so that a burst of finality does
/// not push out what came before it.
const BURST_MS: u64 = 1_000;

/// What a machine's own clocks show at one moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OwnTime {
	/// Unix time, in seconds; may jump.
	pub wall_secs: u64,
	/// Milliseconds since some moment; for one process only.
	pub monotonic_ms: u64,
}

impl OwnTime {
	/// What a clock shows now.
	#[must_use]
	pub fn of(clock: &dyn Clock) -> Self {
		Self { wall_secs: clock.now_secs(), monotonic_ms: clock.monotonic_ms() }
	}
}

/// An estimate of the chain's time, which every daemon has alike.
///
/// One for each daemon; what it says is the `now_secs` of all engines of this crate. Holds at most
/// [`SAMPLES_MAX`] samples of 32 bytes, and starts empty after a restart.
#[derive(Clone, Debug, Default)]
pub struct ChainClock {
	newest: Option<BlockHash>,
	samples: VecDeque<Sample>,
	/// The largest of the samples.
	ahead_ms: Option<i128>,
}

impl ChainClock {
	/// A clock that has seen no block.
	#[must_use]
	pub fn new() -> Self {
		Self::default()
	}

	/// The chain's time in Unix seconds, after learning of the newest finalised block.
	///
	/// Called as often as somebody wants to know the time, and best whenever a block becomes final:
	/// what is seen late is taken for delayed.
	///
	/// # Errors
	///
	/// The wall clock and the chain that this machine sees are more than two minutes apart, so that
	/// one of them is not to be trusted.
	pub fn now_secs(&mut self, own: OwnTime, finalised: &BlockRef) -> Result<u64, Blindness> {
		self.learn(own, finalised);
		let now_secs = self.estimate_secs(own);
		match now_secs.abs_diff(own.wall_secs) <= FRESH_BLOCK_SECS {
			true => Ok(now_secs),
			false => Err(Blindness::ChainOutOfStep),
		}
	}

	/// The chain's time as far as it was learnt, whatever the wall clock says; the wall clock's own
	/// before the first block.
	#[must_use]
	pub fn estimate_secs(&self, own: OwnTime) -> u64 {
		let Some(ahead_ms) = self.ahead_ms else { return own.wall_secs };
		let now_ms = i128::from(own.monotonic_ms).saturating_add(ahead_ms).max(0);
		u64::try_from(now_ms / 1_000).unwrap_or(u64::MAX)
	}

	fn learn(&mut self, own: OwnTime, finalised: &BlockRef) {
		if self.newest.replace(finalised.hash) == Some(finalised.hash) {
			return;
		}
		let made_ms = i128::from(finalised.timestamp_secs) * 1_000;
		let ahead_ms = made_ms - i128::from(own.monotonic_ms);
		match self.samples.back_mut() {
			Some(last) if own.monotonic_ms.abs_diff(last.taken_ms) < BURST_MS => {
				last.ahead_ms = last.ahead_ms.max(ahead_ms);
			},
			_ => {
				if self.samples.len() == SAMPLES_MAX {
					self.samples.pop_front();
				}
				self.samples.push_back(Sample { taken_ms: own.monotonic_ms, ahead_ms });
			},
		}
		self.ahead_ms = self.samples.iter().map(|sample| sample.ahead_ms).max();
	}
}

/// How far a block's timestamp was ahead of the own clock when the block came.
#[derive(Clone, Copy, Debug)]
struct Sample {
	taken_ms: u64,
	ahead_ms: i128,
}

// SPDX-License-Identifier: Apache-2.0

//! Adoption: how far the network has come, from deeds sold and work paid for.
//!
//! Both are totals since the start of the network, and each is compared with a threshold of its
//! own. Adoption is the mean of the two scores, 65 535 being all of it. A score is not cut at its
//! threshold, only the mean is: one total alone reaches full adoption at twice its threshold.

use crate::ratio::mul_div;
use core::num::NonZero;
use r1_primitives::{EpochIndex, USDC};

/// Full adoption.
pub const FULL_ADOPTION: u16 = u16::MAX;

/// The totals at which each of the two scores is full.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Thresholds {
	/// Node Deeds sold.
	pub deeds_sold: NonZero<u32>,
	/// Paid for work, in 10^-6 USDC: rewards and burned part together.
	pub work_volume: NonZero<u128>,
}

impl Thresholds {
	/// The main network's: 7 500 deeds and 5 000 000 USDC.
	pub const MAINNET: Self = Self {
		deeds_sold: NonZero::new(7_500).expect("is not zero; qed"),
		work_volume: NonZero::new(5_000_000 * USDC).expect("is not zero; qed"),
	};

	/// Adoption by the totals at the end of an epoch; 65 535 is all of it.
	///
	/// `min(65 535, floor((floor(deeds_sold * 65 535 / threshold) + floor(work_volume * 65 535 /
	/// threshold)) / 2))`. Never falls when a total rises.
	#[must_use]
	pub fn adoption(&self, deeds_sold: u32, work_volume: u128) -> u16 {
		let deeds_score = score(deeds_sold.into(), self.deeds_sold.get().into());
		let work_score = score(work_volume, self.work_volume.get());
		// Saturating: half of the greatest number is still far beyond full adoption.
		let mean = deeds_score.saturating_add(work_score) / 2;
		u16::try_from(mean).unwrap_or(FULL_ADOPTION)
	}
}

/// A running total as it stood at the end of an epoch, and until the next checkpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Checkpoint {
	/// The epoch whose end this is.
	pub epoch: EpochIndex,
	/// The total at its end; in deeds, or in 10^-6 USDC.
	pub total: u128,
}

impl Checkpoint {
	/// The checkpoint after `amount` more in `epoch`.
	///
	/// It replaces `latest` if that is of the same epoch, and follows it otherwise.
	/// `None` if `epoch` is before the latest one, whose total would change in hindsight, or if the
	/// total does not fit.
	#[must_use]
	pub fn record(latest: Option<Self>, epoch: EpochIndex, amount: u128) -> Option<Self> {
		let Some(latest) = latest else {
			return Some(Self { epoch, total: amount });
		};
		if epoch < latest.epoch {
			return None;
		}
		Some(Self { epoch, total: latest.total.checked_add(amount)? })
	}
}

/// Whether checkpoints tell one history: epochs rise, and totals never fall.
#[must_use]
pub fn is_history(checkpoints: &[Checkpoint]) -> bool {
	checkpoints.windows(2).all(|pair| match pair {
		[earlier, later] => earlier.epoch < later.epoch && earlier.total <= later.total,
		_ => true,
	})
}

/// The total at the end of an epoch: that of the latest checkpoint up to it, 0 before the first.
///
/// `checkpoints` are in the order of their epochs. Takes time in proportion to the logarithm of
/// their number.
#[must_use]
pub fn total_at(checkpoints: &[Checkpoint], epoch: EpochIndex) -> u128 {
	let up_to = checkpoints.partition_point(|checkpoint| checkpoint.epoch <= epoch);
	let latest = up_to.checked_sub(1).and_then(|position| checkpoints.get(position));
	latest.map_or(0, |checkpoint| checkpoint.total)
}

/// `floor(total * 65 535 / threshold)`, or the greatest number if that does not fit.
fn score(total: u128, threshold: u128) -> u128 {
	mul_div(total, FULL_ADOPTION.into(), threshold).unwrap_or(u128::MAX)
}

// SPDX-License-Identifier: Apache-2.0

//! The availability of every deed in an epoch.

use crate::{epoch::EpochRecord, observer::ObserverLimits};
use r1_primitives::{DeedId, EpochIndex, Maintenance};
use std::collections::BTreeMap;

/// The windows of maintenance, one for each deed that announced one, as `ChainState` has them.
///
/// Those of another epoch than the one that is reported count for nothing.
pub type MaintenanceWindows = BTreeMap<DeedId, Maintenance>;

/// What an observer reports of one epoch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AvailabilityTable {
	/// The epoch.
	pub epoch: EpochIndex,
	/// 0 to 255 for each deed, deed 1 first, as in `EpochEvidence`.
	pub values: Vec<u8>,
}

impl AvailabilityTable {
	/// The table of deeds 1 to `issued`.
	pub(crate) fn new(
		epoch: EpochIndex,
		record: &EpochRecord,
		slots: u32,
		issued: DeedId,
		windows: &MaintenanceWindows,
		limits: &ObserverLimits,
	) -> Result<Self, Declined> {
		let covered = record.covered.ones();
		let required = u64::from(slots) * u64::from(limits.coverage_min_percent);
		if u64::from(covered) * 100 < required {
			return Err(Declined::TooLittleCovered { epoch, covered, slots });
		}
		let value_of = |deed| {
			let window = windows.get(&deed);
			let neutral = window.map_or(0..0, |window| window.neutral_slots(epoch, slots));
			// A window is at most a part of the epoch: it is never longer than `slots`.
			let counting = slots - (neutral.end - neutral.start);
			availability_value(record.slots_up(deed, slots, neutral), counting)
		};
		let values = (1..=issued.min(limits.deeds_max)).map(value_of).collect();
		Ok(Self { epoch, values })
	}
}

/// `round(255 * ones / slots)`, halves up; 0 if there are no slots.
#[must_use]
pub fn availability_value(ones: u32, slots: u32) -> u8 {
	// floor(x + 1/2) = floor((2 * 255 * ones + slots) / (2 * slots)), below 2^42.
	let doubled = 2 * 255 * u64::from(ones.min(slots)) + u64::from(slots);
	let value = doubled.checked_div(2 * u64::from(slots)).unwrap_or(0);
	u8::try_from(value).expect("ones is at most slots, so the value is at most 255; qed")
}

/// Why an observer does not report an epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Declined {
	/// The epoch goes on.
	#[error("epoch {epoch} is not over")]
	NotOver {
		/// The epoch.
		epoch: EpochIndex,
	},
	/// The observer was not there, or the epoch is too long ago.
	#[error("nothing is known of epoch {epoch}")]
	Unknown {
		/// The epoch.
		epoch: EpochIndex,
	},
	/// The observer was away, so that its table would blame others for its own absence.
	#[error("only {covered} of {slots} slots of epoch {epoch} were observed")]
	TooLittleCovered {
		/// The epoch.
		epoch: EpochIndex,
		/// Slots in which the observer could judge.
		covered: u32,
		/// Slots of the epoch.
		slots: u32,
	},
}

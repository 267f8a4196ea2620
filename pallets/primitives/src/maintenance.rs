// SPDX-License-Identifier: Apache-2.0

//! Maintenance: slots of a later epoch in which a deed's node may be away.

use crate::EpochIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use scale_info::TypeInfo;

/// One in so many slots of an epoch may be maintenance.
///
/// A day has 24 hours: one hour a day is enough for an upgrade and a restart, and costs the network
/// 4 % of a node at most.
pub const MAINTENANCE_SHARE: u32 = 24;

/// Most slots of maintenance in an epoch of `slots_per_epoch` slots.
///
/// 360 of 8 640 on mainnet; 1 of 30 in development. None in an epoch of fewer than 24 slots, where
/// one slot would be more than its share.
#[must_use]
pub const fn maintenance_slots_max(slots_per_epoch: u32) -> u32 {
	match slots_per_epoch.checked_div(MAINTENANCE_SHARE) {
		Some(slots) => slots,
		None => 0,
	}
}

/// A window that a deed announced on the chain before its epoch began.
///
/// Its slots are neutral: they count neither for nor against the node.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Maintenance {
	/// The epoch that the window lies in.
	pub epoch: EpochIndex,
	/// The first slot of the window, counted from 0 within the epoch.
	pub first_slot: u32,
	/// Number of slots.
	pub slots: u32,
}

impl Maintenance {
	/// Whether it has a slot, lies within its epoch, and is not longer than allowed.
	#[must_use]
	pub fn is_valid(&self, slots_per_epoch: u32) -> bool {
		let ends = self.first_slot.checked_add(self.slots);
		self.slots > 0
			&& self.slots <= maintenance_slots_max(slots_per_epoch)
			&& ends.is_some_and(|end| end <= slots_per_epoch)
	}

	/// The neutral slots of an epoch: never more than allowed, whatever the window says.
	#[must_use]
	pub fn neutral_slots(&self, epoch: EpochIndex, slots_per_epoch: u32) -> Range<u32> {
		if self.epoch != epoch {
			return 0..0;
		}
		let slots = self.slots.min(maintenance_slots_max(slots_per_epoch));
		// Saturating: what lies beyond the end of the epoch is cut off anyway.
		let end = self.first_slot.saturating_add(slots).min(slots_per_epoch);
		self.first_slot.min(end)..end
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const SLOTS: u32 = 8_640;

	fn window(first_slot: u32, slots: u32) -> Maintenance {
		Maintenance { epoch: 7, first_slot, slots }
	}

	#[test]
	fn maintenance_should_be_at_most_an_hour_a_day() {
		assert_eq!(maintenance_slots_max(SLOTS), 360);
		assert_eq!(maintenance_slots_max(30), 1);
		assert_eq!(maintenance_slots_max(23), 0);
		assert_eq!(maintenance_slots_max(0), 0);
	}

	#[test]
	fn maintenance_should_be_valid_only_within_its_epoch_and_its_share() {
		for (first_slot, slots, expected) in [
			(0, 1, true),
			(0, 360, true),
			(SLOTS - 360, 360, true),
			(0, 0, false),
			(0, 361, false),
			(SLOTS - 359, 360, false),
			(u32::MAX, 1, false),
		] {
			assert_eq!(window(first_slot, slots).is_valid(SLOTS), expected, "{first_slot} {slots}");
		}
		assert!(!window(0, 1).is_valid(23));
	}

	#[test]
	fn neutral_slots_should_be_cut_to_the_share_and_to_the_epoch() {
		for (first_slot, slots, expected) in [
			(10, 5, 10..15),
			(10, u32::MAX, 10..370),
			(SLOTS - 2, 5, SLOTS - 2..SLOTS),
			(SLOTS, 5, SLOTS..SLOTS),
			(u32::MAX, 5, SLOTS..SLOTS),
			(10, 0, 10..10),
		] {
			assert_eq!(window(first_slot, slots).neutral_slots(7, SLOTS), expected);
		}
		assert!(window(10, 5).neutral_slots(8, SLOTS).is_empty());
	}
}

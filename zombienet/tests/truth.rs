// SPDX-License-Identifier: Apache-2.0

//! What really was: which slots of an epoch a machine was there for, by the hand that stopped it.

/// Slots in an epoch of the chain `fast`.
pub(crate) const SLOTS: u64 = 12;

/// Seconds of a slot.
const SLOT_SECS: f64 = 2.0;

/// What one slot is worth in a table.
const SLOT_VALUE: f64 = 255.0 / SLOTS as f64;

/// A machine's absence within one epoch, in seconds after the epoch's start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absence {
	pub(crate) from: f64,
	pub(crate) to: f64,
}

/// The values that a table may hold: the truth, give or take one slot.
///
/// A slot counts if the machine was there for any part of it in which it could have sent its beat:
/// so those that it was away for wholly are lost, and those that it was away for in part are either.
pub(crate) fn expected(absence: Option<Absence>) -> std::ops::RangeInclusive<u64> {
	let (lost_at_least, lost_at_most) = match absence {
		None => (0.0, 0.0),
		Some(Absence { from, to }) => {
			let first_whole = (from / SLOT_SECS).ceil();
			let after_last_whole = (to / SLOT_SECS).floor();
			let touched = (to / SLOT_SECS).ceil() - (from / SLOT_SECS).floor();
			((after_last_whole - first_whole).max(0.0), touched)
		},
	};
	let lowest = 255.0 - (lost_at_most + 1.0) * SLOT_VALUE;
	let highest = 255.0 - (lost_at_least - 1.0) * SLOT_VALUE;
	(lowest.max(0.0).floor() as u64)..=(highest.min(255.0).ceil() as u64)
}

#[test]
fn truth_should_allow_one_slot_either_way() {
	assert_eq!(expected(None), 233..=255);
	// Slots 3 to 5 wholly.
	let quarter = Absence { from: 6.0, to: 12.0 };
	assert_eq!(expected(Some(quarter)), 170..=213);
	// Slots 3 and 6 in part, 4 and 5 wholly.
	let ragged = Absence { from: 7.0, to: 13.0 };
	assert_eq!(expected(Some(ragged)), 148..=234);
}

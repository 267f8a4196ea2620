// SPDX-License-Identifier: Apache-2.0

//! The clock that cuts time into epochs, and epochs into slots.

use crate::EpochIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// When epochs and their slots begin and end.
///
/// Mainnet: 86 400 s epochs of 10 s slots. Development: 60 s epochs of 2 s slots.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
#[serde(deny_unknown_fields)]
pub struct EpochClock {
	/// Unix time at which epoch 0 starts, in seconds.
	pub start_secs: u64,
	/// Length of an epoch, in seconds; not zero.
	pub epoch_secs: u32,
	/// Length of a slot, in seconds; not zero, and a divisor of `epoch_secs`.
	pub slot_secs: u32,
}

impl EpochClock {
	/// Whether every length is usable: not zero, and whole slots in an epoch.
	#[must_use]
	pub fn is_valid(&self) -> bool {
		self.epoch_secs.checked_rem(self.slot_secs) == Some(0) && self.epoch_secs > 0
	}

	/// The epoch that holds a moment; `None` before the start, or beyond the index's range.
	#[must_use]
	pub fn epoch_at(&self, now_secs: u64) -> Option<EpochIndex> {
		let elapsed = now_secs.checked_sub(self.start_secs)?;
		EpochIndex::try_from(elapsed.checked_div(u64::from(self.epoch_secs))?).ok()
	}

	/// The slot, counted from 0 within its epoch, that holds a moment.
	#[must_use]
	pub fn slot_at(&self, now_secs: u64) -> Option<u32> {
		let elapsed = now_secs.checked_sub(self.start_secs)?;
		let in_epoch = elapsed.checked_rem(u64::from(self.epoch_secs))?;
		u32::try_from(in_epoch.checked_div(u64::from(self.slot_secs))?).ok()
	}

	/// Unix time at which an epoch starts, in seconds.
	#[must_use]
	pub fn starts_at_secs(&self, epoch: EpochIndex) -> u64 {
		// Saturating: a start beyond the end of time never comes, which is what the caller sees.
		u64::from(epoch)
			.saturating_mul(u64::from(self.epoch_secs))
			.saturating_add(self.start_secs)
	}

	/// Slots in an epoch; zero only if the clock is not valid.
	#[must_use]
	pub fn slots_per_epoch(&self) -> u32 {
		self.epoch_secs.checked_div(self.slot_secs).unwrap_or(0)
	}
}

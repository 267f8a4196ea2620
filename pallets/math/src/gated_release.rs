// SPDX-License-Identifier: Apache-2.0

//! The epoch walk of Master and Genesis Deeds: release gated by adoption.
//!
//! What a deed's schedule releases in an epoch is scaled by its node's availability. Of that, the
//! part that the network's adoption has reached is paid, and the rest is withheld in a buffer of
//! the deed. When adoption rises, the buffer pays out what it holds beyond the part of all past
//! releases that is still to be withheld.
//!
//! ```text
//! schedule --- availability ---> released --- adoption ------> reward ----------+
//!                                    |                                          v
//!                                    +--- 1 - adoption ---> withheld buffer --> minted
//! ```
//!
//! [`Account::settle`] takes a deed's account and one epoch, and returns the account after it with
//! what the epoch pays. It is all the state there is, so a caller may stop and go on at any epoch:
//! a range walked in pages pays the same as the range walked at once.

use crate::{
	FULL_MARK,
	adoption::FULL_ADOPTION,
	ratio::{adopted, marked},
};
use core::ops::Range;
use r1_primitives::EpochIndex;

/// What one deed has released and withheld so far; starts at zero.
///
/// Settling keeps `withheld <= released <= allocation`. Any other numbers are safe too: they never
/// release more than is left of the allocation, nor pay out more than is withheld.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Account {
	/// Released by the schedule, paid and withheld alike; in base units. Never falls.
	///
	/// The contracts' `totalClaimedAmount`.
	pub released: u128,
	/// Of what is released, what is not paid yet; in base units. The contracts' AWB.
	pub withheld: u128,
}

impl Account {
	/// Settles one epoch: the account after it, and what it pays.
	///
	/// Every part is rounded down, in the contracts' order: availability, then adoption. The buffer
	/// pays out by the account as it was before the epoch, and even if availability is 0, because
	/// availability was taken off when the buffer was filled.
	///
	/// Takes constant time.
	#[must_use]
	pub fn settle(self, terms: Terms, epoch: Epoch) -> (Self, Payment) {
		let left = terms.allocation.saturating_sub(self.released);
		let available = marked(epoch.release_max, epoch.availability);
		let adopted_part = adopted(available, epoch.adoption);
		let reward = adopted_part.min(left);
		// Saturating: a part is at most the whole, and the reward at most what is left. A reward
		// that was cut leaves nothing to withhold.
		let withheld = available.saturating_sub(adopted_part).min(left.saturating_sub(reward));

		let withheld_target = adopted(self.released, FULL_ADOPTION.saturating_sub(epoch.adoption));
		let carry_over = self
			.withheld
			.saturating_sub(withheld_target)
			.min(marked(epoch.release_max, terms.carry_over_limit));

		let account = Self {
			// Saturating: released stays within the allocation, or what it was if that is more.
			released: self.released.saturating_add(reward).saturating_add(withheld),
			// Saturating: at most what is released, unless the account was out of its bounds.
			withheld: self.withheld.saturating_sub(carry_over).saturating_add(withheld),
		};
		(account, Payment { reward, carry_over, withheld })
	}

	/// Settles epochs in their order: the account after them, and what they pay together.
	///
	/// Takes time in proportion to the number of epochs.
	#[must_use]
	pub fn settle_all(
		self,
		terms: Terms,
		epochs: impl IntoIterator<Item = Epoch>,
	) -> (Self, Payment) {
		epochs.into_iter().fold((self, Payment::default()), |(account, total), epoch| {
			let (account, payment) = account.settle(terms, epoch);
			(account, total.plus(payment))
		})
	}

	/// What was minted for the deed so far, in base units: all that is released and not withheld.
	#[must_use]
	pub fn minted(&self) -> u128 {
		// Saturating: withheld is at most released.
		self.released.saturating_sub(self.withheld)
	}
}

/// What holds for a deed in every epoch that is settled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terms {
	/// What the deed may release over its life, in base units.
	pub allocation: u128,
	/// The most that the buffer pays out in an epoch, in 255ths of the epoch's `release_max`.
	///
	/// [`CARRY_OVER_LIMIT`] unless governance chose another one.
	pub carry_over_limit: u8,
}

/// The deployed limit of what the buffer pays out: as much as a full epoch releases.
pub const CARRY_OVER_LIMIT: u8 = FULL_MARK;

/// The numbers of one epoch, for one deed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Epoch {
	/// What the deed's schedule releases at most, in base units.
	///
	/// From [`crate::master_deed::MasterDeed::release`] or [`crate::genesis_deed::release`].
	pub release_max: u128,
	/// Availability of the deed's node; 255 is all of it.
	pub availability: u8,
	/// Adoption of the network at the end of the epoch; 65 535 is all of it.
	pub adoption: u16,
}

/// What one or more epochs pay a deed, in base units.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Payment {
	/// Released and paid at once.
	pub reward: u128,
	/// Paid out of the buffer.
	pub carry_over: u128,
	/// Released into the buffer; not paid.
	pub withheld: u128,
}

impl Payment {
	/// What is to be minted: the reward and the carry-over.
	#[must_use]
	pub fn minted(&self) -> u128 {
		// Saturating: both come out of one allocation.
		self.reward.saturating_add(self.carry_over)
	}

	/// This payment and another one of the same deed, as one.
	#[must_use]
	pub fn plus(self, other: Self) -> Self {
		// Saturating: the sum of each part over a deed's life is at most the allocation.
		Self {
			reward: self.reward.saturating_add(other.reward),
			carry_over: self.carry_over.saturating_add(other.carry_over),
			withheld: self.withheld.saturating_add(other.withheld),
		}
	}
}

/// Of the epochs that a deed has not claimed, those that can release something.
///
/// Those before its first epoch release nothing, so that settling them changes nothing.
#[must_use]
pub fn releasing_epochs(
	unclaimed: Range<EpochIndex>,
	first_epoch: EpochIndex,
) -> Range<EpochIndex> {
	let start = unclaimed.start.max(first_epoch);
	start..unclaimed.end.max(start)
}

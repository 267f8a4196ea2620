// SPDX-License-Identifier: Apache-2.0

//! Master Deeds: who may be given how much, and when it is released.
//!
//! 26.1 % of all R1 belongs to deeds that are given, not sold: each with an allocation of its own,
//! released along a [`Curve`] from the deed's first epoch on and gated by adoption
//! ([`crate::gated_release`]).

use crate::{BASIS_POINTS, ISSUANCE_CAP, curve::Curve};
use r1_primitives::EpochIndex;

/// Master deeds that will ever exist.
///
/// The contracts have 500 items in one collection, the first one being the Genesis Deed.
pub const DEEDS_MAX: u32 = 499;

/// Share of the issuance cap that all master deeds together may earn, in basis points.
pub const EMISSION_BASIS_POINTS: u16 = 2_610;

/// What all master deeds together may be allocated, in base units: 42 230 686.878 R1.
pub const EMISSION: u128 = ISSUANCE_CAP / BASIS_POINTS as u128 * EMISSION_BASIS_POINTS as u128;

/// What one deed, and all deeds of one owner, may be allocated: 2 % of the cap, 3 236 067.96 R1.
pub const ALLOCATION_MAX: u128 = ISSUANCE_CAP / BASIS_POINTS as u128 * 200;

/// The first epoch that releases anything: 1 January 2026 on the main network.
pub const FIRST_EPOCH: EpochIndex = 223;

/// What is fixed when a master deed is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MasterDeed {
	/// What the deed releases over its life, in base units.
	pub allocation: u128,
	/// The epoch in which its curve starts, see [`first_epoch`].
	pub first_epoch: EpochIndex,
}

impl MasterDeed {
	/// The most that the deed releases in an epoch, in base units; 0 before its first one.
	///
	/// An allocation of less than 602 base units releases nothing under the deployed curve, as each
	/// epoch's part of it rounds to 0.
	#[must_use]
	pub fn release(&self, curve: &Curve, epoch: EpochIndex) -> u128 {
		let epochs = epoch.checked_sub(self.first_epoch);
		epochs.map_or(0, |epochs| curve.release(self.allocation, epochs))
	}
}

/// The first epoch of a deed that is given in epoch `given_in`.
#[must_use]
pub fn first_epoch(given_in: EpochIndex) -> EpochIndex {
	given_in.max(FIRST_EPOCH)
}

/// A deed that is about to be given, and what is given already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grant {
	/// The allocation of the new deed, in base units.
	pub allocation: u128,
	/// Allocations of the deeds that its owner has, in base units.
	pub given_to_owner: u128,
	/// Allocations of all master deeds, in base units.
	pub given_to_all: u128,
	/// Master deeds that were ever given.
	pub deeds: u32,
}

impl Grant {
	/// Checks a grant against the limits.
	///
	/// # Errors
	///
	/// The first limit that it breaks, in the contracts' order.
	pub fn check(&self) -> Result<(), GrantError> {
		if self.allocation == 0 || ALLOCATION_MAX < self.allocation {
			return Err(GrantError::AllocationOutOfRange);
		}
		if !fits(self.given_to_owner, self.allocation, ALLOCATION_MAX) {
			return Err(GrantError::OwnerLimitExceeded);
		}
		if !fits(self.given_to_all, self.allocation, EMISSION) {
			return Err(GrantError::EmissionExceeded);
		}
		if DEEDS_MAX <= self.deeds {
			return Err(GrantError::TooManyDeeds);
		}
		Ok(())
	}
}

/// Why a deed cannot be given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GrantError {
	/// The allocation is 0, or more than [`ALLOCATION_MAX`].
	AllocationOutOfRange,
	/// The owner would have more than [`ALLOCATION_MAX`] over all deeds.
	OwnerLimitExceeded,
	/// All deeds together would have more than [`EMISSION`].
	EmissionExceeded,
	/// All [`DEEDS_MAX`] deeds are given.
	TooManyDeeds,
}

/// Whether there is room for `more` under a limit.
fn fits(used: u128, more: u128, limit: u128) -> bool {
	limit.checked_sub(used).is_some_and(|room| more <= room)
}

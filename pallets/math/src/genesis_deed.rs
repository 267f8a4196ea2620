// SPDX-License-Identifier: Apache-2.0

//! The Genesis Deed: what the network's treasury earns, and how it is parted.
//!
//! 28.9 % of all R1 belongs to one deed. It releases the same amount in every epoch, scaled by its
//! node's availability and gated by adoption ([`crate::gated_release`]), until the allocation is
//! used up. Each payout is split over the treasury's accounts.

use crate::{BASIS_POINTS, ISSUANCE_CAP, ratio::share};
use r1_primitives::EpochIndex;

/// Share of the issuance cap that the deed may earn, in basis points.
pub const EMISSION_BASIS_POINTS: u16 = 2_890;

/// What the deed may earn over its life, in base units: 46 761 182.022 R1.
pub const ALLOCATION: u128 = ISSUANCE_CAP / BASIS_POINTS as u128 * EMISSION_BASIS_POINTS as u128;

/// Epochs of full availability and adoption that release the allocation.
pub const RELEASE_EPOCHS: u32 = 365;

/// What the deed releases at most in an epoch, in base units: about 128 112.83 R1.
///
/// 365 such epochs leave 170 base units of the allocation, which the next one pays.
pub const RELEASE_PER_EPOCH: u128 = ALLOCATION / RELEASE_EPOCHS as u128;

/// The first epoch that releases anything.
pub const FIRST_EPOCH: EpochIndex = 1;

/// The most that the deed releases in an epoch, in base units; 0 before its first one.
#[must_use]
pub fn release(epoch: EpochIndex) -> u128 {
	if epoch < FIRST_EPOCH { 0 } else { RELEASE_PER_EPOCH }
}

/// Share of a payout for the market's liquidity, in basis points.
pub const LIQUIDITY_BASIS_POINTS: u16 = 2_671;
/// Share of a payout for the project's expenses, in basis points.
pub const EXPENSES_BASIS_POINTS: u16 = 1_384;
/// Share of a payout for marketing, in basis points.
pub const MARKETING_BASIS_POINTS: u16 = 754;
/// Share of a payout for grants, in basis points.
pub const GRANTS_BASIS_POINTS: u16 = 3_460;
/// Share of a payout for social responsibility, in basis points. The contracts' CSR wallet.
pub const SOCIAL_RESPONSIBILITY_BASIS_POINTS: u16 = 1_731;

/// Where a payout goes, in the unit of the payout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TreasurySplit {
	/// For the market's liquidity.
	pub liquidity: u128,
	/// For the project's expenses.
	pub expenses: u128,
	/// For marketing.
	pub marketing: u128,
	/// For grants.
	pub grants: u128,
	/// For social responsibility.
	pub social_responsibility: u128,
}

impl TreasurySplit {
	/// What is minted in all: at most 4 base units less than what was split.
	///
	/// The deed's account counts them as released all the same, so they are never minted.
	#[must_use]
	pub fn total(&self) -> u128 {
		let Self { liquidity, expenses, marketing, grants, social_responsibility } = *self;
		[liquidity, expenses, marketing, grants, social_responsibility]
			.into_iter()
			// Saturating: parts made by `split_payout` sum to at most the payout.
			.fold(0, u128::saturating_add)
	}
}

/// Splits a payout over the treasury's accounts, each part rounded down.
#[must_use]
pub fn split_payout(payout: u128) -> TreasurySplit {
	TreasurySplit {
		liquidity: share(payout, LIQUIDITY_BASIS_POINTS),
		expenses: share(payout, EXPENSES_BASIS_POINTS),
		marketing: share(payout, MARKETING_BASIS_POINTS),
		grants: share(payout, GRANTS_BASIS_POINTS),
		social_responsibility: share(payout, SOCIAL_RESPONSIBILITY_BASIS_POINTS),
	}
}

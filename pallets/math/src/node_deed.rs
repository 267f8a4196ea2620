// SPDX-License-Identifier: Apache-2.0

//! Node Deeds: the price of a deed, the split of a purchase, and the emission per deed.
//!
//! 45 % of all R1 belongs to the owners of 46 224 deeds, the same amount to each. A deed releases
//! at most 1/1080 of its allocation in an epoch, in proportion to its node's availability, until
//! the allocation is used up. There is no end date: an epoch offline delays and forfeits nothing.
//!
//! Deeds are sold in twelve tiers of rising price; the tiers hold as many deeds as the Fibonacci
//! numbers F11 to F22 say.

use crate::{
	BASIS_POINTS, ISSUANCE_CAP,
	ratio::{marked, mul_div, share},
};
use r1_primitives::R1;

/// Deeds that will ever exist; the sum of all tiers.
pub const DEEDS_MAX: u32 = 46_224;

/// Share of the issuance cap that all deeds together may earn, in basis points.
pub const EMISSION_BASIS_POINTS: u16 = 4_500;

/// What all deeds together may earn, in base units: 72 811 529.1 R1.
pub const EMISSION: u128 = ISSUANCE_CAP / BASIS_POINTS as u128 * EMISSION_BASIS_POINTS as u128;

/// Epochs of full availability that release a deed's allocation: 36 months of 30 days.
pub const RELEASE_EPOCHS: u32 = 36 * 30;

/// What one deed may earn over its life: 45 % of the cap over 46 224 deeds, about 1 575.19 R1.
pub const ALLOCATION: u128 = EMISSION / DEEDS_MAX as u128;

/// What one deed earns in an epoch of full availability: 1/1080 of its allocation, about 1.4585 R1.
///
/// 1 080 such epochs leave 1 033 base units of the allocation, which the next one pays.
pub const RELEASE_PER_EPOCH: u128 = ALLOCATION / RELEASE_EPOCHS as u128;

/// What one deed earns in an epoch: `floor(RELEASE_PER_EPOCH * availability / 255)`.
#[must_use]
pub fn epoch_reward(availability: u8) -> u128 {
	marked(RELEASE_PER_EPOCH, availability)
}

/// What a deed is paid for a run of epochs, having been paid `claimed` before.
///
/// The floor is taken per epoch, then the epochs are summed, then the sum is cut to what is left
/// of the [`ALLOCATION`]. So a run paid in parts pays the same as the run at once.
#[must_use]
pub fn rewards(claimed: u128, availabilities: impl IntoIterator<Item = u8>) -> u128 {
	let left = ALLOCATION.saturating_sub(claimed);
	// Saturating: far beyond the allocation, to which the sum is cut.
	let earned = availabilities.into_iter().map(epoch_reward).fold(0, u128::saturating_add);
	earned.min(left)
}

/// One step of the sale: so many deeds at this price.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tier {
	/// Deeds in the tier.
	pub units: u32,
	/// Price of one deed in whole US dollars, without taxes.
	pub price_usd: u32,
}

/// All tiers in the order of sale; tier 1 comes first.
pub const TIERS: [Tier; 12] = [
	Tier { units: 89, price_usd: 500 },
	Tier { units: 144, price_usd: 750 },
	Tier { units: 233, price_usd: 1_000 },
	Tier { units: 377, price_usd: 1_500 },
	Tier { units: 610, price_usd: 2_000 },
	Tier { units: 987, price_usd: 2_500 },
	Tier { units: 1_597, price_usd: 3_000 },
	Tier { units: 2_584, price_usd: 3_500 },
	Tier { units: 4_181, price_usd: 4_000 },
	Tier { units: 6_765, price_usd: 5_000 },
	Tier { units: 10_946, price_usd: 7_000 },
	Tier { units: 17_711, price_usd: 9_500 },
];

/// The number of the last tier; tiers count from 1.
pub const LAST_TIER: u8 = 12;

/// A tier by its number, counted from 1.
#[must_use]
pub fn tier(number: u8) -> Option<Tier> {
	TIERS.get(usize::from(number.checked_sub(1)?)).copied()
}

/// Where the sale stands once `issued` deeds are sold: the number of the tier that the next deed
/// belongs to, and how many of that tier are sold. `None` if every deed is sold.
#[must_use]
pub fn sale_position(issued: u32) -> Option<(u8, u32)> {
	let mut sold = issued;
	for (tier, number) in TIERS.iter().zip(1..=LAST_TIER) {
		if sold < tier.units {
			return Some((number, sold));
		}
		sold = sold.saturating_sub(tier.units);
	}
	None
}

/// What one deed costs in R1: `floor(price_usd * 10^18 * 10^18 / r1_price)`.
///
/// `r1_price` is the price of one R1 in 10^-18 USD. `None` if it is 0, or so low that the result
/// does not fit.
#[must_use]
pub fn price_in_r1(price_usd: u32, r1_price: u128) -> Option<u128> {
	// A u32 of dollars with 18 decimals needs 92 bits.
	let usd = u128::from(price_usd).checked_mul(R1)?;
	mul_div(usd, R1, r1_price)
}

/// Share of a purchase that is burned, in basis points.
pub const PURCHASE_BURN_BASIS_POINTS: u16 = 2_000;
/// Share of a purchase that goes into the market's liquidity, in basis points.
pub const PURCHASE_LIQUIDITY_BASIS_POINTS: u16 = 5_000;
/// Share of a purchase that goes to the company, in basis points.
pub const PURCHASE_COMPANY_BASIS_POINTS: u16 = 3_000;

/// Where the R1 of a purchase goes, in base units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PurchaseSplit {
	/// Burned.
	pub burned: u128,
	/// For the market's liquidity.
	pub liquidity: u128,
	/// For the company.
	pub company: u128,
}

impl PurchaseSplit {
	/// Everything that the buyer pays: at most 2 base units less than what was split.
	#[must_use]
	pub fn total(&self) -> u128 {
		// Saturating: parts made by `split_purchase` sum to at most the amount they came from.
		self.burned.saturating_add(self.liquidity).saturating_add(self.company)
	}
}

/// Splits the R1 price of a purchase 20 / 50 / 30, each part rounded down.
#[must_use]
pub fn split_purchase(amount: u128) -> PurchaseSplit {
	PurchaseSplit {
		burned: share(amount, PURCHASE_BURN_BASIS_POINTS),
		liquidity: share(amount, PURCHASE_LIQUIDITY_BASIS_POINTS),
		company: share(amount, PURCHASE_COMPANY_BASIS_POINTS),
	}
}

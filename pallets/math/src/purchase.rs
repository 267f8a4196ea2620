// SPDX-License-Identifier: Apache-2.0

//! The deployed sale around the price of a deed: tax, price guard, liquidity and proceeds.
//!
//! [`crate::node_deed`] has the price and the 20 / 50 / 30 split. This module has what the deployed
//! contract computes before and after: the tax on top, the range in which the price may move
//! between two sales, and what becomes of the parts that are swapped to USDC.

use crate::{
	BASIS_POINTS,
	node_deed::PURCHASE_COMPANY_BASIS_POINTS,
	ratio::{mul_div, share},
};
use core::ops::RangeInclusive;
use r1_primitives::USDC;

/// What a buyer is asked for, in base units of R1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Invoice {
	/// The price of all deeds, without tax; this is what is split.
	pub taxable: u128,
	/// Value added tax, rounded down.
	pub tax: u128,
}

impl Invoice {
	/// The invoice for `deeds` deeds at one price; `None` if the price of all does not fit.
	///
	/// `tax_basis_points` beyond 10 000 counts as 10 000.
	#[must_use]
	pub fn new(price_per_deed: u128, deeds: u32, tax_basis_points: u16) -> Option<Self> {
		let taxable = price_per_deed.checked_mul(deeds.into())?;
		let tax = share(taxable, tax_basis_points);
		// The total is known to fit, so that adding it up needs no check.
		taxable.checked_add(tax)?;
		Some(Self { taxable, tax })
	}

	/// All that the buyer pays.
	#[must_use]
	pub fn total(&self) -> u128 {
		// Saturating: `new` made sure that it fits.
		self.taxable.saturating_add(self.tax)
	}
}

/// Prices per deed that a sale accepts, given the last sale's and how far it may move.
///
/// `floor(last_price * (10 000 - difference) / 10 000)` to the same with a plus, in the unit of the
/// price. The upper end is the greatest number if it does not fit.
#[must_use]
pub fn accepted_prices(last_price: u128, difference_basis_points: u16) -> RangeInclusive<u128> {
	// Saturating: nothing is below a price of 0.
	let lower = share(last_price, BASIS_POINTS.saturating_sub(difference_basis_points));
	let factor = u128::from(BASIS_POINTS).saturating_add(difference_basis_points.into());
	let upper = mul_div(last_price, factor, BASIS_POINTS.into()).unwrap_or(u128::MAX);
	lower..=upper
}

/// What becomes of the liquidity part of a purchase, in base units of R1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LiquiditySplit {
	/// Swapped to USDC, and as much R1 again put into the pool beside that USDC.
	pub half: u128,
	/// Swapped to USDC and kept.
	pub reserved: u128,
}

/// Splits the liquidity part: `floor(direct share)` goes into the pool, the rest is reserved.
///
/// If the direct part is odd, one base unit of it stays behind.
#[must_use]
pub fn split_liquidity(liquidity: u128, direct_basis_points: u16) -> LiquiditySplit {
	let direct = share(liquidity, direct_basis_points);
	// Saturating: a share is at most the whole.
	LiquiditySplit { half: direct / 2, reserved: liquidity.saturating_sub(direct) }
}

/// What the swap of company part and tax yielded, parted; in 10^-6 USDC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Proceeds {
	/// For the company.
	pub company: u128,
	/// For the tax office.
	pub tax: u128,
}

/// Parts the USDC that `company` and `tax` yielded together; both in base units of R1.
///
/// The tax gets its proportion rounded down, and the company all the rest. `None` if the two do not
/// fit one number.
#[must_use]
pub fn split_proceeds(usdc: u128, company: u128, tax: u128) -> Option<Proceeds> {
	if tax == 0 {
		return Some(Proceeds { company: usdc, tax: 0 });
	}
	let tax_usdc = mul_div(usdc, tax, company.checked_add(tax)?)?;
	// Saturating: a proportion is at most the whole.
	Some(Proceeds { company: usdc.saturating_sub(tax_usdc), tax: tax_usdc })
}

/// What the company should get for `deeds` deeds, in 10^-6 USDC: 30 % of their price.
#[must_use]
pub fn expected_company_usdc(price_usd: u32, deeds: u32) -> u128 {
	// Saturating: two numbers of 32 bits and the 20 bits of one USDC never overflow.
	let gross = u128::from(price_usd).saturating_mul(deeds.into()).saturating_mul(USDC);
	share(gross, PURCHASE_COMPANY_BASIS_POINTS)
}

/// The least that the company must get for a purchase to stand: 97 % of what it should.
#[must_use]
pub fn minimum_company_usdc(price_usd: u32, deeds: u32) -> u128 {
	share(expected_company_usdc(price_usd, deeds), COMPANY_MINIMUM_BASIS_POINTS)
}

/// Share of the expected proceeds below which a purchase fails, in basis points.
const COMPANY_MINIMUM_BASIS_POINTS: u16 = 9_700;

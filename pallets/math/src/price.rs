// SPDX-License-Identifier: Apache-2.0

//! What one R1 is worth.
//!
//! A price is the price of one R1 in 10^-18 USD, one USDC being one USD.

use crate::{
	BASIS_POINTS,
	ratio::{mul_div, share},
};
use alloc::vec::Vec;
use r1_primitives::{R1, USDC};

/// Price of one R1 in a pool: `floor(reserve_usdc * 10^12 * 10^18 / reserve_r1)`.
///
/// `None` if the pool holds no R1, or if the price is 0 or does not fit: no price at all is safer
/// than one that makes something free.
#[must_use]
pub fn spot_price(reserve_usdc: u128, reserve_r1: u128) -> Option<u128> {
	value_at(reserve_usdc, reserve_r1).filter(|price| *price > 0)
}

/// Median of sampled prices; `None` of no samples.
///
/// Of an even number it is the mean of the two in the middle, rounded down. While fewer than half
/// of the samples are distorted, however much, it lies between the lowest and the highest of the
/// others.
#[must_use]
pub fn median(samples: impl IntoIterator<Item = u128>) -> Option<u128> {
	let mut samples: Vec<u128> = samples.into_iter().collect();
	samples.sort_unstable();
	let lower = samples.get(samples.len().checked_sub(1)? / 2)?;
	let upper = samples.get(samples.len() / 2)?;
	Some(lower.midpoint(*upper))
}

/// R1 worth `usdc` at a price: `floor(usdc * 10^12 * 10^18 / r1_price)`.
///
/// `None` if the price is 0 or the result does not fit.
#[must_use]
pub fn usdc_to_r1(usdc: u128, r1_price: u128) -> Option<u128> {
	value_at(usdc, r1_price)
}

/// USDC worth `r1` at a price: `floor(r1 * r1_price / 10^18 / 10^12)`; `None` if it does not fit.
#[must_use]
pub fn r1_to_usdc(r1: u128, r1_price: u128) -> Option<u128> {
	mul_div(r1, r1_price, USDC_TO_R1_DECIMALS.checked_mul(R1)?)
}

/// The least that a swap may yield: what it is worth, less a slippage in basis points.
///
/// Rounded down; 0 for a slippage of 10 000 or more.
#[must_use]
pub fn minimum_output(worth: u128, slippage_basis_points: u16) -> u128 {
	share(worth, BASIS_POINTS.saturating_sub(slippage_basis_points))
}

/// What makes 6 decimals 18.
const USDC_TO_R1_DECIMALS: u128 = R1 / USDC;

/// `floor(usdc * 10^12 * 10^18 / divisor)`.
fn value_at(usdc: u128, divisor: u128) -> Option<u128> {
	mul_div(usdc, USDC_TO_R1_DECIMALS.checked_mul(R1)?, divisor)
}

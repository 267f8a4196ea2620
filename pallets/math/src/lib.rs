// SPDX-License-Identifier: Apache-2.0

//! The arithmetic of the network: emission, prices, payment splits and medians.
//!
//! Pure functions over integers: no storage, no clock, no floats, `no_std`. Pallets decide *when*
//! something is paid; this crate decides *how much*, so that daemons, the command line and tests
//! compute the same numbers as the chain.
//!
//! # Conventions
//!
//! - Amounts of R1 are in base units of 10^-18 R1, amounts of USDC in 10^-6 USDC.
//! - A price is the price of one R1 in 10^-18 USD.
//! - Availability and quality are `u8`, 255 being all of it. Adoption is `u16`, 65 535 being all of
//!   it. Shares are basis points of 10 000.
//! - A weight of the release curve is a fixed-point number with 18 decimals.
//! - Every division rounds down, so nobody is ever paid a unit that does not exist.
//! - A function that cannot answer for every input returns `Option`; the others cannot fail.
//!
//! # Sources
//!
//! The constants and the roundings are those of the deployed Ratio1 contracts (Controller, ND, MND,
//! AdoptionOracle and CspEscrow), bit for bit; the tests hold the vectors of the contracts' own
//! test-suite. Two things differ on purpose: work is paid by its quality, and a price is
//! the median of samples over time.
//!
//! | module | answers |
//! | --- | --- |
//! | [`node_deed`] | what a Node Deed costs, where the payment goes, what the deed earns |
//! | [`purchase`] | what the deployed sale adds: tax, price guard, liquidity and proceeds |
//! | [`master_deed`] | who may be given a Master Deed, and what it releases at most |
//! | [`genesis_deed`] | what the Genesis Deed releases at most, and how it is split |
//! | [`gated_release`] | what an epoch pays a master or genesis deed, and what it withholds |
//! | [`adoption`] | how far the network has come |
//! | [`curve`] | how a master deed's allocation is spread over its epochs |
//! | [`fixed_point`] | the exponential that the curve is made of |
//! | [`work`] | what a job costs, what a node earns for it, what is burned |
//! | [`price`] | what one R1 is worth, and the least that a swap may yield |
//! | [`median`] | what the oracles agree on, and how many it takes |

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::unwrap_used,
		clippy::expect_used
	)
)]

extern crate alloc;

pub mod node_deed;
pub mod purchase;
pub mod master_deed;
pub mod genesis_deed;
pub mod gated_release;
pub mod adoption;
pub mod curve;
mod curve_table;
pub mod fixed_point;
pub mod work;
pub mod price;
pub mod median;
mod ratio;
#[cfg(test)]
mod tests;

/// The most R1 that may exist at any moment: 161 803 398 R1. Burning makes room for minting.
pub const ISSUANCE_CAP: u128 = 161_803_398 * r1_primitives::R1;

/// Basis points in a whole.
pub const BASIS_POINTS: u16 = 10_000;

/// Availability of a node that was there all the time, and quality of work that was all right.
pub const FULL_MARK: u8 = u8::MAX;

// SPDX-License-Identifier: Apache-2.0

//! The chain's numbers, each with the arithmetic behind it.

/// Units of the two currencies.
pub mod currency {
	use crate::Balance;

	pub use r1_primitives::{R1, USDC};

	/// One thousandth of an R1.
	pub const MILLI_R1: Balance = R1 / 1_000;

	/// Hard cap on R1, checked at every mint.
	pub const R1_CAP: Balance = 161_803_398 * R1;

	/// Smallest balance that keeps an account alive.
	pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_R1;

	/// Asset number of USDC in pallet-assets.
	pub const USDC_ASSET_ID: u32 = 1;

	/// Refundable deposit for `items` entries of state that hold `bytes` in all.
	///
	/// 0.1 R1 an entry and 0.001 R1 a byte: an attacker who wants 1 GiB of state locks over a
	/// million R1, while an ordinary account with a few entries locks less than one.
	#[expect(
		clippy::arithmetic_side_effects,
		reason = "for constants: an overflow does not compile"
	)]
	pub const fn deposit(items: u32, bytes: u32) -> Balance {
		items as Balance * 100 * MILLI_R1 + bytes as Balance * MILLI_R1
	}

	/// Fee for a picosecond of reference time.
	///
	/// The base extrinsic weighs about 1.1e8 ps, so an ordinary transfer (some 3e8 ps) costs about
	/// 0.003 R1.
	pub const FEE_PER_REF_TIME: Balance = 10_000_000;

	/// Fee for a byte of a transaction: 150 bytes cost 0.00015 R1.
	pub const FEE_PER_BYTE: Balance = R1 / 1_000_000;
}

/// Time, in milliseconds and blocks.
pub mod time {
	use crate::BlockNumber;

	/// Length of a BABE slot, in milliseconds.
	pub const MILLISECS_PER_BLOCK: u64 = 2_000;

	/// Blocks in a minute if every slot is filled.
	pub const MINUTES: BlockNumber = 60_000 / (MILLISECS_PER_BLOCK as BlockNumber);

	/// Blocks in an hour if every slot is filled.
	pub const HOURS: BlockNumber = MINUTES * 60;

	/// Blocks in a day if every slot is filled.
	pub const DAYS: BlockNumber = HOURS * 24;

	/// Slots in a BABE epoch, which is also a session, unless genesis says otherwise: ten minutes.
	pub const SLOTS_PER_SESSION: BlockNumber = 10 * MINUTES;

	/// Chance that a slot has a primary author: 1 in 4, as on other BABE chains.
	pub const PRIMARY_PROBABILITY: (u64, u64) = (1, 4);
}

// SPDX-License-Identifier: Apache-2.0

//! Proof of AI: the price of a job, and the split of each payment for work.

use crate::ratio::{marked, share};
use r1_primitives::BURN_BASIS_POINTS;

/// What one node costs for one epoch, in 10^-6 USDC, by the number of its resource class.
///
/// The comments name the class and give its CPU cores, GiB of memory and GiB of storage (`-`: all
/// that the machine has). `None` for a number that names no class; 10 to 15 named classes that the
/// network gave up.
#[must_use]
pub const fn price_per_epoch(resources: u8) -> Option<u128> {
	let price = match resources {
		// Shared machines.
		53 => 100_000,   // MICRO   0.25 / 0.5 / 2
		54 => 166_666,   // LITE    0.5 / 1 / 4
		1 => 375_000,    // ENTRY   1 / 2 / 8
		2 => 750_000,    // LOW1    2 / 4 / 16
		3 => 1_000_000,  // LOW2    2 / 8 / 32
		4 => 1_916_666,  // MED1    3 / 12 / 48
		5 => 2_916_666,  // MED2    6 / 14 / 56
		6 => 3_750_000,  // HIGH1   8 / 22 / 88
		7 => 5_333_333,  // HIGH2   12 / 30 / 120
		8 => 8_333_333,  // ULTRA1  16 / 62 / 248
		9 => 12_500_000, // ULTRA2  22 / 124 / 496
		// Services that the network runs for the developer.
		50 => 450_000,   // SERVICE_ENTRY  1 / 2 / 8
		51 => 2_300_000, // SERVICE_MED1   3 / 12 / 48
		52 => 4_500_000, // SERVICE_HIGH1  8 / 22 / 88
		// Whole machines.
		16 => 2_500_000,  // N-ENTRY  3 / 14 / -
		17 => 3_750_000,  // N-MED1   8 / 22 / -
		18 => 6_000_000,  // N-MED2   12 / 30 / -
		19 => 9_000_000,  // N-HIGH   16 / 60 / -
		20 => 13_333_333, // N-ULTRA  22 / 124 / -
		// One of the classes above with a GPU of a grade.
		21 => 3_116_666,  // GPU ENTRY + MED1
		22 => 4_116_666,  // GPU ENTRY + MED2
		23 => 3_700_000,  // GPU ENTRY + N-ENTRY
		24 => 4_950_000,  // GPU ENTRY + N-MED1
		25 => 5_316_666,  // GPU MED + MED2
		26 => 6_150_000,  // GPU MED + HIGH1
		27 => 7_733_333,  // GPU MED + HIGH2
		28 => 10_733_333, // GPU MED + ULTRA1
		29 => 6_150_000,  // GPU MED + N-MED1
		30 => 8_400_000,  // GPU MED + N-MED2
		31 => 11_400_000, // GPU MED + N-HIGH
		32 => 10_133_333, // GPU HIGH + HIGH2
		33 => 13_133_333, // GPU HIGH + ULTRA1
		34 => 17_300_000, // GPU HIGH + ULTRA2
		35 => 10_800_000, // GPU HIGH + N-MED2
		36 => 13_800_000, // GPU HIGH + N-HIGH
		37 => 18_133_333, // GPU HIGH + N-ULTRA
		38 => 38_333_333, // GPU ULTRA + ULTRA1
		39 => 42_500_000, // GPU ULTRA + ULTRA2
		40 => 43_333_333, // GPU ULTRA + N-ULTRA
		_ => return None,
	};
	Some(price)
}

/// What a job costs in all, in 10^-6 USDC; `None` if it does not fit.
#[must_use]
pub fn job_price(price_per_epoch: u128, replicas: u32, epochs: u32) -> Option<u128> {
	price_per_epoch
		.checked_mul(u128::from(replicas))?
		.checked_mul(u128::from(epochs))
}

/// What numbers of nodes cost, each for a number of epochs, in 10^-6 USDC; `None` if it does not fit.
#[must_use]
pub fn price_of_spans(
	price_per_epoch: u128,
	spans: impl IntoIterator<Item = (u32, u32)>,
) -> Option<u128> {
	spans.into_iter().try_fold(0u128, |sum, (nodes, epochs)| {
		sum.checked_add(job_price(price_per_epoch, nodes, epochs)?)
	})
}

/// What a developer pays for one node's work in one epoch: `floor(price * quality / 255)`.
#[must_use]
pub fn pay_for_quality(price_per_epoch: u128, quality: u8) -> u128 {
	marked(price_per_epoch, quality)
}

/// What is left of a quality when a node missed some of the rounds that its job asked of it:
/// `floor(quality * (rounds - missed) / rounds)`. All of it if there were none.
#[must_use]
pub fn quality_of_attendance(quality: u8, rounds: u16, missed: u16) -> u8 {
	let attended = u32::from(rounds.saturating_sub(missed));
	// Saturating, and never so: a byte times 16 bits.
	let left = u32::from(quality).saturating_mul(attended).checked_div(u32::from(rounds));
	// It is at most the quality.
	left.map_or(quality, |left| u8::try_from(left).unwrap_or(quality))
}

/// A payment for work, parted; in the unit of the payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WorkSplit {
	/// For the owner of the deed whose node worked.
	pub reward: u128,
	/// To be swapped to R1 and burned.
	pub burned: u128,
}

/// Parts a payment: `floor(15 %)` is burned, all the rest is the reward. Nothing is lost.
#[must_use]
pub fn split(pay: u128) -> WorkSplit {
	let burned = share(pay, BURN_BASIS_POINTS);
	// Saturating: a share is at most the whole.
	WorkSplit { reward: pay.saturating_sub(burned), burned }
}

// SPDX-License-Identifier: Apache-2.0

//! What is stored, configured and computed.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::num::NonZero;
use r1_math::{adoption, gated_release};
use r1_primitives::EpochIndex;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The account of one deed.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct RewardAccount {
	/// Released over the deed's life, paid and withheld alike; in base units of R1. At most the
	/// deed's allocation, and never falls.
	pub released: u128,
	/// Of what is released, what waits for adoption and is not paid yet; in base units of R1.
	/// Always 0 for a Node Deed.
	pub withheld: u128,
	/// The first epoch that is not claimed yet.
	pub next_epoch: EpochIndex,
	/// Payments of the deed so far; the number of the next one.
	pub payments: u32,
}

impl RewardAccount {
	/// The part of the account that the epoch walk knows.
	#[must_use]
	pub fn gated(&self) -> gated_release::Account {
		gated_release::Account { released: self.released, withheld: self.withheld }
	}
}

/// What a deed is paid for a run of epochs, all in base units of R1.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Payment {
	/// The first epoch of the run.
	pub from_epoch: EpochIndex,
	/// The end of the run: the first epoch that is not part of it.
	pub to_epoch: EpochIndex,
	/// Everything that is paid: the rewards of the run and the carry-over.
	pub amount: u128,
	/// Of `amount`, what comes out of what earlier epochs withheld.
	pub carry_over: u128,
	/// Released in the run and withheld; not part of `amount`.
	pub withheld: u128,
}

impl Payment {
	/// How many epochs the run has.
	#[must_use]
	pub fn epochs(&self) -> u32 {
		// Saturating: a run never ends before it begins.
		self.to_epoch.saturating_sub(self.from_epoch)
	}
}

/// A running total as it stood at the end of an epoch, and until the next checkpoint.
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
pub struct Checkpoint {
	/// The epoch.
	pub epoch: EpochIndex,
	/// The total at its end; in deeds, or in 10^-6 USDC.
	pub total: u128,
}

impl From<adoption::Checkpoint> for Checkpoint {
	fn from(checkpoint: adoption::Checkpoint) -> Self {
		Self { epoch: checkpoint.epoch, total: checkpoint.total }
	}
}

impl From<Checkpoint> for adoption::Checkpoint {
	fn from(checkpoint: Checkpoint) -> Self {
		Self { epoch: checkpoint.epoch, total: checkpoint.total }
	}
}

/// The totals at which each of the two scores of adoption is full; neither is zero.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct AdoptionTotals {
	/// Node Deeds sold.
	pub deeds_sold: u32,
	/// Paid for work, rewards and burned part together; in 10^-6 USDC.
	pub work_volume: u128,
}

impl AdoptionTotals {
	/// As thresholds that can be divided by; `None` if one is zero.
	#[must_use]
	pub fn thresholds(&self) -> Option<adoption::Thresholds> {
		Some(adoption::Thresholds {
			deeds_sold: NonZero::new(self.deeds_sold)?,
			work_volume: NonZero::new(self.work_volume)?,
		})
	}
}

impl Default for AdoptionTotals {
	/// The main network's: 7 500 deeds and 5 000 000 USDC.
	fn default() -> Self {
		let adoption::Thresholds { deeds_sold, work_volume } = adoption::Thresholds::MAINNET;
		Self { deeds_sold: deeds_sold.get(), work_volume: work_volume.get() }
	}
}

/// The accounts among which payouts of the Genesis Deed are parted.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Treasury<AccountId> {
	/// For the market's liquidity.
	pub liquidity: AccountId,
	/// For the project's expenses.
	pub expenses: AccountId,
	/// For marketing.
	pub marketing: AccountId,
	/// For grants.
	pub grants: AccountId,
	/// For social responsibility.
	pub social_responsibility: AccountId,
}

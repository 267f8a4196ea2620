// SPDX-License-Identifier: Apache-2.0

//! What is stored, and what is computed from it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use r1_primitives::EpochIndex;
use scale_info::TypeInfo;

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
	/// R1 minted for the deed over its life, in base units; at most its allocation.
	pub claimed: u128,
	/// The first epoch that is not claimed yet.
	pub next_epoch: EpochIndex,
}

/// What a deed is paid for a run of epochs.
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
	/// R1 in base units.
	pub amount: u128,
}

impl Payment {
	/// How many epochs the run has.
	#[must_use]
	pub fn epochs(&self) -> u32 {
		// Saturating: a run never ends before it begins.
		self.to_epoch.saturating_sub(self.from_epoch)
	}
}

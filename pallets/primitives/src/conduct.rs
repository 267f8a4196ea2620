// SPDX-License-Identifier: Apache-2.0

//! How oracles conduct themselves, and what becomes of those who cheat.

use crate::{DeedId, EpochIndex};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What nobody may do who reports, makes blocks or votes on finality. Each is proven by the
/// offender's own signatures.
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
pub enum Misconduct {
	/// An oracle committed to two different reports of one epoch.
	TwoReports,
	/// An oracle revealed something else than it had committed to.
	FalseReveal,
	/// A validator made two blocks in one slot, or voted for two forks in one round.
	ConsensusEquivocation,
}

/// Keeps account of how oracles behave. Implemented by `pallet-validators`.
pub trait OracleConduct<AccountId> {
	/// The reports of an epoch are counted: who handed in a whole one, and who did not. Together
	/// they are the oracles of the epoch.
	fn on_reports_counted(epoch: EpochIndex, present: &[AccountId], absent: &[AccountId]);

	/// Qualities of work that the oracles agreed on, in one step of settling an epoch.
	fn on_work_settled(qualities: &[(DeedId, u8)]);

	/// Misconduct of an oracle in an epoch is proven; `reporter` brought the proof, unless the
	/// offender did so itself.
	fn on_misconduct(
		oracle: &AccountId,
		kind: Misconduct,
		epoch: EpochIndex,
		reporter: Option<&AccountId>,
	);

	/// Deeds whose availability in an epoch is 0, whatever the oracles saw; ascending.
	fn suspended_deeds(epoch: EpochIndex) -> Vec<DeedId>;
}

/// Pays those who prove misconduct. Implemented by `pallet-availability`.
pub trait OffenceRewards<AccountId> {
	/// Pays `to` the most that a deed can earn in one epoch, out of what the deed may still
	/// release; returns the amount, in base units of R1. 0 if there is nothing to pay it from.
	fn forfeit(deed: DeedId, to: &AccountId) -> u128;
}

// SPDX-License-Identifier: Apache-2.0

//! What events of oracles and validators are made of.

use super::Owner;
use r1_primitives::{DeedId, EpochIndex};
use subxt::ext::scale_decode::DecodeAsType;

/// What nobody may do who reports, makes blocks or votes on finality.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum Misconduct {
	/// An oracle committed to two different reports of one epoch.
	TwoReports,
	/// An oracle revealed something else than it had committed to.
	FalseReveal,
	/// A validator made two blocks in one slot, or voted for two forks in one round.
	ConsensusEquivocation,
}

impl Misconduct {
	/// Its name, in lower case.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::TwoReports => "two reports",
			Self::FalseReveal => "false reveal",
			Self::ConsensusEquivocation => "equivocation of consensus",
		}
	}
}

/// Why a candidate is none any more.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum RemovalReason {
	/// The deed has lost its node, or is banned.
	DeedNotActive,
	/// The deed is linked to another node, or the node to another deed.
	LinkedElsewhere,
	/// It was less than half available over a full window.
	Unavailable,
	/// Misconduct is proven.
	Misconduct,
}

/// A window of maintenance.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Window {
	/// The epoch that it lies in.
	pub epoch: EpochIndex,
	/// Its first slot, counted from 0 within the epoch.
	pub first_slot: u32,
	/// Number of slots.
	pub slots: u32,
}

/// A proven misconduct, and what followed from it.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offence {
	/// What was done.
	pub kind: Misconduct,
	/// Who did it.
	pub node: Owner,
	/// The deed that the node was linked to.
	pub deed: Option<DeedId>,
	/// The epoch that it concerns.
	pub epoch: EpochIndex,
	/// Who proved it, unless that was the node itself.
	pub reporter: Option<Owner>,
	/// What the reporter was paid, in base units of R1.
	pub reward: u128,
	/// The first epoch in which the deed earns nothing.
	pub suspended_from: EpochIndex,
	/// The first epoch in which it earns again.
	pub suspended_until: EpochIndex,
	/// The score that a reversal gives back.
	pub score_before: u8,
	/// Whether governance has reversed it.
	pub reversed: bool,
}

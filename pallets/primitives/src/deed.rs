// SPDX-License-Identifier: Apache-2.0

//! The three kinds of deed, and what each may earn.

use crate::EpochIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a deed may earn. Fixed when the deed is issued, whoever owns it.
///
/// Deeds of all kinds share one sequence of numbers, and so one table of availability.
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
pub enum DeedTerms {
	/// A Node Deed: sold to anybody, earns the same as every other, and may do paid work.
	Node,
	/// A Master Deed: given by governance, soul-bound, gated by adoption.
	Master {
		/// What the deed may release over its life, in base units of R1.
		allocation: u128,
		/// The epoch in which its release curve starts.
		first_epoch: EpochIndex,
	},
	/// The Genesis Deed, of which there is one: pays the treasury, gated by adoption.
	Genesis,
}

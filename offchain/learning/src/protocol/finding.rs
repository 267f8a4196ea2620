// SPDX-License-Identifier: Apache-2.0

//! What an aggregator says of those who do wrong without spoiling a round; [`Finding`] is what the chain
//! hears of the others.

#[cfg(doc)]
use r1_primitives::learning::Finding;

use codec::{Decode, Encode, MaxEncodedLen};
use r1_core::Account;

/// What somebody did who could not spoil the round by it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, MaxEncodedLen, Ord, PartialEq, PartialOrd)]
pub enum Fault {
	/// What a participant published is no reveal file.
	#[codec(index = 0)]
	RevealUnreadable {
		/// Who.
		revealer: Account,
	},
	/// A participant shows a share that the dealer did not deal to it.
	#[codec(index = 1)]
	FalseShare {
		/// Who shows it.
		revealer: Account,
		/// Whose it would be.
		dealer: Account,
	},
	/// A participant shows the share that must stay hidden.
	#[codec(index = 2)]
	ForbiddenShare {
		/// Who shows it.
		revealer: Account,
		/// Whose it is.
		dealer: Account,
	},
}

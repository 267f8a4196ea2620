// SPDX-License-Identifier: Apache-2.0

//! What an aggregator says of those who spoil a round.

use codec::{Decode, Encode, MaxEncodedLen};
use r1_core::Account;

/// Why there is no sum. Every aggregator that has the same files comes to the same one.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq)]
pub enum Finding {
	/// What a dealer published is no share file.
	#[codec(index = 0)]
	SharesUnreadable {
		/// Who.
		dealer: Account,
	},
	/// A dealer's shares do not give back what it announced, or so many cannot read theirs that one
	/// of them must be honest.
	#[codec(index = 1)]
	SharesInconsistent {
		/// Who.
		dealer: Account,
	},
	/// There are too few good shares of a secret, and it is not clear whose fault that is.
	#[codec(index = 2)]
	TooFewShares {
		/// Whose secret.
		dealer: Account,
	},
	/// What a participant published is no upload.
	#[codec(index = 3)]
	UploadUnreadable {
		/// Who.
		participant: Account,
	},
	/// Somebody sent elements or weights beyond what is allowed. Masks hide who.
	#[codec(index = 4)]
	SumOutOfBounds,
}

impl Finding {
	/// Whom it blames, if anybody.
	#[must_use]
	pub fn culprit(&self) -> Option<Account> {
		match self {
			Self::SharesUnreadable { dealer } | Self::SharesInconsistent { dealer } => {
				Some(*dealer)
			},
			Self::UploadUnreadable { participant } => Some(*participant),
			Self::TooFewShares { .. } | Self::SumOutOfBounds => None,
		}
	}
}

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

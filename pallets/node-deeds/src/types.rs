// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores and answers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A Node Deed's link.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Deed<AccountId> {
	/// The node that the deed is linked to.
	pub node: Option<AccountId>,
	/// Unix time of the last link, in seconds; 0 if there was none. Unlinking keeps it.
	pub linked_at_secs: u64,
}

impl<AccountId> Deed<AccountId> {
	/// A deed as it is sold: never linked.
	pub const UNLINKED: Self = Self { node: None, linked_at_secs: 0 };

	/// Whether more than `cooldown_secs` have passed since the last link, if there was one.
	#[must_use]
	pub fn may_be_linked_at(&self, now_secs: u64, cooldown_secs: u64) -> bool {
		// Saturating: a cooldown beyond the end of time never ends.
		self.linked_at_secs == 0 || now_secs > self.linked_at_secs.saturating_add(cooldown_secs)
	}
}

/// What the sale offers.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct Offer {
	/// The tier on sale, counted from 1.
	pub tier: u8,
	/// Deeds left in the tier.
	pub units_left: u32,
	/// Price of one deed in whole US dollars.
	pub price_usd: u32,
	/// Price of one deed in base units of R1, at the average price of R1.
	pub price_per_deed: u128,
}

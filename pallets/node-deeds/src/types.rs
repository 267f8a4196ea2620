// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores, takes and answers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use r1_primitives::{DeedId, DeedTerms, EpochIndex};
use scale_info::TypeInfo;
use sp_core::ed25519;

/// A deed of any kind.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Deed<AccountId> {
	/// What the deed may earn; never changes.
	pub terms: DeedTerms,
	/// The node that the deed is linked to.
	pub node: Option<AccountId>,
	/// Unix time of the last link, in seconds; 0 if there was none. Unlinking keeps it.
	pub linked_at_secs: u64,
	/// Whether governance banned the deed; only a Node Deed can be.
	pub is_banned: bool,
}

impl<AccountId> Deed<AccountId> {
	/// A deed as it is issued: never linked.
	#[must_use]
	pub const fn new(terms: DeedTerms) -> Self {
		Self { terms, node: None, linked_at_secs: 0, is_banned: false }
	}

	/// Whether more than `cooldown_secs` have passed since the last link, if there was one.
	#[must_use]
	pub fn may_be_linked_at(&self, now_secs: u64, cooldown_secs: u64) -> bool {
		now_secs >= self.may_be_linked_from_secs(cooldown_secs)
	}

	/// Unix time from which on the deed may be linked, in seconds; 0 if it was never linked.
	#[must_use]
	pub fn may_be_linked_from_secs(&self, cooldown_secs: u64) -> u64 {
		if self.linked_at_secs == 0 {
			return 0;
		}
		// Saturating: a cooldown beyond the end of time never ends. The last second of the cooldown
		// still belongs to it, as in the deployed contracts.
		self.linked_at_secs.saturating_add(cooldown_secs).saturating_add(1)
	}
}

/// What a buyer asks for.
#[derive(Clone, Copy, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct PurchaseOrder {
	/// How many deeds; at least one.
	pub units: u32,
	/// The tier that the buyer expects to be on sale.
	pub tier: u8,
	/// The most that one deed may cost without tax, in base units of R1.
	pub price_per_deed_max: u128,
	/// Whether fewer deeds are bought if the tier has fewer left, rather than none.
	pub allow_partial: bool,
}

/// One link of a batch; its fields are the arguments of the call `link`.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct Link<AccountId> {
	/// The deed.
	pub deed: DeedId,
	/// The node that it shall be linked to.
	pub node: AccountId,
	/// The last epoch in which the node's consent may be used.
	pub expires_at_epoch: EpochIndex,
	/// The node's signature of the link proof.
	pub signature: ed25519::Signature,
}

/// What governance allows the owner of a Master Deed to do once.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub enum MasterPermit<AccountId> {
	/// To transfer the deed to this account.
	TransferTo(AccountId),
	/// To burn the deed.
	Burn,
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
	/// Price of one deed in base units of R1, at the median price of R1.
	pub price_per_deed: u128,
}

/// What a purchase would cost now.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct Quote {
	/// The tier on sale, counted from 1.
	pub tier: u8,
	/// Deeds that one purchase can get: those asked for, or what the tier or a purchase holds.
	pub units: u32,
	/// Price of one deed without tax, in base units of R1.
	pub price_per_deed: u128,
	/// Price of all these deeds without tax, in base units of R1.
	pub taxable: u128,
	/// Tax on top, in base units of R1.
	pub tax: u128,
	/// All that the buyer would pay, in base units of R1.
	pub total: u128,
}

/// Everything that is known of a deed.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct DeedDetails<AccountId> {
	/// What the deed may earn.
	pub terms: DeedTerms,
	/// Who owns it; nobody once it is burned.
	pub owner: Option<AccountId>,
	/// The node that it is linked to.
	pub node: Option<AccountId>,
	/// Whether governance banned it.
	pub is_banned: bool,
	/// Unix time of the last link, in seconds; 0 if there was none.
	pub linked_at_secs: u64,
	/// Unix time from which on it may be linked again, in seconds; 0 if it was never linked.
	pub may_be_linked_from_secs: u64,
}

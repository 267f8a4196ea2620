// SPDX-License-Identifier: Apache-2.0

//! Why a call fails, and what to do about it; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	/// Why a call failed; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// No deed has this number: it was never issued, or its item was destroyed.
		UnknownDeed,
		/// The deed belongs to somebody else.
		NotDeedOwner,
		/// The node is linked to a deed already, maybe this one. Unlink it there first.
		NodeAlreadyLinked,
		/// The node did not sign a consent for this chain, owner, deed, node, last link and expiry,
		/// or the consent was used before. Ask the node for a new one.
		InvalidNodeProof,
		/// The node's consent was good until an epoch that is over. Ask the node for a new one.
		NodeProofExpired,
		/// The deed is not linked to a node.
		DeedNotLinked,
		/// The deed was linked too short a time ago. Try again when the cooldown is over.
		LinkCooldown,
		/// The deed has epochs that are open or not claimed. Claim them first.
		UnclaimedEpochs,
		/// Another tier is on sale than the one that was asked for. Ask for the one on sale.
		WrongPriceTier,
		/// A purchase holds at least one deed.
		ZeroUnits,
		/// The tier has fewer deeds left. Allow a partial purchase, or ask for what is left.
		TooManyUnits,
		/// One purchase holds no more deeds than `DeedsPerPurchaseMax`. Buy in parts.
		PurchaseTooLarge,
		/// A deed costs more than the maximum that the buyer named.
		PriceAboveMaximum,
		/// The buyer's free R1 does not cover the purchase, its tax and the existential deposit.
		InsufficientR1,
		/// Every deed is sold.
		AllDeedsSold,
		/// The market has not given a price of R1 yet.
		PriceUnavailable,
		/// An amount does not fit: R1 is priced near zero.
		Overflow,
		/// Governance has paused the pallet. Try again when it goes on.
		Paused,
		/// Nothing is paused.
		NotPaused,
		/// The invoice was used by another purchase. Ask the permit's issuer for a new permit.
		InvoiceAlreadyUsed,
		/// Governance does not know the account as an issuer of purchase permits.
		UnknownPermitIssuer,
		/// The purchase permit was given to another buyer.
		PermitOfAnotherBuyer,
		/// The purchase permit was good until an epoch that is over. Ask for a new one.
		PermitExpired,
		/// The tax is more than the whole price: more than 10 000 basis points.
		TaxTooHigh,
		/// The issuer did not sign this purchase permit for this chain.
		InvalidPermitSignature,
		/// The buyer would have bought for more US dollars than the permit allows. Buy fewer deeds,
		/// or ask the issuer for a higher limit.
		ExceedsUsdLimit,
		/// The pool does not yield what R1 is worth at the median price. Buy fewer deeds at once,
		/// or try again when the pool's price is close to the median.
		SwapFailed,
		/// The pool does not take the liquidity near the median price. Buy fewer deeds at once, or
		/// try again when the pool's price is close to the median.
		AddingLiquidityFailed,
		/// The company would get less than 97 % of its part of the price. Buy fewer deeds at once,
		/// or try again when the pool's price is close to the median.
		CompanyShareTooLow,
		/// The deed is banned. Governance can lift the ban.
		DeedBanned,
		/// The deed is banned already.
		AlreadyBanned,
		/// The deed is not banned.
		NotBanned,
		/// Only Node Deeds can be banned.
		NotNodeDeed,
		/// Only Master Deeds are transferred and burned by authorisation.
		NotMasterDeed,
		/// The Master Deed is not authorised for this. Ask governance to authorise exactly this.
		NotAuthorised,
		/// The Genesis Deed stays with its owner for ever.
		GenesisDeedIsBound,
		/// The Genesis Deed is issued already; there is one.
		GenesisDeedExists,
		/// The account owns the Genesis Deed, and so can have no Master Deed.
		OwnerHasGenesisDeed,
		/// The account owns Master Deeds, and so cannot have the Genesis Deed.
		OwnerHasMasterDeeds,
		/// A Master Deed's allocation is more than zero, and at most 2 % of all R1.
		AllocationOutOfRange,
		/// All Master Deeds of one owner together may release at most 2 % of all R1.
		OwnerLimitExceeded,
		/// All Master Deeds together may release at most 26.1 % of all R1.
		EmissionExceeded,
		/// All 499 Master Deeds are issued.
		TooManyMasterDeeds,
		/// The account is an issuer of purchase permits already.
		PermitIssuerAlreadyKnown,
		/// There are as many issuers as may be. Remove one first.
		TooManyPermitIssuers,
		/// A share is at most 10 000 basis points.
		ShareTooLarge,
		/// The liquidity account holds no R1, so it cannot receive shares in the pool. Endow it with
		/// the existential deposit first.
		LiquidityAccountMissing,
	}
}

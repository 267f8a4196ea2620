// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells the world; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What happened.
	///
	/// pallet-nfts tells of each deed that is issued, changes hands or is burned.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Deeds were bought; their numbers are `first_deed` and the `units - 1` after it.
		DeedsBought {
			/// Who paid, and now owns the deeds.
			buyer: T::AccountId,
			/// Number of the invoice that the permit names.
			invoice: [u8; 32],
			/// The first of the deeds.
			first_deed: DeedId,
			/// How many deeds.
			units: u32,
			/// The tier that they were sold from.
			tier: u8,
			/// Price of one deed without tax, in base units of R1.
			price_per_deed: u128,
			/// Everything that the buyer paid, tax included, in base units of R1.
			total: u128,
			/// The tax in it, in base units of R1.
			tax: u128,
		},
		/// Part of a purchase was put into the market's pool.
		LiquidityAdded {
			/// R1 that the pool took, in base units.
			r1: u128,
			/// USDC that the pool took, in base units.
			usdc: u128,
		},
		/// Part of a purchase was swapped and kept to be put into the market's pool later.
		LiquidityReserved {
			/// USDC that the liquidity account got, in base units.
			usdc: u128,
		},
		/// The company's part of a purchase and the tax were swapped and paid out.
		ProceedsPaid {
			/// USDC that the company got, in base units.
			company: u128,
			/// USDC that the tax account got, in base units.
			tax: u128,
		},
		/// A deed was linked to a node.
		NodeLinked {
			/// The deed.
			deed: DeedId,
			/// Who owns the deed.
			owner: T::AccountId,
			/// The node.
			node: T::AccountId,
			/// The first epoch that may pay.
			epoch: EpochIndex,
		},
		/// A deed lost its node.
		NodeUnlinked {
			/// The deed.
			deed: DeedId,
			/// Who owns the deed; who owned it, if it is transferred or burned now.
			owner: T::AccountId,
			/// The node that the deed was linked to.
			node: T::AccountId,
			/// The epoch in which it happened.
			epoch: EpochIndex,
		},
		/// A Master Deed was issued.
		MasterDeedAssigned {
			/// The deed.
			deed: DeedId,
			/// Who owns it.
			owner: T::AccountId,
			/// What it may release over its life, in base units of R1.
			allocation: u128,
			/// The epoch in which its release curve starts.
			first_epoch: EpochIndex,
		},
		/// The Genesis Deed was issued.
		GenesisDeedIssued {
			/// The deed.
			deed: DeedId,
			/// Who owns it.
			owner: T::AccountId,
		},
		/// A Master Deed may now be transferred, once and to one account.
		MasterTransferAuthorised {
			/// The deed.
			deed: DeedId,
			/// Who may receive it.
			to: T::AccountId,
		},
		/// A Master Deed may now be burned by its owner.
		MasterBurnAuthorised {
			/// The deed.
			deed: DeedId,
		},
		/// A Master Deed may no longer be transferred or burned.
		MasterAuthorisationRevoked {
			/// The deed.
			deed: DeedId,
		},
		/// A Master Deed was burned.
		MasterDeedBurned {
			/// The deed.
			deed: DeedId,
			/// Who owned it.
			owner: T::AccountId,
			/// What it had not released, which may be assigned again; in base units of R1.
			returned: u128,
		},
		/// A Node Deed was banned.
		DeedBanned {
			/// The deed.
			deed: DeedId,
		},
		/// The ban of a Node Deed was lifted.
		DeedUnbanned {
			/// The deed.
			deed: DeedId,
		},
		/// Sale, assignments, links, burns and transfers of Node Deeds were stopped.
		Paused,
		/// What was stopped goes on.
		Unpaused,
		/// An account may now sign purchase permits.
		PermitIssuerAdded {
			/// The account.
			issuer: T::AccountId,
		},
		/// An account's purchase permits are no longer accepted.
		PermitIssuerRemoved {
			/// The account.
			issuer: T::AccountId,
		},
		/// The part of the liquidity that goes straight into the pool was set.
		LiquidityShareSet {
			/// The part, in basis points.
			basis_points: u16,
		},
	}
}

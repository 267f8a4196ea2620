// SPDX-License-Identifier: Apache-2.0

//! # Node Deeds
//!
//! A Node Deed is the licence to run a node and to be paid for it. This pallet sells the deeds,
//! links each to at most one node, and keeps the averaged price of R1 that it sells them at.
//!
//! ## Terminology
//!
//! - **Deed**: a number from 1, never reused, and the item of that number in collection
//!   [`COLLECTION`] of pallet-nfts. Who owns the item owns the deed: wallets and marketplaces that
//!   know pallet-nfts know deeds.
//! - **Node**: an ed25519 key, which is also the node's account.
//! - **Link**: the deed names the node, and the node agreed with a signature. A linked deed earns.
//! - **Tier**: so many deeds at one price in US dollars; the tiers are sold one after the other.
//!
//! ## How a deed lives
//!
//! ```text
//!  buy ──> unlinked ──link──> linked ──link to another node──┐
//!             │  ^               │ ^                         │
//!        transfer └────unlink────┘ └─────────────────────────┘
//! ```
//!
//! - `buy` pays in R1: 20 % is burned, 50 % goes to the market's liquidity, 30 % to the company.
//!   The price is the tier's, at the average of the market's price sampled every
//!   [`PriceSamplePeriod`](Config::PriceSamplePeriod) blocks; the buyer names a maximum.
//! - `link` needs the node's signature of a [`LinkProof`](r1_primitives::LinkProof), which names
//!   chain, owner, deed and a last epoch.
//! - A deed is linked at most once in [`LinkCooldownSecs`](Config::LinkCooldownSecs), and loses
//!   its node only once every epoch that it served is claimed.
//! - A linked deed does not move: this pallet is the `Locker` of pallet-nfts.
//!
//! ## What the runtime must provide
//!
//! - pallet-nfts with `u32` collections and items, `Locker` set to this pallet, and a `ForceOrigin`
//!   that accepts root. Genesis creates the collection with `force_create`, which alone can switch
//!   off deposits: neither the pallet nor a buyer is charged one. So no other genesis may create a
//!   collection first.
//! - Metadata and attributes that people add to their deeds still pay pallet-nfts' deposits.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::unwrap_used,
		clippy::expect_used
	)
)]
#![expect(missing_debug_implementations, reason = "FRAME's storage types have none")]

#[cfg(feature = "runtime-benchmarks")]
extern crate alloc;

mod types;
mod sale;
mod link;
mod price;
mod collection;
mod impls;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
pub mod weights;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use collection::COLLECTION;
pub use pallet::*;
pub use types::{Deed, Offer};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;

/// The pallet. The macros of FRAME read the declarations; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[frame_support::pallet]
pub mod pallet {
	use crate::{COLLECTION, Deed, Offer, WeightInfo};
	use frame_support::{
		PalletId,
		pallet_prelude::*,
		traits::{ConstU8, UnixTime, fungible},
	};
	use frame_system::pallet_prelude::*;
	use r1_math::node_deed::DEEDS_MAX;
	use r1_primitives::{
		DeedId, EpochIndex,
		traits::{CurrentEpoch, Market, RewardLedger},
	};
	use sp_core::{H256, ed25519};
	use sp_runtime::AccountId32;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from its runtime.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId32, Hash = H256>
		+ pallet_nfts::Config<CollectionId = u32, ItemId = DeedId>
	{
		/// What the calls cost.
		type WeightInfo: WeightInfo;

		/// R1, in which deeds are paid.
		type Currency: fungible::Inspect<AccountId32, Balance = u128>
			+ fungible::Mutate<AccountId32>;

		/// The pool whose price is sampled.
		type Market: Market<AccountId32>;

		/// The epoch that the chain is in.
		type Epochs: CurrentEpoch;

		/// What each deed has earned and claimed.
		type Rewards: RewardLedger;

		/// The clock of the cooldown.
		type Time: UnixTime;

		/// Names the account that owns the collection of the deeds.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Receives the half of each purchase that goes to the market's liquidity.
		#[pallet::constant]
		type LiquidityAccount: Get<AccountId32>;

		/// Receives the company's share of each purchase.
		#[pallet::constant]
		type CompanyAccount: Get<AccountId32>;

		/// Most deeds in one purchase, so that one call fits a block.
		#[pallet::constant]
		type DeedsPerPurchaseMax: Get<u32>;

		/// Seconds that must have passed since a deed was last linked before it is linked again.
		#[pallet::constant]
		type LinkCooldownSecs: Get<u64>;

		/// Blocks between two samples of the market's price; not zero.
		#[pallet::constant]
		type PriceSamplePeriod: Get<BlockNumberFor<Self>>;

		/// Samples that make the average price; not zero.
		#[pallet::constant]
		type PriceSamplesMax: Get<u32>;

		/// Sets up what the benchmarks cannot reach from here.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// Each deed's link, for every deed ever issued.
	#[pallet::storage]
	pub type Deeds<T: Config> = StorageMap<_, Twox64Concat, DeedId, Deed<T::AccountId>>;

	/// The deed that a node is linked to; the inverse of the links in `Deeds`.
	#[pallet::storage]
	pub type DeedOfNode<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, DeedId>;

	/// Deeds issued so far; their numbers are 1 to this one.
	#[pallet::storage]
	pub type Issued<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The tier on sale, counted from 1; one more than the last tier once every deed is sold.
	///
	/// Follows from `Issued`; stored so that clients need not know the tiers.
	#[pallet::storage]
	pub type CurrentTier<T: Config> = StorageValue<_, u8, ValueQuery, ConstU8<1>>;

	/// Deeds sold of the tier on sale. Follows from `Issued`, as `CurrentTier` does.
	#[pallet::storage]
	pub type SoldInTier<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Latest samples of the market's price of one R1 in 10^-18 USD, oldest first.
	#[pallet::storage]
	pub type PriceSamples<T: Config> =
		StorageValue<_, BoundedVec<u128, T::PriceSamplesMax>, ValueQuery>;

	/// Genesis of the pallet: no choice to make, it creates the collection of the deeds.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Ties the type to the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Err(error) = Pallet::<T>::create_collection() {
				// A chain without the collection could never sell a deed: better no chain.
				panic!("could not create the collection of the Node Deeds: {error:?}");
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Deeds were bought; their numbers are `first_deed` and the `units - 1` after it.
		DeedsBought {
			/// Who paid, and now owns the deeds.
			buyer: T::AccountId,
			/// The first of the deeds.
			first_deed: DeedId,
			/// How many deeds.
			units: u32,
			/// The tier that they were sold from.
			tier: u8,
			/// Price of one deed, in base units of R1.
			price_per_deed: u128,
			/// Everything that the buyer paid, in base units of R1.
			total: u128,
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
			/// Who owns the deed.
			owner: T::AccountId,
			/// The node that the deed was linked to.
			node: T::AccountId,
			/// The epoch in which it happened.
			epoch: EpochIndex,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// No deed has this number: it was never issued, or its item was destroyed.
		UnknownDeed,
		/// The deed belongs to somebody else.
		NotDeedOwner,
		/// The node is linked to a deed already, maybe this one. Unlink it there first.
		NodeAlreadyLinked,
		/// The node did not sign a consent for this chain, owner, deed, node and expiry.
		InvalidNodeProof,
		/// The node's consent was good until an epoch that is over. Ask the node for a new one.
		NodeProofExpired,
		/// The deed is not linked to a node.
		DeedNotLinked,
		/// The deed was linked too short a time ago. Try again when the cooldown is over.
		LinkCooldown,
		/// The deed has epochs that are open or not claimed. Claim them first.
		UnclaimedEpochs,
		/// Another tier is on sale than the one that was asked for.
		WrongPriceTier,
		/// A purchase holds at least one deed.
		ZeroUnits,
		/// The tier has fewer deeds left. Buy what is left, then the rest from the next tier.
		TooManyUnits,
		/// One purchase holds no more deeds than `DeedsPerPurchaseMax`. Buy in parts.
		PurchaseTooLarge,
		/// A deed costs more than the maximum that the buyer named.
		PriceAboveMaximum,
		/// The buyer's free R1 does not cover the purchase and the existential deposit.
		InsufficientR1,
		/// Every deed is sold.
		AllDeedsSold,
		/// The market has not given a price of R1 yet.
		PriceUnavailable,
		/// An amount of R1 does not fit: R1 is priced near zero.
		Overflow,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(block: BlockNumberFor<T>) -> Weight {
			Self::sample_price_at(block)
		}

		fn integrity_test() {
			assert!(
				T::PriceSamplePeriod::get() > 0u32.into(),
				"the price is sampled at some block"
			);
			assert!(T::PriceSamplesMax::get() > 0, "an average needs a sample");
			assert!(
				(1..=DEEDS_MAX).contains(&T::DeedsPerPurchaseMax::get()),
				"a purchase holds some deeds, and no more than there are",
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Buys Node Deeds of the tier on sale, all or nothing.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the buyer.
		///
		/// ## Details
		///
		/// A deed costs the tier's price in US dollars at the average price of R1. The buyer pays
		/// `units` times that, in parts each rounded down: 20 % is burned, 50 % goes to the
		/// market's liquidity, 30 % to the company. A purchase does not span tiers.
		///
		/// ## Errors
		///
		/// - [`Error::AllDeedsSold`], [`Error::WrongPriceTier`], [`Error::ZeroUnits`],
		///   [`Error::PurchaseTooLarge`], [`Error::TooManyUnits`]: the sale does not offer this.
		/// - [`Error::PriceUnavailable`], [`Error::PriceAboveMaximum`], [`Error::Overflow`],
		///   [`Error::InsufficientR1`]: the price is not known, not accepted, or cannot be paid.
		///
		/// ## Events
		///
		/// [`Event::DeedsBought`], and pallet-nfts' `Issued` for each deed.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::buy(*units))]
		pub fn buy(
			origin: OriginFor<T>,
			units: u32,
			tier: u8,
			price_per_deed_max: u128,
		) -> DispatchResult {
			let buyer = ensure_signed(origin)?;
			Self::do_buy(buyer, units, tier, price_per_deed_max)
		}

		/// Links a deed to a node that agreed to it.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// `signature` is the node's, over the link proof of this chain, the owner, the deed, the
		/// node and `expires_at_epoch`, the last epoch in which the proof may be used. A deed that
		/// is linked is unlinked first, under the rules of `unlink`. The deed earns from the
		/// current epoch on.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownDeed`], [`Error::NotDeedOwner`]: not a deed of the caller.
		/// - [`Error::NodeAlreadyLinked`], [`Error::LinkCooldown`], [`Error::UnclaimedEpochs`]: the
		///   node or the deed is not free for a new link.
		/// - [`Error::NodeProofExpired`], [`Error::InvalidNodeProof`]: the node did not agree.
		///
		/// ## Events
		///
		/// [`Event::NodeLinked`], after [`Event::NodeUnlinked`] if the deed was linked.
		#[pallet::call_index(1)]
		pub fn link(
			origin: OriginFor<T>,
			deed: DeedId,
			node: T::AccountId,
			expires_at_epoch: EpochIndex,
			signature: ed25519::Signature,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_link(owner, deed, node, expires_at_epoch, &signature)
		}

		/// Takes a deed's node away; the deed can then be transferred.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// Every epoch before the current one must be decided and claimed, because a deed without
		/// a node cannot claim. The cooldown of the next link counts from the last link, not from
		/// here.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownDeed`], [`Error::NotDeedOwner`]: not a deed of the caller.
		/// - [`Error::DeedNotLinked`]: there is no node to take away.
		/// - [`Error::UnclaimedEpochs`]: rewards would be lost.
		///
		/// ## Events
		///
		/// [`Event::NodeUnlinked`].
		#[pallet::call_index(2)]
		pub fn unlink(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_unlink(owner, deed)
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The collection of pallet-nfts whose items are the deeds.
		pub fn collection() -> u32 {
			COLLECTION
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What the sale offers now; nothing if every deed is sold or R1 has no price yet.
		pub fn offer() -> Option<Offer> {
			Self::current_offer().ok()
		}
	}
}

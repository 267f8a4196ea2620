// SPDX-License-Identifier: Apache-2.0

//! # Node Deeds
//!
//! A deed is the licence to run a node and to be paid for it. This pallet sells and issues the
//! deeds, links each to at most one node, says which may move and which may earn, and keeps the
//! median price of R1 that it sells them at.
//!
//! ## Terminology
//!
//! - **Deed**: a number from 1, never reused, and the item of that number in a collection of
//!   pallet-nfts. Who owns the item owns the deed: wallets and marketplaces that know pallet-nfts
//!   know deeds. A deed that is burned keeps its number and its record, so that numbers stay dense.
//! - **Node Deed**: sold to anybody with a permit; in collection [`COLLECTION`].
//! - **Master Deed**: given by governance with an allocation of its own, and soul-bound.
//!   **Genesis Deed**: the one that pays the treasury, bound for ever. Both are in the collection
//!   that [`MasterCollection`] names.
//! - **Node**: an ed25519 key, which is also the node's account.
//! - **Link**: the deed names the node, and the node agreed with a signature. A deed that is linked
//!   and not banned earns.
//! - **Tier**: so many Node Deeds at one price in US dollars; the tiers are sold one after the
//!   other.
//! - **Permit**: leave to buy, signed by an issuer that governance knows, for one purchase.
//!
//! ## How a deed lives
//!
//! ```text
//!  buy ──> unlinked ──link──> linked ──link to another node──┐
//!             │  ^               │ ^                         │
//!        transfer └────unlink────┘ └─────────────────────────┘
//! ```
//!
//! - `buy` pays in R1: 20 % is burned, 50 % goes to the market's liquidity, 30 % to the company, and
//!   a tax may come on top. The price is the tier's, at the median of the market's price sampled
//!   every [`PriceSamplePeriod`](Config::PriceSamplePeriod) blocks; the buyer names a maximum. The
//!   median price and the minimum output of each swap replace the deployed contracts' guard on how
//!   far the price may move between two sales, which stopped the sale by accident.
//! - The parts' rounding, at most 3 base units of R1 a purchase, stays in this pallet's account as in
//!   the deployed contracts. It is nobody's; below the existential deposit the account and what is in
//!   it vanish, and the issuance shrinks with it.
//! - `link` needs the node's signature of a [`LinkProof`](r1_primitives::LinkProof), which names
//!   chain, owner, deed, the time of the deed's last link and a last epoch. The time changes with
//!   each link, so that a proof is good for one.
//! - A deed is linked at most once in [`LinkCooldownSecs`](Config::LinkCooldownSecs), and loses
//!   its node only once every epoch that may pay it is claimed.
//! - This pallet is the `Locker` of pallet-nfts: a Node Deed moves in pallet-nfts' ways only while it
//!   is neither linked nor banned and nothing is paused. `transfer` and `burn` unlink it first.
//! - Prices, approvals and offers to swap can be arranged in pallet-nfts for a locked deed as well.
//!   So `unlink` takes back all that was arranged before it; it would come alive otherwise, maybe
//!   years later. A transfer and a burn end it in pallet-nfts.
//! - A Node Deed that its owner burns straight through pallet-nfts leaves its account of rewards
//!   behind, which nobody can claim.
//! - A Master Deed moves or burns only as governance authorised, and takes its link along.
//!
//! ## What storage costs
//!
//! Nothing takes a deposit. Each entry belongs to a deed, to a purchase or to one of few issuers, so
//! that the number of deeds bounds the storage, and their price pays for it.
//!
//! ## What the runtime must provide
//!
//! - pallet-nfts with `u32` collections and items, `Locker` set to this pallet, and a `ForceOrigin`
//!   that accepts root. Genesis creates the collections with `force_create`, which alone can switch
//!   off deposits: neither the pallet nor a buyer is charged one. So no other genesis may create a
//!   collection first.
//! - The trading of pallet-nfts switched on: without it a price could not be taken back, nor could
//!   the deed be unlinked then.
//! - USDC that any account can hold without R1, because a purchase pays it to new accounts.
//! - Metadata and attributes that people add to their deeds still pay pallet-nfts' deposits.
//!
//! ## Source layout
//!
//! Events, errors and calls are sections in files of their own, because together they are longer
//! than a file should be; the `pallet` module imports them.

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

extern crate alloc;

mod types;
mod events;
mod errors;
mod calls;
mod sale;
mod payment;
mod price;
mod link;
mod transfer;
mod master;
mod governance;
mod collection;
mod impls;
mod views;
pub mod migrations;
#[cfg(any(feature = "std", feature = "try-runtime"))]
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
pub use types::{Deed, DeedDetails, Link, MasterPermit, Offer, PurchaseOrder, Quote};
pub use views::DEEDS_PER_VIEW_MAX;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;

/// Where the pallet's log lines are found.
const LOG_TARGET: &str = "runtime::node-deeds";

/// The pallet. The macros of FRAME read the declarations; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[import_section(crate::calls::calls)]
#[import_section(crate::errors::errors)]
#[import_section(crate::events::events)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		COLLECTION, Deed, DeedDetails, Link, MasterPermit, Offer, PurchaseOrder, Quote, WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{
		PalletId,
		dispatch::DispatchClass,
		pallet_prelude::*,
		traits::{ConstU8, UnixTime, fungible},
	};
	use frame_system::pallet_prelude::*;
	use pallet_nfts::PalletFeature;
	use r1_math::{BASIS_POINTS, node_deed::DEEDS_MAX};
	use r1_primitives::{
		DeedId, EpochIndex, PurchasePermit,
		traits::{AdoptionLedger, CurrentEpoch, Market, PriceInspect, RewardLedger},
	};
	use sp_core::{H256, ed25519};
	use sp_runtime::{AccountId32, MultiSignature};

	/// Version of the storage layout.
	pub(crate) const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

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

		/// Issues Master Deeds, bans, pauses, and names the issuers of permits.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// R1, in which deeds are paid.
		type Currency: fungible::Inspect<AccountId32, Balance = u128>
			+ fungible::Mutate<AccountId32>;

		/// USDC, in which the proceeds of a purchase are paid out.
		type Usdc: fungible::Inspect<AccountId32, Balance = u128> + fungible::Mutate<AccountId32>;

		/// The pool whose price is sampled, and where the proceeds are swapped.
		type Market: Market<AccountId32>;

		/// The epoch that the chain is in.
		type Epochs: CurrentEpoch;

		/// What each deed has earned and claimed.
		type Rewards: RewardLedger;

		/// Told of each sale.
		type Adoption: AdoptionLedger;

		/// The clock of the cooldown.
		type Time: UnixTime;

		/// Names the account that owns the collections of the deeds, and through which each payment
		/// goes.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Receives what each purchase leaves for the market's liquidity: USDC, and shares in the
		/// pool. It must exist before governance sets a share above 0.
		#[pallet::constant]
		type LiquidityAccount: Get<AccountId32>;

		/// Receives the company's share of each purchase, in USDC.
		#[pallet::constant]
		type CompanyAccount: Get<AccountId32>;

		/// Receives the tax on each purchase, in USDC.
		#[pallet::constant]
		type TaxAccount: Get<AccountId32>;

		/// How much less than at the median price a swap of a purchase may yield, in basis points;
		/// less than 10 000. Too little stops large purchases, too much feeds whoever trades before
		/// them. The company's part has a floor of 97 % besides.
		#[pallet::constant]
		type SlippageBasisPoints: Get<u16>;

		/// Most deeds in one purchase, so that one call fits a block.
		#[pallet::constant]
		type DeedsPerPurchaseMax: Get<u32>;

		/// Most links in one batch, so that one call fits a block; not zero.
		#[pallet::constant]
		type LinksPerBatchMax: Get<u32>;

		/// Most issuers of purchase permits; not zero.
		#[pallet::constant]
		type PermitIssuersMax: Get<u32>;

		/// Seconds that must have passed since a deed was last linked before it is linked again.
		#[pallet::constant]
		type LinkCooldownSecs: Get<u64>;

		/// Blocks between two samples of the market's price; not zero.
		#[pallet::constant]
		type PriceSamplePeriod: Get<BlockNumberFor<Self>>;

		/// Samples whose median is the price; not zero.
		#[pallet::constant]
		type PriceSamplesMax: Get<u32>;

		/// Sets up what the benchmarks cannot reach from here.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// Each deed's terms and link, for every deed of any kind ever issued.
	// Twox is safe: deeds are numbered by the chain.
	#[pallet::storage]
	pub type Deeds<T: Config> = StorageMap<_, Twox64Concat, DeedId, Deed<T::AccountId>>;

	/// The deed that a node is linked to; the inverse of the links in `Deeds`.
	#[pallet::storage]
	pub type DeedOfNode<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, DeedId>;

	/// Deeds of all kinds issued so far; their numbers are 1 to this one.
	#[pallet::storage]
	pub type Issued<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Node Deeds sold so far.
	#[pallet::storage]
	pub type NodeDeedsSold<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The tier on sale, counted from 1; one more than the last tier once every deed is sold.
	///
	/// Follows from `NodeDeedsSold`; stored so that clients need not know the tiers.
	#[pallet::storage]
	pub type CurrentTier<T: Config> = StorageValue<_, u8, ValueQuery, ConstU8<1>>;

	/// Deeds sold of the tier on sale. Follows from `NodeDeedsSold`, as `CurrentTier` does.
	#[pallet::storage]
	pub type SoldInTier<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Whom governance trusts to sign purchase permits.
	#[pallet::storage]
	pub type PermitIssuers<T: Config> =
		StorageValue<_, BoundedBTreeSet<T::AccountId, T::PermitIssuersMax>, ValueQuery>;

	/// Numbers of the invoices that were used: one for each purchase, whose price pays for it.
	#[pallet::storage]
	pub type UsedInvoices<T: Config> = StorageMap<_, Blake2_128Concat, [u8; 32], ()>;

	/// What each account has bought for over its life, in whole US dollars without tax.
	#[pallet::storage]
	pub type UsdBought<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// The part of a purchase's liquidity that goes straight into the pool, in basis points.
	#[pallet::storage]
	pub type LiquidityShare<T: Config> = StorageValue<_, u16, ValueQuery>;

	/// Whether governance stopped sale, assignments, links, burns and transfers of Node Deeds.
	#[pallet::storage]
	pub type IsPaused<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// The collection of the Master and Genesis Deeds; 1 on a chain that started with it.
	///
	/// Stored because on an older chain somebody else may have taken that number.
	#[pallet::storage]
	pub type MasterCollection<T: Config> = StorageValue<_, u32>;

	/// The Genesis Deed, once it is issued.
	#[pallet::storage]
	pub type GenesisDeed<T: Config> = StorageValue<_, DeedId>;

	/// Master Deeds ever issued, burned ones too.
	#[pallet::storage]
	pub type MastersIssued<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What all Master Deeds may release, in base units of R1; of burned ones what they did release.
	#[pallet::storage]
	pub type MasterAllocation<T: Config> = StorageValue<_, u128, ValueQuery>;

	/// Allocations of the Master Deeds that an account owns, in base units of R1.
	#[pallet::storage]
	pub type MastersOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u128, ValueQuery>;

	/// What the owner of a Master Deed is authorised to do with it, once.
	// Twox is safe: deeds are numbered by the chain.
	#[pallet::storage]
	pub type MasterPermits<T: Config> =
		StorageMap<_, Twox64Concat, DeedId, MasterPermit<T::AccountId>>;

	/// The Master Deed that this pallet moves or burns right now; never set between two calls.
	#[pallet::storage]
	pub type Moving<T: Config> = StorageValue<_, DeedId>;

	/// Latest samples of the market's price of one R1 in 10^-18 USD, oldest first.
	#[pallet::storage]
	pub type PriceSamples<T: Config> =
		StorageValue<_, BoundedVec<u128, T::PriceSamplesMax>, ValueQuery>;

	/// Genesis of the pallet, which also creates the collections of the deeds.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Who owns the Genesis Deed, which then is deed 1; without, governance can issue it once.
		pub genesis_deed_owner: Option<T::AccountId>,
		/// Whose purchase permits are accepted; without any, no deed is sold until governance adds
		/// one.
		pub permit_issuers: Vec<T::AccountId>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Err(error) = self.try_build() {
				// A chain without the collections could never issue a deed: better no chain.
				panic!("could not build the genesis of the Node Deeds: {error:?}");
			}
		}
	}

	impl<T: Config> GenesisConfig<T> {
		fn try_build(&self) -> DispatchResult {
			Pallet::<T>::create_collections()?;
			for issuer in &self.permit_issuers {
				Pallet::<T>::do_add_permit_issuer(issuer.clone())?;
			}
			self.genesis_deed_owner
				.clone()
				.map_or(Ok(()), Pallet::<T>::do_issue_genesis_deed)
		}
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
			assert!(T::PriceSamplesMax::get() > 0, "a median needs a sample");
			assert!(
				(1..=DEEDS_MAX).contains(&T::DeedsPerPurchaseMax::get()),
				"a purchase holds some deeds, and no more than there are",
			);
			assert!(T::LinksPerBatchMax::get() > 0, "a batch holds some links");
			assert!(T::PermitIssuersMax::get() > 0, "somebody can issue permits");
			assert!(T::SlippageBasisPoints::get() < BASIS_POINTS, "a swap yields something");
			let features = <T as pallet_nfts::Config>::Features::get();
			assert!(features.is_enabled(PalletFeature::Trading), "a price can be taken back");
			let block = T::BlockWeights::get();
			if let Some(most) = block.get(DispatchClass::Normal).max_extrinsic {
				let purchase = <T as Config>::WeightInfo::buy(T::DeedsPerPurchaseMax::get());
				assert!(purchase.all_lte(most), "the largest purchase does not fit in a block");
				let batch = <T as Config>::WeightInfo::link_batch(T::LinksPerBatchMax::get());
				assert!(batch.all_lte(most), "the largest batch does not fit in a block");
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The collection of pallet-nfts whose items are the Node Deeds.
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

		/// What `units` deeds with such a tax on top would cost now.
		///
		/// Clipped to what the tier has left and one purchase can hold. Nothing if there is no
		/// offer, no deed is asked for, or the tax is more than 10 000 basis points.
		pub fn quote(units: u32, tax_basis_points: u16) -> Option<Quote> {
			Self::quote_now(units, tax_basis_points)
		}

		/// Median price of one R1, in 10^-18 USD; none before the first sample.
		pub fn r1_price() -> Option<u128> {
			Self::median_price()
		}

		/// Everything that is known of a deed; nothing if it was never issued.
		pub fn deed(deed: DeedId) -> Option<DeedDetails<T::AccountId>> {
			Self::details_of(deed)
		}

		/// Deeds that an account owns, Node Deeds first, otherwise in no useful order.
		///
		/// At most `limit` of those that come after deed `after`, and never more than
		/// [`DEEDS_PER_VIEW_MAX`](crate::DEEDS_PER_VIEW_MAX). A shorter page is the last one.
		pub fn deeds_of(owner: T::AccountId, after: Option<DeedId>, limit: u32) -> Vec<DeedId> {
			Self::page_of_owner(&owner, after, limit)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Deeds as items of pallet-nfts: everything that this pallet asks of it.

use crate::{Config, Deed, Deeds, Error, Issued, MasterCollection, Pallet};
use frame_support::{
	ensure,
	traits::tokens::nonfungibles_v2::{Inspect, Mutate, Transfer},
};
use frame_system::RawOrigin;
use pallet_nfts::{
	CollectionConfigFor, CollectionSetting, CollectionSettings, ItemConfig, MintSettings,
};
use r1_math::{master_deed, node_deed};
use r1_primitives::{DeedId, DeedTerms};
use sp_runtime::{
	DispatchError, DispatchResult,
	traits::{AccountIdConversion, Get, StaticLookup},
};

/// The collection whose items are the Node Deeds: the first that pallet-nfts numbers.
pub const COLLECTION: u32 = 0;

/// Items of the other collection: all Master Deeds, and the Genesis Deed.
pub(crate) const MASTER_ITEMS_MAX: u32 = master_deed::DEEDS_MAX + 1;

/// pallet-nfts, whose traits do what is asked of it.
type Nfts<T> = pallet_nfts::Pallet<T>;

impl<T: Config> Pallet<T> {
	/// The account that owns the collections, and through which payments go; nobody holds its key.
	#[must_use]
	pub fn account_id() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Creates both collections, once, at genesis.
	pub(crate) fn create_collections() -> DispatchResult {
		ensure!(
			Self::create_collection(node_deed::DEEDS_MAX)? == COLLECTION,
			DispatchError::Other("another collection took the number of the Node Deeds")
		);
		Self::open_master_collection()?;
		Ok(())
	}

	/// The collection of the Master and Genesis Deeds, which is created if there is none.
	pub(crate) fn open_master_collection() -> Result<u32, DispatchError> {
		if let Some(collection) = MasterCollection::<T>::get() {
			return Ok(collection);
		}
		let collection = Self::create_collection(MASTER_ITEMS_MAX)?;
		MasterCollection::<T>::put(collection);
		Ok(collection)
	}

	/// Issues the next deed to `owner`; returns its number.
	pub(crate) fn issue(terms: DeedTerms, owner: &T::AccountId) -> Result<DeedId, DispatchError> {
		let deed = Issued::<T>::get().checked_add(1).ok_or(Error::<T>::Overflow)?;
		Self::issue_item(terms, deed, owner)?;
		Deeds::<T>::insert(deed, Deed::new(terms));
		Issued::<T>::put(deed);
		Ok(deed)
	}

	/// Issues the item of a deed.
	pub(crate) fn issue_item(
		terms: DeedTerms,
		deed: DeedId,
		owner: &T::AccountId,
	) -> DispatchResult {
		let collection = match terms {
			DeedTerms::Node => COLLECTION,
			DeedTerms::Master { .. } | DeedTerms::Genesis => Self::open_master_collection()?,
		};
		// The default switches nothing off: the item can be transferred, and is removed without
		// rest when its owner destroys it. The last argument says who pays the deposit of zero.
		let config = ItemConfig::default();
		<Nfts<T> as Mutate<T::AccountId, ItemConfig>>::mint_into(
			&collection,
			&deed,
			owner,
			&config,
			true,
		)
	}

	/// Gives the item of a deed to somebody else.
	pub(crate) fn move_item(terms: DeedTerms, deed: DeedId, to: &T::AccountId) -> DispatchResult {
		let collection = Self::collection_of(terms).ok_or(Error::<T>::UnknownDeed)?;
		<Nfts<T> as Transfer<T::AccountId>>::transfer(&collection, &deed, to)
	}

	/// Destroys the item of a deed.
	pub(crate) fn burn_item(terms: DeedTerms, deed: DeedId) -> DispatchResult {
		let collection = Self::collection_of(terms).ok_or(Error::<T>::UnknownDeed)?;
		<Nfts<T> as Mutate<T::AccountId, ItemConfig>>::burn(&collection, &deed, None)
	}

	/// Takes back what the owner of a deed has arranged for its item: a price, approvals of
	/// transfers, and an offer to swap. Says nothing of what there is none of.
	///
	/// All of it can be arranged for an item that is locked, and would come alive with the
	/// unlocking. A transfer and a burn need none of this: pallet-nfts itself takes it back then.
	pub(crate) fn take_back_arrangements(
		terms: DeedTerms,
		deed: DeedId,
		owner: &T::AccountId,
	) -> DispatchResult {
		let collection = Self::collection_of(terms).ok_or(Error::<T>::UnknownDeed)?;
		let origin = || T::RuntimeOrigin::from(RawOrigin::Signed(owner.clone()));
		if pallet_nfts::ItemPriceOf::<T>::contains_key(collection, deed) {
			Nfts::<T>::set_price(origin(), collection, deed, None, None)?;
		}
		let item = pallet_nfts::Item::<T>::get(collection, deed);
		if item.is_some_and(|item| !item.approvals.is_empty()) {
			Nfts::<T>::clear_all_transfer_approvals(origin(), collection, deed)?;
		}
		if pallet_nfts::PendingSwapOf::<T>::contains_key(collection, deed) {
			Nfts::<T>::cancel_swap(origin(), collection, deed)?;
		}
		Ok(())
	}

	/// The owner of a deed's item, if the item exists.
	pub(crate) fn item_owner(terms: DeedTerms, deed: DeedId) -> Option<T::AccountId> {
		<Nfts<T> as Inspect<T::AccountId>>::owner(&Self::collection_of(terms)?, &deed)
	}

	/// The collection that holds the deeds of a kind.
	pub(crate) fn collection_of(terms: DeedTerms) -> Option<u32> {
		match terms {
			DeedTerms::Node => Some(COLLECTION),
			DeedTerms::Master { .. } | DeedTerms::Genesis => MasterCollection::<T>::get(),
		}
	}

	/// Creates a collection that belongs to the pallet; returns its number.
	fn create_collection(max_supply: u32) -> Result<u32, DispatchError> {
		// pallet-nfts numbers from 0, and says nothing before it numbers the first.
		let collection = pallet_nfts::NextCollectionId::<T>::get().unwrap_or(0);
		// By the forced call, because all other ways insist on deposits: a buyer would pay one for
		// each deed, out of R1 that the sale knows nothing of.
		Nfts::<T>::force_create(
			RawOrigin::Root.into(),
			T::Lookup::unlookup(Self::account_id()),
			collection_config::<T>(max_supply),
		)?;
		ensure!(
			Nfts::<T>::collection_owner(collection) == Some(Self::account_id()),
			DispatchError::Other("a collection of the deeds got another number")
		);
		Ok(collection)
	}
}

/// Items without deposits, that only this pallet issues, and never more than there are deeds.
fn collection_config<T: Config>(max_supply: u32) -> CollectionConfigFor<T> {
	CollectionConfigFor::<T> {
		settings: CollectionSettings::from_disabled(
			CollectionSetting::DepositRequired | CollectionSetting::UnlockedMaxSupply,
		),
		max_supply: Some(max_supply),
		mint_settings: MintSettings::default(),
	}
}

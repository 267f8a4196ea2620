// SPDX-License-Identifier: Apache-2.0

//! Deeds as items of pallet-nfts: everything that this pallet asks of it.

use crate::{Config, Pallet};
use frame_support::{
	ensure,
	traits::tokens::nonfungibles_v2::{Inspect, Mutate},
};
use frame_system::RawOrigin;
use pallet_nfts::{
	CollectionConfigFor, CollectionSetting, CollectionSettings, ItemConfig, MintSettings,
};
use r1_math::node_deed::DEEDS_MAX;
use r1_primitives::DeedId;
use sp_runtime::{
	DispatchError, DispatchResult,
	traits::{AccountIdConversion, Get, StaticLookup},
};

/// The collection whose items are the deeds: the first that pallet-nfts numbers.
pub const COLLECTION: u32 = 0;

impl<T: Config> Pallet<T> {
	/// The account that owns the collection; nobody holds its key.
	#[must_use]
	pub fn account_id() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Creates the collection of the deeds, once, at genesis.
	pub(crate) fn create_collection() -> DispatchResult {
		ensure!(
			pallet_nfts::Pallet::<T>::collection_owner(COLLECTION).is_none(),
			DispatchError::Other("another collection took the number of the deeds")
		);
		// By the forced call, because all other ways insist on deposits: a buyer would pay one for
		// each deed, out of R1 that the sale knows nothing of.
		pallet_nfts::Pallet::<T>::force_create(
			RawOrigin::Root.into(),
			T::Lookup::unlookup(Self::account_id()),
			collection_config::<T>(),
		)?;
		ensure!(
			pallet_nfts::Pallet::<T>::collection_owner(COLLECTION) == Some(Self::account_id()),
			DispatchError::Other("the collection of the deeds got another number")
		);
		Ok(())
	}

	/// Issues the item of a deed.
	pub(crate) fn issue_item(deed: DeedId, owner: &T::AccountId) -> DispatchResult {
		// The default switches nothing off: the item can be transferred, and is removed without
		// rest when its owner destroys it. The last argument says who pays the deposit of zero.
		let config = ItemConfig::default();
		<pallet_nfts::Pallet<T> as Mutate<T::AccountId, ItemConfig>>::mint_into(
			&COLLECTION,
			&deed,
			owner,
			&config,
			true,
		)
	}

	/// The owner of a deed's item, if the item exists.
	pub(crate) fn item_owner(deed: DeedId) -> Option<T::AccountId> {
		<pallet_nfts::Pallet<T> as Inspect<T::AccountId>>::owner(&COLLECTION, &deed)
	}
}

/// Items without deposits, that only this pallet issues, and never more than there are deeds.
fn collection_config<T: Config>() -> CollectionConfigFor<T> {
	CollectionConfigFor::<T> {
		settings: CollectionSettings::from_disabled(
			CollectionSetting::DepositRequired | CollectionSetting::UnlockedMaxSupply,
		),
		max_supply: Some(DEEDS_MAX),
		mint_settings: MintSettings::default(),
	}
}

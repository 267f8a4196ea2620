// SPDX-License-Identifier: Apache-2.0

//! What other pallets ask of this one.

use crate::{
	COLLECTION, Config, DeedOfNode, Deeds, IsPaused, Issued, MasterCollection, Moving, Pallet,
	PriceSamples,
};
use frame_support::traits::Locker;
use r1_math::price;
use r1_primitives::{
	DeedId, DeedTerms,
	traits::{DeedInspect, PriceInspect},
};

impl<T: Config> DeedInspect<T::AccountId> for Pallet<T> {
	fn owner_of(deed: DeedId) -> Option<T::AccountId> {
		Self::item_owner(Deeds::<T>::get(deed)?.terms, deed)
	}

	fn node_of(deed: DeedId) -> Option<T::AccountId> {
		Deeds::<T>::get(deed)?.node
	}

	fn deed_of(node: &T::AccountId) -> Option<DeedId> {
		DeedOfNode::<T>::get(node)
	}

	fn is_active(deed: DeedId) -> bool {
		Deeds::<T>::get(deed).is_some_and(|record| record.node.is_some() && !record.is_banned)
	}

	fn terms(deed: DeedId) -> Option<DeedTerms> {
		Deeds::<T>::get(deed).map(|record| record.terms)
	}

	fn are_paused() -> bool {
		IsPaused::<T>::get()
	}

	fn issued() -> u32 {
		Issued::<T>::get()
	}
}

impl<T: Config> PriceInspect for Pallet<T> {
	fn median_price() -> Option<u128> {
		price::median(PriceSamples::<T>::get())
	}
}

/// Keeps pallet-nfts from moving or destroying deeds behind this pallet's back.
///
/// A linked Node Deed would go on earning by a node that never agreed to the new owner. Unlinking
/// it first also makes sure that everything it earned is claimed. Master Deeds and the Genesis Deed
/// are soul-bound: only this pallet moves them, and only while it says so.
impl<T: Config> Locker<u32, DeedId> for Pallet<T> {
	fn is_locked(collection: u32, item: DeedId) -> bool {
		if collection == COLLECTION {
			return IsPaused::<T>::get()
				|| Deeds::<T>::get(item)
					.is_some_and(|record| record.node.is_some() || record.is_banned);
		}
		MasterCollection::<T>::get() == Some(collection) && Moving::<T>::get() != Some(item)
	}
}

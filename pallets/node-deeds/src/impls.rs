// SPDX-License-Identifier: Apache-2.0

//! What other pallets ask of this one.

use crate::{COLLECTION, Config, DeedOfNode, Deeds, Issued, Pallet, PriceSamples};
use frame_support::traits::Locker;
use r1_math::price;
use r1_primitives::{
	DeedId,
	traits::{DeedInspect, PriceInspect},
};

impl<T: Config> DeedInspect<T::AccountId> for Pallet<T> {
	fn owner_of(deed: DeedId) -> Option<T::AccountId> {
		Self::item_owner(deed)
	}

	fn node_of(deed: DeedId) -> Option<T::AccountId> {
		Deeds::<T>::get(deed).and_then(|deed| deed.node)
	}

	fn deed_of(node: &T::AccountId) -> Option<DeedId> {
		DeedOfNode::<T>::get(node)
	}

	fn is_active(deed: DeedId) -> bool {
		Self::node_of(deed).is_some()
	}

	fn issued() -> u32 {
		Issued::<T>::get()
	}
}

impl<T: Config> PriceInspect for Pallet<T> {
	fn average_price() -> Option<u128> {
		price::average(PriceSamples::<T>::get())
	}
}

/// Keeps pallet-nfts from moving or destroying a linked deed.
///
/// Otherwise the node would go on earning for an owner that it never agreed to. The owner unlinks
/// the deed first, which also makes sure that everything it earned is claimed.
impl<T: Config> Locker<u32, DeedId> for Pallet<T> {
	fn is_locked(collection: u32, item: DeedId) -> bool {
		collection == COLLECTION && Self::is_active(item)
	}
}

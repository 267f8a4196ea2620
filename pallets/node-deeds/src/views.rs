// SPDX-License-Identifier: Apache-2.0

//! Answers to people and clients; nothing here changes anything.

use crate::{COLLECTION, Config, DeedDetails, Deeds, MasterCollection, Offer, Pallet, Quote};
use alloc::vec::Vec;
use r1_math::{BASIS_POINTS, purchase::Invoice};
use r1_primitives::DeedId;
use sp_runtime::traits::Get;

/// Most deeds in one answer to who owns what: a few hundred reads, far below a block.
pub const DEEDS_PER_VIEW_MAX: u32 = 512;

impl<T: Config> Pallet<T> {
	pub(crate) fn quote_now(units: u32, tax_basis_points: u16) -> Option<Quote> {
		let Offer { tier, units_left, price_per_deed, .. } = Self::current_offer().ok()?;
		let units = units.min(units_left).min(T::DeedsPerPurchaseMax::get());
		if units == 0 || BASIS_POINTS < tax_basis_points {
			return None;
		}
		let invoice = Invoice::new(price_per_deed, units, tax_basis_points)?;
		let Invoice { taxable, tax } = invoice;
		Some(Quote { tier, units, price_per_deed, taxable, tax, total: invoice.total() })
	}

	pub(crate) fn details_of(deed: DeedId) -> Option<DeedDetails<T::AccountId>> {
		let record = Deeds::<T>::get(deed)?;
		let may_be_linked_from_secs = record.may_be_linked_from_secs(T::LinkCooldownSecs::get());
		Some(DeedDetails {
			owner: Self::item_owner(record.terms, deed),
			terms: record.terms,
			node: record.node,
			is_banned: record.is_banned,
			linked_at_secs: record.linked_at_secs,
			may_be_linked_from_secs,
		})
	}

	pub(crate) fn page_of_owner(
		owner: &T::AccountId,
		after: Option<DeedId>,
		limit: u32,
	) -> Vec<DeedId> {
		let Ok(limit) = usize::try_from(limit.min(DEEDS_PER_VIEW_MAX)) else { return Vec::new() };
		let after_collection = match after {
			None => None,
			Some(deed) => {
				let record = Deeds::<T>::get(deed);
				let Some(collection) = record.and_then(|deed| Self::collection_of(deed.terms))
				else {
					return Vec::new();
				};
				Some(collection)
			},
		};
		let mut page = Vec::new();
		for collection in [Some(COLLECTION), MasterCollection::<T>::get()].into_iter().flatten() {
			// Saturating: the page never holds more than its limit.
			let room = limit.saturating_sub(page.len());
			match after_collection {
				// The page begins in the second collection: the first is behind it.
				Some(first) if first != collection && collection == COLLECTION => {},
				Some(first) if first == collection => {
					page.extend(Self::items_of(owner, collection, after).take(room));
				},
				_ => page.extend(Self::items_of(owner, collection, None).take(room)),
			}
		}
		page
	}

	/// Items of an owner in a collection, in the order of the storage, after an item.
	fn items_of(
		owner: &T::AccountId,
		collection: u32,
		after: Option<DeedId>,
	) -> impl Iterator<Item = DeedId> {
		let prefix = (owner.clone(), collection);
		match after {
			None => pallet_nfts::Account::<T>::iter_key_prefix(prefix),
			Some(deed) => {
				let start =
					pallet_nfts::Account::<T>::hashed_key_for((owner.clone(), collection, deed));
				pallet_nfts::Account::<T>::iter_key_prefix_from(prefix, start)
			},
		}
	}
}

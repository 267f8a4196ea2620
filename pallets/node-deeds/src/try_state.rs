// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage after every block.

use crate::{COLLECTION, Config, CurrentTier, DeedOfNode, Deeds, Issued, Pallet, SoldInTier};
use frame_support::ensure;
use r1_math::node_deed::DEEDS_MAX;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_sale()?;
		Self::check_deeds()?;
		Self::check_nodes()?;
		Self::check_collection()
	}

	/// The tier on sale and the deeds sold of it follow from the deeds issued.
	fn check_sale() -> Result<(), TryRuntimeError> {
		let issued = Issued::<T>::get();
		ensure!(issued <= DEEDS_MAX, "more deeds are issued than there are");
		ensure!(
			(CurrentTier::<T>::get(), SoldInTier::<T>::get()) == Self::published_position(issued),
			"the tier on sale does not follow from the deeds issued"
		);
		Ok(())
	}

	/// There is a record for each deed from 1 to the last issued, and a linked deed has an owner
	/// and is the deed of its node.
	fn check_deeds() -> Result<(), TryRuntimeError> {
		let issued = Issued::<T>::get();
		let mut records = 0u32;
		for (deed, record) in Deeds::<T>::iter() {
			ensure!((1..=issued).contains(&deed), "a record names a deed that is not issued");
			records = records.saturating_add(1);
			let Some(node) = record.node else { continue };
			ensure!(Self::item_owner(deed).is_some(), "a linked deed has no owner");
			ensure!(record.linked_at_secs > 0, "a linked deed was never linked");
			ensure!(
				DeedOfNode::<T>::get(&node) == Some(deed),
				"the node of a deed is not linked to it"
			);
		}
		ensure!(records == issued, "a deed that is issued has no record");
		Ok(())
	}

	/// A node's deed is linked to that node; with the check of the deeds, the two maps are inverse.
	fn check_nodes() -> Result<(), TryRuntimeError> {
		for (node, deed) in DeedOfNode::<T>::iter() {
			ensure!(
				Deeds::<T>::get(deed).and_then(|record| record.node) == Some(node),
				"the deed of a node is not linked to it"
			);
		}
		Ok(())
	}

	/// The collection belongs to the pallet and holds no items but deeds that are issued.
	fn check_collection() -> Result<(), TryRuntimeError> {
		ensure!(
			pallet_nfts::Pallet::<T>::collection_owner(COLLECTION) == Some(Self::account_id()),
			"the collection of the deeds is not the pallet's"
		);
		let issued = Issued::<T>::get();
		ensure!(
			pallet_nfts::Item::<T>::iter_key_prefix(COLLECTION)
				.all(|deed| (1..=issued).contains(&deed)),
			"an item is not a deed that is issued"
		);
		Ok(())
	}
}

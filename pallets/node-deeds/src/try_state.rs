// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage after every block.

use crate::{
	COLLECTION, Config, CurrentTier, DeedOfNode, Deeds, GenesisDeed, Issued, LiquidityShare,
	MasterAllocation, MasterCollection, MasterPermits, MastersIssued, MastersOf, Moving,
	NodeDeedsSold, Pallet, SoldInTier,
};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use r1_math::{BASIS_POINTS, master_deed, node_deed};
use r1_primitives::{DeedId, DeedTerms};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_sale()?;
		Self::check_numbers()?;
		Self::check_kinds()?;
		Self::check_links()?;
		Self::check_nodes()?;
		Self::check_master_owners()?;
		Self::check_master_limits()?;
		Self::check_master_permits()?;
		Self::check_node_collection()?;
		Self::check_master_collection()
	}

	/// The tier on sale and the deeds sold of it follow from the deeds sold; shares are in range.
	fn check_sale() -> Result<(), TryRuntimeError> {
		let sold = NodeDeedsSold::<T>::get();
		ensure!(sold <= node_deed::DEEDS_MAX, "more Node Deeds are sold than there are");
		ensure!(
			(CurrentTier::<T>::get(), SoldInTier::<T>::get()) == Self::published_position(sold),
			"the tier on sale does not follow from the deeds sold"
		);
		ensure!(LiquidityShare::<T>::get() <= BASIS_POINTS, "a share is more than the whole");
		Ok(())
	}

	/// There is a record for each deed from 1 to the last issued, and for no other.
	fn check_numbers() -> Result<(), TryRuntimeError> {
		let issued = Issued::<T>::get();
		let mut records = 0u32;
		for deed in Deeds::<T>::iter_keys() {
			ensure!((1..=issued).contains(&deed), "a record names a deed that is not issued");
			records = records.saturating_add(1);
		}
		ensure!(records == issued, "a deed that is issued has no record");
		Ok(())
	}

	/// There are as many deeds of each kind as are counted, and only Node Deeds are banned.
	fn check_kinds() -> Result<(), TryRuntimeError> {
		let (mut nodes, mut masters, mut genesis) = (0u32, 0u32, None);
		for (deed, record) in Deeds::<T>::iter() {
			match record.terms {
				DeedTerms::Node => nodes = nodes.saturating_add(1),
				DeedTerms::Master { .. } => masters = masters.saturating_add(1),
				DeedTerms::Genesis => {
					ensure!(genesis.is_none(), "there are two Genesis Deeds");
					genesis = Some(deed);
				},
			}
			ensure!(
				!record.is_banned || record.terms == DeedTerms::Node,
				"a deed is banned that cannot be"
			);
		}
		ensure!(nodes == NodeDeedsSold::<T>::get(), "not every Node Deed was sold");
		ensure!(masters == MastersIssued::<T>::get(), "not every Master Deed is counted");
		ensure!(genesis == GenesisDeed::<T>::get(), "the Genesis Deed is another one");
		Ok(())
	}

	/// A linked deed has an owner, was linked at some time, and is the deed of its node.
	fn check_links() -> Result<(), TryRuntimeError> {
		for (deed, record) in Deeds::<T>::iter() {
			let Some(node) = record.node else { continue };
			ensure!(Self::item_owner(record.terms, deed).is_some(), "a linked deed has no owner");
			ensure!(record.linked_at_secs > 0, "a linked deed was never linked");
			ensure!(
				DeedOfNode::<T>::get(&node) == Some(deed),
				"the node of a deed is not linked to it"
			);
		}
		Ok(())
	}

	/// A node's deed is linked to that node; with the check of the links, the two maps are inverse.
	fn check_nodes() -> Result<(), TryRuntimeError> {
		for (node, deed) in DeedOfNode::<T>::iter() {
			ensure!(
				Deeds::<T>::get(deed).and_then(|record| record.node) == Some(node),
				"the deed of a node is not linked to it"
			);
		}
		Ok(())
	}

	/// What an account's Master Deeds may release is the sum of their allocations, within the limit;
	/// the owner of the Genesis Deed has none.
	fn check_master_owners() -> Result<(), TryRuntimeError> {
		let mut of_owners: BTreeMap<T::AccountId, u128> = BTreeMap::new();
		for (deed, record) in Deeds::<T>::iter() {
			let DeedTerms::Master { allocation, .. } = record.terms else { continue };
			let Some(owner) = Self::item_owner(record.terms, deed) else { continue };
			let sum = of_owners.entry(owner).or_default();
			*sum = sum.checked_add(allocation).ok_or("the allocations of an owner do not fit")?;
		}
		ensure!(
			of_owners.values().all(|sum| *sum <= master_deed::ALLOCATION_MAX),
			"an owner has more Master Deeds than allowed"
		);
		ensure!(
			!of_owners.keys().any(Self::owns_genesis_deed),
			"the owner of the Genesis Deed has a Master Deed"
		);
		ensure!(
			of_owners == MastersOf::<T>::iter().collect(),
			"the allocations of an owner are not those of the owner's deeds"
		);
		Ok(())
	}

	/// No more Master Deeds are issued than there are, and they may not release more than all of
	/// them may, nor is less counted than those that are not burned may release.
	fn check_master_limits() -> Result<(), TryRuntimeError> {
		let all = MasterAllocation::<T>::get();
		ensure!(all <= master_deed::EMISSION, "Master Deeds may release more than allowed");
		ensure!(
			MastersIssued::<T>::get() <= master_deed::DEEDS_MAX,
			"more Master Deeds are issued than there are"
		);
		let owned = MastersOf::<T>::iter_values().fold(0, u128::saturating_add);
		ensure!(owned <= all, "owners have more allocations than were given");
		Ok(())
	}

	/// Only a Master Deed that somebody owns is authorised for something, and none is moving.
	fn check_master_permits() -> Result<(), TryRuntimeError> {
		for deed in MasterPermits::<T>::iter_keys() {
			let terms = Deeds::<T>::get(deed).ok_or("an unknown deed is authorised")?.terms;
			ensure!(matches!(terms, DeedTerms::Master { .. }), "a deed is authorised in vain");
			ensure!(Self::item_owner(terms, deed).is_some(), "a burned deed is authorised");
		}
		ensure!(!Moving::<T>::exists(), "a Master Deed is unlocked");
		Ok(())
	}

	/// The collection of the Node Deeds belongs to the pallet and holds nothing else.
	fn check_node_collection() -> Result<(), TryRuntimeError> {
		Self::check_collection(COLLECTION, |terms| *terms == DeedTerms::Node)
	}

	/// The other collection, if there is one, belongs to the pallet and holds the other kinds alone;
	/// the Genesis Deed is always in it.
	fn check_master_collection() -> Result<(), TryRuntimeError> {
		if let Some(collection) = MasterCollection::<T>::get() {
			ensure!(collection != COLLECTION, "all deeds are in one collection");
			Self::check_collection(collection, |terms| *terms != DeedTerms::Node)?;
		}
		let mut genesis = GenesisDeed::<T>::get().into_iter();
		ensure!(
			genesis.all(|deed| Self::item_owner(DeedTerms::Genesis, deed).is_some()),
			"the Genesis Deed has no owner"
		);
		Ok(())
	}

	fn check_collection(
		collection: u32,
		belongs: impl Fn(&DeedTerms) -> bool,
	) -> Result<(), TryRuntimeError> {
		ensure!(
			pallet_nfts::Pallet::<T>::collection_owner(collection) == Some(Self::account_id()),
			"a collection of the deeds is not the pallet's"
		);
		let is_deed = |item: DeedId| Deeds::<T>::get(item).is_some_and(|deed| belongs(&deed.terms));
		ensure!(
			pallet_nfts::Item::<T>::iter_key_prefix(collection).all(is_deed),
			"an item is not a deed of its collection"
		);
		Ok(())
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Each invariant notices when it does not hold.

use crate::{
	CurrentTier, DeedOfNode, Deeds, GenesisDeed, Issued, LiquidityShare, MasterAllocation,
	MasterCollection, MasterPermit, MasterPermits, MastersIssued, MastersOf, Moving, NodeDeedsSold,
	SoldInTier, mock::*,
};
use frame_support::assert_ok;
use r1_primitives::{DeedTerms, R1};

/// Deed 1 is the Genesis Deed, 2 and 3 are ALICE's, 4 is BOB's Master Deed; 2 is linked.
fn notice(broken: &'static str, break_it: fn()) {
	ExtBuilder::default()
		.with_genesis_deed()
		.with_deeds_of_alice(2)
		.build()
		.execute_with(|| {
			assert_ok!(assign(BOB, R1));
			assert_ok!(link(ALICE, 2, 1));
			assert_ok!(NodeDeeds::do_try_state());
			break_it();
			assert_eq!(NodeDeeds::do_try_state(), Err(broken.into()));
		});
}

fn change(deed: u32, change: impl FnOnce(&mut crate::Deed<sp_runtime::AccountId32>)) {
	Deeds::<Test>::mutate(deed, |record| change(record.as_mut().expect("the deed exists")));
}

#[test]
fn try_state_should_notice_a_broken_sale() {
	notice("more Node Deeds are sold than there are", || {
		NodeDeedsSold::<Test>::put(46_225);
	});
	notice("the tier on sale does not follow from the deeds sold", || {
		CurrentTier::<Test>::put(2);
	});
	notice("the tier on sale does not follow from the deeds sold", || {
		SoldInTier::<Test>::put(3);
	});
	notice("a share is more than the whole", || LiquidityShare::<Test>::put(10_001));
	notice("not every Node Deed was sold", || NodeDeeds::set_sold(3));
}

#[test]
fn try_state_should_notice_broken_numbers() {
	notice("a record names a deed that is not issued", || Issued::<Test>::put(3));
	notice("a deed that is issued has no record", || Issued::<Test>::put(5));
	notice("not every Master Deed is counted", || MastersIssued::<Test>::put(2));
	notice("the Genesis Deed is another one", || GenesisDeed::<Test>::put(4));
	notice("there are two Genesis Deeds", || {
		change(4, |deed| deed.terms = DeedTerms::Genesis);
	});
	notice("a deed is banned that cannot be", || change(4, |deed| deed.is_banned = true));
}

#[test]
fn try_state_should_notice_broken_links() {
	notice("the node of a deed is not linked to it", || {
		DeedOfNode::<Test>::insert(node(1), 3);
	});
	notice("the deed of a node is not linked to it", || {
		DeedOfNode::<Test>::insert(node(2), 3);
	});
	notice("a linked deed was never linked", || change(2, |deed| deed.linked_at_secs = 0));
	notice("a linked deed has no owner", || {
		pallet_nfts::Item::<Test>::remove(0, 2);
	});
}

#[test]
fn try_state_should_notice_broken_master_deeds() {
	notice("the allocations of an owner are not those of the owner's deeds", || {
		MastersOf::<Test>::insert(BOB, R1 - 1);
	});
	notice("the allocations of an owner are not those of the owner's deeds", || {
		MastersOf::<Test>::insert(ALICE, 0);
	});
	notice("an owner has more Master Deeds than allowed", || {
		let allocation = 3_236_067_960_000_000_000_000_001;
		change(4, |deed| deed.terms = DeedTerms::Master { allocation, first_epoch: 223 });
	});
	notice("the owner of the Genesis Deed has a Master Deed", || {
		pallet_nfts::Item::<Test>::mutate(1, 4, |item| {
			item.as_mut().expect("it exists").owner = TREASURY;
		});
	});
	notice("Master Deeds may release more than allowed", || {
		MasterAllocation::<Test>::put(42_230_686_878_000_000_000_000_001);
	});
	notice("owners have more allocations than were given", || {
		MasterAllocation::<Test>::put(R1 - 1);
	});
}

#[test]
fn try_state_should_notice_broken_authorisations() {
	notice("an unknown deed is authorised", || {
		MasterPermits::<Test>::insert(9, MasterPermit::Burn);
	});
	notice("a deed is authorised in vain", || {
		MasterPermits::<Test>::insert(3, MasterPermit::Burn);
	});
	notice("a burned deed is authorised", || {
		assert_ok!(authorise_burn(4));
		assert_ok!(burn(BOB, 4));
		MasterPermits::<Test>::insert(4, MasterPermit::Burn);
	});
	notice("a Master Deed is unlocked", || Moving::<Test>::put(4));
}

#[test]
fn try_state_should_notice_broken_collections() {
	notice("a collection of the deeds is not the pallet's", || {
		pallet_nfts::Collection::<Test>::remove(0);
	});
	notice("all deeds are in one collection", || {
		// Nothing is left in the other one that another check would miss first.
		change(4, |deed| deed.terms = DeedTerms::Node);
		MastersIssued::<Test>::kill();
		MastersOf::<Test>::remove(BOB);
		MasterAllocation::<Test>::kill();
		NodeDeeds::set_sold(3);
		MasterCollection::<Test>::put(0);
	});
	notice("the Genesis Deed has no owner", || {
		pallet_nfts::Item::<Test>::remove(1, 1);
	});
	notice("an item is not a deed of its collection", || {
		let item = pallet_nfts::Item::<Test>::get(0, 2).expect("it exists");
		pallet_nfts::Item::<Test>::insert(0, 4, item);
	});
	notice("an item is not a deed of its collection", || {
		let item = pallet_nfts::Item::<Test>::get(0, 2).expect("it exists");
		pallet_nfts::Item::<Test>::insert(1, 2, item);
	});
}

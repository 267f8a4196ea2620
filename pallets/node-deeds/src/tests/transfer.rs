// SPDX-License-Identifier: Apache-2.0

//! Deeds change hands by pallet-nfts, unless they are linked.

use crate::{COLLECTION, Deed, Deeds, Error, mock::*};
use frame_support::{assert_noop, assert_ok, traits::Locker};
use pallet_nfts::Error as NftsError;
use r1_primitives::traits::DeedInspect;
use sp_runtime::{AccountId32, DispatchResult};

/// ALICE owns deeds 1 and 2; deed 1 is linked to the first test node.
fn test(test: impl FnOnce()) {
	ExtBuilder::default().with_deeds_of_alice(2).build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		test();
	});
}

fn transfer(from: AccountId32, deed: u32, to: AccountId32) -> DispatchResult {
	Nfts::transfer(RuntimeOrigin::signed(from), COLLECTION, deed, to)
}

#[test]
fn deed_should_move_when_it_is_not_linked() {
	test(|| {
		assert_ok!(transfer(ALICE, 2, BOB));
		assert_eq!(NodeDeeds::owner_of(2), Some(BOB));
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::NotDeedOwner);
		assert_ok!(link(BOB, 2, 2));
	});
}

#[test]
fn deed_should_not_move_when_it_is_linked() {
	test(|| {
		assert_noop!(transfer(ALICE, 1, BOB), NftsError::<Test>::ItemLocked);
		assert_noop!(
			Nfts::burn(RuntimeOrigin::signed(ALICE), COLLECTION, 1),
			NftsError::<Test>::ItemLocked
		);
		assert_eq!(NodeDeeds::owner_of(1), Some(ALICE));
	});
}

#[test]
fn deed_should_not_be_sold_when_it_is_linked() {
	test(|| {
		assert_ok!(Nfts::set_price(RuntimeOrigin::signed(ALICE), COLLECTION, 1, Some(5), None));
		assert_noop!(
			Nfts::buy_item(RuntimeOrigin::signed(BOB), COLLECTION, 1, 5),
			NftsError::<Test>::ItemLocked
		);
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(Nfts::buy_item(RuntimeOrigin::signed(BOB), COLLECTION, 1, 5));
		assert_eq!(NodeDeeds::owner_of(1), Some(BOB));
	});
}

#[test]
fn deed_should_take_its_cooldown_along_when_it_moves() {
	test(|| {
		let linked_at_secs = NowSecs::get();
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(transfer(ALICE, 1, BOB));
		assert_eq!(Deeds::<Test>::get(1), Some(Deed { node: None, linked_at_secs }));
		assert_noop!(link(BOB, 1, 1), Error::<Test>::LinkCooldown);
		pass_cooldown();
		assert_ok!(link(BOB, 1, 1));
	});
}

#[test]
fn deed_should_be_gone_for_good_when_its_owner_destroys_it() {
	test(|| {
		assert_ok!(Nfts::burn(RuntimeOrigin::signed(ALICE), COLLECTION, 2));
		assert_eq!(NodeDeeds::owner_of(2), None);
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::UnknownDeed);
		// Its number is not sold again.
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!((NodeDeeds::issued(), NodeDeeds::owner_of(3)), (3, Some(ALICE)));
		assert_eq!(NodeDeeds::owner_of(2), None);
	});
}

#[test]
fn lock_should_hold_only_linked_deeds_and_only_in_their_collection() {
	test(|| {
		assert!(NodeDeeds::is_locked(COLLECTION, 1));
		assert!(!NodeDeeds::is_locked(COLLECTION, 2));
		assert!(!NodeDeeds::is_locked(COLLECTION, 3));
		assert!(!NodeDeeds::is_locked(COLLECTION + 1, 1));
	});
}

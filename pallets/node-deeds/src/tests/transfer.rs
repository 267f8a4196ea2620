// SPDX-License-Identifier: Apache-2.0

//! Node Deeds that are transferred and burned by this pallet's own calls; the Genesis Deed, which
//! never is. Master Deeds have a file of their own.

use crate::{Deed, DeedOfNode, Deeds, Error, Event, Issued, NodeDeedsSold, mock::*};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::{DeedTerms, traits::DeedInspect};
use sp_runtime::DispatchError;

/// ALICE owns deeds 1 and 2; deed 1 is linked to the first test node.
fn test(test: impl FnOnce()) {
	ExtBuilder::default().with_deeds_of_alice(2).build_and_execute(|| {
		assert_ok!(link(ALICE, 1, 1));
		System::reset_events();
		test();
	});
}

fn item_event(event: pallet_nfts::Event<Test>) -> RuntimeEvent {
	event.into()
}

#[test]
fn transfer_should_move_a_deed_that_is_not_linked() {
	test(|| {
		assert_ok!(transfer(ALICE, 2, BOB));
		assert_eq!(NodeDeeds::owner_of(2), Some(BOB));
		let moved =
			pallet_nfts::Event::Transferred { collection: 0, item: 2, from: ALICE, to: BOB };
		assert_eq!(take_events(), [item_event(moved)]);
		assert_noop!(link(ALICE, 2, 2), Error::<Test>::NotDeedOwner);
		assert_ok!(link(BOB, 2, 2));
	});
}

#[test]
fn transfer_should_unlink_a_linked_deed_first() {
	test(|| {
		let linked_at_secs = NowSecs::get();
		UnclaimedDeed::set(&Some(1));
		assert_noop!(transfer(ALICE, 1, BOB), Error::<Test>::UnclaimedEpochs);
		UnclaimedDeed::set(&None);
		// In the same epoch already.
		assert_ok!(transfer(ALICE, 1, BOB));
		assert_eq!((NodeDeeds::owner_of(1), NodeDeeds::deed_of(&node(1))), (Some(BOB), None));
		let unlinked = Event::NodeUnlinked { deed: 1, owner: ALICE, node: node(1), epoch: 7 };
		let moved =
			pallet_nfts::Event::Transferred { collection: 0, item: 1, from: ALICE, to: BOB };
		assert_eq!(take_events(), [unlinked.into(), item_event(moved)]);

		// The cooldown moves along.
		let record = Deed { linked_at_secs, ..Deed::new(DeedTerms::Node) };
		assert_eq!(Deeds::<Test>::get(1), Some(record));
		assert_noop!(link(BOB, 1, 1), Error::<Test>::LinkCooldown);
		pass_cooldown();
		assert_ok!(link(BOB, 1, 1));
	});
}

#[test]
fn burn_should_destroy_the_deed_for_good_and_keep_its_number() {
	test(|| {
		UnclaimedDeed::set(&Some(1));
		assert_noop!(burn(ALICE, 1), Error::<Test>::UnclaimedEpochs);
		UnclaimedDeed::set(&None);
		assert_ok!(burn(ALICE, 1));
		let unlinked = Event::NodeUnlinked { deed: 1, owner: ALICE, node: node(1), epoch: 7 };
		let burned = pallet_nfts::Event::Burned { collection: 0, item: 1, owner: ALICE };
		assert_eq!(take_events(), [unlinked.into(), item_event(burned)]);
		assert_ok!(burn(ALICE, 2));
		assert_eq!(BurnedDeeds::get(), [1, 2]);
		assert_eq!(DeedOfNode::<Test>::get(node(1)), None);

		for deed in [1, 2] {
			assert_eq!((NodeDeeds::owner_of(deed), NodeDeeds::node_of(deed)), (None, None));
			assert_eq!(NodeDeeds::terms(deed), Some(DeedTerms::Node));
			assert_noop!(burn(ALICE, deed), Error::<Test>::UnknownDeed);
			assert_noop!(transfer(ALICE, deed, BOB), Error::<Test>::UnknownDeed);
			assert_noop!(link(ALICE, deed, 2), Error::<Test>::UnknownDeed);
			assert_noop!(ban(deed), Error::<Test>::UnknownDeed);
		}
		// Its number is not sold again, and its place in the tier neither.
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!((NodeDeeds::owner_of(3), Issued::<Test>::get()), (Some(ALICE), 3));
		assert_eq!(NodeDeedsSold::<Test>::get(), 3);
	});
}

#[test]
fn transfer_and_burn_should_fail_when_the_deed_is_not_the_callers() {
	test(|| {
		for deed in [1, 2] {
			assert_noop!(transfer(BOB, deed, BOB), Error::<Test>::NotDeedOwner);
			assert_noop!(burn(BOB, deed), Error::<Test>::NotDeedOwner);
		}
		for deed in [0, 3, u32::MAX] {
			assert_noop!(transfer(ALICE, deed, BOB), Error::<Test>::UnknownDeed);
			assert_noop!(burn(ALICE, deed), Error::<Test>::UnknownDeed);
		}
	});
}

#[test]
fn transfer_and_burn_should_fail_when_the_deed_is_banned() {
	test(|| {
		for deed in [1, 2] {
			assert_ok!(ban(deed));
			assert_noop!(transfer(ALICE, deed, BOB), Error::<Test>::DeedBanned);
			assert_noop!(burn(ALICE, deed), Error::<Test>::DeedBanned);
			assert_ok!(unban(deed));
		}
		assert_ok!(transfer(ALICE, 1, BOB));
		assert_ok!(burn(ALICE, 2));
	});
}

#[test]
fn transfer_and_burn_of_node_deeds_should_fail_while_paused() {
	test(|| {
		assert_ok!(pause());
		for deed in [1, 2] {
			assert_noop!(transfer(ALICE, deed, BOB), Error::<Test>::Paused);
			assert_noop!(burn(ALICE, deed), Error::<Test>::Paused);
		}
	});
}

#[test]
fn genesis_deed_should_stay_with_its_owner_for_ever() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		assert_noop!(transfer(TREASURY, 1, BOB), Error::<Test>::GenesisDeedIsBound);
		assert_noop!(burn(TREASURY, 1), Error::<Test>::GenesisDeedIsBound);
		assert_noop!(authorise_transfer(1, BOB), Error::<Test>::NotMasterDeed);
		assert_noop!(authorise_burn(1), Error::<Test>::NotMasterDeed);
		assert_noop!(ban(1), Error::<Test>::NotNodeDeed);
	});
}

#[test]
fn transfer_and_burn_should_fail_when_nobody_signed() {
	test(|| {
		let root = RuntimeOrigin::root;
		assert_noop!(NodeDeeds::transfer(root(), 2, BOB), DispatchError::BadOrigin);
		assert_noop!(NodeDeeds::burn(root(), 2), DispatchError::BadOrigin);
	});
}

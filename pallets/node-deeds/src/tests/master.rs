// SPDX-License-Identifier: Apache-2.0

//! Master Deeds: their limits, and that they move and burn only as governance authorised.

use crate::{
	Deed, Deeds, Error, Event, GenesisDeed, MasterAllocation, MasterCollection, MasterPermit,
	MasterPermits, MastersIssued, MastersOf, Moving, mock::*,
};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::{DeedTerms, R1, traits::DeedInspect};
use sp_runtime::{AccountId32, DispatchError};

/// What one owner may have: 3 236 067.96 R1.
const OWNER_MAX: u128 = 3_236_067_960_000_000_000_000_000;

/// What all may have: 42 230 686.878 R1.
const EMISSION: u128 = 42_230_686_878_000_000_000_000_000;

/// ALICE has Master Deed 1 of 1 000 R1, which is linked to the first test node.
fn test(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(assign(ALICE, 1_000 * R1));
		assert_ok!(link(ALICE, 1, 1));
		System::reset_events();
		test();
	});
}

fn person(index: u16) -> AccountId32 {
	let mut account = [77; 32];
	account[..2].copy_from_slice(&index.to_be_bytes());
	AccountId32::new(account)
}

fn revoke(deed: u32) -> sp_runtime::DispatchResult {
	NodeDeeds::revoke_authorisation(RuntimeOrigin::root(), deed)
}

#[test]
fn assign_should_issue_a_deed_whose_curve_starts_after_the_cliff() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		let allocation = 485_410 * R1;
		assert_ok!(assign(ALICE, allocation));
		let terms = DeedTerms::Master { allocation, first_epoch: 223 };
		assert_eq!(Deeds::<Test>::get(2), Some(Deed::new(terms)));
		assert_eq!((NodeDeeds::owner_of(2), NodeDeeds::terms(2)), (Some(ALICE), Some(terms)));
		assert_eq!(MasterAllocation::<Test>::get(), allocation);
		assert_eq!((MastersIssued::<Test>::get(), MastersOf::<Test>::get(ALICE)), (1, allocation));
		let issued = pallet_nfts::Event::Issued { collection: 1, item: 2, owner: ALICE };
		let assigned =
			Event::MasterDeedAssigned { deed: 2, owner: ALICE, allocation, first_epoch: 223 };
		assert_eq!(take_events(), [issued.into(), assigned.into()]);

		Epoch::set(&300);
		assert_ok!(assign(ALICE, 1));
		let terms = DeedTerms::Master { allocation: 1, first_epoch: 300 };
		assert_eq!(NodeDeeds::terms(3), Some(terms));
		assert_eq!(MastersOf::<Test>::get(ALICE), allocation + 1);
	});
}

#[test]
fn assign_should_fail_when_the_allocation_is_out_of_range() {
	ExtBuilder::default().build_and_execute(|| {
		for allocation in [0, OWNER_MAX + 1, R1 * R1, u128::MAX] {
			assert_noop!(assign(ALICE, allocation), Error::<Test>::AllocationOutOfRange);
		}
		assert_ok!(assign(ALICE, OWNER_MAX));
	});
}

#[test]
fn assign_should_fail_when_the_owner_would_have_too_much() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(assign(ALICE, OWNER_MAX - 10));
		assert_noop!(assign(ALICE, 11), Error::<Test>::OwnerLimitExceeded);
		assert_ok!(assign(ALICE, 10));
		assert_noop!(assign(ALICE, 1), Error::<Test>::OwnerLimitExceeded);
		assert_ok!(assign(BOB, 1));
	});
}

#[test]
fn assign_should_fail_when_all_would_have_too_much() {
	ExtBuilder::default().build_and_execute(|| {
		for index in 0..13 {
			assert_ok!(assign(person(index), 3_236_067 * R1));
		}
		assert_noop!(assign(person(13), 3_236_067 * R1), Error::<Test>::EmissionExceeded);
	});
	// 13 times 2 % and a tenth of a percent are all there is.
	ExtBuilder::default().build_and_execute(|| {
		for index in 0..13 {
			assert_ok!(assign(person(index), OWNER_MAX));
		}
		assert_ok!(assign(person(13), 161_803_398 * R1 / 1_000));
		assert_eq!(MasterAllocation::<Test>::get(), EMISSION);
		assert_noop!(assign(person(13), R1), Error::<Test>::EmissionExceeded);
		assert_noop!(assign(person(14), 1), Error::<Test>::EmissionExceeded);
	});
}

#[test]
fn assign_should_fail_when_499_deeds_are_given() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		for _ in 0..499 {
			assert_ok!(assign(ALICE, 1));
		}
		assert_noop!(assign(BOB, 1), Error::<Test>::TooManyMasterDeeds);
		// A burned one makes no room: its number was given.
		assert_ok!(authorise_burn(2));
		assert_ok!(burn(ALICE, 2));
		assert_noop!(assign(BOB, 1), Error::<Test>::TooManyMasterDeeds);
	});
}

#[test]
fn assign_should_fail_while_paused() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(pause());
		assert_noop!(assign(ALICE, R1), Error::<Test>::Paused);
	});
}

#[test]
fn owner_of_the_genesis_deed_should_have_no_master_deed() {
	ExtBuilder::default().with_genesis_deed().build_and_execute(|| {
		assert_noop!(assign(TREASURY, R1), Error::<Test>::OwnerHasGenesisDeed);
		assert_ok!(assign(ALICE, R1));
		assert_ok!(authorise_transfer(2, TREASURY));
		assert_noop!(transfer(ALICE, 2, TREASURY), Error::<Test>::OwnerHasGenesisDeed);
	});
}

#[test]
fn genesis_deed_should_be_issued_by_governance_once() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(assign(ALICE, R1));
		System::reset_events();
		let issue = |owner| NodeDeeds::issue_genesis_deed(RuntimeOrigin::root(), owner);
		assert_noop!(issue(ALICE), Error::<Test>::OwnerHasMasterDeeds);
		assert_ok!(issue(TREASURY));
		assert_eq!(GenesisDeed::<Test>::get(), Some(2));
		assert_eq!(NodeDeeds::terms(2), Some(DeedTerms::Genesis));
		let issued = pallet_nfts::Event::Issued { collection: 1, item: 2, owner: TREASURY };
		assert_eq!(
			take_events(),
			[issued.into(), Event::GenesisDeedIssued { deed: 2, owner: TREASURY }.into()]
		);
		assert_noop!(issue(TREASURY), Error::<Test>::GenesisDeedExists);
		assert_noop!(issue(BOB), Error::<Test>::GenesisDeedExists);
	});
}

#[test]
fn transfer_should_fail_when_governance_did_not_authorise_exactly_it() {
	test(|| {
		assert_noop!(transfer(ALICE, 1, BOB), Error::<Test>::NotAuthorised);
		assert_ok!(authorise_burn(1));
		assert_noop!(transfer(ALICE, 1, BOB), Error::<Test>::NotAuthorised);
		assert_ok!(authorise_transfer(1, TREASURY));
		assert_noop!(transfer(ALICE, 1, BOB), Error::<Test>::NotAuthorised);
		assert_noop!(transfer(BOB, 1, TREASURY), Error::<Test>::NotDeedOwner);
		assert_ok!(revoke(1));
		assert_noop!(transfer(ALICE, 1, TREASURY), Error::<Test>::NotAuthorised);
	});
}

#[test]
fn transfer_should_take_the_link_along_and_use_up_the_authorisation() {
	test(|| {
		let before = Deeds::<Test>::get(1);
		// Neither a claim nor an unlink is needed, and a pause does not stop it.
		UnclaimedDeed::set(&Some(1));
		assert_ok!(pause());
		assert_ok!(authorise_transfer(1, BOB));
		assert_ok!(transfer(ALICE, 1, BOB));

		assert_eq!((NodeDeeds::owner_of(1), NodeDeeds::deed_of(&node(1))), (Some(BOB), Some(1)));
		assert_eq!(Deeds::<Test>::get(1), before);
		assert_eq!(MastersOf::<Test>::get(BOB), 1_000 * R1);
		assert!(!MastersOf::<Test>::contains_key(ALICE));
		assert_eq!((MasterPermits::<Test>::get(1), Moving::<Test>::get()), (None, None));
		let moved =
			pallet_nfts::Event::Transferred { collection: 1, item: 1, from: ALICE, to: BOB };
		assert_eq!(
			take_events(),
			[
				Event::Paused.into(),
				Event::MasterTransferAuthorised { deed: 1, to: BOB }.into(),
				moved.into(),
			]
		);
		assert_noop!(transfer(BOB, 1, ALICE), Error::<Test>::NotAuthorised);
	});
}

#[test]
fn transfer_should_fail_when_the_receiver_would_have_too_much() {
	test(|| {
		assert_ok!(assign(BOB, OWNER_MAX - 1_000 * R1 + 1));
		assert_ok!(authorise_transfer(1, BOB));
		assert_noop!(transfer(ALICE, 1, BOB), Error::<Test>::OwnerLimitExceeded);
		// To oneself is no more than before.
		assert_ok!(assign(ALICE, OWNER_MAX - 1_000 * R1));
		assert_ok!(authorise_transfer(1, ALICE));
		assert_ok!(transfer(ALICE, 1, ALICE));
		assert_eq!(MastersOf::<Test>::get(ALICE), OWNER_MAX);
	});
}

#[test]
fn burn_should_return_what_the_deed_did_not_release() {
	test(|| {
		assert_ok!(assign(ALICE, 500 * R1));
		assert_noop!(burn(ALICE, 1), Error::<Test>::NotAuthorised);
		assert_ok!(authorise_transfer(1, ALICE));
		assert_noop!(burn(ALICE, 1), Error::<Test>::NotAuthorised);
		assert_ok!(authorise_burn(1));
		assert_noop!(burn(BOB, 1), Error::<Test>::NotDeedOwner);
		assert_ok!(pause());
		assert_noop!(burn(ALICE, 1), Error::<Test>::Paused);
		assert_ok!(unpause());
		System::reset_events();

		UnclaimedDeed::set(&Some(1));
		Released::set(&(400 * R1));
		assert_ok!(burn(ALICE, 1));
		assert_eq!((NodeDeeds::owner_of(1), NodeDeeds::node_of(1)), (None, None));
		assert_eq!(NodeDeeds::deed_of(&node(1)), None);
		assert_eq!(BurnedDeeds::get(), [1]);
		assert_eq!(MasterAllocation::<Test>::get(), (500 + 400) * R1);
		assert_eq!((MastersIssued::<Test>::get(), MastersOf::<Test>::get(ALICE)), (2, 500 * R1));
		assert_eq!(MasterPermits::<Test>::get(1), None);
		assert!(NodeDeeds::terms(1).is_some());
		let burned = pallet_nfts::Event::Burned { collection: 1, item: 1, owner: ALICE };
		assert_eq!(
			take_events(),
			[
				Event::NodeUnlinked { deed: 1, owner: ALICE, node: node(1), epoch: 7 }.into(),
				burned.into(),
				Event::MasterDeedBurned { deed: 1, owner: ALICE, returned: 600 * R1 }.into(),
			]
		);
		assert_noop!(authorise_burn(1), Error::<Test>::UnknownDeed);
	});
}

#[test]
fn burn_should_work_for_a_deed_that_is_not_linked() {
	test(|| {
		assert_ok!(unlink(ALICE, 1));
		assert_ok!(authorise_burn(1));
		System::reset_events();
		assert_ok!(burn(ALICE, 1));
		assert_eq!(MasterAllocation::<Test>::get(), 0);
		assert!(!MastersOf::<Test>::contains_key(ALICE));
		assert_eq!(
			take_deed_events(),
			[Event::MasterDeedBurned { deed: 1, owner: ALICE, returned: 1_000 * R1 }]
		);
	});
}

#[test]
fn burn_should_fail_when_the_ledger_has_released_more_than_there_is() {
	test(|| {
		assert_ok!(authorise_burn(1));
		Released::set(&(1_000 * R1 + 1));
		assert_noop!(burn(ALICE, 1), Error::<Test>::Overflow);
	});
}

#[test]
fn authorisation_should_be_for_master_deeds_that_exist() {
	test(|| {
		assert_ok!(buy(BOB, 1, 1));
		for deed in [0, 3] {
			assert_noop!(authorise_transfer(deed, BOB), Error::<Test>::UnknownDeed);
			assert_noop!(authorise_burn(deed), Error::<Test>::UnknownDeed);
		}
		assert_noop!(authorise_transfer(2, ALICE), Error::<Test>::NotMasterDeed);
		assert_noop!(authorise_burn(2), Error::<Test>::NotMasterDeed);
	});
}

#[test]
fn authorisation_should_be_replaced_and_revoked() {
	test(|| {
		assert_noop!(revoke(1), Error::<Test>::NotAuthorised);
		assert_ok!(authorise_burn(1));
		assert_eq!(MasterPermits::<Test>::get(1), Some(MasterPermit::Burn));
		assert_ok!(authorise_transfer(1, BOB));
		assert_eq!(MasterPermits::<Test>::get(1), Some(MasterPermit::TransferTo(BOB)));
		assert_ok!(revoke(1));
		assert_eq!(MasterPermits::<Test>::get(1), None);
		assert_eq!(
			take_deed_events(),
			[
				Event::MasterBurnAuthorised { deed: 1 },
				Event::MasterTransferAuthorised { deed: 1, to: BOB },
				Event::MasterAuthorisationRevoked { deed: 1 },
			]
		);
		assert_noop!(burn(ALICE, 1), Error::<Test>::NotAuthorised);
	});
}

#[test]
fn collection_should_be_created_with_the_first_deed_when_there_is_none() {
	ExtBuilder::default().build_and_execute(|| {
		MasterCollection::<Test>::kill();
		assert_ok!(assign(ALICE, R1));
		assert_eq!(MasterCollection::<Test>::get(), Some(2));
		assert_eq!(NodeDeeds::owner_of(1), Some(ALICE));
	});
}

#[test]
fn master_deeds_should_be_governed_by_governance_alone() {
	test(|| {
		let alice = || RuntimeOrigin::signed(ALICE);
		let calls = [
			NodeDeeds::assign_master(alice(), ALICE, R1),
			NodeDeeds::issue_genesis_deed(alice(), ALICE),
			NodeDeeds::authorise_transfer(alice(), 1, BOB),
			NodeDeeds::authorise_burn(alice(), 1),
			NodeDeeds::revoke_authorisation(alice(), 1),
		];
		assert_eq!(calls, [Err(DispatchError::BadOrigin); 5]);
	});
}

// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Delegates, Error, Escrows, Rights};
use frame_support::{assert_noop, dispatch::DispatchResult, traits::fungible::Inspect};
use r1_primitives::USDC;

fn set(delegate: AccountId32, rights: Rights) {
	assert_ok!(Poai::set_delegate(RuntimeOrigin::signed(ALICE), delegate, rights));
}

/// An ENTRY job of one replica and 30 epochs, ordered for Alice.
fn create_for_alice(who: AccountId32) -> DispatchResult {
	Poai::create_job_for(RuntimeOrigin::signed(who), ALICE, an_order(ENTRY, 1, 30))
}

#[test]
fn set_delegate_should_give_change_and_remove_rights() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 5 * USDC);
		events();
		let (some, other) = (Rights::CREATE_JOBS.with(Rights::WITHDRAW), Rights::UPDATE_JOBS);
		set(BOB, some);
		set(BOB, other);
		assert_eq!(Poai::rights(ALICE, BOB), Some(other));
		assert_eq!(Poai::rights(ALICE, ALICE), Some(Rights::ALL));
		assert_eq!(Poai::rights(BOB, ALICE), None);
		assert_ok!(Poai::remove_delegate(RuntimeOrigin::signed(ALICE), BOB));
		assert_eq!(Poai::rights(ALICE, BOB), None);
		assert!(!Delegates::<Test>::contains_key(ALICE));
		assert_eq!(
			events(),
			[
				Event::DelegateSet { owner: ALICE, delegate: BOB, rights: some },
				Event::DelegateSet { owner: ALICE, delegate: BOB, rights: other },
				Event::DelegateRemoved { owner: ALICE, delegate: BOB },
			]
		);
	});
}

#[test]
fn set_delegate_should_fail_when_it_means_nothing_or_there_are_too_many() {
	ExtBuilder.build_and_execute(|| {
		let set =
			|delegate, rights| Poai::set_delegate(RuntimeOrigin::signed(ALICE), delegate, rights);
		assert_noop!(set(BOB, Rights::ALL), Error::<Test>::NoEscrow);
		deposit(&ALICE, 5 * USDC);
		for bits in [0, 128, 255] {
			assert_noop!(set(BOB, Rights::from_bits(bits)), Error::<Test>::InvalidRights);
		}
		assert_noop!(set(ALICE, Rights::ALL), Error::<Test>::DelegateIsOwner);
		for deed in 1..=4 {
			assert_ok!(set(operator(deed), Rights::WITHDRAW));
		}
		assert_noop!(set(BOB, Rights::ALL), Error::<Test>::TooManyDelegates);
		assert_ok!(set(operator(4), Rights::ALL));
		let remove = |delegate| Poai::remove_delegate(RuntimeOrigin::signed(ALICE), delegate);
		assert_noop!(remove(BOB), Error::<Test>::NotDelegate);
		assert_ok!(remove(operator(1)));
		assert_ok!(set(BOB, Rights::ALL));
	});
}

#[test]
fn rights_should_have_the_bits_of_the_deployed_network() {
	let deployed = [
		Rights::CREATE_JOBS,
		Rights::EXTEND_DURATION,
		Rights::EXTEND_REPLICAS,
		Rights::REDEEM_UNUSED,
	];
	assert_eq!(deployed.map(Rights::bits), [1, 2, 4, 8]);
	let ours = [Rights::CLOSE_JOBS, Rights::UPDATE_JOBS, Rights::WITHDRAW];
	let all = deployed.into_iter().chain(ours).reduce(Rights::with);
	assert_eq!(all, Some(Rights::ALL));
	// As its own bits say, no right contains another.
	let each = deployed.into_iter().chain(ours).collect::<Vec<_>>();
	for (index, right) in each.iter().enumerate() {
		assert!(right.is_valid());
		let others = each.iter().enumerate().filter(|(other, _)| *other != index);
		assert!(others.map(|(_, other)| other).all(|other| !right.contains(*other)));
	}
}

#[test]
fn delegate_should_order_from_the_owners_escrow_and_for_the_owner() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 20 * USDC);
		assert_noop!(create_for_alice(BOB), Error::<Test>::NotDelegate);
		set(BOB, Rights::ALL);
		set(CAROL, Rights::CREATE_JOBS);
		assert_ok!(create_for_alice(BOB));
		assert_eq!((job(1).owner, job(1).balance), (ALICE, 11_250_000));
		assert_eq!(Usdc::balance(&BOB), FORTUNE);
		assert_eq!(Escrows::<Test>::get(ALICE).map(|escrow| escrow.free), Some(8_750_000));
		// A second delegate; what the owner has is the limit for all of them.
		assert_noop!(create_for_alice(CAROL), Error::<Test>::InsufficientEscrow);
		// An owner needs no right, and a delegate keeps an escrow of its own apart.
		deposit(&BOB, 20 * USDC);
		let own = order(&BOB, ENTRY, 1, 30);
		assert_eq!(job(own).owner, BOB);
		assert_noop!(
			Poai::close_job(RuntimeOrigin::signed(ALICE), own),
			Error::<Test>::NotJobOwner
		);
	});
}

#[test]
fn delegate_should_do_nothing_without_the_right() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 100 * USDC);
		let id = order(&ALICE, ENTRY, 1, 30);
		let bob = || RuntimeOrigin::signed(BOB);
		let changed = Specification::truncate_from(vec![7; 36]);
		// What can be done, and the right to it.
		let acts: [(Rights, &dyn Fn() -> DispatchResult); 7] = [
			(Rights::CREATE_JOBS, &|| create_for_alice(BOB)),
			(Rights::UPDATE_JOBS, &|| Poai::update_job(bob(), id, changed.clone())),
			(Rights::WITHDRAW, &|| Poai::withdraw_for(bob(), ALICE, USDC)),
			(Rights::EXTEND_DURATION, &|| Poai::extend_duration(bob(), id, 1)),
			(Rights::EXTEND_REPLICAS, &|| Poai::extend_replicas(bob(), id, 2)),
			(Rights::REDEEM_UNUSED, &|| Poai::redeem_unused(bob(), id + 1)),
			(Rights::CLOSE_JOBS, &|| Poai::close_job(bob(), id)),
		];
		for (right, act) in acts {
			let others = Rights::from_bits(Rights::ALL.bits() & !right.bits());
			set(BOB, others);
			assert_noop!(act(), Error::<Test>::RightMissing);
			set(BOB, right);
			assert_ok!(act());
		}
	});
}

#[test]
fn delegate_should_extend_from_the_escrow_and_redeem_into_it() {
	// A vector of reference 7.7. There, the delegate gets all of it.
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 31);
		deposit(&ALICE, 11_625_000);
		set(BOB, Rights::EXTEND_REPLICAS.with(Rights::REDEEM_UNUSED));
		assert_ok!(Poai::extend_replicas(RuntimeOrigin::signed(BOB), id, 2));
		assert_eq!((job(id).replicas, job(id).balance), (2, 23_250_000));
		events();
		assert_ok!(Poai::redeem_unused(RuntimeOrigin::signed(BOB), id));
		assert_eq!(events(), [Event::JobClosed { job: id, owner: ALICE, refund: 23_250_000 }]);
		assert_eq!(Escrows::<Test>::get(ALICE).map(|escrow| escrow.free), Some(23_250_000));
		assert_eq!(Usdc::balance(&BOB), FORTUNE);
	});
}

#[test]
fn delegate_should_move_money_to_the_owner_only() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 31);
		set(BOB, Rights::ALL);
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(BOB), id));
		assert_eq!(Escrows::<Test>::get(ALICE).map(|escrow| escrow.free), Some(11_625_000));
		events();
		assert_ok!(Poai::withdraw_for(RuntimeOrigin::signed(BOB), ALICE, 11_625_000));
		assert_eq!((Usdc::balance(&ALICE), Usdc::balance(&BOB)), (FORTUNE, FORTUNE));
		// The escrow is gone, and whoever could act for it.
		assert_eq!(
			events(),
			[
				Event::DelegatesDropped { owner: ALICE },
				Event::EscrowWithdrawn { owner: ALICE, amount: 11_625_000, free: 0 },
			]
		);
		assert_eq!(Poai::rights(ALICE, BOB), None);
	});
}

#[test]
fn account_should_be_a_delegate_of_many_escrows() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 20 * USDC);
		deposit(&CAROL, 20 * USDC);
		set(BOB, Rights::CREATE_JOBS);
		let carol = RuntimeOrigin::signed(CAROL);
		assert_ok!(Poai::set_delegate(carol, BOB, Rights::WITHDRAW));
		assert_ok!(create_for_alice(BOB));
		let bob = || RuntimeOrigin::signed(BOB);
		assert_noop!(Poai::withdraw_for(bob(), ALICE, USDC), Error::<Test>::RightMissing);
		assert_ok!(Poai::withdraw_for(bob(), CAROL, USDC));
		assert_eq!(Usdc::balance(&CAROL), FORTUNE - 19 * USDC);
	});
}

#[test]
fn delegates_should_go_with_an_escrow_that_its_last_job_empties() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 1, &[1]);
		set(BOB, Rights::ALL);
		enter_epoch(40);
		settle();
		let events = events();
		let closed = Event::JobClosed { job: id, owner: ALICE, refund: 0 };
		assert!(events.ends_with(&[Event::DelegatesDropped { owner: ALICE }, closed]));
		assert_eq!(Poai::rights(ALICE, BOB), None);
		assert_eq!(Escrows::<Test>::get(ALICE), None);
	});
}

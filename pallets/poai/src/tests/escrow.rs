// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Error, Escrow, Escrows, Rights};
use frame_support::{assert_noop, traits::fungible::Inspect};
use r1_primitives::USDC;
use sp_runtime::TokenError;

#[test]
fn genesis_should_give_the_pot_only_its_existential_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_eq!(Balances::balance(&Poai::pot()), Balances::minimum_balance());
		assert_eq!(Usdc::balance(&Poai::pot()), 0);
	});
}

#[test]
fn deposit_should_open_and_fill_the_escrow() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 5 * USDC);
		deposit(&ALICE, 2 * USDC);
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: 7 * USDC, live_jobs: 0 }));
		assert_eq!(Usdc::balance(&ALICE), FORTUNE - 7 * USDC);
		assert_eq!(Usdc::balance(&Poai::pot()), 7 * USDC);
		assert_eq!(
			events(),
			[
				Event::EscrowDeposited { owner: ALICE, amount: 5 * USDC, free: 5 * USDC },
				Event::EscrowDeposited { owner: ALICE, amount: 2 * USDC, free: 7 * USDC },
			]
		);
	});
}

#[test]
fn deposit_should_fail_when_too_small_or_not_owned() {
	ExtBuilder.build_and_execute(|| {
		let deposit = |amount| Poai::deposit(RuntimeOrigin::signed(ALICE), amount);
		assert_noop!(deposit(0), Error::<Test>::DepositTooSmall);
		assert_noop!(deposit(USDC - 1), Error::<Test>::DepositTooSmall);
		assert_noop!(deposit(FORTUNE + 1), TokenError::FundsUnavailable);
		assert_noop!(
			Poai::deposit(RuntimeOrigin::signed(operator(1)), USDC),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn withdraw_should_return_free_usdc_and_close_an_empty_escrow() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 5 * USDC);
		events();
		assert_ok!(Poai::withdraw(RuntimeOrigin::signed(ALICE), 2 * USDC));
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: 3 * USDC, live_jobs: 0 }));
		assert_ok!(Poai::withdraw(RuntimeOrigin::signed(ALICE), 3 * USDC));
		assert_eq!(Escrows::<Test>::get(ALICE), None);
		assert_eq!(Usdc::balance(&ALICE), FORTUNE);
		assert_eq!(
			events(),
			[
				Event::EscrowWithdrawn { owner: ALICE, amount: 2 * USDC, free: 3 * USDC },
				Event::EscrowWithdrawn { owner: ALICE, amount: 3 * USDC, free: 0 },
			]
		);
	});
}

#[test]
fn withdraw_should_fail_when_it_is_not_covered_or_leaves_dust() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 5 * USDC);
		let withdraw = |who, amount| Poai::withdraw(RuntimeOrigin::signed(who), amount);
		assert_noop!(withdraw(ALICE, 0), Error::<Test>::NothingToWithdraw);
		assert_noop!(withdraw(BOB, 1), Error::<Test>::NoEscrow);
		assert_noop!(withdraw(ALICE, 5 * USDC + 1), Error::<Test>::InsufficientEscrow);
		assert_noop!(withdraw(ALICE, 5 * USDC - 1), Error::<Test>::RemainderTooSmall);
	});
}

#[test]
fn withdraw_should_not_reach_what_jobs_hold() {
	ExtBuilder.build_and_execute(|| {
		order(&ALICE, ENTRY, 1, 31);
		deposit(&ALICE, USDC);
		assert_noop!(
			Poai::withdraw(RuntimeOrigin::signed(ALICE), USDC + 1),
			Error::<Test>::InsufficientEscrow
		);
		assert_ok!(Poai::withdraw(RuntimeOrigin::signed(ALICE), USDC));
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: 0, live_jobs: 1 }));
	});
}

#[test]
fn pot_should_hold_what_all_escrows_and_jobs_are_owed() {
	ExtBuilder.build_and_execute(|| {
		// Jobs of reference 7.7, in the escrows of two developers.
		const LOW1: u8 = 2;
		order(&ALICE, ENTRY, 2, 35);
		order(&BOB, LOW1, 1, 40);
		deposit(&BOB, 3 * USDC);
		assert_eq!(Poai::owed(), Ok(26_250_000 + 30_000_000 + 3 * USDC));
	});
}

#[test]
fn calls_should_need_a_signature() {
	ExtBuilder.build_and_execute(|| {
		let bad_origin = sp_runtime::DispatchError::BadOrigin;
		assert_noop!(Poai::deposit(RuntimeOrigin::root(), USDC), bad_origin);
		assert_noop!(Poai::withdraw(RuntimeOrigin::none(), USDC), bad_origin);
		assert_noop!(Poai::close_job(RuntimeOrigin::root(), 1), bad_origin);
		assert_noop!(Poai::claim(RuntimeOrigin::none(), None), bad_origin);
		assert_noop!(Poai::extend_duration(RuntimeOrigin::root(), 1, 1), bad_origin);
		assert_noop!(Poai::extend_replicas(RuntimeOrigin::none(), 1, 2), bad_origin);
		assert_noop!(Poai::redeem_unused(RuntimeOrigin::root(), 1), bad_origin);
		assert_noop!(Poai::set_delegate(RuntimeOrigin::root(), BOB, Rights::ALL), bad_origin);
		assert_noop!(Poai::remove_delegate(RuntimeOrigin::none(), BOB), bad_origin);
		assert_noop!(Poai::withdraw_for(RuntimeOrigin::root(), ALICE, USDC), bad_origin);
		let order = an_order(ENTRY, 1, 30);
		assert_noop!(Poai::create_job(RuntimeOrigin::root(), order), bad_origin);
	});
}

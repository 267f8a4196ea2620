// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Accrued, Error};
use frame_support::{assert_noop, traits::fungible::Inspect};
use r1_primitives::R1;
use sp_runtime::DispatchError;

#[test]
fn claim_should_pay_usdc() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		finish_epoch();
		finish_epoch();
		events();
		assert_eq!(Poai::accrued(operator(1)), 2 * ENTRY_REWARD);
		assert_ok!(Poai::claim(RuntimeOrigin::signed(operator(1)), None));
		assert_eq!(Usdc::balance(&operator(1)), 2 * ENTRY_REWARD);
		assert!(!Accrued::<Test>::contains_key(operator(1)));
		let usdc = 2 * ENTRY_REWARD;
		assert_eq!(events(), [Event::RewardsClaimed { owner: operator(1), usdc, r1: None }]);
	});
}

#[test]
fn claim_should_swap_to_r1_with_the_callers_minimum() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		finish_epoch();
		events();
		// 0.31875 USDC at 2 USD.
		let r1 = 159_375 * R1 / 1_000_000;
		let claim = |minimum| Poai::claim(RuntimeOrigin::signed(operator(1)), Some(minimum));
		assert_noop!(claim(r1 + 1), DispatchError::Exhausted);
		assert_ok!(claim(r1));
		assert_eq!(Balances::balance(&operator(1)), r1);
		assert_eq!(Balances::balance(&Poai::pot()), Balances::minimum_balance());
		assert_eq!(
			events(),
			[Event::RewardsClaimed { owner: operator(1), usdc: ENTRY_REWARD, r1: Some(r1) }]
		);
	});
}

#[test]
fn claim_should_fail_when_nothing_is_accrued() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		let claim = |who, minimum| Poai::claim(RuntimeOrigin::signed(who), minimum);
		assert_noop!(claim(operator(1), None), Error::<Test>::NothingAccrued);
		finish_epoch();
		assert_ok!(claim(operator(1), None));
		assert_noop!(claim(operator(1), Some(0)), Error::<Test>::NothingAccrued);
		assert_noop!(claim(ALICE, None), Error::<Test>::NothingAccrued);
	});
}

#[test]
fn reward_should_stay_with_the_owner_at_accrual_when_the_deed_is_sold() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		finish_epoch();
		DeedOwners::insert(1, BOB);
		assert_eq!(Poai::accrued(operator(1)), ENTRY_REWARD);
		assert_eq!(Poai::accrued(BOB), 0);
		finish_epoch();
		assert_eq!(Poai::accrued(operator(1)), ENTRY_REWARD);
		assert_eq!(Poai::accrued(BOB), ENTRY_REWARD);
		assert_ok!(Poai::claim(RuntimeOrigin::signed(operator(1)), None));
		assert_eq!(Usdc::balance(&operator(1)), ENTRY_REWARD);
	});
}

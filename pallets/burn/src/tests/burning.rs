// SPDX-License-Identifier: Apache-2.0

use crate::{Applications, Burned, Burners, Error, Event, TotalBurned, mock::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::{LockableCurrency, WithdrawReasons},
};
use r1_primitives::R1;
use sp_runtime::{ArithmeticError, DispatchError};

#[test]
fn burn_should_destroy_r1_of_the_caller_and_count_it() {
	ExtBuilder::default().build_and_execute(|| {
		let issuance = Balances::total_issuance();

		assert_ok!(burn(ALICE, 3 * R1));

		assert_eq!(Balances::total_issuance(), issuance - 3 * R1);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - 3 * R1);
		assert_eq!((Burn::burned_by(ALICE), Burn::burned_by(BOB)), (3 * R1, 0));
		assert_eq!((TotalBurned::<Test>::get(), Burners::<Test>::get()), (3 * R1, 1));
		assert_eq!(
			events_since_last_call(),
			[Event::R1Burned {
				burner: ALICE,
				application: None,
				amount: 3 * R1,
				burner_total: 3 * R1,
				application_total: None,
			}]
		);
	});
}

#[test]
fn burn_should_count_for_the_application_that_it_names() {
	ExtBuilder::default()
		.with_application("a")
		.with_application("b")
		.build_and_execute(|| {
			assert_ok!(burn_for(ALICE, 3 * R1, "a"));
			assert_ok!(burn_for(BOB, 4 * R1, "a"));
			assert_ok!(burn_for(BOB, R1, "b"));

			let total = |slug| Burn::application(slug_of(slug)).map(|found| found.total);
			assert_eq!((total("a"), total("b")), (Some(7 * R1), Some(R1)));
			let burned = |burner, slug, amount, burner_total, application_total| Event::R1Burned {
				burner,
				application: Some(id_of(slug)),
				amount,
				burner_total,
				application_total: Some(application_total),
			};
			assert_eq!(
				events_since_last_call(),
				[
					burned(ALICE, "a", 3 * R1, 3 * R1, 3 * R1),
					burned(BOB, "a", 4 * R1, 4 * R1, 7 * R1),
					burned(BOB, "b", R1, 5 * R1, R1),
				]
			);
		});
}

#[test]
fn burn_should_count_each_burner_once() {
	ExtBuilder::default().build_and_execute(|| {
		for burner in [ALICE, BOB, ALICE, ALICE, BOB] {
			assert_ok!(burn(burner, R1));
		}

		assert_eq!((TotalBurned::<Test>::get(), Burners::<Test>::get()), (5 * R1, 2));
		assert_eq!((Burn::burned_by(ALICE), Burn::burned_by(BOB)), (3 * R1, 2 * R1));
	});
}

#[test]
fn burn_should_accept_the_least_amount_and_nothing_below() {
	ExtBuilder::default().build_and_execute(|| {
		for amount in [0, 1, BurnMin::get() - 1] {
			assert_noop!(burn(ALICE, amount), Error::<Test>::AmountBelowMinimum);
		}
		assert_ok!(burn(ALICE, BurnMin::get()));
		// Nor does a burner who has a total already burn less.
		assert_noop!(burn(ALICE, BurnMin::get() - 1), Error::<Test>::AmountBelowMinimum);
	});
}

#[test]
fn burn_should_leave_the_existential_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let spendable = ENDOWMENT - ExistentialDeposit::get();
		for amount in [spendable + 1, ENDOWMENT, u128::MAX] {
			assert_noop!(burn(ALICE, amount), Error::<Test>::InsufficientR1);
		}
		assert_noop!(burn(PAUPER, BurnMin::get()), Error::<Test>::InsufficientR1);

		assert_ok!(burn(ALICE, spendable));

		assert_eq!(Balances::free_balance(ALICE), ExistentialDeposit::get());
	});
}

#[test]
fn burn_should_not_touch_what_is_held_or_frozen() {
	let deposit = 5 * R1;
	let least = ExistentialDeposit::get();
	ExtBuilder::default()
		.with_balance(ALICE, deposit + least + R1)
		.with_application("a")
		.build_and_execute(|| {
			assert_noop!(burn_for(ALICE, R1 + 1, "a"), Error::<Test>::InsufficientR1);
			assert_ok!(burn_for(ALICE, R1, "a"));
			assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (deposit, least));

			let frozen = ENDOWMENT - R1;
			Balances::set_lock(*b"burntest", &BOB, frozen, WithdrawReasons::all());
			assert_noop!(burn(BOB, R1 + 1), Error::<Test>::InsufficientR1);
			assert_ok!(burn(BOB, R1));
		});
}

#[test]
fn burn_should_fail_when_the_application_is_not_registered() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_noop!(burn_for(ALICE, R1, "b"), Error::<Test>::UnknownApplication);
		assert_ok!(deregister(ALICE, "a"));
		assert_noop!(burn_for(ALICE, R1, "a"), Error::<Test>::UnknownApplication);
	});
}

#[test]
fn burn_should_fail_when_a_total_would_overflow() {
	// No history leads here, as no more R1 exists than may; so the invariants do not hold.
	type Spoil = fn();
	let cases: [Spoil; 4] = [
		|| Burned::<Test>::insert(ALICE, u128::MAX),
		|| TotalBurned::<Test>::put(u128::MAX),
		|| Burners::<Test>::put(u32::MAX),
		|| Applications::<Test>::mutate_extant(id_of("a"), |found| found.total = u128::MAX),
	];
	for spoil in cases {
		ExtBuilder::default().with_application("a").build().execute_with(|| {
			spoil();
			assert_noop!(
				burn_for(ALICE, R1, "a"),
				DispatchError::Arithmetic(ArithmeticError::Overflow)
			);
		});
	}
}

#[test]
fn burn_should_fail_when_nobody_signed_it() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Burn::burn(origin, R1, None), DispatchError::BadOrigin);
		}
	});
}

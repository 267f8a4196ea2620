// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{BOOTSTRAP_GRANTS_MAX, BootstrapGranted, Error, Pallet};
use frame_support::assert_noop;
use r1_math::{
	ISSUANCE_CAP,
	genesis_deed::{ALLOCATION, RELEASE_PER_EPOCH, split_payout},
};
use r1_primitives::{DeedTerms, R1, traits::RewardLedger};
use sp_runtime::{ArithmeticError, DispatchError};

/// Alice owns the Genesis Deed, which is linked in epoch 1 of a network that is fully adopted.
fn genesis_deed() -> ExtBuilder {
	ExtBuilder::default().with_epoch(1).with_linked(ALICE, DeedTerms::Genesis)
}

/// What each account of the treasury has.
fn treasury() -> [u128; 5] {
	TREASURY.map(Balances::free_balance)
}

#[test]
fn genesis_deed_should_pay_the_treasury_whoever_claims() {
	genesis_deed().build_and_execute(|| {
		adopt_fully();
		Network::settle_epochs(2, &[255]);
		assert_ok!(claim(ALICE, &[1], 1));
		Network::sell(1, &BOB);
		assert_noop!(claim(ALICE, &[1], 1), Error::<Test>::NotDeedOwner);
		events_since_last_call();

		assert_ok!(claim(BOB, &[1], 1));

		let split = split_payout(RELEASE_PER_EPOCH);
		let parts = [
			split.liquidity,
			split.expenses,
			split.marketing,
			split.grants,
			split.social_responsibility,
		];
		assert_eq!(treasury(), parts.map(|part| 2 * part));
		assert_eq!((Balances::free_balance(ALICE), Balances::free_balance(BOB)), (0, 0));
		let paid = Event::TreasuryPaid {
			deed: 1,
			from_epoch: 2,
			to_epoch: 3,
			liquidity: split.liquidity,
			expenses: split.expenses,
			marketing: split.marketing,
			grants: split.grants,
			social_responsibility: split.social_responsibility,
		};
		assert_eq!(events_since_last_call(), [claimed(BOB, 1, 2..3, RELEASE_PER_EPOCH), paid]);
		// What rounding leaves over is counted and never minted.
		assert_eq!(account(1).released, 2 * RELEASE_PER_EPOCH);
		assert!(Balances::total_issuance() < 2 * RELEASE_PER_EPOCH);
	});
}

#[test]
fn genesis_deed_should_not_pay_beyond_the_cap() {
	genesis_deed().with_issuance(ISSUANCE_CAP - R1).build_and_execute(|| {
		adopt_fully();
		Network::settle_epoch(&[255]);

		assert_noop!(claim(ALICE, &[1], 1), Error::<Test>::CapReached);
	});
}

#[test]
fn genesis_deed_should_not_open_an_account_of_the_treasury_with_too_little() {
	genesis_deed().build_and_execute(|| {
		adopt_fully();
		let released = ALLOCATION - ExistentialDeposit::get();
		Accounts::<Test>::insert(1, RewardAccount { released, next_epoch: 1, ..account(1) });
		Network::settle_epoch(&[255]);

		assert_noop!(claim(ALICE, &[1], 1), Error::<Test>::RewardTooSmall);
	});
}

#[test]
fn grants_should_be_minted_at_genesis_and_come_out_of_the_genesis_deed() {
	ExtBuilder::default()
		.with_grant(ALICE, 600 * R1)
		.with_grant(BOB, 400 * R1)
		.build_and_execute(|| {
			assert_eq!(BootstrapGranted::<Test>::get(), BOOTSTRAP_GRANTS_MAX);
			assert_eq!(Balances::free_balance(ALICE), 600 * R1);
			assert_eq!(Balances::total_issuance(), 1_000 * R1);

			Network::issue(1, &ALICE, DeedTerms::Node);
			Network::issue(2, &ALICE, DeedTerms::Genesis);
			assert_eq!(Pallet::<Test>::released(1), 0);
			assert_eq!(Pallet::<Test>::released(2), 1_000 * R1);
			assert_eq!(Availability::remaining(2), Some(ALLOCATION - 1_000 * R1));
			Network::link(1);
			Network::link(2);
			assert_eq!(account(1).released, 0);
			assert_eq!(account(2).released, 1_000 * R1);
			// Linking again does not count them twice.
			Network::link(2);
			assert_eq!(account(2).released, 1_000 * R1);
		});
}

#[test]
fn grants_should_leave_that_much_less_to_release() {
	ExtBuilder::default()
		.with_epoch(1)
		.with_grant(ALICE, 1_000 * R1)
		.with_linked(ALICE, DeedTerms::Genesis)
		.build_and_execute(|| {
			adopt_fully();
			Network::settle_epochs(367, &[255]);

			assert_ok!(claim(ALICE, &[1], ALL));

			assert_eq!(account(1).released, ALLOCATION);
			let dust = ALLOCATION - Balances::total_issuance();
			assert!(dust <= 4, "{dust}");
		});
}

#[test]
fn genesis_should_be_refused_when_the_grants_are_too_much() {
	let too_much = DispatchError::Exhausted;
	let refused = [
		(vec![(ALICE, BOOTSTRAP_GRANTS_MAX + 1)], too_much),
		(vec![(ALICE, BOOTSTRAP_GRANTS_MAX), (BOB, R1)], too_much),
		(vec![(ALICE, u128::MAX), (BOB, 1)], ArithmeticError::Overflow.into()),
		// Less than the existential deposit.
		(vec![(ALICE, 1)], Error::<Test>::RewardTooSmall.into()),
	];
	for (grants, error) in refused {
		let builder = grants.iter().fold(ExtBuilder::default(), |builder, (who, amount)| {
			builder.with_grant(who.clone(), *amount)
		});
		let expected =
			format!("the bootstrap grants must be at most 1 000 R1: {:?}", Err::<(), _>(error));
		assert_eq!(panic_of(|| builder.build_storage()), expected);
	}
}

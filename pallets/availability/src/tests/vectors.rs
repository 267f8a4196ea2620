// SPDX-License-Identifier: Apache-2.0

//! The reward figures that the deployed contracts' own tests state.

use super::{claim, claimed};
use crate::{Error, mock::*};
use frame_support::{assert_noop, assert_ok};

/// Claims everything of deed 1, in as many calls as it takes; returns what was minted.
fn claim_all() -> u128 {
	while Availability::claimable(1).is_some_and(|payment| payment.epochs() > 0) {
		assert_ok!(claim(ALICE, &[1], None));
	}
	Balances::total_issuance()
}

#[test]
fn five_epochs_should_pay_3260194774041496137() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		for availability in [250, 130, 178, 12, 0] {
			Network::settle_epoch(&[availability]);
		}

		assert_ok!(claim(ALICE, &[1], Some(5)));

		let amount = 3_260_194_774_041_496_137;
		assert_eq!(Balances::free_balance(ALICE), amount);
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..5, amount)]);
	});
}

#[test]
fn full_epochs_of_36_months_should_pay_1575188843457943924200() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epochs(1_080, &[255]);

		assert_eq!(claim_all(), 1_575_188_843_457_943_924_200);
	});
}

#[test]
fn more_full_epochs_should_pay_the_allocation_and_then_nothing() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epochs(1_830, &[255]);
		assert_eq!(claim_all(), 1_575_188_843_457_943_925_233);
		events_since_last_call();

		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], None));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 1_830..1_831, 0)]);
		assert_eq!(Balances::total_issuance(), 1_575_188_843_457_943_925_233);
	});
}

#[test]
fn epochs_without_agreement_should_pay_nothing() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		// Decided without agreement: the table is empty.
		Network::settle_epoch(&[]);
		Network::settle_epoch(&[255]);
		// Over, and not decided yet.
		Network::end_epoch();

		assert_ok!(claim(ALICE, &[1], None));
		assert_noop!(claim(ALICE, &[1], None), Error::<Test>::NothingToClaim);

		let amount = 1_458_508_188_386_985_115;
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..2, amount)]);
	});
}

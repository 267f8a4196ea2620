// SPDX-License-Identifier: Apache-2.0

use crate::{Accounts, Pallet, RewardAccount, mock::*};
use frame_support::traits::fungible::Mutate;
use r1_math::{ISSUANCE_CAP, node_deed::ALLOCATION};
use sp_runtime::TryRuntimeError;

/// Breaks a healthy chain and expects to be told how.
fn check(break_it: impl FnOnce(), expected: &'static str) {
	ExtBuilder::default().with_linked_deed(ALICE).build().execute_with(|| {
		assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
		break_it();
		assert_eq!(Pallet::<Test>::do_try_state(), Err(TryRuntimeError::Other(expected)));
	});
}

#[test]
fn try_state_should_notice_a_deed_that_was_paid_too_much() {
	let account = RewardAccount { claimed: ALLOCATION + 1, next_epoch: 0 };
	check(|| Accounts::<Test>::insert(1, account), "a deed was paid more than its allocation");
}

#[test]
fn try_state_should_notice_a_claim_of_the_future() {
	let account = RewardAccount { claimed: 0, next_epoch: 1 };
	check(|| Accounts::<Test>::insert(1, account), "a deed has claimed an epoch that is not over");
}

#[test]
fn try_state_should_notice_an_account_without_a_deed() {
	for deed in [0, 2] {
		check(
			|| Accounts::<Test>::insert(deed, RewardAccount::default()),
			"an account belongs to no deed",
		);
	}
}

#[test]
fn try_state_should_notice_an_active_deed_without_an_account() {
	check(|| Accounts::<Test>::remove(1), "an active deed has no account");
}

#[test]
fn try_state_should_notice_too_much_r1() {
	check(
		|| assert_eq!(Balances::mint_into(&TREASURY, ISSUANCE_CAP + 1), Ok(ISSUANCE_CAP + 1)),
		"more R1 exists than the cap allows",
	);
}

// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	AdoptionThresholds, AdoptionTotals, BootstrapGranted, Checkpoint, DeedsSold, DeedsSoldCount,
	History, Pallet, Payment, WorkVolume, WorkVolumeCount,
};
use frame_support::traits::fungible::Mutate;
use r1_math::{ISSUANCE_CAP, genesis_deed, node_deed};
use r1_primitives::{DeedTerms, R1};
use sp_runtime::TryRuntimeError;

const PAYMENT: Payment =
	Payment { from_epoch: 0, to_epoch: 0, amount: 0, carry_over: 0, withheld: 0 };

/// Breaks a healthy chain and expects to be told how.
///
/// Deed 1 is a Node Deed, deed 2 a master deed and deed 3 the genesis deed.
fn check(break_it: impl FnOnce(), expected: &'static str) {
	let builder = ExtBuilder::default().with_linked_deed(ALICE).with_linked(ALICE, MASTER);
	builder.with_linked(ALICE, DeedTerms::Genesis).build().execute_with(|| {
		assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
		break_it();
		assert_eq!(Pallet::<Test>::do_try_state(), Err(TryRuntimeError::Other(expected)));
	});
}

fn put_account(deed: u32, released: u128, withheld: u128) {
	Accounts::<Test>::insert(deed, RewardAccount { released, withheld, ..account(deed) });
}

#[test]
fn try_state_should_notice_a_deed_that_released_too_much() {
	let allocations = [node_deed::ALLOCATION, 485_410 * R1, genesis_deed::ALLOCATION];
	for (deed, allocation) in (1..).zip(allocations) {
		check(
			|| {
				put_account(deed, allocation, 0);
				assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
				put_account(deed, allocation + 1, 0);
			},
			"a deed released more than its allocation",
		);
	}
}

#[test]
fn try_state_should_notice_a_deed_that_withholds_too_much() {
	check(|| put_account(2, 4, 5), "a deed withholds more than it released");
	check(|| put_account(1, 5, 5), "a Node Deed withholds");
}

#[test]
fn try_state_should_notice_grants_that_are_not_booked() {
	check(
		|| BootstrapGranted::<Test>::put(1),
		"the Genesis Deed released less than genesis granted",
	);
}

#[test]
fn try_state_should_notice_a_claim_of_the_future() {
	let account = RewardAccount { next_epoch: 1, ..RewardAccount::default() };
	check(|| Accounts::<Test>::insert(1, account), "a deed has claimed an epoch that is not over");
}

#[test]
fn try_state_should_notice_an_account_without_a_deed() {
	for deed in [0, 4] {
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
fn try_state_should_notice_a_history_that_does_not_fit_its_account() {
	check(
		|| History::<Test>::insert(1, PaymentsKept::get(), PAYMENT),
		"a payment is in no place of the ring",
	);
	check(|| History::<Test>::insert(1, 0, PAYMENT), "a deed does not keep its newest payments");
	check(
		|| Accounts::<Test>::insert(1, RewardAccount { payments: 9, ..account(1) }),
		"a deed does not keep its newest payments",
	);
	check(
		|| History::<Test>::insert(7, 0, PAYMENT),
		"payments are kept for a deed without an account",
	);
}

#[test]
fn try_state_should_notice_checkpoints_that_are_miscounted() {
	let checkpoint = Checkpoint { epoch: 0, total: 1 };
	check(|| DeedsSoldCount::<Test>::put(1), "checkpoints are miscounted");
	check(|| DeedsSold::<Test>::insert(0, checkpoint), "checkpoints are miscounted");
	check(|| WorkVolumeCount::<Test>::put(1), "checkpoints are miscounted");
	check(
		|| {
			WorkVolume::<Test>::insert(1, checkpoint);
			WorkVolumeCount::<Test>::put(1);
		},
		"checkpoints are miscounted",
	);
}

#[test]
fn try_state_should_notice_checkpoints_that_are_no_history() {
	let fill = |later: Checkpoint| {
		WorkVolume::<Test>::insert(0, Checkpoint { epoch: 0, total: 2 });
		WorkVolume::<Test>::insert(1, later);
		WorkVolumeCount::<Test>::put(2);
	};
	check(|| fill(Checkpoint { epoch: 0, total: 3 }), "checkpoints tell no history");
	check(|| fill(Checkpoint { epoch: 1, total: 1 }), "checkpoints tell no history");
	check(|| fill(Checkpoint { epoch: 1, total: 3 }), "a checkpoint is in the future");
}

#[test]
fn try_state_should_notice_a_threshold_of_zero() {
	let totals = AdoptionTotals { deeds_sold: 0, work_volume: 1 };
	check(|| AdoptionThresholds::<Test>::put(totals), "a threshold of adoption is zero");
}

#[test]
fn try_state_should_notice_too_much_r1() {
	check(
		|| assert_eq!(Balances::mint_into(&RICH, ISSUANCE_CAP + 1), Ok(ISSUANCE_CAP + 1)),
		"more R1 exists than the cap allows",
	);
}

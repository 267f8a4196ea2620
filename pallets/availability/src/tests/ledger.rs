// SPDX-License-Identifier: Apache-2.0

use super::claim;
use crate::{Accounts, Pallet, Payment, RewardAccount, mock::*};
use frame_support::assert_ok;
use r1_math::node_deed::{RELEASE_PER_EPOCH, epoch_reward};
use r1_primitives::traits::RewardLedger;

#[test]
fn linking_should_start_the_account_at_the_current_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		Network::issue(1, &ALICE);
		Network::settle_epochs(3, &[255]);
		assert_eq!(Accounts::<Test>::get(1), None);

		Network::link(1);

		assert_eq!(Accounts::<Test>::get(1), Some(RewardAccount { claimed: 0, next_epoch: 3 }));
		assert_eq!(Network::first_undecided(), 3);
		Network::settle_epoch(&[100]);
		assert_ok!(claim(ALICE, &[1], None));
		assert_eq!(Balances::free_balance(ALICE), epoch_reward(100));
	});
}

#[test]
fn linking_again_should_forfeit_the_gap_and_keep_what_was_claimed() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], None));
		Network::deactivate(1);
		Network::settle_epochs(5, &[255]);

		Network::link(1);

		let account = RewardAccount { claimed: RELEASE_PER_EPOCH, next_epoch: 6 };
		assert_eq!(Accounts::<Test>::get(1), Some(account));
	});
}

#[test]
fn linking_should_never_move_an_account_backwards() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epochs(4, &[255]);
		assert_ok!(claim(ALICE, &[1], None));

		Pallet::<Test>::on_linked(1, 2);

		assert_eq!(Accounts::<Test>::get(1).map(|account| account.next_epoch), Some(4));
	});
}

#[test]
fn is_claimed_up_to_date_should_need_every_past_epoch_decided_and_claimed() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		let up_to_date = || Pallet::<Test>::is_claimed_up_to_date(1);
		assert!(Pallet::<Test>::is_claimed_up_to_date(7), "a deed that was never linked");
		assert!(up_to_date(), "no epoch is over");

		Network::end_epoch();
		assert!(!up_to_date(), "epoch 0 is not decided");
		Network::decide(&[255]);
		assert!(!up_to_date(), "epoch 0 is not claimed");
		assert_ok!(claim(ALICE, &[1], None));
		assert!(up_to_date());

		Network::settle_epochs(2, &[255]);
		assert_ok!(claim(ALICE, &[1], Some(2)));
		assert!(!up_to_date(), "epoch 2 is not claimed");
	});
}

#[test]
fn claimable_should_be_what_a_claim_pays() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		for availability in [3, 200, 255] {
			Network::settle_epoch(&[availability]);
		}

		let payment = Availability::claimable(1).unwrap();

		let amount = epoch_reward(3) + epoch_reward(200) + epoch_reward(255);
		assert_eq!(payment, Payment { from_epoch: 0, to_epoch: 3, amount });
		assert_ok!(claim(ALICE, &[1], None));
		assert_eq!(Balances::free_balance(ALICE), amount);
		let nothing = Payment { from_epoch: 3, to_epoch: 3, amount: 0 };
		assert_eq!(Availability::claimable(1), Some(nothing));
	});
}

#[test]
fn claimable_should_cover_no_more_than_one_call() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		let most: u32 = EpochsPerClaimMax::get();
		Network::settle_epochs(most + 1, &[255]);

		assert_eq!(Availability::claimable(1).map(|payment| payment.epochs()), Some(most));
	});
}

#[test]
fn claimable_should_be_none_when_the_deed_cannot_claim() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epoch(&[255]);
		Network::deactivate(1);

		assert_eq!(Availability::claimable(1), None);
		assert_eq!(Availability::claimable(2), None);
	});
}

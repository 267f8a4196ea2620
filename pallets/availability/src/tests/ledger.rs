// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{History, Pallet};
use frame_support::traits::fungible::Mutate;
use r1_math::{
	ISSUANCE_CAP,
	node_deed::{ALLOCATION, RELEASE_PER_EPOCH, epoch_reward},
};
use r1_primitives::{DeedTerms, OffenceRewards, R1, traits::RewardLedger};

#[test]
fn linking_should_start_the_account_at_the_current_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		Network::issue(1, &ALICE, DeedTerms::Node);
		Network::settle_epochs(3, &[255]);
		assert_eq!(Accounts::<Test>::get(1), None);

		Network::link(1);

		assert_eq!(account(1), RewardAccount { next_epoch: 3, ..RewardAccount::default() });
		assert_eq!(Network::first_undecided(), 3);
		Network::settle_epoch(&[100]);
		assert_ok!(claim(ALICE, &[1], ALL));
		assert_eq!(Balances::free_balance(ALICE), epoch_reward(100));
	});
}

#[test]
fn linking_again_should_forfeit_the_gap_and_keep_what_was_released() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], ALL));
		Network::deactivate(1);
		Network::settle_epochs(5, &[255]);

		Network::link(1);

		let expected =
			RewardAccount { released: RELEASE_PER_EPOCH, withheld: 0, next_epoch: 6, payments: 1 };
		assert_eq!(account(1), expected);
		assert_eq!(Pallet::<Test>::released(1), RELEASE_PER_EPOCH);
	});
}

#[test]
fn linking_should_never_move_an_account_backwards() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epochs(4, &[255]);
		assert_ok!(claim(ALICE, &[1], ALL));

		Pallet::<Test>::on_linked(1, 2);

		assert_eq!(account(1).next_epoch, 4);
	});
}

#[test]
fn may_unlink_should_need_every_past_epoch_decided_and_claimed() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		let may_unlink = || Pallet::<Test>::may_unlink(1);
		assert!(Pallet::<Test>::may_unlink(7), "a deed that was never linked");
		assert!(may_unlink(), "no epoch is over");

		Network::end_epoch();
		assert!(!may_unlink(), "epoch 0 is not decided");
		Network::decide(&[255]);
		assert!(!may_unlink(), "epoch 0 is not claimed");
		assert_ok!(claim(ALICE, &[1], ALL));
		assert!(may_unlink());

		Network::settle_epochs(2, &[255]);
		assert_ok!(claim(ALICE, &[1], 1));
		assert!(!may_unlink(), "epoch 2 is not claimed");
	});
}

#[test]
fn may_unlink_should_ask_for_nothing_before_a_gated_deed_can_earn() {
	ExtBuilder::default().with_linked(ALICE, MASTER).build_and_execute(|| {
		Network::settle_epochs(222, &[255]);
		assert!(Pallet::<Test>::may_unlink(1));
		Network::settle_epoch(&[255]);
		assert!(Pallet::<Test>::may_unlink(1), "the first epoch has only begun");
		Network::settle_epoch(&[255]);
		assert!(!Pallet::<Test>::may_unlink(1));

		assert_ok!(claim(ALICE, &[1], ALL));

		assert!(Pallet::<Test>::may_unlink(1));
	});
	ExtBuilder::default()
		.with_linked(ALICE, DeedTerms::Genesis)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);
			assert!(Pallet::<Test>::may_unlink(1), "epoch 0 releases nothing");
			Network::settle_epoch(&[255]);
			assert!(!Pallet::<Test>::may_unlink(1));
		});
}

#[test]
fn released_should_count_what_is_withheld() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked(ALICE, MASTER)
		.build_and_execute(|| {
			assert_eq!(Pallet::<Test>::released(1), 0);
			assert_eq!(Pallet::<Test>::released(7), 0, "a deed that was never linked");
			Network::settle_epoch(&[255]);
			assert_ok!(claim(ALICE, &[1], ALL));

			assert_eq!(Pallet::<Test>::released(1), 47_348_425_447_123_706_916);
		});
}

#[test]
fn burning_should_remove_the_account_and_its_history() {
	ExtBuilder::default()
		.with_linked_deed(ALICE)
		.with_linked_deed(ALICE)
		.with_linked_deed(ALICE)
		.build_and_execute(|| {
			// More payments than are kept, one, and none.
			for _ in 0..=PaymentsKept::get() {
				Network::settle_epoch(&[255, 255, 255]);
				assert_ok!(claim(ALICE, &[1], ALL));
			}
			assert_ok!(claim(ALICE, &[2], ALL));
			assert_eq!(History::<Test>::iter().count() as u32, PaymentsKept::get() + 1);

			for deed in 1..=3 {
				Network::burn(deed);
			}
			// Nothing happens to a deed without an account.
			Pallet::<Test>::on_burned(4);

			assert_eq!(Accounts::<Test>::iter().count(), 0);
			assert_eq!(History::<Test>::iter().count(), 0);
			assert_eq!(Availability::remaining(1), None);
		});
}

#[test]
fn forfeiting_should_pay_an_epoch_out_of_what_the_deed_may_still_release() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], ALL));
		events_since_last_call();

		assert_eq!(Pallet::<Test>::forfeit(1, &BOB), RELEASE_PER_EPOCH);

		assert_eq!(Balances::free_balance(BOB), RELEASE_PER_EPOCH);
		let expected = RewardAccount {
			released: 2 * RELEASE_PER_EPOCH,
			withheld: 0,
			next_epoch: 1,
			payments: 1,
		};
		assert_eq!(account(1), expected);
		let event = Event::RewardForfeited { deed: 1, to: BOB, amount: RELEASE_PER_EPOCH };
		assert_eq!(events_since_last_call(), [event]);
		// The next epoch pays as ever.
		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], ALL));
		assert_eq!(Balances::free_balance(ALICE), 2 * RELEASE_PER_EPOCH);
	});
}

#[test]
fn forfeiting_should_pay_no_more_than_is_left() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		let left = R1 / 10;
		Accounts::<Test>::mutate(1, |account| {
			account.as_mut().unwrap().released = ALLOCATION - left;
		});
		assert_eq!(Pallet::<Test>::forfeit(1, &BOB), left);
		assert_eq!(account(1).released, ALLOCATION);
		assert_eq!(Pallet::<Test>::forfeit(1, &BOB), 0);
		assert_eq!(Balances::free_balance(BOB), left);
	});
}

#[test]
fn forfeiting_should_pay_nothing_when_it_cannot() {
	ExtBuilder::default()
		.with_linked(ALICE, DeedTerms::Genesis)
		.with_linked_deed(ALICE)
		.build_and_execute(|| {
			// The Genesis Deed's releases wait for adoption; deed 9 was never issued.
			assert_eq!(Pallet::<Test>::forfeit(1, &BOB), 0);
			assert_eq!(Pallet::<Test>::forfeit(9, &BOB), 0);
			// No room under the cap.
			assert_ok!(Balances::mint_into(&ALICE, ISSUANCE_CAP - 1));
			assert_eq!(Pallet::<Test>::forfeit(2, &BOB), 0);
			assert_eq!(account(2).released, 0);
			assert_eq!(Balances::free_balance(BOB), 0);
		});
}

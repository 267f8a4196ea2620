// SPDX-License-Identifier: Apache-2.0

use super::{claim, claimed};
use crate::{Accounts, Error, RewardAccount, WeightInfo, mock::*};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use r1_math::{
	ISSUANCE_CAP,
	node_deed::{ALLOCATION, RELEASE_PER_EPOCH, epoch_reward},
};
use r1_primitives::R1;
use sp_runtime::{AccountId32, DispatchError};

/// Alice owns deeds 1 and 2, Bob deed 3; all are linked in epoch 0.
fn three_deeds() -> ExtBuilder {
	ExtBuilder::default()
		.with_linked_deed(ALICE)
		.with_linked_deed(ALICE)
		.with_linked_deed(BOB)
}

#[test]
fn claim_should_mint_every_decided_epoch_when_it_names_no_end() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255, 0, 7]);
		Network::settle_epoch(&[128, 0, 7]);
		Network::end_epoch();

		assert_ok!(claim(ALICE, &[1], None));

		let amount = epoch_reward(255) + epoch_reward(128);
		assert_eq!(Balances::free_balance(ALICE), amount);
		assert_eq!(Balances::total_issuance(), amount);
		assert_eq!(
			Accounts::<Test>::get(1),
			Some(RewardAccount { claimed: amount, next_epoch: 2 })
		);
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..2, amount)]);
	});
}

#[test]
fn claim_should_stop_at_its_end_and_go_on_from_there() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(5, &[255]);

		assert_ok!(claim(ALICE, &[1], Some(2)));
		assert_ok!(claim(ALICE, &[1], Some(5)));

		let expected = [
			claimed(ALICE, 1, 0..2, 2 * RELEASE_PER_EPOCH),
			claimed(ALICE, 1, 2..5, 3 * RELEASE_PER_EPOCH),
		];
		assert_eq!(events_since_last_call(), expected);
		assert_eq!(Balances::free_balance(ALICE), 5 * RELEASE_PER_EPOCH);
	});
}

#[test]
fn claim_should_pay_each_deed_once_in_ascending_order() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[10, 20]);

		assert_ok!(claim(ALICE, &[2, 1, 2], None));

		let expected =
			[claimed(ALICE, 1, 0..1, epoch_reward(10)), claimed(ALICE, 2, 0..1, epoch_reward(20))];
		assert_eq!(events_since_last_call(), expected);
		assert_eq!(Balances::free_balance(ALICE), epoch_reward(10) + epoch_reward(20));
	});
}

#[test]
fn claim_should_pass_over_a_deed_with_nothing_to_claim() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[10, 20]);
		assert_ok!(claim(ALICE, &[1], None));
		events_since_last_call();

		assert_ok!(claim(ALICE, &[1, 2], None));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 2, 0..1, epoch_reward(20))]);
	});
}

#[test]
fn claim_should_move_on_and_mint_nothing_when_the_node_was_never_there() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(3, &[0]);

		assert_ok!(claim(ALICE, &[1], None));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..3, 0)]);
		assert_eq!(Accounts::<Test>::get(1), Some(RewardAccount { claimed: 0, next_epoch: 3 }));
		assert_eq!(Balances::total_issuance(), 0);
	});
}

#[test]
fn claim_should_cover_as_much_as_one_call_may_when_it_names_no_end() {
	three_deeds().build_and_execute(|| {
		let most: u32 = EpochsPerClaimMax::get();
		Network::settle_epochs(most - 10, &[1, 1]);

		assert_ok!(claim(ALICE, &[1, 2], None));
		assert_ok!(claim(ALICE, &[1, 2], None));

		let reward = epoch_reward(1);
		let expected = [
			claimed(ALICE, 1, 0..most - 10, u128::from(most - 10) * reward),
			claimed(ALICE, 2, 0..10, 10 * reward),
			claimed(ALICE, 2, 10..most - 10, u128::from(most - 20) * reward),
		];
		assert_eq!(events_since_last_call(), expected);
	});
}

#[test]
fn claim_should_pay_whoever_owns_the_deed_now() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		Network::sell(1, &BOB);

		assert_noop!(claim(ALICE, &[1], None), Error::<Test>::NotDeedOwner);
		assert_ok!(claim(BOB, &[1], None));

		assert_eq!(events_since_last_call(), [claimed(BOB, 1, 0..1, RELEASE_PER_EPOCH)]);
	});
}

#[test]
fn claim_should_charge_for_what_it_covered() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(3, &[255, 255]);

		let charged = claim(ALICE, &[1, 2], None).map(|info| info.actual_weight);

		assert_eq!(charged, Ok(Some(<() as WeightInfo>::claim(2, 6))));
	});
}

#[test]
fn claim_should_fill_the_room_under_the_cap_to_the_last_unit() {
	three_deeds()
		.with_issuance(ISSUANCE_CAP - RELEASE_PER_EPOCH)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);

			assert_ok!(claim(ALICE, &[1], None));

			assert_eq!(Balances::total_issuance(), ISSUANCE_CAP);
		});
}

#[test]
fn claim_should_fail_when_the_cap_is_reached_and_succeed_after_a_burn() {
	three_deeds()
		.with_issuance(ISSUANCE_CAP - RELEASE_PER_EPOCH)
		.build_and_execute(|| {
			Network::settle_epoch(&[255, 1]);

			assert_noop!(claim(ALICE, &[1, 2], None), Error::<Test>::CapReached);
			assert_ok!(Balances::burn(RuntimeOrigin::signed(TREASURY), R1, true));
			assert_ok!(claim(ALICE, &[1, 2], None));

			assert_eq!(Balances::free_balance(ALICE), RELEASE_PER_EPOCH + epoch_reward(1));
		});
}

#[test]
fn claim_should_fail_when_the_reward_is_too_small_for_a_new_account() {
	three_deeds().build_and_execute(|| {
		let half = ExistentialDeposit::get() / 2;
		Accounts::<Test>::insert(1, RewardAccount { claimed: ALLOCATION - half, next_epoch: 0 });
		Network::settle_epoch(&[255]);

		assert_noop!(
			claim(ALICE, &[1], None),
			DispatchError::Token(sp_runtime::TokenError::BelowMinimum)
		);
	});
}

#[test]
fn claim_should_fail_when_nobody_signed_it() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		let deeds: BoundedVec<_, DeedsPerClaimMax> = vec![1].try_into().unwrap();

		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Availability::claim(origin, deeds.clone(), None),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn claim_should_fail_when_the_deed_does_not_exist() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);

		for unknown in [0, 4, u32::MAX] {
			assert_noop!(claim(ALICE, &[1, unknown], None), Error::<Test>::UnknownDeed);
		}
	});
}

#[test]
fn claim_should_fail_when_one_of_the_deeds_is_not_the_callers() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255, 255, 255]);

		let stranger = AccountId32::new([7; 32]);
		assert_noop!(claim(stranger, &[1], None), Error::<Test>::NotDeedOwner);
		assert_noop!(claim(ALICE, &[1, 2, 3], None), Error::<Test>::NotDeedOwner);
	});
}

#[test]
fn claim_should_fail_when_the_deed_is_not_active() {
	three_deeds().build_and_execute(|| {
		Network::issue(4, &ALICE);
		Network::settle_epoch(&[255, 255, 255, 255]);
		Network::deactivate(2);

		assert_noop!(claim(ALICE, &[4], None), Error::<Test>::DeedNotActive);
		assert_noop!(claim(ALICE, &[1, 2], None), Error::<Test>::DeedNotActive);
	});
}

#[test]
fn claim_should_fail_when_its_end_is_not_decided() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		Network::end_epoch();

		assert_noop!(claim(ALICE, &[1], Some(2)), Error::<Test>::EpochNotDecided);
		assert_noop!(claim(ALICE, &[1], Some(u32::MAX)), Error::<Test>::EpochNotDecided);
	});
}

#[test]
fn claim_should_fail_when_its_end_is_more_epochs_away_than_one_call_may_cover() {
	three_deeds().build_and_execute(|| {
		let most: u32 = EpochsPerClaimMax::get();
		Network::settle_epochs(most + 1, &[1, 1]);

		assert_noop!(claim(ALICE, &[1], Some(most + 1)), Error::<Test>::TooManyEpochs);
		assert_noop!(claim(ALICE, &[1, 2], Some(most)), Error::<Test>::TooManyEpochs);
		assert_ok!(claim(ALICE, &[1], Some(most)));
	});
}

#[test]
fn claim_should_fail_when_there_is_nothing_to_claim() {
	three_deeds().build_and_execute(|| {
		assert_noop!(claim(ALICE, &[1], None), Error::<Test>::NothingToClaim);
		Network::settle_epochs(2, &[255]);
		assert_ok!(claim(ALICE, &[1], None));

		assert_noop!(claim(ALICE, &[], None), Error::<Test>::NothingToClaim);
		assert_noop!(claim(ALICE, &[1], None), Error::<Test>::NothingToClaim);
		assert_noop!(claim(ALICE, &[1, 2], Some(0)), Error::<Test>::NothingToClaim);
		assert_noop!(claim(ALICE, &[1], Some(1)), Error::<Test>::NothingToClaim);
	});
}

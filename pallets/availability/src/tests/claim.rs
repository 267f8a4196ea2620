// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Error, WeightInfo};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, Pays},
	weights::Weight,
};
use r1_math::{
	ISSUANCE_CAP,
	node_deed::{ALLOCATION, RELEASE_PER_EPOCH, epoch_reward},
};
use r1_primitives::{DEEDS_PER_PAGE, DeedTerms, R1};
use sp_runtime::DispatchError;

/// Alice owns deeds 1 and 2, Bob deed 3; all are Node Deeds that are linked in epoch 0.
fn three_deeds() -> ExtBuilder {
	ExtBuilder::default()
		.with_linked_deed(ALICE)
		.with_linked_deed(ALICE)
		.with_linked_deed(BOB)
}

#[test]
fn claim_should_mint_every_decided_epoch_up_to_its_most() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255, 0, 7]);
		Network::settle_epoch(&[128, 0, 7]);
		Network::end_epoch();

		assert_ok!(claim(ALICE, &[1], ALL));

		let amount = epoch_reward(255) + epoch_reward(128);
		assert_eq!(Balances::free_balance(ALICE), amount);
		assert_eq!(Balances::total_issuance(), amount);
		let expected = RewardAccount { released: amount, withheld: 0, next_epoch: 2, payments: 1 };
		assert_eq!(account(1), expected);
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..2, amount)]);
	});
}

#[test]
fn claim_should_stop_at_its_most_and_go_on_from_there() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(5, &[255]);

		assert_ok!(claim(ALICE, &[1], 2));
		assert_ok!(claim(ALICE, &[1], 3));

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

		assert_ok!(claim(ALICE, &[2, 1, 2], ALL));

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
		assert_ok!(claim(ALICE, &[1], ALL));
		events_since_last_call();

		assert_ok!(claim(ALICE, &[1, 2], ALL));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 2, 0..1, epoch_reward(20))]);
	});
}

#[test]
fn claim_should_walk_one_window_from_the_first_epoch_that_a_deed_has_not_claimed() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(10, &[1, 2]);
		assert_ok!(claim(ALICE, &[1], 6));
		events_since_last_call();

		// Deed 2 begins the window with epoch 0, deed 1 has claimed up to epoch 6.
		for _ in 0..3 {
			assert_ok!(claim(ALICE, &[1, 2], 4));
		}

		let (one, two) = (epoch_reward(1), epoch_reward(2));
		let expected = [
			claimed(ALICE, 2, 0..4, 4 * two),
			claimed(ALICE, 1, 6..8, 2 * one),
			claimed(ALICE, 2, 4..8, 4 * two),
			claimed(ALICE, 1, 8..10, 2 * one),
			claimed(ALICE, 2, 8..10, 2 * two),
		];
		assert_eq!(events_since_last_call(), expected);
	});
}

#[test]
fn claim_should_move_on_and_mint_nothing_when_the_node_was_never_there() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(3, &[0]);

		assert_ok!(claim(ALICE, &[1], ALL));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..3, 0)]);
		let expected = RewardAccount { next_epoch: 3, payments: 1, ..RewardAccount::default() };
		assert_eq!(account(1), expected);
		assert_eq!(Balances::total_issuance(), 0);
	});
}

#[test]
fn claim_should_pay_whoever_owns_the_deed_now() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		Network::sell(1, &BOB);

		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NotDeedOwner);
		assert_ok!(claim(BOB, &[1], ALL));

		assert_eq!(events_since_last_call(), [claimed(BOB, 1, 0..1, RELEASE_PER_EPOCH)]);
	});
}

#[test]
fn claim_should_pay_deeds_of_all_kinds_at_once() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked_deed(ALICE)
		.with_linked(ALICE, MASTER)
		.with_linked(ALICE, DeedTerms::Genesis)
		.build_and_execute(|| {
			adopt_fully();
			Network::settle_epoch(&[255, 255, 255]);

			assert_ok!(claim(ALICE, &[1, 2, 3], 1));

			let of_master = 47_348_425_447_123_706_916;
			assert_eq!(Balances::free_balance(ALICE), RELEASE_PER_EPOCH + of_master);
			let events = events_since_last_call();
			assert_eq!(events[0], claimed(ALICE, 1, 223..224, RELEASE_PER_EPOCH));
			assert_eq!(events[1], claimed(ALICE, 2, 223..224, of_master));
			let of_genesis = 128_112_827_457_534_246_575_342;
			assert_eq!(events[2], claimed(ALICE, 3, 223..224, of_genesis));
			assert!(matches!(events[3], Event::TreasuryPaid { deed: 3, .. }));
			assert_eq!(events.len(), 4);
		});
}

#[test]
fn claim_should_tell_of_a_payment_that_is_withheld_as_a_whole() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked(ALICE, MASTER)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);

			assert_ok!(claim(ALICE, &[1], ALL));

			let withheld = 47_348_425_447_123_706_916;
			let expected = Event::RewardsClaimed {
				deed: 1,
				owner: ALICE,
				from_epoch: 223,
				to_epoch: 224,
				amount: 0,
				carry_over: 0,
				withheld,
			};
			assert_eq!(events_since_last_call(), [expected]);
			assert_eq!(Balances::total_issuance(), 0);
			let expected =
				RewardAccount { released: withheld, withheld, next_epoch: 224, payments: 1 };
			assert_eq!(account(1), expected);
		});
}

#[test]
fn claim_should_read_each_page_once_in_an_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		// Three deeds on page 0, two on page 1, one on page 2.
		let deeds = [1, 2, 1_024, 1_025, 2_048, 2_049];
		for deed in deeds {
			Network::issue(deed, &ALICE, DeedTerms::Node);
			Network::link(deed);
		}
		Network::settle_epochs(7, &[255; 2 * DEEDS_PER_PAGE as usize + 1]);

		assert_ok!(claim(ALICE, &deeds, 7));

		assert_eq!(PagesRead::get(), 3 * 7);
		assert_eq!(Balances::free_balance(ALICE), 6 * 7 * RELEASE_PER_EPOCH);
	});
}

#[test]
fn claim_should_not_read_epochs_that_cannot_pay() {
	ExtBuilder::default().with_linked(ALICE, MASTER).build_and_execute(|| {
		Network::settle_epochs(225, &[255]);

		assert_ok!(claim(ALICE, &[1], ALL));

		assert_eq!(PagesRead::get(), 2);
		assert_eq!(account(1).next_epoch, 225);
	});
}

/// The weight of a claim as it is charged, and as it is after the refund.
fn weights_of_claim(deeds: &[u32], epochs_max: u32) -> (Weight, Option<Weight>) {
	let call = crate::Call::<Test>::claim {
		deeds: BoundedVec::try_from(deeds.to_vec()).expect("few deeds"),
		epochs_max,
	};
	let info = call.get_dispatch_info();
	assert_eq!(info.pays_fee, Pays::Yes);
	let actual = claim(ALICE, deeds, epochs_max).ok().and_then(|info| info.actual_weight);
	(info.call_weight, actual)
}

fn weight(deeds: u32, reads: u32, settlements: u32) -> Weight {
	<() as WeightInfo>::claim(deeds)
		+ <() as WeightInfo>::read_pages(reads)
		+ <() as WeightInfo>::settle(settlements)
}

#[test]
fn claim_should_charge_for_the_most_and_refund_what_it_did_not_cover() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(3, &[255, 255]);

		// A page and two checkpoints for each epoch; but no deed here looks at adoption.
		let (charged, actual) = weights_of_claim(&[1, 2, 1], 100);

		assert_eq!(charged, weight(2, 300, 200));
		assert_eq!(actual, Some(weight(2, 3, 6)));
	});
}

#[test]
fn claim_should_charge_for_adoption_when_a_deed_is_gated() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked(ALICE, MASTER)
		.with_linked_deed(ALICE)
		.build_and_execute(|| {
			Network::settle_epochs(3, &[255, 255]);

			let (charged, actual) = weights_of_claim(&[1, 2], 5);

			assert_eq!(charged, weight(2, 15, 10));
			assert_eq!(actual, Some(weight(2, 9, 6)));
		});
}

#[test]
fn claim_should_cost_the_least_when_it_is_refused_for_its_size() {
	three_deeds().build_and_execute(|| {
		let (charged, actual) = weights_of_claim(&[1], u32::MAX);

		assert_eq!((charged, actual), (<() as WeightInfo>::claim(1), None));
	});
}

#[test]
fn claim_should_fill_the_room_under_the_cap_to_the_last_unit() {
	three_deeds()
		.with_issuance(ISSUANCE_CAP - RELEASE_PER_EPOCH)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);

			assert_ok!(claim(ALICE, &[1], ALL));

			assert_eq!(Balances::total_issuance(), ISSUANCE_CAP);
		});
}

#[test]
fn claim_should_fail_when_the_cap_is_reached_and_succeed_after_a_burn() {
	three_deeds()
		.with_issuance(ISSUANCE_CAP - RELEASE_PER_EPOCH)
		.build_and_execute(|| {
			Network::settle_epoch(&[255, 1]);

			assert_noop!(claim(ALICE, &[1, 2], ALL), Error::<Test>::CapReached);
			assert_ok!(Balances::burn(RuntimeOrigin::signed(RICH), R1, true));
			assert_ok!(claim(ALICE, &[1, 2], ALL));

			assert_eq!(Balances::free_balance(ALICE), RELEASE_PER_EPOCH + epoch_reward(1));
		});
}

#[test]
fn claim_should_fail_when_the_reward_is_too_small_for_a_new_account() {
	three_deeds().build_and_execute(|| {
		let released = ALLOCATION - ExistentialDeposit::get() / 2;
		Accounts::<Test>::insert(1, RewardAccount { released, ..RewardAccount::default() });
		Network::settle_epoch(&[255, 255]);

		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::RewardTooSmall);
		// Together with another deed it is enough.
		assert_ok!(claim(ALICE, &[1, 2], ALL));
		assert_eq!(account(1).released, ALLOCATION);
	});
}

#[test]
fn claim_should_pay_a_small_reward_when_the_account_exists() {
	three_deeds()
		.with_balance(ALICE, ExistentialDeposit::get())
		.build_and_execute(|| {
			let released = ALLOCATION - 1;
			Accounts::<Test>::insert(1, RewardAccount { released, ..RewardAccount::default() });
			Network::settle_epoch(&[255]);

			assert_ok!(claim(ALICE, &[1], ALL));

			assert_eq!(Balances::free_balance(ALICE), ExistentialDeposit::get() + 1);
		});
}

#[test]
fn claim_should_fail_when_nobody_signed_it() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		let deeds: BoundedVec<_, DeedsPerClaimMax> = vec![1].try_into().unwrap();

		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Availability::claim(origin, deeds.clone(), 1), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn claim_should_fail_when_the_deed_does_not_exist() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);

		for unknown in [0, 4, u32::MAX] {
			assert_noop!(claim(ALICE, &[1, unknown], 1), Error::<Test>::UnknownDeed);
		}
	});
}

#[test]
fn claim_should_fail_when_one_of_the_deeds_is_not_the_callers() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255, 255, 255]);

		let stranger = AccountId32::new([7; 32]);
		assert_noop!(claim(stranger, &[1], ALL), Error::<Test>::NotDeedOwner);
		assert_noop!(claim(ALICE, &[1, 2, 3], ALL), Error::<Test>::NotDeedOwner);
	});
}

#[test]
fn claim_should_fail_when_the_deed_is_not_active() {
	three_deeds().build_and_execute(|| {
		Network::issue(4, &ALICE, DeedTerms::Node);
		Network::settle_epoch(&[255, 255, 255, 255]);
		Network::deactivate(2);

		assert_noop!(claim(ALICE, &[4], ALL), Error::<Test>::DeedNotActive);
		assert_noop!(claim(ALICE, &[1, 2], ALL), Error::<Test>::DeedNotActive);
	});
}

#[test]
fn claim_should_fail_when_a_verdict_is_missing() {
	three_deeds().build_and_execute(|| {
		Network::settle_epochs(3, &[255]);
		Network::lose_verdict(1);

		assert_noop!(claim(ALICE, &[1], 2), Error::<Test>::EpochNotDecided);
		assert_ok!(claim(ALICE, &[1], 1));
	});
}

#[test]
fn claim_should_fail_when_it_covers_more_than_one_call_may() {
	ExtBuilder::default().build_and_execute(|| {
		let second_page = DEEDS_PER_PAGE + 1;
		for deed in [1, 2, 3, 4, 5, second_page] {
			Network::issue(deed, &ALICE, DeedTerms::Node);
			Network::link(deed);
		}
		Network::settle_epoch(&[1; 5]);

		// 6 000 reads are 2 000 epochs on one page, and 1 500 on two; 8 000 settlements are 1 600
		// of five deeds.
		let too_many: [(&[u32], u32); 4] = [
			(&[1], 2_001),
			(&[1, second_page], 1_501),
			(&[1, 2, 3, 4, 5], 1_601),
			(&[1], u32::MAX),
		];
		for (deeds, epochs_max) in too_many {
			assert_noop!(claim(ALICE, deeds, epochs_max), Error::<Test>::TooManyEpochs);
		}
		assert_ok!(claim(ALICE, &[1, second_page], 1_500));
		assert_ok!(claim(ALICE, &[1, 2, 3, 4, 5], 1_600));
	});
}

#[test]
fn claim_should_fail_when_there_is_nothing_to_claim() {
	three_deeds().build_and_execute(|| {
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NothingToClaim);
		Network::settle_epochs(2, &[255]);
		assert_noop!(claim(ALICE, &[1], 0), Error::<Test>::NothingToClaim);
		assert_ok!(claim(ALICE, &[1], ALL));

		assert_noop!(claim(ALICE, &[], ALL), Error::<Test>::NothingToClaim);
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NothingToClaim);
		Network::end_epoch();
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn claim_should_wait_while_everything_is_paused() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epoch(&[255]);
		Network::set_paused(true);
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::ClaimsPaused);
		Network::set_paused(false);
		assert_ok!(claim(ALICE, &[1], ALL));
	});
}

#[test]
fn claim_should_pay_for_the_epochs_of_a_ban_when_it_is_lifted() {
	three_deeds().build_and_execute(|| {
		Network::settle_epoch(&[255]);
		let before = account(1);
		Network::deactivate(1);
		Network::settle_epochs(3, &[128]);
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::DeedNotActive);
		assert_eq!(account(1), before);

		// The end of a ban is no link: the deed's epochs do not start again.
		Network::link(1);
		Accounts::<Test>::insert(1, before);
		Network::settle_epoch(&[7]);
		assert_ok!(claim(ALICE, &[1], ALL));

		let amount = epoch_reward(255) + 3 * epoch_reward(128) + epoch_reward(7);
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..5, amount)]);
		assert_eq!(Balances::free_balance(ALICE), amount);
	});
}

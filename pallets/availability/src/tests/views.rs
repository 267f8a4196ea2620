// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{EPOCHS_PER_VIEW_MAX, Error, Payment};
use r1_math::node_deed::{ALLOCATION, RELEASE_PER_EPOCH, epoch_reward};
use r1_primitives::{DeedTerms, R1};

/// What a Node Deed is paid.
fn payment(epochs: core::ops::Range<EpochIndex>, amount: u128) -> Payment {
	let (from_epoch, to_epoch) = (epochs.start, epochs.end);
	Payment { from_epoch, to_epoch, amount, carry_over: 0, withheld: 0 }
}

#[test]
fn claimable_should_be_what_a_claim_pays() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		for availability in [3, 200, 255] {
			Network::settle_epoch(&[availability]);
		}
		let first_two = epoch_reward(3) + epoch_reward(200);
		assert_eq!(Availability::claimable(1, 2), Some(payment(0..2, first_two)));
		assert_eq!(Availability::claimable(1, 0), Some(payment(0..0, 0)));

		let all = Availability::claimable(1, u32::MAX);

		let amount = first_two + epoch_reward(255);
		assert_eq!(all, Some(payment(0..3, amount)));
		assert_ok!(claim(ALICE, &[1], ALL));
		assert_eq!(Balances::free_balance(ALICE), amount);
		assert_eq!(Availability::claimable(1, ALL), Some(payment(3..3, 0)));
	});
}

#[test]
fn claimable_should_know_what_is_withheld_and_carried_over() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked(ALICE, MASTER)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);
			adopt_fully();
			Network::settle_epoch(&[255]);

			let expected = Payment {
				from_epoch: 223,
				to_epoch: 225,
				amount: 94_952_855_991_035_249_771,
				carry_over: 47_348_425_447_123_706_916,
				withheld: 47_348_425_447_123_706_916,
			};
			assert_eq!(Availability::claimable(1, ALL), Some(expected));
			assert_ok!(claim(ALICE, &[1], ALL));
			assert_eq!(Availability::history(1, None, 1), [(0, expected)]);
		});
}

#[test]
fn claimable_should_cover_no_more_than_one_call() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		Network::settle_epochs(ALL + 1, &[255]);

		let covered = Availability::claimable(1, u32::MAX).map(|payment| payment.epochs());

		assert_eq!(covered, Some(ALL));
		assert_ok!(claim(ALICE, &[1], ALL));
	});
}

#[test]
fn claimable_should_be_none_when_the_deed_cannot_claim() {
	ExtBuilder::default()
		.with_linked_deed(ALICE)
		.with_linked_deed(ALICE)
		.build_and_execute(|| {
			Network::settle_epoch(&[255]);
			Network::deactivate(1);
			Network::lose_verdict(0);

			assert_eq!(Availability::claimable(1, 1), None, "not active");
			assert_eq!(Availability::claimable(2, 1), None, "a verdict is missing");
			assert_eq!(Availability::claimable(3, 1), None, "unknown");
		});
}

#[test]
fn remaining_should_be_what_may_still_be_paid() {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked_deed(ALICE)
		.with_linked(ALICE, MASTER)
		.build_and_execute(|| {
			Network::issue(3, &ALICE, DeedTerms::Genesis);
			assert_eq!(Availability::remaining(1), Some(ALLOCATION));
			assert_eq!(Availability::remaining(2), Some(485_410 * R1));
			assert_eq!(Availability::remaining(3), Some(46_761_182_022 * R1 / 1_000));
			assert_eq!(Availability::remaining(4), None);
			Network::settle_epoch(&[255, 255]);

			assert_ok!(claim(ALICE, &[1, 2], ALL));

			assert_eq!(Availability::remaining(1), Some(ALLOCATION - RELEASE_PER_EPOCH));
			// All that the master deed released is withheld, and may be paid yet.
			assert_eq!(Availability::remaining(2), Some(485_410 * R1));
		});
}

#[test]
fn availability_should_be_what_was_agreed() {
	ExtBuilder::default().build_and_execute(|| {
		for availability in [3, 200, 255] {
			Network::settle_epoch(&[0, availability]);
		}
		Network::end_epoch();

		assert_eq!(Availability::availability(2, 1, 9), [(1, 200), (2, 255)]);
		assert_eq!(Availability::availability(2, 0, 1), [(0, 3)]);
		assert_eq!(Availability::availability(2, 3, 9), []);
		assert_eq!(Availability::availability(2, 2, 1), []);
	});
}

#[test]
fn views_should_answer_for_a_bounded_number_of_epochs() {
	ExtBuilder::default().build_and_execute(|| {
		Network::settle_epochs(EPOCHS_PER_VIEW_MAX + 5, &[7]);

		let availability = Availability::availability(1, 2, u32::MAX);
		assert_eq!(availability.len() as u32, EPOCHS_PER_VIEW_MAX);
		assert_eq!(availability.first(), Some(&(2, 7)));
		assert_eq!(Availability::adoption(2, u32::MAX).len() as u32, EPOCHS_PER_VIEW_MAX);
		// The current epoch is the last one that adoption is known of.
		assert_eq!(Availability::adoption(1_000, u32::MAX).len(), 6);
		assert_eq!(Availability::adoption(u32::MAX, u32::MAX), Vec::<u16>::new());
	});
}

#[test]
fn history_should_keep_the_newest_payments() {
	ExtBuilder::default().with_linked_deed(ALICE).build_and_execute(|| {
		assert_eq!(Availability::history(1, None, 9), []);
		for availability in 1..=6 {
			Network::settle_epoch(&[availability]);
			assert_ok!(claim(ALICE, &[1], ALL));
		}

		let made =
			|number: u32| (number, payment(number..number + 1, epoch_reward(number as u8 + 1)));
		assert_eq!(account(1).payments, 6);
		// Four are kept.
		assert_eq!(Availability::history(1, None, u32::MAX), [5, 4, 3, 2].map(made));
		assert_eq!(Availability::history(1, None, 2), [5, 4].map(made));
		assert_eq!(Availability::history(1, Some(4), 9), [3, 2].map(made));
		assert_eq!(Availability::history(1, Some(99), 1), [made(5)]);
		assert_eq!(Availability::history(1, Some(2), 9), []);
		assert_eq!(Availability::history(1, None, 0), []);
		assert_eq!(Availability::history(2, None, 9), []);
	});
}

#[test]
fn epochs_per_claim_max_should_be_what_a_claim_may_ask_for() {
	// Limits: 6 000 reads, of which an epoch takes two and one a page, and 8 000 settlements.
	let ids = |deeds: &[DeedId]| BoundedVec::truncate_from(deeds.to_vec());
	let owned =
		|deeds: u32| (0..deeds).fold(ExtBuilder::default(), |b, _| b.with_linked_deed(ALICE));
	owned(5).build_and_execute(|| {
		Network::settle_epochs(1, &[255; 5]);
		for (deeds, epochs) in [
			(&[1][..], 2_000),
			// Deeds of one page read it once, and one that is named twice counts once.
			(&[1, 2, 3, 4], 2_000),
			(&[1, 1, 2, 3, 4, 2], 2_000),
			(&[1, 2, 3, 4, 5], 1_600),
			// Deeds 1 024 and 1 025 are on two pages, and 2 049 on a third.
			(&[1, 1_025], 1_500),
			(&[1, 1_025, 2_049], 1_200),
			(&[], 3_000),
		] {
			assert_eq!(Availability::epochs_per_claim_max(ids(deeds)), epochs, "{deeds:?}");
		}
		let error = Error::<Test>::TooManyEpochs;
		frame_support::assert_noop!(claim(ALICE, &[1, 2, 3, 4, 5], 1_601), error);
		assert_ok!(claim(ALICE, &[1, 2, 3, 4, 5], 1_600));
	});
}

// SPDX-License-Identifier: Apache-2.0

use crate::{Rank, TopApplications, TopBurners, mock::*};
use frame_support::assert_ok;
use r1_primitives::R1;

/// Burns whole R1 on short boards, and compares who is on the board of burners then.
fn check(burns: &[(u64, u128)], expected: &[(u64, u128)]) {
	ExtBuilder::default().with_places(3, 3).build_and_execute(|| {
		for (burner, amount) in burns {
			assert_ok!(burn(*burner, amount * R1));
		}
		let board = pairs(TopBurners::<Test>::get());
		let expected: Vec<_> = expected.iter().map(|(id, total)| (*id, total * R1)).collect();
		assert_eq!(board, expected, "after {burns:?}");
	});
}

#[test]
fn board_should_be_sorted_with_the_greatest_first() {
	check(&[], &[]);
	check(&[(1, 1)], &[(1, 1)]);
	check(&[(1, 1), (2, 2)], &[(2, 2), (1, 1)]);
	check(&[(1, 2), (2, 3), (3, 1)], &[(2, 3), (1, 2), (3, 1)]);
}

#[test]
fn board_should_keep_the_earlier_of_two_equals_first() {
	check(&[(2, 1), (1, 1)], &[(2, 1), (1, 1)]);
	// Account 1 reaches the same total later, from below.
	check(&[(1, 1), (2, 2), (1, 1)], &[(2, 2), (1, 2)]);
	// Account 3 stops behind both of its equals.
	check(&[(1, 2), (2, 2), (3, 1), (3, 1)], &[(1, 2), (2, 2), (3, 2)]);
}

#[test]
fn board_should_move_an_entry_up_past_every_smaller_one() {
	check(&[(1, 3), (2, 2), (3, 1), (3, 9)], &[(3, 10), (1, 3), (2, 2)]);
	check(&[(1, 3), (2, 2), (3, 1), (1, 9)], &[(1, 12), (2, 2), (3, 1)]);
}

#[test]
fn newcomer_should_take_the_last_place_of_a_full_board_from_a_smaller_total_only() {
	let full = [(1, 3), (2, 2), (3, 2)];
	let with = |burner, amount| [&full[..], &[(burner, amount)]].concat();
	check(&with(4, 1), &full);
	check(&with(4, 2), &full);
	check(&with(4, 3), &[(1, 3), (4, 3), (2, 2)]);
	check(&with(4, 4), &[(4, 4), (1, 3), (2, 2)]);
}

#[test]
fn newcomer_should_need_a_total_and_not_one_great_burn() {
	check(&[(1, 3), (2, 2), (3, 2), (4, 1), (4, 1), (4, 1)], &[(1, 3), (4, 3), (2, 2)]);
}

#[test]
fn evicted_account_should_come_back_with_its_whole_total() {
	check(&[(1, 3), (2, 2), (3, 1), (4, 2), (3, 1), (3, 1)], &[(1, 3), (3, 3), (2, 2)]);
}

#[test]
fn boards_should_be_separate() {
	ExtBuilder::default()
		.with_places(3, 3)
		.with_application("a")
		.with_application("b")
		.build_and_execute(|| {
			assert_ok!(burn_for(ALICE, 2 * R1, "a"));
			assert_ok!(burn(BOB, 5 * R1));
			assert_ok!(burn_for(CAROL, 3 * R1, "b"));

			let burners = [(BOB, 5 * R1), (CAROL, 3 * R1), (ALICE, 2 * R1)];
			assert_eq!(pairs(TopBurners::<Test>::get()), burners);
			let applications = [(id_of("b"), 3 * R1), (id_of("a"), 2 * R1)];
			assert_eq!(pairs(TopApplications::<Test>::get()), applications);
		});
}

#[test]
fn views_should_show_the_boards() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_eq!((Burn::top_burners(), Burn::top_applications()), (vec![], vec![]));

		assert_ok!(burn_for(ALICE, 2 * R1, "a"));

		assert_eq!(Burn::top_burners(), [Rank { id: ALICE, total: 2 * R1 }]);
		assert_eq!(Burn::top_applications(), [Rank { id: id_of("a"), total: 2 * R1 }]);
	});
}

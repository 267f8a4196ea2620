// SPDX-License-Identifier: Apache-2.0

use crate::{
	Applications, Burned, Burners, Pallet, Rank, TopApplications, TopBurners, TotalBurned, mock::*,
};
use frame_support::{BoundedVec, assert_ok};
use r1_primitives::R1;
use sp_runtime::TryRuntimeError;

/// Breaks a healthy chain and expects to be told how.
///
/// ALICE has burned 3 R1 for "a" and 1 for "b"; BOB 2 and CAROL 1 for nobody. Boards have 2 places.
fn check(break_it: impl FnOnce(), expected: &'static str) {
	ExtBuilder::default()
		.with_places(2, 2)
		.with_application("a")
		.with_application("b")
		.with_application("c")
		.build()
		.execute_with(|| {
			assert_ok!(burn_for(ALICE, 3 * R1, "a"));
			assert_ok!(burn_for(ALICE, R1, "b"));
			assert_ok!(burn(BOB, 2 * R1));
			assert_ok!(burn(CAROL, R1));
			assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
			break_it();
			assert_eq!(Pallet::<Test>::do_try_state(), Err(TryRuntimeError::Other(expected)));
		});
}

/// Writes a leaderboard of burners, in R1.
fn put_burners(ranks: &[(u64, u128)]) {
	let ranks = ranks.iter().map(|(id, total)| Rank { id: *id, total: total * R1 });
	TopBurners::<Test>::put(BoundedVec::truncate_from(ranks.collect()));
}

/// Writes a leaderboard of applications, in R1.
fn put_applications(ranks: &[(&str, u128)]) {
	let ranks = ranks.iter().map(|(slug, total)| Rank { id: id_of(slug), total: total * R1 });
	TopApplications::<Test>::put(BoundedVec::truncate_from(ranks.collect()));
}

#[test]
fn try_state_should_notice_totals_that_do_not_add_up() {
	let expected = "the accounts have not burned what was burned";
	check(|| TotalBurned::<Test>::put(7 * R1 + 1), expected);
	check(|| Burned::<Test>::insert(BOB, R1), expected);
	check(|| Burned::<Test>::insert(BOB, u128::MAX), expected);
}

#[test]
fn try_state_should_notice_a_burner_who_burned_nothing() {
	check(|| Burned::<Test>::insert(9, 0), "an account with a total has burned nothing");
}

#[test]
fn try_state_should_notice_burners_that_are_counted_wrong() {
	for burners in [2, 4] {
		check(|| Burners::<Test>::put(burners), "the burners are not as many as are counted");
	}
}

#[test]
fn try_state_should_notice_an_application_with_a_wrong_slug_name_or_id() {
	check(
		|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.slug = slug_of("C")),
		"a slug is not valid",
	);
	let not_utf_8 = || BoundedVec::truncate_from(vec![0xFF]);
	check(
		|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.name = not_utf_8()),
		"a name is not UTF-8",
	);
	check(
		|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.slug = slug_of("d")),
		"an application's id is not that of its slug",
	);
}

#[test]
fn try_state_should_notice_applications_with_more_than_was_burned() {
	for total in [7 * R1, u128::MAX] {
		check(
			|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.total = total),
			"more was burned for applications than was burned",
		);
	}
}

#[test]
fn try_state_should_notice_a_deposit_that_is_not_held() {
	let expected = "a creator's deposits are not held";
	check(|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.deposit += 1), expected);
	check(
		|| Applications::<Test>::mutate_extant(id_of("c"), |found| found.creator = BOB),
		expected,
	);
}

#[test]
fn try_state_should_notice_a_wrong_board_of_burners() {
	check(|| put_burners(&[(BOB, 2), (ALICE, 4)]), "a leaderboard is not sorted");
	check(|| put_burners(&[(ALICE, 4), (ALICE, 4)]), "a leaderboard names somebody twice");
	let not_real = "a leaderboard's total is not the real one";
	check(|| put_burners(&[(ALICE, 5), (BOB, 2)]), not_real);
	check(|| put_burners(&[(ALICE, 4), (9, 2)]), not_real);
	let left_out = "a leaderboard leaves out a total that belongs on it";
	check(|| put_burners(&[(ALICE, 4), (CAROL, 1)]), left_out);
	check(|| put_burners(&[(ALICE, 4)]), left_out);
	check(|| put_burners(&[]), left_out);
}

#[test]
fn try_state_should_notice_a_wrong_board_of_applications() {
	check(|| put_applications(&[("b", 1), ("a", 3)]), "a leaderboard is not sorted");
	check(|| put_applications(&[("a", 3), ("a", 3)]), "a leaderboard names somebody twice");
	let not_real = "a leaderboard's total is not the real one";
	check(|| put_applications(&[("a", 3), ("b", 2)]), not_real);
	check(|| put_applications(&[("a", 3), ("c", 0)]), not_real);
	check(|| put_applications(&[("a", 3)]), "a leaderboard leaves out a total that belongs on it");
}

// SPDX-License-Identifier: Apache-2.0

//! What the deployed contracts' own tests check, with their numbers.

use crate::{Burners, Error, Slug, TopApplications, TopBurners, mock::*};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::R1;

#[test]
fn slugs_of_0_and_33_bytes_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(register(ALICE, "", "Name"), Error::<Test>::InvalidSlug);
		// A longer slug is refused before the call begins: it does not decode.
		let decode = |bytes: usize| Slug::decode(&mut &vec![b'a'; bytes].encode()[..]);
		assert!(decode(33).is_err());
		assert_eq!(decode(32).map(|slug| slug.len()), Ok(32));
		assert_ok!(register(ALICE, &"a".repeat(32), "Name"));
	});
}

#[test]
fn ids_should_be_keccak_256_of_the_slug() {
	let cases = [
		("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
		("hello", "0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8"),
	];
	for (slug, id) in cases {
		assert_eq!(format!("{:?}", id_of(slug)), id);
	}
}

#[test]
fn burning_should_need_no_application() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_ok!(burn(ALICE, R1));

		assert_eq!(Burn::application(slug_of("a")).map(|found| found.total), Some(0));
		assert_eq!(pairs(TopApplications::<Test>::get()), []);
	});
}

#[test]
fn burns_of_2_1_and_4_should_add_up() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_ok!(burn_for(ALICE, 2 * R1, "a"));
		assert_ok!(burn_for(ALICE, R1, "a"));
		assert_ok!(burn_for(BOB, 4 * R1, "a"));

		assert_eq!(Burn::application(slug_of("a")).map(|found| found.total), Some(7 * R1));
		assert_eq!((Burn::burned_by(ALICE), Burn::burned_by(BOB)), (3 * R1, 4 * R1));
		assert_eq!(Burners::<Test>::get(), 2);
	});
}

#[test]
fn burns_of_5_3_and_4_should_be_ranked_and_ranked_again() {
	ExtBuilder::default().build_and_execute(|| {
		for (burner, amount) in [(1, 5), (2, 3), (3, 4)] {
			assert_ok!(burn(burner, amount * R1));
		}
		assert_eq!(pairs(TopBurners::<Test>::get()), [(1, 5 * R1), (3, 4 * R1), (2, 3 * R1)]);

		assert_ok!(burn(2, 3 * R1));

		assert_eq!(pairs(TopBurners::<Test>::get()), [(2, 6 * R1), (1, 5 * R1), (3, 4 * R1)]);
	});
}

#[test]
fn newcomer_with_2_should_evict_the_burner_with_1_from_a_full_board() {
	ExtBuilder::default().build_and_execute(|| {
		for burner in 1..=20 {
			assert_ok!(burn(burner, u128::from(burner) * R1));
		}
		assert_eq!(pairs(TopBurners::<Test>::get()).last(), Some(&(1, R1)));

		assert_ok!(burn(21, 2 * R1));

		let stayed = (2..=20).rev().map(|burner| (burner, u128::from(burner) * R1));
		let expected: Vec<_> = stayed.chain([(21, 2 * R1)]).collect();
		assert_eq!(pairs(TopBurners::<Test>::get()), expected);
	});
}

#[test]
fn newcomer_with_2_should_evict_the_application_with_1_from_a_full_board() {
	ExtBuilder::default().with_balance(ALICE, 10_000 * R1).build_and_execute(|| {
		let slug = |number: u128| format!("application-{number}");
		for number in 1..=51 {
			assert_ok!(register(ALICE, &slug(number), "Name"));
		}
		for number in 1..=50 {
			assert_ok!(burn_for(ALICE, number * R1, &slug(number)));
		}
		assert_eq!(pairs(TopApplications::<Test>::get()).last(), Some(&(id_of(&slug(1)), R1)));

		assert_ok!(burn_for(ALICE, 2 * R1, &slug(51)));

		let stayed = (2..=50).rev().map(|number| (id_of(&slug(number)), number * R1));
		let expected: Vec<_> = stayed.chain([(id_of(&slug(51)), 2 * R1)]).collect();
		assert_eq!(pairs(TopApplications::<Test>::get()), expected);
	});
}

#[test]
fn burning_4_of_10_should_leave_6_and_the_neighbours_5() {
	ExtBuilder::default()
		.with_balance(ALICE, 10 * R1)
		.with_balance(BOB, 5 * R1)
		.with_balance(CAROL, 3 * R1)
		.build_and_execute(|| {
			assert_ok!(burn(ALICE, 4 * R1));
			assert_eq!(Balances::free_balance(ALICE), 6 * R1);
			assert_eq!(Balances::free_balance(BOB), 5 * R1);

			assert_noop!(burn(ALICE, 7 * R1), Error::<Test>::InsufficientR1);
			assert_ok!(burn(CAROL, R1));
			assert_eq!(Balances::free_balance(CAROL), 2 * R1);
		});
}

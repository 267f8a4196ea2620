// SPDX-License-Identifier: Apache-2.0

use crate::{Application, Applications, Error, Event, mock::*};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use r1_primitives::R1;
use sp_runtime::DispatchError;

#[test]
fn register_should_hold_the_deposit_and_remember_the_application() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(register(ALICE, "ratio1-2026", "Ratio1 – the ocean"));

		let (application, slug) = (id_of("ratio1-2026"), slug_of("ratio1-2026"));
		let name = name_of("Ratio1 – the ocean");
		assert_eq!(
			events_since_last_call(),
			[Event::ApplicationRegistered {
				application,
				slug: slug.clone(),
				name: name.clone(),
				creator: ALICE
			}]
		);
		let deposit = ApplicationDeposit::get();
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (deposit, ENDOWMENT - deposit));
		let expected = Application { slug, name, creator: ALICE, deposit, total: 0 };
		assert_eq!(Burn::application(slug_of("ratio1-2026")), Some(expected.clone()));
		assert_eq!(Applications::<Test>::get(application), Some(expected));
	});
}

#[test]
fn register_should_hold_a_deposit_for_each_application() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(register(ALICE, "a", "Same name"));
		assert_ok!(register(ALICE, "b", "Same name"));
		assert_ok!(register(BOB, "c", ""));

		let deposit = ApplicationDeposit::get();
		assert_eq!((held(ALICE), held(BOB)), (2 * deposit, deposit));
	});
}

#[test]
fn register_should_accept_every_letter_that_slugs_are_made_of() {
	ExtBuilder::default().build_and_execute(|| {
		for slug in ["abcdefghijklmnopqrstuvwxyz", "0123456789", "-", "a", "0", &"z".repeat(32)] {
			assert_ok!(register(ALICE, slug, "An application"));
		}
	});
}

#[test]
fn register_should_fail_when_the_slug_is_empty_or_has_other_letters() {
	ExtBuilder::default().build_and_execute(|| {
		for slug in ["", "A", "ratio1.ai", "a b", "a_b", "é", "a\n", "\0", "`", "{", "/", ":"] {
			assert_noop!(register(ALICE, slug, "Name"), Error::<Test>::InvalidSlug);
		}
	});
}

#[test]
fn register_should_fail_when_the_name_is_not_utf_8() {
	ExtBuilder::default().build_and_execute(|| {
		let name = BoundedVec::try_from(vec![b'a', 0xFF]).unwrap();
		let signed = RuntimeOrigin::signed(ALICE);
		assert_noop!(
			Burn::register_application(signed, slug_of("a"), name),
			Error::<Test>::InvalidName
		);
	});
}

#[test]
fn register_should_fail_when_the_slug_is_taken() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		for creator in [ALICE, BOB] {
			assert_noop!(register(creator, "a", "Another name"), Error::<Test>::SlugTaken);
		}
	});
}

#[test]
fn register_should_fail_when_the_deposit_would_end_the_creators_account() {
	let needed = 5 * R1 + ExistentialDeposit::get();
	ExtBuilder::default()
		.with_balance(ALICE, needed)
		.with_balance(BOB, needed - 1)
		.build_and_execute(|| {
			assert_noop!(register(PAUPER, "a", "Name"), Error::<Test>::InsufficientR1);
			assert_noop!(register(BOB, "a", "Name"), Error::<Test>::InsufficientR1);
			assert_ok!(register(ALICE, "a", "Name"));

			assert_eq!(Balances::free_balance(ALICE), ExistentialDeposit::get());
		});
}

#[test]
fn deregister_should_return_the_deposit_and_free_the_slug() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_ok!(deregister(ALICE, "a"));

		let application = id_of("a");
		assert_eq!(
			events_since_last_call(),
			[Event::ApplicationDeregistered { application, creator: ALICE }]
		);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
		assert_eq!(Burn::application(slug_of("a")), None);
		assert_ok!(register(BOB, "a", "Name"));
	});
}

#[test]
fn deregister_should_return_what_was_given_when_the_deposit_has_changed() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		ApplicationDeposit::set(&(9 * R1));
		assert_ok!(register(ALICE, "b", "Name"));
		assert_eq!(held(ALICE), 14 * R1);

		assert_ok!(deregister(ALICE, "a"));

		assert_eq!(held(ALICE), 9 * R1);
	});
}

#[test]
fn deregister_should_fail_when_the_application_is_not_registered() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_noop!(deregister(ALICE, "b"), Error::<Test>::UnknownApplication);
		assert_ok!(deregister(ALICE, "a"));
		assert_noop!(deregister(ALICE, "a"), Error::<Test>::UnknownApplication);
	});
}

#[test]
fn deregister_should_fail_when_somebody_else_registered_the_application() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_noop!(deregister(BOB, "a"), Error::<Test>::NotApplicationCreator);
	});
}

#[test]
fn deregister_should_fail_when_something_was_burned_for_the_application() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		assert_ok!(burn_for(BOB, BurnMin::get(), "a"));

		assert_noop!(deregister(ALICE, "a"), Error::<Test>::ApplicationInUse);
		assert_eq!(held(ALICE), ApplicationDeposit::get());
	});
}

#[test]
fn registry_should_refuse_calls_that_nobody_signed() {
	ExtBuilder::default().with_application("a").build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Burn::register_application(origin.clone(), slug_of("b"), name_of("Name")),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Burn::deregister_application(origin, id_of("a")),
				DispatchError::BadOrigin
			);
		}
	});
}

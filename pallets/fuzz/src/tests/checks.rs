// SPDX-License-Identifier: Apache-2.0

//! Whether faults would be found: each test makes one.

use crate::{PROOF_UNCOUNTED, checks, people::Person, world::World};
use frame_support::{dispatch::DispatchClass, traits::fungible::Mutate as _, weights::Weight};
use fuzzing::Choices;
use pallet_node_deeds::NodeDeedsSold;
use r1_primitives::USDC;
use ratio1_runtime::{
	Balances, Runtime, RuntimeOrigin, System,
	configs::{RuntimeBlockWeights, UsdcAsset},
	constants::currency::R1_CAP,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a panic said.
fn fault_of(act: impl FnOnce()) -> String {
	let fault = catch_unwind(AssertUnwindSafe(act)).expect_err("a fault is found");
	fault.downcast_ref::<String>().expect("the message is formatted").clone()
}

fn world() -> World {
	World::new(&mut Choices::new(&[]))
}

/// Checks the state, with the USDC that the preset makes: a million for each of twelve people.
fn check_state() {
	checks::check_state(12_000_000 * USDC);
}

#[test]
fn check_unchanged_should_fail_when_something_is_written() {
	let mut world = world();
	let nothing = world.measure(|| ());
	nothing.check_unchanged("nothing");

	let measured = world.measure(|| NodeDeedsSold::<Runtime>::put(1));
	let fault = fault_of(|| measured.check_unchanged("a call"));
	assert!(fault.contains("a call changed the state"), "{fault}");
}

#[test]
fn check_proof_should_fail_when_more_is_read_than_is_charged() {
	let mut world = world();
	let measured = world.measure(pallet_balances::TotalIssuance::<Runtime>::get);
	measured.check_proof("one value", Weight::zero());

	let accounts = || frame_system::Account::<Runtime>::iter().count();
	let measured = world.measure(accounts);
	let fault = fault_of(|| measured.check_proof("a call", Weight::zero()));
	assert!(fault.contains(&format!("may {PROOF_UNCOUNTED}")), "{fault}");
	measured.check_proof("a call", Weight::MAX);
}

#[test]
fn check_state_should_fail_when_an_invariant_is_broken() {
	let mut world = world();
	world.with(check_state);
	let fault = fault_of(|| {
		world.with(|| {
			NodeDeedsSold::<Runtime>::put(1);
			check_state();
		});
	});
	assert!(fault.contains("node-deeds"), "{fault}");
}

#[test]
fn check_state_should_fail_when_there_is_too_much_r1() {
	let mut world = world();
	let fault = fault_of(|| {
		world.with(|| {
			let alice = Person::ALICE.account();
			Balances::mint_into(&alice, R1_CAP).expect("nothing stops it here");
			check_state();
		});
	});
	assert!(fault.contains("more R1 exists than the cap allows"), "{fault}");
}

#[test]
fn check_state_should_fail_when_usdc_is_made() {
	let mut world = world();
	let fault = fault_of(|| {
		world.with(|| {
			let alice = Person::ALICE.account();
			UsdcAsset::mint_into(&alice, 1).expect("nothing stops it here");
			check_state();
		});
	});
	assert!(fault.contains("USDC was made or lost"), "{fault}");
}

#[test]
fn check_state_should_fail_when_a_block_is_too_heavy() {
	let mut world = world();
	let fault = fault_of(|| {
		world.with(|| {
			let most = RuntimeBlockWeights::get().max_block;
			System::register_extra_weight_unchecked(most, DispatchClass::Normal);
			check_state();
		});
	});
	assert!(fault.contains("a block weighs"), "{fault}");
}

#[test]
fn world_should_note_what_a_call_and_a_block_reach() {
	let mut world = world();
	let call = || pallet_burn::Call::burn { amount: 0, application: None };
	let origin = RuntimeOrigin::signed(Person::ALICE.account());
	assert!(!world.call(origin, call()));
	let reached = world.finish();
	for pair in [("Burn.burn", "AmountBelowMinimum"), ("Oracles event", "EpochStarted")] {
		let pair = (pair.0.to_owned(), pair.1.to_owned());
		assert!(reached.contains(&pair), "{reached:?}");
	}
}

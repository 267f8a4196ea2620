// SPDX-License-Identifier: Apache-2.0

//! Each target's corpus is replayed and checked, then mutated for a while.
//!
//! - `RUN_SLOW_TESTS=1`: mutate for three minutes instead of ten seconds.
//! - `R1_FUZZ_SEED=<number>`: mutate in another order.
//! - `R1_FUZZ_SAVE=1`: write what was reached into the corpus.
//! - `R1_FUZZ_TARGET=<name> R1_FUZZ_INPUT=<hex>`: run one input.

mod checks;
mod actions;
mod corpus;
mod mutation;

use crate::{ACTIONS_MAX, Coverage, Target, run};
use frame_support::traits::GetCallMetadata as _;
use mutation::Mutator;
use ratio1_runtime::RuntimeCall;
use sp_core::bytes::{from_hex, to_hex};
use std::{
	env,
	panic::{AssertUnwindSafe, catch_unwind},
	time::Duration,
};

/// How long a target is mutated.
fn time_of_mutation() -> Duration {
	let secs =
		if env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1") { 180 } else { 10 };
	Duration::from_secs(secs)
}

/// Runs an input; if it finds a fault, says how to run it again.
fn run_and_explain(target: Target, input: &[u8]) -> Coverage {
	catch_unwind(AssertUnwindSafe(|| run(target, input))).unwrap_or_else(|fault| {
		let fault = fault
			.downcast_ref::<String>()
			.map(String::as_str)
			.or_else(|| fault.downcast_ref::<&str>().copied())
			.unwrap_or("a panic without a message");
		panic!(
			"{fault}\n\nReplay it:\nR1_FUZZ_TARGET={} R1_FUZZ_INPUT={} \
			 cargo test --package r1-fuzz replay",
			target.name(),
			to_hex(input, false),
		)
	})
}

/// Replays a target's corpus, then mutates it.
fn fuzz(target: Target) {
	let inputs = corpus::read(target);
	let mut mutator = Mutator::new(target, inputs);
	mutator.mutate_for(time_of_mutation());
	println!("{}: {}", target.name(), mutator.report());
	if env::var_os("R1_FUZZ_SAVE").is_some() {
		corpus::write(target, mutator.into_pool());
	}
}

#[test]
fn node_deeds_should_hold_whatever_is_called() {
	fuzz(Target::NodeDeeds);
}

#[test]
fn availability_should_hold_whatever_is_called() {
	fuzz(Target::Availability);
}

#[test]
fn oracles_should_hold_whatever_is_called() {
	fuzz(Target::Oracles);
}

#[test]
fn poai_should_hold_whatever_is_called() {
	fuzz(Target::Poai);
}

#[test]
fn burn_should_hold_whatever_is_called() {
	fuzz(Target::Burn);
}

#[test]
fn validators_should_hold_whatever_is_called() {
	fuzz(Target::Validators);
}

#[test]
fn corpus_should_succeed_with_every_call_of_its_pallet() {
	for target in Target::ALL {
		let inputs = corpus::read(target);
		let reached: Coverage =
			inputs.iter().flat_map(|input| run_and_explain(target, input)).collect();
		let pallet = target.pallet();
		let is_missing = |call: &&str| {
			let success = (format!("{pallet}.{call}"), "ok".to_owned());
			!reached.contains(&success)
		};
		let calls = RuntimeCall::get_call_names(pallet);
		let missing: Vec<_> = calls.iter().copied().filter(is_missing).collect();
		assert_eq!(missing, [""; 0], "{}: no input succeeds with these", target.name());
	}
}

#[test]
fn corpus_should_be_few_and_small_inputs() {
	for target in Target::ALL {
		let inputs = corpus::read(target);
		assert!((1..=corpus::FILES_MAX).contains(&inputs.len()), "{}", target.name());
		assert!(inputs.iter().all(|input| input.len() <= corpus::BYTES_MAX), "{}", target.name());
	}
}

#[test]
fn run_should_do_the_same_each_time() {
	for target in Target::ALL {
		let input: Vec<u8> = (0..=255).map(|byte: u8| byte.wrapping_mul(37)).collect();
		assert_eq!(run(target, &input), run(target, &input), "{}", target.name());
	}
}

#[test]
fn run_should_end_when_there_are_more_bytes_than_actions() {
	let endless = vec![0; 64 * ACTIONS_MAX];
	let reached = run(Target::Burn, &endless);
	assert!(reached.contains(&("Burn.burn".to_owned(), "ok".to_owned())), "{reached:?}");
}

#[test]
fn targets_should_be_found_by_their_names() {
	for target in Target::ALL {
		assert_eq!(Target::find(target.name()), Some(target));
		assert!(RuntimeCall::get_module_names().contains(&target.pallet()));
	}
	assert_eq!(Target::find("nothing"), None);
}

/// Runs the input that the environment names, if it names one.
#[test]
fn replay_should_find_no_fault_in_the_input_that_is_given() {
	let Ok(input) = env::var("R1_FUZZ_INPUT") else { return };
	let target = env::var("R1_FUZZ_TARGET").expect("R1_FUZZ_TARGET names the target");
	let target = Target::find(&target).expect("R1_FUZZ_TARGET is a folder of corpus/");
	let input = from_hex(&input).expect("R1_FUZZ_INPUT is in hexadecimal digits");
	for (what, outcome) in run(target, &input) {
		println!("{what}: {outcome}");
	}
}

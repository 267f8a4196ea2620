// SPDX-License-Identifier: Apache-2.0

//! Each target's corpus is replayed and checked, then mutated for a while.
//!
//! - `RUN_SLOW_TESTS=1`: mutate for three minutes instead of ten seconds.
//! - `R1_FUZZ_SEED=<number>`: mutate in another order.
//! - `R1_FUZZ_SAVE=1`: write what was reached into the corpus.
//! - `R1_FUZZ_TARGET=<name> R1_FUZZ_INPUT=<hex>`: run one input.
//! - `R1_FUZZ_GENUINE=1`: make what is in `genuine/` anew.

mod genuine;
mod corpus;
mod mutation;

use crate::{Coverage, Target, run};
use mutation::Mutator;
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
			 cargo test --package r1-offchain-fuzz replay",
			target.name(),
			hex::encode(input),
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
fn challenges_should_hold_whatever_is_sent() {
	fuzz(Target::Challenge);
}

#[test]
fn tokens_should_hold_whatever_is_sent() {
	fuzz(Target::Token);
}

#[test]
fn revocations_should_hold_whatever_is_sent() {
	fuzz(Target::Revocation);
}

#[test]
fn secrets_should_hold_whatever_is_sent() {
	fuzz(Target::Secret);
}

/// What a corpus must show, or its checks would hold because nothing happens.
fn needed(target: Target) -> &'static [(&'static str, &'static str)] {
	match target {
		Target::Challenge => &[
			("verify", "ok"),
			("verify", "Malformed"),
			("verify", "OtherNode"),
			("verify", "OtherChain"),
			("verify", "Unproven"),
			("verify", "Expired"),
			("redeem", "ok"),
			("redeem", "Replayed"),
			("redeem", "Expired"),
			("verify", "Signature(Wrong)"),
		],
		Target::Token => &[
			("mint", "ok"),
			("mint", "TooMuch"),
			("attenuate", "ok"),
			("attenuate", "TooMuch"),
			("attenuate", "TooManyBlocks"),
			("append", "ok"),
			("parse", "TooLong"),
			("parse", "TooManyBlocks"),
			("verify", "ok"),
			("verify", "NoIssuer"),
			("verify", "UnknownIssuer"),
			("authorise", "ok"),
			("authorise", "NotAllowed"),
			("order", "checked"),
		],
		Target::Revocation => &[
			("take", "new: true"),
			("take", "new: false"),
			("take", "OutOfTime"),
			("question", "ok"),
			("answer", "ok"),
			("answer", "Error"),
			("revocation", "ok"),
		],
		Target::Secret => &[
			("open", "ok"),
			("open", "NotForThisKey"),
			("open", "OfAnotherOwner"),
			("open a stranger's", "ok"),
			("open a stranger's", "OfAnotherOwner"),
			("seal", "ok"),
			("seal", "TooLong"),
			("seal", "Recipients"),
			("key", "read"),
			("key", "none"),
			("recipient", "ok"),
			("recipient", "RecipientError"),
		],
	}
}

#[test]
fn corpus_should_reach_what_the_checks_are_about() {
	for target in Target::ALL {
		let inputs = corpus::read(target);
		let reached: Coverage =
			inputs.iter().flat_map(|input| run_and_explain(target, input)).collect();
		let is_missing = |(what, outcome): &&(&str, &str)| {
			!reached.contains(&((*what).to_owned(), (*outcome).to_owned()))
		};
		let missing: Vec<_> = needed(target).iter().filter(is_missing).collect();
		assert!(missing.is_empty(), "{}: no input reaches {missing:?}", target.name());
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
	// Rules may be stopped by the clock.
	let is_timeless = |(what, _): &(String, String)| {
		!["authorise", "subject"].iter().any(|timed| what.starts_with(timed))
	};
	for target in Target::ALL {
		for input in corpus::read(target) {
			let reached = || -> Coverage {
				run_and_explain(target, &input).into_iter().filter(is_timeless).collect()
			};
			assert_eq!(reached(), reached(), "{}", target.name());
		}
	}
}

#[test]
fn targets_should_be_found_by_their_names() {
	for target in Target::ALL {
		assert_eq!(Target::find(target.name()), Some(target));
	}
	assert_eq!(Target::find("nothing"), None);
}

/// Runs the input that the environment names, if it names one.
#[test]
fn replay_should_find_no_fault_in_the_input_that_is_given() {
	let Ok(input) = env::var("R1_FUZZ_INPUT") else { return };
	let target = env::var("R1_FUZZ_TARGET").expect("R1_FUZZ_TARGET names the target");
	let target = Target::find(&target).expect("R1_FUZZ_TARGET is a folder of corpus/");
	let input = hex::decode(&input).expect("R1_FUZZ_INPUT is in hexadecimal digits");
	for (what, outcome) in run(target, &input) {
		println!("{what}: {outcome}");
	}
}

// SPDX-License-Identifier: Apache-2.0

//! What every fuzzing of this project shares.
//!
//! ```text
//! corpus/<target>/NNN.bin ──replay──> Subject::run ──> panic: how to replay it
//!            ^                          ^      │
//!            │ R1_FUZZ_SAVE=1           │      v
//!            └──────── few that reach most <── Coverage ──> mutate what reached something new
//! ```
//!
//! An input is bytes, which a target reads as decisions ([`Choices`]). What it reached is what
//! happened, and not which lines ran, so no tool is needed, and a small change of the code does not
//! make a corpus worthless.
//!
//! - `RUN_SLOW_TESTS=1`: mutate for a minute instead of ten seconds.
//! - `R1_FUZZ_SEED=<number>`: mutate in another order.
//! - `R1_FUZZ_SAVE=1`: write what was reached into the corpus.
//! - `R1_FUZZ_TARGET=<name> R1_FUZZ_INPUT=<hex>`: run one input.

#![expect(clippy::print_stdout, reason = "its functions are tests, which show what they did")]

mod choices;
mod corpus;
mod mutation;

pub use choices::Choices;

use mutation::Mutator;
use std::{
	collections::BTreeSet,
	env, fmt,
	panic::{AssertUnwindSafe, catch_unwind},
	time::Duration,
};

/// What an input reached: each thing that was tried, with each of its outcomes.
pub type Coverage = BTreeSet<(String, String)>;

/// What a package fuzzes: targets, each with inputs of its own.
pub trait Subject: Copy + fmt::Debug + PartialEq + 'static {
	/// The package, for whoever replays an input.
	const PACKAGE: &'static str;
	/// The folder that has a folder of inputs for each target.
	const CORPUS: &'static str;
	/// Most inputs of a target.
	const INPUTS_MAX: usize;
	/// Every target.
	const TARGETS: &'static [Self];

	/// The target's name, which is also that of its folder.
	fn name(self) -> &'static str;

	/// Does what an input says; panics if anything is not as it must be.
	fn run(self, input: &[u8]) -> Coverage;

	/// What a corpus must reach, or the checks would hold because nothing happens.
	fn needed(self) -> Coverage;
}

/// Replays a target's corpus, then mutates it for a while.
///
/// # Panics
///
/// A fault was found; the message says how to run its input again.
pub fn fuzz<S: Subject>(target: S) {
	let mut mutator = Mutator::new(target, corpus::read(target));
	mutator.mutate_for(time_of_mutation());
	println!("{}: {}", target.name(), mutator.report());
	if env::var_os("R1_FUZZ_SAVE").is_some() {
		corpus::write(target, mutator.into_pool());
	}
}

/// How long a target is mutated.
fn time_of_mutation() -> Duration {
	let is_slow = env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
	Duration::from_secs(if is_slow { 60 } else { 10 })
}

/// Runs an input; if it finds a fault, says how to run it again.
fn run_and_explain<S: Subject>(target: S, input: &[u8]) -> Coverage {
	catch_unwind(AssertUnwindSafe(|| target.run(input))).unwrap_or_else(|fault| {
		let fault = fault
			.downcast_ref::<String>()
			.map(String::as_str)
			.or_else(|| fault.downcast_ref::<&str>().copied())
			.unwrap_or("a panic without a message");
		panic!(
			"{fault}\n\nReplay it:\nR1_FUZZ_TARGET={} R1_FUZZ_INPUT={} \
			 cargo test --package {} replay",
			target.name(),
			hex::encode(input),
			S::PACKAGE,
		)
	})
}

/// Checks that each target has a corpus of few and small inputs, and that they reach what is
/// needed.
///
/// # Panics
///
/// They are too many or too large, or something is not reached.
pub fn check_corpora<S: Subject>() {
	for target in S::TARGETS {
		let inputs = corpus::read(*target);
		let name = target.name();
		assert!((1..=S::INPUTS_MAX).contains(&inputs.len()), "{name}: {} inputs", inputs.len());
		assert!(inputs.iter().all(|input| input.len() <= corpus::BYTES_MAX), "{name}");

		let reached: Coverage =
			inputs.iter().flat_map(|input| run_and_explain(*target, input)).collect();
		let needed = target.needed();
		assert!(!needed.is_empty(), "{name}: anything is good enough");
		let missing: Vec<_> = needed.difference(&reached).collect();
		assert!(missing.is_empty(), "{name}: no input reaches {missing:?}");
	}
}

/// Checks that each input of the corpora, and some noise, does the same each time.
///
/// # Panics
///
/// It does not.
pub fn check_repeatability<S: Subject>() {
	let noise: Vec<u8> = (0..=255).map(|byte: u8| byte.wrapping_mul(37)).collect();
	for target in S::TARGETS {
		for input in corpus::read(*target).into_iter().chain([noise.clone()]) {
			let reached = || run_and_explain(*target, &input);
			assert_eq!(reached(), reached(), "{}", target.name());
		}
	}
}

/// Runs the input that the environment names, if it names one.
///
/// # Panics
///
/// If the environment names half of it, or there is a fault.
pub fn replay<S: Subject>() {
	let Ok(input) = env::var("R1_FUZZ_INPUT") else { return };
	let name = env::var("R1_FUZZ_TARGET").expect("R1_FUZZ_TARGET names the target");
	let target = S::TARGETS.iter().find(|target| target.name() == name);
	let target = target.expect("R1_FUZZ_TARGET is a folder of corpus/");
	let input = hex::decode(&input).expect("R1_FUZZ_INPUT is in hexadecimal digits");
	for (what, outcome) in target.run(&input) {
		println!("{what}: {outcome}");
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Each target's corpus is replayed and checked, then mutated for a while; `tests/fuzzing` says which
//! variables change how, and `R1_FUZZ_GENUINE=1` makes what is in `genuine/` anew.

mod genuine;
mod needed;

use crate::{Target, run};
use fuzzing::{Coverage, Subject, check_corpora, check_repeatability, fuzz, replay};
use needed::needed;

impl Subject for Target {
	const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
	const CORPUS: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
	const INPUTS_MAX: usize = 48;
	const TARGETS: &'static [Self] = &Self::ALL;

	fn name(self) -> &'static str {
		self.name()
	}

	fn run(self, input: &[u8]) -> Coverage {
		run(self, input)
	}

	fn needed(self) -> Coverage {
		let pairs = needed(self).iter();
		pairs
			.map(|(what, outcome)| ((*what).to_owned(), (*outcome).to_owned()))
			.collect()
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

#[test]
fn requests_should_hold_whatever_is_sent() {
	fuzz(Target::Resp);
}

#[test]
fn replicas_should_hold_whatever_is_sent() {
	fuzz(Target::Replica);
}

#[test]
fn files_should_hold_whatever_becomes_of_them() {
	fuzz(Target::Journal);
}

#[test]
fn members_should_hold_whatever_is_sent() {
	fuzz(Target::Quorum);
}

#[test]
fn proofs_should_hold_whatever_becomes_of_them() {
	fuzz(Target::Proof);
}

#[test]
fn dags_should_hold_however_they_are_made() {
	fuzz(Target::Dag);
}

#[test]
fn cars_should_hold_whatever_is_in_them() {
	fuzz(Target::Car);
}

#[test]
fn sealed_files_should_hold_whatever_becomes_of_them() {
	fuzz(Target::Sealed);
}

#[test]
fn forms_should_hold_whatever_is_sent() {
	fuzz(Target::Multipart);
}

#[test]
fn models_should_hold_whatever_becomes_of_them() {
	fuzz(Target::Model);
}

#[test]
fn inference_should_hold_whatever_is_sent() {
	fuzz(Target::Inference);
}

#[test]
fn rounds_should_hold_whatever_is_published() {
	fuzz(Target::Aggregation);
}

#[test]
fn learning_should_hold_whatever_is_read() {
	fuzz(Target::Learning);
}

#[test]
fn probes_should_hold_whatever_is_sent() {
	fuzz(Target::Probe);
}

#[test]
fn corpora_should_be_small_and_reach_what_the_checks_are_about() {
	check_corpora::<Target>();
}

#[test]
fn run_should_do_the_same_each_time() {
	check_repeatability::<Target>();
}

/// Runs the input that the environment names, if it names one.
#[test]
fn replay_should_find_no_fault_in_the_input_that_is_given() {
	replay::<Target>();
}

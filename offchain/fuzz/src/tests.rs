// SPDX-License-Identifier: Apache-2.0

//! Each target's corpus is replayed and checked, then mutated for a while; `tests/fuzzing` says which
//! variables change how, and `R1_FUZZ_GENUINE=1` makes what is in `genuine/` anew.

mod genuine;

use crate::{Target, run};
use fuzzing::{Coverage, Subject, check_corpora, check_repeatability, fuzz, replay};

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
			("parse", "Invalid: it has facts, rules, checks or names that no tok"),
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
		Target::Resp => &[
			("parse", "Protocol error: unbalanced quotes in request"),
			("parse", "Protocol error: invalid bulk length"),
			("get", "ok"),
			("get", "WrongKind"),
			("set", "ok"),
			("set", "Syntax"),
			("set", "Expiry"),
			("set", "Full"),
			("incrby", "NotANumber"),
			("hgetall", "ok"),
			("sadd", "ok"),
			("scan", "ok"),
			("scan", "Cursor"),
			("expire", "ok"),
			("session", "sign in"),
			("session", "select"),
			("session", "error"),
		],
		Target::Replica => &[
			("request", "Malformed"),
			("request", "Version"),
			("response", "none"),
			("answer", "ok"),
			("take", "ok"),
			("take", "Misfit"),
			("level", "ok"),
		],
		Target::Journal => &[
			("snapshot", "finished"),
			("damage", "Header"),
			("damage", "Torn"),
			("damage", "Checksum"),
		],
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

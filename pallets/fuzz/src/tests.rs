// SPDX-License-Identifier: Apache-2.0

//! Each target's corpus is replayed and checked, then mutated for a while; `tests/fuzzing` says which
//! variables change how.

mod checks;
mod actions;

use crate::{ACTIONS_MAX, Target, run};
use frame_support::traits::GetCallMetadata as _;
use fuzzing::{Coverage, Subject, check_corpora, check_repeatability, fuzz, replay};
use ratio1_runtime::RuntimeCall;

impl Subject for Target {
	const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
	const CORPUS: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
	const INPUTS_MAX: usize = 24;
	const TARGETS: &'static [Self] = &Self::ALL;

	fn name(self) -> &'static str {
		self.name()
	}

	fn run(self, input: &[u8]) -> Coverage {
		run(self, input)
	}

	/// Every call of the target's pallet succeeds at least once.
	fn needed(self) -> Coverage {
		let pallet = self.pallet();
		let calls = RuntimeCall::get_call_names(pallet);
		calls.iter().map(|call| (format!("{pallet}.{call}"), "ok".to_owned())).collect()
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
fn learning_should_hold_whatever_is_called() {
	fuzz(Target::Learning);
}

#[test]
fn corpora_should_be_small_and_succeed_with_every_call_of_their_pallets() {
	check_corpora::<Target>();
}

#[test]
fn run_should_do_the_same_each_time() {
	check_repeatability::<Target>();
}

#[test]
fn run_should_end_when_there_are_more_bytes_than_actions() {
	let endless = vec![0; 64 * ACTIONS_MAX];
	let reached = run(Target::Burn, &endless);
	assert!(reached.contains(&("Burn.burn".to_owned(), "ok".to_owned())), "{reached:?}");
}

#[test]
fn targets_should_name_pallets_of_the_runtime() {
	for target in Target::ALL {
		assert!(RuntimeCall::get_module_names().contains(&target.pallet()));
	}
}

/// Runs the input that the environment names, if it names one.
#[test]
fn replay_should_find_no_fault_in_the_input_that_is_given() {
	replay::<Target>();
}

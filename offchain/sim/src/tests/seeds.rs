// SPDX-License-Identifier: Apache-2.0

//! Any mixture of faults, from one seed each.
//!
//! - `R1_SIM_SEED=<seed>`: that run alone.
//! - `RUN_SLOW_TESTS=1`: 2 000 runs instead of 200.

use crate::*;
use std::{env, ops::Range};

/// Runs in each of the tests below, which share the processors.
const RUNS: u64 = 50;
const RUNS_SLOW: u64 = 500;

/// Runs the seeds of one of four tests.
fn check_part(part: u64) {
	let is_slow = env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
	let runs = if is_slow { RUNS_SLOW } else { RUNS };
	let mut seeds: Range<u64> = part * runs..(part + 1) * runs;
	if let Ok(seed) = env::var("R1_SIM_SEED") {
		let seed: u64 = seed.parse().expect("R1_SIM_SEED is a number");
		// Once, by the first test.
		seeds = if part == 0 { seed..seed + 1 } else { 0..0 };
	}
	for seed in seeds {
		let scenario = Scenario::draw(seed);
		let violations = check(&run(&scenario));
		assert!(
			violations.is_empty(),
			"replay with R1_SIM_SEED={seed} cargo test -p r1-sim:\n{}\n{:?}",
			violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
			Scenario { nodes: Vec::new(), ..scenario },
		);
	}
}

#[test]
fn every_invariant_should_hold_in_every_run_of_the_first_quarter() {
	check_part(0);
}

#[test]
fn every_invariant_should_hold_in_every_run_of_the_second_quarter() {
	check_part(1);
}

#[test]
fn every_invariant_should_hold_in_every_run_of_the_third_quarter() {
	check_part(2);
}

#[test]
fn every_invariant_should_hold_in_every_run_of_the_fourth_quarter() {
	check_part(3);
}

#[test]
fn run_should_depend_on_nothing_but_its_seed() {
	let scenario = Scenario { epochs: 1, slots: 12, ..Scenario::draw(7) };
	assert_eq!(Scenario::draw(7), Scenario::draw(7));
	assert_eq!(run(&scenario), run(&scenario));
	assert_ne!(Scenario::draw(7), Scenario { seed: 7, ..Scenario::draw(8) });
}

#[test]
fn seeds_should_reach_every_fault() {
	let scenarios: Vec<Scenario> = (0..4 * RUNS).map(Scenario::draw).collect();
	let any = |is: fn(&Scenario) -> bool| scenarios.iter().filter(|it| is(it)).count();
	let oracle = |conduct: OracleConduct| {
		scenarios.iter().filter(|it| it.oracles.contains(&conduct)).count()
	};
	for conduct in [
		OracleConduct::Lies,
		OracleConduct::NeverReveals,
		OracleConduct::RevealsOther,
		OracleConduct::RevealsLate,
		OracleConduct::Copies { victim: 0 },
		OracleConduct::Silent,
		OracleConduct::Isolated,
	] {
		assert!(5 <= oracle(conduct), "{conduct:?}");
	}
	assert!(5 <= any(|it| 3 * it.oracles.iter().filter(|it| it.reports()).count() <= 20));
	assert!(20 <= any(|it| it.links.loss_permille > 0));
	assert!(20 <= any(|it| it.links.loss_permille == 0 && it.links.partitions.is_empty()));
	assert!(20 <= any(|it| !it.links.partitions.is_empty()));
	assert!(20 <= any(|it| !it.crashes.is_empty()));
	assert!(20 <= any(|it| !it.finality.stall_ms.is_empty()));
	assert!(2 <= any(|it| it.slots == 30));
	assert!(2 <= any(|it| it.epochs == 2));
	let node = |is: fn(&NodeConduct) -> bool| {
		scenarios.iter().flat_map(|it| &it.nodes).filter(|it| is(it)).count()
	};
	assert!(1_000 <= node(|it| matches!(it, NodeConduct::Dies { .. })));
	assert!(1_000 <= node(|it| matches!(it, NodeConduct::Flaps { .. })));
	assert!(1_000 <= node(|it| matches!(it, NodeConduct::Unreachable)));
	assert!(500 <= node(|it| matches!(it, NodeConduct::Replays)));
	assert!(500 <= node(|it| matches!(it, NodeConduct::Floods)));
	assert!(500 <= node(|it| matches!(it, NodeConduct::Forges)));
	assert!(20 <= node(|it| matches!(it, NodeConduct::Maintains { .. })));
}

// SPDX-License-Identifier: Apache-2.0

//! One fault at a time, with what exactly it must cost.

use crate::*;

const NODES: usize = 40;
const ORACLES: usize = 10;

fn calm() -> Scenario {
	Scenario::calm(11, NODES, ORACLES)
}

/// The settled values of the first epoch, after all invariants were checked.
fn settled(scenario: &Scenario) -> Vec<u8> {
	let outcome = checked(scenario);
	match &outcome.epochs[0].verdict {
		Some(Verdict::Settled(values)) => values.clone(),
		other => panic!("{other:?}"),
	}
}

fn checked(scenario: &Scenario) -> Outcome {
	let outcome = run(scenario);
	let violations = check(&outcome);
	assert!(violations.is_empty(), "{violations:?}");
	outcome
}

#[test]
fn calm_network_should_pay_everybody_in_full() {
	let values = settled(&calm());
	// One slot of twelve at the ends of the epoch, where a machine may have learnt a block late.
	assert!(values.iter().all(|value| *value >= 234), "{values:?}");
	assert!(values.iter().filter(|value| **value == 255).count() >= NODES * 9 / 10, "{values:?}");
}

#[test]
fn clocks_that_are_half_a_minute_off_should_cost_nothing() {
	let exact = settled(&Scenario { skew_ms_max: 0, ..calm() });
	let skewed = settled(&Scenario { skew_ms_max: 30_000, ..calm() });
	let total = |values: &[u8]| values.iter().map(|value| u32::from(*value)).sum::<u32>();
	assert!(total(&exact).abs_diff(total(&skewed)) <= 21 * 4, "{exact:?} {skewed:?}");
}

#[test]
fn dead_nodes_should_get_nothing_whoever_replays_or_forges_for_them() {
	let mut scenario = calm();
	scenario.nodes[..10].fill(NodeConduct::Dies { at_ms: 1_000 });
	scenario.nodes[10..20].fill(NodeConduct::Dies { at_ms: 130_000 });
	scenario.nodes[20..30].fill(NodeConduct::Replays);
	scenario.nodes[30..].fill(NodeConduct::Forges);
	let values = settled(&scenario);
	assert!(values[..10].iter().all(|value| *value == 0), "{values:?}");
	// Sixty of a hundred and twenty seconds, by a clock that is ten seconds late.
	assert!(values[10..20].iter().all(|value| (106..=149).contains(value)), "{values:?}");
	assert!(values[20..].iter().all(|value| *value >= 234), "{values:?}");
}

#[test]
fn unreachable_nodes_should_lose_their_challenges() {
	let mut scenario = calm();
	scenario.nodes[..20].fill(NodeConduct::Unreachable);
	let values = settled(&scenario);
	let (best, worst) = (values[..20].iter().max(), values[20..].iter().min());
	assert!(best < worst, "{values:?}");
	let mean = values[..20].iter().map(|value| u32::from(*value)).sum::<u32>() / 20;
	// About three and a half draws of twelve slots.
	assert!((160..=212).contains(&mean), "{mean}: {values:?}");
}

#[test]
fn flood_should_gain_nothing_and_cost_nobody_else_anything() {
	let mut scenario = calm();
	scenario.nodes[..5].fill(NodeConduct::Floods);
	assert!(settled(&scenario).iter().all(|value| *value >= 234));
}

#[test]
fn liars_should_move_nothing_while_they_are_fewer_than_a_third() {
	let mut scenario = calm();
	scenario.nodes[..20].fill(NodeConduct::Dies { at_ms: 1_000 });
	scenario.oracles[..3].fill(OracleConduct::Lies);
	let values = settled(&scenario);
	assert!(values[..20].iter().all(|value| *value == 0), "{values:?}");
	assert!(values[20..].iter().all(|value| *value >= 234), "{values:?}");
}

#[test]
fn each_fault_that_loses_a_report_should_be_borne_three_times_and_no_more() {
	for conduct in [
		OracleConduct::NeverReveals,
		OracleConduct::RevealsOther,
		OracleConduct::RevealsLate,
		OracleConduct::Copies { victim: 9 },
		OracleConduct::Silent,
		OracleConduct::Isolated,
	] {
		for (faulty, is_settled) in [(3, true), (4, false)] {
			let mut scenario = Scenario::calm(5, 8, ORACLES);
			scenario.oracles[..faulty].fill(conduct);
			let outcome = checked(&scenario);
			let verdict = outcome.epochs[0].verdict.as_ref().unwrap();
			assert_eq!(
				matches!(verdict, Verdict::Settled(_)),
				is_settled,
				"{faulty} oracles: {conduct:?}"
			);
		}
	}
}

#[test]
fn long_stall_of_finality_should_leave_the_epoch_unsettled() {
	let mut scenario = Scenario::calm(3, 8, ORACLES);
	scenario.epochs = 2;
	// From before epoch 0 until within epoch 1: for most of epoch 0 everybody is blind.
	scenario.finality.stall_ms = 10_000..190_000;
	let outcome = run(&scenario);
	assert_eq!(outcome.epochs[0].verdict, Some(Verdict::Unsettled));
	assert_eq!(outcome.epochs[0].revealed, [0; 0]);
	// Nobody is blamed for it, and the next epoch settles.
	let Some(Verdict::Settled(values)) = &outcome.epochs[1].verdict else {
		panic!("{:?}", outcome.epochs[1].verdict)
	};
	assert!(values.iter().all(|value| *value >= 213), "{values:?}");
}

#[test]
fn partition_of_a_quarter_should_cost_a_node_a_quarter_and_no_more() {
	let mut scenario = calm();
	let (from_ms, _) = scenario.judged_ms();
	let begins_ms = from_ms + scenario.finality.lag_ms + 30_000;
	scenario.links.partitions.push(Partition {
		from_ms: begins_ms,
		until_ms: begins_ms + 30_000,
		first_node: 0,
		end_node: 10,
		oracles: u32::MAX,
	});
	let values = settled(&scenario);
	// Three slots of twelve, and one at an end of it.
	assert!(values[..10].iter().all(|value| (170..=213).contains(value)), "{values:?}");
	assert!(values[10..].iter().all(|value| *value >= 234), "{values:?}");
}

#[test]
fn killed_oracle_should_report_all_the_same() {
	let mut scenario = calm();
	let (from_ms, _) = scenario.judged_ms();
	for oracle in 0..10 {
		let at_ms = from_ms + 20_000 + u64::from(oracle) * 7_777;
		scenario.crashes.push(Crash { oracle, at_ms, down_ms: 4_000 });
	}
	let outcome = checked(&scenario);
	assert_eq!(outcome.epochs[0].revealed.len(), ORACLES);
	// The oracles lose different slots, and the median loses few.
	let values = settled(&scenario);
	assert!(values.iter().all(|value| *value >= 213), "{values:?}");
}

#[test]
fn announced_maintenance_should_cost_nothing() {
	let mut scenario = Scenario { slots: 30, ..calm() };
	scenario.nodes[..10].fill(NodeConduct::Maintains { slot: 17 });
	let values = settled(&scenario);
	assert!(values.iter().all(|value| *value >= 246), "{values:?}");
	assert!(values[..10].contains(&255), "{values:?}");
}

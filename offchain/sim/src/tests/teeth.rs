// SPDX-License-Identifier: Apache-2.0

//! Each check finds what it is for: a sound outcome is made unsound in one place.

use crate::*;

fn sound() -> Outcome {
	let mut scenario = Scenario::calm(23, 30, 10);
	scenario.nodes[..5].fill(NodeConduct::Dies { at_ms: 1_000 });
	scenario.nodes[5..10].fill(NodeConduct::Unreachable);
	scenario.oracles[7] = OracleConduct::Copies { victim: 0 };
	scenario.oracles[8] = OracleConduct::Isolated;
	scenario.oracles[9] = OracleConduct::Lies;
	let outcome = run(&scenario);
	assert_eq!(check(&outcome), []);
	outcome
}

/// The rules that an outcome violates after something was changed.
fn violated(change: impl FnOnce(&mut EpochOutcome)) -> Vec<&'static str> {
	let mut outcome = sound();
	change(&mut outcome.epochs[0]);
	check(&outcome).into_iter().map(|violation| violation.rule).collect()
}

fn set(epoch: &mut EpochOutcome, node: usize, value: u8) {
	if let Some(Verdict::Settled(values)) = &mut epoch.verdict {
		values[node] = value;
	}
}

#[test]
fn check_should_see_an_epoch_that_is_wrongly_decided() {
	let rule = "an epoch settles exactly when more than two thirds report";
	assert!(violated(|epoch| epoch.verdict = None).contains(&rule));
	assert!(violated(|epoch| epoch.verdict = Some(Verdict::Unsettled)).contains(&rule));
}

#[test]
fn check_should_see_a_copier_that_is_counted() {
	let rule = "who does not play by the rules is not counted";
	assert_eq!(violated(|epoch| epoch.revealed.insert(7, 7)), [rule]);
}

#[test]
fn check_should_see_a_value_outside_of_the_honest_range() {
	let rule = "a settled value lies within the honest range";
	assert!(violated(|epoch| set(epoch, 0, 255)).contains(&rule));
	assert!(violated(|epoch| set(epoch, 20, 0)).contains(&rule));
}

#[test]
fn check_should_see_values_that_nothing_explains() {
	let settled = "a settled value is what loss and partitions explain";
	assert!(violated(|epoch| set(epoch, 0, 22)).contains(&settled));
	let report = "honest reports are what loss and partitions explain";
	let change = |node: usize, value: u8| {
		move |epoch: &mut EpochOutcome| {
			if let Some(report) = &mut epoch.reports[3] {
				report[node] = value;
			}
		}
	};
	assert_eq!(violated(change(0, 21)), [report], "a slot of a dead node");
	assert_eq!(violated(change(20, 200)), [report], "slots that were taken away");
}

#[test]
fn check_should_see_beats_of_the_dead_and_silence_of_the_living() {
	let rule = "nodes beat when they are up";
	assert!(violated(|epoch| epoch.beaten[0] = 1).contains(&rule));
	assert!(violated(|epoch| epoch.beaten[20] = 1).contains(&rule));
}

#[test]
fn check_should_see_an_unreachable_node_that_loses_nothing() {
	let rule = "who cannot be reached loses";
	assert!(violated(|epoch| set(epoch, 5, 255)).contains(&rule));
}

#[test]
fn check_should_see_an_isolated_oracle_that_reports() {
	let rule = "an oracle that hears nobody reports nobody";
	assert_eq!(violated(|epoch| epoch.reports[8] = Some(vec![0; 30])), [rule]);
}

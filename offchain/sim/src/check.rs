// SPDX-License-Identifier: Apache-2.0

//! What must hold after every run.
//!
//! Each rule computes what it expects from the scenario and from what nodes really did, with
//! arithmetic of its own.

use crate::{
	chain::BLOCK_MS,
	outcome::{EpochOutcome, Outcome},
	pallet::{COMMIT_BLOCKS, Verdict},
	scenario::{NodeConduct, OracleConduct, Scenario},
};
use std::fmt;

/// An invariant that does not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
	/// Which one.
	pub rule: &'static str,
	/// What is wrong.
	pub detail: String,
}

impl fmt::Display for Violation {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}: {}", self.rule, self.detail)
	}
}

/// Everything that is violated; nothing, if all is well.
#[must_use]
pub fn check(outcome: &Outcome) -> Vec<Violation> {
	let scenario = &outcome.scenario;
	let mut violations = Vec::new();
	for (number, epoch) in (0..).zip(&outcome.epochs) {
		let case = Case { scenario, epoch, number };
		let rules: [(&'static str, Rule); 8] = [
			("an epoch settles exactly when more than two thirds report", settles),
			("who does not play by the rules is not counted", only_reporters_count),
			("nodes beat when they are up", nodes_beat_when_up),
			("honest reports are what loss and partitions explain", reports_are_explained),
			("a settled value lies within the honest range", within_honest_range),
			("a settled value is what loss and partitions explain", settled_is_explained),
			("who cannot be reached loses", unreachable_loses),
			("an oracle that hears nobody reports nobody", isolated_is_silent),
		];
		for (rule, holds) in rules {
			if let Err(detail) = holds(&case) {
				let detail = format!("epoch {number}: {detail}");
				violations.push(Violation { rule, detail });
			}
		}
	}
	violations
}

/// An epoch of a run.
struct Case<'o> {
	scenario: &'o Scenario,
	epoch: &'o EpochOutcome,
	number: u32,
}

type Rule = fn(&Case<'_>) -> Result<(), String>;

fn settles(case: &Case<'_>) -> Result<(), String> {
	let (certain, possible) = case.reporters();
	let settles = |reporters: &[u16]| 2 * case.scenario.oracles.len() < 3 * reporters.len();
	match &case.epoch.verdict {
		None => Err("undecided".to_owned()),
		Some(Verdict::Settled(_)) if settles(&possible) => Ok(()),
		Some(Verdict::Unsettled) if !settles(&certain) => Ok(()),
		Some(Verdict::Settled(_)) => Err(format!("settled, and only {possible:?} can report")),
		Some(Verdict::Unsettled) => Err(format!("unsettled, and {certain:?} must report")),
	}
}

fn only_reporters_count(case: &Case<'_>) -> Result<(), String> {
	let (certain, possible) = case.reporters();
	let revealed = &case.epoch.revealed;
	let is_complete = certain.iter().all(|oracle| revealed.contains(oracle));
	let is_clean = revealed.iter().all(|oracle| possible.contains(oracle));
	match is_complete && is_clean {
		true => Ok(()),
		false => Err(format!("{revealed:?}; at least {certain:?}, at most {possible:?}")),
	}
}

/// Ties what the engines did to when the machines ran.
fn nodes_beat_when_up(case: &Case<'_>) -> Result<(), String> {
	for (node, conduct) in case.scenario.nodes.iter().enumerate() {
		let beaten = case.epoch.beaten[node];
		let (certain, possible) = case.slots_up(*conduct);
		if certain & !beaten != 0 || beaten & !possible != 0 {
			return Err(format!(
				"node {node} ({conduct:?}) beat {beaten:b}; \
				 at least {certain:b}, at most {possible:b}"
			));
		}
	}
	Ok(())
}

fn reports_are_explained(case: &Case<'_>) -> Result<(), String> {
	for (oracle, report) in case.honest_reports() {
		for (node, value) in report.iter().enumerate() {
			let (low, high) = case.bounds(oracle, node);
			if !(low..=high).contains(value) {
				return Err(format!(
					"oracle {oracle} says {value} of node {node} ({:?}), not {low} to {high}; \
					 beaten {:b}, explained {:b}",
					case.scenario.nodes[node],
					case.epoch.beaten[node],
					case.epoch.explained[oracle][node],
				));
			}
		}
	}
	Ok(())
}

fn within_honest_range(case: &Case<'_>) -> Result<(), String> {
	let Some(Verdict::Settled(values)) = &case.epoch.verdict else { return Ok(()) };
	for (node, value) in values.iter().enumerate() {
		let said = || case.honest_reports().map(|(_, report)| report[node]);
		let (low, high) = (said().min().unwrap_or(0), said().max().unwrap_or(0));
		if !(low..=high).contains(value) {
			return Err(format!("node {node} has {value}; honest oracles said {low} to {high}"));
		}
	}
	Ok(())
}

fn settled_is_explained(case: &Case<'_>) -> Result<(), String> {
	let Some(Verdict::Settled(values)) = &case.epoch.verdict else { return Ok(()) };
	for (node, value) in values.iter().enumerate() {
		let bounds = || case.honest_reports().map(|(oracle, _)| case.bounds(oracle, node));
		let low = bounds().map(|(low, _)| low).min().unwrap_or(0);
		let high = bounds().map(|(_, high)| high).max().unwrap_or(0);
		if !(low..=high).contains(value) {
			return Err(format!("node {node} has {value}, not {low} to {high}"));
		}
	}
	Ok(())
}

fn unreachable_loses(case: &Case<'_>) -> Result<(), String> {
	let Some(Verdict::Settled(values)) = &case.epoch.verdict else { return Ok(()) };
	let of = |is: fn(&NodeConduct) -> bool| -> Vec<u64> {
		let nodes = values.iter().zip(&case.scenario.nodes);
		nodes
			.filter(|(_, conduct)| is(conduct))
			.map(|(value, _)| u64::from(*value))
			.collect()
	};
	let steady = of(|conduct| *conduct == NodeConduct::Steady);
	let unreachable = of(|conduct| *conduct == NodeConduct::Unreachable);
	let links = &case.scenario.links;
	let is_calm = links.loss_permille == 0 && links.partitions.is_empty();
	let (best, worst) = (unreachable.iter().max(), steady.iter().min());
	if is_calm && best.zip(worst).is_some_and(|(best, worst)| worst <= best) {
		return Err(format!("an unreachable node has {best:?}, a steady one {worst:?}"));
	}
	// With loss, the luck of single nodes evens out.
	let mean = |values: &[u64]| values.iter().sum::<u64>().checked_div(values.len() as u64);
	match mean(&unreachable).zip(mean(&steady)) {
		Some((unreachable, steady)) if steady <= unreachable => {
			Err(format!("{unreachable} on average, and {steady} for others"))
		},
		_ => Ok(()),
	}
}

fn isolated_is_silent(case: &Case<'_>) -> Result<(), String> {
	let mut oracles = case.scenario.oracles.iter().zip(&case.epoch.reports);
	match oracles.any(|(conduct, report)| *conduct == OracleConduct::Isolated && report.is_some()) {
		true => Err("it reported".to_owned()),
		false => Ok(()),
	}
}

impl Case<'_> {
	/// The oracles whose report the chain must have, and those whose it can have: one whose daemon
	/// was away in the few blocks in which an epoch can be reported may miss them.
	fn reporters(&self) -> (Vec<u16>, Vec<u16>) {
		let conducts = (0..).zip(&self.scenario.oracles);
		let possible: Vec<u16> = conducts
			.filter(|(_, conduct)| conduct.reports())
			.map(|(oracle, _)| oracle)
			.collect();
		let slots = u64::from((self.number + 1) * self.scenario.slots);
		let slot_ms = u64::from(self.scenario.clock().slot_secs) * 1_000;
		let ended_ms = self.scenario.judged_ms().0 + slots * slot_ms;
		let closed_ms = ended_ms + u64::from(COMMIT_BLOCKS + 1) * BLOCK_MS;
		let is_hit = |oracle: u16| {
			let mut crashes = self.scenario.crashes.iter();
			crashes.any(|crash| {
				crash.oracle == oracle
					&& crash.at_ms < closed_ms
					&& ended_ms < crash.at_ms + crash.down_ms
			})
		};
		let certain = possible.iter().copied().filter(|oracle| !is_hit(*oracle)).collect();
		(certain, possible)
	}

	/// What honest oracles recorded.
	fn honest_reports(&self) -> impl Iterator<Item = (usize, &Vec<u8>)> {
		let conducts = self.scenario.oracles.iter();
		let reports = self.epoch.reports.iter().enumerate().zip(conducts);
		reports
			.filter(|(_, conduct)| **conduct == OracleConduct::Honest)
			.filter_map(|((oracle, report), _)| Some((oracle, report.as_ref()?)))
	}

	/// The values that an honest oracle may have seen of a node: what it beat, without what is
	/// explained, and one slot either way for the ends of the epoch.
	fn bounds(&self, oracle: usize, node: usize) -> (u8, u8) {
		let neutral = self.scenario.nodes[node]
			.window(self.number)
			.map_or(0, |window| 1_u32 << window.first_slot);
		let beaten = self.epoch.beaten[node] & !neutral;
		let explained = self.epoch.explained[oracle][node];
		let counting = self.scenario.slots - neutral.count_ones();
		let low = (beaten & !explained).count_ones().saturating_sub(1);
		// Nobody has a slot for which it signed nothing: one, at an end of the epoch, may be that
		// of a neighbouring epoch.
		let high = match beaten {
			0 => 0,
			_ => (beaten.count_ones() + 1).min(counting),
		};
		(share(low, counting), share(high, counting))
	}

	/// The slots in which a node must, and those in which it can have signed a beat.
	fn slots_up(&self, conduct: NodeConduct) -> (u32, u32) {
		let (start_ms, _) = self.scenario.judged_ms();
		let slot_ms = u64::from(self.scenario.clock().slot_secs) * 1_000;
		let first = u64::from(self.number) * u64::from(self.scenario.slots);
		let lag_ms = self.scenario.finality.lag_ms;
		let (mut certain, mut possible) = (0, 0);
		for slot in 0..self.scenario.slots {
			// By the estimate of the chain's time, which is late by the lag and a second more.
			let begins_ms = start_ms + (first + u64::from(slot)) * slot_ms + lag_ms;
			let mut moments = (begins_ms..begins_ms + slot_ms + 4_000).step_by(100);
			let is_up = conduct.is_up(begins_ms);
			let is_mixed = moments.any(|at_ms| conduct.is_up(at_ms) != is_up);
			certain |= u32::from(is_up && !is_mixed) << slot;
			possible |= u32::from(is_up || is_mixed) << slot;
		}
		if let NodeConduct::Maintains { slot } = conduct {
			return (certain & !(1 << slot), possible & !(1 << slot));
		}
		(certain, possible)
	}
}

/// `ones / slots` in steps of a 255th, rounded to the nearest, halves up.
fn share(ones: u32, slots: u32) -> u8 {
	let nearest = (f64::from(ones) * 255.0 / f64::from(slots) + 0.5).floor();
	nearest.clamp(0.0, 255.0) as u8
}

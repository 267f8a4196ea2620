// SPDX-License-Identifier: Apache-2.0

//! What came of a run.

use crate::{pallet::Verdict, scenario::Scenario};
use r1_primitives::OracleIndex;

/// Everything that the invariants are about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
	/// What was to happen.
	pub scenario: Scenario,
	/// What came of each epoch that is judged.
	pub epochs: Vec<EpochOutcome>,
}

/// What came of one epoch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EpochOutcome {
	/// What the chain decided; `None` if it did not.
	pub verdict: Option<Verdict>,
	/// The oracles whose whole report the chain has.
	pub revealed: Vec<OracleIndex>,
	/// What each oracle recorded; `None` if it declined, was away, or never meant to.
	pub reports: Vec<Option<Vec<u8>>>,
	/// A bit for each slot that each node has signed a beat for.
	pub beaten: Vec<u32>,
	/// By oracle and node, a bit for each slot that the network or a crash may have cost.
	pub explained: Vec<Vec<u32>>,
}

impl EpochOutcome {
	pub(crate) fn new(nodes: usize, oracles: usize) -> Self {
		Self {
			verdict: None,
			revealed: Vec::new(),
			reports: vec![None; oracles],
			beaten: vec![0; nodes],
			explained: vec![vec![0; nodes]; oracles],
		}
	}
}

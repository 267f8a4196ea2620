// SPDX-License-Identifier: Apache-2.0

//! What the chain keeps of an epoch.

use super::{or_dash, settlement};
use crate::{
	arguments::{Arguments, Epoch},
	output::Answer,
};
use anyhow::Context as _;
use r1_chain::oracles::{EpochDetails, EpochOutcome};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Epoch) -> anyhow::Result<Answer> {
	match command {
		Epoch::Show { epoch } => {
			let details = arguments.chain().await?.epoch(*epoch).await?;
			show(&known(details, *epoch)?)
		},
		Epoch::Settle { epoch, table } => settlement::settle(arguments, *epoch, table).await,
		Epoch::Void { epoch } => settlement::void(arguments, *epoch).await,
	}
}

/// The record of an epoch that should have one.
pub(super) fn known(details: Option<EpochDetails>, epoch: u32) -> anyhow::Result<EpochDetails> {
	details.with_context(|| {
		format!("there is no record of epoch {epoch}: it is not over, or was skipped")
	})
}

/// The name of an outcome.
pub(super) fn outcome_name(outcome: EpochOutcome) -> &'static str {
	match outcome {
		EpochOutcome::Settled => "settled",
		EpochOutcome::Unsettled => "unsettled",
		EpochOutcome::SettledByGovernance => "settled by governance",
		EpochOutcome::Void => "void",
	}
}

#[derive(Serialize)]
struct Shown {
	epoch: u32,
	/// The first block that took no commitments any more.
	commits_until: u32,
	/// The first block that took no reveals any more.
	reveals_until: u32,
	deeds: u32,
	oracles: u32,
	commits: u32,
	reveals: u32,
	/// None while it is open.
	outcome: Option<&'static str>,
	/// None once it is forgotten.
	seed: Option<String>,
	table: Option<Table>,
}

#[derive(Serialize)]
struct Table {
	deeds: u32,
	deeds_at_0: u32,
	deeds_at_255: u32,
	median: u8,
}

fn show(details: &EpochDetails) -> anyhow::Result<Answer> {
	let shown = Shown {
		epoch: details.epoch,
		commits_until: details.commits_until,
		reveals_until: details.reveals_until,
		deeds: details.deeds,
		oracles: details.oracles,
		commits: details.commits,
		reveals: details.reveals,
		outcome: details.outcome.map(outcome_name),
		seed: details.seed.map(|seed| format!("0x{}", hex::encode(seed))),
		table: details.table.map(|table| Table {
			deeds: table.deeds,
			deeds_at_0: table.at_zero,
			deeds_at_255: table.at_full,
			median: table.median,
		}),
	};
	let table = shown.table.as_ref();
	Answer::one(
		&shown,
		&[
			("epoch", shown.epoch.to_string()),
			("outcome", shown.outcome.unwrap_or("open").to_owned()),
			("commits before block", shown.commits_until.to_string()),
			("reveals before block", shown.reveals_until.to_string()),
			("oracles", shown.oracles.to_string()),
			("committed", shown.commits.to_string()),
			("revealed everything", shown.reveals.to_string()),
			("deeds", shown.deeds.to_string()),
			("of them at 0", or_dash(table.map(|table| table.deeds_at_0))),
			("of them at 255", or_dash(table.map(|table| table.deeds_at_255))),
			("median", or_dash(table.map(|table| table.median))),
			("seed", or_dash(shown.seed.as_ref())),
		],
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::oracles::TableSummary;
	use serde_json::{Value, json};

	fn open() -> EpochDetails {
		EpochDetails {
			epoch: 7,
			commits_until: 10,
			reveals_until: 20,
			deeds: 3,
			oracles: 4,
			commits: 3,
			reveals: 0,
			outcome: None,
			seed: Some([0xab; 32]),
			table: None,
		}
	}

	#[test]
	fn epoch_should_be_shown_open_and_decided() {
		let answer = show(&open()).unwrap();
		let mut expected = json!({
			"epoch": 7,
			"commits_until": 10,
			"reveals_until": 20,
			"deeds": 3,
			"oracles": 4,
			"commits": 3,
			"reveals": 0,
			"outcome": null,
			"seed": format!("0x{}", "ab".repeat(32)),
			"table": null,
		});
		assert_eq!(*answer.json(), expected);

		let decided = EpochDetails {
			reveals: 3,
			outcome: Some(EpochOutcome::SettledByGovernance),
			seed: None,
			table: TableSummary::of([0, 200, 255]),
			..open()
		};
		expected["reveals"] = json!(3);
		expected["outcome"] = json!("settled by governance");
		expected["seed"] = Value::Null;
		expected["table"] =
			json!({ "deeds": 3, "deeds_at_0": 1, "deeds_at_255": 1, "median": 200 });
		assert_eq!(*show(&decided).unwrap().json(), expected);
	}

	#[test]
	fn outcomes_should_have_different_names() {
		let name = |outcome| {
			let details = EpochDetails { outcome: Some(outcome), ..open() };
			show(&details).unwrap().json()["outcome"].clone()
		};
		assert_eq!(name(EpochOutcome::Settled), "settled");
		assert_eq!(name(EpochOutcome::Unsettled), "unsettled");
		assert_eq!(name(EpochOutcome::Void), "void");
	}
}

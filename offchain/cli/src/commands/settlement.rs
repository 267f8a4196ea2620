// SPDX-License-Identifier: Apache-2.0

//! What governance decides of an epoch that the oracles did not agree on.

use super::{
	Caller,
	epoch::{known, outcome_name},
};
use crate::{arguments::Arguments, output::Answer};
use anyhow::{Context as _, ensure};
use r1_chain::{
	Receipt, ReportTable,
	calls::{self, Call},
	oracles::{EpochDetails, EpochOutcome},
};
use r1_primitives::WorkEntry;
use serde::{
	Deserialize, Deserializer, Serialize,
	de::{MapAccess, Visitor},
};
use std::{fmt, path::Path};

/// Says what was in an epoch.
pub(super) async fn settle(
	arguments: &Arguments,
	epoch: u32,
	file: &Path,
) -> anyhow::Result<Answer> {
	let bytes =
		std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
	let not_a_table = || format!("{} is not what was in an epoch", file.display());
	let table = parse(&bytes).with_context(not_a_table)?;
	let (caller, details) = unsettled(arguments, epoch).await?;
	let pages = table.pages(details.deeds).with_context(not_a_table)?;
	decide(&caller, epoch, &calls::settle_epoch(epoch, &pages), EpochOutcome::SettledByGovernance)
		.await
}

/// Decides that an epoch pays nothing.
pub(super) async fn void(arguments: &Arguments, epoch: u32) -> anyhow::Result<Answer> {
	let (caller, _) = unsettled(arguments, epoch).await?;
	decide(&caller, epoch, &calls::void_epoch(epoch), EpochOutcome::Void).await
}

/// The caller, and the record of an epoch that governance may decide.
async fn unsettled(arguments: &Arguments, epoch: u32) -> anyhow::Result<(Caller, EpochDetails)> {
	let caller = Caller::connect(arguments).await?;
	let details = known(caller.chain.epoch(epoch).await?, epoch)?;
	// Looked at here, because the node cannot try what governance orders.
	check_undecided(epoch, details.outcome)?;
	Ok((caller, details))
}

fn check_undecided(epoch: u32, outcome: Option<EpochOutcome>) -> anyhow::Result<()> {
	let outcome = outcome
		.with_context(|| format!("epoch {epoch} is still open: the oracles may agree on it"))?;
	ensure!(
		outcome == EpochOutcome::Unsettled,
		"epoch {epoch} is {}, and governance decides only what is unsettled",
		outcome_name(outcome)
	);
	Ok(())
}

/// An epoch that governance has decided.
#[derive(Serialize)]
struct Decided {
	call: String,
	epoch: u32,
	outcome: &'static str,
	/// Deeds whose availability is decided, and those of them that were there at all; none if the
	/// epoch is void.
	deeds: Option<Counted>,
	block_hash: String,
}

/// Deeds in a table.
#[derive(Clone, Copy, Serialize)]
struct Counted {
	all: u32,
	above_0: u32,
}

/// Submits the call, and looks whether the block that holds it has decided the epoch.
async fn decide(
	caller: &Caller,
	epoch: u32,
	call: &Call,
	wanted: EpochOutcome,
) -> anyhow::Result<Answer> {
	if caller.is_dry_run {
		// Nothing is sent, so that there is no receipt to answer with.
		return caller.rehearse(call).await;
	}
	let receipt = caller.chain.submit(call, &caller.signer).await?;
	let details = caller.chain.epoch_in(receipt.block_hash, epoch).await.with_context(|| {
		format!("{} succeeded, but epoch {epoch} could not be looked at", call.name())
	})?;
	decided(call, &receipt, &known(details, epoch)?, wanted)
}

fn decided(
	call: &Call,
	receipt: &Receipt,
	details: &EpochDetails,
	wanted: EpochOutcome,
) -> anyhow::Result<Answer> {
	let epoch = details.epoch;
	let outcome = details.outcome.map_or("open", outcome_name);
	ensure!(
		details.outcome == Some(wanted),
		"{} is in a block, but epoch {epoch} is {outcome} and not {}",
		call.name(),
		outcome_name(wanted)
	);
	let table = details.table.filter(|_| wanted == EpochOutcome::SettledByGovernance);
	let row = Decided {
		call: call.name(),
		epoch,
		outcome,
		deeds: table.map(|table| Counted {
			all: table.deeds,
			above_0: table.deeds.saturating_sub(table.at_zero),
		}),
		block_hash: format!("0x{}", hex::encode(receipt.block_hash)),
	};
	let mut lines = vec![
		("call", row.call.clone()),
		("epoch", epoch.to_string()),
		("outcome", outcome.to_owned()),
	];
	if let Some(deeds) = row.deeds {
		lines.extend([
			("deeds", deeds.all.to_string()),
			("of them above 0", deeds.above_0.to_string()),
		]);
	}
	lines.push(("block", row.block_hash.clone()));
	Answer::one(&row, &lines)
}

/// The file that says what was in an epoch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
	availability: Entries,
	work: Vec<WorkInFile>,
}

/// How well a deed's node did a job.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkInFile {
	job: u32,
	deed: u32,
	quality: i64,
}

/// Availability by deed, in which a deed that is named twice is still there twice.
struct Entries(Vec<(u32, i64)>);

impl<'de> Deserialize<'de> for Entries {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Pairs;

		impl<'de> Visitor<'de> for Pairs {
			type Value = Entries;

			fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
				formatter.write_str("an object with the availability of each deed by its number")
			}

			fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
				let mut entries = Vec::new();
				while let Some(entry) = map.next_entry()? {
					entries.push(entry);
				}
				Ok(Entries(entries))
			}
		}

		deserializer.deserialize_map(Pairs)
	}
}

/// Reads what was in an epoch.
fn parse(bytes: &[u8]) -> anyhow::Result<ReportTable> {
	let TableFile { availability, work } = serde_json::from_slice(bytes)?;
	let in_range = |value: i64, what: &dyn fmt::Display| {
		u8::try_from(value)
			.ok()
			.with_context(|| format!("{what} is {value}; it must be 0 to 255"))
	};
	let availability = availability.0.into_iter().map(|(deed, value)| {
		Ok((deed, in_range(value, &format_args!("the availability of deed {deed}"))?))
	});
	let work = work.into_iter().map(|WorkInFile { job, deed, quality }| {
		let what = format_args!("the quality of deed {deed}'s work for job {job}");
		Ok(WorkEntry { job, deed, quality: in_range(quality, &what)? })
	});
	Ok(ReportTable {
		availability: availability.collect::<anyhow::Result<_>>()?,
		work: work.collect::<anyhow::Result<_>>()?,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::oracles::TableSummary;
	use serde_json::json;

	#[test]
	fn table_should_be_read_as_it_is_written() {
		let text = r#"{
			"availability": { "3": 128, "2": 255, "3": 0 },
			"work": [ { "job": 1, "deed": 2, "quality": 255 } ]
		}"#;
		let table = parse(text.as_bytes()).unwrap();
		// A deed that is named twice is for the pages to refuse.
		assert_eq!(table.availability, [(3, 128), (2, 255), (3, 0)]);
		assert_eq!(table.work, [WorkEntry { job: 1, deed: 2, quality: 255 }]);
		assert!(table.pages(3).is_err());
	}

	#[test]
	fn table_should_be_refused_by_name_when_a_value_is_out_of_range() {
		let refusal = |table: serde_json::Value| {
			let error = parse(table.to_string().as_bytes()).unwrap_err();
			format!("{error:#}")
		};
		for wrong in [256, -1] {
			let error = refusal(json!({ "availability": { "3": wrong }, "work": [] }));
			assert!(error.contains(&format!("the availability of deed 3 is {wrong}")), "{error}");
			let work = json!([{ "job": 4, "deed": 3, "quality": wrong }]);
			let error = refusal(json!({ "availability": {}, "work": work }));
			let expected = format!("the quality of deed 3's work for job 4 is {wrong}");
			assert!(error.contains(&expected), "{error}");
		}
		for wrong in [
			json!([]),
			json!({ "availability": {} }),
			json!({ "work": [] }),
			json!({ "availability": [], "work": [] }),
			json!({ "availability": { "one": 1 }, "work": [] }),
			json!({ "availability": { "1": 1.5 }, "work": [] }),
			json!({ "availability": {}, "work": [], "jobs": [] }),
			json!({ "availability": {}, "work": [{ "job": 1, "deed": 1 }] }),
		] {
			assert!(parse(wrong.to_string().as_bytes()).is_err(), "{wrong}");
		}
	}

	fn details(outcome: Option<EpochOutcome>) -> EpochDetails {
		EpochDetails {
			epoch: 7,
			commits_until: 10,
			reveals_until: 20,
			deeds: 3,
			oracles: 4,
			commits: 2,
			reveals: 1,
			outcome,
			seed: None,
			table: TableSummary::of([0, 128, 255]),
		}
	}

	#[test]
	fn epoch_should_be_left_alone_unless_it_is_unsettled() {
		let refusal = |outcome| check_undecided(7, outcome).map_err(|error| error.to_string());
		assert_eq!(refusal(Some(EpochOutcome::Unsettled)), Ok(()));
		assert!(refusal(None).unwrap_err().contains("epoch 7 is still open"));
		for (outcome, name) in [
			(EpochOutcome::Settled, "settled"),
			(EpochOutcome::SettledByGovernance, "settled by governance"),
			(EpochOutcome::Void, "void"),
		] {
			let error = refusal(Some(outcome)).unwrap_err();
			assert!(error.contains(&format!("epoch 7 is {name}, ")), "{error}");
		}
	}

	#[test]
	fn answer_should_be_what_the_chain_has_and_not_what_was_wanted() {
		let call = calls::void_epoch(7);
		let receipt = Receipt { block_hash: [0xab; 32], events: Vec::new() };
		let answer = |found, wanted| {
			decided(&call, &receipt, &details(found), wanted).map_err(|error| error.to_string())
		};
		let governance = EpochOutcome::SettledByGovernance;
		let settled = answer(Some(governance), governance).unwrap();
		assert_eq!(
			*settled.json(),
			json!({
				"call": call.name(),
				"epoch": 7,
				"outcome": "settled by governance",
				"deeds": { "all": 3, "above_0": 2 },
				"block_hash": format!("0x{}", "ab".repeat(32)),
			})
		);
		let void = answer(Some(EpochOutcome::Void), EpochOutcome::Void).unwrap();
		assert_eq!(void.json()["outcome"], "void");
		assert_eq!(void.json()["deeds"], json!(null));
		for (found, name) in [
			(None, "open"),
			(Some(EpochOutcome::Unsettled), "unsettled"),
			(Some(EpochOutcome::Void), "void"),
		] {
			let error = answer(found, governance).unwrap_err();
			assert!(error.contains(&format!("epoch 7 is {name} and not settled by")), "{error}");
		}
	}
}

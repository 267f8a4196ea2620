// SPDX-License-Identifier: Apache-2.0

//! The oracles, and who would be one.

use super::{Caller, address, done, or_dash, short, submit};
use crate::{
	arguments::{Arguments, Oracle},
	output::{self, Answer},
};
use r1_chain::{
	Receipt, SessionKeys,
	calls::{self, Call},
	oracles::OracleStatus,
};
use serde::Serialize;
use std::collections::BTreeSet;

pub(super) async fn run(arguments: &Arguments, command: &Oracle) -> anyhow::Result<Answer> {
	match command {
		Oracle::Status => status(&arguments.chain().await?.oracle_status().await?),
		Oracle::Keys => keys(arguments).await,
		Oracle::Ready => call(arguments, &calls::announce_readiness()).await,
		Oracle::Withdraw => call(arguments, &calls::withdraw_readiness()).await,
	}
}

async fn call(arguments: &Arguments, call: &Call) -> anyhow::Result<Answer> {
	submit(arguments, call, |receipt| done(call, receipt)).await
}

/// Session keys that are registered.
#[derive(Serialize)]
struct Registered {
	node: String,
	babe: String,
	grandpa: String,
	orac: String,
	block_hash: String,
}

/// Makes session keys and registers them.
async fn keys(arguments: &Arguments) -> anyhow::Result<Answer> {
	let caller = Caller::connect(arguments).await?;
	let node = caller.signer.account();
	let keys = caller.chain.new_session_keys(node).await?;
	if caller.is_dry_run {
		output::say("the node made keys for this and keeps them; they are registered nowhere");
	}
	caller
		.submit(&calls::set_keys(&keys), |receipt| registered(node, &keys, receipt))
		.await
}

fn registered(node: [u8; 32], keys: &SessionKeys, receipt: &Receipt) -> anyhow::Result<Answer> {
	let digits = |bytes: [u8; 32]| format!("0x{}", hex::encode(bytes));
	let row = Registered {
		node: address(node),
		babe: digits(keys.babe),
		grandpa: digits(keys.grandpa),
		orac: digits(keys.orac),
		block_hash: digits(receipt.block_hash),
	};
	Answer::one(
		&row,
		&[
			("node", row.node.clone()),
			("makes blocks with", row.babe.clone()),
			("finalises with", row.grandpa.clone()),
			("reports with", row.orac.clone()),
			("block", row.block_hash.clone()),
		],
	)
}

/// A node that is an oracle, or wants to be one, or would be.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Row {
	node: String,
	/// Whether it is an oracle of the current epoch.
	is_oracle: bool,
	/// 0 to 100; not asked of who is neither an oracle nor a candidate.
	score: Option<u8>,
	/// The newest epoch that is over.
	reported_epoch: Option<u32>,
	/// How far the oracle's report of it is.
	report: Option<&'static str>,
	/// What it did in the epochs whose oracles are still known.
	misconduct: Vec<Misconduct>,
	candidacy: Option<Candidacy>,
	/// Whether an election now would choose it.
	would_be_elected: bool,
}

/// Misconduct that is proven.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Misconduct {
	epoch: u32,
	kind: &'static str,
}

/// What is known of a candidate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
struct Candidacy {
	deed: u32,
	/// The epoch in which it announced itself.
	since: u32,
	/// Epochs that were counted of it.
	epochs: u32,
	/// 0 to 255 on average.
	availability: Option<u8>,
}

fn status(status: &OracleStatus) -> anyhow::Result<Answer> {
	let header =
		["node", "oracle", "score", "report", "misconduct", "candidate", "available", "elected"];
	Answer::rows(&rows(status), &header, |row| {
		let report = row.report.zip(row.reported_epoch);
		let misconduct = row.misconduct.iter();
		let misconduct =
			misconduct.map(|misconduct| format!("{} in {}", misconduct.kind, misconduct.epoch));
		let candidacy = row.candidacy;
		vec![
			short(&row.node),
			yes(row.is_oracle),
			or_dash(row.score),
			or_dash(report.map(|(report, epoch)| format!("{report}, epoch {epoch}"))),
			misconduct.collect::<Vec<_>>().join(", "),
			or_dash(candidacy.map(|it| format!("deed {}, since {}", it.deed, it.since))),
			or_dash(candidacy.and_then(|it| {
				let value = it.availability?;
				Some(format!("{} % in {}", u32::from(value) * 100 / 255, it.epochs))
			})),
			yes(row.would_be_elected),
		]
	})
}

fn yes(is: bool) -> String {
	if is { "yes".to_owned() } else { "-".to_owned() }
}

/// First the oracles in their order, then other candidates by deed, then whoever else would be
/// elected or has cheated.
fn rows(status: &OracleStatus) -> Vec<Row> {
	let oracles = status.oracles.iter().map(|oracle| oracle.node);
	let candidates = status.candidates.iter().map(|candidate| candidate.node);
	let cheats = status.misconduct.iter().filter_map(|misconduct| misconduct.node);
	let mut listed = BTreeSet::new();
	oracles
		.chain(candidates)
		.chain(status.elected.iter().copied())
		.chain(cheats)
		.filter(|node| listed.insert(*node))
		.map(|node| row(status, node))
		.collect()
}

fn row(status: &OracleStatus, node: [u8; 32]) -> Row {
	let oracle = status.oracles.iter().find(|oracle| oracle.node == node);
	let candidate = status.candidates.iter().find(|candidate| candidate.node == node);
	let scores = [oracle.map(|oracle| oracle.score), candidate.map(|candidate| candidate.score)];
	let misconduct = status.misconduct.iter().filter(|misconduct| misconduct.node == Some(node));
	// In the first epoch, there is nothing to report.
	let reported = status.ended.as_ref().filter(|_| oracle.is_some());
	Row {
		node: address(node),
		is_oracle: oracle.is_some(),
		score: scores.into_iter().flatten().next(),
		reported_epoch: reported.map(|ended| ended.epoch),
		report: oracle.filter(|_| reported.is_some()).map(|oracle| oracle.report.name()),
		misconduct: misconduct
			.map(|misconduct| Misconduct { epoch: misconduct.epoch, kind: misconduct.kind.name() })
			.collect(),
		candidacy: candidate.map(|candidate| Candidacy {
			deed: candidate.deed,
			since: candidate.since,
			epochs: candidate.epochs,
			availability: candidate.availability,
		}),
		would_be_elected: status.elected.contains(&node),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::{
		events,
		oracles::{CandidateState, EpochDetails, OracleState, ProvenMisconduct, ReportState},
	};
	use serde_json::json;

	fn ended() -> EpochDetails {
		EpochDetails {
			epoch: 6,
			commits_until: 10,
			reveals_until: 20,
			deeds: 3,
			oracles: 1,
			commits: 1,
			reveals: 1,
			outcome: None,
			seed: None,
			table: None,
		}
	}

	fn example() -> OracleStatus {
		let candidate = |deed, node, availability| CandidateState {
			deed,
			node: [node; 32],
			since: 4,
			epochs: 2,
			availability,
			score: 100,
		};
		let proven = |epoch, node| ProvenMisconduct {
			epoch,
			node: Some([node; 32]),
			kind: events::Misconduct::TwoReports,
		};
		OracleStatus {
			epoch: 7,
			oracles: vec![OracleState { node: [1; 32], score: 90, report: ReportState::Committed }],
			ended: Some(ended()),
			misconduct: vec![proven(5, 4), proven(6, 1)],
			candidates: vec![candidate(8, 1, Some(255)), candidate(9, 2, None)],
			elected: vec![[1; 32], [3; 32]],
		}
	}

	#[test]
	fn status_should_list_each_node_once_with_all_that_it_is() {
		let answer = status(&example()).unwrap();
		assert_eq!(
			answer.json()[0],
			json!({
				"node": address([1; 32]),
				"is_oracle": true,
				"score": 90,
				"reported_epoch": 6,
				"report": "committed",
				"misconduct": [{ "epoch": 6, "kind": "two reports" }],
				"candidacy": { "deed": 8, "since": 4, "epochs": 2, "availability": 255 },
				"would_be_elected": true,
			})
		);
		let rows = rows(&example());
		let nodes = rows.iter().map(|row| row.node.clone()).collect::<Vec<_>>();
		assert_eq!(nodes, [1, 2, 3, 4].map(|node| address([node; 32])));
		let candidate = &rows[1];
		assert_eq!((candidate.is_oracle, candidate.score), (false, Some(100)));
		assert_eq!((candidate.report, candidate.reported_epoch), (None, None));
		assert!(!candidate.would_be_elected && rows[2].would_be_elected);
		assert_eq!(rows[3].misconduct, [Misconduct { epoch: 5, kind: "two reports" }]);
	}

	#[test]
	fn report_should_be_nothing_in_the_first_epoch() {
		let first = OracleStatus { epoch: 0, ended: None, ..example() };
		assert_eq!((rows(&first)[0].report, rows(&first)[0].reported_epoch), (None, None));
	}
}

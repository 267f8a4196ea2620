// SPDX-License-Identifier: Apache-2.0

//! How rounds went, and how the open one goes.

use crate::{arguments::Arguments, output::Answer};
use cid::Cid;
use r1_api::{LearningRoundStatus, LearningStep};
use r1_chain::{EndedLearningRound, LearningOutcome};
use r1_core::LearningRound;
use r1_primitives::learning::Phase;
use serde::Serialize;

/// A round of a job.
#[derive(Serialize)]
struct Row {
	round: u64,
	/// `open`, `completed` or `failed`.
	state: &'static str,
	/// The phase of an open round.
	#[serde(skip_serializing_if = "Option::is_none")]
	phase: Option<String>,
	/// How many published keys, shares, updates, and what they revealed.
	published: [usize; 4],
	invited: usize,
	/// The file of the sum.
	#[serde(skip_serializing_if = "Option::is_none")]
	sum: Option<String>,
	/// Why there is none.
	#[serde(skip_serializing_if = "Option::is_none")]
	reason: Option<String>,
	/// What the node of the daemon does in it.
	#[serde(skip_serializing_if = "Option::is_none")]
	here: Option<LearningRoundStatus>,
}

pub(super) async fn run(arguments: &Arguments, job: u32) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let height = chain.finalised_state().await?.finalised.number;
	let rounds = chain.learning_rounds(job).await?;
	// A person may ask without a daemon, or about a job that is elsewhere.
	let here = match arguments.edge() {
		Ok(edge) => edge.learning_rounds(job).await.map_or(Vec::new(), |answer| answer.rounds),
		Err(_) => Vec::new(),
	};
	let mut rows: Vec<Row> = rounds.ended.iter().map(ended).collect();
	rows.extend(rounds.open.map(|round| open(&round, height, here)));
	let header = ["round", "state", "keys", "shares", "updates", "revealed", "of", "details"];
	Answer::rows(&rows, &header, |row| {
		let mut cells = vec![row.round.to_string(), row.state.to_owned()];
		cells.extend(row.published.iter().map(ToString::to_string));
		cells.push(row.invited.to_string());
		let here = row.here.as_ref().map(on_node);
		let details = [&row.phase, &row.sum, &row.reason, &here];
		cells.push(details.into_iter().flatten().cloned().collect::<Vec<_>>().join("; "));
		cells
	})
}

fn ended(round: &EndedLearningRound) -> Row {
	let (state, sum, reason) = match &round.outcome {
		LearningOutcome::Completed(file) => {
			let cid = Cid::try_from(file.cid.as_slice());
			("completed", cid.ok().map(|cid| cid.to_string()), None)
		},
		LearningOutcome::Failed(failure) => ("failed", None, Some(failure.to_string())),
	};
	Row {
		round: round.id,
		state,
		phase: None,
		published: round.published.map(usize::from),
		invited: usize::from(round.invited),
		sum,
		reason,
		here: None,
	}
}

fn open(round: &LearningRound, height: u32, here: Vec<LearningRoundStatus>) -> Row {
	let phase = match round.phase_in(height) {
		Some(Phase::Announce) => "waits for keys",
		Some(Phase::Share) => "waits for shares",
		Some(Phase::Upload) => "trains",
		Some(Phase::Reveal) => "waits for what is revealed",
		Some(Phase::Attest) => "oracles add up",
		None => "too few took part",
	};
	let of = |phase| round.members_of(phase);
	Row {
		round: round.id,
		state: "open",
		phase: Some(phase.to_owned()),
		published: [Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal].map(of),
		invited: round.invited.len(),
		sum: None,
		reason: None,
		here: here.into_iter().find(|status| status.round == round.id),
	}
}

/// What a node does, in a line.
fn on_node(status: &LearningRoundStatus) -> String {
	let step = match status.step {
		LearningStep::Announce => "its keys",
		LearningStep::Share => "its shares",
		LearningStep::Upload => "training",
		LearningStep::Reveal => "what it reveals",
		LearningStep::Attest => "the sum",
	};
	match (&status.reason, status.is_done, status.epochs.zip(status.loss)) {
		(Some(reason), ..) => format!("this node failed at {step}: {reason}"),
		(None, true, _) => format!("this node is done with {step}"),
		(None, false, Some((epochs, loss))) if status.step == LearningStep::Upload => {
			format!("this node trains: {epochs} times through its data, loss {loss:.3}")
		},
		(None, false, _) => format!("this node is at {step}"),
	}
}

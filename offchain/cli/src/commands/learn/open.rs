// SPDX-License-Identifier: Apache-2.0

//! Opening a round.

use super::{completed, model};
use crate::{
	arguments::{Arguments, LearnOpen},
	commands::Caller,
	output::{Answer, say},
};
use anyhow::{Context as _, ensure};
use cid::Cid;
use r1_api::EdgeClient;
use r1_chain::{
	Chain, EndedLearningRound,
	calls::{self, RoundOrder},
};
use r1_core::JobView;
use r1_deeploy::job::Document;
use r1_learning::{
	limits::PARTICIPANTS_MIN, privacy::Accountant, protocol::RoundSpec, trainer::Model,
};
use serde::Serialize;

/// The chance that privacy is worth less than what is said, as it is shown.
const DELTA: f64 = 1e-5;

/// A round that was opened.
#[derive(Serialize)]
struct Opened {
	job: u32,
	round: u64,
	model: String,
	previous: Option<u64>,
	minimum: u8,
	threshold: u8,
	/// What all rounds of the job with noise cost a participant, as the epsilon at a delta of 10^-5.
	#[serde(skip_serializing_if = "Option::is_none")]
	epsilon: Option<f64>,
}

/// The model that a round starts from.
struct Start {
	cid: Vec<u8>,
	text: String,
	bytes: Vec<u8>,
	model: Model,
	previous: Option<u64>,
}

pub(super) async fn run(arguments: &Arguments, order: &LearnOpen) -> anyhow::Result<Answer> {
	let caller = Caller::connect(arguments).await?;
	let edge = arguments.edge()?;
	let state = caller.chain.finalised_state().await?;
	let job = state.jobs.get(&order.job).with_context(|| format!("no job {}", order.job))?;
	let rounds = caller.chain.learning_rounds(order.job).await?;
	ensure!(rounds.open.is_none(), "job {} has an open round already", order.job);
	let start = start(&edge, job, &rounds.ended).await?;
	let spec = spec(order, &start, job.deeds.len())?;
	let epsilon = epsilon(&rounds.ended, &spec)?;
	if let Some(epsilon) = epsilon {
		say(&format!(
			"with this round, a participant's data is protected to an epsilon of {epsilon:.2} at a \
			 delta of {DELTA:e}"
		));
	}
	let call = calls::open_round(
		order.job,
		&RoundOrder {
			spec,
			model: start.cid,
			previous: start.previous,
			windows: [
				order.phase_blocks,
				order.phase_blocks,
				order.training_blocks,
				order.phase_blocks,
				order.phase_blocks,
			],
		},
	);
	if caller.is_dry_run {
		return caller.rehearse(&call).await;
	}
	caller.chain.submit(&call, &caller.signer).await?;
	let round = opened(&caller.chain, order.job).await?;
	let row = Opened {
		job: order.job,
		round,
		model: start.text,
		previous: start.previous,
		minimum: spec.minimum,
		threshold: spec.threshold,
		epsilon,
	};
	Answer::one(
		&row,
		&[
			("round", row.round.to_string()),
			(
				"starts from",
				match row.previous {
					Some(previous) => format!("{}, by the sum of round {previous}", row.model),
					None => row.model.clone(),
				},
			),
			("participants, at least", row.minimum.to_string()),
			("who would have to conspire", row.threshold.to_string()),
		],
	)
}

/// The model of the last sum, or else that of the specification.
async fn start(
	edge: &EdgeClient,
	job: &JobView,
	ended: &[EndedLearningRound],
) -> anyhow::Result<Start> {
	if let Some((round, file)) = completed(ended, None) {
		let model = model::after(edge, round, file).await?;
		let bytes = model.to_bytes()?;
		let text = edge.add_file(bytes.clone()).await?.cid;
		let cid = parsed(&text)?.to_bytes();
		return Ok(Start { cid, text, bytes, model, previous: Some(round.id) });
	}
	let cid = Cid::try_from(job.specification.as_slice())
		.context("the job's specification has no CID")?;
	let document = edge.file(&cid.to_string()).await?;
	let document = Document::read(&document).context("the job's specification is malformed")?;
	let learning = document.learning().with_context(|| {
		format!("job {} is of kind `{}`, and not of `learning`", job.id, document.kind())
	})?;
	let text = learning.model.to_string();
	let bytes = edge.file(&text).await?;
	let model = Model::from_bytes(&bytes)
		.with_context(|| format!("{text} is no model; `r1ctl learn init` makes one"))?;
	Ok(Start { cid: learning.model.to_bytes(), text, bytes, model, previous: None })
}

fn parsed(text: &str) -> anyhow::Result<Cid> {
	text.parse()
		.with_context(|| format!("the daemon answered with `{text}`, which is no CID"))
}

fn spec(order: &LearnOpen, start: &Start, nodes: usize) -> anyhow::Result<RoundSpec> {
	let nodes = u8::try_from(nodes).unwrap_or(u8::MAX);
	let two_thirds = nodes.saturating_sub(nodes / 3);
	let minimum = order.minimum.unwrap_or_else(|| two_thirds.max(PARTICIPANTS_MIN));
	let scaled = |value: f64, what: &str| {
		let scaled = value * (f64::from(order.scale_bits)).exp2();
		ensure!(
			scaled.is_finite() && (1.0..9e18).contains(&scaled),
			"--{what} of {value} is nothing, or too much, with {} bits after the point",
			order.scale_bits
		);
		Ok(scaled.round() as u64)
	};
	let noise = order.noise.map(|noise| scaled(noise * order.clip, "noise")).transpose()?;
	let spec = RoundSpec {
		model_hash: model::sha256(&start.bytes),
		length: u32::try_from(start.model.parameters().len()).unwrap_or(u32::MAX),
		minimum,
		threshold: order.threshold.unwrap_or(minimum / 2 + 1),
		scale_bits: order.scale_bits,
		clip: scaled(order.clip, "clip")?,
		// With noise all must count alike, or the weights would tell of the data.
		max_weight: if noise.is_some() { 1 } else { order.max_weight },
		noise,
	};
	spec.check()
		.map_err(|error| anyhow::anyhow!("no round can be opened like that: {error}"))?;
	Ok(spec)
}

/// What privacy costs with this round; `None` if it has no noise, and so no price.
fn epsilon(ended: &[EndedLearningRound], spec: &RoundSpec) -> anyhow::Result<Option<f64>> {
	if spec.noise.is_none() {
		return Ok(None);
	}
	let mut accountant = Accountant::default();
	// A round that failed late may have shown its sum: it counts as well.
	for round in ended.iter().filter(|round| round.published[2] > 0) {
		if accountant.spend(&round.spec).is_err() {
			return Ok(Some(f64::INFINITY));
		}
	}
	accountant.spend(spec)?;
	Ok(Some(accountant.epsilon(DELTA)?))
}

/// The number of the round that was just opened.
async fn opened(chain: &Chain, job: u32) -> anyhow::Result<u64> {
	let rounds = chain.learning_rounds(job).await?;
	let open = rounds.open.map(|round| round.id);
	let last = rounds.ended.last().map(|round| round.id);
	open.or(last).context("the round was opened, and is unknown")
}

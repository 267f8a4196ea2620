// SPDX-License-Identifier: Apache-2.0

//! Federated learning: data on nodes, rounds on the chain, and the model that comes of them.

mod model;
mod open;
mod status;

use super::{done, submit};
use crate::{
	arguments::{Arguments, Learn, LearnInit, LearnJoin, LearnResult},
	files,
	output::Answer,
};
use anyhow::{Context as _, bail, ensure};
use r1_chain::{EndedLearningRound, LearningOutcome, calls};
use r1_learning::{
	limits::DATASET_BYTES_MAX,
	trainer::{Dataset, Layer, Model, accuracy},
};
use serde::Serialize;
use std::path::Path;

pub(super) async fn run(arguments: &Arguments, command: &Learn) -> anyhow::Result<Answer> {
	match command {
		Learn::Init(order) => init(order),
		Learn::Open(order) => open::run(arguments, order).await,
		Learn::Status { job } => status::run(arguments, *job).await,
		Learn::Result(order) => result(arguments, order).await,
		Learn::Close { job } => close(arguments, *job).await,
		Learn::Join(order) => join(arguments, order).await,
		Learn::Leave { name } => leave(arguments, name).await,
		Learn::Data => data(arguments).await,
	}
}

/// A model in a file.
#[derive(Serialize)]
struct Written {
	parameters: usize,
	features: usize,
	classes: usize,
	sha256: String,
	/// The round whose sum is the last in it.
	#[serde(skip_serializing_if = "Option::is_none")]
	round: Option<u64>,
	/// The share of the test's samples whose class it finds.
	#[serde(skip_serializing_if = "Option::is_none")]
	accuracy: Option<f64>,
	#[serde(skip_serializing_if = "Option::is_none")]
	output: Option<String>,
}

impl Written {
	fn of(model: &Model, bytes: &[u8]) -> Self {
		Self {
			parameters: model.parameters().len(),
			features: model.features(),
			classes: model.classes(),
			sha256: hex::encode(model::sha256(bytes)),
			round: None,
			accuracy: None,
			output: None,
		}
	}

	fn answer(&self) -> anyhow::Result<Answer> {
		let mut lines = vec![
			("parameters", self.parameters.to_string()),
			("features and classes", format!("{} and {}", self.features, self.classes)),
			("SHA-256", self.sha256.clone()),
		];
		lines.extend(self.round.map(|round| ("learnt until round", round.to_string())));
		let percent = |share: f64| format!("{:.1} %", 100.0 * share);
		lines.extend(self.accuracy.map(|share| ("right on the test", percent(share))));
		lines.extend(self.output.iter().map(|output| ("model", output.clone())));
		Answer::one(self, &lines)
	}
}

fn init(order: &LearnInit) -> anyhow::Result<Answer> {
	let layers = match order.layers[..] {
		[inputs, outputs] => vec![Layer::Linear { inputs, outputs }],
		[inputs, hidden, outputs] => vec![
			Layer::Linear { inputs, outputs: hidden },
			Layer::Relu,
			Layer::Linear { inputs: hidden, outputs },
		],
		_ => bail!("--layers takes two or three numbers, such as 64,10 or 64,32,10"),
	};
	let model = Model::initial(layers, order.seed)?;
	let bytes = model.to_bytes()?;
	write_new(&order.output, &bytes)?;
	let output = Some(order.output.display().to_string());
	Written { output, ..Written::of(&model, &bytes) }.answer()
}

/// The model after a round, from the model before it and the sum that the oracles agreed on.
async fn result(arguments: &Arguments, order: &LearnResult) -> anyhow::Result<Answer> {
	let rounds = arguments.chain().await?.learning_rounds(order.job).await?;
	let (round, file) = completed(&rounds.ended, order.round).with_context(|| {
		let which = order.round.map_or("".to_owned(), |round| format!(" of number {round}"));
		format!(
			"job {} has no round{which} whose sum is known; see `r1ctl learn status`",
			order.job
		)
	})?;
	let edge = arguments.edge()?;
	let model = model::after(&edge, round, file).await?;
	let bytes = model.to_bytes()?;
	let mut written = Written { round: Some(round.id), ..Written::of(&model, &bytes) };
	if let Some(path) = &order.test {
		let test = files::read(path, DATASET_BYTES_MAX)?;
		let test = Dataset::from_bytes(&test, model.features(), model.classes())
			.with_context(|| format!("{} is no data for this model", path.display()))?;
		written.accuracy = Some(accuracy(&model, &test)?);
	}
	if let Some(path) = &order.output {
		write_new(path, &bytes)?;
		written.output = Some(path.display().to_string());
	}
	written.answer()
}

/// The last round that was completed, or the one that is asked for, and the file of its sum.
fn completed(
	ended: &[EndedLearningRound],
	wanted: Option<u64>,
) -> Option<(&EndedLearningRound, &model::SumFile)> {
	let is_wanted = |round: &&EndedLearningRound| wanted.is_none_or(|wanted| wanted == round.id);
	ended.iter().rev().filter(is_wanted).find_map(|round| match &round.outcome {
		LearningOutcome::Completed(file) => Some((round, file)),
		LearningOutcome::Failed(_) => None,
	})
}

async fn close(arguments: &Arguments, job: u32) -> anyhow::Result<Answer> {
	let rounds = arguments.chain().await?.learning_rounds(job).await?;
	let open = rounds.open.with_context(|| format!("job {job} has no open round"))?;
	let call = calls::close_round(open.id);
	submit(arguments, &call, |receipt| done(&call, receipt)).await
}

async fn join(arguments: &Arguments, order: &LearnJoin) -> anyhow::Result<Answer> {
	let bytes = files::read(&order.data, DATASET_BYTES_MAX)?;
	// What is wrong with it is said before it travels.
	Dataset::of_file(&bytes)
		.with_context(|| format!("{} is no data to learn from", order.data.display()))?;
	let kept = arguments.edge()?.keep_learning_data(&order.name, bytes).await?;
	Answer::one(
		&kept,
		&[
			("data set", kept.name.clone()),
			("samples", kept.samples.to_string()),
			("features", kept.features.to_string()),
			("classes, at least", kept.classes.to_string()),
		],
	)
}

async fn leave(arguments: &Arguments, name: &str) -> anyhow::Result<Answer> {
	let removed = arguments.edge()?.forget_learning_data(name).await?;
	let outcome = if removed.was_there { "gone" } else { "was not there" };
	let answer = Answer::one(&removed, &[("data set", format!("{name}: {outcome}"))])?;
	Ok(answer.negative(!removed.was_there))
}

async fn data(arguments: &Arguments) -> anyhow::Result<Answer> {
	let sets = arguments.edge()?.learning_data().await?.sets;
	Answer::rows(&sets, &["data set", "bytes"], |set| vec![set.name.clone(), set.bytes.to_string()])
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
	files::write_new(path, bytes).with_context(|| format!("could not write {}", path.display()))
}

/// Bytes that the chain knows the hash of.
fn check_hash(bytes: &[u8], expected: [u8; 32], what: &str) -> anyhow::Result<()> {
	ensure!(
		model::sha256(bytes) == expected,
		"{what} has another hash than the chain says: the daemon sent something else"
	);
	Ok(())
}

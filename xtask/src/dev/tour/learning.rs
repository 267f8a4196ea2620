// SPDX-License-Identifier: Apache-2.0

//! A step of its own: the three edge nodes train one model, each on digits that never leave it.

use super::{DEVELOPER, Stage, containers::placed, number, path_text, rows, say, text};
use crate::{dev::layout::Daemon, workspace::Workspace};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	fs,
	path::{Path, PathBuf},
	time::Duration,
};

/// Rows of 64 pixels of 0 to 16 and a label.
const DIGITS: &str = "offchain/learning/fixtures/digits.bin";
const PIXELS: usize = 64;
const ROW: usize = PIXELS + 1;

/// Rows to train on; those after them are of hands that nobody trained on.
const TRAINING_ROWS: usize = 1_437;

/// The name of the data set on all nodes, and the tag by which they are found.
const DATA: &str = "digits";
const TAG: &str = "DATA:digits";

/// Availability that a node needs to be chosen.
const AVAILABILITY_MIN: u64 = 179;

/// Epochs until every node was there for a whole one, and is known to have the data.
const KNOWN_TIMEOUT: Duration = Duration::from_secs(240);

/// A round has five phases, each of which ends in a final block.
const ROUND_TIMEOUT: Duration = Duration::from_secs(300);

/// Gives each node its own digits, has them train, and works out what they have learnt.
pub(super) fn train_together(stage: &mut Stage<'_>) -> Result<Value> {
	let folder = stage.network.layout().root.join("learning");
	// Models of an earlier tour are not overwritten.
	if folder.exists() {
		fs::remove_dir_all(&folder)?;
	}
	fs::create_dir(&folder)?;
	let nodes = stage.network.layout().edge_nodes().to_vec();
	let samples = share_out(stage, &folder, &nodes)?;
	wait_until_found(stage, nodes.len())?;
	let job = order(stage, &folder, nodes.len())?;
	let hosts = placed(stage.network, stage.control, job)?;
	ensure!(hosts.len() == nodes.len(), "the job runs on {} nodes", hosts.len());
	let round = round(stage, &hosts, job)?;
	let result = result(stage, &folder, job)?;
	say(format!(
		"they have learnt to tell {} of digits of other hands; nobody saw a digit or an update",
		percent(&result)?
	));
	Ok(json!({ "job": job, "samples": samples, "round": round, "result": result }))
}

/// Gives each node the digits that are its own: of half of all, those of some classes; of the other
/// half, every third.
fn share_out(stage: &Stage<'_>, folder: &Path, nodes: &[Daemon]) -> Result<Vec<u64>> {
	let rows = digits(stage.workspace)?;
	let mut samples = Vec::new();
	for (place, node) in nodes.iter().enumerate() {
		let is_its_own = |index: usize, row: &[u8]| match index % 2 {
			0 => usize::from(row[PIXELS]) % nodes.len() == place,
			_ => index / 2 % nodes.len() == place,
		};
		let training = rows.chunks(ROW).take(TRAINING_ROWS).enumerate();
		let own = training.filter(|(index, row)| is_its_own(*index, row)).map(|(_, row)| row);
		let file = folder.join(format!("{}.safetensors", node.name));
		fs::write(&file, safetensors(&own.collect::<Vec<_>>())?)?;
		let file = path_text(&file)?;
		let kept = stage.control.at(&node.api_url(), &["learn", "join", DATA, "--data", file])?;
		samples.push(number(&kept, "samples")?);
		say(format!("{} has {} digits to learn from", node.name, kept["samples"]));
	}
	Ok(samples)
}

/// Waits until every oracle's daemon knows that so many nodes have the data, and were there.
fn wait_until_found(stage: &mut Stage<'_>, count: usize) -> Result<()> {
	let control = stage.control;
	let layout = stage.network.layout();
	let oracles: Vec<String> = layout
		.daemons
		.iter()
		.take(layout.validators.len())
		.map(Daemon::api_url)
		.collect();
	stage.network.wait("every oracle to know who has the data", KNOWN_TIMEOUT, || {
		for oracle in &oracles {
			let nodes = control.at(oracle, &["network", "nodes"])?;
			let has_data = |row: &&Value| {
				let tags = row["capabilities"]["tags"].as_array();
				let is_tagged = tags.is_some_and(|tags| tags.iter().any(|tag| tag == TAG));
				is_tagged && row["availability"].as_u64().is_some_and(|it| AVAILABILITY_MIN <= it)
			};
			let found = rows(&nodes)?.iter().filter(has_data).count();
			ensure!(found == count, "{oracle} knows {found} of {count} nodes that can learn");
		}
		Ok(())
	})
}

/// Orders the job that trains a model which knows nothing yet.
fn order(stage: &Stage<'_>, folder: &Path, replicas: usize) -> Result<u64> {
	let entry = stage.network.layout().daemons[0].api_url();
	let control = stage.control;
	let model = folder.join("model.safetensors");
	let model = path_text(&model)?;
	control.query(&["learn", "init", "--layers", "64,10", "--output", model])?;
	let added = control.at(&entry, &["fs", "add", model])?;
	let specification = folder.join("job.yaml");
	let training = "{optimiser: adam, learning_rate: 0.01, epochs: 20, batch_samples: 16}";
	fs::write(
		&specification,
		format!(
			"version: 2\nkind: learning\nname: digits-together\nmodel: {}\ndata: {DATA}\ntraining: \
			 {training}\n",
			text(&added, "cid")?
		),
	)?;
	let (specification, replicas) = (path_text(&specification)?, replicas.to_string());
	let order = ["job", "submit", "--specification", specification, "--replicas", &replicas];
	let job = number(&control.signed(DEVELOPER, &entry, &order)?, "job")?;
	say(format!("job {job} orders {replicas} nodes that have digits, to train a model"));
	Ok(job)
}

/// Opens a round as soon as the nodes know the job, and waits until its sum is known.
fn round(stage: &mut Stage<'_>, hosts: &[Daemon], job: u64) -> Result<Value> {
	let control = stage.control;
	let entry = stage.network.layout().daemons[0].api_url();
	let number = job.to_string();
	stage.network.wait("every node to know the job", ROUND_TIMEOUT, || {
		for host in hosts {
			let status = control.at(&host.api_url(), &["job", "status", "--job", &number])?;
			ensure!(status["state"] == "serving", "{} says {status}", host.name);
		}
		Ok(())
	})?;
	let opened = control.signed(DEVELOPER, &entry, &["learn", "open", "--job", &number])?;
	say(format!("round {} is open to all three", opened["round"]));
	let completed = stage.network.wait("the round to end", ROUND_TIMEOUT, || {
		let rounds = control.at(&entry, &["learn", "status", "--job", &number])?;
		let round = rows(&rounds)?.last().cloned().context("the round is not final yet")?;
		ensure!(round["state"] != "open", "the round goes on: {round}");
		Ok(round)
	})?;
	ensure!(completed["state"] == "completed", "the round failed: {completed}");
	say(format!("two oracles came to the same sum, {}", text(&completed, "sum")?));
	Ok(json!({ "opened": opened, "completed": completed }))
}

/// Works out the model on the developer's machine, and tries it on digits of other hands.
fn result(stage: &Stage<'_>, folder: &Path, job: u64) -> Result<Value> {
	let rows = digits(stage.workspace)?;
	let test = folder.join("test.safetensors");
	fs::write(&test, safetensors(&rows.chunks(ROW).skip(TRAINING_ROWS).collect::<Vec<_>>())?)?;
	let output: PathBuf = folder.join("learnt.safetensors");
	let entry = stage.network.layout().daemons[0].api_url();
	let (job, test, output) = (job.to_string(), path_text(&test)?, path_text(&output)?);
	let order = ["learn", "result", "--job", &job, "--test", test, "--output", output];
	stage.control.at(&entry, &order)
}

fn digits(workspace: &Workspace) -> Result<Vec<u8>> {
	Ok(fs::read(workspace.root.join(DIGITS))?)
}

/// A file of safetensors with the pixels of some rows, scaled to 1, and their labels.
fn safetensors(rows: &[&[u8]]) -> Result<Vec<u8>> {
	let pixels = rows.iter().flat_map(|row| &row[..PIXELS]);
	let x: Vec<u8> = pixels.flat_map(|pixel| (f32::from(*pixel) / 16.0).to_le_bytes()).collect();
	let y: Vec<u8> = rows.iter().flat_map(|row| i64::from(row[PIXELS]).to_le_bytes()).collect();
	let mut header = serde_json::to_vec(&json!({
		"x": { "dtype": "F32", "shape": [rows.len(), PIXELS], "data_offsets": [0, x.len()] },
		"y": { "dtype": "I64", "shape": [rows.len()], "data_offsets": [x.len(), x.len() + y.len()] },
	}))?;
	// Tensors begin at a multiple of eight.
	header.resize(header.len().next_multiple_of(8), b' ');
	let mut file = u64::try_from(header.len())?.to_le_bytes().to_vec();
	file.extend(header);
	file.extend(x);
	file.extend(y);
	Ok(file)
}

fn percent(result: &Value) -> Result<String> {
	let share = result["accuracy"].as_f64().context("the model was tried")?;
	Ok(format!("{:.1} %", 100.0 * share))
}

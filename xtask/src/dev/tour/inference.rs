// SPDX-License-Identifier: Apache-2.0

//! Steps 4 and 6: a job is ordered, placed, used, attested and paid.

use super::{DEVELOPER, Stage, decimal, number, rows, say, text};
use crate::dev::layout::Daemon;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// What the developer sets aside: more than the job below costs.
const DEPOSIT_USDC: &str = "100";

/// Replicas that are ordered.
const REPLICAS: usize = 2;

/// Name that the model is served under.
const MODEL: &str = "digits";

/// Votes of the oracles need a few blocks, and so does finality.
const PLACEMENT_TIMEOUT: Duration = Duration::from_secs(120);

/// A placed node fetches the model from the mesh and loads it.
const SERVING_TIMEOUT: Duration = Duration::from_secs(60);

/// The job's first epochs must end, be decided and be settled.
const SETTLEMENT_TIMEOUT: Duration = Duration::from_secs(240);

/// Pictures that are shown one by one; all count for the accuracy.
const SHOWN: usize = 10;

pub(super) fn order_and_use(stage: &mut Stage<'_>) -> Result<Value> {
	let entry = stage.network.layout().daemons[0].api_url();
	let control = stage.control;
	control.signed(DEVELOPER, &entry, &["escrow", "deposit", DEPOSIT_USDC])?;
	say(format!("{DEPOSIT_USDC} USDC are in the developer's escrow"));

	let model = stage.workspace.root.join("models/digits/digits.onnx");
	let model = model.to_str().context("the path of the model is not text")?;
	let replicas = REPLICAS.to_string();
	let ordered = control.signed(
		DEVELOPER,
		&entry,
		&[
			"job",
			"submit",
			"--name",
			MODEL,
			"--model",
			model,
			"--replicas",
			&replicas,
			// Pixels are whole numbers from 0 to 16.
			"--probe-maximum",
			"16",
		],
	)?;
	let job = number(&ordered, "job")?;
	say(format!("the model is in the content store as {}", text(&ordered, "model")?));
	say(format!("job {job} orders {REPLICAS} replicas of it"));

	let placed = stage.network.wait("the oracles to place the job", PLACEMENT_TIMEOUT, || {
		let jobs = control.query(&["job", "list"])?;
		let placed = rows(&jobs)?
			.iter()
			.find(|row| row.get("job").and_then(Value::as_u64) == Some(job))
			.context("the job is not in finalised state yet")?;
		let nodes = rows(placed.get("nodes").context("a job has nodes")?)?;
		ensure!(!nodes.is_empty(), "the oracles have not agreed on nodes yet");
		Ok(placed.clone())
	})?;
	say(format!("the oracles placed it on deeds {}", placed["deeds"]));

	let hosts = hosts(stage, &placed)?;
	let outcome = use_model(stage, &hosts)?;
	let agreement = super::agreement::agree(stage, job, &hosts)?;
	let anchoring = super::anchoring::prove(stage, job, &hosts)?;
	Ok(json!({
		"job": job,
		"model": text(&ordered, "model")?,
		"price_per_epoch": text(&ordered, "price_per_epoch")?,
		"deeds": placed["deeds"],
		"machines": hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(),
		"accuracy": outcome,
		"agreement": agreement,
		"anchoring": anchoring,
	}))
}

/// The machines that a job is placed on, found by their node keys.
fn hosts(stage: &Stage<'_>, placed: &Value) -> Result<Vec<Daemon>> {
	let nodes = rows(placed.get("nodes").context("a job has nodes")?)?;
	let mut hosts = Vec::new();
	for daemon in stage.network.layout().edge_nodes() {
		let status = stage.control.at(&daemon.api_url(), &["node", "status"])?;
		if nodes.iter().any(|node| node.as_str() == text(&status, "node").ok()) {
			hosts.push(daemon.clone());
		}
	}
	ensure!(hosts.len() == nodes.len(), "{} of {} nodes are known", hosts.len(), nodes.len());
	Ok(hosts)
}

/// Sends the held-out pictures to the replicas in turn, and compares with the true labels.
fn use_model(stage: &mut Stage<'_>, hosts: &[Daemon]) -> Result<Value> {
	let held_out = stage.workspace.root.join("models/digits/held-out.json");
	let held_out: Value = serde_json::from_slice(&fs::read(held_out)?)?;
	let examples = rows(held_out.get("examples").context("there are held-out examples")?)?;
	let control = stage.control;
	let mut labels = Vec::new();
	let mut predictions = Vec::new();
	for (host, share) in hosts.iter().zip(examples.chunks(examples.len().div_ceil(hosts.len()))) {
		let file = stage.network.layout().root.join(format!("request-{}.json", host.name));
		fs::write(&file, serde_json::to_vec(&request(share)?)?)?;
		let file = file.to_str().context("the path of the request is not text")?;
		let url = host.api_url();
		let response =
			stage.network.wait(&format!("{} to serve", host.name), SERVING_TIMEOUT, || {
				control.at(&url, &["infer", "--model", MODEL, "--request", file])
			})?;
		let found = most_probable(&response, share.len())?;
		say(format!("{} answered {} pictures", host.name, found.len()));
		for (example, prediction) in share.iter().zip(found) {
			labels.push(number(example, "label")?);
			predictions.push(prediction);
		}
	}
	let shown = labels.iter().zip(&predictions).take(SHOWN);
	for (label, prediction) in shown {
		let mark = if label == prediction { "" } else { "   wrong" };
		say(format!("  predicted {prediction}   is {label}{mark}"));
	}
	let correct = labels.iter().zip(&predictions).filter(|(label, found)| label == found).count();
	let total = labels.len();
	say(format!("{correct} of {total} right: {:.1} %", 100.0 * correct as f64 / total as f64));
	Ok(json!({ "correct": correct, "total": total, "predictions": predictions }))
}

/// An Open Inference Protocol request for some pictures.
fn request(examples: &[Value]) -> Result<Value> {
	let mut pixels = Vec::new();
	for example in examples {
		pixels.extend_from_slice(rows(example.get("image").context("an example has an image")?)?);
	}
	let width = pixels.len() / examples.len().max(1);
	Ok(json!({
		"inputs": [{
			"name": "image",
			"datatype": "FP32",
			"shape": [examples.len(), width],
			"data": pixels,
		}],
	}))
}

/// The most probable class of each picture.
fn most_probable(response: &Value, pictures: usize) -> Result<Vec<u64>> {
	let output = response
		.get("outputs")
		.and_then(|outputs| outputs.get(0))
		.context("the response has an output")?;
	let data = rows(output.get("data").context("an output has data")?)?;
	let probabilities = data
		.iter()
		.map(|value| value.as_f64().context("not a number"))
		.collect::<Result<Vec<_>>>()?;
	ensure!(pictures > 0 && probabilities.len() % pictures == 0, "an output has a row a picture");
	Ok(probabilities
		.chunks(probabilities.len() / pictures)
		.map(|row| {
			(0u64..)
				.zip(row)
				.max_by(|(_, left), (_, right)| left.total_cmp(right))
				.map_or(0, |(class, _)| class)
		})
		.collect())
}

pub(super) fn settle(stage: &mut Stage<'_>, job: u64) -> Result<Value> {
	let control = stage.control;
	let of_job = |payment: &&Value| payment.get("job").and_then(Value::as_u64) == Some(job);
	let is =
		|payment: &Value, what: &str| payment.get("what").and_then(Value::as_str) == Some(what);
	let settled =
		stage.network.wait("an epoch of the job to settle", SETTLEMENT_TIMEOUT, || {
			let history = control.query(&["rewards", "history"])?;
			let payments = rows(&history)?.iter().filter(of_job).cloned().collect::<Vec<_>>();
			ensure!(payments.iter().any(|it| is(it, "work accrued")), "nothing has accrued yet");
			ensure!(payments.iter().any(|it| is(it, "burned")), "nothing was burned yet");
			Ok(payments)
		})?;
	for payment in &settled {
		let epoch = payment["epochs"][0].as_u64().context("a payment is for an epoch")?;
		if is(payment, "work accrued") {
			say(format!(
				"epoch {epoch}  deed {}  {} USDC accrued to its owner, {}",
				number(payment, "deed")?,
				decimal(text(payment, "usdc")?, 6),
				text(payment, "note")?
			));
		} else {
			say(format!(
				"epoch {epoch}  {} USDC swapped to {} R1, which are burned",
				decimal(text(payment, "usdc")?, 6),
				decimal(text(payment, "r1")?, 18)
			));
		}
	}
	Ok(Value::Array(settled))
}

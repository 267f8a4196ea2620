// SPDX-License-Identifier: Apache-2.0

//! A step of its own: a model is ordered that nodes evaluate on ciphertexts, and the developer opens
//! what comes back.

use super::{
	DEVELOPER, Stage,
	containers::placed,
	number, path_text, rows, say,
	spying::{Eavesdropper, Marker, found_in, found_in_memory},
	text,
};
use crate::{
	dev::{Network, layout::Daemon},
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

/// The model, in the folder of models, and the name that it is served under.
const MODEL: &str = "edil-digits";
const NAME: &str = "private-digits";

/// Nodes that it is ordered on.
const REPLICAS: &str = "2";

/// Pictures that each node evaluates.
const PICTURES: usize = 5;

/// A placed node fetches the model from the mesh and loads it.
const SERVING_TIMEOUT: Duration = Duration::from_secs(60);

/// The job's first epochs must end, be decided and be settled.
const SETTLEMENT_TIMEOUT: Duration = Duration::from_secs(240);

/// The developer's files: what is secret never leaves this folder.
struct Files {
	folder: PathBuf,
	models: PathBuf,
	/// The pictures that the model in the clear is shown.
	shown: PathBuf,
}

impl Files {
	fn new(workspace: &Workspace, network: &Network) -> Self {
		let folder = network.layout().root.join("encrypted");
		let models = workspace.root.join("models");
		Self { folder, shown: models.join("digits/held-out.json"), models: models.join(MODEL) }
	}

	/// What the trainer computed of each picture.
	fn vectors(&self) -> Result<Value> {
		Ok(serde_json::from_slice(&fs::read(self.model("vectors.json")?)?)?)
	}

	/// Which pictures are shown to so many nodes: none that the model in the clear was shown, so that
	/// no node ever saw one of them.
	fn pictures(&self, vectors: &Value, nodes: usize) -> Result<Vec<usize>> {
		let shown: Value = serde_json::from_slice(&fs::read(&self.shown)?)?;
		let shown: BTreeSet<String> = rows(&shown["examples"])?
			.iter()
			.map(|example| example["image"].to_string())
			.collect();
		let mut pictures = Vec::new();
		for picture in 0..rows(&vectors["raw"])?.len() {
			if !shown.contains(&serde_json::to_string(&pixels(vectors, picture)?)?) {
				pictures.push(picture);
			}
		}
		pictures.truncate(nodes * PICTURES);
		Ok(pictures)
	}

	fn own(&self, name: &str) -> Result<String> {
		Ok(path_text(&self.folder.join(name))?.to_owned())
	}

	fn model(&self, name: &str) -> Result<String> {
		Ok(path_text(&self.models.join(name))?.to_owned())
	}
}

/// Orders the model, has pictures evaluated that no node sees, and compares with the trainer's own
/// integers.
pub(super) fn order_and_use(stage: &mut Stage<'_>) -> Result<Value> {
	let files = Files::new(stage.workspace, stage.network);
	// Keys of an earlier tour are not overwritten.
	if files.folder.exists() {
		fs::remove_dir_all(&files.folder)?;
	}
	fs::create_dir(&files.folder)?;
	let keys = make_keys(stage, &files)?;
	let job = order(stage, &files)?;
	let hosts = placed(stage.network, stage.control, job)?;
	let vectors = files.vectors()?;
	let mut predictions = Vec::new();
	let mut secrets = secrets_of_key(&files)?;
	let mut heard = Vec::new();
	let pictures = files.pictures(&vectors, hosts.len())?;
	for (host, share) in hosts.iter().zip(pictures.chunks(PICTURES)) {
		for picture in share {
			secrets.extend(secrets_of_picture(&vectors, *picture)?);
		}
		let between = Eavesdropper::before(host.api_port)?;
		predictions.extend(predict(stage, &files, host, &between, &vectors, share)?);
		heard.push(listen(host, &between, &secrets)?);
	}
	let seen = what_is_seen(stage, &files, &vectors)?;
	let correct = predictions.iter().filter(|one| one["predicted"] == one["label"]).count();
	say(format!("{correct} of {} right, and no node saw a picture", predictions.len()));
	Ok(json!({
		"job": job,
		"hosts": hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(),
		"parameters": keys["parameters"],
		"predictions": predictions,
		"seen": seen,
		"heard": heard,
	}))
}

/// Looks for what the developer keeps secret in the memory of every node that evaluated it.
///
/// # Errors
///
/// It is there, or what must be there is not.
pub(in crate::dev) fn look_into_nodes(
	workspace: &Workspace,
	network: &Network,
	hosts: &Value,
) -> Result<Value> {
	eprintln!("\nMemory of nodes\n");
	let files = Files::new(workspace, network);
	let vectors = files.vectors()?;
	let mut secrets = secrets_of_key(&files)?;
	for picture in files.pictures(&vectors, rows(hosts)?.len())? {
		secrets.extend(secrets_of_picture(&vectors, picture)?);
	}
	// Or nothing would be found because nothing was looked at.
	let known = Marker::new("the name of the model", NAME);
	let looked_for = [&secrets[..], std::slice::from_ref(&known)].concat();
	let mut looked = Vec::new();
	for host in rows(hosts)? {
		let name = host.as_str().context("a node has a name")?;
		let (found, bytes) = found_in_memory(network.pid(name)?, &looked_for)?;
		ensure!(found == [known.name.clone()], "{name} has in its memory: {found:?}");
		say(format!("{} secrets are not in the {bytes} bytes of {name}", secrets.len()));
		looked.push(json!({ "host": name, "bytes": bytes, "secrets": secrets.len() }));
	}
	Ok(Value::from(looked))
}

/// What must be in no traffic and in no node's memory: the secret key, as it is in its file and as it is
/// computed with.
fn secrets_of_key(files: &Files) -> Result<Vec<Marker>> {
	let key = fs::read(files.own("secret.key")?)?;
	let packed = &key[key.len() - 48..];
	let words = |bits: [u32; 8]| -> Vec<u8> {
		let of_byte = |byte: &u8| bits.map(|bit| u64::from(byte >> bit & 1));
		packed.iter().take(8).flat_map(of_byte).flat_map(u64::to_le_bytes).collect()
	};
	let downwards = [7, 6, 5, 4, 3, 2, 1, 0];
	Ok(vec![
		Marker::new("the secret key", packed),
		Marker::new("the secret key's bits, upwards", words([0, 1, 2, 3, 4, 5, 6, 7])),
		Marker::new("the secret key's bits, downwards", words(downwards)),
	])
}

/// The same of a picture: as it is in its file, and as it is computed with.
fn secrets_of_picture(vectors: &Value, picture: usize) -> Result<Vec<Marker>> {
	let pixels = pixels(vectors, picture)?;
	let text = serde_json::to_string(&pixels)?;
	let numbers: Vec<u8> =
		pixels.iter().flat_map(|pixel| f64::from(*pixel).to_le_bytes()).collect();
	Ok(vec![
		Marker::new(&format!("picture {picture} as text"), text),
		Marker::new(&format!("picture {picture} as bytes"), pixels),
		Marker::new(&format!("picture {picture} as numbers"), numbers),
	])
}

/// Whether anything secret passed between the developer and a node.
fn listen(host: &Daemon, between: &Eavesdropper, secrets: &[Marker]) -> Result<Value> {
	let heard = between.heard()?;
	let path = Marker::new("the path of requests", format!("/v1/encrypted/{NAME}/infer"));
	let found = found_in(&heard, &[secrets, std::slice::from_ref(&path)].concat());
	ensure!(found == [path.name], "on the way to {} there was: {found:?}", host.name);
	say(format!("{} bytes passed to and from {}, and nothing secret", heard.len(), host.name));
	Ok(json!({ "host": host.name, "bytes": heard.len() }))
}

/// Waits until the oracles, who repeat evaluations, have had the nodes paid for an epoch.
pub(super) fn settle(stage: &mut Stage<'_>, job: u64) -> Result<Value> {
	let control = stage.control;
	let what = "an epoch of the encrypted job to settle";
	let accrued = stage.network.wait(what, SETTLEMENT_TIMEOUT, || {
		let history = control.query(&["rewards", "history"])?;
		let accrued = rows(&history)?.iter().find(|payment| {
			payment["job"].as_u64() == Some(job) && payment["what"] == "work accrued"
		});
		accrued.cloned().context("nothing has accrued yet")
	})?;
	say(format!("oracles repeated evaluations, byte for byte: {}", text(&accrued, "note")?));
	Ok(accrued)
}

fn make_keys(stage: &Stage<'_>, files: &Files) -> Result<Value> {
	let (model, secret) = (files.model("model.edil")?, files.own("secret.key")?);
	let evaluation = files.own("evaluation.key")?;
	let keys = stage.control.query(&[
		"edil",
		"keygen",
		"--model",
		&model,
		"--secret-key",
		&secret,
		"--evaluation-key",
		&evaluation,
	])?;
	let bytes = fs::metadata(&evaluation)?.len();
	say(format!("the developer's secret key stays in its folder; nodes get one of {bytes} bytes"));
	Ok(keys)
}

fn order(stage: &Stage<'_>, files: &Files) -> Result<u64> {
	let entry = stage.network.layout().daemons[0].api_url();
	let control = stage.control;
	let added = control.at(&entry, &["fs", "add", &files.model("model.edil")?])?;
	let model = text(&added, "cid")?;
	let path = files.own("job.yaml")?;
	let job = format!("version: 2\nkind: encrypted-model\nname: {NAME}\nmodel: {model}\n");
	fs::write(&path, job)?;
	let order = ["job", "submit", "--specification", &path, "--replicas", REPLICAS];
	let job = number(&control.signed(DEVELOPER, &entry, &order)?, "job")?;
	say(format!("job {job} orders {REPLICAS} replicas of a model that works on ciphertexts"));
	Ok(job)
}

/// Has a node evaluate pictures; every logit must be the trainer's.
fn predict(
	stage: &mut Stage<'_>,
	files: &Files,
	host: &Daemon,
	between: &Eavesdropper,
	vectors: &Value,
	pictures: &[usize],
) -> Result<Vec<Value>> {
	let control = stage.control;
	let (secret, values) = (files.own("secret.key")?, files.own("values.json")?);
	let (evaluation, encoder) = (files.own("evaluation.key")?, files.model("encoder.json")?);
	let arguments = [
		"edil",
		"predict",
		NAME,
		"--secret-key",
		&secret,
		"--evaluation-key",
		&evaluation,
		"--encoder",
		&encoder,
		"--values",
		&values,
	];
	let url = between.url();
	let mut predictions = Vec::new();
	for picture in pictures {
		fs::write(&values, serde_json::to_vec(&pixels(vectors, *picture)?)?)?;
		let what = format!("{} to evaluate a picture", host.name);
		let answer = stage.network.wait(&what, SERVING_TIMEOUT, || control.at(&url, &arguments))?;
		let logits = &vectors["logits"][*picture];
		ensure!(answer["logits"] == *logits, "{} says {answer} of {logits}", host.name);
		let label = vectors["labels"][*picture].as_u64().context("a picture has a label")?;
		let predicted = number(&answer, "largest")?;
		let mark = if predicted == label { "" } else { "   wrong" };
		say(format!("  {} predicted {predicted}   is {label}{mark}", host.name));
		predictions.push(json!({
			"host": host.name,
			"picture": picture,
			"predicted": predicted,
			"label": label,
		}));
	}
	Ok(predictions)
}

/// What a request looks like to a node: of one picture, twice, and nothing alike.
fn what_is_seen(stage: &Stage<'_>, files: &Files, vectors: &Value) -> Result<Value> {
	let values = files.own("values.json")?;
	fs::write(&values, serde_json::to_vec(&pixels(vectors, 0)?)?)?;
	let mut requests = Vec::new();
	for name in ["first.request", "second.request"] {
		let path = files.own(name)?;
		stage.control.query(&[
			"edil",
			"encrypt",
			"--model",
			&files.model("model.edil")?,
			"--secret-key",
			&files.own("secret.key")?,
			"--encoder",
			&files.model("encoder.json")?,
			"--values",
			&values,
			"--output",
			&path,
		])?;
		requests.push(fs::read(&path)?);
	}
	// Behind the names of model and key there is a seed, and words under the mask that it makes.
	let [first, second] = [&requests[0], &requests[1]].map(|bytes| &bytes[bytes.len() - 144..]);
	let alike = first.iter().zip(second).filter(|(one, other)| one == other).count();
	ensure!(alike < 16, "{alike} of 144 bytes are alike in two requests for one picture");
	let shown: String = first.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
	say(format!("what a node sees of a picture, in {} bytes: …{shown}…", requests[0].len()));
	Ok(json!({ "bytes": requests[0].len(), "alike": alike }))
}

/// A picture as its pixels; the vectors have a letter for each of 17 shades.
fn pixels(vectors: &Value, picture: usize) -> Result<Vec<u8>> {
	let letters = vectors["raw"][picture].as_str().context("a picture is letters")?;
	Ok(letters.bytes().map(|letter| letter.saturating_sub(b'a')).collect())
}

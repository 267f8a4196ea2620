// SPDX-License-Identifier: Apache-2.0

//! A node of a job proves what a key held when an epoch ended, and the chain has the root.

use super::{Stage, number, say, text};
use crate::dev::layout::Daemon;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// An epoch ends within a minute, and is settled in the next one.
const ANCHORED_TIMEOUT: Duration = Duration::from_secs(240);

/// What is proven.
const KEY: &str = "minutes";
const VALUE: &str = "decided unanimously";

/// Stores something in the job's namespace, waits until the oracles have agreed on its root, and lets
/// each node prove it; and that another key held nothing.
pub(super) fn prove(stage: &mut Stage<'_>, job: u64, hosts: &[Daemon]) -> Result<Value> {
	let (namespace, job) = (format!("job/{job}"), job.to_string());
	let control = stage.control;
	let first = hosts.first().context("a job has nodes")?.api_url();
	let copies = hosts.len().to_string();
	control.at(&first, &["cstore", "set", &namespace, KEY, VALUE, "--copies", &copies])?;
	let file = stage.network.layout().root.join("proof.bin");
	let file = file.to_str().context("the path of the proof is not text")?;
	let proof = |node: &Daemon, key: &str, epoch: u64, more: &[&str]| {
		let epoch = epoch.to_string();
		let arguments = ["cstore", "prove", key, "--epoch", &epoch, "--job", &job];
		control.asked(&node.api_url(), &[&arguments[..], more].concat())
	};
	let epoch = stage.network.wait("the oracles to agree on roots", ANCHORED_TIMEOUT, || {
		let status = control.query(&["network", "status"])?;
		let ended = number(&status, "epoch")?.checked_sub(1).context("no epoch is over")?;
		for node in hosts {
			let (shown, _) = proof(node, KEY, ended, &[])?;
			ensure!(shown["value"] == VALUE, "{} held something else then: {shown}", node.name);
		}
		Ok(ended)
	})?;
	let mut proofs = Vec::new();
	for node in hosts {
		let (shown, is_there) = proof(node, KEY, epoch, &["--output", file])?;
		ensure!(is_there && shown["value"] == VALUE, "{} proves {shown}", node.name);
		// A stranger needs the file and the chain alone.
		let checked = control.query(&["cstore", "verify", file])?;
		ensure!(checked == shown, "a stranger reads {checked} where {} says {shown}", node.name);
		let (nothing, is_there) = proof(node, "no-such-key", epoch, &[])?;
		ensure!(!is_there && nothing["value"].is_null(), "{} proves {nothing}", node.name);
		say(format!(
			"{} proves what `{KEY}` held when epoch {epoch} ended, under the root {}",
			node.name,
			text(&shown, "root")?
		));
		proofs.push(shown);
	}
	Ok(json!({ "epoch": epoch, "proofs": proofs }))
}

// SPDX-License-Identifier: Apache-2.0

//! Who may use a daemon: wallets sign in with a stock client, strangers attack, a secret reaches the
//! nodes that it is for, and a node whose deed is taken leaves the mesh.

use super::{DEVELOPER, OPERATOR, number, rows, say};
use crate::{
	client,
	dev::{Control, Network, layout::Daemon},
	rpc,
	workspace::Workspace,
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// An epoch is over and decided within a minute and a half, and then there is time to leave.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(240);

/// A daemon hears of a block at once, and closes connections with it.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(60);

/// The nodes fetch the new specification, and open what is in it.
const SECRET_TIMEOUT: Duration = Duration::from_secs(60);

/// What the developer seals, and what his job calls it.
const SECRET: &str = "hello, and nobody else";
const NAME: &str = "greeting";

/// Plays it; the report has an entry for each part.
///
/// # Errors
///
/// A part does not end as it must.
pub(in crate::dev) fn access(
	workspace: &Workspace,
	network: &mut Network,
	control: &Control,
) -> Result<Value> {
	eprintln!("\nAccess\n");
	let daemon = network.layout().edge_nodes()[0].clone();
	let url = daemon.api_url();
	let sign_in = client::report(workspace, "sign-in.mjs", &[&url, OPERATOR])?;
	say("wallets with sr25519, ed25519 and ecdsa keys sign in, as the browser's extension signs");
	let pid = network.pid(&daemon.name)?.to_string();
	let load = client::report(workspace, "load.mjs", &[&url, &pid])?;
	for attack in ["connections", "bodies", "signatures"] {
		let good = &load[attack]["good"];
		say(format!("attacked by {attack}, {} serves on: {good}", daemon.name));
	}
	Ok(json!({
		"sign_in": sign_in,
		"load": load,
		"secret": seal_a_secret(network, control, &url)?,
		"admission": lose_a_deed(network, control)?,
	}))
}

/// The developer seals a secret for the nodes of his job, and each of them opens it.
fn seal_a_secret(network: &mut Network, control: &Control, url: &str) -> Result<Value> {
	let jobs = control.query(&["job", "list"])?;
	let job = number(rows(&jobs)?.first().context("there is a job")?, "job")?.to_string();
	let folder = network.layout().root.clone();
	let (plain, sealed) = (folder.join("greeting"), folder.join("greeting.age"));
	fs::write(&plain, SECRET).context("could not write the secret")?;
	let (plain, sealed) = (plain.to_string_lossy(), sealed.to_string_lossy());
	let seal = ["secret", "seal", "--to-job", &job, "--name", NAME, "--file", &plain];
	let seal = [seal.as_slice(), &["--output", &sealed]].concat();
	control.signed(DEVELOPER, url, &seal)?;
	let named = format!("{NAME}={sealed}");
	control.signed(DEVELOPER, url, &["job", "update", "--job", &job, "--secret", &named])?;
	let serving = serving_daemons(network, control)?;
	let files: Vec<_> = serving
		.iter()
		.map(|daemon| {
			let data = network.layout().data(&daemon.name);
			data.join("jobs").join(&job).join("secrets").join(NAME)
		})
		.collect();
	network.wait("the job's nodes to open the secret", SECRET_TIMEOUT, || {
		for file in &files {
			let opened = fs::read_to_string(file).unwrap_or_default();
			ensure!(opened == SECRET, "{} has `{opened}`", file.display());
		}
		Ok(())
	})?;
	let names: Vec<_> = serving.iter().map(|daemon| daemon.name.as_str()).collect();
	say(format!(
		"a secret for job {job} is opened by {}, whom it was sealed for",
		names.join(", ")
	));
	Ok(json!({ "job": job, "opened_by": names }))
}

/// The operator unlinks a node: with the block that says so, nobody speaks with it any more.
fn lose_a_deed(network: &mut Network, control: &Control) -> Result<Value> {
	let (daemon, status) = idle_daemon(network, control)?;
	let status = &status["details"];
	ensure!(number(status, "peers")? > 0, "{} has no peer to lose: {status}", daemon.name);
	let port = network.layout().validators[0].rpc_port;
	let deed = number(status, "deed")?.to_string();
	let url = daemon.api_url();
	let claim = ["rewards", "claim", "--deeds", &deed];
	let unlink = ["deed", "unlink", "--deed", &deed];
	network.wait("the deed to have nothing left to claim", CLAIM_TIMEOUT, || {
		// There may be nothing to claim, or an epoch that is not decided yet: the chain knows.
		let claimed = control.signed(OPERATOR, &url, &claim).err();
		let unlinked = control.signed(OPERATOR, &url, &unlink);
		unlinked.with_context(|| format!("the claim before it: {claimed:?}"))
	})?;
	// The command ends when its block is final: no block that is final before says so.
	let unlinked = rpc::finalised_number(port)?;
	let alone = network.wait("the node to be alone", LEAVE_TIMEOUT, || {
		let status = control.at(&url, &["node", "status"])?;
		let finalised = rpc::finalised_number(port)?;
		let peers = number(&status["details"], "peers")?;
		ensure!(peers == 0, "{} has {peers} peers at block {finalised}", daemon.name);
		Ok(finalised)
	})?;
	say(format!("{} loses deed {deed} by block {unlinked}, and is alone by {alone}", daemon.name));
	Ok(json!({ "deed": deed, "unlinked_by": unlinked, "alone_by": alone }))
}

/// The edge nodes that serve a model.
fn serving_daemons(network: &Network, control: &Control) -> Result<Vec<Daemon>> {
	let mut serving = Vec::new();
	for daemon in network.layout().edge_nodes() {
		let status = control.at(&daemon.api_url(), &["node", "status"])?;
		if !rows(status.get("models").context("a node lists its models")?)?.is_empty() {
			serving.push(daemon.clone());
		}
	}
	Ok(serving)
}

/// An edge node that serves nothing, and what it says of itself.
fn idle_daemon(network: &Network, control: &Control) -> Result<(Daemon, Value)> {
	for daemon in network.layout().edge_nodes().iter().rev() {
		let status = control.at(&daemon.api_url(), &["node", "status"])?;
		if rows(status.get("models").context("a node lists its models")?)?.is_empty() {
			return Ok((daemon.clone(), status));
		}
	}
	bail!("every edge node serves a model")
}

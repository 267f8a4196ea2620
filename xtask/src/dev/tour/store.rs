// SPDX-License-Identifier: Apache-2.0

//! The store: apps that were written for others use it at the nodes of one owner.

use super::say;
use crate::{
	client,
	dev::{Network, layout::Daemon},
	workspace::Workspace,
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
	io::Write as _,
	process::{Command, Stdio},
	time::Duration,
};

/// A daemon starts with the newest finalised block, and finds its peers.
const RESTART_TIMEOUT: Duration = Duration::from_secs(120);

/// Plays it; the report has an entry for each client.
///
/// # Errors
///
/// A client finds something wrong.
pub(in crate::dev) fn store(workspace: &Workspace, network: &mut Network) -> Result<Value> {
	eprintln!("\nThe store\n");
	// The operator owns the deeds of all of them, so they replicate what is his.
	let nodes = network.layout().edge_nodes().to_vec();
	let addresses: Vec<String> = nodes
		.iter()
		.flat_map(|node| {
			[format!("http://127.0.0.1:{}", node.cstore_port), node.resp_port.to_string()]
		})
		.collect();
	let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
	let clients = client::report(workspace, "store.mjs", &addresses)?;
	say(format!(
		"the SDK of the deployed network and a Redis client agree at {} nodes",
		nodes.len()
	));
	let (first, second) = (nodes[0].resp_port, nodes[1].resp_port);
	// On all three, or the second node might not have it yet.
	let wrote = redis_cli(first, "SET tour hello\nINCRBY tours 1\nWAIT 2 10000\n")?;
	ensure!(wrote == ["OK", "1", "2"], "redis-cli heard {wrote:?} at the first node");
	let read = redis_cli(second, "GET tour\nINCRBY tours 1\nTYPE tour\n")?;
	ensure!(read == ["hello", "2", "string"], "redis-cli heard {read:?} at the second node");
	say("redis-cli reads at the second node what it wrote at the first");
	Ok(json!({
		"clients": clients,
		"redis_cli": { "wrote": wrote, "read": read },
		"kills": survive_kills(network, &nodes)?,
	}))
}

/// What was said to be stored is there after a kill: of one node, if another had it; and of all.
fn survive_kills(network: &mut Network, nodes: &[Daemon]) -> Result<Value> {
	let [first, second, third] = nodes else { bail!("there are three plain edge nodes") };
	let wrote = redis_cli(first.resp_port, "SET copied kept\nWAIT 1 10000\n")?;
	let copies: u32 = wrote.last().context("an answer")?.parse().context("a number")?;
	ensure!(1 <= copies, "redis-cli heard {wrote:?}");
	network.kill_one(&first.name)?;
	let others = [second, third].map(|node| redis_cli(node.resp_port, "GET copied\n"));
	let others = others.into_iter().collect::<Result<Vec<_>>>()?;
	ensure!(others.iter().any(|heard| heard == &["kept"]), "the others have {others:?}");
	say(format!("{} is killed, and what it had passed on is there", first.name));

	let wrote = redis_cli(second.resp_port, "SET alone kept\n")?;
	network.kill_one(&second.name)?;
	ensure!(wrote == ["OK"], "redis-cli heard {wrote:?}");
	network.kill_one(&third.name)?;
	for node in nodes {
		network.start_daemon(node)?;
	}
	for node in nodes {
		network.wait("all writes on each node", RESTART_TIMEOUT, || {
			let heard = redis_cli(node.resp_port, "MGET copied alone\n")?;
			ensure!(heard == ["kept", "kept"], "{} has {heard:?}", node.name);
			Ok(())
		})?;
	}
	say("all three are killed and started again, and each has everything that was acknowledged");
	Ok(
		json!({ "copies_before": copies, "others_after_one": others, "all_after_three": nodes.len() }),
	)
}

/// Lets `redis-cli` say some lines to a node's store; what it hears, line by line.
fn redis_cli(port: u16, lines: &str) -> Result<Vec<String>> {
	let mut child = Command::new("redis-cli")
		.args(["-p", &port.to_string()])
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.spawn()
		.context("could not start redis-cli, which is in Debian's redis-tools")?;
	let mut stdin = child.stdin.take().context("it has an input")?;
	stdin.write_all(lines.as_bytes()).context("redis-cli does not listen")?;
	drop(stdin);
	let output = child.wait_with_output().context("redis-cli did not end")?;
	ensure!(output.status.success(), "redis-cli ended with {}", output.status);
	Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

// SPDX-License-Identifier: Apache-2.0

//! The nodes of a job agree on a key: one of two that would lead does.

use super::{Stage, number, say};
use crate::dev::layout::Daemon;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// Nodes vote when they have followed the chain to the placement.
const VOTES_TIMEOUT: Duration = Duration::from_secs(60);

/// Lets each node of a job try to become the leader, and the second to follow the first.
pub(super) fn agree(stage: &mut Stage<'_>, job: u64, hosts: &[Daemon]) -> Result<Value> {
	let namespace = format!("job/{job}");
	let control = stage.control;
	let first = hosts.first().context("a job has nodes")?;
	stage.network.wait("the job's nodes to agree on keys", VOTES_TIMEOUT, || {
		control.asked(&first.api_url(), &["cstore", "get", &namespace, "leader", "--quorum"])
	})?;
	let lead = |node: &Daemon, version: u64| {
		let version = version.to_string();
		let set = ["cstore", "set", &namespace, "leader", &node.name];
		let arguments = [&set[..], &["--quorum", "--if-version", &version]].concat();
		control.asked(&node.api_url(), &arguments)
	};
	let tries = hosts.iter().map(|node| lead(node, 0)).collect::<Result<Vec<_>>>()?;
	let leaders = tries.iter().filter(|(_, is_leader)| *is_leader).count();
	ensure!(leaders == 1, "{leaders} nodes lead: {tries:?}");
	let last = hosts.last().context("a job has nodes")?;
	let (held, _) =
		control.asked(&last.api_url(), &["cstore", "get", &namespace, "leader", "--quorum"])?;
	let version = number(&held, "version")?;
	let (next, is_next) = lead(last, version)?;
	ensure!(is_next, "nobody else is there, and {} does not lead: {next}", last.name);
	say(format!(
		"of {} nodes that would lead, {} did; {} followed, with the fencing token {}",
		hosts.len(),
		held["value"],
		last.name,
		next["version"]
	));
	Ok(json!({ "tries": hosts.len(), "leaders": leaders, "held": held, "next": next }))
}

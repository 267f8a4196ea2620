// SPDX-License-Identifier: Apache-2.0

//! What may go wrong, on purpose: each drill breaks something and waits until all is well again.
//! Before them, what else people do.

use super::{mistakes, rows, say, sundries, text};
use crate::{
	dev::{Control, Network, layout::Daemon},
	rpc,
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// A few slots of two seconds, of which a third has no author now.
const BLOCKS_TIMEOUT: Duration = Duration::from_secs(60);

/// A validator reads its database, finds its peers and catches up.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(120);

/// Blocks that must come while a validator is away.
const BLOCKS_WITHOUT: u64 = 5;

/// Runs every drill.
///
/// # Errors
///
/// The network does not do what it must.
pub(in crate::dev) fn drills(network: &mut Network, control: &Control) -> Result<Value> {
	eprintln!("\nDrills\n");
	Ok(json!({
		"sundries": sundries::all(network, control)?,
		"mistakes": mistakes::make_all(network, control)?,
		"validator": lose_a_validator(network)?,
		"daemon": kill_a_serving_daemon(network, control)?,
	}))
}

/// Two of three validators are not more than two thirds: blocks go on, finality does not.
fn lose_a_validator(network: &mut Network) -> Result<Value> {
	let validators = network.layout().validators.clone();
	let (lost, port) = (validators.last().context("there are validators")?, validators[0].rpc_port);
	network.stop_one(&lost.name)?;
	let best_before = best_number(port)?;
	let final_before = rpc::finalised_number(port)?;
	let best_without = network.wait("blocks without a validator", BLOCKS_TIMEOUT, || {
		let best = best_number(port)?;
		ensure!(best >= best_before + BLOCKS_WITHOUT, "block {best}, from {best_before}");
		Ok(best)
	})?;
	let final_without = rpc::finalised_number(port)?;
	// A round may have been complete in the moment of the stop; it finalises what was best then.
	ensure!(
		final_without <= best_before,
		"block {final_without} is final though only two of three validators could vote for it"
	);
	say(format!(
		"without {} blocks go on ({best_before} to {best_without}) and finality stalls at {final_without}",
		lost.name
	));
	network.start_validator(lost)?;
	let final_after = network.wait("finality to resume", RECOVERY_TIMEOUT, || {
		let number = rpc::finalised_number(port)?;
		ensure!(number > best_without, "block {number} of more than {best_without} is final");
		Ok(number)
	})?;
	let caught_up = network.wait("the validator to catch up", RECOVERY_TIMEOUT, || {
		let number = rpc::finalised_number(lost.rpc_port)?;
		ensure!(number >= final_after, "{} has block {number} of {final_after}", lost.name);
		Ok(number)
	})?;
	say(format!("{} is back: finality resumes ({final_after}), and it has all", lost.name));
	Ok(json!({
		"best_before": best_before,
		"best_without": best_without,
		"final_before": final_before,
		"final_without": final_without,
		"final_after": final_after,
		"caught_up": caught_up,
	}))
}

/// A daemon that serves a model is killed and started: it serves again with no manual step.
fn kill_a_serving_daemon(network: &mut Network, control: &Control) -> Result<Value> {
	let (daemon, before) = serving_daemon(network, control)?;
	network.kill_one(&daemon.name)?;
	network.start_daemon(&daemon)?;
	let after = network.wait("the daemon to serve again", RECOVERY_TIMEOUT, || {
		let status = control.at(&daemon.api_url(), &["node", "status"])?;
		ensure!(status["models"] == before["models"], "it serves {}", status["models"]);
		Ok(status)
	})?;
	ensure!(text(&after, "node")? == text(&before, "node")?, "its key has changed");
	say(format!("{} was killed, started, and serves {} again", daemon.name, after["models"]));
	Ok(json!({ "machine": daemon.name, "models": after["models"] }))
}

/// An edge node that serves a model, and what it says of itself.
pub(super) fn serving_daemon(network: &Network, control: &Control) -> Result<(Daemon, Value)> {
	for daemon in network.layout().edge_nodes() {
		let status = control.at(&daemon.api_url(), &["node", "status"])?;
		if !rows(status.get("models").context("a node lists its models")?)?.is_empty() {
			return Ok((daemon.clone(), status));
		}
	}
	bail!("no edge node serves a model")
}

/// Number of the best block, final or not.
fn best_number(port: u16) -> Result<u64> {
	let header = rpc::call(port, "chain_getHeader", &json!([]))?;
	let number = text(&header, "number")?;
	u64::from_str_radix(number.trim_start_matches("0x"), 16)
		.with_context(|| format!("{number} is not a block number"))
}

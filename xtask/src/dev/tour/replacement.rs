// SPDX-License-Identifier: Apache-2.0

//! A node of a storage job dies, and does not come back in time: another takes its place and fetches
//! what it shall keep; when the dead one is back, it has nothing to do with the job any more.

use super::{DEVELOPER, containers::placed, number, rows, say, text};
use crate::dev::{Control, Network, layout::Daemon};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};

/// What the developer sets aside: more than the job costs.
const DEPOSIT_USDC: &str = "100";

/// Nodes that the job is ordered on, of the three that there are; and its epochs.
const REPLICAS: &str = "2";
const EPOCHS: &str = "30";

/// What is kept: 32 blocks.
const FILE_BYTES: u32 = 8 << 20;

/// A node fetches the file from the mesh.
const SERVING_TIMEOUT: Duration = Duration::from_secs(120);

/// An epoch of a minute of which the node sees the beginning, one that it misses, and the one in
/// which that is settled and voted on; and one more, should the oracles be late.
const REPLACEMENT_TIMEOUT: Duration = Duration::from_secs(300);

/// A daemon starts with the newest finalised block.
const RETURN_TIMEOUT: Duration = Duration::from_secs(60);

/// Plays it; the report has who was who.
///
/// # Errors
///
/// A step does not end as it must.
pub(in crate::dev) fn replacement(network: &mut Network, control: &Control) -> Result<Value> {
	eprintln!("\nA node of a storage job dies\n");
	let file = network.layout().root.join("kept.bin");
	let bytes: Vec<u8> =
		(0..FILE_BYTES).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
	fs::write(&file, &bytes)?;
	let (job, cid) = submit(network, control, &file)?;
	let hosts = placed(network, control, job)?;
	for host in &hosts {
		keeping(network, control, host, job)?;
	}
	let dead = hosts.first().context("the job is placed")?.clone();
	let survivor = hosts.get(1).context("the job is placed on two nodes")?.clone();
	say(format!("job {job} is kept by {} and {}", dead.name, survivor.name));

	network.kill_one(&dead.name)?;
	say(format!("{} is killed", dead.name));
	let heir = replaced(network, control, job, &survivor)?;
	keeping(network, control, &heir, job)?;
	let output = network.layout().root.join("kept-again.bin");
	let path = output.to_str().context("the path is no text")?;
	control.at(&heir.api_url(), &["fs", "get", &cid, "--output", path])?;
	ensure!(fs::read(&output)? == bytes, "{} keeps something else", heir.name);
	say(format!("{} took its place, and keeps the file", heir.name));

	network.start_daemon(&dead)?;
	network.wait("the dead node to be back, without the job", RETURN_TIMEOUT, || {
		let status = control.at(&dead.api_url(), &["node", "status"])?;
		let jobs = rows(status["details"].get("jobs").context("a node lists its jobs")?)?;
		let ours = jobs.iter().any(|row| row["job"] == json!(job));
		ensure!(!ours, "it still has the job: {status}");
		Ok(())
	})?;
	say(format!("{} is back, and leaves the job alone", dead.name));
	let number = job.to_string();
	let closed = control.signed(DEVELOPER, &heir.api_url(), &["job", "close", "--job", &number])?;
	fs::remove_file(&file)?;
	fs::remove_file(&output)?;
	Ok(json!({
		"job": job,
		"dead": dead.name,
		"survivor": survivor.name,
		"heir": heir.name,
		"refund": text(&closed, "refund")?,
	}))
}

/// Adds the file, and orders the job.
fn submit(network: &Network, control: &Control, file: &Path) -> Result<(u64, String)> {
	let entry = network.layout().daemons[0].api_url();
	let added =
		control.at(&entry, &["fs", "add", file.to_str().context("the path is no text")?])?;
	let cid = text(&added, "cid")?.to_owned();
	let job = format!(
		"version: 2\nkind: storage\nname: kept\nroots: [{cid}]\nsize_mib: {}\n",
		2 * (FILE_BYTES >> 20),
	);
	let path = network.layout().root.join("kept.yaml");
	fs::write(&path, job)?;
	control.signed(DEVELOPER, &entry, &["escrow", "deposit", DEPOSIT_USDC])?;
	let path = path.to_str().context("the path is no text")?;
	let order = ["job", "submit", "--specification", path];
	let order = [&order[..], &["--replicas", REPLICAS, "--epochs", EPOCHS]].concat();
	let job = number(&control.signed(DEVELOPER, &entry, &order)?, "job")?;
	Ok((job, cid))
}

/// Waits until a node keeps what the job orders.
fn keeping(network: &mut Network, control: &Control, host: &Daemon, job: u64) -> Result<()> {
	let number = job.to_string();
	network.wait(&format!("{} to keep the file", host.name), SERVING_TIMEOUT, || {
		let (status, _) = control.asked(&host.api_url(), &["job", "status", "--job", &number])?;
		ensure!(status["state"] == "serving", "{status}");
		Ok(())
	})
}

/// Waits until the job is on two living nodes again; comes back with the new one.
fn replaced(
	network: &mut Network,
	control: &Control,
	job: u64,
	survivor: &Daemon,
) -> Result<Daemon> {
	let edges = network.layout().edge_nodes().to_vec();
	network.wait("another node to take the place", REPLACEMENT_TIMEOUT, || {
		let jobs = control.query(&["job", "list"])?;
		let ours = rows(&jobs)?.iter().find(|row| row["job"] == json!(job));
		let ours = ours.context("the job is there")?;
		let nodes = rows(ours.get("nodes").context("a job has nodes")?)?;
		ensure!(nodes.len() == 2, "it is on {nodes:?}");
		let living = edges.iter().filter(|edge| {
			let status = control.at(&edge.api_url(), &["node", "status"]);
			status.is_ok_and(|status| nodes.contains(&status["node"]))
		});
		let living: Vec<_> = living.cloned().collect();
		ensure!(living.len() == 2, "{} of its nodes live: {ours}", living.len());
		let heir = living.into_iter().find(|edge| edge.name != survivor.name);
		heir.context("the survivor is not alone")
	})
}

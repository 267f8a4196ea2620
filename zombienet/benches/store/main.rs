// SPDX-License-Identifier: Apache-2.0

//! What three nodes do together: writes and reads beside etcd, bytes on the wire, and how soon
//! replicas that were parted are the same again.
//!
//! A program, not a timed test: `cargo xtask bench cstore` runs it and reads the one JSON object
//! that it prints.
//!
//! ```text
//!  clients ──TCP, one request at a time each──> three members of etcd     gRPC, as its own clients
//!                                          └──> three of r1-replica       then, in turns
//! ```
//!
//! All of them are on this machine, over loopback, with their files in one folder, and each waits
//! for the disk before it says that something is written.

#![expect(
	clippy::print_stdout,
	clippy::print_stderr,
	reason = "a program: its result is on stdout, what it is doing on stderr"
)]

mod members;
mod etcd;
mod ours;
mod load;
mod heal;

use anyhow::Result;
use clap::Parser;
use etcd::Etcd;
use load::{Kind, Load};
use ours::Ours;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

/// Clients that work at the same time: one shows how long an operation takes, many what is carried.
const CLIENTS: [u32; 2] = [1, 64];

/// Divergent keys of each healing.
const DIVERGENT: [u32; 3] = [1_000, 10_000, 100_000];

/// What to measure.
#[derive(Debug, Parser)]
struct Arguments {
	/// Where all keep their files.
	#[arg(long)]
	folder: PathBuf,
	/// The program of a replica.
	#[arg(long)]
	replica: PathBuf,
	/// How long each load lasts, in seconds.
	#[arg(long, default_value_t = 8)]
	seconds: u64,
	/// How often each load is repeated; the median counts.
	#[arg(long, default_value_t = 3)]
	rounds: u32,
	/// Cargo gives it to every benchmark.
	#[arg(long, hide = true)]
	bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
	let Arguments { folder, replica, seconds, rounds, .. } = Arguments::parse();
	let etcd = Etcd::start(&folder.join("etcd")).await?;
	let ours = Ours::start(&replica, &folder.join("ours")).await?;
	let mut loads = Vec::new();
	for clients in CLIENTS {
		for kind in [Kind::Write, Kind::AgreedWrite, Kind::AgreedRead] {
			eprintln!("{clients} clients: {kind:?}");
			let load = Load { clients, kind, lasts: Duration::from_secs(seconds) };
			let (mut theirs, mut own) = (Vec::new(), Vec::new());
			for _ in 0..rounds {
				theirs.push(load.put_on(&etcd).await?);
				own.push(load.put_on(&ours).await?);
			}
			loads.push(json!({
				"kind": kind.name(),
				"clients": clients,
				"etcd": load::median(theirs),
				"ours": load::median(own),
			}));
		}
	}
	let wire = wire(&ours, Duration::from_secs(seconds)).await?;
	etcd.stop();
	let mut healed = Vec::new();
	for keys in DIVERGENT {
		eprintln!("{keys} divergent keys");
		let secs = heal::measure(&ours, keys).await?;
		healed.push(json!({ "keys": keys, "secs": secs }));
	}
	let result = json!({
		"value_bytes": load::VALUE_BYTES, "rounds": rounds, "seconds": seconds,
		"loads": loads, "wire": wire, "healed": healed,
	});
	println!("{result:#}");
	Ok(())
}

/// Bytes that all replicas send each other for a write.
async fn wire(ours: &Ours, lasts: Duration) -> Result<Value> {
	let mut all = Vec::new();
	for clients in CLIENTS {
		for kind in [Kind::Write, Kind::AgreedWrite] {
			let before = ours.sent_bytes().await?;
			let done = Load { clients, kind, lasts }.put_on(ours).await?;
			let bytes = ours.sent_bytes().await? - before;
			let per_write = bytes as f64 / done.operations as f64;
			all.push(json!({ "kind": kind.name(), "clients": clients, "bytes": per_write }));
		}
	}
	Ok(Value::Array(all))
}

// SPDX-License-Identifier: Apache-2.0

//! What hearing the beats of a whole network costs one oracle: bytes, both ways, and time.
//!
//! A program, not a timed test: `cargo xtask bench` runs it and reads the one JSON object that it
//! prints. It starts a network of real mesh nodes in this process, connected over loopback, with
//! real signatures, real observers and the slots of mainnet:
//!
//! ```text
//!  node 1 ─beat, each slot─> gossip ─> every other node: observer judges ─> passed on
//!  node 0 is the oracle: connected to everybody; the others to some that are scattered
//! ```
//!
//! Bytes are counted where Noise hands them to TCP, so handshakes aside everything is in them:
//! beats, announcements, routing, pings, and what yamux and Noise add. What TCP and IP add is seen
//! in the counters of the loopback device, for all nodes together; nothing else should use it, so a
//! network namespace is the best place to run this in.
//!
//! All nodes share the processors, so beats are spread over half a slot here. Real ones come closer
//! together, and more of them share a frame.

#![expect(
	clippy::print_stdout,
	clippy::print_stderr,
	reason = "a program: its result is on stdout, what it is doing on stderr"
)]

mod world;
mod node;
mod network;
mod counters;
mod engine;

use anyhow::{Context, Result};
use clap::Parser;
use r1_heartbeat::CHALLENGES_PER_EPOCH;
use r1_primitives::CHALLENGE_BYTES;
use serde_json::json;
use std::str::FromStr;
use world::{SLOT_SECS, clock};

/// What one subscriber of the deployed system received with 209 nodes, in bytes per second: 600 s
/// of mainnet, on 2026-03-18.
const DEPLOYED_BYTES_PER_SEC: u32 = 214_600;

/// How many nodes that system had.
const DEPLOYED_NODES: u32 = 209;

/// Length of an answer to a challenge, in bytes: a signature.
const ANSWER_BYTES: usize = 64;

/// What to measure.
#[derive(Debug, Parser)]
struct Arguments {
	/// A network, by its number of nodes and the seconds of a slot; give it once for each.
	///
	/// Two processors carry about 150 nodes with slots of ten seconds, so the largest has longer
	/// ones.
	#[arg(long, value_name = "NODES:SLOT_SECS", default_values = ["50:10", "100:10", "209:20"])]
	network: Vec<Size>,
	/// Slots that are not counted: nodes find each other, and fill their routing tables.
	#[arg(long, default_value_t = 6)]
	warm_up_slots: u32,
	/// Slots that are counted.
	#[arg(long, default_value_t = 3)]
	slots: u32,
	/// Numbers of nodes whose beats are judged without a network; give it once for each.
	#[arg(long, default_values_t = [200, 1_000, 10_000])]
	judged: Vec<u32>,
	/// Cargo gives it to every benchmark.
	#[arg(long, hide = true)]
	bench: bool,
}

/// How large a network is, and how long its slots are.
#[derive(Clone, Copy, Debug)]
struct Size {
	nodes: u32,
	slot_secs: u32,
}

impl FromStr for Size {
	type Err = anyhow::Error;

	fn from_str(text: &str) -> Result<Self> {
		let (nodes, slot_secs) = text.split_once(':').context("write it as 100:10")?;
		Ok(Self { nodes: nodes.parse()?, slot_secs: slot_secs.parse()? })
	}
}

#[tokio::main]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let judged: Vec<_> = arguments.judged.iter().map(|nodes| engine::measure(*nodes)).collect();
	let mut networks = Vec::new();
	for Size { nodes, slot_secs } in arguments.network {
		eprintln!("{nodes} nodes with slots of {slot_secs} s");
		let (warm_up_slots, slots) = (arguments.warm_up_slots, arguments.slots);
		networks.push(network::measure(nodes, slot_secs, warm_up_slots, slots).await?);
	}
	let challenge_bytes = CHALLENGES_PER_EPOCH * (CHALLENGE_BYTES + ANSWER_BYTES);
	let result = json!({
		"deployed": { "nodes": DEPLOYED_NODES, "bytes_per_sec": DEPLOYED_BYTES_PER_SEC },
		"slot_secs": SLOT_SECS,
		"slots": arguments.slots,
		"networks": networks,
		"judged": judged,
		// No node is challenged here: it would be one each six hours.
		"challenge_bytes_per_node_and_epoch": challenge_bytes,
		"epoch_secs": clock(SLOT_SECS).epoch_secs,
	});
	println!("{result:#}");
	Ok(())
}

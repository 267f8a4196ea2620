// SPDX-License-Identifier: Apache-2.0

//! Starts a network of a definition and leaves it up until Ctrl-C.
//!
//! The network is a namespace of its own: `nsenter --net=/proc/PID/ns/net` enters it.

#![expect(clippy::print_stderr, reason = "a program for people talks to them on stderr")]

use anyhow::{Context as _, Result};
use clap::Parser;
use networks::{Definition, Network, enter_private_network};
use std::path::PathBuf;

/// Starts a network.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The file of its definition, like `zombienet/faults.toml`.
	definition: PathBuf,
}

fn main() -> Result<()> {
	let arguments = Arguments::parse();
	enter_private_network()?;
	let network = Network::start(Definition::load(&arguments.definition, &[])?)?;
	let own = std::process::id();
	eprintln!("the network is up; Ctrl-C stops it");
	eprintln!("nsenter --net=/proc/{own}/ns/net r1ctl network status   # from another terminal");
	network.run_until_interrupted().context("could not wait for Ctrl-C")
}

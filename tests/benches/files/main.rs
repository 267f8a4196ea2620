// SPDX-License-Identifier: Apache-2.0

//! How fast files are added and fetched: beside hashing alone, which is the limit, and beside Helia.
//!
//! A program, not a timed test: `cargo xtask bench` runs it and reads the one JSON object that it
//! prints.
//!
//! ```text
//!  this process   hash, add, add sealed, add many small files        one after the other
//!  two processes  ours -> ours, over the mesh on loopback
//!  two processes  Helia -> Helia, over TCP on loopback               a file of the same length
//! ```
//!
//! Ours keep blocks on a disk and sync them; Helia keeps them in memory. Nothing is in any cache of
//! ours when it is fetched, but it is in the system's.

#![expect(
	clippy::print_stdout,
	clippy::print_stderr,
	reason = "a program: its result is on stdout, what it is doing on stderr"
)]

mod content;
mod disk;
mod helia;
mod mesh;

use anyhow::Result;
use clap::Parser;
use serde_json::json;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug, Parser)]
struct Arguments {
	/// Length of the file that is added.
	#[arg(long, default_value_t = 1 << 30)]
	bytes: u64,
	/// Length of the file that is fetched.
	#[arg(long, default_value_t = 256 << 20)]
	transfer_bytes: u64,
	/// Number of small files.
	#[arg(long, default_value_t = 10_000)]
	small: u32,
	/// Where blocks are kept; by default where temporary files are.
	#[arg(long)]
	folder: Option<PathBuf>,
	/// The folder of the package with the other implementation; without, it is left out.
	#[arg(long)]
	helia: Option<PathBuf>,
	/// Serves the store in this folder until the standard input ends.
	#[arg(long, hide = true)]
	serve: Option<PathBuf>,
	/// Cargo gives it to every benchmark.
	#[arg(long, hide = true)]
	bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	if let Some(folder) = arguments.serve {
		return mesh::serve(&folder).await;
	}
	let root = arguments.folder.unwrap_or_else(std::env::temp_dir);
	eprintln!("hashing and adding {} bytes", arguments.bytes);
	let hash = disk::hash(arguments.bytes).await?;
	let add = disk::add(&root, arguments.bytes).await?;
	let sealed = disk::add_sealed(&root, arguments.bytes).await?;
	eprintln!("adding {} small files", arguments.small);
	let small = disk::add_small(&root, arguments.small).await?;
	eprintln!("fetching {} bytes from another node", arguments.transfer_bytes);
	let get = mesh::get(&root, arguments.transfer_bytes).await?;
	let helia = match &arguments.helia {
		Some(package) => Some(helia::get(package, arguments.transfer_bytes)?),
		None => None,
	};
	let result = json!({
		"bytes": arguments.bytes,
		"transfer_bytes": arguments.transfer_bytes,
		"hash_secs": hash,
		"add": add,
		"add_sealed": sealed,
		"small": small,
		"get": get,
		"helia": helia,
	});
	println!("{result:#}");
	Ok(())
}

// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`: what the chain can carry, beside what the SDK alone can, what the mesh costs
//! an oracle, beside what it costs in the deployed system, what it costs to know who asks, and the
//! store beside Redis and etcd.
//!
//! ```text
//!  tests/benches/transfers   load and observation, run against three validators of either chain
//!  tests/plain-runtime       the other chain: pallets of the SDK alone, the same node
//!  tests/benches/closing     the weight of closing an epoch, in memory
//!  tests/benches/licences    the weight and time of claims, links and sales, in memory
//!  tests/benches/placement   how long an oracle takes to place jobs, in memory
//!  tests/benches/mesh        what hearing all beats costs an oracle, over loopback
//!  tests/benches/access      tokens in memory, sign-in and requests against a linked daemon
//!  tests/benches/files       files on a disk and over the mesh, beside Helia
//!  cstore                    the store beside Redis, by Redis' own load generator
//!  zombienet/benches/store   three nodes of the store beside three members of etcd
//!  docs/benchmarks.md        what the numbers mean, and those of the last run that counts
//! ```
//!
//! It is never a test: nothing fails for being slow, and no check runs it.

mod programs;
mod plain;
mod transfers;
mod access;
mod cstore;
mod replicated;
mod report;

use crate::{client, process::Interrupt, steps::Steps, workspace::Workspace};
use anyhow::{Context, Result};
use programs::Programs;
use report::{Report, Transfers};
use serde_json::Value;
use std::{
	fs,
	io::{self, Write as _},
	path::Path,
	process::Command,
};
use transfers::Chain;

/// What `bench` can be asked to do differently.
#[derive(clap::Args, Clone, Debug)]
pub struct Options {
	/// What to measure; everything unless something is named.
	#[arg(value_enum)]
	pub parts: Vec<Part>,
	/// Seconds of saturation that are counted, on each chain.
	#[arg(long, default_value_t = 60)]
	pub saturation_secs: u64,
	/// Seconds of the steady rate at which latency is measured, on each chain.
	#[arg(long, default_value_t = 120)]
	pub steady_secs: u64,
}

/// One thing that is measured.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
	/// Closing an epoch, in memory.
	Closing,
	/// Claims, links and sales, in memory.
	Licences,
	/// Placing jobs, in memory.
	Placement,
	/// Beats of a whole network, over loopback.
	Mesh,
	/// Tokens and sign-in.
	Access,
	/// The store, beside Redis and etcd.
	Cstore,
	/// Files, beside Helia.
	Files,
	/// Transfers on our chain and on a plain one.
	Transfers,
}

/// The parts that take one step each; transfers take one for each chain.
const OF_ONE_STEP: [Part; 7] = [
	Part::Closing,
	Part::Licences,
	Part::Placement,
	Part::Mesh,
	Part::Access,
	Part::Cstore,
	Part::Files,
];

/// Builds everything, measures one thing after another, and prints a table for the documentation.
///
/// # Errors
///
/// A build fails, a port is taken, a network does not finalise, or a program fails.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
	let interrupt = Interrupt::on_signals()?;
	let directory = workspace.target.join("bench");
	fs::create_dir_all(&directory)
		.with_context(|| format!("could not make {}", directory.display()))?;

	let is_wanted = |part| options.parts.is_empty() || options.parts.contains(&part);
	let count = OF_ONE_STEP.into_iter().filter(|part| is_wanted(*part)).count();
	let mut steps = Steps::new(1 + count + if is_wanted(Part::Transfers) { 2 } else { 0 });
	let mut programs = None;
	steps.run("programs", || {
		programs = Some(Programs::build(workspace, is_wanted(Part::Transfers))?);
		Ok(())
	})?;
	let programs = programs.context("the step before sets it")?;

	let mut report = Report::default();
	for (part, name, program, measured) in [
		(Part::Closing, "closing an epoch", programs.closing(), &mut report.closing),
		(Part::Licences, "calls around licences", programs.licences(), &mut report.licences),
		(Part::Placement, "placing jobs", programs.placement(), &mut report.placement),
		(Part::Mesh, "beats of a whole network", programs.mesh(), &mut report.mesh),
	] {
		if is_wanted(part) {
			measure_alone(&mut steps, name, program, measured)?;
		}
	}
	if is_wanted(Part::Access) {
		steps.run("tokens and sign-in", || {
			let root = directory.join("access");
			report.access = Some(access::measure(workspace, &interrupt, &programs, &root)?);
			Ok(())
		})?;
	}
	if is_wanted(Part::Cstore) {
		steps.run("the store beside Redis and etcd", || {
			report.cstore = Some(cstore::measure(workspace, &interrupt, &directory)?);
			report.replicated = Some(replicated::measure(workspace, &programs, &directory)?);
			Ok(())
		})?;
	}
	if is_wanted(Part::Files) {
		steps.run("files beside Helia", || {
			report.files = Some(measure_files(workspace, &programs, &directory)?);
			Ok(())
		})?;
	}
	if let Some(plain_runtime) = &programs.plain_runtime {
		let mut measure = |name: &str, specification| {
			let chain = Chain { root: directory.join(name), specification };
			let mut measured = Value::Null;
			steps.run(&format!("transfers on {name}"), || {
				measured = transfers::measure(workspace, &interrupt, options, &programs, &chain)?;
				Ok(())
			})?;
			anyhow::Ok(measured)
		};
		let plain = plain::specification(workspace, plain_runtime, &directory)?;
		let ours = measure("ratio1", "local".into())?;
		report.transfers = Some(Transfers { ours, plain: measure("plain", plain)? });
	}
	steps.finish();

	save(&report, &directory.join("results.json"))
}

/// What one program measures by itself.
fn measure_alone(
	steps: &mut Steps,
	name: &str,
	mut program: Command,
	measured: &mut Option<Value>,
) -> Result<()> {
	steps.run(name, || {
		*measured = Some(programs::json_of(&mut program)?);
		Ok(())
	})
}

/// Files, on the disk that the build is on: temporary files are often in memory.
fn measure_files(workspace: &Workspace, programs: &Programs, directory: &Path) -> Result<Value> {
	let package = workspace.root.join("tests/ipfs");
	client::install(&package)?;
	let mut files = programs.files();
	programs::json_of(files.arg("--folder").arg(directory).arg("--helia").arg(package))
}

/// Writes what the programs printed to a file, and prints the tables.
fn save(report: &Report, raw: &Path) -> Result<()> {
	fs::write(raw, serde_json::to_string_pretty(&report.to_json())?)
		.with_context(|| format!("could not write {}", raw.display()))?;
	eprintln!("    wrote {}", raw.display());
	io::stdout().write_all(report.to_markdown()?.as_bytes())?;
	Ok(())
}

// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`: what the chain can carry, beside what the SDK alone can, what the mesh costs
//! an oracle, beside what it costs in the deployed system, and what it costs to know who asks.
//!
//! ```text
//!  tests/benches/transfers   load and observation, run against three validators of either chain
//!  tests/plain-runtime       the other chain: pallets of the SDK alone, the same node
//!  tests/benches/closing     the weight of closing an epoch, in memory
//!  tests/benches/licences    the weight and time of claims, links and sales, in memory
//!  tests/benches/mesh        what hearing all beats costs an oracle, over loopback
//!  tests/benches/access      tokens in memory, sign-in and requests against a linked daemon
//!  docs/benchmarks.md        what the numbers mean, and those of the last run that counts
//! ```
//!
//! It is never a test: nothing fails for being slow, and no check runs it.

mod programs;
mod plain;
mod transfers;
mod access;
mod report;

use crate::{process::Interrupt, steps::Steps, workspace::Workspace};
use anyhow::{Context, Result};
use programs::Programs;
use report::Report;
use serde_json::Value;
use std::{
	fs,
	io::{self, Write as _},
};
use transfers::Chain;

/// What `bench` can be asked to do differently.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Options {
	/// Seconds of saturation that are counted, on each chain.
	#[arg(long, default_value_t = 60)]
	pub saturation_secs: u64,
	/// Seconds of the steady rate at which latency is measured, on each chain.
	#[arg(long, default_value_t = 120)]
	pub steady_secs: u64,
}

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

	let mut steps = Steps::new(7);
	let mut programs = None;
	steps.run("programs", || {
		programs = Some(Programs::build(workspace)?);
		Ok(())
	})?;
	let programs = programs.context("the step before sets it")?;

	let mut closing = Value::Null;
	steps.run("closing an epoch", || {
		closing = programs::json_of(&mut programs.closing())?;
		Ok(())
	})?;

	let mut licences = Value::Null;
	steps.run("calls around licences", || {
		licences = programs::json_of(&mut programs.licences())?;
		Ok(())
	})?;

	let mut mesh = Value::Null;
	steps.run("beats of a whole network", || {
		mesh = programs::json_of(&mut programs.mesh())?;
		Ok(())
	})?;

	let mut access = Value::Null;
	steps.run("tokens and sign-in", || {
		access = access::measure(workspace, &interrupt, &programs, &directory.join("access"))?;
		Ok(())
	})?;

	let mut measured = Vec::new();
	for name in ["ratio1", "plain"] {
		steps.run(&format!("transfers on {name}"), || {
			let root = directory.join(name);
			let specification = match name {
				"plain" => plain::specification(workspace, &programs.plain_runtime, &directory)?,
				_ => "local".into(),
			};
			let chain = Chain { root, specification };
			measured.push(transfers::measure(workspace, &interrupt, options, &programs, &chain)?);
			Ok(())
		})?;
	}
	steps.finish();

	let [ours, plain] = <[Value; 2]>::try_from(measured)
		.map_err(|_| anyhow::anyhow!("each of two chains was measured"))?;
	let report = Report { ours, plain, closing, licences, mesh, access };
	let raw = directory.join("results.json");
	fs::write(&raw, serde_json::to_string_pretty(&report.to_json())?)
		.with_context(|| format!("could not write {}", raw.display()))?;
	eprintln!("    wrote {}", raw.display());
	io::stdout().write_all(report.to_markdown()?.as_bytes())?;
	Ok(())
}

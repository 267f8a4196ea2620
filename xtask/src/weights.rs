// SPDX-License-Identifier: Apache-2.0

//! Measures the weights of our pallets and writes their `weights.rs` anew.
//!
//! The runtime is built as Wasm with its benchmarks, as a chain would execute it, and
//! `frame-omni-bencher` runs them in the executor that the node has. Weights hold for the machine
//! that measured them: run this on the slowest that a validator may have.

use crate::{
	steps::{Steps, run_command},
	wasm,
	workspace::Workspace,
};
use anyhow::{Context, Result, bail};
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// The tool, and the version that belongs to the SDK's crates in Cargo.toml.
const BENCHER: &str = "frame-omni-bencher";
const BENCHER_VERSION: &str = "0.28.0";

/// The pallets that are ours, with their directories.
const PALLETS: [(&str, &str); 7] = [
	("pallet_node_deeds", "pallets/node-deeds"),
	("pallet_oracles", "pallets/oracles"),
	("pallet_availability", "pallets/availability"),
	("pallet_poai", "pallets/poai"),
	("pallet_burn", "pallets/burn"),
	("pallet_validators", "pallets/validators"),
	("pallet_learning", "pallets/learning"),
];

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
	/// Only this pallet, as the benchmarks name it: pallet_oracles, for example.
	#[arg(long)]
	pub pallet: Option<String>,
	/// Values of each component between its bounds.
	#[arg(long, default_value_t = 20)]
	pub steps: u32,
	/// Repetitions of each step.
	#[arg(long, default_value_t = 10)]
	pub repeat: u32,
}

/// Builds the runtime, measures every benchmark, writes the files and formats them.
///
/// # Errors
///
/// The tool is missing, the runtime does not build, or a benchmark fails.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
	let wanted = |name: &str| options.pallet.as_deref().is_none_or(|pallet| pallet == name);
	let pallets: Vec<_> = PALLETS.into_iter().filter(|(name, _)| wanted(name)).collect();
	if pallets.is_empty() {
		let known = PALLETS.map(|(name, _)| name).join(", ");
		bail!("{} has no benchmarks; these have: {known}", options.pallet.as_deref().unwrap_or(""));
	}
	ensure_bencher()?;
	let mut steps = Steps::new(pallets.len() + 2);
	let mut blob = PathBuf::new();
	steps.run("the runtime with its benchmarks", || {
		blob = build(workspace)?;
		Ok(())
	})?;
	for (name, directory) in pallets {
		steps.run(name, || measure(workspace, options, &blob, name, directory))?;
	}
	steps.run("format", || run_command(workspace.cargo().args(["fmt", "--all"])))?;
	steps.finish();
	Ok(())
}

fn ensure_bencher() -> Result<()> {
	let found = Command::new(BENCHER).arg("--version").output();
	if found.is_ok_and(|output| output.status.success()) {
		return Ok(());
	}
	bail!(
		"{BENCHER} is not installed: `cargo install --locked {BENCHER} --version \
		 {BENCHER_VERSION}` (it wants libclang: Debian package libclang-dev)"
	)
}

/// Builds the blob alone: the benchmarks run inside it, so nothing else needs their feature.
fn build(workspace: &Workspace) -> Result<PathBuf> {
	let package = ["--package", "ratio1-runtime"];
	let features = ["--no-default-features", "--features", "runtime-benchmarks"];
	wasm::build(workspace, "ratio1_runtime", &[package.as_slice(), &features].concat())
}

fn measure(
	workspace: &Workspace,
	options: &Options,
	blob: &Path,
	name: &str,
	directory: &str,
) -> Result<()> {
	let template = workspace.root.join("xtask/src/weights.hbs");
	let measured = workspace.target.join(format!("{name}_weights.rs"));
	run_command(
		Command::new(BENCHER)
			.args(["v1", "benchmark", "pallet", "--genesis-builder", "runtime"])
			.args(["--genesis-builder-preset", "development"])
			.arg("--runtime")
			.arg(blob)
			.args(["--pallet", name, "--extrinsic", "*"])
			.args(["--steps", &options.steps.to_string(), "--repeat", &options.repeat.to_string()])
			.arg("--template")
			.arg(template)
			.arg("--output")
			.arg(&measured),
	)?;
	// Only a whole result replaces what is there.
	let file = workspace.root.join(directory).join("src/weights.rs");
	fs::copy(&measured, &file).with_context(|| format!("could not write {}", file.display()))?;
	eprintln!("    wrote {}", file.display());
	Ok(())
}

// SPDX-License-Identifier: Apache-2.0

//! The chain specifications that are committed: everyone who starts the local network starts the
//! same chain.

use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// The presets that have a specification in the repository.
const PRESETS: [&str; 1] = ["local"];

/// Writes `chain-specs/<preset>.plain.json` and `chain-specs/<preset>.raw.json`.
///
/// The raw one is made from the plain one, so that both always hold the same runtime.
///
/// # Errors
///
/// The node does not build, or refuses the preset.
pub fn run(workspace: &Workspace) -> Result<()> {
	workspace.build_programs()?;
	let node = workspace.program("r1-node")?;
	let directory = workspace.root.join("chain-specs");
	fs::create_dir_all(&directory).context("could not make chain-specs/")?;
	for preset in PRESETS {
		let plain = directory.join(format!("{preset}.plain.json"));
		let raw = directory.join(format!("{preset}.raw.json"));
		export(&node, &[preset], &plain)?;
		export(&node, &[&plain.to_string_lossy(), "--raw"], &raw)?;
	}
	Ok(())
}

fn export(node: &Path, chain: &[&str], file: &Path) -> Result<()> {
	let mut text = exported(node, chain)?;
	if !text.ends_with(b"\n") {
		text.push(b'\n');
	}
	fs::write(file, text).with_context(|| format!("could not write {}", file.display()))?;
	eprintln!("    wrote {}", file.display());
	Ok(())
}

/// What `r1-node export-chain-spec --chain` prints for a chain, and options after its name.
///
/// # Errors
///
/// The node cannot be started, or refuses the chain.
pub(crate) fn exported(node: &Path, chain: &[&str]) -> Result<Vec<u8>> {
	let output = Command::new(node)
		.args(["export-chain-spec", "--chain"])
		.args(chain)
		.output()
		.with_context(|| format!("could not start {}", node.display()))?;
	let errors = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.success(), "could not export {}: {}", chain.join(" "), errors.trim());
	Ok(output.stdout)
}

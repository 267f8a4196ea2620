// SPDX-License-Identifier: Apache-2.0

//! Keys of development accounts, as the node itself derives them.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	fs::OpenOptions,
	io::Write as _,
	os::unix::fs::OpenOptionsExt as _,
	path::Path,
	process::{Command, Output},
};
use zombienet_sdk::generators::generate_node_identity;

/// Writes the ed25519 key of an account, which is its node's key, for its daemon to read.
pub(crate) fn write_node_key(node: &Path, account: &str, path: &Path) -> Result<()> {
	let output = Command::new(node)
		.args(["key", "inspect", "--scheme", "ed25519", "--output-type", "json"])
		.arg(format!("//{account}"))
		.output()
		.context("could not run r1-node key inspect")?;
	let key: Value = serde_json::from_slice(&output.stdout)
		.with_context(|| format!("r1-node key inspect did not describe //{account}"))?;
	let seed = key.get("secretSeed").and_then(Value::as_str).context("a key has a seed")?;
	let mut file = OpenOptions::new()
		.write(true)
		.create(true)
		.truncate(true)
		.mode(0o600)
		.open(path)
		.with_context(|| format!("could not write {}", path.display()))?;
	file.write_all(seed.trim_start_matches("0x").as_bytes())
		.with_context(|| format!("could not write {}", path.display()))
}

/// The peer in the mesh that a key file makes.
pub(crate) fn mesh_peer(node: &Path, key_file: &Path) -> Result<String> {
	let mut command = Command::new(node);
	command.args(["key", "inspect-node-key", "--file"]).arg(key_file);
	let output = command.output().context("could not run r1-node key inspect-node-key")?;
	printed(&output, "r1-node key inspect-node-key")
}

/// The peer in the chain's network that zombienet makes of a node's name.
pub(crate) fn chain_peer(name: &str) -> Result<String> {
	let (_key, peer) = generate_node_identity(name)
		.with_context(|| format!("{name} has no identity in the chain's network"))?;
	Ok(peer)
}

/// What a program printed, if it succeeded.
pub(crate) fn printed(output: &Output, program: &str) -> Result<String> {
	ensure!(
		output.status.success(),
		"{program}: {}",
		String::from_utf8_lossy(&output.stderr).trim()
	);
	Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

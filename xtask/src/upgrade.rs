// SPDX-License-Identifier: Apache-2.0

//! A rehearsal of the runtime's upgrade: from the last release to what is built, on a live network.
//!
//! Three validators start the chain of the last release, whose specification is in the repository
//! with its runtime in it. A stock client makes state there, sets the new code, and checks that the
//! state was carried over and that blocks go on to become final: see `tests/client/upgrade.mjs`.

use crate::{
	client,
	dev::{Layout, Network},
	process::Interrupt,
	specs,
	workspace::Workspace,
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// The specification of the last release, whose runtime is upgraded.
const LAST_RELEASE: &str = "chain-specs/release-100.raw.json";

/// Where a plain specification has its runtime, in hexadecimal.
const RUNTIME: &str = "/genesis/runtimeGenesis/code";

/// Upgrades a network of the last release to the runtime that is inside the node.
///
/// # Errors
///
/// The network does not start, or the client finds something wrong.
pub fn run(workspace: &Workspace) -> Result<()> {
	let root = workspace.target.join("upgrade");
	let layout = Layout::of_validators(&root, &workspace.root.join(LAST_RELEASE));
	layout.ensure_ports_are_free()?;
	let network = Network::start(workspace, layout, Interrupt::on_signals()?)?;
	let runtime = write_runtime(workspace, root.join("runtime.wasm"))?;
	client::upgrade(workspace, &network.layout().validators[0].rpc_url(), &runtime)?;
	network.stop()
}

/// Writes the runtime that a node starts new chains with, as it would be enacted.
fn write_runtime(workspace: &Workspace, file: PathBuf) -> Result<PathBuf> {
	let specification = specs::exported(&workspace.program("r1-node")?, &["local"])?;
	let specification: Value =
		serde_json::from_slice(&specification).context("a specification is JSON")?;
	let code = specification.pointer(RUNTIME).and_then(Value::as_str);
	let code = code.and_then(|code| code.strip_prefix("0x")).context("it has a runtime")?;
	let code = hex(code).context("a runtime is written in hexadecimal")?;
	fs::write(&file, code).with_context(|| format!("could not write {}", file.display()))?;
	Ok(file)
}

/// The bytes of a text in hexadecimal; `None` if it is none.
fn hex(text: &str) -> Option<Vec<u8>> {
	let digits: Option<Vec<u8>> =
		text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
	let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
	Some(
		digits
			.chunks(2)
			.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
			.collect(),
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hex_should_read_whole_bytes_only() {
		assert_eq!(hex("00ff1a"), Some(vec![0, 255, 26]));
		assert_eq!(hex(""), Some(Vec::new()));
		assert_eq!(hex("0"), None);
		assert_eq!(hex("0g"), None);
	}
}

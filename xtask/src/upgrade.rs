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
	let code = hex::decode(code).context("a runtime is written in hexadecimal")?;
	fs::write(&file, code).with_context(|| format!("could not write {}", file.display()))?;
	Ok(file)
}

// SPDX-License-Identifier: Apache-2.0

//! The chain as a client sees it that no one here wrote: `tests/client`, on `@polkadot/api`.

use crate::{
	process::{Fleet, Interrupt, Wait, port},
	rpc,
	steps::run_command,
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::Duration,
};

/// Blocks that a fresh node finalises before the client comes, so that it has some to read.
const BLOCKS_MIN: u64 = 3;
/// A node starts in seconds; the first compilation of the runtime takes longest.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Tests the client itself, starts a development node, and lets the client tour it.
///
/// # Errors
///
/// The client's own tests fail, the node does not come up, or the client finds something wrong.
pub fn run(workspace: &Workspace) -> Result<()> {
	let package = workspace.root.join("tests/client");
	install(&package)?;
	run_command(Command::new("npm").args(["--silent", "test"]).current_dir(&package))?;

	let rpc_port = port::any_free()?;
	let mut node = Command::new(workspace.program("r1-node")?);
	node.args(["--dev", "--tmp", "--no-prometheus", "--no-telemetry", "--no-mdns"])
		// The client reads the state of every block back to the first.
		.args(["--state-pruning", "archive", "--blocks-pruning", "archive"])
		.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"])
		.args(["--rpc-port", &rpc_port.to_string()]);
	let log = workspace.target.join("client-test/node.log");
	// The log of an earlier run explains nothing.
	fs::remove_file(&log).or_else(ignore_absence)?;

	let mut fleet = Fleet::new(Interrupt::on_signals()?);
	fleet.spawn("r1-node", node, &log)?;
	let wait = Wait { what: "the node's first finalised blocks", timeout: START_TIMEOUT };
	fleet.wait_for(&wait, || {
		let number = rpc::finalised_number(rpc_port)?;
		ensure!(number >= BLOCKS_MIN, "finalised block {number} of {BLOCKS_MIN}");
		Ok(())
	})?;
	tour(workspace, &format!("ws://127.0.0.1:{rpc_port}"))?;
	fleet.stop_all()
}

/// Lets the client tour the chain behind a WebSocket address: it prints a summary to stdout.
///
/// # Errors
///
/// A package cannot be installed, or the client finds something wrong, which it prints.
pub fn tour(workspace: &Workspace, url: &str) -> Result<()> {
	let package = workspace.root.join("tests/client");
	install(&package)?;
	run_command(Command::new("node").args(["tour.mjs", url]).current_dir(&package))
}

/// Lets the client enact a runtime on the chain behind a WebSocket address, and check what became
/// of the chain's state: it prints a summary to stdout.
///
/// # Errors
///
/// A package cannot be installed, or the client finds something wrong, which it prints.
pub fn upgrade(workspace: &Workspace, url: &str, runtime: &Path) -> Result<()> {
	let package = workspace.root.join("tests/client");
	install(&package)?;
	let mut client = Command::new("node");
	run_command(client.args(["upgrade.mjs", url]).arg(runtime).current_dir(&package))
}

/// Runs a script of the client's, and returns the summary that it prints.
///
/// # Errors
///
/// A package cannot be installed, or the script finds something wrong, which it prints.
pub fn report(workspace: &Workspace, script: &str, arguments: &[&str]) -> Result<Value> {
	let package = workspace.root.join("tests/client");
	install(&package)?;
	let output = Command::new("node")
		.arg(script)
		.args(arguments)
		.current_dir(&package)
		.stderr(Stdio::inherit())
		.output()
		.context("could not run node")?;
	ensure!(output.status.success(), "{script} ended with {}", output.status);
	serde_json::from_slice(&output.stdout).with_context(|| format!("{script} printed no summary"))
}

/// Installs what the lock file names, unless that is what is installed.
///
/// # Errors
///
/// There is no lock file, or the packages cannot be had.
pub fn install(package: &Path) -> Result<()> {
	let lock = fs::read(package.join("package-lock.json")).context("no package-lock.json")?;
	// A copy of the lock file, made once its packages are all there.
	let installed: PathBuf = package.join("node_modules/.installed-lock.json");
	if fs::read(&installed).is_ok_and(|installed| installed == lock) {
		return Ok(());
	}
	run_command(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(package))?;
	fs::write(&installed, lock).context("could not note what is installed")
}

fn ignore_absence(error: std::io::Error) -> std::io::Result<()> {
	if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

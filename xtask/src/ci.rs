// SPDX-License-Identifier: Apache-2.0

//! Every check of the project, in order, and stop at the first that fails.
//!
//! All of them build with one profile, the whole workspace and the same environment, so that
//! features are unified and each dependency compiles once for the lints and once for the tests.
//! The lints therefore build the runtime's Wasm too, which the tests need right after: leaving it
//! out would only mark the runtime as changed, and build it and the node a second time.

use crate::{
	client,
	steps::{Steps, run_command},
	tidy,
	workspace::Workspace,
};
use anyhow::Result;

/// Runs everything.
///
/// # Errors
///
/// A check failed; the error names the step and the command.
pub fn run(workspace: &Workspace) -> Result<()> {
	let mut steps = Steps::new(6);
	steps
		.run("format", || run_command(workspace.cargo().args(["fmt", "--all", "--", "--check"])))?;
	steps.run("tidy", || tidy::run(workspace))?;
	steps.run("lints", || {
		let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-Dwarnings"];
		run_command(workspace.cargo().args(arguments))
	})?;
	steps.run("programs", || {
		run_command(workspace.cargo().args(["build", "--workspace", "--bins", "--locked"]))
	})?;
	steps.run("tests", || run_tests(workspace))?;
	steps.run("client of another make", || client::run(workspace))?;
	steps.finish();
	Ok(())
}

fn run_tests(workspace: &Workspace) -> Result<()> {
	let mut command = workspace.cargo();
	if has_nextest(workspace) {
		run_command(command.args(["nextest", "run", "--workspace", "--locked"]))?;
		// Nextest leaves out the examples in documentation.
		return run_command(workspace.cargo().args(["test", "--workspace", "--locked", "--doc"]));
	}
	eprintln!("    `cargo install --locked cargo-nextest` makes this step quicker");
	run_command(command.args(["test", "--workspace", "--locked"]))
}

/// Whether cargo knows `nextest`, which limits the time of each test and runs all in parallel.
pub(crate) fn has_nextest(workspace: &Workspace) -> bool {
	let mut command = workspace.cargo();
	command.args(["nextest", "--version"]);
	command.output().is_ok_and(|output| output.status.success())
}

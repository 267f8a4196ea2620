// SPDX-License-Identifier: Apache-2.0

//! Every check of the project, in order, and stop at the first that fails.
//!
//! All of them build with one profile, the whole workspace and the same environment, so that
//! features are unified and each dependency compiles once for the lints and once for the tests.
//! The lints therefore build the runtime's Wasm too, which the tests need right after: leaving it
//! out would only mark the runtime as changed, and build it and the node a second time.
//!
//! The variable `RUN_SLOW_TESTS` is `1` or not set: `1` adds what is slow, here and in the tests,
//! which read it too.

use crate::{
	client,
	network::as_root,
	steps::{Steps, run_command},
	tidy, upgrade,
	workspace::Workspace,
};
use anyhow::Result;
use std::env;

/// Runs everything.
///
/// # Errors
///
/// A check failed; the error names the step and the command.
pub fn run(workspace: &Workspace) -> Result<()> {
	let is_slow = env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
	let mut steps = Steps::new(if is_slow { 9 } else { 8 });
	steps
		.run("format", || run_command(workspace.cargo().args(["fmt", "--all", "--", "--check"])))?;
	steps.run("tidy", || tidy::run(workspace))?;
	steps.run("lints", || {
		let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-Dwarnings"];
		run_command(workspace.cargo().args(arguments))
	})?;
	steps.run("programs", || workspace.build_programs())?;
	let profile = if is_slow { "slow" } else { "default" };
	steps.run("tests", || run_tests(workspace, profile))?;
	steps.run("networks of real processes", || run_networks(workspace, profile))?;
	steps.run("client of another make", || client::run(workspace))?;
	steps.run("upgrade from the last release", || upgrade::run(workspace))?;
	if is_slow {
		steps.run("features that no chain runs", || check_features(workspace))?;
	}
	steps.finish();
	Ok(())
}

/// Checks that the runtime builds as benchmarks and state checks need it.
///
/// Slow, because every pallet of the SDK is compiled once more with these features.
fn check_features(workspace: &Workspace) -> Result<()> {
	for features in ["try-runtime", "runtime-benchmarks"] {
		let mut check = workspace.cargo();
		check
			.args(["check", "--package", "ratio1-runtime", "--locked", "--features", features])
			// Natively, which compiles all that the Wasm would.
			.env("SKIP_WASM_BUILD", "1");
		run_command(&mut check)?;
	}
	Ok(())
}

/// The package that starts whole networks.
const NETWORKS: &str = "r1-networks";

/// Runs the tests with a profile of nextest, which says how long each may take.
fn run_tests(workspace: &Workspace, profile: &str) -> Result<()> {
	let mut command = workspace.cargo();
	if has_nextest(workspace) {
		let arguments = ["nextest", "run", "--workspace", "--locked", "--profile", profile];
		let others = format!("not package(={NETWORKS})");
		run_command(command.args(arguments).args(["--filterset", &others]))?;
		// Nextest leaves out the examples in documentation.
		return run_command(workspace.cargo().args(["test", "--workspace", "--locked", "--doc"]));
	}
	eprintln!("    `cargo install --locked cargo-nextest` makes this step quicker");
	run_command(command.args(["test", "--workspace", "--locked", "--exclude", NETWORKS]))
}

/// Runs the tests that start whole networks, each in a network namespace of its own.
///
/// The longest lives through thirty epochs, twelve minutes, and the others beside it.
fn run_networks(workspace: &Workspace, profile: &str) -> Result<()> {
	let wanted = format!("package(={NETWORKS})");
	let arguments: &[&str] = if has_nextest(workspace) {
		let nextest = ["nextest", "run", "--workspace", "--locked", "--profile", profile];
		&[nextest.as_slice(), &["--filterset", &wanted]].concat()
	} else {
		&["test", "--workspace", "--locked", "--test", "networks"]
	};
	let mut cargo = workspace.cargo();
	cargo.args(arguments);
	run_command(&mut as_root(cargo))
}

/// Whether cargo knows `nextest`, which limits the time of each test and runs all in parallel.
pub(crate) fn has_nextest(workspace: &Workspace) -> bool {
	let mut command = workspace.cargo();
	command.args(["nextest", "--version"]);
	command.output().is_ok_and(|output| output.status.success())
}

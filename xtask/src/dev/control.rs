// SPDX-License-Identifier: Apache-2.0

//! The network through `r1ctl`: what a person would type, and its answer as JSON.

use super::layout::Layout;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	path::PathBuf,
	process::{Command, Output},
};

/// Exit code of `r1ctl` when its answer is no.
const NEGATIVE: i32 = 1;

/// Exit code of `r1ctl` when it prints an error.
const REFUSED: i32 = 2;

/// Runs `r1ctl` against the development network.
#[derive(Debug)]
pub struct Control {
	program: PathBuf,
	node_url: String,
}

impl Control {
	/// Asks the first validator.
	///
	/// # Errors
	///
	/// `r1ctl` was not built.
	pub fn new(workspace: &Workspace, layout: &Layout) -> Result<Self> {
		Ok(Self { program: workspace.program("r1ctl")?, node_url: layout.validators[0].rpc_url() })
	}

	/// Runs a command that signs nothing.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn query(&self, arguments: &[&str]) -> Result<Value> {
		self.run(Command::new(&self.program).args(arguments), arguments)
	}

	/// Runs a command against one daemon.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn at(&self, edge_url: &str, arguments: &[&str]) -> Result<Value> {
		self.run(
			Command::new(&self.program).args(arguments).args(["--edge-url", edge_url]),
			arguments,
		)
	}

	/// Runs a command that `signer`, a development account, signs.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn signed(&self, signer: &str, edge_url: &str, arguments: &[&str]) -> Result<Value> {
		self.run(&mut self.command_of(signer, edge_url, arguments), arguments)
	}

	/// Runs a command of `signer` that must be refused, and returns the reason that is given.
	///
	/// # Errors
	///
	/// `r1ctl` succeeds, or fails in another way than by an error message.
	pub fn refused(&self, signer: &str, edge_url: &str, arguments: &[&str]) -> Result<String> {
		let output = self.output(&mut self.command_of(signer, edge_url, arguments))?;
		let said = String::from_utf8_lossy(&output.stderr);
		ensure!(
			output.status.code() == Some(REFUSED) && output.stdout.is_empty(),
			"r1ctl {} ended with {}: {said}",
			arguments.join(" "),
			output.status
		);
		let said = said.trim();
		Ok(said.strip_prefix("error: ").unwrap_or(said).to_owned())
	}

	/// Lets `signer` rehearse a command that it would sign: nothing is sent.
	///
	/// # Errors
	///
	/// `r1ctl` fails, or its exit code says something else than its answer.
	pub fn rehearsed(&self, signer: &str, edge_url: &str, arguments: &[&str]) -> Result<Value> {
		let mut command = self.command_of(signer, edge_url, arguments);
		let output = self.output(command.arg("--dry-run"))?;
		let answer: Value = serde_json::from_slice(&output.stdout).with_context(|| {
			let said = String::from_utf8_lossy(&output.stderr);
			format!("r1ctl {} --dry-run: {}", arguments.join(" "), said.trim())
		})?;
		let code = if answer["would_succeed"] == true { 0 } else { NEGATIVE };
		ensure!(
			output.status.code() == Some(code),
			"r1ctl {} --dry-run ended with {}: {answer}",
			arguments.join(" "),
			output.status
		);
		Ok(answer)
	}

	fn command_of(&self, signer: &str, edge_url: &str, arguments: &[&str]) -> Command {
		let mut command = Command::new(&self.program);
		command.args(arguments).args(["--edge-url", edge_url]).env("R1_SIGNER", signer);
		command
	}

	fn run(&self, command: &mut Command, arguments: &[&str]) -> Result<Value> {
		let output = self.output(command)?;
		ensure!(
			output.status.success(),
			"r1ctl {}: {}",
			arguments.join(" "),
			String::from_utf8_lossy(&output.stderr).trim()
		);
		serde_json::from_slice(&output.stdout)
			.with_context(|| format!("r1ctl {} did not print JSON", arguments.join(" ")))
	}

	fn output(&self, command: &mut Command) -> Result<Output> {
		command
			.args(["--json", "--node-url", &self.node_url])
			.output()
			.context("could not run r1ctl")
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The network through `r1ctl`: what a person would type, and its answer as JSON.

use super::layout::Layout;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
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

	/// Runs a command against one daemon that may say no; the answer, and whether it said yes.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn asked(&self, edge_url: &str, arguments: &[&str]) -> Result<(Value, bool)> {
		let mut command = Command::new(&self.program);
		let output = self.output(command.args(arguments).args(["--edge-url", edge_url]))?;
		let said = String::from_utf8_lossy(&output.stderr);
		let code = output.status.code();
		let has_answered = [Some(0), Some(NEGATIVE)].contains(&code);
		ensure!(has_answered, "r1ctl {}: {}", arguments.join(" "), said.trim());
		let answer = serde_json::from_slice(&output.stdout)
			.with_context(|| format!("r1ctl {} did not print JSON", arguments.join(" ")))?;
		Ok((answer, code == Some(0)))
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
	/// `r1ctl` fails, its exit code says something else than its answer, or the node could not try
	/// the call, so that there is no answer.
	pub fn rehearsed(&self, signer: &str, edge_url: &str, arguments: &[&str]) -> Result<Value> {
		let mut command = self.command_of(signer, edge_url, arguments);
		let output = self.output(command.arg("--dry-run"))?;
		let answer: Value = serde_json::from_slice(&output.stdout).with_context(|| {
			let said = String::from_utf8_lossy(&output.stderr);
			format!("r1ctl {} --dry-run: {}", arguments.join(" "), said.trim())
		})?;
		let code = expected_code(&answer)
			.with_context(|| format!("r1ctl {} --dry-run", arguments.join(" ")))?;
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

/// The exit code that belongs to the answer of a rehearsal.
fn expected_code(answer: &Value) -> Result<i32> {
	match &answer["would_succeed"] {
		Value::Bool(true) => Ok(0),
		Value::Bool(false) => Ok(NEGATIVE),
		_ => bail!("nothing was learned of the call: {}", answer["untried"]),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn rehearsal_should_fail_with_the_reason_when_the_call_was_not_tried() {
		let code = |answer: Value| expected_code(&answer).map_err(|error| error.to_string());
		assert_eq!(code(json!({ "would_succeed": true, "untried": null })), Ok(0));
		assert_eq!(code(json!({ "would_succeed": false, "untried": null })), Ok(NEGATIVE));
		let untried = json!({ "would_succeed": null, "untried": "the node is busy" });
		let error = "nothing was learned of the call: \"the node is busy\"";
		assert_eq!(code(untried), Err(error.to_owned()));
		assert!(code(json!({})).is_err());
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The network through `r1ctl`: what a person would type, and its answer as JSON.

use crate::{keys::printed, namespace::inside};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{
	path::{Path, PathBuf},
	process::Command,
};

/// Runs `r1ctl` against one chain node and one daemon.
#[derive(Clone, Debug)]
pub struct Control {
	/// The network to run in, of a machine that has its own.
	pub(crate) inside: Option<String>,
	pub(crate) program: PathBuf,
	pub(crate) node_url: String,
	pub(crate) edge_url: String,
}

impl Control {
	/// Runs a command that signs nothing.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn query(&self, arguments: &[&str]) -> Result<Value> {
		self.run(&mut self.command(arguments), arguments)
	}

	/// Runs a command that the account of a secret URI signs.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn signed(&self, signer: &str, arguments: &[&str]) -> Result<Value> {
		self.run(self.command(arguments).env("R1_SIGNER", signer), arguments)
	}

	/// Runs a command that the key in a file signs.
	///
	/// # Errors
	///
	/// `r1ctl` fails; the error is what it said.
	pub fn signed_by_file(&self, key: &Path, arguments: &[&str]) -> Result<Value> {
		self.run(self.command(arguments).arg("--signer-file").arg(key), arguments)
	}

	fn command(&self, arguments: &[&str]) -> Command {
		let mut command = match &self.inside {
			None => Command::new(&self.program),
			Some(network) => inside(network, &self.program),
		};
		let connections = ["--json", "--node-url", &self.node_url, "--edge-url", &self.edge_url];
		command.args(arguments).args(connections);
		command
	}

	fn run(&self, command: &mut Command, arguments: &[&str]) -> Result<Value> {
		let said = arguments.join(" ");
		let output = command.output().context("could not run r1ctl")?;
		let answer = printed(&output, &format!("r1ctl {said}"))?;
		serde_json::from_str(&answer).with_context(|| format!("r1ctl {said} printed no JSON"))
	}
}

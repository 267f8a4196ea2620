// SPDX-License-Identifier: Apache-2.0

//! Builds what the benchmarks run, and runs what answers with JSON.

use crate::{steps::command_line, wasm, workspace::Workspace};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	path::PathBuf,
	process::{Command, Stdio},
};

/// Where each program is.
#[derive(Debug)]
pub(super) struct Programs {
	transfers: PathBuf,
	closing: PathBuf,
	licences: PathBuf,
	placement: PathBuf,
	mesh: PathBuf,
	access: PathBuf,
	files: PathBuf,
	store: PathBuf,
	/// The plain runtime, as Wasm, if transfers are measured.
	pub(super) plain_runtime: Option<PathBuf>,
}

impl Programs {
	/// Builds the node and the benchmarks, and the plain runtime if transfers are measured.
	pub(super) fn build(workspace: &Workspace, has_transfers: bool) -> Result<Self> {
		workspace.build_programs()?;
		let mut benchmarks = workspace.cargo();
		// With the development profile and the whole workspace, like everything else: another
		// selection would build the SDK once more.
		benchmarks
			.args(["bench", "--workspace", "--profile", "dev", "--no-run", "--locked"])
			.args(["--bench", "transfers", "--bench", "closing", "--bench", "licences"])
			.args(["--bench", "mesh", "--bench", "access", "--bench", "files", "--bench", "store"])
			.args(["--bench", "placement"])
			.arg("--message-format=json-render-diagnostics");
		let messages = output_of(&mut benchmarks)?;
		Ok(Self {
			transfers: executable(&messages, "transfers")?,
			closing: executable(&messages, "closing")?,
			licences: executable(&messages, "licences")?,
			placement: executable(&messages, "placement")?,
			mesh: executable(&messages, "mesh")?,
			access: executable(&messages, "access")?,
			files: executable(&messages, "files")?,
			store: executable(&messages, "store")?,
			plain_runtime: has_transfers.then(|| build_plain_runtime(workspace)).transpose()?,
		})
	}

	/// The program that sends transfers.
	pub(super) fn transfers(&self) -> Command {
		Command::new(&self.transfers)
	}

	/// The program that closes epochs.
	pub(super) fn closing(&self) -> Command {
		Command::new(&self.closing)
	}

	/// The program that claims, links and buys.
	pub(super) fn licences(&self) -> Command {
		Command::new(&self.licences)
	}

	/// The program that places jobs.
	pub(super) fn placement(&self) -> Command {
		Command::new(&self.placement)
	}

	/// The program that lets a network beat.
	pub(super) fn mesh(&self) -> Command {
		Command::new(&self.mesh)
	}

	/// The program that signs in and shows tokens.
	pub(super) fn access(&self) -> Command {
		Command::new(&self.access)
	}

	/// The program that adds and fetches files.
	pub(super) fn files(&self) -> Command {
		Command::new(&self.files)
	}

	/// The program that asks three nodes of the store, and three members of etcd.
	pub(super) fn store(&self) -> Command {
		Command::new(&self.store)
	}
}

/// Runs a program to its end, and reads the one JSON object that it prints.
pub(super) fn json_of(command: &mut Command) -> Result<Value> {
	let line = command_line(command);
	let output = output_of(command)?;
	serde_json::from_str(&output).with_context(|| format!("`{line}` did not print JSON"))
}

/// What a command prints to its standard output; the rest goes to the terminal.
fn output_of(command: &mut Command) -> Result<String> {
	let line = command_line(command);
	eprintln!("    $ {line}");
	let output = command
		.stderr(Stdio::inherit())
		.output()
		.with_context(|| format!("could not start `{line}`"))?;
	ensure!(output.status.success(), "`{line}` failed ({})", output.status);
	String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not print text"))
}

/// Where cargo put a benchmark, by its messages: one JSON object a line.
fn executable(messages: &str, name: &str) -> Result<PathBuf> {
	messages
		.lines()
		.filter_map(|line| serde_json::from_str::<Value>(line).ok())
		.filter(|message| message.pointer("/target/name") == Some(&Value::from(name)))
		.find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
		.with_context(|| format!("cargo does not say where the benchmark {name} is"))
}

/// By its manifest: it is no member of the workspace.
fn build_plain_runtime(workspace: &Workspace) -> Result<PathBuf> {
	let manifest = ["--manifest-path", "tests/plain-runtime/Cargo.toml"];
	wasm::build(workspace, "plain_runtime", &manifest)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn executable_should_be_that_of_the_named_benchmark() {
		let messages = concat!(
			r#"{"reason":"compiler-artifact","target":{"name":"node"},"executable":"/t/node"}"#,
			"\n",
			r#"{"reason":"compiler-artifact","target":{"name":"closing"},"executable":null}"#,
			"\n",
			r#"{"reason":"compiler-artifact","target":{"name":"closing"},"executable":"/t/c-1"}"#,
			"\n",
		);
		let found = executable(messages, "closing").expect("the last line names it");
		assert_eq!(found, PathBuf::from("/t/c-1"));
		assert!(executable(messages, "transfers").is_err());
	}

	#[test]
	fn json_of_should_read_what_a_program_prints() {
		let printed = json_of(Command::new("echo").arg(r#"{ "blocks": 3 }"#));
		assert_eq!(printed.expect("echo succeeds"), serde_json::json!({ "blocks": 3 }));
		assert!(json_of(&mut Command::new("false")).is_err());
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Networks of real processes, each in a network namespace of its own.

use crate::{steps::run_command, workspace::Workspace};
use anyhow::Result;
use nix::unistd::geteuid;
use std::process::Command;

/// Which network to start.
#[derive(Debug, clap::Args)]
pub struct Options {
	/// Its definition in `zombienet/`: `faults.toml` or `byzantine.toml`.
	definition: String,
}

/// Starts a network, and leaves it up until Ctrl-C.
///
/// # Errors
///
/// The programs do not build, or the network does not start.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
	workspace.build_programs()?;
	let mut network = Command::new(workspace.program("r1-network")?);
	let definition = workspace.root.join("zombienet").join(&options.definition);
	network.arg(definition).current_dir(&workspace.root);
	run_command(&mut as_root(network))
}

/// The command with the right to make network namespaces.
///
/// Only root has it, but anybody can be root of a user namespace.
pub(crate) fn as_root(command: Command) -> Command {
	if geteuid().is_root() {
		return command;
	}
	let mut wrapped = Command::new("unshare");
	wrapped.args(["--user", "--map-root-user", "--"]).arg(command.get_program());
	wrapped.args(command.get_args());
	if let Some(directory) = command.get_current_dir() {
		wrapped.current_dir(directory);
	}
	for (variable, value) in command.get_envs() {
		match value {
			Some(value) => wrapped.env(variable, value),
			None => wrapped.env_remove(variable),
		};
	}
	wrapped
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::Path;

	#[test]
	fn command_should_stay_what_it_is_for_whoever_runs_it() {
		let mut command = Command::new("program");
		command
			.args(["--flag", "value"])
			.current_dir("/")
			.env("SET", "1")
			.env_remove("UNSET");
		let wrapped = as_root(command);
		let words: Vec<_> = std::iter::once(wrapped.get_program())
			.chain(wrapped.get_args())
			.map(|word| word.to_string_lossy().into_owned())
			.collect();
		assert!(words.ends_with(&["program", "--flag", "value"].map(String::from)), "{words:?}");
		assert_eq!(words.len() == 3, geteuid().is_root());
		assert_eq!(wrapped.get_current_dir(), Some(Path::new("/")));
		let variables: Vec<_> = wrapped.get_envs().collect();
		assert_eq!(variables, [("SET".as_ref(), Some("1".as_ref())), ("UNSET".as_ref(), None)]);
	}
}

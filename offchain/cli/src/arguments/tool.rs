// SPDX-License-Identifier: Apache-2.0

//! What can be asked of the tool itself.

use clap::{Args, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;

/// The settings of this tool.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
	/// Every setting, and whether an option, the environment or nobody has set it. Secrets are not
	/// shown.
	Print,
}

/// A shell that shall know the commands.
#[derive(Args, Debug)]
pub(crate) struct Completions {
	/// The shell.
	pub(crate) shell: Shell,
}

/// The manual, for `man`.
#[derive(Args, Debug)]
pub(crate) struct Manual {
	/// Directory to write a page of each command into; by default the page of `r1ctl` is printed.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}

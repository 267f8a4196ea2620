// SPDX-License-Identifier: Apache-2.0

//! `r1ctl`: the network from a person's shell.
//!
//! Standard output is data, standard error is talk. Exit code 0 is success, 1 a negative answer,
//! 2 an error.

mod arguments;
mod amount;
mod output;
mod secrets;
mod files;
mod commands;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
	let arguments = arguments::Arguments::read();
	match commands::run(&arguments).await {
		Ok(answer) => output::print(&answer, arguments.json),
		Err(error) => output::report(&error),
	}
}

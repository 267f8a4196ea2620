// SPDX-License-Identifier: Apache-2.0

//! The programs under test, beside which this test was built.

use std::{
	path::{Path, PathBuf},
	process::Command,
};

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
	Path::new(env!("CARGO_MANIFEST_DIR"))
		.parent()
		.expect("the crate is in a folder of the root")
}

/// A program of the workspace.
///
/// Tests are built into `deps`, programs into the directory above it.
pub(crate) fn program(name: &str) -> PathBuf {
	let test = std::env::current_exe().expect("a running test has a path");
	let path = test.ancestors().nth(2).expect("tests are in target/<profile>/deps").join(name);
	assert!(
		path.exists(),
		"{} is not built; `cargo build --workspace --bins` builds it, `make test` does it itself",
		path.display()
	);
	path
}

/// What a program printed, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Outcome {
	pub(crate) code: Option<i32>,
	pub(crate) stdout: String,
	pub(crate) stderr: String,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Outcome {
	let output = command.output().expect("the program can be started");
	Outcome {
		code: output.status.code(),
		stdout: String::from_utf8(output.stdout).expect("programs print text"),
		stderr: String::from_utf8(output.stderr).expect("programs print text"),
	}
}

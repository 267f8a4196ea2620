// SPDX-License-Identifier: Apache-2.0

//! Runtimes as Wasm alone, for chores that need a blob which no chain of ours runs.
//!
//! The runtime of our chain is built by its own build script, together with its native half.

use crate::{steps::run_command, workspace::Workspace};
use anyhow::{Result, ensure};
use std::path::PathBuf;

/// The target that a runtime is compiled for.
pub const TARGET: &str = "wasm32v1-none";

/// What the SDK's own builder gives the compiler: the node calls functions through the table, and
/// macros must know that this half is the one that runs on a chain.
const FLAGS: &str = r#"["-Clink-arg=--export-table", "--cfg=substrate_runtime"]"#;

/// Builds the library `name`, which `selection` chooses for cargo, and returns where its blob is.
///
/// # Errors
///
/// It does not build, or is no library of that name.
pub fn build(workspace: &Workspace, name: &str, selection: &[&str]) -> Result<PathBuf> {
	let mut command = workspace.cargo();
	command
		.args(["rustc", "--locked", "--release", "--crate-type", "cdylib"])
		.args(["--target", TARGET, "--target-dir"])
		.arg(&workspace.target)
		.args(selection)
		.args(["--config", &format!("target.{TARGET}.rustflags={FLAGS}")])
		// As the SDK's builder has it; a runtime has nobody to unwind to.
		.args(["--config", r#"profile.release.panic="abort""#])
		.args(["--config", r#"profile.release.lto="thin""#])
		// It would take the place of the flags above.
		.env_remove("RUSTFLAGS");
	run_command(&mut command)?;
	let blob = workspace.target.join(TARGET).join("release").join(format!("{name}.wasm"));
	ensure!(blob.is_file(), "cargo did not write {}", blob.display());
	Ok(blob)
}

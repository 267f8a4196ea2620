// SPDX-License-Identifier: Apache-2.0

//! The inner loop: what changed since the last commit, and no more.
//!
//! The lints and tests of changed packages run, but cargo sees the whole workspace: a choice of
//! packages would have features of its own, and compile the dependencies anew for each choice.

use crate::{
	ci::has_nextest,
	steps::{Steps, run_command},
	tidy,
	workspace::{Package, Workspace},
};
use anyhow::{Context, Result, ensure};
use std::{collections::BTreeSet, path::Path, process::Command};

/// Checks format, rules, lints and unit tests of what changed.
///
/// # Errors
///
/// A check failed; the error names the step and the command.
pub fn run(workspace: &Workspace) -> Result<()> {
	let files = changed_files(&workspace.root)?;
	let packages = changed_packages(&files, &workspace.packages);
	let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
	eprintln!(
		"changed packages: {}",
		if names.is_empty() { "none".into() } else { names.join(", ") }
	);

	let mut steps = Steps::new(if packages.is_empty() { 2 } else { 4 });
	steps
		.run("format", || run_command(workspace.cargo().args(["fmt", "--all", "--", "--check"])))?;
	steps.run("tidy", || tidy::run(workspace))?;
	if !packages.is_empty() {
		steps.run("lints", || {
			let arguments = ["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"];
			// Lints read no Wasm, and building it is what takes longest.
			run_command(workspace.cargo().args(arguments).env("SKIP_WASM_BUILD", "1"))
		})?;
		steps.run("unit tests", || run_unit_tests(workspace, &packages))?;
	}
	steps.finish();
	Ok(())
}

fn run_unit_tests(workspace: &Workspace, packages: &[&Package]) -> Result<()> {
	let mut command = workspace.cargo();
	command.env("SKIP_WASM_BUILD", "1");
	if has_nextest(workspace) {
		let filters = packages.iter().map(|package| format!("package(={})", package.name));
		command.args(["nextest", "run", "--workspace", "--no-tests=pass", "--filterset"]);
		command.arg(filters.collect::<Vec<_>>().join(" | "));
	} else {
		command.args(["test", "--workspace"]);
	}
	command.arg("--lib");
	// Programs are linked only where their tests are wanted: the node alone takes half a minute.
	if packages.iter().any(|package| !package.has_library) {
		command.arg("--bins");
	}
	run_command(&mut command)
}

/// Paths that differ from HEAD, in the index, the work tree or as new files.
fn changed_files(root: &Path) -> Result<BTreeSet<String>> {
	let mut files = git(root, &["ls-files", "-z", "--others", "--exclude-standard"])?;
	let has_commits = git_command(root)
		.args(["rev-parse", "--quiet", "--verify", "HEAD"])
		.output()
		.context("could not run git")?
		.status
		.success();
	let tracked: &[&str] =
		if has_commits { &["diff", "-z", "--name-only", "HEAD"] } else { &["ls-files", "-z"] };
	files.extend(git(root, tracked)?);
	Ok(files)
}

fn git(root: &Path, arguments: &[&str]) -> Result<BTreeSet<String>> {
	let output = git_command(root).args(arguments).output().context("could not run git")?;
	ensure!(output.status.success(), "`git {}` failed ({})", arguments.join(" "), output.status);
	let text = String::from_utf8(output.stdout).context("a path is not UTF-8")?;
	Ok(text.split_terminator('\0').map(str::to_owned).collect())
}

/// Git in the repository of `root`, even where a hook of another repository started this program.
fn git_command(root: &Path) -> Command {
	let mut command = Command::new("git");
	command.current_dir(root);
	for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
		command.env_remove(variable);
	}
	command
}

/// The packages that hold the files; a file at the root is nobody's, so it changes no package.
fn changed_packages<'all>(
	files: &BTreeSet<String>,
	packages: &'all [Package],
) -> Vec<&'all Package> {
	let holds = |package: &Package, file: &str| {
		file.strip_prefix(&package.directory).is_some_and(|rest| rest.starts_with('/'))
	};
	packages
		.iter()
		.filter(|package| files.iter().any(|file| holds(package, file)))
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use tempfile::TempDir;

	#[test]
	fn changed_packages_should_hold_the_changed_files() {
		let package = |directory: &str| Package {
			name: directory.replace('/', "-"),
			directory: directory.to_owned(),
			has_library: true,
			dependencies: Vec::new(),
		};
		let packages =
			[package("node"), package("offchain/net"), package("offchain/net-of-others")];
		let files = ["README.md", "offchain/net/src/lib.rs", "nodes/list.txt"];
		let files = files.into_iter().map(str::to_owned).collect();
		let changed = changed_packages(&files, &packages);
		assert_eq!(changed, [&packages[1]]);
	}

	#[test]
	fn changed_files_should_hold_new_staged_and_edited_ones() {
		let repository = TempDir::new().expect("temporary directories can be made");
		let root = repository.path();
		let write =
			|path: &str, text: &str| std::fs::write(root.join(path), text).expect("writable");
		let run = |arguments: &[&str]| git(root, arguments).expect("git runs");
		run(&["init", "--quiet"]);
		for path in ["same", "edited", "staged"] {
			write(path, "before");
		}
		run(&["add", "."]);
		assert_eq!(changed_files(root).expect("git runs").len(), 3);
		run(&[
			"-c",
			"user.name=Test",
			"-c",
			"user.email=test@localhost",
			"-c",
			"commit.gpgsign=false",
			"commit",
			"--quiet",
			"--no-verify",
			"--message=test: start",
		]);
		assert!(changed_files(root).expect("git runs").is_empty());
		write("edited", "after");
		write("staged", "after");
		run(&["add", "staged"]);
		write("new", "");
		let changed: Vec<_> = changed_files(root).expect("git runs").into_iter().collect();
		assert_eq!(changed, ["edited", "new", "staged"]);
	}
}

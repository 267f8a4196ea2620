// SPDX-License-Identifier: Apache-2.0

//! Where things are: the root of the checkout, the target directory, the packages.

use crate::steps::run_command;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
	env,
	path::{Path, PathBuf},
	process::Command,
};

/// The checkout, as `cargo metadata` sees it.
#[derive(Debug)]
pub struct Workspace {
	/// The directory of the root manifest.
	pub root: PathBuf,
	/// Where cargo puts what it builds.
	pub target: PathBuf,
	/// The members, in cargo's order.
	pub packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
	/// Its name in its manifest.
	pub name: String,
	/// Its directory, relative to the root, with `/` between the parts.
	pub directory: String,
	/// Whether it has a library.
	pub has_library: bool,
	/// What it depends on, in every kind: normal, build and development.
	pub dependencies: Vec<Dependency>,
}

/// One line of a package's manifest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dependency {
	/// The name of the crate that is depended on.
	pub name: String,
	/// Where it is relative to the root, if it is one of ours.
	pub directory: Option<String>,
}

impl Workspace {
	/// Asks cargo about the workspace that the current directory belongs to.
	///
	/// # Errors
	///
	/// Cargo does not run, or a manifest does not parse.
	pub fn find() -> Result<Self> {
		// The checkout that the caller stands in, not the one that this program was compiled in: a
		// target directory may be shared by several checkouts.
		let output = cargo()
			.args(["metadata", "--no-deps", "--format-version=1"])
			.output()
			.context("could not run `cargo metadata`")?;
		if !output.status.success() {
			bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
		}
		let metadata: Value = serde_json::from_slice(&output.stdout)
			.context("could not read what `cargo metadata` prints")?;
		Self::from_metadata(&metadata)
	}

	/// Reads the answer of `cargo metadata --no-deps`.
	///
	/// # Errors
	///
	/// The answer lacks a field that cargo documents.
	pub fn from_metadata(metadata: &Value) -> Result<Self> {
		let root = PathBuf::from(text(metadata, "workspace_root")?);
		let target = PathBuf::from(text(metadata, "target_directory")?);
		let packages = list(metadata, "packages")?
			.iter()
			.map(|package| Package::from_metadata(&root, package))
			.collect::<Result<_>>()?;
		Ok(Self { root, target, packages })
	}

	/// Builds all programs.
	///
	/// With the whole workspace: for some packages alone cargo would choose other features, and
	/// build dependencies a second time.
	///
	/// # Errors
	///
	/// One of them does not build.
	pub fn build_programs(&self) -> Result<()> {
		run_command(self.cargo().args(["build", "--workspace", "--bins", "--locked"]))
	}

	/// The path of a program that the development profile builds.
	///
	/// # Errors
	///
	/// It has not been built yet.
	pub fn program(&self, name: &str) -> Result<PathBuf> {
		let path = self.target.join("debug").join(name);
		ensure!(path.is_file(), "{name} is not built: run `cargo build --workspace --bins`");
		Ok(path)
	}

	/// A cargo command that runs in the root of the checkout.
	#[must_use]
	pub fn cargo(&self) -> Command {
		let mut command = cargo();
		command.current_dir(&self.root);
		command
	}
}

impl Package {
	fn from_metadata(root: &Path, package: &Value) -> Result<Self> {
		let manifest = PathBuf::from(text(package, "manifest_path")?);
		let directory = manifest.parent().context("a manifest has no directory")?;
		let has_library = list(package, "targets")?
			.iter()
			.filter_map(|target| target.get("kind")?.as_array())
			.flatten()
			.any(|kind| matches!(kind.as_str(), Some("lib" | "rlib" | "proc-macro")));
		let dependencies = list(package, "dependencies")?
			.iter()
			.map(|dependency| {
				let directory = dependency
					.get("path")
					.and_then(Value::as_str)
					.map(|path| relative(root, Path::new(path)));
				Ok(Dependency { name: text(dependency, "name")?.to_owned(), directory })
			})
			.collect::<Result<_>>()?;
		Ok(Self {
			name: text(package, "name")?.to_owned(),
			directory: relative(root, directory),
			has_library,
			dependencies,
		})
	}
}

/// The cargo that runs this program, or the one in `PATH`.
///
/// What cargo told this program about its own package is not passed on: build scripts that read
/// such variables, as ring's does, would run again whenever a person calls cargo in between.
fn cargo() -> Command {
	let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
	for (name, _) in env::vars_os() {
		let name = name.to_string_lossy();
		if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
			command.env_remove(name.as_ref());
		}
	}
	command
}

fn relative(root: &Path, path: &Path) -> String {
	path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn text<'value>(value: &'value Value, key: &str) -> Result<&'value str> {
	value
		.get(key)
		.and_then(Value::as_str)
		.with_context(|| format!("no text at `{key}`"))
}

fn list<'value>(value: &'value Value, key: &str) -> Result<&'value [Value]> {
	value
		.get(key)
		.and_then(Value::as_array)
		.map(Vec::as_slice)
		.with_context(|| format!("no list at `{key}`"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn workspace_should_know_itself() {
		let workspace = Workspace::find().expect("cargo runs");
		let own = workspace.packages.iter().find(|package| package.name == "xtask");
		let own = own.expect("xtask is a member");
		assert_eq!(own.directory, "xtask");
		assert!(own.has_library);
		assert!(workspace.root.join("xtask/Cargo.toml").is_file());
	}

	#[test]
	fn package_should_keep_where_our_own_dependencies_are() {
		let metadata = json!({
			"workspace_root": "/w",
			"target_directory": "/w/target",
			"packages": [{
				"name": "r1-node",
				"manifest_path": "/w/node/Cargo.toml",
				"targets": [{ "kind": ["bin"] }],
				"dependencies": [
					{ "name": "ratio1-runtime", "path": "/w/runtime" },
					{ "name": "serde" },
				],
			}],
		});
		let workspace = Workspace::from_metadata(&metadata).expect("every field is there");
		let expected = Package {
			name: "r1-node".into(),
			directory: "node".into(),
			has_library: false,
			dependencies: vec![
				Dependency { name: "ratio1-runtime".into(), directory: Some("runtime".into()) },
				Dependency { name: "serde".into(), directory: None },
			],
		};
		assert_eq!(workspace.packages, [expected]);
		let error = workspace.program("r1-node").expect_err("nothing is built there");
		assert!(error.to_string().contains("r1-node is not built"), "{error}");
	}
}

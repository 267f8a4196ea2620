// SPDX-License-Identifier: Apache-2.0

//! The programs that a network is made of, beside which this one was built.

use anyhow::{Context, Result, ensure};
use std::{
	env,
	path::{Path, PathBuf},
};

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
	/// The chain node.
	pub node: PathBuf,
	/// The edge daemon.
	pub edge: PathBuf,
	/// The command line.
	pub control: PathBuf,
}

impl Programs {
	/// The programs of the profile that the caller was built with.
	///
	/// # Errors
	///
	/// One of them is not built.
	pub fn find() -> Result<Self> {
		let own = env::current_exe().context("a running program has a path")?;
		Ok(Self {
			node: beside(&own, "r1-node")?,
			edge: beside(&own, "r1-edge")?,
			control: beside(&own, "r1ctl")?,
		})
	}
}

/// A program of the directory that the caller is in; tests are one directory deeper.
fn beside(own: &Path, name: &str) -> Result<PathBuf> {
	let found = own.ancestors().skip(1).take(2).map(|directory| directory.join(name));
	let found = found.into_iter().find(|path| path.is_file());
	found.with_context(|| {
		format!("{name} is not built: run `cargo build --workspace --bins`, as `make test` does")
	})
}

/// Text of a path, which all of them are.
pub(crate) fn text(path: &Path) -> Result<&str> {
	let text = path.to_str();
	ensure!(text.is_some(), "{} is not text", path.display());
	Ok(text.unwrap_or_default())
}

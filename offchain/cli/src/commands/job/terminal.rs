// SPDX-License-Identifier: Apache-2.0

//! The terminal that this is run in, by the system's own `stty`.

use anyhow::{Context as _, ensure};
use r1_api::TerminalSize;
use std::process::{Command, Stdio};

/// A terminal that hands on every key as it is, until this is dropped.
#[derive(Debug)]
pub(super) struct RawMode {
	/// How it was before, in the words of `stty`.
	before: String,
}

impl RawMode {
	pub(super) fn begin() -> anyhow::Result<Self> {
		let before = stty(&["-g"])?;
		stty(&["raw", "-echo"])?;
		Ok(Self { before })
	}
}

impl Drop for RawMode {
	fn drop(&mut self) {
		// Whoever sits there can say `stty sane`; nobody else can do more.
		drop(stty(&[&self.before]));
	}
}

/// How large it is.
pub(super) fn size() -> anyhow::Result<TerminalSize> {
	let said = stty(&["size"])?;
	read_size(&said).with_context(|| format!("`stty size` says `{said}`, which is no size"))
}

/// Lines and columns, in this order.
fn read_size(said: &str) -> Option<TerminalSize> {
	let (rows, columns) = said.split_once(' ')?;
	Some(TerminalSize { columns: columns.parse().ok()?, rows: rows.parse().ok()? })
}

fn stty(arguments: &[&str]) -> anyhow::Result<String> {
	let said = Command::new("stty").args(arguments).stdin(Stdio::inherit()).output();
	let said = said.context("could not run `stty`, which sets up terminals")?;
	let words = String::from_utf8_lossy(&said.stderr);
	ensure!(said.status.success(), "`stty {}` failed: {}", arguments.join(" "), words.trim());
	Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn size_should_be_lines_and_columns() {
		assert_eq!(read_size("24 80"), Some(TerminalSize { columns: 80, rows: 24 }));
		for said in ["", "24", "24 x", "24 80 1", "-1 80", "24 65536"] {
			assert_eq!(read_size(said), None, "{said}");
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! The table of closing epochs.

use super::number;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables.
pub(super) fn write(text: &mut String, closing: &Value) -> Result<()> {
	writeln!(
		text,
		"| deeds | blocks | most in one block, ms | share of a block | its proof, KiB | total, ms |\n\
		| --- | --- | --- | --- | --- | --- |"
	)?;
	let rows = closing.get("epochs").and_then(Value::as_array);
	for row in rows.context("the closing of epochs was measured")? {
		writeln!(
			text,
			"| {} | {} | {:.1} | {:.1} % | {:.0} | {:.1} |",
			number(row, "/deeds")?,
			number(row, "/blocks")?,
			number(row, "/block_max/ref_time")? / 1e9,
			number(row, "/block_max_share")? * 100.0,
			number(row, "/block_max/proof_size")? / 1_024.0,
			number(row, "/total/ref_time")? / 1e9,
		)?;
	}
	let steps = number(closing, "/steps_per_block")?;
	writeln!(
		text,
		"\nWhatever the number of deeds, a block takes at most {steps} steps, or {:.1} ms, \
		{:.1} % of a block, with {} oracles and {} entries of work.",
		number(closing, "/bound/ref_time")? / 1e9,
		number(closing, "/bound_share")? * 100.0,
		number(closing, "/oracles")?,
		number(closing, "/work_entries")?,
	)?;
	Ok(())
}

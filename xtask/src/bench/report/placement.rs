// SPDX-License-Identifier: Apache-2.0

//! The table of placing jobs.

use super::number;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the table.
pub(super) fn write(text: &mut String, placement: &Value) -> Result<()> {
	writeln!(
		text,
		"| nodes | jobs of {} replicas | to place all, ms | jobs with dark nodes | to replace \
		 those, ms |\n| --- | --- | --- | --- | --- |",
		number(placement, "/replicas")?,
	)?;
	let rows = placement.get("votes").and_then(Value::as_array);
	for row in rows.context("placing was measured")? {
		writeln!(
			text,
			"| {} | {} | {} | {} | {} |",
			number(row, "/nodes")?,
			number(row, "/jobs")?,
			number(row, "/millis")?,
			number(row, "/jobs_with_dark_nodes")?,
			number(row, "/replacement_millis")?,
		)?;
	}
	Ok(())
}

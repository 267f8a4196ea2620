// SPDX-License-Identifier: Apache-2.0

//! The table of the calls around licences.

use super::number;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables.
pub(super) fn write(text: &mut String, licences: &Value) -> Result<()> {
	writeln!(
		text,
		"\n| call | weight, ms | share of a block | charged beforehand, ms | native time, ms |\n\
		| --- | --- | --- | --- | --- |"
	)?;
	let rows = licences.get("calls").and_then(Value::as_array);
	for row in rows.context("the calls around licences were measured")? {
		writeln!(
			text,
			"| {} | {:.3} | {:.2} % | {:.3} | {:.3} |",
			row.get("call").and_then(Value::as_str).context("a call has a name")?,
			number(row, "/used_ref_time")? / 1e9,
			number(row, "/used_share")? * 100.0,
			number(row, "/declared_ref_time")? / 1e9,
			number(row, "/native_micros")? / 1e3,
		)?;
	}
	let (ours, deployed) =
		(number(licences, "/licence_epochs")?, number(licences, "/deployed_licence_epochs")?);
	writeln!(
		text,
		"\nOne claim above settles {ours} licence-epochs; a transaction of the deployed network \
		holds {deployed} at most."
	)?;
	Ok(())
}

// SPDX-License-Identifier: Apache-2.0

//! The tables of beats.

use super::number;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables.
pub(super) fn write(text: &mut String, mesh: &Value) -> Result<()> {
	writeln!(
		text,
		"\n| nodes | slot, s | oracle receives, KB/s | sends, KB/s | of both without beats, KB/s | \
		a node's mean, both, KB/s | with TCP and IP, KB/s | beats heard by the oracle | \
		by the worst node | on the way, p50 / p99, s | processor, µs a beat |\n\
		| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	)?;
	let rows = mesh.get("networks").and_then(Value::as_array);
	let rows = rows.context("networks were measured")?;
	for row in rows {
		let kilobytes = |path: &str| Ok::<_, anyhow::Error>(number(row, path)? / 1e3);
		writeln!(
			text,
			"| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} % | {:.1} % | \
			{:.1} / {:.1} | {:.0} |",
			number(row, "/nodes")?,
			number(row, "/slot_secs")?,
			kilobytes("/oracle/received/bytes_per_sec")?,
			kilobytes("/oracle/sent/bytes_per_sec")?,
			kilobytes("/oracle/received/silent_bytes_per_sec")?
				+ kilobytes("/oracle/sent/silent_bytes_per_sec")?,
			kilobytes("/each/both/bytes_per_sec")?,
			kilobytes("/each/device/bytes_per_sec")?,
			number(row, "/oracle/heard_share")? * 100.0,
			number(row, "/each/heard_share_min")? * 100.0,
			number(row, "/way_ms/p50")? / 1e3,
			number(row, "/way_ms/p99")? / 1e3,
			number(row, "/each/processor_micros_per_beat")?,
		)?;
	}
	let largest = rows.last().context("a network was measured")?;
	// What one beat costs the oracle of the largest network, wherever it comes from.
	let bytes_per_beat = |way: &str| {
		let rate = |kind: &str| number(largest, &format!("/oracle/{way}/{kind}"));
		let by_beats = rate("bytes_per_sec")? - rate("silent_bytes_per_sec")?;
		let beats = number(largest, "/nodes")? / number(mesh, "/slot_secs")?;
		Ok::<_, anyhow::Error>(by_beats / beats)
	};
	let (received, sent) = (bytes_per_beat("received")?, bytes_per_beat("sent")?);
	writeln!(
		text,
		"\nA subscriber of the deployed system receives {:.1} KB/s with {} nodes.\n\n\
		| nodes whose beats are judged | µs a beat | ms a slot | the oracle receives, KB/s | \
		sends, KB/s |\n| --- | --- | --- | --- | --- |",
		number(mesh, "/deployed/bytes_per_sec")? / 1e3,
		number(mesh, "/deployed/nodes")?,
	)?;
	let rows = mesh.get("judged").and_then(Value::as_array);
	for row in rows.context("beats were judged")? {
		let nodes = number(row, "/nodes")?;
		let beats_per_sec = nodes / number(mesh, "/slot_secs")?;
		writeln!(
			text,
			"| {nodes} | {:.1} | {:.0} | {:.1} | {:.1} |",
			number(row, "/micros_per_beat")?,
			number(row, "/millis_per_slot")?,
			received * beats_per_sec / 1e3,
			sent * beats_per_sec / 1e3,
		)?;
	}
	Ok(())
}

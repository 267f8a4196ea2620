// SPDX-License-Identifier: Apache-2.0

//! The tables of three nodes of the store.

use super::number;
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables of three nodes.
pub(super) fn write(text: &mut String, replicated: &Value) -> Result<()> {
	writeln!(
		text,
		"\n| three nodes, values of {} B, each disk waited for | clients | ours per second | etcd per \
		 second | ratio | ours p50 / p99, ms | etcd p50 / p99, ms |\n\
		 | --- | --- | --- | --- | --- | --- | --- |",
		number(replicated, "/value_bytes")?,
	)?;
	for load in rows(replicated, "loads") {
		let value = |path: &str| number(load, path);
		writeln!(
			text,
			"| {} | {} | {:.0} ({:.0} to {:.0}) | {:.0} ({:.0} to {:.0}) | {:.2} | {:.2} / {:.2} | \
			 {:.2} / {:.2} |",
			kind(load),
			value("/clients")?,
			value("/ours/per_sec")?,
			value("/ours/per_sec_min")?,
			value("/ours/per_sec_max")?,
			value("/etcd/per_sec")?,
			value("/etcd/per_sec_min")?,
			value("/etcd/per_sec_max")?,
			value("/ours/per_sec")? / value("/etcd/per_sec")?,
			value("/ours/p50_ms")?,
			value("/ours/p99_ms")?,
			value("/etcd/p50_ms")?,
			value("/etcd/p99_ms")?,
		)?;
	}
	writeln!(text, "\n| bytes between all three, of a write | clients | B |\n| --- | --- | --- |")?;
	for wire in rows(replicated, "wire") {
		let (clients, bytes) = (number(wire, "/clients")?, number(wire, "/bytes")?);
		writeln!(text, "| {} | {clients} | {bytes:.0} |", kind(wire))?;
	}
	writeln!(text, "\n| keys that differ after a partition | the same after, s |\n| --- | --- |")?;
	for healed in rows(replicated, "healed") {
		writeln!(text, "| {} | {:.2} |", number(healed, "/keys")?, number(healed, "/secs")?)?;
	}
	Ok(())
}

fn rows<'value>(value: &'value Value, name: &str) -> &'value [Value] {
	value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What is done, in words.
fn kind(row: &Value) -> &str {
	match row["kind"].as_str() {
		Some("write") => "write, on two disks",
		Some("agreed_write") => "write that all agree on",
		Some("agreed_read") => "linearizable read",
		other => other.unwrap_or_default(),
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use serde_json::json;

	/// What is measured, with numbers that are easy to find again.
	pub(in crate::bench::report) fn measured() -> Value {
		let rate = |per_sec: f64| {
			json!({
				"per_sec": per_sec, "per_sec_min": per_sec - 1.0, "per_sec_max": per_sec + 1.0,
				"p50_ms": 0.25, "p99_ms": 0.5,
			})
		};
		json!({
			"value_bytes": 256, "rounds": 3, "seconds": 8,
			"loads": [{
				"kind": "write", "clients": 64, "ours": rate(300.0), "etcd": rate(100.0),
			}],
			"wire": [{ "kind": "agreed_write", "clients": 1, "bytes": 1_234.4 }],
			"healed": [{ "keys": 10_000, "secs": 1.25 }],
		})
	}

	#[test]
	fn tables_should_have_loads_bytes_and_healing() {
		let mut text = String::new();
		write(&mut text, &measured()).expect("every number is there");
		for line in [
			"| write, on two disks | 64 | 300 (299 to 301) | 100 (99 to 101) | 3.00 | 0.25 / 0.50 | 0.25 / 0.50 |",
			"| write that all agree on | 1 | 1234 |",
			"| 10000 | 1.25 |",
		] {
			assert!(text.contains(line), "`{line}` is not in:\n{text}");
		}
	}
}

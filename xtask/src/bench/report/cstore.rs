// SPDX-License-Identifier: Apache-2.0

//! The tables of the store.

use super::number;
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

/// Writes the tables of the store.
pub(super) fn write(text: &mut String, cstore: &Value) -> Result<()> {
	writeln!(
		text,
		"\n| store, {} connections, values of {} B | ours per second | Redis per second | ratio | \
		 ours p50 / p99, ms | Redis p50 / p99, ms |\n| --- | --- | --- | --- | --- | --- |",
		number(cstore, "/connections")?,
		number(cstore, "/value_bytes")?,
	)?;
	let loads = cstore["loads"].as_array().map(Vec::as_slice).unwrap_or_default();
	for load in loads {
		let value = |path: &str| number(load, path);
		writeln!(
			text,
			"| {}, pipeline of {} | {:.0} ({:.0} to {:.0}) | {:.0} ({:.0} to {:.0}) | {:.2} | {:.2} / \
			 {:.2} | {:.2} / {:.2} |",
			load["test"].as_str().unwrap_or_default(),
			value("/pipeline")?,
			value("/ours/per_sec")?,
			value("/ours/per_sec_min")?,
			value("/ours/per_sec_max")?,
			value("/redis/per_sec")?,
			value("/redis/per_sec_min")?,
			value("/redis/per_sec_max")?,
			value("/ours/per_sec")? / value("/redis/per_sec")?,
			value("/ours/p50_ms")?,
			value("/ours/p99_ms")?,
			value("/redis/p50_ms")?,
			value("/redis/p99_ms")?,
		)?;
	}
	let bytes = |name: &str| number(cstore, &format!("/bytes_per_record/{name}"));
	writeln!(
		text,
		"\n| memory of a record with a key of 16 B, of a million | ours, B | Redis, B | ratio |\n\
		 | --- | --- | --- | --- |\n| resident | {:.0} | {:.0} | {:.2} |",
		bytes("ours")?,
		bytes("redis")?,
		bytes("ours")? / bytes("redis")?,
	)?;
	Ok(())
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
			"connections": 50, "value_bytes": 16, "rounds": 5,
			"loads": [{
				"test": "SET", "pipeline": 16, "ours": rate(90.0), "redis": rate(100.0),
			}],
			"bytes_per_record": { "ours": 150.4, "redis": 100.0 },
		})
	}

	#[test]
	fn tables_should_have_each_load_and_the_memory() {
		let mut text = String::new();
		write(&mut text, &measured()).expect("every number is there");
		for line in [
			"| SET, pipeline of 16 | 90 (89 to 91) | 100 (99 to 101) | 0.90 | 0.25 / 0.50 | 0.25 / 0.50 |",
			"| resident | 150 | 100 | 1.50 |",
		] {
			assert!(text.contains(line), "`{line}` is not in:\n{text}");
		}
	}
}

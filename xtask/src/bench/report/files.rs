// SPDX-License-Identifier: Apache-2.0

//! The table of files.

use super::number;
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

/// Bytes of a mebibyte.
const MIB: f64 = 1_048_576.0;

/// Writes the table of files.
pub(super) fn write(text: &mut String, files: &Value) -> Result<()> {
	let value = |path: &str| number(files, path);
	let (added, fetched) = (value("/bytes")? / MIB, value("/transfer_bytes")? / MIB);
	let hash_secs = value("/hash_secs")?;
	writeln!(
		text,
		"\n| files | MiB/s | beside hashing alone |\n| --- | --- | --- |\n\
		 | sha2-256 of {added:.0} MiB on one core | {:.0} | 1 |",
		added / hash_secs,
	)?;
	for (what, path) in [("added", "/add/secs"), ("added, sealed for a key", "/add_sealed/secs")] {
		let secs = value(path)?;
		writeln!(text, "| {what} | {:.0} | {:.2} |", added / secs, hash_secs / secs)?;
	}
	let small = value("/small/files")? / value("/small/secs")?;
	let (ours, peak) = (value("/get/secs")?, value("/get/peak_bytes")? / MIB);
	writeln!(
		text,
		"\n{small:.0} files of 4 KiB a second are added; the process had {peak:.0} MiB of memory at most.\n\n\
		 | from one process to another, {fetched:.0} MiB | MiB/s |\n| --- | --- |\n\
		 | ours, onto a disk | {:.0} |",
		fetched / ours,
	)?;
	if let Ok(theirs) = value("/helia/secs") {
		writeln!(
			text,
			"| Helia, into memory | {:.0} |\n\nThe ratio is {:.1}.",
			fetched / theirs,
			theirs / ours
		)?;
	}
	Ok(())
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use serde_json::json;

	/// What is measured, with numbers that are easy to find again.
	pub(in crate::bench::report) fn measured() -> Value {
		json!({
			"bytes": 1_u64 << 30,
			"transfer_bytes": 1 << 28,
			"hash_secs": 1.0,
			"add": { "secs": 2.0, "peak_bytes": 1 << 25 },
			"add_sealed": { "secs": 4.0 },
			"small": { "files": 10_000, "secs": 5.0 },
			"get": { "secs": 2.0, "peak_bytes": 1 << 26 },
			"helia": { "secs": 8.0 },
		})
	}

	#[test]
	fn table_should_set_ours_beside_the_limit_and_the_peer() {
		let mut text = String::new();
		write(&mut text, &measured()).unwrap();
		for line in [
			"| sha2-256 of 1024 MiB on one core | 1024 | 1 |",
			"| added | 512 | 0.50 |",
			"| added, sealed for a key | 256 | 0.25 |",
			"2000 files of 4 KiB a second are added; the process had 64 MiB",
			"| ours, onto a disk | 128 |",
			"| Helia, into memory | 32 |",
			"The ratio is 4.0.",
		] {
			assert!(text.contains(line), "{line} is not in {text}");
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! A source file that is too long to read in one sitting is two files.

use super::{File, Violation};

/// Lines that a source file may have; 100 to 400 read well.
const LINES_MAX: usize = 800;
/// What counts as source.
const EXTENSIONS: [&str; 6] = ["css", "js", "mjs", "py", "rs", "ts"];
/// Parts of a path that exempt a file: its length is that of its cases, or a tool wrote it.
const EXEMPT: [&str; 5] = ["tests", "tests.rs", "weights", "weights.rs", "generated"];

/// Finds a source file over the ceiling.
#[must_use]
pub fn check(file: &File) -> Vec<Violation> {
	let is_exempt = file.path.split('/').any(|part| EXEMPT.contains(&part));
	if is_exempt || !EXTENSIONS.contains(&file.extension()) {
		return Vec::new();
	}
	let lines = file.text().unwrap_or_default().lines().count();
	if lines <= LINES_MAX {
		return Vec::new();
	}
	vec![file.violation(format!("{lines} lines, and {LINES_MAX} is the ceiling: split it"))]
}

#[cfg(test)]
mod tests {
	use super::{super::file, *};

	#[test]
	fn check_should_fail_only_source_over_the_ceiling() {
		let at_ceiling = "\n".repeat(LINES_MAX);
		let over = "\n".repeat(LINES_MAX + 1);
		assert_eq!(check(&file("node/src/cli.rs", &at_ceiling)), []);
		assert_eq!(check(&file("node/src/cli.rs", &over)).len(), 1);
		assert_eq!(check(&file("explorer/page.ts", &over)).len(), 1);
		for exempt in [
			"pallets/poai/src/tests/jobs.rs",
			"pallets/poai/src/tests.rs",
			"pallets/poai/src/weights.rs",
			"runtime/src/weights/pallet_nfts.rs",
			"Cargo.lock",
		] {
			assert_eq!(check(&file(exempt, &over)), [], "{exempt}");
		}
	}
}

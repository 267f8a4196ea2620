// SPDX-License-Identifier: Apache-2.0

//! What is large stays out: every clone pays for it for ever.

use super::{File, Violation};

/// Bytes that a file may have.
const BYTES_MAX: usize = 512 * 1024;
/// Files that may be larger: specifications hold the whole runtime, and must not be built anew by
/// everyone, or two people would start two chains.
const LARGE: [&str; 3] = [
	"chain-specs/local.plain.json",
	"chain-specs/local.raw.json",
	"chain-specs/release-100.raw.json",
];

/// Finds a file over the limit that is not on the list.
#[must_use]
pub fn check(file: &File) -> Vec<Violation> {
	if file.bytes.len() <= BYTES_MAX || LARGE.contains(&file.path.as_str()) {
		return Vec::new();
	}
	let kilobytes = file.bytes.len() / 1024;
	vec![file.violation(format!("{kilobytes} KiB, and {} is the limit", BYTES_MAX / 1024))]
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn check_should_fail_only_unlisted_files_over_the_limit() {
		let of_size = |path: &str, size| File { path: path.to_owned(), bytes: vec![0; size] };
		assert_eq!(check(&of_size("models/a.onnx", BYTES_MAX)), []);
		assert_eq!(check(&of_size("models/a.onnx", BYTES_MAX + 1)).len(), 1);
		assert_eq!(check(&of_size("chain-specs/local.raw.json", BYTES_MAX + 1)), []);
	}
}

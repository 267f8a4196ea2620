// SPDX-License-Identifier: Apache-2.0

//! Every Rust file says under which licence it may be used.

use super::{File, Violation};

/// The first line of every Rust file.
const HEADER: &str = "// SPDX-License-Identifier: Apache-2.0";

/// Finds a Rust file whose first line is not the header.
#[must_use]
pub fn check(file: &File) -> Vec<Violation> {
	if file.extension() != "rs" || file.text().unwrap_or_default().lines().next() == Some(HEADER) {
		return Vec::new();
	}
	vec![file.violation_at(0, format!("the first line is not `{HEADER}`"))]
}

#[cfg(test)]
mod tests {
	use super::{super::file, *};

	#[test]
	fn check_should_want_the_header_in_the_first_line() {
		assert_eq!(check(&file("a.rs", &format!("{HEADER}\n\n//! Docs.\n"))), []);
		assert_eq!(check(&file("a.md", "# Title\n")), []);
		assert_eq!(check(&file("a.rs", &format!("//! Docs.\n{HEADER}\n"))).len(), 1);
		assert_eq!(check(&file("a.rs", "")).len(), 1);
	}
}

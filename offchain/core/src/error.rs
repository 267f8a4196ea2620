// SPDX-License-Identifier: Apache-2.0

//! Showing an error with everything that caused it.

use std::{error::Error, fmt::Write};

/// Causes that are shown before the rest is cut off: a chain that long is a loop.
const CAUSES_MAX: usize = 32;

/// An error and its causes on one line: `could not read file: block not found`.
///
/// Our errors never repeat their source in `Display`, so nothing appears twice.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
	let mut line = error.to_string();
	let mut cause = error.source();
	for _ in 0..CAUSES_MAX {
		let Some(current) = cause else { return line };
		// Writing to a string cannot fail.
		let _infallible = write!(line, ": {current}");
		cause = current.source();
	}
	line.push_str(": …");
	line
}

// SPDX-License-Identifier: Apache-2.0

//! Which bytes of a file a request asks for (RFC 9110, section 14).

use std::ops::Range;

/// What a `Range` asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
	/// The whole file: nothing else was asked for, or in a way that may be ignored.
	Whole,
	/// These bytes, of which there is at least one.
	Part(Range<u64>),
	/// Bytes that the file has not got.
	Beyond,
}

/// What a `Range` header asks for of a file of so many bytes. More than one range at once is answered
/// with the whole file, as any server may.
pub(super) fn asked(header: Option<&str>, file_bytes: u64) -> Asked {
	let Some(one) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
		return Asked::Whole;
	};
	let Some((first, last)) = one.split_once('-') else { return Asked::Whole };
	let range = match (number(first), number(last)) {
		(Some(Some(first)), Some(Some(last))) if first <= last => {
			first..last.saturating_add(1).min(file_bytes)
		},
		(Some(Some(first)), Some(None)) => first..file_bytes,
		(Some(None), Some(Some(suffix))) => file_bytes.saturating_sub(suffix)..file_bytes,
		_ => return Asked::Whole,
	};
	if range.is_empty() { Asked::Beyond } else { Asked::Part(range) }
}

/// A number, or nothing at all; `None` of what is neither.
fn number(text: &str) -> Option<Option<u64>> {
	let text = text.trim();
	if text.is_empty() {
		return Some(None);
	}
	// `parse` takes a plus sign as well.
	let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
	is_number.then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn range_should_be_read_as_the_standard_says() {
		for (header, expected) in [
			("bytes=0-0", Asked::Part(0..1)),
			("bytes=2-4", Asked::Part(2..5)),
			("bytes=2-", Asked::Part(2..10)),
			("bytes=-3", Asked::Part(7..10)),
			("bytes=-30", Asked::Part(0..10)),
			("bytes=9-99999999999999999999", Asked::Part(9..10)),
			(" bytes= 1 - 2 ", Asked::Part(1..3)),
			("bytes=10-", Asked::Beyond),
			("bytes=10-11", Asked::Beyond),
			("bytes=-0", Asked::Beyond),
			("bytes=4-2", Asked::Whole),
			("bytes=0-1,3-4", Asked::Whole),
			("bytes=-", Asked::Whole),
			("bytes=+1-2", Asked::Whole),
			("lines=1-2", Asked::Whole),
			("", Asked::Whole),
		] {
			assert_eq!(asked(Some(header), 10), expected, "{header}");
		}
		assert_eq!(asked(None, 10), Asked::Whole);
		assert_eq!(asked(Some("bytes=0-"), 0), Asked::Beyond);
	}
}

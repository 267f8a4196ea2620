// SPDX-License-Identifier: Apache-2.0

//! Patterns of names: `*`, `?`, `[a-z]`, `[^a]`, and `\` before what shall stand for itself.

/// Whether a text has the form of a pattern.
///
/// Takes at most as many steps as the lengths of both multiplied: only the last asterisk is ever
/// tried again.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
	let (mut at, mut read) = (0, 0);
	// Where to go on if what follows the last asterisk does not fit.
	let mut again = None;
	loop {
		match pattern.get(at) {
			Some(b'*') => {
				again = Some((at + 1, read));
				at += 1;
				continue;
			},
			Some(_) => {
				if let Some(next) = text.get(read).and_then(|byte| one(pattern, at, *byte)) {
					at = next;
					read += 1;
					continue;
				}
			},
			None if read == text.len() => return true,
			None => {},
		}
		match &mut again {
			Some((after, from)) if *from < text.len() => {
				*from += 1;
				(at, read) = (*after, *from);
			},
			_ => return false,
		}
	}
}

/// Where a pattern goes on after what stands for one byte at a place, if it is this byte.
fn one(pattern: &[u8], at: usize, byte: u8) -> Option<usize> {
	match pattern[at] {
		b'?' => Some(at + 1),
		b'\\' if at + 1 < pattern.len() => (pattern[at + 1] == byte).then_some(at + 2),
		b'[' => class(pattern, at + 1, byte),
		other => (other == byte).then_some(at + 1),
	}
}

/// The same for what stands between brackets, of which the first has been read. One that is not
/// closed goes on to the end.
fn class(pattern: &[u8], from: usize, byte: u8) -> Option<usize> {
	let is_inverted = pattern.get(from) == Some(&b'^');
	let mut at = from + usize::from(is_inverted);
	let mut is_in = false;
	while let Some(first) = pattern.get(at).filter(|first| **first != b']') {
		let (first, next) = match (first, pattern.get(at + 1)) {
			(b'\\', Some(escaped)) => (*escaped, at + 2),
			(first, _) => (*first, at + 1),
		};
		at = match (pattern.get(next), pattern.get(next + 1)) {
			(Some(b'-'), Some(last)) if *last != b']' => {
				is_in |= (first.min(*last)..=first.max(*last)).contains(&byte);
				next + 2
			},
			_ => {
				is_in |= first == byte;
				next
			},
		};
	}
	(is_in != is_inverted).then_some((at + 1).min(pattern.len()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// The same, by trying everything.
	fn slow(pattern: &[u8], text: &[u8]) -> bool {
		match (pattern.split_first(), text.split_first()) {
			(None, None) => true,
			(Some((b'*', rest)), _) => (0..=text.len()).any(|skipped| slow(rest, &text[skipped..])),
			(Some((b'?', rest)), Some((_, text))) => slow(rest, text),
			(Some((letter, rest)), Some((first, text))) => letter == first && slow(rest, text),
			_ => false,
		}
	}

	#[test]
	fn patterns_should_match_what_they_say() {
		for (pattern, text, expected) in [
			("h?llo", "hello", true),
			("h[ae]llo", "hallo", true),
			("h[ae]llo", "hillo", false),
			("h[^e]llo", "hello", false),
			("h[^e]llo", "hallo", true),
			("h[a-c]llo", "hbllo", true),
			("h[c-a]llo", "hbllo", true),
			("h\\*llo", "h*llo", true),
			("h\\*llo", "hello", false),
			("[\\]]", "]", true),
			("*", "", true),
			("", "a", false),
			("a*b*c", "a1b2b3c", true),
			("[a", "a", true),
			("user:*", "user:7", true),
		] {
			assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
		}
	}

	proptest! {
		#[test]
		fn patterns_should_match_as_trying_everything_does(
			pattern in "[ab?*]{0,8}", text in "[ab]{0,8}",
		) {
			let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
			prop_assert_eq!(matches(pattern, text), slow(pattern, text));
		}

		#[test]
		fn patterns_of_strangers_should_not_harm(pattern: Vec<u8>, text: Vec<u8>) {
			let _either = matches(&pattern, &text);
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Lines, of the parts that they come in.

use crate::container::engine::LogLine;
use bollard::container::LogOutput;

/// Longest line, in bytes; a longer one is cut. As Podman's own log does, with room to spare.
const LINE_BYTES_MAX: usize = 32 * 1024;

/// Puts lines together, of each stream by itself.
#[derive(Debug, Default)]
pub(super) struct Assembler {
	output: Vec<u8>,
	errors: Vec<u8>,
}

impl Assembler {
	/// The lines that end in a part.
	pub(super) fn push(&mut self, part: &LogOutput) -> Vec<LogLine> {
		let is_error = matches!(part, LogOutput::StdErr { .. });
		let open = if is_error { &mut self.errors } else { &mut self.output };
		let mut lines = Vec::new();
		for piece in part.as_ref().split_inclusive(|byte| *byte == b'\n') {
			let (words, is_whole) = match piece {
				[words @ .., b'\n'] => (words, true),
				words => (words, false),
			};
			open.extend_from_slice(words);
			while LINE_BYTES_MAX < open.len() {
				let rest = open.split_off(LINE_BYTES_MAX);
				lines.push(line(is_error, &std::mem::replace(open, rest)));
			}
			if is_whole {
				lines.push(line(is_error, &std::mem::take(open)));
			}
		}
		lines
	}

	/// What has no end, once nothing comes any more.
	pub(super) fn rest(&mut self) -> Vec<LogLine> {
		let streams = [(false, &mut self.output), (true, &mut self.errors)];
		let open = streams.into_iter().filter(|(_, bytes)| !bytes.is_empty());
		open.map(|(is_error, bytes)| line(is_error, &std::mem::take(bytes))).collect()
	}
}

fn line(is_error: bool, bytes: &[u8]) -> LogLine {
	let text = String::from_utf8_lossy(bytes).into_owned();
	LogLine { is_error, text }
}

#[cfg(test)]
mod tests {
	use super::*;

	fn out(text: &[u8]) -> LogOutput {
		LogOutput::StdOut { message: text.to_vec().into() }
	}

	fn err(text: &[u8]) -> LogOutput {
		LogOutput::StdErr { message: text.to_vec().into() }
	}

	/// The lines of parts, each with a sign of its stream.
	fn lines(parts: &[LogOutput]) -> Vec<String> {
		let mut assembler = Assembler::default();
		let mut lines: Vec<LogLine> = parts.iter().flat_map(|it| assembler.push(it)).collect();
		lines.extend(assembler.rest());
		let sign = |line: &LogLine| if line.is_error { "!" } else { "" };
		lines.iter().map(|line| format!("{}{}", sign(line), line.text)).collect()
	}

	#[test]
	fn lines_should_be_whole_whatever_parts_they_come_in() {
		assert_eq!(lines(&[out(b"one\ntwo\n"), out(b"\n")]), ["one", "two", ""]);
		assert_eq!(
			lines(&[out(b"o"), err(b"e1"), out(b"ne\nrest"), err(b"\n")]),
			["one", "!e1", "rest"]
		);
		// A letter of two bytes, one in each part; and what is no letter.
		assert_eq!(lines(&[out(b"\xc3"), out(b"\xa9\n\xff\n")]), ["é", "\u{fffd}"]);
		assert_eq!(lines(&[out(b"a\r\n")]), ["a\r"]);
	}

	#[test]
	fn line_that_never_ends_should_be_cut() {
		let long =
			lines(&[out(&[b'a'; LINE_BYTES_MAX]), out(&[b'a'; LINE_BYTES_MAX + 1]), out(b"\n")]);
		assert_eq!(
			long.iter().map(String::len).collect::<Vec<_>>(),
			[LINE_BYTES_MAX, LINE_BYTES_MAX, 1]
		);
	}
}

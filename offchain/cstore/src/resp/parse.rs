// SPDX-License-Identifier: Apache-2.0

//! Requests from bytes, as they come.

use crate::limits::VALUE_BYTES_MAX;

/// Most arguments of a request, its name among them: what one `MSET` or `DEL` may name.
pub const ARGUMENTS_MAX: usize = 65_536;

/// Most bytes of a request.
pub const REQUEST_BYTES_MAX: usize = 16 << 20;

/// Longest line: of a request that a person types, or of a length.
const LINE_BYTES_MAX: usize = 64 << 10;

/// Why nothing more is read from a connection.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProtocolError {
	/// The number of arguments is none, or too large.
	#[error("Protocol error: invalid multibulk length")]
	Count,
	/// An argument does not begin as one.
	#[error("Protocol error: expected '$', got '{found}'")]
	Argument {
		/// What it begins with.
		found: char,
	},
	/// The length of an argument is none, or too large.
	#[error("Protocol error: invalid bulk length")]
	Length,
	/// A line does not end.
	#[error("Protocol error: too big inline request")]
	Line,
	/// A quotation in a line does not end.
	#[error("Protocol error: unbalanced quotes in request")]
	Quotes,
	/// All arguments together are too long.
	#[error("Protocol error: too big mbulk request")]
	Request,
}

/// Bytes of a connection that are no whole request yet.
#[derive(Debug, Default)]
pub struct Parser {
	buffer: Vec<u8>,
	/// Where what was not handed out begins.
	start: usize,
	/// Where the request began that was handed out last.
	last: usize,
	/// The arguments of the request that was handed out last, and where they are.
	ranges: Vec<(usize, usize)>,
	/// What a line with quotations says, which is not in the buffer letter for letter.
	unquoted: Vec<u8>,
}

/// A request: its name, and what follows it.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
	bytes: &'a [u8],
	ranges: &'a [(usize, usize)],
}

impl<'a> Arguments<'a> {
	/// How many there are, the name among them.
	#[must_use]
	pub fn len(&self) -> usize {
		self.ranges.len()
	}

	/// Whether there is none, not even a name.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.ranges.is_empty()
	}

	/// One of them; the name is the first. Nothing if there are not so many.
	#[must_use]
	pub fn get(&self, index: usize) -> Option<&'a [u8]> {
		self.ranges.get(index).and_then(|(from, to)| self.bytes.get(*from..*to))
	}

	/// One that the number of arguments was checked for.
	#[must_use]
	pub(crate) fn at(&self, index: usize) -> &'a [u8] {
		self.get(index).unwrap_or_default()
	}

	/// Those from one on.
	pub fn from(&self, index: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
		let bytes = self.bytes;
		self.ranges
			.get(index..)
			.unwrap_or_default()
			.iter()
			.map(move |(from, to)| &bytes[*from..*to])
	}
}

/// What there is of a request.
enum Parsed {
	/// Not all of it.
	Part,
	/// All, up to this place; its arguments are in the buffer.
	Whole(usize),
	/// All, up to this place; its arguments are in the text without quotations.
	Line(usize),
}

impl Parser {
	/// Takes in what a connection has brought.
	pub fn feed(&mut self, bytes: &[u8]) {
		if self.start == self.buffer.len() {
			self.buffer.clear();
			self.start = 0;
		} else if self.buffer.len() / 2 < self.start {
			self.buffer.drain(..self.start);
			self.start = 0;
		}
		self.buffer.extend_from_slice(bytes);
	}

	/// The next whole request.
	///
	/// # Errors
	///
	/// What came is none; nothing more can be read after that.
	pub fn next_request(&mut self) -> Result<Option<Arguments<'_>>, ProtocolError> {
		loop {
			match self.parse()? {
				Parsed::Part => return Ok(None),
				// Empty lines, and requests without a name, say nothing.
				Parsed::Whole(end) | Parsed::Line(end) if self.ranges.is_empty() => {
					self.start = end
				},
				Parsed::Whole(end) => {
					self.start = end;
					return Ok(Some(Arguments { bytes: &self.buffer, ranges: &self.ranges }));
				},
				Parsed::Line(end) => {
					self.start = end;
					return Ok(Some(Arguments { bytes: &self.unquoted, ranges: &self.ranges }));
				},
			}
		}
	}

	/// Takes back the request that was handed out last: it is the next one again.
	pub fn put_back(&mut self) {
		self.start = self.last;
	}

	fn parse(&mut self) -> Result<Parsed, ProtocolError> {
		self.last = self.start;
		self.ranges.clear();
		match self.buffer.get(self.start) {
			None => Ok(Parsed::Part),
			Some(b'*') => self.parse_array(),
			Some(_) => self.parse_line(),
		}
	}

	fn parse_array(&mut self) -> Result<Parsed, ProtocolError> {
		let Some((count, mut at)) = self.number(self.start + 1, &ProtocolError::Count)? else {
			return Ok(Parsed::Part);
		};
		let count = usize::try_from(count).unwrap_or(0);
		if ARGUMENTS_MAX < count {
			return Err(ProtocolError::Count);
		}
		for _ in 0..count {
			match self.buffer.get(at) {
				None => return Ok(Parsed::Part),
				Some(b'$') => {},
				Some(other) => return Err(ProtocolError::Argument { found: char::from(*other) }),
			}
			let Some((length, from)) = self.number(at + 1, &ProtocolError::Length)? else {
				return Ok(Parsed::Part);
			};
			let length = usize::try_from(length).map_err(|_| ProtocolError::Length)?;
			if VALUE_BYTES_MAX < length {
				return Err(ProtocolError::Length);
			}
			let to = from + length;
			if REQUEST_BYTES_MAX < to - self.start {
				return Err(ProtocolError::Request);
			}
			if self.buffer.len() < to + 2 {
				return Ok(Parsed::Part);
			}
			self.ranges.push((from, to));
			at = to + 2;
		}
		Ok(Parsed::Whole(at))
	}

	/// The number in the line that begins at a place, and where the next line begins.
	fn number(
		&self,
		from: usize,
		error: &ProtocolError,
	) -> Result<Option<(i64, usize)>, ProtocolError> {
		let Some(end) = self.line_end(from, 32) else {
			return match self.buffer.len().saturating_sub(from) {
				0..32 => Ok(None),
				_ => Err(error.clone()),
			};
		};
		let digits = self.buffer.get(from..end).unwrap_or_default();
		let digits = digits.strip_suffix(b"\r").unwrap_or(digits);
		let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
		number.map(|number| Some((number, end + 1))).ok_or_else(|| error.clone())
	}

	/// Where the line that begins at a place ends, if it does within so many bytes.
	fn line_end(&self, from: usize, within: usize) -> Option<usize> {
		let rest = self.buffer.get(from..)?;
		let found = rest.iter().take(within).position(|byte| *byte == b'\n')?;
		Some(from + found)
	}

	/// A line as a person types it: words, with quotations in them.
	fn parse_line(&mut self) -> Result<Parsed, ProtocolError> {
		let Some(end) = self.line_end(self.start, LINE_BYTES_MAX) else {
			return match self.buffer.len() - self.start {
				0..LINE_BYTES_MAX => Ok(Parsed::Part),
				_ => Err(ProtocolError::Line),
			};
		};
		self.unquoted.clear();
		let line = &self.buffer[self.start..end];
		let mut bytes = line.strip_suffix(b"\r").unwrap_or(line).iter().copied().peekable();
		loop {
			while bytes.next_if(u8::is_ascii_whitespace).is_some() {}
			if bytes.peek().is_none() {
				return Ok(Parsed::Line(end + 1));
			}
			let from = self.unquoted.len();
			while let Some(byte) = bytes.next_if(|byte| !byte.is_ascii_whitespace()) {
				match byte {
					b'"' | b'\'' => unquote(byte, &mut bytes, &mut self.unquoted)?,
					byte => self.unquoted.push(byte),
				}
			}
			self.ranges.push((from, self.unquoted.len()));
		}
	}
}

/// What stands between quotation marks, of which the first has been read.
fn unquote(
	mark: u8,
	bytes: &mut impl Iterator<Item = u8>,
	into: &mut Vec<u8>,
) -> Result<(), ProtocolError> {
	loop {
		match bytes.next().ok_or(ProtocolError::Quotes)? {
			byte if byte == mark => return Ok(()),
			b'\\' if mark == b'"' => match bytes.next().ok_or(ProtocolError::Quotes)? {
				b'n' => into.push(b'\n'),
				b'r' => into.push(b'\r'),
				b't' => into.push(b'\t'),
				b'x' => {
					let mut digit = || {
						let byte = bytes.next().ok_or(ProtocolError::Quotes)?;
						let digit = char::from(byte).to_digit(16).ok_or(ProtocolError::Quotes)?;
						Ok(u8::try_from(digit).unwrap_or(0))
					};
					into.push(digit()? << 4 | digit()?);
				},
				other => into.push(other),
			},
			byte => into.push(byte),
		}
	}
}

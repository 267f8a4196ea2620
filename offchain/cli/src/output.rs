// SPDX-License-Identifier: Apache-2.0

//! How answers and errors reach the person or the program that asked.

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;
use std::{
	io::{self, Write as _},
	process::ExitCode,
};

/// Exit code of any other answer.
const SUCCESS: u8 = 0;

/// Exit code of a negative answer.
const NEGATIVE: u8 = 1;

/// Exit code of an error.
const ERROR: u8 = 2;

/// An answer, as a table for people and as JSON for programs.
#[derive(Debug)]
pub(crate) struct Answer {
	json: serde_json::Value,
	text: Vec<u8>,
	exit_code: u8,
}

impl Answer {
	/// Rows under a heading.
	pub(crate) fn rows<T: Serialize>(
		rows: &[T],
		header: &[&str],
		columns: impl Fn(&T) -> Vec<String>,
	) -> anyhow::Result<Self> {
		let mut table = Table::new();
		table
			.load_preset(UTF8_FULL_CONDENSED)
			.set_content_arrangement(ContentArrangement::Dynamic)
			.set_header(header)
			.add_rows(rows.iter().map(columns));
		Ok(Self::new(serde_json::to_value(rows)?, &table.to_string()))
	}

	/// One thing, described in lines of `name: value`.
	pub(crate) fn one<T: Serialize>(value: &T, lines: &[(&str, String)]) -> anyhow::Result<Self> {
		let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
		let text = lines
			.iter()
			.map(|(name, value)| format!("{name:width$}  {value}"))
			.collect::<Vec<_>>()
			.join("\n");
		Ok(Self::new(serde_json::to_value(value)?, &text))
	}

	/// A text that another program reads as it is.
	pub(crate) fn text(text: &str) -> Self {
		let text = text.trim_end();
		Self::new(serde_json::Value::from(text), text)
	}

	/// One thing, of which other programs read a text as it is, and all of it as JSON.
	pub(crate) fn text_of<T: Serialize>(value: &T, text: &str) -> anyhow::Result<Self> {
		Ok(Self::new(serde_json::to_value(value)?, text.trim_end()))
	}

	/// One thing, of which other programs read bytes as they are, and all of it as JSON.
	pub(crate) fn bytes_of<T: Serialize>(value: &T, bytes: &[u8]) -> anyhow::Result<Self> {
		Ok(Self { json: serde_json::to_value(value)?, text: bytes.to_owned(), exit_code: SUCCESS })
	}

	fn new(json: serde_json::Value, text: &str) -> Self {
		Self { json, text: format!("{text}\n").into_bytes(), exit_code: SUCCESS }
	}

	/// The same answer, which says no if `is_negative`: the exit code tells.
	pub(crate) fn negative(self, is_negative: bool) -> Self {
		Self { exit_code: if is_negative { NEGATIVE } else { SUCCESS }, ..self }
	}

	/// No more than what has been printed already.
	pub(crate) fn nothing() -> Self {
		Self { json: serde_json::Value::Null, text: Vec::new(), exit_code: SUCCESS }
	}

	/// The same, of a command that ended with a code.
	pub(crate) fn ended(code: i64) -> Self {
		// Containers' codes are those of processes; nothing else is any of ours.
		Self { exit_code: u8::try_from(code).unwrap_or(ERROR), ..Self::nothing() }
	}

	#[cfg(test)]
	pub(crate) fn is_negative(&self) -> bool {
		self.exit_code == NEGATIVE
	}

	#[cfg(test)]
	pub(crate) fn json(&self) -> &serde_json::Value {
		&self.json
	}

	#[cfg(test)]
	pub(crate) fn printed(&self) -> &[u8] {
		&self.text
	}
}

/// Prints an answer; a reader that has gone away is no error.
pub(crate) fn print(answer: &Answer, json: bool) -> ExitCode {
	let mut stdout = io::stdout().lock();
	let written = match json && !answer.json.is_null() {
		true => writeln!(stdout, "{:#}", answer.json),
		false => stdout.write_all(&answer.text),
	};
	// What does not end with a line would otherwise be written, or fail to be, when nobody looks.
	match written.and_then(|()| stdout.flush()) {
		Err(error) if error.kind() != io::ErrorKind::BrokenPipe => report(&error.into()),
		_ => ExitCode::from(answer.exit_code),
	}
}

/// Prints a line of an answer that comes piece by piece.
///
/// # Errors
///
/// Nobody reads any more.
pub(crate) fn print_line(line: &str) -> io::Result<()> {
	let mut stdout = io::stdout().lock();
	writeln!(stdout, "{line}")?;
	stdout.flush()
}

/// Says something that is not part of the answer.
pub(crate) fn say(text: &str) {
	let mut stderr = io::stderr().lock();
	// Talk that nobody hears is no error.
	drop(writeln!(stderr, "note: {text}"));
}

/// Prints an error and everything that caused it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
	let mut stderr = io::stderr().lock();
	// Nobody is left to hear of a failure to print a failure.
	drop(writeln!(stderr, "error: {error:#}"));
	ExitCode::from(ERROR)
}

// SPDX-License-Identifier: Apache-2.0

//! A command in a container that somebody talks with.

use super::engine::EngineError;
use futures::stream::BoxStream;
use std::{fmt, pin::Pin};
use tokio::io::AsyncWrite;

/// A command, and what it has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
	/// The command and its arguments.
	pub words: Vec<String>,
	/// Whether it reads what is sent; otherwise its input is empty.
	pub has_input: bool,
	/// The terminal that it has, if it has one.
	pub terminal: Option<Terminal>,
}

/// How large a terminal is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terminal {
	/// Letters in a line.
	pub columns: u16,
	/// Lines.
	pub rows: u16,
}

/// A command that runs.
///
/// When it is dropped, the command's input ends, and nobody takes its output; the engine cannot end
/// the command.
pub struct Session {
	/// What the engine calls it.
	pub id: String,
	/// What the command writes, until it ends.
	pub output: BoxStream<'static, Result<Written, EngineError>>,
	/// What the command reads; to end that, shut it down.
	pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// What a command wrote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
	/// Whether it went to the standard error stream; a terminal has but one stream.
	pub is_error: bool,
	/// What it is.
	pub bytes: Vec<u8>,
}

impl fmt::Debug for Session {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("Session").field("id", &self.id).finish_non_exhaustive()
	}
}

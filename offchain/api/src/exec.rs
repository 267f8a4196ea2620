// SPDX-License-Identifier: Apache-2.0

//! A command in a container, and what goes between it and whoever began it.
//!
//! The connection goes on in frames after the daemon has agreed: a kind, a length, and as many bytes.
//! Each side says something every 15 s, so that the other notices when it is gone.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the connection goes on with, in the header `Upgrade`.
pub const EXEC_PROTOCOL: &str = "r1-exec/1";

/// Longest contents of a frame, in bytes: what programs read and write at a time.
pub const EXEC_FRAME_BYTES_MAX: usize = 64 * 1024;

/// How often each side says something at least.
pub const EXEC_SIGN_INTERVAL: Duration = Duration::from_secs(15);

/// After how long a side that says nothing is taken for gone: four signs were lost.
pub const EXEC_SILENCE_MAX: Duration = Duration::from_secs(60);

/// Bytes before the contents of a frame.
const HEAD_BYTES: usize = 5;

/// A command for a container of a job.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExecRequest {
	/// The container; a job with one container has no other.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub container: Option<String>,
	/// The command and its arguments.
	pub command: Vec<String>,
	/// Whether it reads what is sent; otherwise its input is empty.
	#[serde(default)]
	pub has_input: bool,
	/// The terminal that it has, if it has one: its output is then all of one stream.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub terminal: Option<TerminalSize>,
}

/// How large a terminal is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TerminalSize {
	/// Letters in a line.
	pub columns: u16,
	/// Lines.
	pub rows: u16,
}

/// What goes between a command and whoever began it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ExecFrame {
	/// To the command: what it reads.
	Input(Vec<u8>),
	/// To the command: that there is no more.
	InputEnd,
	/// To the command: the size of its terminal from now on.
	Resized(TerminalSize),
	/// From the command: what it wrote.
	Output(Vec<u8>),
	/// From the command: what it wrote to its standard error stream.
	ErrorOutput(Vec<u8>),
	/// From the daemon, and the last: how the command ended.
	Exited(i64),
	/// From the daemon, and the last: why it is not known how the command ends.
	Failed(String),
	/// From either side: that it is there.
	Alive,
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("what came is no frame of a command: {reason}")]
pub struct ExecFormatError {
	reason: &'static str,
}

impl ExecFrame {
	/// The bytes to send; of contents that are too long, the first.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		let (kind, contents) = match self {
			Self::Input(bytes) => (0, bytes.clone()),
			Self::InputEnd => (1, Vec::new()),
			Self::Resized(TerminalSize { columns, rows }) => {
				(2, [columns.to_be_bytes(), rows.to_be_bytes()].concat())
			},
			Self::Output(bytes) => (3, bytes.clone()),
			Self::ErrorOutput(bytes) => (4, bytes.clone()),
			Self::Exited(code) => (5, code.to_be_bytes().to_vec()),
			Self::Failed(reason) => (6, reason.as_bytes().to_vec()),
			Self::Alive => (7, Vec::new()),
		};
		let contents = contents.get(..EXEC_FRAME_BYTES_MAX).unwrap_or(&contents);
		// It is at most 64 Ki, so it fits.
		let length = u32::try_from(contents.len()).unwrap_or(u32::MAX);
		let mut bytes = vec![kind];
		bytes.extend(length.to_be_bytes());
		bytes.extend(contents);
		bytes
	}

	/// Takes the first frame of what has come, if all of it is there.
	///
	/// # Errors
	///
	/// It is no frame; nothing that follows can be read.
	pub fn take(heard: &mut Vec<u8>) -> Result<Option<Self>, ExecFormatError> {
		let malformed = |reason| ExecFormatError { reason };
		let Some(([kind, length @ ..], rest)) = heard.split_first_chunk::<HEAD_BYTES>() else {
			return Ok(None);
		};
		let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
		if EXEC_FRAME_BYTES_MAX < length {
			return Err(malformed("it is too long"));
		}
		let Some(contents) = rest.get(..length) else { return Ok(None) };
		let nothing = |frame| match contents {
			[] => Ok(frame),
			_ => Err(malformed("it has contents, where it has none")),
		};
		let frame = match kind {
			0 => Self::Input(contents.to_vec()),
			1 => nothing(Self::InputEnd)?,
			2 => match *contents {
				[a, b, c, d] => Self::Resized(TerminalSize {
					columns: u16::from_be_bytes([a, b]),
					rows: u16::from_be_bytes([c, d]),
				}),
				_ => return Err(malformed("a size is two numbers of two bytes")),
			},
			3 => Self::Output(contents.to_vec()),
			4 => Self::ErrorOutput(contents.to_vec()),
			5 => {
				let code = contents.try_into().map_err(|_| malformed("a code is eight bytes"))?;
				Self::Exited(i64::from_be_bytes(code))
			},
			6 => Self::Failed(String::from_utf8_lossy(contents).into_owned()),
			7 => nothing(Self::Alive)?,
			_ => return Err(malformed("its kind is unknown")),
		};
		heard.drain(..HEAD_BYTES.saturating_add(length));
		Ok(Some(frame))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection::vec, prelude::*};

	fn frame() -> impl Strategy<Value = ExecFrame> {
		let bytes = || vec(any::<u8>(), 0..100);
		prop_oneof![
			bytes().prop_map(ExecFrame::Input),
			Just(ExecFrame::InputEnd),
			any::<(u16, u16)>()
				.prop_map(|(columns, rows)| ExecFrame::Resized(TerminalSize { columns, rows })),
			bytes().prop_map(ExecFrame::Output),
			bytes().prop_map(ExecFrame::ErrorOutput),
			any::<i64>().prop_map(ExecFrame::Exited),
			"\\PC{0,50}".prop_map(ExecFrame::Failed),
			Just(ExecFrame::Alive),
		]
	}

	proptest! {
		#[test]
		fn frames_should_be_read_as_they_were_sent_however_they_come(
			frames in vec(frame(), 0..8),
			piece in 1_usize..50,
		) {
			let sent: Vec<u8> = frames.iter().flat_map(ExecFrame::encode).collect();
			let (mut heard, mut read) = (Vec::new(), Vec::new());
			for piece in sent.chunks(piece) {
				heard.extend_from_slice(piece);
				while let Some(frame) = ExecFrame::take(&mut heard).unwrap() {
					read.push(frame);
				}
			}
			prop_assert_eq!(read, frames);
			prop_assert!(heard.is_empty());
		}

		#[test]
		fn bytes_of_a_stranger_should_be_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
			let mut heard = bytes.clone();
			if let Ok(Some(frame)) = ExecFrame::take(&mut heard) {
				let taken = bytes.len() - heard.len();
				// Of a reason that is no text, the text is another.
				if !matches!(frame, ExecFrame::Failed(_)) {
					prop_assert_eq!(frame.encode(), &bytes[..taken]);
				}
			}
		}
	}

	#[test]
	fn frame_should_be_refused_before_all_of_it_is_there_if_it_is_too_long() {
		let length = u32::try_from(EXEC_FRAME_BYTES_MAX + 1).unwrap();
		let mut heard = [&[3_u8][..], &length.to_be_bytes()].concat();
		assert!(ExecFrame::take(&mut heard).is_err());
		let long = ExecFrame::Output(vec![7; EXEC_FRAME_BYTES_MAX + 1]).encode();
		assert_eq!(long.len(), EXEC_FRAME_BYTES_MAX + HEAD_BYTES, "what is said is never refused");
		for wrong in
			[&[1, 0, 0, 0, 1, 0][..], &[2, 0, 0, 0, 0], &[5, 0, 0, 0, 1, 0], &[8, 0, 0, 0, 0]]
		{
			assert!(ExecFrame::take(&mut wrong.to_vec()).is_err(), "{wrong:?}");
		}
	}
}

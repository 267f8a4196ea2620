// SPDX-License-Identifier: Apache-2.0

//! What a node answers whoever would open a tunnel.

use super::TunnelFormatError;
use crate::defaults::TUNNEL_REASON_BYTES_MAX;
use std::fmt;

/// The answer that is no refusal.
const ACCEPTED: u8 = 0;

/// Why a node opens no tunnel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TunnelRefusal {
	/// In a word.
	pub kind: RefusalKind,
	/// For a person; whoever reads it should know that a stranger wrote it.
	pub reason: String,
}

/// Why a node opens no tunnel, in a word.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RefusalKind {
	/// The node does not run the job, or not as containers.
	NotHere,
	/// The job has no such port.
	NoPort,
	/// The job has it, and does not work yet or at the moment.
	NotReady,
	/// The port is not public, and no token entitles to it.
	NotAllowed,
	/// Nobody listens on the port.
	NoConnection,
	/// The node has as many tunnels as it may have.
	Busy,
	/// Something that only a node of another version knows.
	Other,
}

impl TunnelRefusal {
	/// A refusal, with as much of the reason as fits.
	#[must_use]
	pub fn new(kind: RefusalKind, reason: &str) -> Self {
		let end = reason.floor_char_boundary(TUNNEL_REASON_BYTES_MAX);
		Self { kind, reason: reason.get(..end).unwrap_or_default().to_owned() }
	}
}

impl RefusalKind {
	/// All that are sent, each at its code less 1.
	const SENT: [Self; 6] = [
		Self::NotHere,
		Self::NoPort,
		Self::NotReady,
		Self::NotAllowed,
		Self::NoConnection,
		Self::Busy,
	];

	fn code(self) -> u8 {
		let place = Self::SENT.iter().position(|kind| *kind == self);
		place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(u8::MAX)
	}

	fn of_code(code: u8) -> Self {
		let place = usize::from(code).checked_sub(1);
		place.and_then(|place| Self::SENT.get(place).copied()).unwrap_or(Self::Other)
	}
}

impl fmt::Display for TunnelRefusal {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let kind = match self.kind {
			RefusalKind::NotHere => "it does not run the job",
			RefusalKind::NoPort => "the job has no such port there",
			RefusalKind::NotReady => "the job does not work there",
			RefusalKind::NotAllowed => "the port needs a token",
			RefusalKind::NoConnection => "nobody listens on the port",
			RefusalKind::Busy => "it has too many tunnels",
			RefusalKind::Other => "it says why in a way of its own",
		};
		match self.reason.as_str() {
			"" => formatter.write_str(kind),
			reason => write!(formatter, "{kind} ({reason})"),
		}
	}
}

/// The bytes to send.
pub(crate) fn encode(answer: &Result<(), TunnelRefusal>) -> Vec<u8> {
	match answer {
		Ok(()) => vec![ACCEPTED],
		Err(refusal) => {
			let mut bytes = vec![refusal.kind.code()];
			bytes.extend(refusal.reason.as_bytes());
			bytes
		},
	}
}

/// Reads what a peer sent.
///
/// # Errors
///
/// It is no answer.
pub(crate) fn decode(bytes: &[u8]) -> Result<Result<(), TunnelRefusal>, TunnelFormatError> {
	let malformed = |reason| TunnelFormatError { what: "answer", reason };
	match bytes {
		[] => Err(malformed("it is empty")),
		[ACCEPTED] => Ok(Ok(())),
		[ACCEPTED, ..] => Err(malformed("it accepts, and goes on")),
		[code, reason @ ..] => {
			// It ends up in logs and answers: no line of it may look like another.
			let reason: String = String::from_utf8_lossy(reason)
				.chars()
				.map(|letter| if letter.is_control() { ' ' } else { letter })
				.collect();
			Ok(Err(TunnelRefusal::new(RefusalKind::of_code(*code), &reason)))
		},
	}
}

// SPDX-License-Identifier: Apache-2.0

//! What replicas send each other: a version, and a request or its response.

use crate::{
	limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX},
	quorum::{Ask, RECENT_MAX, Reply, Testimony},
	record::Record,
	repair::{Answer, Question, RepairError},
	stability::Word,
};
use codec::{Decode, DecodeAll as _, Encode};
use r1_primitives::PlacementRound;

/// Longest message, in bytes: a batch of records, and the largest record on top of it.
pub const MESSAGE_BYTES_MAX: usize = 3 << 20;

/// Longest name of a namespace, in bytes.
pub const NAMESPACE_BYTES_MAX: usize = 256;

/// Another layout gets another version; nothing is guessed.
const VERSION: u8 = 1;

/// What one replica asks of another.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Request {
	/// To store what was just written, and to say so: an acknowledgement.
	Store {
		/// Where.
		namespace: String,
		/// What.
		records: Vec<Record>,
	},
	/// A step of a repair.
	Repair {
		/// Of which namespace.
		namespace: String,
		/// The question.
		question: Question,
	},
	/// To hand a message to whoever listens; it may be lost.
	Publish {
		/// In which namespace.
		namespace: String,
		/// On which channel.
		channel: Vec<u8>,
		/// What.
		message: Vec<u8>,
	},
	/// Questions to one of those who agree on keys.
	Agree {
		/// In which namespace.
		namespace: String,
		/// The round of the placement that named them.
		placement: PlacementRound,
		/// The questions.
		asked: Vec<Asked>,
	},
	/// To take no votes of earlier placements any more, and to say what it holds as one of an earlier one.
	Seal {
		/// In which namespace.
		namespace: String,
		/// The round of the placement that whoever asks is joining.
		placement: PlacementRound,
		/// The round of the one that is asked about.
		of: PlacementRound,
		/// The last key that is known.
		after: Option<Vec<u8>>,
	},
}

/// A question about a key.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Asked {
	/// Which.
	pub key: Vec<u8>,
	/// The question.
	pub ask: Ask,
}

/// What the other answers.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Response {
	/// It is stored, and as safe as a write of the replica's own; a message was handed on.
	Stored,
	/// A step of a repair.
	Repaired {
		/// What the replica says of itself.
		word: Word,
		/// The answer.
		answer: Answer,
	},
	/// It was not done.
	Refused(Refusal),
	/// Answers of one of those who agree on keys, in the order of the questions; the last of them may be
	/// without, and are to be asked again.
	Agreed(Vec<Result<Reply, Refusal>>),
	/// What one of those who agreed earlier holds.
	Sealed(Testimony),
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
	/// Nobody but the nodes that the chain names replicates a namespace.
	#[error("the node is no replica of the namespace, or does not know yet that it is")]
	NoReplica,
	/// Whoever asks is none of them.
	#[error("whoever asks is no replica of the namespace")]
	NoWriter,
	/// There is no room.
	#[error("the namespace is full")]
	Full,
	/// A clock is wrong.
	#[error("a clock is wrong")]
	Clock,
	/// It was no request.
	#[error("the request is malformed")]
	Malformed,
	/// The disk does not take it.
	#[error("the replica cannot write to its disk")]
	Disk,
	/// Others agree on the keys of the namespace, or will soon.
	#[error("the chain names other nodes, as far as the node has followed it")]
	Members,
	/// It may have voted, and does not know how.
	#[error(
		"the node does not vote in this placement: it cannot know what it has said in it before"
	)]
	Forgotten,
}

/// Why bytes are no message.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WireError {
	/// They are too many.
	#[error("a message has at most {MESSAGE_BYTES_MAX} bytes; this one has {bytes}")]
	TooLong {
		/// How many.
		bytes: usize,
	},
	/// They are of another version.
	#[error("the message is of version {found}; this is version {VERSION}")]
	Version {
		/// Which.
		found: u8,
	},
	/// They are something else.
	#[error("the message is malformed")]
	Malformed,
}

impl Request {
	/// Its bytes.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		to_bytes(self)
	}

	/// Reads a request.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
		let request: Self = from_bytes(bytes)?;
		let fits = match &request {
			Self::Store { .. } | Self::Repair { .. } => true,
			Self::Publish { channel, message, .. } => {
				channel.len() <= KEY_BYTES_MAX && message.len() <= VALUE_BYTES_MAX
			},
			// Whatever else does not fit is refused where it is looked at.
			Self::Agree { asked, .. } => asked.iter().all(|asked| match &asked.ask {
				Ask::Accept(_, held) => held.recent.len() <= RECENT_MAX,
				Ask::Look | Ask::Prepare(_) => true,
			}),
			Self::Seal { .. } => true,
		};
		match request.namespace().len() {
			1..=NAMESPACE_BYTES_MAX if fits => Ok(request),
			_ => Err(WireError::Malformed),
		}
	}

	/// The namespace that it is about.
	#[must_use]
	pub fn namespace(&self) -> &str {
		match self {
			Self::Store { namespace, .. }
			| Self::Repair { namespace, .. }
			| Self::Publish { namespace, .. }
			| Self::Agree { namespace, .. }
			| Self::Seal { namespace, .. } => namespace,
		}
	}
}

impl Response {
	/// Its bytes.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		to_bytes(self)
	}

	/// Reads a response.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
		from_bytes(bytes)
	}
}

impl From<&RepairError> for Refusal {
	fn from(error: &RepairError) -> Self {
		use crate::WriteError;
		match error {
			RepairError::Misfit | RepairError::TooMuch => Self::Malformed,
			RepairError::Refused(WriteError::Clock(_)) => Self::Clock,
			RepairError::Refused(WriteError::Full { .. } | WriteError::Crowded) => Self::Full,
			RepairError::Refused(_) => Self::Malformed,
		}
	}
}

fn to_bytes(message: &impl Encode) -> Vec<u8> {
	let mut bytes = vec![VERSION];
	message.encode_to(&mut bytes);
	bytes
}

fn from_bytes<T: Decode>(bytes: &[u8]) -> Result<T, WireError> {
	if MESSAGE_BYTES_MAX < bytes.len() {
		return Err(WireError::TooLong { bytes: bytes.len() });
	}
	match bytes.split_first() {
		None => Err(WireError::Malformed),
		Some((&VERSION, rest)) => T::decode_all(&mut &*rest).map_err(|_| WireError::Malformed),
		Some((&found, _)) => Err(WireError::Version { found }),
	}
}

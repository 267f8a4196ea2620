// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node whether the containers of a job work.
//!
//! The answer is the node's own word: it has looked at that moment, by the checks of the
//! specification, and it may lie. What an oracle learns is that the node is there, that it knows of
//! the job, and what it would have others believe.
//!
//! Such a probe travels where probes of models do. Those begin with the number of a job; these begin
//! with [`MARK`], the number of no job, and a version. A node that knows no such probe takes it for
//! one of a model that it does not serve, and refuses.

use codec::{Decode, DecodeAll, Encode};
use r1_primitives::JobId;

/// How a probe of containers begins: the largest number, which no job has.
const MARK: [u8; 4] = JobId::MAX.to_le_bytes();

/// The version of this probe, and the longest that is read, in bytes: the number of a job is all.
const VERSION: u8 = 1;
const PROBE_BYTES_MAX: usize = 64;

/// Longest reason in an answer, in bytes: a line of a log.
const REASON_BYTES_MAX: usize = 256;

/// Longest answer that is read, in bytes: a reason, and what is around it.
const ANSWER_BYTES_MAX: usize = REASON_BYTES_MAX + 16;

/// Asks whether the containers of a job work.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct ContainerProbe {
	/// The job.
	pub job: JobId,
}

impl ContainerProbe {
	/// Whether bytes are meant as such a probe, of whatever version.
	#[must_use]
	pub fn is_one(bytes: &[u8]) -> bool {
		bytes.starts_with(&MARK)
	}

	/// The bytes to send.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		marked(Encode::encode(self))
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// No such probe, or one of another version.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		if PROBE_BYTES_MAX < bytes.len() {
			return Err(ProbeError::TooLong { bytes: bytes.len() });
		}
		Self::decode_all(&mut unmarked(bytes)?).map_err(|_| ProbeError::Malformed)
	}
}

/// What a node says.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum ContainerAnswer {
	/// All containers of the job were just found to work.
	Works,
	/// One was not.
	Fails {
		/// Which and why, shortened; in UTF-8.
		reason: Vec<u8>,
	},
	/// It does not run the job.
	NotHere,
	/// It knows no probe of this version.
	NotUnderstood,
}

impl ContainerAnswer {
	/// That one does not work.
	#[must_use]
	pub fn fails(reason: &str) -> Self {
		let end = reason.floor_char_boundary(REASON_BYTES_MAX);
		let reason = reason.get(..end).unwrap_or_default();
		Self::Fails { reason: reason.as_bytes().to_vec() }
	}

	/// The bytes to send.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		marked(Encode::encode(self))
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// No such answer: also that of a node which knows no such probe.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		if ANSWER_BYTES_MAX < bytes.len() {
			return Err(ProbeError::TooLong { bytes: bytes.len() });
		}
		Self::decode_all(&mut unmarked(bytes)?).map_err(|_| ProbeError::Malformed)
	}
}

fn marked(body: Vec<u8>) -> Vec<u8> {
	MARK.into_iter().chain([VERSION]).chain(body).collect()
}

fn unmarked(bytes: &[u8]) -> Result<&[u8], ProbeError> {
	let bytes = bytes.strip_prefix(&MARK).ok_or(ProbeError::Malformed)?;
	match bytes.split_first() {
		Some((&VERSION, body)) => Ok(body),
		Some((&version, _)) => Err(ProbeError::OtherVersion { version }),
		None => Err(ProbeError::Malformed),
	}
}

/// Why bytes are no probe of containers, or no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProbeError {
	/// More bytes than any has.
	#[error("{bytes} bytes are more than a probe of containers and its answer have")]
	TooLong {
		/// How many.
		bytes: usize,
	},
	/// Not what it should be.
	#[error("not a probe of containers, or no answer to one")]
	Malformed,
	/// Of another version.
	#[error("a probe of containers of version {version}, and this node knows {VERSION}")]
	OtherVersion {
		/// Its version.
		version: u8,
	},
}

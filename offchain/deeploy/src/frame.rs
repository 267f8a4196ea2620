// SPDX-License-Identifier: Apache-2.0

//! What tells probes of one kind from those of others, which travel the same way.
//!
//! Probes of models begin with the number of a job; all others begin with the number of no job, and a
//! version. A node that knows no such probe takes it for one of a model that it does not serve, and
//! refuses.

use codec::{DecodeAll, Encode};
use r1_primitives::JobId;

/// A kind of probe, and the answers to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
	/// How it begins: one of the largest numbers, which no job has.
	pub(crate) mark: JobId,
	/// Its version.
	pub(crate) version: u8,
	/// Longest message that is read, in bytes.
	pub(crate) bytes_max: usize,
}

impl Frame {
	/// Whether bytes are meant as a message of this kind, of whatever version.
	pub(crate) fn is_one(self, bytes: &[u8]) -> bool {
		bytes.starts_with(&self.mark.to_le_bytes())
	}

	/// The bytes to send.
	pub(crate) fn encode(self, body: &impl Encode) -> Vec<u8> {
		let mut bytes = self.mark.to_le_bytes().to_vec();
		bytes.push(self.version);
		body.encode_to(&mut bytes);
		bytes
	}

	/// Reads what a peer sent.
	pub(crate) fn decode<Body: DecodeAll>(self, bytes: &[u8]) -> Result<Body, ProbeError> {
		let Self { mark, version, bytes_max } = self;
		if bytes_max < bytes.len() {
			return Err(ProbeError::TooLong { bytes: bytes.len(), bytes_max });
		}
		let bytes = bytes.strip_prefix(&mark.to_le_bytes()).ok_or(ProbeError::Malformed)?;
		match bytes.split_first() {
			Some((said, mut body)) if *said == version => {
				Body::decode_all(&mut body).map_err(|_| ProbeError::Malformed)
			},
			Some((&version, _)) => Err(ProbeError::OtherVersion { version, known: self.version }),
			None => Err(ProbeError::Malformed),
		}
	}
}

/// Why bytes are no probe of a kind, or no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProbeError {
	/// More bytes than any has.
	#[error("{bytes} bytes are more than the {bytes_max} that such a probe and its answer have")]
	TooLong {
		/// How many.
		bytes: usize,
		/// The limit.
		bytes_max: usize,
	},
	/// Not what it should be.
	#[error("not such a probe, or no answer to one")]
	Malformed,
	/// Of another version.
	#[error("a probe of version {version}, and this node knows {known}")]
	OtherVersion {
		/// Its version.
		version: u8,
		/// The version that is known here.
		known: u8,
	},
}

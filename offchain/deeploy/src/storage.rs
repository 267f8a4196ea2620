// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node for a block that it is paid to keep.
//!
//! The oracle walks from a root of the specification to a chunk that nobody could foresee, asking for
//! one block after the other, and checks each by its CID. So the answer is no word of the node: it has
//! the block, or gets it in time.

use crate::frame::{Frame, ProbeError};
use cid::Cid;
use codec::{Decode, Encode};
use r1_core::limits::{BLOCK_BYTES_MAX, CID_BYTES_MAX};
use r1_primitives::JobId;

/// How a probe begins, and the longest one, in bytes: the number of a job and a CID.
const ASKED: Frame = Frame { mark: JobId::MAX - 1, version: 1, bytes_max: CID_BYTES_MAX + 32 };

/// How an answer begins, and the longest one, in bytes: a block.
const ANSWERED: Frame = Frame { bytes_max: BLOCK_BYTES_MAX + 32, ..ASKED };

/// Asks for a block of a job's files.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct BlockProbe {
	/// The job.
	pub job: JobId,
	/// The block's CID, in bytes.
	pub cid: Vec<u8>,
}

impl BlockProbe {
	/// A probe for a block.
	#[must_use]
	pub fn new(job: JobId, cid: &Cid) -> Self {
		Self { job, cid: cid.to_bytes() }
	}

	/// The block; `None` if its CID is none.
	#[must_use]
	pub fn cid(&self) -> Option<Cid> {
		Cid::try_from(self.cid.as_slice()).ok()
	}

	/// Whether bytes are meant as such a probe, of whatever version.
	#[must_use]
	pub fn is_one(bytes: &[u8]) -> bool {
		ASKED.is_one(bytes)
	}

	/// The bytes to send.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		ASKED.encode(self)
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// No such probe, or one of another version.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		ASKED.decode(bytes)
	}
}

/// What a node answers.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum BlockAnswer {
	/// The block; nobody has checked it.
	Block(Vec<u8>),
	/// It has not got it, or does not run the job.
	NotHere,
	/// It knows no probe of this version.
	NotUnderstood,
}

impl BlockAnswer {
	/// The bytes to send.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		ANSWERED.encode(self)
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// No such answer: also that of a node which knows no such probe.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		ANSWERED.decode(bytes)
	}
}

// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node whether it could learn.
//!
//! The answer is the node's own word: nobody else sees its data. What is paid follows from rounds as
//! well, in which the chain sees who did its part.

use crate::frame::{Frame, ProbeError};
use codec::{Decode, Encode};
use r1_primitives::JobId;

/// How a probe begins, and the longest that is read, in bytes: the number of a job is all.
const ASKED: Frame = Frame { mark: JobId::MAX - 4, version: 1, bytes_max: 64 };

/// Asks whether a node could take part in a round of a job.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct LearningProbe {
	/// The job.
	pub job: JobId,
}

impl LearningProbe {
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

/// What a node says.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum LearningAnswer {
	/// It knows what is to be learnt, and has the data.
	Ready,
	/// It has not got the data.
	NoData,
	/// The job is not here, or not known yet.
	NotHere,
	/// It knows no probe of this version.
	NotUnderstood,
}

impl LearningAnswer {
	/// The bytes to send.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		ASKED.encode(self)
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// No such answer: also that of a node which knows no such probe.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProbeError> {
		ASKED.decode(bytes)
	}
}

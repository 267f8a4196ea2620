// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node whether the containers of a job work.
//!
//! The answer is the node's own word: it has looked at that moment, by the checks of the
//! specification, and it may lie. What an oracle learns is that the node is there, that it knows of
//! the job, and what it would have others believe.
//!
//! Such a probe travels where probes of models do, and begins with the number of no job, so that a node
//! which knows no such probe takes it for one of a model that it does not serve, and refuses.

use crate::frame::{Frame, ProbeError};
use codec::{Decode, Encode};
use r1_primitives::JobId;

/// How a probe of containers begins, and the longest that is read, in bytes: the number of a job is
/// all.
const ASKED: Frame = Frame { mark: JobId::MAX, version: 1, bytes_max: 64 };

/// Longest reason in an answer, in bytes: a line of a log.
const REASON_BYTES_MAX: usize = 256;

/// How an answer begins, and the longest that is read, in bytes: a reason, and what is around it.
const ANSWERED: Frame = Frame { bytes_max: REASON_BYTES_MAX + 16, ..ASKED };

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

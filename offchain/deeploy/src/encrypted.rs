// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node for an evaluation on ciphertexts, which it repeats.
//!
//! Request and key look like those of a client, but nobody can decrypt what comes of them: a worker
//! computes on words that tell it nothing, so words that nobody encrypted do as well. What is compared
//! is bytes, which follow from those of model, key and request.

use crate::frame::{Frame, ProbeError};
use cid::Cid;
use codec::{Decode, Encode};
use r1_core::limits::CID_BYTES_MAX;
use r1_primitives::JobId;

/// Longest request that is asked for, in bytes: one of 1 024 inputs has 8 KiB.
const REQUEST_BYTES_MAX: usize = 16 << 10;

/// Longest response, in bytes: one of 64 logits without a bootstrap has 0.5 MiB.
const RESPONSE_BYTES_MAX: usize = 1 << 20;

/// How a probe begins, and the longest one, in bytes.
const ASKED: Frame = Frame {
	mark: JobId::MAX - 2,
	version: 1,
	bytes_max: REQUEST_BYTES_MAX + 2 * CID_BYTES_MAX + 32,
};

/// How an answer begins, and the longest one, in bytes.
const ANSWERED: Frame = Frame { bytes_max: RESPONSE_BYTES_MAX + 32, ..ASKED };

/// Asks a node to evaluate the model of a job.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct EncryptedProbe {
	/// The job that the node is paid for.
	pub job: JobId,
	/// The CID of the model that the job names, in bytes.
	pub model: Vec<u8>,
	/// The request, as a client sends it.
	pub request: Vec<u8>,
	/// The CID of the evaluation key, in bytes; `None` for a model that needs none.
	pub key: Option<Vec<u8>>,
}

impl EncryptedProbe {
	/// A probe of a model with a request.
	#[must_use]
	pub fn new(job: JobId, model: &Cid, request: Vec<u8>, key: Option<&Cid>) -> Self {
		Self { job, model: model.to_bytes(), request, key: key.map(Cid::to_bytes) }
	}

	/// The model; `None` if its CID is none.
	#[must_use]
	pub fn model(&self) -> Option<Cid> {
		Cid::try_from(self.model.as_slice()).ok()
	}

	/// The evaluation key; `None` if there is none, or its CID is none.
	#[must_use]
	pub fn key(&self) -> Option<Cid> {
		Cid::try_from(self.key.as_ref()?.as_slice()).ok()
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
pub enum EncryptedAnswer {
	/// The response, as a client gets it.
	Response(Vec<u8>),
	/// It has not got the evaluation key yet, and is fetching it.
	FetchingKey,
	/// It does not serve the model.
	NotServed,
	/// It could not evaluate the request.
	Failed,
	/// It knows no probe of this version.
	NotUnderstood,
}

impl EncryptedAnswer {
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

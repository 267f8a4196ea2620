// SPDX-License-Identifier: Apache-2.0

//! How an oracle asks a node what it was asked and has answered, and what it holds against it.
//!
//! The oracle asks for the list of the last receipts first, and then for the payload of one of them: a
//! node has named them all before it knows which one is drawn.

use super::{Hash, PAYLOAD_BYTES_MAX, Payload, RECEIPT_BYTES_MAX, RECENT_MAX, Receipt};
use crate::frame::{Frame, ProbeError};
use codec::{Decode, Encode};
use r1_core::limits::CID_BYTES_MAX;
use r1_primitives::{EpochIndex, JobId, NodeKey};
use sp_crypto_hashing::blake2_256;

/// How a probe begins, and the longest one, in bytes.
const ASKED: Frame = Frame { mark: JobId::MAX - 3, version: 1, bytes_max: 64 };

/// How an answer begins, and the longest one, in bytes: a payload, or a list.
const ANSWERED: Frame = Frame { bytes_max: PAYLOAD_BYTES_MAX + CID_BYTES_MAX + 64, ..ASKED };

const _: () = assert!(RECENT_MAX * RECEIPT_BYTES_MAX < PAYLOAD_BYTES_MAX, "a list fits, too");

/// Asks a node about requests that it has answered.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum AuditProbe {
	/// What are the last receipts whose payloads it has?
	Recent {
		/// Of which job.
		job: JobId,
		/// Of which model, as [`model_hash`](super::model_hash) has it.
		model: Hash,
	},
	/// What was asked and answered?
	Payload {
		/// By which job.
		job: JobId,
		/// The epoch of the receipt.
		epoch: EpochIndex,
		/// Its index.
		index: u32,
	},
}

impl AuditProbe {
	/// The job that it is about.
	#[must_use]
	pub fn job(&self) -> JobId {
		match self {
			Self::Recent { job, .. } | Self::Payload { job, .. } => *job,
		}
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
pub enum AuditAnswer {
	/// Its last receipts, in their order.
	Recent(Vec<Receipt>),
	/// What was asked and answered.
	Payload {
		/// The request's body.
		input: Vec<u8>,
		/// The response's body.
		output: Vec<u8>,
		/// The CID of the evaluation key, in bytes, if there is one.
		key: Option<Vec<u8>>,
	},
	/// It has not got it.
	NotHere,
	/// Whoever asks is no oracle, or the specification lets nobody see inputs.
	NotAllowed,
	/// It knows no probe of this version.
	NotUnderstood,
}

impl AuditAnswer {
	/// An answer with a payload.
	#[must_use]
	pub fn payload(payload: &Payload) -> Self {
		let Payload { input, output, key } = payload.clone();
		Self::Payload { input, output, key }
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

/// Whose receipts are audited.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
	/// The job.
	pub job: JobId,
	/// The node.
	pub node: NodeKey,
	/// The model that the job has now.
	pub model: Hash,
	/// The epoch that is now.
	pub epoch: EpochIndex,
}

impl Subject {
	/// One of the receipts that a node has named, drawn by `below`, which gives a number below its
	/// argument; `None` if it has named none.
	///
	/// # Errors
	///
	/// What it has named cannot be the receipts of the subject.
	pub fn pick(
		&self,
		recent: Vec<Receipt>,
		below: impl FnOnce(u64) -> u64,
	) -> Result<Option<Receipt>, Fault> {
		if RECENT_MAX < recent.len() {
			return Err(Fault::TooMany);
		}
		if !recent.is_sorted_by(|one, next| (one.epoch, one.index) < (next.epoch, next.index)) {
			return Err(Fault::Disorder);
		}
		for receipt in &recent {
			self.check_receipt(receipt)?;
		}
		let count = u64::try_from(recent.len()).unwrap_or(u64::MAX);
		let place = usize::try_from(below(count.max(1))).unwrap_or(0);
		Ok(recent.into_iter().nth(place))
	}

	fn check_receipt(&self, receipt: &Receipt) -> Result<(), Fault> {
		let Self { job, node, model, epoch } = self;
		if (receipt.job, receipt.node) != (*job, *node) {
			return Err(Fault::OtherSubject);
		}
		if receipt.model != *model {
			return Err(Fault::OtherModel);
		}
		// Its clock may be a little ahead.
		if epoch.saturating_add(1) < receipt.epoch {
			return Err(Fault::Epoch { epoch: receipt.epoch });
		}
		if !receipt.is_auditable() {
			return Err(Fault::NotAuditable);
		}
		Ok(())
	}
}

impl Receipt {
	/// Checks that a payload is the one of the receipt.
	///
	/// # Errors
	///
	/// It is another one.
	pub fn check_payload(&self, input: &[u8], output: &[u8]) -> Result<(), Fault> {
		let is_it = |bytes: &[u8], hash: &Hash, count: u32| {
			u32::try_from(bytes.len()) == Ok(count) && blake2_256(bytes) == *hash
		};
		if !is_it(input, &self.input, self.input_bytes) {
			return Err(Fault::OtherInput);
		}
		if !is_it(output, &self.output, self.output_bytes) {
			return Err(Fault::OtherOutput);
		}
		Ok(())
	}
}

/// What is held against a node.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
	/// It did not answer what it was asked.
	#[error("it answers something else than it was asked, or refuses")]
	NoAnswer,
	/// It has named more receipts than it may.
	#[error("it names more than {RECENT_MAX} receipts")]
	TooMany,
	/// It has named them twice, or out of order.
	#[error("it names receipts out of order")]
	Disorder,
	/// It has named receipts of another job or node.
	#[error("it names receipts of another job or node")]
	OtherSubject,
	/// It has named receipts of another model than it was asked for.
	#[error("it names receipts of another model")]
	OtherModel,
	/// It has named a receipt of the future.
	#[error("it names a receipt of epoch {epoch}, which is not yet")]
	Epoch {
		/// The epoch.
		epoch: EpochIndex,
	},
	/// It has named a receipt whose payload it need not have.
	#[error("it names a receipt that is too large to be audited")]
	NotAuditable,
	/// It has not got the payload of a receipt that it has named.
	#[error("it has no payload of a receipt that it has named itself")]
	Missing,
	/// The request is not that of the receipt.
	#[error("the request is not the one of the receipt")]
	OtherInput,
	/// The response is not that of the receipt.
	#[error("the response is not the one of the receipt")]
	OtherOutput,
	/// The evaluation key is not that of the request, or is not named.
	#[error("the evaluation key is not the one of the receipt")]
	OtherKey,
	/// The request is none that has an answer.
	#[error("the request is none that the model has an answer to: {reason}")]
	NoRequest {
		/// What is wrong with it.
		reason: String,
	},
	/// The response is not what the model answers.
	#[error("the response is not what the model answers: {reason}")]
	WrongAnswer {
		/// Where it differs.
		reason: String,
	},
}

// SPDX-License-Identifier: Apache-2.0

//! That a receipt was counted, for whoever knows the chain.

use super::{Hash, Receipt, Signed, ledger::is_below};
use codec::{Decode, DecodeAll, Encode};
use r1_core::{SignatureError, verify};
use r1_primitives::{DeedId, EpochIndex, JobId, NodeKey, SignedBody};

/// Digests on the way to a root, at most: more than a ledger has levels.
const PATH_MAX: usize = 32;

/// Proofs of the store in an evidence, at most: as many epochs as a node keeps what the store held.
pub const STORE_PROOFS_MAX: usize = 3;

/// Longest evidence, in bytes: its proofs of the store open leaves in which values of others stand as
/// digests, so that they have some kilobytes.
pub const EVIDENCE_BYTES_MAX: usize = 1 << 20;

/// With what a file begins; the last byte is the version of the format.
const MAGIC: &[u8; 8] = b"r1recpt\x01";

/// What a node says of all receipts of a job in an epoch, when it is over.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Head {
	/// The job.
	pub job: JobId,
	/// The node that has answered.
	pub node: NodeKey,
	/// Its deed when it was over.
	pub deed: DeedId,
	/// The epoch.
	pub epoch: EpochIndex,
	/// How many receipts there are.
	pub count: u32,
	/// The root of their tree.
	pub root: Hash,
}

impl SignedBody for Head {
	const PURPOSE: &'static str = "receipts";
}

impl Signed<Head> {
	/// Checks that the node has signed it on this chain.
	///
	/// # Errors
	///
	/// It has not.
	pub fn verify(&self, genesis_hash: &[u8; 32]) -> Result<(), SignatureError> {
		verify(&self.body.node, &self.body, genesis_hash, &self.signature)
	}
}

/// The key of the job's namespace that a head stands under.
#[must_use]
pub fn head_key(deed: DeedId, epoch: EpochIndex) -> String {
	format!("receipts/{deed}/{epoch}")
}

/// That a receipt is one of those of a head.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Inclusion {
	/// The receipt.
	pub receipt: Receipt,
	/// The head.
	pub head: Signed<Head>,
	/// What stands beside the receipt, level by level up to the root.
	pub path: Vec<Hash>,
}

impl Inclusion {
	/// Checks that the receipt is one of those of the head, and that the node has signed the head on
	/// this chain.
	///
	/// # Errors
	///
	/// It proves nothing.
	pub fn verify(&self, genesis_hash: &[u8; 32]) -> Result<(), InclusionError> {
		let Self { receipt, head: Signed { body: head, .. }, path } = self;
		if (receipt.job, receipt.node, receipt.epoch) != (head.job, head.node, head.epoch) {
			return Err(InclusionError::OtherHead);
		}
		if PATH_MAX < path.len() || !is_below(head, receipt.index, receipt.leaf(), path) {
			return Err(InclusionError::NotBelow);
		}
		self.head.verify(genesis_hash).map_err(InclusionError::Signature)
	}
}

/// Why an inclusion proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InclusionError {
	/// The head is that of another job, node or epoch.
	#[error("the receipt and the head are of different jobs, nodes or epochs")]
	OtherHead,
	/// The way does not lead to the root.
	#[error("the way from the receipt does not lead to the root of the head")]
	NotBelow,
	/// The node has not signed the head, or for another chain.
	#[error("the head is not signed by the node, or for another chain")]
	Signature(#[source] SignatureError),
}

/// An inclusion, and what shows that the chain has the head.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Evidence {
	/// That the receipt is one of those of the head.
	pub inclusion: Inclusion,
	/// Proofs, in the format of the store, that the job's namespace held the head when later epochs
	/// ended. The chain may have the root of any of them, or of none yet.
	pub store_proofs: Vec<Vec<u8>>,
}

/// What a client keeps in a file.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Saved {
	/// What came with the answer.
	Receipt(Box<Signed<Receipt>>),
	/// What the node said when the epoch was over.
	Evidence(Box<Evidence>),
}

impl Saved {
	/// As it is stored.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = MAGIC.to_vec();
		self.encode_to(&mut bytes);
		bytes
	}

	/// Reads a file, and checks nothing of what it says.
	///
	/// # Errors
	///
	/// The bytes are none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, SavedError> {
		if EVIDENCE_BYTES_MAX < bytes.len() {
			return Err(SavedError::TooLong { bytes: bytes.len() });
		}
		let mut rest = bytes.strip_prefix(MAGIC).ok_or(SavedError::OtherFormat)?;
		let saved = Self::decode_all(&mut rest).map_err(|_| SavedError::Malformed)?;
		match &saved {
			Self::Evidence(evidence) if STORE_PROOFS_MAX < evidence.store_proofs.len() => {
				Err(SavedError::Malformed)
			},
			_ => Ok(saved),
		}
	}
}

/// Why bytes are no receipt and no evidence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SavedError {
	/// They are too many.
	#[error("evidence of a receipt has at most {EVIDENCE_BYTES_MAX} bytes; this has {bytes}")]
	TooLong {
		/// How many.
		bytes: usize,
	},
	/// They begin as something else.
	#[error("it is no receipt, or of a later version than this program knows")]
	OtherFormat,
	/// They do not go on as one.
	#[error("it begins as a receipt and does not go on as one")]
	Malformed,
}

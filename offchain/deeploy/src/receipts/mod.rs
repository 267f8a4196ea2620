// SPDX-License-Identifier: Apache-2.0

//! Receipts of inference: what a node says that it was asked and has answered, and how that is held
//! against it. The formats are described in `docs/receipts.md`.
//!
//! ```text
//!  request ──> Receipt, signed ──> the client        Receipt ──> Ledger ──Head──> the job's namespace
//!                                                        └─ with its payload ─> Recent
//!  oracle ──AuditProbe──> Recent ──AuditAnswer──> Subject: picks one, and checks what is shown of it
//!  client ──> Inclusion: that a receipt is one of those of a Head
//! ```
//!
//! All of it decides and none of it acts, but [`Shelf`], which keeps ledgers as files.
//!
//! # Failure model
//!
//! - *A crash*: a receipt is in its file before it is told, and on the disk when the system likes. A
//!   power cut loses the last ones; what is left of a record that was being written is cut off.
//! - *More requests than a ledger takes*: they are answered without a receipt.
//! - *A restart*: the payloads of requests before it are gone, so they are not audited any more.

mod ledger;
mod inclusion;
mod recent;
mod audit;
mod shelf;

pub use audit::{AuditAnswer, AuditProbe, Fault, Subject};
pub use inclusion::{
	EVIDENCE_BYTES_MAX, Evidence, Head, Inclusion, InclusionError, STORE_PROOFS_MAX, Saved,
	SavedError, head_key,
};
pub use ledger::{Ledger, NotTaken};
pub use recent::{Payload, Recent};
pub use shelf::{LedgerFile, Opened, PushError, Shelf, ShelfError};

use cid::Cid;
use codec::{Decode, Encode};
use r1_core::{SignatureError, verify};
use r1_primitives::{EpochIndex, JobId, NodeKey, SignedBody};
use sp_crypto_hashing::blake2_256;

/// A digest: BLAKE2b of 32 bytes, without a key.
pub type Hash = [u8; 32];

/// Receipts that a job has on a node in an epoch, at most: one and a half a second in an epoch of a day.
/// Their digests take 4 MiB of memory, and the file 25 MB.
pub const RECEIPTS_MAX: u32 = 1 << 17;

/// Longest receipt, in bytes: that of an encrypted model, which names an evaluation key.
pub const RECEIPT_BYTES_MAX: usize = 5 * 4 + 8 + 5 * 32 + 1;

/// Receipts whose payloads a node keeps for oracles.
pub const RECENT_MAX: usize = 64;

/// Bytes of the payloads of a job that it keeps, at most: those of eight jobs take 64 MiB.
pub const RECENT_BYTES_MAX: usize = 8 << 20;

/// Longest payload that is audited, request and response together, in bytes: with what is around it, it
/// fits into what the mesh carries at once. Longer ones leave receipts like others.
pub const PAYLOAD_BYTES_MAX: usize = 3 << 20;

/// Epochs before the running one whose receipts are kept: one more than the store keeps what it held.
pub const EPOCHS_KEPT: EpochIndex = 4;

/// What a node says of a request that it has answered.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Receipt {
	/// The job whose model it was.
	pub job: JobId,
	/// The node that has answered.
	pub node: NodeKey,
	/// The epoch in which it has.
	pub epoch: EpochIndex,
	/// Its place among those of the epoch, from 0.
	pub index: u32,
	/// Unix time of the answer, in seconds, by the node's clock.
	pub at_secs: u64,
	/// The digest of the model's CID, as [`model_hash`] has it.
	pub model: Hash,
	/// What the evaluation key is known by, of an encrypted model that needs one.
	pub evaluation_key: Option<Hash>,
	/// The digest of the request's body, as it came.
	pub input: Hash,
	/// Bytes of the request's body.
	pub input_bytes: u32,
	/// The digest of the response's body, as it went.
	pub output: Hash,
	/// Bytes of the response's body.
	pub output_bytes: u32,
}

impl SignedBody for Receipt {
	const PURPOSE: &'static str = "receipt";
}

impl Receipt {
	/// Its digest, which is its leaf in the tree of the epoch.
	///
	/// A receipt is never as long as two digests, so no leaf passes for an inner node.
	#[must_use]
	pub fn leaf(&self) -> Hash {
		blake2_256(&self.encode())
	}

	/// Whether oracles may ask for its payload: whoever has the receipt can see that.
	#[must_use]
	pub fn is_auditable(&self) -> bool {
		let bytes = u64::from(self.input_bytes) + u64::from(self.output_bytes);
		bytes <= PAYLOAD_BYTES_MAX as u64
	}
}

/// Something that a node has signed.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Signed<Body> {
	/// What.
	pub body: Body,
	/// Its ed25519 signature.
	pub signature: [u8; 64],
}

impl<Body: Decode> Signed<Body> {
	/// Reads what somebody says that a node has signed, and checks nothing of it; `None` if it is none.
	#[must_use]
	pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
		let read = Self::decode(&mut bytes).ok()?;
		bytes.is_empty().then_some(read)
	}
}

impl Signed<Receipt> {
	/// Checks that the node has signed it on this chain.
	///
	/// # Errors
	///
	/// It has not.
	pub fn verify(&self, genesis_hash: &[u8; 32]) -> Result<(), SignatureError> {
		verify(&self.body.node, &self.body, genesis_hash, &self.signature)
	}
}

/// What receipts call a model: the digest of its file's CID, which is itself made of one.
#[must_use]
pub fn model_hash(file: &Cid) -> Hash {
	blake2_256(&file.to_bytes())
}

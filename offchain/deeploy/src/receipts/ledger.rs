// SPDX-License-Identifier: Apache-2.0

//! The receipts of a job on a node in an epoch, as far as the tree of their digests needs them.

use super::{Hash, Head, RECEIPTS_MAX, Receipt};
use binary_merkle_tree::{merkle_proof_raw, merkle_root_raw, verify_proof};
use r1_primitives::{DeedId, EpochIndex, JobId, NodeKey};
use sp_crypto_hashing::blake2_256;
use std::hash::DefaultHasher;

/// Receipts in the order in which they were given. It only grows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ledger {
	job: JobId,
	node: NodeKey,
	epoch: EpochIndex,
	/// Their digests, at most [`RECEIPTS_MAX`].
	leaves: Vec<Hash>,
}

impl Ledger {
	/// One without receipts.
	#[must_use]
	pub fn new(job: JobId, node: NodeKey, epoch: EpochIndex) -> Self {
		Self { job, node, epoch, leaves: Vec::new() }
	}

	/// The index of the next receipt; `None` if there is no room for another one.
	#[must_use]
	pub fn next_index(&self) -> Option<u32> {
		Some(self.count()).filter(|count| *count < RECEIPTS_MAX)
	}

	/// Takes the next receipt.
	///
	/// # Errors
	///
	/// It is not the next one of this ledger, or there is no room; nothing changes.
	pub fn push(&mut self, receipt: &Receipt) -> Result<(), NotTaken> {
		self.check(receipt)?;
		self.leaves.push(receipt.leaf());
		Ok(())
	}

	/// Whether it takes a receipt next.
	///
	/// # Errors
	///
	/// It does not.
	pub fn check(&self, receipt: &Receipt) -> Result<(), NotTaken> {
		let next = self.next_index().ok_or(NotTaken::Full)?;
		if (receipt.job, receipt.node, receipt.epoch) != (self.job, self.node, self.epoch) {
			return Err(NotTaken::OtherLedger);
		}
		if receipt.index != next {
			return Err(NotTaken::OutOfOrder { index: receipt.index, next });
		}
		Ok(())
	}

	/// How many there are.
	#[must_use]
	pub fn count(&self) -> u32 {
		u32::try_from(self.leaves.len()).unwrap_or(u32::MAX)
	}

	/// The job.
	#[must_use]
	pub fn job(&self) -> JobId {
		self.job
	}

	/// The epoch.
	#[must_use]
	pub fn epoch(&self) -> EpochIndex {
		self.epoch
	}

	/// The root of their tree; zeros if there are none.
	#[must_use]
	pub fn root(&self) -> Hash {
		merkle_root_raw::<Blake2, _>(self.leaves.iter().copied())
	}

	/// What the node of a deed signs when the epoch is over.
	#[must_use]
	pub fn head(&self, deed: DeedId) -> Head {
		let Self { job, node, epoch, .. } = *self;
		Head { job, node, deed, epoch, count: self.count(), root: self.root() }
	}

	/// What stands beside a receipt on the way to the root; `None` if there is no such receipt.
	#[must_use]
	pub fn path(&self, index: u32) -> Option<Vec<Hash>> {
		if self.count() <= index {
			return None;
		}
		Some(merkle_proof_raw::<Blake2, _>(self.leaves.iter().copied(), index).proof)
	}
}

/// Whether a leaf is in the tree of a head, at its place.
pub(super) fn is_below(head: &Head, index: u32, leaf: Hash, path: &[Hash]) -> bool {
	let leaf = binary_merkle_tree::Leaf::Hash(leaf);
	verify_proof::<Blake2, _, _>(&head.root, path.iter().copied(), head.count, index, leaf)
}

/// Why a ledger does not take a receipt.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotTaken {
	/// There are as many as there may be.
	#[error("the epoch has {RECEIPTS_MAX} receipts of the job, and takes no more")]
	Full,
	/// It is of another job, node or epoch.
	#[error("the receipt is of another job, node or epoch")]
	OtherLedger,
	/// It has another index than the next.
	#[error("the receipt has index {index}, and the next one is {next}")]
	OutOfOrder {
		/// Its index.
		index: u32,
		/// The one that it should have.
		next: u32,
	},
}

/// BLAKE2b as the tree wants it, without the rest of sp-core.
struct Blake2;

impl hash_db::Hasher for Blake2 {
	type Out = Hash;
	type StdHasher = DefaultHasher;
	const LENGTH: usize = size_of::<Hash>();

	fn hash(bytes: &[u8]) -> Hash {
		blake2_256(bytes)
	}
}

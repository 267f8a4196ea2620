// SPDX-License-Identifier: Apache-2.0

//! What this node tells clients of receipts.

use super::{Receipts, Shared};
use codec::Encode as _;
use r1_core::Clock as _;
use r1_cstore::{Claim, NameRef, PartRef, Proof};
use r1_dauth::Scope;
use r1_deeploy::receipts::{
	EPOCHS_KEPT, Evidence, Hash, Head, Inclusion, RECEIPTS_MAX, Receipt, STORE_PROOFS_MAX,
	ShelfError, Signed, head_key,
};
use r1_primitives::{EpochIndex, JobId};
use tokio::task::{JoinError, spawn_blocking};

/// Receipts that are told at a time: some 100 KiB of JSON.
const PAGE_RECEIPTS_MAX: usize = 256;

/// Epochs after a receipt's that are looked at for its head: as long as heads are kept.
const LATER_EPOCHS_MAX: EpochIndex = 2 * EPOCHS_KEPT;

/// The receipts of an epoch, in short.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Summary {
	pub(crate) epoch: EpochIndex,
	pub(crate) count: u32,
	pub(crate) root: Hash,
	/// Whether it is over.
	pub(crate) is_closed: bool,
	/// Whether it takes no more.
	pub(crate) is_full: bool,
}

/// Some of the receipts of an epoch.
#[derive(Clone, Debug)]
pub(crate) struct Page {
	pub(crate) summary: Summary,
	pub(crate) receipts: Vec<Receipt>,
	/// Where to go on.
	pub(crate) next: Option<u32>,
}

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoEvidence {
	/// There are none of the epoch.
	#[error("this node has no receipts of job {job} in epoch {epoch}")]
	NoEpoch {
		/// The job.
		job: JobId,
		/// The epoch.
		epoch: EpochIndex,
	},
	/// There is no such receipt.
	#[error("epoch {epoch} has no receipt {index} of job {job} on this node")]
	NoReceipt {
		/// The job.
		job: JobId,
		/// The epoch.
		epoch: EpochIndex,
		/// The index.
		index: u32,
	},
	/// The epoch goes on.
	#[error("epoch {epoch} is not over, and its receipts are not all there")]
	StillOpen {
		/// The epoch.
		epoch: EpochIndex,
	},
	/// The node has no deed.
	#[error("the node has no deed, so nothing that it signs is on the chain")]
	NoDeed,
	/// The disk does not do it.
	#[error(transparent)]
	Shelf(#[from] ShelfError),
	/// The daemon stops.
	#[error("the daemon is stopping")]
	Died(#[from] JoinError),
}

impl Receipts {
	/// The epochs of a job that have receipts, ascending.
	///
	/// # Errors
	///
	/// The disk does not do it.
	pub(crate) async fn summaries(&self, job: JobId) -> Result<Vec<Summary>, NoEvidence> {
		let receipts = self.clone();
		let read = move || {
			let shared = &receipts.shared;
			let epochs = shared.shelf.epochs(job)?.into_iter();
			let summaries = epochs.filter_map(|epoch| shared.summary(job, epoch).transpose());
			Ok(summaries.collect::<Result<Vec<_>, ShelfError>>()?)
		};
		spawn_blocking(read).await?
	}

	/// Some of the receipts of an epoch, from an index on.
	///
	/// # Errors
	///
	/// There are none, or the disk does not do it.
	pub(crate) async fn page(
		&self,
		job: JobId,
		epoch: EpochIndex,
		from: u32,
	) -> Result<Page, NoEvidence> {
		let receipts = self.clone();
		let read = move || {
			let shared = &receipts.shared;
			let summary = shared.summary(job, epoch)?;
			let summary = summary.ok_or(NoEvidence::NoEpoch { job, epoch })?;
			let receipts = shared.shelf.receipts(job, epoch, from, PAGE_RECEIPTS_MAX)?;
			let next = receipts.last().map(|last| last.index.saturating_add(1));
			let next = next.filter(|next| *next < summary.count);
			Ok(Page { summary, receipts, next })
		};
		spawn_blocking(read).await?
	}

	/// That a receipt of an epoch that is over was counted.
	///
	/// # Errors
	///
	/// It is not over, there is no such receipt, or the disk does not do it.
	pub(crate) async fn evidence(
		&self,
		job: JobId,
		epoch: EpochIndex,
		index: u32,
	) -> Result<Evidence, NoEvidence> {
		let receipts = self.clone();
		spawn_blocking(move || receipts.shared.evidence(job, epoch, index)).await?
	}
}

impl Shared {
	fn summary(&self, job: JobId, epoch: EpochIndex) -> Result<Option<Summary>, ShelfError> {
		let (closed, is_closed) = match self.closed(job, epoch)? {
			Some(closed) => (Some(closed), true),
			None => {
				let book = self.lock();
				let opened = book.open.get(&job).map(|opened| &opened.ledger);
				let open = opened.filter(|ledger| ledger.epoch() == epoch).cloned();
				drop(book);
				// After a restart there may be one that nobody has written on yet.
				let open = open.map_or_else(|| self.shelf.read(job, epoch), |it| Ok(Some(it)))?;
				(open.map(|ledger| (ledger.count(), ledger.root())), false)
			},
		};
		Ok(closed.map(|(count, root)| {
			let is_full = RECEIPTS_MAX <= count;
			Summary { epoch, count, root, is_closed, is_full }
		}))
	}

	fn evidence(&self, job: JobId, epoch: EpochIndex, index: u32) -> Result<Evidence, NoEvidence> {
		let no_receipt = || NoEvidence::NoReceipt { job, epoch, index };
		let receipt = self.shelf.receipts(job, epoch, index, 1)?.pop().ok_or_else(no_receipt)?;
		if self.closed(job, epoch)?.is_none() {
			return Err(NoEvidence::StillOpen { epoch });
		}
		let state = self.chain.state();
		let deed = state.and_then(|state| state.deeds.deed_of(&self.identity.key()));
		let deed = deed.ok_or(NoEvidence::NoDeed)?;
		let head = self.signed_head(job, deed, epoch)?.ok_or_else(no_receipt)?;
		let ledger = self.shelf.read(job, epoch)?.ok_or_else(no_receipt)?;
		let path = ledger.path(index).ok_or_else(no_receipt)?;
		let store_proofs = self.store_proofs(&head);
		Ok(Evidence { inclusion: Inclusion { receipt, head, path }, store_proofs })
	}

	/// Proofs that the job's namespace held a head when later epochs ended, as far as it is kept what
	/// it held.
	fn store_proofs(&self, head: &Signed<Head>) -> Vec<Vec<u8>> {
		let Head { job, deed, epoch, .. } = head.body;
		let Ok(space) = self.store.space(Scope::of_job(job).as_str()) else { return Vec::new() };
		let (key, value, now_ms) = (head_key(deed, epoch), head.encode(), self.clock.now_ms());
		let name = NameRef { key: key.as_bytes(), part: PartRef::Text };
		let prove = |later: EpochIndex| {
			let genesis = self.genesis_hash;
			let claim = Claim { genesis, epoch: later, job, deed, name: name.owned() };
			let proof: Proof = space.prove(claim).ok()?;
			let proven = proof.verify().ok()?;
			let holds_it = proven.value(now_ms).as_deref() == Some(value.as_slice());
			holds_it.then(|| proof.to_bytes())
		};
		let first = epoch.saturating_add(1);
		let last = epoch.saturating_add(LATER_EPOCHS_MAX);
		(first..=last).filter_map(prove).take(STORE_PROOFS_MAX).collect()
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Receipts of what this node answers: a ledger for each job and epoch on its disk, the payloads of the
//! last requests for oracles, and a head in the job's namespace when an epoch is over.
//!
//! ```text
//!  HTTP ──request, response──> Receipts ──signed receipt──> the response's header
//!                                │  └─ ledger files `receipts/<job>/<epoch>`
//!  mesh, of an oracle ──probe──> answers
//!  each second ──> Poster ──head──> the job's namespace, whose root oracles report
//! ```
//!
//! # Failure model
//!
//! - *The disk takes no receipt*: the request is answered without one, and the log says so.
//! - *The daemon is away when an epoch ends*: the head is posted when it is back, and is under the root
//!   of a later epoch.
//! - *The job leaves the node*: what it has not posted by then is never on the chain.

mod answers;
mod evidence;
mod poster;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use evidence::{NoEvidence, Page, Summary};

use crate::jobs::Jobs;
use cid::Cid;
use poster::Poster;
use r1_chain::ChainHandle;
use r1_core::{Clock as _, NodeIdentity, SystemClock, error_chain};
use r1_cstore::service::Store;
use r1_deeploy::receipts::{
	Hash, Opened, Payload, Receipt, Recent, Shelf, ShelfError, Signed, model_hash,
};
use r1_primitives::{EpochIndex, JobId};
use sp_crypto_hashing::blake2_256;
use std::{
	collections::BTreeMap,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::task::spawn_blocking;
use tracing::warn;

/// Where ledgers are, in the directory of the daemon's files.
const FOLDER: &str = "receipts";

/// A handle on the receipts of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Receipts {
	shared: Arc<Shared>,
}

/// What receipts need from the rest of the daemon.
pub(crate) struct Needs<'a> {
	pub(crate) identity: Arc<NodeIdentity>,
	pub(crate) genesis_hash: [u8; 32],
	pub(crate) clock: Arc<SystemClock>,
	pub(crate) chain: ChainHandle,
	pub(crate) jobs: Jobs,
	pub(crate) store: Store,
	/// Where the daemon keeps its files.
	pub(crate) data_dir: &'a Path,
}

#[derive(Debug)]
struct Shared {
	identity: Arc<NodeIdentity>,
	genesis_hash: [u8; 32],
	clock: Arc<SystemClock>,
	chain: ChainHandle,
	jobs: Jobs,
	store: Store,
	shelf: Shelf,
	/// Locked while a receipt is written, so that indices and records have one order.
	book: Mutex<Book>,
	/// What a dishonest node makes of its answers to oracles.
	#[cfg(test)]
	lie: Mutex<Option<Lie>>,
}

/// What a dishonest node makes of an answer.
#[cfg(test)]
pub(crate) type Lie = fn(r1_deeploy::receipts::AuditAnswer) -> r1_deeploy::receipts::AuditAnswer;

/// What changes with each request.
#[derive(Debug, Default)]
struct Book {
	/// The ledgers that are written on: of each job that of the last epoch with a request.
	open: BTreeMap<JobId, Opened>,
	recent: BTreeMap<JobId, Recent>,
	/// Epochs before this one are over, whatever the clock says from now on: their heads may be told.
	first_open: EpochIndex,
	/// How many receipts epochs have that are over, and their roots.
	closed: BTreeMap<(JobId, EpochIndex), (u32, Hash)>,
}

/// A request that was answered.
pub(crate) struct Answered {
	/// The model's file.
	pub(crate) model: Cid,
	/// What the evaluation key is known by, and where it is, of an encrypted model that needs one.
	pub(crate) key: Option<(Hash, Option<Cid>)>,
	/// The request's body.
	pub(crate) input: Vec<u8>,
	/// The response's body.
	pub(crate) output: Vec<u8>,
}

/// Why a request that was answered has no receipt.
#[derive(Debug, thiserror::Error)]
enum NoReceipt {
	#[error("the chain is not known yet")]
	NoChain,
	#[error("the epoch has as many receipts of the job as it takes")]
	Full,
	#[error("a body of four gigabytes")]
	TooLong,
	#[error(transparent)]
	Shelf(#[from] ShelfError),
	#[error(transparent)]
	Push(#[from] r1_deeploy::receipts::PushError),
}

/// Makes the handle, and the service that posts heads.
pub(crate) fn prepare(needs: Needs<'_>) -> (Receipts, impl Future<Output = ()> + use<>) {
	let Needs { identity, genesis_hash, clock, chain, jobs, store, data_dir } = needs;
	let shelf = Shelf::new(data_dir.join(FOLDER), identity.key());
	let shared = Shared {
		identity,
		genesis_hash,
		clock,
		chain,
		jobs,
		store,
		shelf,
		book: Mutex::default(),
		#[cfg(test)]
		lie: Mutex::default(),
	};
	let receipts = Receipts { shared: Arc::new(shared) };
	(receipts.clone(), Poster::new(receipts).run())
}

impl Receipts {
	/// Counts a request that was answered, and signs a receipt; `None` if it cannot be counted, which
	/// is said in the log and no reason to keep the answer back.
	///
	/// # Cancel safety
	///
	/// The receipt is counted when the future is dropped.
	pub(crate) async fn leave(&self, job: JobId, answered: Answered) -> Option<Signed<Receipt>> {
		let receipts = self.clone();
		let left = spawn_blocking(move || receipts.count(job, answered)).await;
		match left {
			Ok(Ok(receipt)) => Some(receipt),
			Ok(Err(error)) => {
				warn!(target: "r1::edge", job, error = %error_chain(&error), "no receipt");
				None
			},
			// The daemon stops.
			Err(_) => None,
		}
	}

	/// Lets this node lie to oracles from now on.
	#[cfg(test)]
	pub(crate) fn lie(&self, lie: Lie) {
		*self.shared.lie.lock().unwrap() = Some(lie);
	}

	fn count(&self, job: JobId, answered: Answered) -> Result<Signed<Receipt>, NoReceipt> {
		let shared = &self.shared;
		let state = shared.chain.state().ok_or(NoReceipt::NoChain)?;
		let at_secs = shared.clock.now_secs();
		let now = state.clock.epoch_at(at_secs).unwrap_or(0);
		let Answered { model, key, input, output } = answered;
		let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| NoReceipt::TooLong);
		let (input_bytes, output_bytes) = (length(&input)?, length(&output)?);
		let (input_hash, output_hash) = (blake2_256(&input), blake2_256(&output));

		let mut book = shared.lock();
		// A clock that went back does not open again what is over.
		let epoch = now.max(book.first_open);
		let Book { open, recent, .. } = &mut *book;
		let is_open = open.get(&job).is_some_and(|opened| epoch <= opened.ledger.epoch());
		if !is_open {
			let opened = shared.shelf.open(job, epoch)?;
			if 0 < opened.torn_bytes {
				let bytes = opened.torn_bytes;
				warn!(target: "r1::edge", job, epoch, bytes, "cut off what was no receipt");
			}
			if let Some(over) = open.insert(job, opened) {
				// What is told of it is what the disk has then, whatever this comes to.
				drop(over.file.sync());
			}
		}
		let opened = open.get_mut(&job).ok_or(NoReceipt::Full)?;
		let receipt = Receipt {
			job,
			node: shared.identity.key(),
			epoch: opened.ledger.epoch(),
			index: opened.ledger.next_index().ok_or(NoReceipt::Full)?,
			at_secs,
			model: model_hash(&model),
			evaluation_key: key.map(|(id, _)| id),
			input: input_hash,
			input_bytes,
			output: output_hash,
			output_bytes,
		};
		opened.push(&receipt)?;
		// What oracles may not see is not kept either.
		if shared.jobs.audits_receipts(job) == Some(true) {
			let key = key.and_then(|(_, file)| file).map(|file| file.to_bytes());
			let payload = Payload { input, output, key };
			recent.entry(job).or_default().keep(receipt.clone(), payload);
		}
		drop(book);
		let signature = shared.identity.sign(&receipt, &shared.genesis_hash);
		Ok(Signed { body: receipt, signature })
	}
}

impl Shared {
	fn lock(&self) -> MutexGuard<'_, Book> {
		// A ledger and its file grow together or not at all, and the rest is one insertion each.
		self.book.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

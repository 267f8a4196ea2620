// SPDX-License-Identifier: Apache-2.0

//! Tells the namespace of each job what an epoch's receipts were, when the epoch is over.
//!
//! What a namespace holds is under the root that oracles report of the epoch that runs then; so the head
//! of an epoch is proven by the root of the next one.

use super::{Receipts, Shared};
use codec::Encode as _;
use r1_core::{ChainState, Clock as _, error_chain};
use r1_cstore::{
	SetOptions,
	service::{NoReplica, Space},
};
use r1_dauth::Scope;
use r1_deeploy::receipts::{EPOCHS_KEPT, Hash, Head, ShelfError, Signed, head_key};
use r1_primitives::{DeedId, EpochIndex, JobId};
use std::time::Duration;
use tokio::{task::spawn_blocking, time::MissedTickBehavior};
use tracing::{info, warn};

/// How often it is looked whether an epoch is over: on the fastest of networks one has 24.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// How long a head is in the namespace, in epochs: twice as long as receipts are kept.
const HEAD_EPOCHS: u64 = 2 * EPOCHS_KEPT as u64;

/// The service that posts.
pub(super) struct Poster {
	receipts: Receipts,
}

/// Why a head is not posted.
#[derive(Debug, thiserror::Error)]
enum NotPosted {
	#[error(transparent)]
	Shelf(#[from] ShelfError),
	#[error(transparent)]
	NoReplica(#[from] NoReplica),
	#[error("the namespace of the job takes no head")]
	Write(#[from] r1_cstore::WriteError),
}

impl Poster {
	pub(super) fn new(receipts: Receipts) -> Self {
		Self { receipts }
	}

	/// Posts until it is cancelled. Looking again repeats nothing, and mends what somebody has changed.
	pub(super) async fn run(self) {
		let mut looks = tokio::time::interval(LOOK_INTERVAL);
		looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut said = None;
		loop {
			looks.tick().await;
			let receipts = self.receipts.clone();
			// Ledgers are read from the disk, and have a hundred thousand digests.
			let reason = match spawn_blocking(move || receipts.shared.look()).await {
				Ok(Ok(())) => None,
				Ok(Err(error)) => Some(error_chain(&error).to_string()),
				// The daemon stops, or it panicked, which the next look may not.
				Err(error) => Some(error.to_string()),
			};
			if let Some(reason) = reason.as_ref().filter(|reason| said.as_ref() != Some(*reason)) {
				warn!(target: "r1::edge", reason, "receipts are not told");
			}
			said = reason;
		}
	}
}

impl Shared {
	/// Ends what is over, posts what is not posted, and removes what is old.
	fn look(&self) -> Result<(), NotPosted> {
		let Some(state) = self.chain.state() else { return Ok(()) };
		let Some(now) = state.clock.epoch_at(self.clock.now_secs()) else { return Ok(()) };
		let deed = state.deeds.deed_of(&self.identity.key());
		self.end_before(now);
		// What clients have asked is kept as long as oracles may want to know.
		let is_placed = |job: &JobId| {
			let job = state.jobs.get(job);
			job.is_some_and(|job| deed.is_some_and(|deed| job.deeds.contains(&deed)))
		};
		self.lock().recent.retain(|job, _| is_placed(job));
		let mut failed = Ok(());
		for job in self.shelf.jobs()? {
			self.shelf.prune(job, now.saturating_sub(EPOCHS_KEPT))?;
			let Some(deed) = deed.filter(|_| is_placed(&job)) else { continue };
			for epoch in self.shelf.epochs(job)?.into_iter().filter(|epoch| *epoch < now) {
				// One that cannot be posted does not keep others back.
				if let Err(error) = self.post(job, deed, epoch, &state) {
					failed = Err(error);
				}
			}
		}
		failed
	}

	/// From now on nothing is counted in epochs before one.
	fn end_before(&self, epoch: EpochIndex) {
		let mut book = self.lock();
		book.first_open = book.first_open.max(epoch);
		let first_open = book.first_open;
		let over = book.open.extract_if(.., |_, opened| opened.ledger.epoch() < first_open);
		let over: Vec<_> = over.map(|(_, opened)| opened).collect();
		book.closed
			.retain(|(_, epoch), _| first_open <= epoch.saturating_add(EPOCHS_KEPT));
		drop(book);
		for opened in over {
			// What is told of it shall not be more than what is left after a power cut.
			if let Err(error) = opened.file.sync() {
				warn!(target: "r1::edge", %error, "receipts are not on the disk yet");
			}
		}
	}

	fn post(
		&self,
		job: JobId,
		deed: DeedId,
		epoch: EpochIndex,
		state: &ChainState,
	) -> Result<(), NotPosted> {
		let Some(head) = self.signed_head(job, deed, epoch)? else { return Ok(()) };
		let space: Space = self.store.space(Scope::of_job(job).as_str())?;
		let (key, value) = (head_key(deed, epoch), head.encode());
		let is_there = space.read(|namespace, now_ms| {
			let held = namespace.get(key.as_bytes(), now_ms);
			held.is_ok_and(|held| held.as_deref() == Some(value.as_slice()))
		})?;
		if is_there {
			return Ok(());
		}
		let life_ms = u64::from(state.clock.epoch_secs) * 1_000 * HEAD_EPOCHS;
		let (written, _) = space.run(|namespace, now_ms, changes| {
			let expires_at_ms = Some(now_ms.saturating_add(life_ms));
			let options = SetOptions { expires_at_ms, ..SetOptions::default() };
			namespace.set(key.as_bytes(), &value, options, now_ms, changes)
		})?;
		written?;
		let count = head.body.count;
		info!(target: "r1::edge", job, epoch, count, "told how many requests were answered");
		Ok(())
	}

	/// What this node signs of an epoch that is over; `None` if it is not, or has no receipts.
	pub(super) fn signed_head(
		&self,
		job: JobId,
		deed: DeedId,
		epoch: EpochIndex,
	) -> Result<Option<Signed<Head>>, ShelfError> {
		let Some((count, root)) = self.closed(job, epoch)? else { return Ok(None) };
		if count == 0 {
			return Ok(None);
		}
		let head = Head { job, node: self.identity.key(), deed, epoch, count, root };
		let signature = self.identity.sign(&head, &self.genesis_hash);
		Ok(Some(Signed { body: head, signature }))
	}

	/// How many receipts an epoch has that is over, and their root; `None` if it is not over.
	pub(super) fn closed(
		&self,
		job: JobId,
		epoch: EpochIndex,
	) -> Result<Option<(u32, Hash)>, ShelfError> {
		let book = self.lock();
		if book.first_open <= epoch {
			return Ok(None);
		}
		if let Some(known) = book.closed.get(&(job, epoch)) {
			return Ok(Some(*known));
		}
		// Nobody writes on it any more.
		drop(book);
		let Some(ledger) = self.shelf.read(job, epoch)? else { return Ok(None) };
		let closed = (ledger.count(), ledger.root());
		self.lock().closed.insert((job, epoch), closed);
		Ok(Some(closed))
	}
}

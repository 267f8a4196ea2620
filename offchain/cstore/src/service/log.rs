// SPDX-License-Identifier: Apache-2.0

//! Writes down what changes: everything that waits, at once.
//!
//! ```text
//!  writers ──append──> queue ──commit──> progress ──> writers that wait for theirs
//! ```
//!
//! If the disk is waited for, the [keeper](super::keeper)'s thread commits, and what comes meanwhile
//! gathers: the more writers there are, the more share one wait. If it is not, to commit takes less than
//! to wake a thread; so whoever waits commits, for all, unless somebody else just does.

use crate::journal::{Entry, Fsync, Journal, JournalError};
use std::{
	mem,
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError},
	time::Duration,
};
use tokio::sync::{Notify, watch};

/// How much had been appended at some moment.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Mark(u64);

/// The end of the log to which things are appended. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Log {
	shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
	/// `None` when the log was closed. Never taken by who holds the queue.
	journal: Mutex<Option<Journal>>,
	/// Somebody has done with the journal.
	released: Notify,
	queue: Mutex<Queue>,
	/// Something was put into the queue that the keeper is to see.
	filled: Condvar,
	progress: watch::Sender<Progress>,
	fsync: Fsync,
}

#[derive(Debug, Default)]
struct Queue {
	entries: Vec<Entry>,
	appended: Mark,
	orders: Orders,
}

/// What the keeper is to do besides.
#[derive(Debug, Default)]
pub(super) struct Orders {
	/// How a snapshot ended: its number, or `None` if it failed.
	pub(super) finished: Option<Option<u64>>,
	/// The log is to be closed.
	pub(super) is_closed: bool,
}

/// How far the log is on the disk.
#[derive(Clone, Debug, Default)]
struct Progress {
	written: Mark,
	failure: Option<DiskError>,
}

/// The disk does not take what is written; what was not acknowledged may be lost.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store cannot write to its disk")]
pub struct DiskError(#[source] Arc<JournalError>);

impl Log {
	pub(super) fn new(journal: Journal, fsync: Fsync) -> Self {
		let shared = Shared {
			journal: Mutex::new(Some(journal)),
			released: Notify::new(),
			queue: Mutex::default(),
			filled: Condvar::new(),
			progress: watch::channel(Progress::default()).0,
			fsync,
		};
		Self { shared: Arc::new(shared) }
	}

	/// Appends; what is returned marks how much is in the log then.
	pub(super) fn append(&self, entries: impl IntoIterator<Item = Entry>) -> Mark {
		let mut queue = self.queue();
		let before = queue.entries.len();
		queue.entries.extend(entries);
		let added = (queue.entries.len() - before) as u64;
		queue.appended.0 += added;
		if 0 < added && self.shared.fsync == Fsync::Always {
			self.shared.filled.notify_one();
		}
		queue.appended
	}

	/// Waits until what was appended up to a mark is as safe as the journal makes it.
	///
	/// # Cancel safety
	///
	/// It is written although the future is dropped, if later.
	pub(super) async fn written(&self, mark: Mark) -> Result<(), DiskError> {
		let mut progress = None;
		let mut is_patient = true;
		loop {
			let released = self.shared.released.notified();
			tokio::pin!(released);
			// Before it is tried, so that nothing is missed between.
			released.as_mut().enable();
			if let Some(outcome) = self.shared.progress.borrow().of(mark) {
				return outcome;
			}
			match self.shared.fsync {
				Fsync::Periodic if is_patient => {
					// Whoever is about to write has his turn first, and is committed with this.
					is_patient = false;
					tokio::task::yield_now().await;
				},
				Fsync::Periodic if self.try_commit() => {},
				Fsync::Periodic => released.await,
				Fsync::Always => {
					let progress = progress.get_or_insert_with(|| self.shared.progress.subscribe());
					// The sender is held here, so it does not go.
					drop(progress.wait_for(|progress| progress.of(mark).is_some()).await);
				},
			}
		}
	}

	/// Commits, unless somebody else just does, or the log was closed.
	fn try_commit(&self) -> bool {
		let mut journal = match self.shared.journal.try_lock() {
			Ok(journal) => journal,
			Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
			Err(TryLockError::WouldBlock) => return false,
		};
		let Some(open) = journal.as_mut() else { return false };
		self.commit(open);
		drop(journal);
		self.shared.released.notify_waiters();
		true
	}

	/// Why nothing can be written, while that is so.
	pub(super) fn failure(&self) -> Option<DiskError> {
		self.shared.progress.borrow().failure.clone()
	}

	/// Lets the keeper end when it has written what there is.
	pub(super) fn close(&self) {
		self.order(|orders| orders.is_closed = true);
	}

	// # The keeper's

	/// Tells the keeper something.
	pub(super) fn order(&self, order: impl FnOnce(&mut Orders)) {
		order(&mut self.queue().orders);
		self.shared.filled.notify_one();
	}

	/// Waits until there is something to do, or for so long; returns what it was told.
	pub(super) fn wait(&self, longest: Option<Duration>) -> Orders {
		let commits = self.shared.fsync == Fsync::Always;
		let is_idle = |queue: &mut Queue| {
			let has_entries = commits && !queue.entries.is_empty();
			!has_entries && queue.orders.finished.is_none() && !queue.orders.is_closed
		};
		let queue = self.queue();
		let filled = &self.shared.filled;
		let mut queue = match longest {
			Some(longest) => {
				let waited = filled.wait_timeout_while(queue, longest, is_idle);
				waited.unwrap_or_else(PoisonError::into_inner).0
			},
			None => filled.wait_while(queue, is_idle).unwrap_or_else(PoisonError::into_inner),
		};
		let is_closed = queue.orders.is_closed;
		Orders { finished: queue.orders.finished.take(), is_closed }
	}

	/// Waits for a while, unless it is told something.
	pub(super) fn rest(&self, longest: Duration) {
		// Woken early, whoever rests tries again early.
		drop(self.shared.filled.wait_timeout(self.queue(), longest));
	}

	/// Commits what there is, and does something with the journal; nothing once it was closed.
	pub(super) fn with_journal<T>(&self, act: impl FnOnce(&mut Journal, bool) -> T) -> Option<T> {
		let mut held = self.journal();
		let journal = held.as_mut()?;
		let is_committed = self.commit(journal);
		let done = act(journal, is_committed);
		drop(held);
		self.shared.released.notify_waiters();
		Some(done)
	}

	/// Nobody commits any more; returns the journal, with everything in it.
	pub(super) fn take_journal(&self) -> Option<Journal> {
		let mut journal = self.journal().take()?;
		self.commit(&mut journal);
		Some(journal)
	}

	/// Writes all that waits; whether the disk has taken it.
	fn commit(&self, journal: &mut Journal) -> bool {
		let (entries, appended) = {
			let mut queue = self.queue();
			(mem::take(&mut queue.entries), queue.appended)
		};
		for entry in entries {
			journal.append(entry);
		}
		let outcome = journal.commit();
		let is_committed = outcome.is_ok();
		self.shared.progress.send_modify(|progress| match outcome {
			Ok(()) => *progress = Progress { written: appended, failure: None },
			Err(error) => {
				tracing::error!(target: "r1::cstore", %error, source = ?error, "cannot write");
				progress.failure = Some(DiskError(Arc::new(error)));
			},
		});
		is_committed
	}

	fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
		// What was written is whole or is written again.
		self.shared.journal.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn queue(&self) -> MutexGuard<'_, Queue> {
		// Every change of it is whole.
		self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Progress {
	/// What came of everything up to a mark; nothing yet, perhaps.
	fn of(&self, mark: Mark) -> Option<Result<(), DiskError>> {
		match &self.failure {
			_ if mark <= self.written => Some(Ok(())),
			Some(failure) => Some(Err(failure.clone())),
			None => None,
		}
	}
}

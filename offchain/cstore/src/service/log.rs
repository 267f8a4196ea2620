// SPDX-License-Identifier: Apache-2.0

//! Writes down what changes: everything that waits, at once.
//!
//! ```text
//!  writers ──append──> queue ──> a thread: commit ──> progress ──> writers that wait for theirs
//!                                  └─ the log is long ──> another thread: a snapshot
//! ```
//!
//! While the thread waits for the disk, what comes next gathers: the more writers there are, the
//! more share one wait.

use crate::journal::{Entry, Fsync, Journal, JournalError, Snapshot};
use r1_core::Clock;
use std::{
	fs::File,
	mem,
	sync::{
		Arc, Condvar, Mutex, MutexGuard, PoisonError,
		mpsc::{self, SyncSender},
	},
	time::Duration,
};
use tokio::sync::watch;

/// How often the disk is waited for, if not for each commit.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// How long a disk that does not take what it is given is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// A log shorter than this is not worth a snapshot, in bytes.
const SNAPSHOT_BYTES_MIN: u64 = 16 << 20;

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
	queue: Mutex<Queue>,
	/// Something was put into the queue.
	filled: Condvar,
	progress: watch::Sender<Progress>,
}

#[derive(Debug, Default)]
struct Queue {
	entries: Vec<Entry>,
	appended: Mark,
	/// How a snapshot ended; `None` in it if it failed.
	finished: Option<Option<u64>>,
	is_closed: bool,
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

/// Who writes all that there is into a snapshot, and how many bytes that are.
pub(super) trait Contents: Send + Sync + 'static {
	/// About how many bytes a snapshot has.
	fn bytes(&self) -> u64;

	/// Writes it, on a thread of its own.
	fn write(&self, snapshot: &mut Snapshot) -> Result<(), JournalError>;
}

impl Log {
	pub(super) fn new() -> Self {
		let progress = watch::channel(Progress::default()).0;
		let shared = Shared { queue: Mutex::default(), filled: Condvar::new(), progress };
		Self { shared: Arc::new(shared) }
	}

	/// Appends; what is returned marks how much is in the log then.
	pub(super) fn append(&self, entries: impl IntoIterator<Item = Entry>) -> Mark {
		let mut queue = self.queue();
		let before = queue.entries.len();
		queue.entries.extend(entries);
		let added = (queue.entries.len() - before) as u64;
		queue.appended.0 += added;
		if 0 < added {
			self.shared.filled.notify_one();
		}
		queue.appended
	}

	/// Waits until what was appended up to a mark is as safe as the journal makes it.
	pub(super) async fn written(&self, mark: Mark) -> Result<(), DiskError> {
		let is_settled =
			|progress: &Progress| progress.failure.is_some() || mark <= progress.written;
		let outcome = |progress: &Progress| match &progress.failure {
			Some(failure) if progress.written < mark => Err(failure.clone()),
			_ => Ok(()),
		};
		{
			let progress = self.shared.progress.borrow();
			if is_settled(&progress) {
				return outcome(&progress);
			}
		}
		let mut progress = self.shared.progress.subscribe();
		// The sender is held here, so it does not go.
		match progress.wait_for(is_settled).await {
			Ok(progress) => outcome(&progress),
			Err(_) => Ok(()),
		}
	}

	/// Why nothing can be written, while that is so.
	pub(super) fn failure(&self) -> Option<DiskError> {
		self.shared.progress.borrow().failure.clone()
	}

	/// Lets the thread end when it has written what there is.
	pub(super) fn close(&self) {
		self.queue().is_closed = true;
		self.shared.filled.notify_one();
	}

	/// Writes until the log is closed. For a thread of its own.
	pub(super) fn run(
		&self,
		mut journal: Journal,
		fsync: Fsync,
		clock: &dyn Clock,
		contents: &Arc<dyn Contents>,
	) {
		let mut flusher = (fsync == Fsync::Periodic).then(Flusher::start);
		let mut is_snapshotting = false;
		loop {
			let is_unflushed = flusher.as_ref().is_some_and(|flusher| flusher.is_dirty);
			let Queue { entries, appended, finished, is_closed } = self.next(is_unflushed);
			let is_idle = entries.is_empty();
			for entry in entries {
				journal.append(entry);
			}
			let outcome = journal.commit();
			if let Some(flusher) = &mut flusher {
				flusher.is_dirty |= !is_idle;
				flusher.flush_if_due(&journal, clock.monotonic_ms());
			}
			let is_failed = outcome.is_err();
			self.report(appended, outcome);
			if let Some(number) = finished {
				is_snapshotting = false;
				self.note(number.map_or(Ok(()), |number| journal.forget_before(number)));
			}
			let is_long = || SNAPSHOT_BYTES_MIN.max(contents.bytes()) < journal.log_bytes();
			if !is_snapshotting && !is_failed && !is_closed && is_long() {
				// The end of this log is nobody's later.
				if let Some(flusher) = &mut flusher {
					flusher.flush(&journal);
				}
				is_snapshotting = self.begin_snapshot(&mut journal, contents);
			}
			if is_closed {
				self.note(journal.flush());
				return;
			}
			if is_failed {
				let queue = self.queue();
				// Woken early, it tries again early.
				drop(self.shared.filled.wait_timeout(queue, RETRY));
			}
		}
	}

	/// What is to be written next; waits until there is something, or it is time to flush.
	fn next(&self, is_unflushed: bool) -> Queue {
		let is_empty = |queue: &mut Queue| {
			queue.entries.is_empty() && queue.finished.is_none() && !queue.is_closed
		};
		let queue = self.queue();
		let filled = &self.shared.filled;
		let mut queue = match is_unflushed {
			true => {
				let waited = filled.wait_timeout_while(queue, FLUSH_INTERVAL, is_empty);
				waited.unwrap_or_else(PoisonError::into_inner).0
			},
			false => filled.wait_while(queue, is_empty).unwrap_or_else(PoisonError::into_inner),
		};
		Queue {
			entries: mem::take(&mut queue.entries),
			appended: queue.appended,
			finished: queue.finished.take(),
			is_closed: queue.is_closed,
		}
	}

	fn report(&self, appended: Mark, outcome: Result<(), JournalError>) {
		self.shared.progress.send_modify(|progress| match outcome {
			Ok(()) => *progress = Progress { written: appended, failure: None },
			Err(error) => {
				tracing::error!(target: "r1::cstore", %error, source = ?error, "cannot write");
				progress.failure = Some(DiskError(Arc::new(error)));
			},
		});
	}

	/// Begins a snapshot on a thread of its own; says whether it has.
	fn begin_snapshot(&self, journal: &mut Journal, contents: &Arc<dyn Contents>) -> bool {
		let mut snapshot = match journal.begin_snapshot() {
			Ok(snapshot) => snapshot,
			Err(error) => {
				self.note(Err(error));
				return false;
			},
		};
		let (log, contents) = (self.clone(), Arc::clone(contents));
		let write = move || {
			let written = contents.write(&mut snapshot).and_then(|()| snapshot.finish());
			let number = written.inspect_err(warn).ok();
			log.queue().finished = Some(number);
			log.shared.filled.notify_one();
		};
		let thread = std::thread::Builder::new().name("cstore-snapshot".to_owned()).spawn(write);
		thread.is_ok()
	}

	/// A snapshot that fails, or an old file that stays, costs nothing but room.
	fn note(&self, outcome: Result<(), JournalError>) {
		if let Err(error) = outcome {
			warn(&error);
		}
	}

	fn queue(&self) -> MutexGuard<'_, Queue> {
		// Every change of it is whole.
		self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Waits for the disk now and then, on a thread of its own: whoever writes does not.
struct Flusher {
	files: SyncSender<File>,
	/// Whether something was written that the disk was not waited for.
	is_dirty: bool,
	flushed_at_ms: u64,
}

impl Flusher {
	fn start() -> Self {
		// One is waited for, and one waits.
		let (files, waiting) = mpsc::sync_channel::<File>(1);
		let flush = move || {
			for file in waiting {
				if let Err(error) = file.sync_data() {
					tracing::error!(target: "r1::cstore", %error, "the disk does not take the log");
				}
			}
		};
		let thread = std::thread::Builder::new().name("cstore-flush".to_owned()).spawn(flush);
		if let Err(error) = thread {
			tracing::error!(target: "r1::cstore", %error, "nobody waits for the disk");
		}
		Self { files, is_dirty: false, flushed_at_ms: 0 }
	}

	fn flush_if_due(&mut self, journal: &Journal, now_ms: u64) {
		let interval_ms = u64::try_from(FLUSH_INTERVAL.as_millis()).unwrap_or(u64::MAX);
		if self.is_dirty && interval_ms <= now_ms.saturating_sub(self.flushed_at_ms) {
			self.flushed_at_ms = now_ms;
			self.flush(journal);
		}
	}

	/// While the disk is slower than that, there is the next time.
	fn flush(&mut self, journal: &Journal) {
		let file = journal.file().inspect_err(warn).ok();
		self.is_dirty = file.is_none_or(|file| self.files.try_send(file).is_err());
	}
}

fn warn(error: &JournalError) {
	tracing::warn!(target: "r1::cstore", %error, source = ?error, "the journal was not tidied");
}

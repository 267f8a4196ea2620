// SPDX-License-Identifier: Apache-2.0

//! Keeps the journal: brings it to the disk, and lets snapshots take the place of old logs.
//!
//! ```text
//!  a thread: commits, or flushes now and then
//!     └─ the log is long ──> another thread: a snapshot ──> older files are deleted
//! ```

use super::log::{Log, Orders};
use crate::journal::{Fsync, Journal, JournalError, Snapshot};
use r1_core::Clock;
use std::{
	fs::File,
	sync::{
		Arc,
		mpsc::{self, SyncSender},
	},
	time::Duration,
};

/// How often the disk is waited for, if not for each commit.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// How long a disk that does not take what it is given is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// A log shorter than this is not worth a snapshot, in bytes.
const SNAPSHOT_BYTES_MIN: u64 = 16 << 20;

/// Who writes all that there is into a snapshot, and how many bytes that are.
pub(super) trait Contents: Send + Sync + 'static {
	/// About how many bytes a snapshot has.
	fn bytes(&self) -> u64;

	/// Writes it, on a thread of its own.
	fn write(&self, snapshot: &mut Snapshot) -> Result<(), JournalError>;
}

/// Keeps the journal until the log is closed. For a thread of its own.
pub(super) fn run(log: &Log, fsync: Fsync, clock: &dyn Clock, contents: &Arc<dyn Contents>) {
	let mut flusher = (fsync == Fsync::Periodic).then(Flusher::start);
	let mut is_snapshotting = false;
	loop {
		let Orders { finished, is_closed } = log.wait(flusher.as_ref().map(|_| FLUSH_INTERVAL));
		if is_closed {
			if let Some(mut journal) = log.take_journal() {
				note(journal.flush());
			}
			return;
		}
		is_snapshotting &= finished.is_none();
		// Before the journal is taken: namespaces are looked at.
		let long = SNAPSHOT_BYTES_MIN.max(contents.bytes());
		let kept = log.with_journal(|journal, is_committed| {
			if let Some(number) = finished.flatten() {
				note(journal.forget_before(number));
			}
			if let Some(flusher) = &mut flusher {
				flusher.flush_if_due(journal, clock.monotonic_ms());
			}
			if is_snapshotting || !is_committed || journal.log_bytes() <= long {
				return (is_committed, None);
			}
			// The end of this log is nobody's later.
			if let Some(flusher) = &mut flusher {
				flusher.flush(journal);
			}
			(is_committed, journal.begin_snapshot().inspect_err(warn).ok())
		});
		let Some((is_committed, snapshot)) = kept else { return };
		if let Some(snapshot) = snapshot {
			is_snapshotting = write_snapshot(log, contents, snapshot);
		}
		if !is_committed {
			log.rest(RETRY);
		}
	}
}

/// Writes a snapshot on a thread of its own; says whether there is one.
fn write_snapshot(log: &Log, contents: &Arc<dyn Contents>, mut snapshot: Snapshot) -> bool {
	let (log, contents) = (log.clone(), Arc::clone(contents));
	let write = move || {
		let written = snapshot
			.settle()
			.and_then(|()| contents.write(&mut snapshot))
			.and_then(|()| snapshot.finish());
		let number = written.inspect_err(warn).ok();
		log.order(|orders| orders.finished = Some(number));
	};
	let thread = std::thread::Builder::new().name("cstore-snapshot".to_owned()).spawn(write);
	thread.is_ok()
}

/// Waits for the disk now and then, on a thread of its own: whoever writes does not.
struct Flusher {
	files: SyncSender<File>,
	/// How far the journal was when the disk was waited for.
	flushed: (u64, u64),
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
		Self { files, flushed: (0, 0), flushed_at_ms: 0 }
	}

	fn flush_if_due(&mut self, journal: &Journal, now_ms: u64) {
		let interval_ms = u64::try_from(FLUSH_INTERVAL.as_millis()).unwrap_or(u64::MAX);
		let is_due = interval_ms <= now_ms.saturating_sub(self.flushed_at_ms);
		if is_due && self.flushed != journal.position() {
			self.flushed_at_ms = now_ms;
			self.flush(journal);
		}
	}

	/// While the disk is slower than that, there is the next time.
	fn flush(&mut self, journal: &Journal) {
		let file = journal.file().inspect_err(warn).ok();
		if file.is_some_and(|file| self.files.try_send(file).is_ok()) {
			self.flushed = journal.position();
		}
	}
}

/// A snapshot that fails, or an old file that stays, costs nothing but room.
fn note(outcome: Result<(), JournalError>) {
	if let Err(error) = outcome {
		warn(&error);
	}
}

fn warn(error: &JournalError) {
	tracing::warn!(target: "r1::cstore", %error, source = ?error, "the journal was not tidied");
}

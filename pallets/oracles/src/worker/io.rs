// SPDX-License-Identifier: Apache-2.0

//! What the worker reads and writes outside the chain: the daemon and the node's local storage.

use super::plan::{LocalReport, Sent};
use crate::LOG_TARGET;
use alloc::{format, string::String, vec::Vec};
use codec::{Decode, DecodeAll, Encode};
use core::fmt;
use r1_primitives::{Anchor, EDGE_STATE_KEY, EDGE_URL_KEY, EpochIndex, OracleEvidence};
use sp_application_crypto::RuntimeAppPublic;
use sp_core::offchain::{Duration, HttpError, StorageKind};
use sp_io::hashing::blake2_128;
use sp_runtime::{
	offchain::{
		http,
		storage::{MutateStorageError, StorageValueRef},
	},
	traits::UniqueSaturatedInto,
};

/// Time that the daemon has to answer. The daemon is on the same machine; a block is 2 s or more.
pub(crate) const DEADLINE_MILLIS: u64 = 2_000;

/// Largest answer that is read: 46 224 deeds, 1 024 entries of work of 9 bytes and 16 ballots of 32
/// deeds are 58 KB; four times that leaves room.
pub(crate) const EVIDENCE_BYTES_MAX: usize = 256 * 1_024;

/// Longest URL that is taken, in bytes.
const EDGE_URL_BYTES_MAX: usize = 256;

/// Records kept for each key; an epoch's record is overwritten this many epochs later.
const REPORT_SLOTS: u32 = 8;

/// Reports kept for an epoch: as many forks as may differ in how many deeds were sold when it ended.
const REPORTS_PER_EPOCH: usize = 4;

/// Notes of what was submitted lately; two that share a slot cost a needless resubmission.
const SENT_SLOTS: u8 = 64;

/// How the worker found the daemon.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
enum EdgeState {
	/// No daemon was named.
	Absent,
	/// It does not answer as it should.
	Failing,
	/// It answers.
	Answering,
}

/// Why there is no evidence.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum EdgeError {
	/// The daemon cannot be reached.
	Unreachable,
	/// It did not answer in time.
	DeadlineReached,
	/// It refused.
	Status(u16),
	/// Its answer is larger than [`EVIDENCE_BYTES_MAX`].
	TooLarge,
	/// Its answer is not evidence.
	Malformed,
}

impl fmt::Display for EdgeError {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Unreachable => write!(formatter, "it cannot be reached"),
			Self::DeadlineReached => {
				write!(formatter, "it did not answer within {DEADLINE_MILLIS} ms")
			},
			Self::Status(status) => write!(formatter, "it answered with HTTP status {status}"),
			Self::TooLarge => {
				write!(formatter, "its answer is larger than {EVIDENCE_BYTES_MAX} bytes")
			},
			Self::Malformed => write!(formatter, "its answer is not SCALE-encoded evidence"),
		}
	}
}

impl From<HttpError> for EdgeError {
	fn from(error: HttpError) -> Self {
		match error {
			HttpError::DeadlineReached => Self::DeadlineReached,
			HttpError::IoError | HttpError::Invalid => Self::Unreachable,
		}
	}
}

/// The daemon's evidence of an epoch, or `None` with a log line if that is news.
pub(crate) fn ask_edge(epoch: EpochIndex) -> Option<OracleEvidence> {
	let Some(url) = edge_url() else {
		if is_news(EdgeState::Absent) {
			log::info!(target: LOG_TARGET, "no daemon is named: this validator reports nothing");
		}
		return None;
	};
	match fetch_evidence(&url, epoch) {
		Ok(evidence) => {
			if is_news(EdgeState::Answering) {
				log::info!(target: LOG_TARGET, "the daemon at {url} answers");
			}
			Some(evidence)
		},
		Err(error) => {
			if is_news(EdgeState::Failing) {
				log::warn!(target: LOG_TARGET, "no evidence from the daemon at {url}: {error}");
			}
			None
		},
	}
}

/// The roots that the daemon was told of for an epoch; none if it does not know of such, being older
/// than this runtime, or does not answer.
pub(crate) fn ask_anchors(epoch: EpochIndex) -> Vec<Anchor> {
	let Some(url) = edge_url() else { return Vec::new() };
	fetch(&url, &format!("anchors?epoch={epoch}")).unwrap_or_else(|error| {
		log::debug!(target: LOG_TARGET, "no roots from the daemon at {url}: {error}");
		Vec::new()
	})
}

/// Asks a daemon what it saw in an epoch.
pub(crate) fn fetch_evidence(url: &str, epoch: EpochIndex) -> Result<OracleEvidence, EdgeError> {
	fetch(url, &format!("evidence?epoch={epoch}"))
}

fn fetch<T: Decode>(url: &str, what: &str) -> Result<T, EdgeError> {
	let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(DEADLINE_MILLIS));
	let url = format!("{}/oracle/v1/{what}", url.trim_end_matches('/'));
	let response = http::Request::get(&url)
		.deadline(deadline)
		.send()?
		.try_wait(deadline)
		.map_err(|_| EdgeError::DeadlineReached)?
		.map_err(|_| EdgeError::Unreachable)?;
	if response.code != 200 {
		return Err(EdgeError::Status(response.code));
	}
	let mut body = response.body();
	body.deadline(deadline);
	// One byte more than allowed tells a full answer from one that is too large.
	let bytes: Vec<u8> = body.by_ref().take(EVIDENCE_BYTES_MAX.saturating_add(1)).collect();
	if let Some(error) = *body.error() {
		return Err(error.into());
	}
	if EVIDENCE_BYTES_MAX < bytes.len() {
		return Err(EdgeError::TooLarge);
	}
	T::decode_all(&mut bytes.as_slice()).map_err(|_| EdgeError::Malformed)
}

/// The report that a key made of an epoch with so many deeds.
pub(crate) fn load_report<K: RuntimeAppPublic>(
	key: &K,
	epoch: EpochIndex,
	deeds: u32,
) -> Option<LocalReport> {
	let slot = report_slot(key, epoch);
	// A record that does not decode is of another version: as good as none.
	let reports = StorageValueRef::persistent(&slot).get::<Vec<LocalReport>>().ok().flatten();
	reports?.into_iter().find(|report| report.is_of(epoch, deeds))
}

/// Records a report, unless there is one of its epoch and deeds already: then that one counts.
///
/// `None` if another worker wrote at the same moment, and the next run sees what it wrote; or if
/// the epoch has more forks than reports are kept for.
pub(crate) fn record_report<K: RuntimeAppPublic>(
	key: &K,
	report: LocalReport,
) -> Option<LocalReport> {
	let slot = report_slot(key, report.epoch);
	let recorded = StorageValueRef::persistent(&slot).mutate(|older| {
		let mut reports: Vec<LocalReport> = older.ok().flatten().unwrap_or_default();
		reports.retain(|older| older.epoch == report.epoch);
		match reports.iter().find(|older| older.is_of(report.epoch, report.deeds)) {
			Some(older) => Err(Some(older.clone())),
			None if REPORTS_PER_EPOCH <= reports.len() => Err(None),
			None => {
				reports.push(report.clone());
				Ok(reports)
			},
		}
	});
	match recorded {
		Ok(_) => Some(report),
		Err(MutateStorageError::ValueFunctionFailed(older)) => older,
		Err(MutateStorageError::ConcurrentModification(_)) => None,
	}
}

/// Whether a transaction shall be submitted now; if so, that is noted.
pub(crate) fn is_due(tag: &impl Encode, now: impl UniqueSaturatedInto<u64>) -> bool {
	let tag = tag.using_encoded(blake2_128);
	let now = now.unique_saturated_into();
	let slot = sent_slot(tag);
	let noted = StorageValueRef::persistent(&slot).mutate(|sent| match sent {
		Ok(Some(sent)) if Sent::covers(&sent, tag, now) => Err(()),
		_ => Ok(Sent { tag, at: now }),
	});
	noted.is_ok()
}

/// The daemon's URL, if the node was given one.
fn edge_url() -> Option<String> {
	let bytes = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, EDGE_URL_KEY)?;
	if EDGE_URL_BYTES_MAX < bytes.len() {
		return None;
	}
	String::from_utf8(bytes).ok().filter(|url| !url.is_empty())
}

/// Notes how the daemon was found; whether that has changed.
fn is_news(state: EdgeState) -> bool {
	let noted = StorageValueRef::persistent(EDGE_STATE_KEY).mutate(|older| match older {
		Ok(Some(older)) if older == state => Err(()),
		_ => Ok(state),
	});
	noted.is_ok()
}

fn report_slot<K: RuntimeAppPublic>(key: &K, epoch: EpochIndex) -> Vec<u8> {
	(b"r1::oracles::report", epoch % REPORT_SLOTS, key.to_raw_vec()).encode()
}

fn sent_slot(tag: [u8; 16]) -> Vec<u8> {
	let [first, ..] = tag;
	(b"r1::oracles::sent", first % SENT_SLOTS).encode()
}

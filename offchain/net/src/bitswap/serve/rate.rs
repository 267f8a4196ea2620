// SPDX-License-Identifier: Apache-2.0

//! How many bytes go to strangers.

use crate::bitswap::answer::ANSWER_BYTES;

/// What looking an entry up costs, in bytes, so that asking alone is limited too: a hundred times
/// what it takes to ask.
const ENTRY_BYTES: i64 = 4 * 1024;

/// A second, in milliseconds.
const SECOND_MS: i64 = 1_000;

/// Bytes that are set aside for an answer before it is known how many it has: what a message holds
/// before it is sent off.
const RESERVE_BYTES: i64 = ANSWER_BYTES as i64;

/// A purse that fills with time, up to what a second brings.
///
/// It may be overdrawn by what answers have beyond what was set aside for them, and pays that back.
#[derive(Debug)]
pub(super) struct Rate {
	bytes_per_sec: i64,
	/// Thousandths of bytes.
	left: i64,
	at_ms: u64,
}

impl Rate {
	pub(super) fn new(bytes_per_sec: u64) -> Self {
		// More than a terabyte a second is no limit, and would not fit.
		let bytes_per_sec = i64::try_from(bytes_per_sec.min(1 << 40)).unwrap_or(i64::MAX);
		Self { bytes_per_sec, left: bytes_per_sec * SECOND_MS, at_ms: 0 }
	}

	pub(super) fn refill(&mut self, now_ms: u64) {
		let elapsed_ms = now_ms.saturating_sub(self.at_ms);
		let elapsed_ms = i64::try_from(elapsed_ms).unwrap_or(i64::MAX);
		self.at_ms = now_ms;
		let most = self.bytes_per_sec * SECOND_MS;
		let brought = self.bytes_per_sec.saturating_mul(elapsed_ms);
		self.left = self.left.saturating_add(brought).min(most);
	}

	/// Whether another answer may go out.
	pub(super) fn allows(&self) -> bool {
		0 < self.left
	}

	/// Sets aside what an answer may cost.
	pub(super) fn reserve(&mut self) {
		self.left = self.left.saturating_sub(RESERVE_BYTES * SECOND_MS);
	}

	/// Pays for an answer that something was set aside for.
	pub(super) fn settle(&mut self, bytes: u64, entries: usize) {
		let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
		let entries = i64::try_from(entries).unwrap_or(i64::MAX);
		let spent = bytes.saturating_add(entries.saturating_mul(ENTRY_BYTES));
		let more = spent.saturating_sub(RESERVE_BYTES);
		self.left = self.left.saturating_sub(more.saturating_mul(SECOND_MS));
	}
}

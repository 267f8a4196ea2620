// SPDX-License-Identifier: Apache-2.0

//! When something was written: a hybrid logical clock.
//!
//! A stamp is the writer's time in milliseconds, and a counter for what it writes within one or
//! after it has seen a later stamp. Whatever a node writes is later than all that it has seen, so
//! stamps follow causes; between two that know nothing of each other the later one by the clock
//! wins, and of two at one moment that of the greater writer. No two stamps are equal.

use crate::limits::SKEW_MS_MAX;
use codec::{Decode, Encode};
use r1_primitives::NodeKey;
use sp_crypto_hashing::blake2_256;

/// Bits of a stamp's time that count within a millisecond.
const COUNTER_BITS: u32 = 16;

/// Who writes: a node, as long as it has its disk.
///
/// What a writer has written it must remember: what it adds to a counter is a sum, and its stamps
/// grow. A node that has lost its disk has not, so it goes on as another writer.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WriterId(u64);

/// When, and by whom, something was written.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Stamp {
	/// Milliseconds of Unix time, and a counter.
	time: u64,
	writer: WriterId,
}

/// The clock of one writer.
#[derive(Clone, Debug)]
pub struct HybridClock {
	writer: WriterId,
	/// The latest time that was given or seen.
	last: u64,
}

/// Why there is no stamp, or one is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClockError {
	/// Somebody's clock is wrong.
	#[error(
		"the record is from {ahead_ms} ms in the future; at most {SKEW_MS_MAX} ms are accepted"
	)]
	FutureRecord {
		/// How far.
		ahead_ms: u64,
	},
	/// Our own clock is wrong, or was.
	#[error(
		"the machine's clock is {behind_ms} ms behind what it has written; nobody would accept what \
		 it writes now"
	)]
	SetBack {
		/// How far.
		behind_ms: u64,
	},
}

impl WriterId {
	/// The writer that a node is with a disk, which is known by a random number.
	#[must_use]
	pub fn of(node: &NodeKey, disk: u64) -> Self {
		let [a, b, c, d, e, f, g, h, ..] = blake2_256(&(node, disk).encode());
		Self(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
	}
}

impl Stamp {
	/// Before everything.
	pub const ZERO: Self = Self { time: 0, writer: WriterId(0) };

	/// The moment in milliseconds of Unix time.
	#[must_use]
	pub fn unix_ms(self) -> u64 {
		self.time >> COUNTER_BITS
	}

	/// Who wrote.
	#[must_use]
	pub fn writer(self) -> WriterId {
		self.writer
	}
}

impl HybridClock {
	/// The clock of a writer that has seen stamps up to a moment, in milliseconds.
	#[must_use]
	pub fn new(writer: WriterId) -> Self {
		Self { writer, last: 0 }
	}

	/// Who writes by this clock.
	#[must_use]
	pub fn writer(&self) -> WriterId {
		self.writer
	}

	/// Goes on as another writer, later than all that was seen.
	pub(crate) fn set_writer(&mut self, writer: WriterId) {
		self.writer = writer;
	}

	/// The next stamp.
	///
	/// # Errors
	///
	/// Others would refuse it, because this machine's clock was set back.
	pub fn tick(&mut self, now_ms: u64) -> Result<Stamp, ClockError> {
		let behind_ms = (self.last >> COUNTER_BITS).saturating_sub(now_ms);
		if SKEW_MS_MAX < behind_ms {
			return Err(ClockError::SetBack { behind_ms });
		}
		self.last = self.last.saturating_add(1).max(now_ms << COUNTER_BITS);
		Ok(Stamp { time: self.last, writer: self.writer })
	}

	/// Takes note of a stamp of somebody else.
	///
	/// # Errors
	///
	/// It is too far in the future, and is not taken note of.
	pub fn observe(&mut self, stamp: Stamp, now_ms: u64) -> Result<(), ClockError> {
		let ahead_ms = stamp.unix_ms().saturating_sub(now_ms);
		if SKEW_MS_MAX < ahead_ms {
			return Err(ClockError::FutureRecord { ahead_ms });
		}
		self.last = self.last.max(stamp.time);
		Ok(())
	}

	/// A moment, in milliseconds of Unix time, before which this writer writes nothing more.
	pub(crate) fn promise(&mut self, now_ms: u64) -> u64 {
		self.last = self.last.max(now_ms << COUNTER_BITS);
		self.last >> COUNTER_BITS
	}

	/// Takes note of what this node had stored before, which nobody judges again.
	pub(crate) fn restore(&mut self, stamp: Stamp) {
		self.last = self.last.max(stamp.time);
	}
}

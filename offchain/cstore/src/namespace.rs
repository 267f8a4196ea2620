// SPDX-License-Identifier: Apache-2.0

//! One replica of a namespace.
//!
//! # How tombstones go
//!
//! What is deleted must be told to every replica before it can be forgotten, or whoever has missed
//! it would bring it back. The *horizon* is a time up to which every replica has everything; who
//! replicates finds it out, and raises it. Below the horizon tombstones are dropped, and a record
//! from below it that is not here was deleted here: it is not taken in, whoever sends it.

use crate::{
	cell::{Cell, Expiry},
	limits::CROWD_MAX,
	record::{Digest, Name, NameRef, PartRef, Record, RecordError, key_position},
	stamp::{ClockError, HybridClock, Stamp, WriterId},
	tree::{Prefix, Shape, Tree},
};

/// How much a namespace may hold, tombstones included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
	/// Records: each plain key, field and member is one.
	pub records: usize,
	/// Bytes of names and values, and [`RECORD_BYTES`](crate::limits::RECORD_BYTES) for each record.
	pub bytes: usize,
}

/// A replica of a namespace: all of its records.
#[derive(Debug)]
pub struct Namespace {
	pub(crate) tree: Tree,
	clock: HybridClock,
	quota: Quota,
	bytes: usize,
	/// Records that lead to something being forgotten: deleted ones, and those that say when a key
	/// ends.
	transient: usize,
	/// Those of them that say when a key ends: without any, nobody looks for one.
	ends: usize,
	/// In milliseconds of Unix time.
	horizon_ms: u64,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
	/// A value.
	Text,
	/// Fields with values.
	Hash,
	/// Members.
	Set,
}

/// Why nothing was written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WriteError {
	/// The key or the value is too long.
	#[error(transparent)]
	Record(#[from] RecordError),
	/// A clock is wrong.
	#[error(transparent)]
	Clock(#[from] ClockError),
	/// There is no room.
	#[error(
		"the namespace is full: it may hold {} records and {} bytes; delete something, or order more",
		quota.records, quota.bytes
	)]
	Full {
		/// What it may hold.
		quota: Quota,
	},
	/// Names were chosen so that they stand in one place.
	#[error("there are {CROWD_MAX} names with the same hash already; choose another")]
	Crowded,
	/// The key holds something else.
	#[error("the key holds a value of another kind")]
	WrongKind,
	/// The value is no number.
	#[error("the value is not an integer or out of range")]
	NotANumber,
}

/// What became of a record that somebody sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Merged {
	/// It brought something new.
	New,
	/// All of it was known.
	Known,
	/// It was deleted, and that has been forgotten; whoever sent it has missed that.
	Deleted,
}

impl Namespace {
	/// An empty one.
	#[must_use]
	pub fn new(writer: WriterId, quota: Quota) -> Self {
		let clock = HybridClock::new(writer);
		Self { tree: Tree::default(), clock, quota, bytes: 0, transient: 0, ends: 0, horizon_ms: 0 }
	}

	/// Records that it has, tombstones included.
	#[must_use]
	pub fn len(&self) -> usize {
		self.tree.len()
	}

	/// Whether it has none.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.tree.is_empty()
	}

	/// Bytes that count against the quota.
	#[must_use]
	pub fn bytes(&self) -> usize {
		self.bytes
	}

	/// Lets it hold more or less; what is there stays.
	pub fn set_quota(&mut self, quota: Quota) {
		self.quota = quota;
	}

	/// Goes on as another writer: this one has forgotten some of what it wrote.
	pub(crate) fn set_writer(&mut self, writer: WriterId) {
		self.clock.set_writer(writer);
	}

	/// The records from a position on, in their order, until they have so many bytes, and the
	/// position at which they go on. Those of one position stay together.
	pub(crate) fn page(&self, from: u64, bytes_max: usize) -> (Vec<Record>, Option<u64>) {
		let (mut page, mut bytes, mut last) = (Vec::new(), 0, None);
		for record in self.tree.range(from, u64::MAX) {
			let position = record.name.borrowed().position();
			if bytes_max <= bytes && last != Some(position) {
				return (page, Some(position));
			}
			bytes += record.bytes();
			last = Some(position);
			page.push(record.clone());
		}
		(page, None)
	}

	// # Replicating

	/// Merges what another replica has.
	///
	/// What others have written counts against the quota as well, but twice as much of it is taken
	/// in: replicas that filled up at the same moment must still come to the same.
	///
	/// # Errors
	///
	/// It is no record, or from the future, or there is no room; nothing has changed then.
	pub fn merge(&mut self, record: Record, now_ms: u64) -> Result<Merged, WriteError> {
		record.check()?;
		let latest = record.cell.latest();
		self.clock.observe(latest, now_ms)?;
		let own = self.tree.get(record.name.borrowed());
		if own.is_none() && latest.unix_ms() < self.horizon_ms {
			return Ok(Merged::Deleted);
		}
		let (merged, is_new) = join(own, record);
		if !is_new {
			return Ok(Merged::Known);
		}
		self.check_room(self.quota.doubled(), own, &merged)?;
		self.put(merged);
		Ok(Merged::New)
	}

	/// Takes in what this replica had stored before.
	///
	/// # Errors
	///
	/// It is no record.
	pub fn restore(&mut self, record: Record) -> Result<(), RecordError> {
		record.check()?;
		self.clock.restore(record.cell.latest());
		let (merged, _) = join(self.tree.get(record.name.borrowed()), record);
		self.put(merged);
		Ok(())
	}

	/// A record, whether it is alive or not.
	#[must_use]
	pub fn record(&self, name: NameRef<'_>) -> Option<&Record> {
		self.tree.get(name)
	}

	/// Every record, in the order of their positions.
	pub fn records(&self) -> impl Iterator<Item = &Record> {
		self.tree.range(0, u64::MAX)
	}

	/// All records as they are now, whatever is changed later.
	#[must_use]
	pub fn snapshot(&mut self) -> Tree {
		self.tree.snapshot()
	}

	/// The digest of all records: replicas with the same root have the same.
	pub fn root(&mut self) -> Digest {
		self.tree.root()
	}

	/// The digest of what is under a prefix.
	pub fn digest(&mut self, prefix: Prefix) -> Digest {
		self.tree.digest(prefix)
	}

	/// What is under a prefix.
	pub fn shape(&mut self, prefix: Prefix) -> Shape {
		self.tree.shape(prefix)
	}

	/// A moment, in milliseconds of Unix time, before which this replica writes nothing more.
	pub fn promise(&mut self, now_ms: u64) -> u64 {
		self.clock.promise(now_ms)
	}

	/// Up to when every replica has everything, in milliseconds of Unix time.
	#[must_use]
	pub fn horizon_ms(&self) -> u64 {
		self.horizon_ms
	}

	/// Forgets what was deleted before a moment, because every replica has everything up to then.
	pub fn raise_horizon(&mut self, horizon_ms: u64) {
		if horizon_ms <= self.horizon_ms {
			return;
		}
		self.horizon_ms = horizon_ms;
		if self.transient == 0 {
			return;
		}
		let is_below = |stamp: Stamp| stamp.unix_ms() < horizon_ms;
		// That a key has ended must be known to everybody too.
		let has_ended = |record: &Record| {
			self.expiry(record.name.key()).is_some_and(|expiry| is_below(expiry.stamp))
				&& !self.is_live(record, horizon_ms)
		};
		let gone: Vec<Name> = self
			.records()
			.filter(|record| is_below(record.cell.latest()))
			.filter(|record| record.cell.is_tombstone() || has_ended(record))
			.map(|record| record.name.clone())
			.collect();
		for name in gone {
			self.remove(name.borrowed());
		}
	}

	// # What the commands are made of

	/// Writes a cell of our own, and says what came of it.
	pub(crate) fn write(
		&mut self,
		name: Name,
		cell: Cell,
		changes: &mut Vec<Record>,
	) -> Result<(), WriteError> {
		let mut merged = Record { name, cell };
		merged.check()?;
		let own = self.tree.get(merged.name.borrowed());
		// The new one first: mostly it replaces the other, which need not be copied then.
		if let Some(own) = own {
			merged.cell.merge(&own.cell);
		}
		// What only takes away always has room.
		if !merged.cell.is_tombstone() {
			self.check_room(self.quota, own, &merged)?;
		}
		changes.push(merged.clone());
		self.put(merged);
		Ok(())
	}

	/// The next stamp of our own.
	pub(crate) fn tick(&mut self, now_ms: u64) -> Result<Stamp, WriteError> {
		Ok(self.clock.tick(now_ms)?)
	}

	/// The records of a key, alive or not.
	pub(crate) fn records_of<'a>(&'a self, key: &'a [u8]) -> impl Iterator<Item = &'a Record> {
		let first = key_position(key);
		let all = self.tree.range(first, first | u64::from(u32::MAX));
		all.filter(move |record| record.name.key() == key)
	}

	/// When a key was told to end.
	pub(crate) fn expiry(&self, key: &[u8]) -> Option<Expiry> {
		if self.ends == 0 {
			return None;
		}
		match &self.tree.get(NameRef { key, part: PartRef::Expiry })?.cell {
			Cell::Expiry(expiry) => Some(*expiry),
			Cell::Text(_) | Cell::Field(_) | Cell::Member(_) => None,
		}
	}

	/// Whether a record is there for those who read at a moment.
	pub(crate) fn is_live(&self, record: &Record, now_ms: u64) -> bool {
		// Most are no tombstones, and whatever is one needs no end.
		!record.cell.is_tombstone()
			&& record.cell.is_live(self.expiry(record.name.key()).unwrap_or_default(), now_ms)
	}

	/// What a key holds at a moment.
	///
	/// Writers that do not know of each other can put different kinds under one key. All of them
	/// stay until the key is deleted; what it holds is the kind of what stands first.
	#[must_use]
	pub fn kind(&self, key: &[u8], now_ms: u64) -> Option<Kind> {
		let mut records = self.records_of(key).filter(|record| self.is_live(record, now_ms));
		records.find_map(|record| match record.name.part() {
			PartRef::Expiry => None,
			PartRef::Text => Some(Kind::Text),
			PartRef::Field(_) => Some(Kind::Hash),
			PartRef::Member(_) => Some(Kind::Set),
		})
	}

	/// Checks that a key holds this kind, or nothing.
	pub(crate) fn check_kind(&self, key: &[u8], kind: Kind, now_ms: u64) -> Result<(), WriteError> {
		match self.kind(key, now_ms) {
			Some(other) if other != kind => Err(WriteError::WrongKind),
			_ => Ok(()),
		}
	}

	/// Checks that a record has room in the place of the one that is there.
	fn check_room(
		&self,
		quota: Quota,
		own: Option<&Record>,
		record: &Record,
	) -> Result<(), WriteError> {
		let records = self.tree.len() + usize::from(own.is_none());
		let bytes = self.bytes - own.map_or(0, Record::bytes) + record.bytes();
		if quota.records < records || quota.bytes < bytes {
			return Err(WriteError::Full { quota: self.quota });
		}
		let position = record.name.borrowed().position();
		let is_crowded = || CROWD_MAX <= self.tree.range(position, position).count();
		match own.is_none() && is_crowded() {
			true => Err(WriteError::Crowded),
			false => Ok(()),
		}
	}

	fn put(&mut self, record: Record) {
		self.bytes += record.bytes();
		self.transient += usize::from(is_transient(&record));
		self.ends += usize::from(is_end(&record));
		if let Some(replaced) = self.tree.put(record) {
			self.gone(&replaced);
		}
	}

	fn remove(&mut self, name: NameRef<'_>) {
		if let Some(record) = self.tree.remove(name) {
			self.gone(&record);
		}
	}

	fn gone(&mut self, record: &Record) {
		self.bytes -= record.bytes();
		self.transient -= usize::from(is_transient(record));
		self.ends -= usize::from(is_end(record));
	}
}

/// Whether a record leads to something being forgotten.
fn is_transient(record: &Record) -> bool {
	record.cell.is_tombstone() || is_end(record)
}

/// Whether a record says when a key ends.
fn is_end(record: &Record) -> bool {
	matches!(record.cell, Cell::Expiry(_))
}

impl Quota {
	fn doubled(self) -> Self {
		Self { records: self.records.saturating_mul(2), bytes: self.bytes.saturating_mul(2) }
	}
}

/// What comes of two states of a record, and whether it is another than the first.
fn join(own: Option<&Record>, other: Record) -> (Record, bool) {
	let Some(own) = own else { return (other, true) };
	let mut cell = own.cell.clone();
	let is_new = cell.merge(&other.cell);
	(Record { name: other.name, cell }, is_new)
}

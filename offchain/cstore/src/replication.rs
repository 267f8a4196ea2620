// SPDX-License-Identifier: Apache-2.0

//! Who has what of our own writes: what to send to each replica, and how many have a write.
//!
//! Writes are numbered in their order. A replica that answers gets what was written since, in
//! batches, one on its way at a time; when it acknowledges a batch it has every write up to the last
//! in it. One that does not answer, or that too much waits for, is *behind*: nothing is kept for it,
//! and it gets what it missed by a repair, after which it has every write up to the one that was
//! last when the repair began. So memory is bounded, each replica counts once, and it counts for
//! what it really has.

use crate::{
	namespace::Namespace,
	record::{Name, Record},
	repair::BATCH_BYTES_MAX,
};
use r1_primitives::NodeKey;
use std::collections::{BTreeMap, VecDeque};

/// Writes that wait for one replica; with more it is behind.
pub const WAITING_MAX: usize = 65_536;

/// Most records in one batch.
pub const BATCH_RECORDS_MAX: usize = 4_096;

/// What is sent to a replica at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Batch {
	/// Up to which write the replica has everything when it has stored this.
	pub through: u64,
	/// The records.
	pub records: Vec<Record>,
}

/// What is known of the other replicas.
#[derive(Debug, Default)]
pub struct Replication {
	others: BTreeMap<NodeKey, Other>,
	/// The number of the last write.
	written: u64,
}

#[derive(Debug)]
struct Other {
	/// It has every write up to this one.
	has: u64,
	state: State,
}

#[derive(Debug)]
enum State {
	/// It missed something, and must be repaired.
	Behind,
	/// It is being repaired, and has every write up to this one when that ends; since then, writes
	/// wait as if it followed.
	Repairing { until: u64, waiting: VecDeque<(u64, Name)> },
	/// It gets what is written: what waits, and the last write of the batch that is on its way.
	Following { waiting: VecDeque<(u64, Name)>, sent: Option<u64> },
}

impl Replication {
	/// Follows the chain: who replicates the namespace besides ourselves. Whoever comes is behind.
	pub fn set_others(&mut self, others: impl IntoIterator<Item = NodeKey>) {
		let mut known = std::mem::take(&mut self.others);
		let mut kept =
			|other| known.remove(&other).unwrap_or(Other { has: 0, state: State::Behind });
		self.others = others.into_iter().map(|other| (other, kept(other))).collect();
	}

	/// Takes note of what was just written here; returns the number of the write, or of the last one
	/// if this has changed nothing.
	pub fn wrote(&mut self, records: &[Record]) -> u64 {
		if records.is_empty() {
			return self.written;
		}
		self.written += 1;
		for other in self.others.values_mut() {
			let (State::Repairing { waiting, .. } | State::Following { waiting, .. }) =
				&mut other.state
			else {
				continue;
			};
			waiting.extend(records.iter().map(|record| (self.written, record.name.clone())));
			if WAITING_MAX < waiting.len() {
				other.state = State::Behind;
			}
		}
		self.written
	}

	/// The number of the last write.
	#[must_use]
	pub fn written(&self) -> u64 {
		self.written
	}

	/// How many other replicas have a write, by its number.
	#[must_use]
	pub fn copies(&self, write: u64) -> usize {
		self.others.values().filter(|other| write <= other.has).count()
	}

	/// How many other replicas there are.
	#[must_use]
	pub fn others(&self) -> usize {
		self.others.len()
	}

	/// The next records for a replica; nothing if it has all, or a batch is on its way, or it is
	/// behind. Of what has changed again since it was written only the newest state is sent.
	pub fn batch(&mut self, other: NodeKey, namespace: &Namespace) -> Option<Batch> {
		let Other { has, state } = self.others.get_mut(&other)?;
		let State::Following { waiting, sent: sent @ None } = state else { return None };
		let mut records = BTreeMap::new();
		let mut bytes = 0;
		let mut last = None;
		while let Some((write, name)) = waiting.front() {
			if BATCH_BYTES_MAX < bytes || BATCH_RECORDS_MAX <= records.len() {
				break;
			}
			last = Some(*write);
			// What is gone was forgotten, because everybody had it.
			if let Some(record) = namespace.record(name.borrowed())
				&& records.insert(name.clone(), record.clone()).is_none()
			{
				bytes += record.bytes();
			}
			waiting.pop_front();
		}
		// A write whose rest still waits is not acknowledged yet.
		let is_cut = waiting.front().map(|(next, _)| *next) == last;
		let through = last?.saturating_sub(is_cut.into());
		if records.is_empty() {
			*has = through;
			return None;
		}
		*sent = Some(through);
		Some(Batch { through, records: records.into_values().collect() })
	}

	/// A replica has stored a batch. One that is not on its way any more says nothing.
	pub fn acknowledged(&mut self, other: NodeKey, through: u64) {
		if let Some(Other { has, state: State::Following { sent, .. } }) =
			self.others.get_mut(&other)
			&& *sent == Some(through)
		{
			*sent = None;
			*has = through.max(*has);
		}
	}

	/// A replica has not stored the batch, or nobody knows.
	pub fn failed(&mut self, other: NodeKey) {
		if let Some(other) = self.others.get_mut(&other) {
			other.state = State::Behind;
		}
	}

	/// The replicas that must be repaired.
	pub fn behind(&self) -> impl Iterator<Item = NodeKey> {
		let behind = self.others.iter().filter(|(_, other)| matches!(other.state, State::Behind));
		behind.map(|(id, _)| *id)
	}

	/// A repair of ourselves and a replica begins; what is written from now on waits for it. One that
	/// follows goes on doing so.
	pub fn repair_begins(&mut self, other: NodeKey) {
		let until = self.written;
		if let Some(other) = self.others.get_mut(&other)
			&& matches!(other.state, State::Behind | State::Repairing { .. })
		{
			other.state = State::Repairing { until, waiting: VecDeque::new() };
		}
	}

	/// The repair has come to its end: both have the same, but for what was written meanwhile.
	pub fn repaired(&mut self, other: NodeKey) {
		let Some(other) = self.others.get_mut(&other) else { return };
		match std::mem::replace(&mut other.state, State::Behind) {
			State::Repairing { until, waiting } => {
				other.has = other.has.max(until);
				other.state = State::Following { waiting, sent: None };
			},
			state => other.state = state,
		}
	}
}

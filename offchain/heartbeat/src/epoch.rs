// SPDX-License-Identifier: Apache-2.0

//! The epochs that an observer remembers.

use crate::{
	bitmap::SlotBitmap,
	challenger::{CHALLENGES_PER_EPOCH, slots_at_stake},
};
use r1_primitives::{DeedId, EpochIndex};
use std::{
	collections::{BTreeMap, BTreeSet},
	ops::Range,
};

/// What was seen in one epoch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EpochRecord {
	/// The slots in which the observer itself was up and could judge.
	pub(crate) covered: SlotBitmap,
	/// The slots in which each deed's node beat.
	pub(crate) deeds: BTreeMap<DeedId, SlotBitmap>,
	/// The slots in which each deed's node missed a challenge.
	///
	/// Kept apart from the beats, which may come before or after. At most
	/// [`CHALLENGES_PER_EPOCH`] a deed, for there are no more to miss.
	pub(crate) missed: BTreeSet<(DeedId, u32)>,
}

impl EpochRecord {
	fn new(slots: u32) -> Self {
		let (deeds, missed) = (BTreeMap::new(), BTreeSet::new());
		Self { covered: SlotBitmap::new(slots), deeds, missed }
	}

	/// In how many slots a deed's node beat, without those that it lost by missing a challenge and
	/// those that are neutral.
	pub(crate) fn slots_up(&self, deed: DeedId, slots: u32, neutral: Range<u32>) -> u32 {
		let Some(beaten) = self.deeds.get(&deed) else { return 0 };
		let mut missed = self.missed_by(deed).peekable();
		if missed.peek().is_none() && neutral.is_empty() {
			return beaten.ones();
		}
		let mut up = beaten.clone();
		let at_stake = slots_at_stake(slots);
		for slot in missed {
			let first = slot - slot % at_stake;
			up.clear(first..first + at_stake);
		}
		up.clear(neutral);
		up.ones()
	}

	/// Notes that a deed's node missed the challenge of a slot; says whether that is news.
	pub(crate) fn miss(&mut self, deed: DeedId, slot: u32) -> bool {
		self.missed_by(deed).count() < CHALLENGES_PER_EPOCH && self.missed.insert((deed, slot))
	}

	fn missed_by(&self, deed: DeedId) -> impl Iterator<Item = u32> {
		self.missed.range((deed, 0)..=(deed, u32::MAX)).map(|(_, slot)| *slot)
	}
}

/// The newest epochs; the oldest makes room for a new one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EpochRecords {
	records: BTreeMap<EpochIndex, EpochRecord>,
	epochs_max: usize,
	slots: u32,
}

impl EpochRecords {
	pub(crate) fn new(slots: u32, epochs_max: usize) -> Self {
		Self { records: BTreeMap::new(), epochs_max, slots }
	}

	pub(crate) fn get(&self, epoch: EpochIndex) -> Option<&EpochRecord> {
		self.records.get(&epoch)
	}

	/// Whether an epoch is kept, or would be if something happened in it.
	pub(crate) fn takes(&self, epoch: EpochIndex) -> bool {
		self.records.contains_key(&epoch)
			|| self.records.len() < self.epochs_max
			|| self.records.first_key_value().is_some_and(|(oldest, _)| *oldest < epoch)
	}

	/// The record of an epoch, a new one if need be; `None` if it is older than all that are kept.
	pub(crate) fn open(&mut self, epoch: EpochIndex) -> Option<&mut EpochRecord> {
		if !self.takes(epoch) {
			return None;
		}
		if self.records.len() == self.epochs_max && !self.records.contains_key(&epoch) {
			self.records.pop_first();
		}
		let slots = self.slots;
		Some(self.records.entry(epoch).or_insert_with(|| EpochRecord::new(slots)))
	}

	pub(crate) fn iter(&self) -> impl Iterator<Item = (EpochIndex, &EpochRecord)> {
		self.records.iter().map(|(epoch, record)| (*epoch, record))
	}

	/// Puts back a record that was saved; the oldest is dropped if there are too many.
	pub(crate) fn restore(&mut self, epoch: EpochIndex, record: EpochRecord) {
		if let Some(restored) = self.open(epoch) {
			*restored = record;
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! What one peer wants and has not got.

use super::Answered;
use crate::bitswap::message::WantEntry;
use cid::Cid;
use std::collections::BTreeMap;

/// What one peer wants.
#[derive(Debug, Default)]
pub(super) struct Ledger {
	/// Entries that wait for an answer, in the order in which they came.
	queue: BTreeMap<u64, WantEntry>,
	/// Where in the queue a block stands: asking again changes what is asked, not when it is answered.
	places: BTreeMap<Cid, u64>,
	next_place: u64,
	/// Entries whose block was not here.
	remembered: BTreeMap<Cid, WantEntry>,
	/// Where those stood that are being answered, but for those that are not wanted any more.
	taken: BTreeMap<Cid, u64>,
	/// Whether an answer is on the way.
	pub(super) is_answered: bool,
}

impl Ledger {
	/// Whether it waits for its turn.
	pub(super) fn waits(&self) -> bool {
		!self.queue.is_empty() && !self.is_answered
	}

	/// Puts an entry at the end of the queue, unless there are so many; says whether it did.
	pub(super) fn queue(&mut self, entry: WantEntry, entries_max: usize) -> bool {
		let place = match self.places.get(&entry.cid) {
			Some(place) => *place,
			None if entries_max <= self.queue.len() => return false,
			None => {
				self.next_place += 1;
				self.places.insert(entry.cid, self.next_place);
				self.next_place
			},
		};
		self.queue.insert(place, entry);
		true
	}

	/// Takes entries off the front of the queue.
	pub(super) fn take(&mut self, entries_max: usize) -> Vec<WantEntry> {
		let mut taken = Vec::new();
		while taken.len() < entries_max
			&& let Some((place, entry)) = self.queue.pop_first()
		{
			self.places.remove(&entry.cid);
			self.taken.insert(entry.cid, place);
			taken.push(entry);
		}
		taken
	}

	pub(super) fn cancel(&mut self, cid: &Cid) {
		self.remembered.remove(cid);
		self.taken.remove(cid);
		if let Some(place) = self.places.remove(cid) {
			self.queue.remove(&place);
		}
	}

	pub(super) fn clear(&mut self) {
		let is_answered = self.is_answered;
		*self = Self { is_answered, ..Self::default() };
	}

	/// Remembers what an answer lacked, and puts its rest where it stood.
	pub(super) fn settle(&mut self, answered: Answered, remembered_max: usize) {
		let mut taken = std::mem::take(&mut self.taken);
		for entry in answered.missing {
			if taken.remove(&entry.cid).is_some() && self.remembered.len() < remembered_max {
				self.remembered.insert(entry.cid, entry);
			}
		}
		for entry in answered.rest {
			// It may have been asked for again meanwhile, and stands in the queue then.
			if let Some(place) = taken.remove(&entry.cid)
				&& !self.places.contains_key(&entry.cid)
			{
				self.places.insert(entry.cid, place);
				self.queue.insert(place, entry);
			}
		}
	}

	/// Queues what was remembered of a block that is here now; says whether there was something.
	pub(super) fn recall(&mut self, cid: &Cid, entries_max: usize) -> bool {
		let entry = self.remembered.remove(cid);
		entry.is_some_and(|entry| self.queue(entry, entries_max))
	}
}

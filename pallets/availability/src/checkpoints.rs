// SPDX-License-Identifier: Apache-2.0

//! The history of a running total: a list of checkpoints in storage that only grows.
//!
//! Entry `i` of the list is the checkpoint with index `i`; epochs rise strictly with the index and
//! totals never fall. Only the newest entry is ever written again, in the epoch that it is of. So
//! what a total was at the end of an epoch never changes once that epoch is over.

use crate::Checkpoint;
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{StorageMap, StorageValue};
use r1_math::adoption;
use r1_primitives::EpochIndex;

/// A list of checkpoints: `Entries` by index, and their `Count`.
pub(crate) struct Checkpoints<Entries, Count>(PhantomData<(Entries, Count)>);

impl<Entries, Count> Checkpoints<Entries, Count>
where
	Entries: StorageMap<u32, Checkpoint, Query = Option<Checkpoint>>,
	Count: StorageValue<u32, Query = u32>,
{
	/// How many checkpoints there are.
	pub(crate) fn count() -> u32 {
		Count::get()
	}

	/// The newest checkpoint.
	pub(crate) fn newest() -> Option<Checkpoint> {
		Entries::get(Count::get().checked_sub(1)?)
	}

	/// Adds `amount` to the total in `epoch`.
	///
	/// `None`, and nothing changes, if `epoch` is before the newest checkpoint or the total does
	/// not fit.
	#[must_use]
	pub(crate) fn record(epoch: EpochIndex, amount: u128) -> Option<()> {
		let newest = Self::newest();
		let checkpoint = adoption::Checkpoint::record(newest.map(Into::into), epoch, amount)?;
		let count = Count::get();
		let replaces = newest.is_some_and(|newest| newest.epoch == epoch);
		let index = if replaces { count.checked_sub(1)? } else { count };
		let count = index.checked_add(1)?;
		Entries::insert(index, Checkpoint::from(checkpoint));
		Count::put(count);
		Some(())
	}

	/// Fills the list, which is empty, with a history; returns its last total.
	///
	/// `None`, and nothing changes, if the epochs do not rise strictly or a total falls.
	#[must_use]
	pub(crate) fn begin(checkpoints: &[Checkpoint]) -> Option<u128> {
		let history: Vec<adoption::Checkpoint> =
			checkpoints.iter().copied().map(Into::into).collect();
		if !adoption::is_history(&history) {
			return None;
		}
		let mut count = 0;
		for (index, checkpoint) in (0u32..).zip(checkpoints) {
			Entries::insert(index, checkpoint);
			// Saturating: a list in memory is far shorter.
			count = index.saturating_add(1);
		}
		Count::put(count);
		Some(checkpoints.last().map_or(0, |last| last.total))
	}

	/// The total at the end of `epoch`, and from there on forwards.
	///
	/// Reads as many checkpoints as their number has bits, and one more.
	pub(crate) fn walk_from(epoch: EpochIndex) -> Walk<Entries> {
		let next_index = Self::count_up_to(epoch);
		let current = next_index.checked_sub(1).and_then(Entries::get);
		Walk {
			total: current.map_or(0, |checkpoint| checkpoint.total),
			next_index,
			next: Entries::get(next_index),
			entries: PhantomData,
		}
	}

	/// How many checkpoints are of `epoch` or an earlier one: a binary search.
	fn count_up_to(epoch: EpochIndex) -> u32 {
		let (mut low, mut high) = (0, Count::get());
		while low < high {
			let middle = low.midpoint(high);
			if Entries::get(middle).is_some_and(|checkpoint| checkpoint.epoch <= epoch) {
				// Saturating: `middle` is less than `high`.
				low = middle.saturating_add(1);
			} else {
				high = middle;
			}
		}
		low
	}
}

/// A walk through the epochs of a list, forwards only.
pub(crate) struct Walk<Entries> {
	/// The total at the epoch that was asked for last.
	total: u128,
	/// Index of the checkpoint after that.
	next_index: u32,
	/// That checkpoint, if there is one.
	next: Option<Checkpoint>,
	entries: PhantomData<Entries>,
}

impl<Entries> Walk<Entries>
where
	Entries: StorageMap<u32, Checkpoint, Query = Option<Checkpoint>>,
{
	/// The total at the end of `epoch`, which is not before the one that was asked for last.
	///
	/// Reads at most one checkpoint for each epoch in between.
	pub(crate) fn total_at(&mut self, epoch: EpochIndex) -> u128 {
		while let Some(next) = self.next.filter(|next| next.epoch <= epoch) {
			self.total = next.total;
			// Saturating: an index beyond the list ends the walk.
			self.next_index = self.next_index.saturating_add(1);
			self.next = Entries::get(self.next_index);
		}
		self.total
	}
}

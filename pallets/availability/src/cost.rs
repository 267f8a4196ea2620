// SPDX-License-Identifier: Apache-2.0

//! What a claim costs: from its arguments before it runs, and as it was after.

use crate::{Config, Pallet, WeightInfo, adoption::CHECKPOINT_LISTS};
use alloc::collections::BTreeSet;
use frame_support::{traits::Get, weights::Weight};
use r1_primitives::{DeedId, page_of};

/// The three things that a claim costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ClaimCost {
	/// Deeds that are looked up and written.
	pub(crate) deeds: u32,
	/// Pages of the table and checkpoints of adoption that are read.
	pub(crate) reads: u32,
	/// Epochs that are settled, once for each deed.
	pub(crate) settlements: u32,
}

impl ClaimCost {
	/// The most that a claim with these arguments can cost.
	///
	/// In each epoch it reads the page of each deed, and one checkpoint of each list.
	pub(crate) fn most(deeds: &[DeedId], epochs_max: u32) -> Self {
		let deeds: BTreeSet<DeedId> = deeds.iter().copied().collect();
		let pages: BTreeSet<_> =
			deeds.iter().filter_map(|deed| page_of(*deed)).map(first).collect();
		let (deeds, pages) = (saturated(deeds.len()), saturated(pages.len()));
		// Saturating, here and below: far beyond every limit.
		Self {
			deeds,
			reads: pages.saturating_add(CHECKPOINT_LISTS).saturating_mul(epochs_max),
			settlements: deeds.saturating_mul(epochs_max),
		}
	}

	/// A claim of some deeds that has walked no epoch yet.
	pub(crate) fn of_deeds(deeds: usize) -> Self {
		Self { deeds: saturated(deeds), reads: 0, settlements: 0 }
	}

	pub(crate) fn add_epoch(&mut self, pages: usize, deeds: usize) {
		self.add_reads(saturated(pages));
		self.settlements = self.settlements.saturating_add(saturated(deeds));
	}

	pub(crate) fn add_reads(&mut self, reads: u32) {
		self.reads = self.reads.saturating_add(reads);
	}

	/// Whether one call may cost this.
	pub(crate) fn is_within_limits<T: Config>(&self) -> bool {
		self.reads <= T::PagesPerClaimMax::get()
			&& self.settlements <= T::SettlementsPerClaimMax::get()
	}

	pub(crate) fn weight<T: Config>(&self) -> Weight {
		T::WeightInfo::claim(self.deeds)
			.saturating_add(T::WeightInfo::read_pages(self.reads))
			.saturating_add(T::WeightInfo::settle(self.settlements))
	}

	/// The most epochs that a claim of these deeds may ask for; of no deeds at all as of one.
	pub(crate) fn epochs_max<T: Config>(deeds: &[DeedId]) -> u32 {
		let each = Self::most(deeds, 1);
		let of_reads = T::PagesPerClaimMax::get().checked_div(each.reads);
		let of_settlements = T::SettlementsPerClaimMax::get().checked_div(each.settlements.max(1));
		of_reads.unwrap_or(0).min(of_settlements.unwrap_or(0))
	}

	/// The claim that reads as much as is allowed, each page for a single deed.
	pub(crate) fn longest_by_reads<T: Config>() -> Self {
		let reads = T::PagesPerClaimMax::get();
		let settlements = reads.min(T::SettlementsPerClaimMax::get());
		Self { deeds: T::DeedsPerClaimMax::get(), reads, settlements }
	}

	/// The claim that settles as much as is allowed, for as many deeds as are allowed, all on one
	/// page.
	pub(crate) fn longest_by_settlements<T: Config>() -> Self {
		let (deeds, settlements) = (T::DeedsPerClaimMax::get(), T::SettlementsPerClaimMax::get());
		let epochs = settlements.checked_div(deeds).unwrap_or(0);
		let reads = epochs.saturating_mul(CHECKPOINT_LISTS.saturating_add(1));
		Self { deeds, reads: reads.min(T::PagesPerClaimMax::get()), settlements }
	}
}

impl<T: Config> Pallet<T> {
	/// The most that a claim with these arguments weighs.
	pub(crate) fn claim_weight(deeds: &[DeedId], epochs_max: u32) -> Weight {
		let most = ClaimCost::most(deeds, epochs_max);
		if most.is_within_limits::<T>() {
			most.weight::<T>()
		} else {
			// Refused before it reads anything. The caller is told why, which no one could do if
			// the call did not fit in a block.
			T::WeightInfo::claim(most.deeds)
		}
	}
}

/// How many pages hold these deeds, which are in ascending order.
pub(crate) fn pages_of(deeds: &[DeedId]) -> usize {
	let page = |deed: &DeedId| page_of(*deed).map(first);
	deeds.chunk_by(|left, right| page(left) == page(right)).count()
}

fn first<A, B>((first, _): (A, B)) -> A {
	first
}

fn saturated(count: usize) -> u32 {
	u32::try_from(count).unwrap_or(u32::MAX)
}

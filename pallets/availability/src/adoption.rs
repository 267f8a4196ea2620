// SPDX-License-Identifier: Apache-2.0

//! Adoption: what it is measured by, and what it was at the end of each epoch.
//!
//! Both totals are recorded in the epoch in which the sale or the settlement happens. The deployed
//! contracts book the volume of work one epoch earlier, an epoch that may be claimed already; then
//! what a claim pays depends on when it is made. Here the adoption of an epoch that is over never
//! changes, so a claim pays the same whenever it is made. Only governance can change it after the
//! fact, by new thresholds or by the history that it fills in once.

use crate::{
	AdoptionThresholds, AdoptionTotals, CarryOverLimit, Checkpoint, Config, DeedsSold,
	DeedsSoldCount, Error, Event, LOG_TARGET, Pallet, WorkVolume, WorkVolumeCount,
	checkpoints::{Checkpoints, Walk},
};
use frame_support::{StorageMap, StorageValue, ensure};
use r1_math::adoption::Thresholds;
use r1_primitives::{
	EpochIndex,
	traits::{AdoptionLedger, CurrentEpoch},
};
use sp_runtime::DispatchResult;

/// The history of Node Deeds sold.
pub(crate) type DeedsSoldHistory<T> = Checkpoints<DeedsSold<T>, DeedsSoldCount<T>>;

/// The history of what was paid for work.
pub(crate) type WorkVolumeHistory<T> = Checkpoints<WorkVolume<T>, WorkVolumeCount<T>>;

/// Lists of checkpoints that adoption is computed from; a walk reads one of each in an epoch.
pub(crate) const CHECKPOINT_LISTS: u32 = 2;

/// Adoption of one epoch after the other, forwards only.
pub(crate) struct AdoptionWalk<T: Config> {
	thresholds: Thresholds,
	deeds_sold: Walk<DeedsSold<T>>,
	work_volume: Walk<WorkVolume<T>>,
}

impl<T: Config> AdoptionWalk<T> {
	/// A walk that begins at `epoch`.
	pub(crate) fn from(epoch: EpochIndex) -> Self {
		Self {
			// Neither threshold is ever zero.
			thresholds: AdoptionThresholds::<T>::get().thresholds().unwrap_or(Thresholds::MAINNET),
			deeds_sold: DeedsSoldHistory::<T>::walk_from(epoch),
			work_volume: WorkVolumeHistory::<T>::walk_from(epoch),
		}
	}

	/// Adoption at the end of `epoch`, which is not before the one that was asked for last.
	pub(crate) fn at(&mut self, epoch: EpochIndex) -> u16 {
		// More deeds than a u32 can count are never sold.
		let deeds_sold = u32::try_from(self.deeds_sold.total_at(epoch)).unwrap_or(u32::MAX);
		self.thresholds.adoption(deeds_sold, self.work_volume.total_at(epoch))
	}
}

impl<T: Config> AdoptionLedger for Pallet<T> {
	fn on_deeds_sold(units: u32) {
		Self::record::<DeedsSold<T>, DeedsSoldCount<T>>(units.into());
	}

	fn on_work_paid(usdc: u128) {
		Self::record::<WorkVolume<T>, WorkVolumeCount<T>>(usdc);
	}
}

impl<T: Config> Pallet<T> {
	/// Adds to a total in the current epoch.
	fn record<Entries, Count>(amount: u128)
	where
		Entries: StorageMap<u32, Checkpoint, Query = Option<Checkpoint>>,
		Count: StorageValue<u32, Query = u32>,
	{
		if amount == 0 {
			return;
		}
		let epoch = T::Epochs::current_epoch();
		if Checkpoints::<Entries, Count>::record(epoch, amount).is_none() {
			// A sale or a payment does not fail because of its statistics. Neither happens: the
			// clock never goes back, and a total never comes near the limit of its number.
			log::error!(target: LOG_TARGET, "{amount} in epoch {epoch} do not count for adoption");
		}
	}

	pub(crate) fn do_set_adoption_thresholds(totals: AdoptionTotals) -> DispatchResult {
		ensure!(totals.thresholds().is_some(), Error::<T>::ZeroThreshold);
		AdoptionThresholds::<T>::put(totals);
		let AdoptionTotals { deeds_sold, work_volume } = totals;
		Self::deposit_event(Event::AdoptionThresholdsSet { deeds_sold, work_volume });
		Ok(())
	}

	pub(crate) fn do_set_carry_over_limit(limit: u8) {
		CarryOverLimit::<T>::put(limit);
		Self::deposit_event(Event::CarryOverLimitSet { limit });
	}

	pub(crate) fn do_seed_deeds_sold(checkpoints: &[Checkpoint]) -> DispatchResult {
		let total = Self::seed::<DeedsSold<T>, DeedsSoldCount<T>>(checkpoints)?;
		let checkpoints = DeedsSoldHistory::<T>::count();
		Self::deposit_event(Event::DeedsSoldSeeded { checkpoints, total });
		Ok(())
	}

	pub(crate) fn do_seed_work_volume(checkpoints: &[Checkpoint]) -> DispatchResult {
		let total = Self::seed::<WorkVolume<T>, WorkVolumeCount<T>>(checkpoints)?;
		let checkpoints = WorkVolumeHistory::<T>::count();
		Self::deposit_event(Event::WorkVolumeSeeded { checkpoints, total });
		Ok(())
	}

	/// Fills an empty list with a history that ended elsewhere; returns its last total.
	fn seed<Entries, Count>(checkpoints: &[Checkpoint]) -> Result<u128, Error<T>>
	where
		Entries: StorageMap<u32, Checkpoint, Query = Option<Checkpoint>>,
		Count: StorageValue<u32, Query = u32>,
	{
		ensure!(Checkpoints::<Entries, Count>::count() == 0, Error::<T>::HistoryNotEmpty);
		let now = T::Epochs::current_epoch();
		let last = checkpoints.last();
		ensure!(last.is_none_or(|last| last.epoch <= now), Error::<T>::HistoryInFuture);
		Checkpoints::<Entries, Count>::begin(checkpoints).ok_or(Error::<T>::InvalidHistory)
	}
}

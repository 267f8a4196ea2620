// SPDX-License-Identifier: Apache-2.0

//! The epoch clock: what happens when a block's timestamp enters another epoch.

use crate::{
	Clock, Config, EpochNow, EpochOracles, EpochRecord, EpochRecordOf, EpochSeeds, Epochs, Event,
	FirstUndecided, LOG_TARGET, NextToSettle, OldestSnapshot, OracleSetOf, Pallet, SessionOracles,
};
use codec::Encode;
use frame_support::traits::{Get, OnTimestampSet, Randomness};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{DEEDS_PER_PAGE, EpochClock, EpochIndex, traits::DeedInspect};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::traits::Saturating;

impl<T: Config> OnTimestampSet<u64> for Pallet<T> {
	fn on_timestamp_set(moment_millis: u64) {
		Self::advance_to(moment_millis / 1_000);
	}
}

impl<T: Config> Pallet<T> {
	/// Brings the epoch in line with the time. O(1), however many epochs have passed.
	fn advance_to(now_secs: u64) {
		let Some(epoch) = Self::running_clock(now_secs).and_then(|clock| clock.epoch_at(now_secs))
		else {
			return;
		};
		match EpochNow::<T>::get() {
			None => {
				FirstUndecided::<T>::put(epoch);
				NextToSettle::<T>::put(epoch);
				OldestSnapshot::<T>::put(epoch);
				Self::note_skipped(0, epoch);
				Self::start_epoch(epoch);
			},
			Some(current) if current < epoch => {
				Self::end_epoch(current, epoch);
				// No overflow: `current` is less than another index.
				Self::note_skipped(current.saturating_add(1), epoch);
				Self::start_epoch(epoch);
			},
			Some(_) => {},
		}
	}

	/// The clock, which starts now if it waited for the first block.
	fn running_clock(now_secs: u64) -> Option<EpochClock> {
		let mut clock = Clock::<T>::get()?;
		if clock.start_secs == 0 {
			clock.start_secs = now_secs;
			Clock::<T>::put(clock);
		}
		Some(clock)
	}

	fn start_epoch(epoch: EpochIndex) {
		EpochNow::<T>::put(epoch);
		EpochOracles::<T>::insert(epoch, SessionOracles::<T>::get());
		EpochSeeds::<T>::insert(epoch, Self::new_seed(epoch));
		Self::deposit_event(Event::EpochStarted { epoch });
	}

	/// What nobody could know before the epoch, and everybody can now.
	///
	/// Whoever made the parent block could only have chosen to make none.
	fn new_seed(epoch: EpochIndex) -> H256 {
		let parent = frame_system::Pallet::<T>::parent_hash();
		let (random, _) = T::Randomness::random(&epoch.encode());
		(b"r1/epoch-seed", epoch, parent, random).using_encoded(blake2_256).into()
	}

	fn end_epoch(ended: EpochIndex, next_epoch: EpochIndex) {
		Epochs::<T>::insert(ended, Self::open_record(ended, next_epoch));
	}

	/// The record with which an epoch is opened for reports.
	fn open_record(ended: EpochIndex, next_epoch: EpochIndex) -> EpochRecordOf<T> {
		let now = frame_system::Pallet::<T>::block_number();
		// Saturating: block numbers do not end within the life of a chain.
		let commits_until: BlockNumberFor<T> = now.saturating_add(T::CommitBlocks::get());
		let oracles = EpochOracles::<T>::decode_len(ended).unwrap_or_default();
		EpochRecord {
			commits_until,
			reveals_until: commits_until.saturating_add(T::RevealBlocks::get()),
			deeds: Self::reportable_deeds(),
			// At most `OraclesMax` are ever stored.
			oracles: u32::try_from(oracles).unwrap_or(u32::MAX),
			commits: 0,
			reveals: 0,
			next_epoch,
			outcome: None,
		}
	}

	/// Deeds that a report can hold.
	pub(crate) fn reportable_deeds() -> u32 {
		let issued = T::Deeds::issued();
		// Saturating: more than every deed there can be is as good as all of them.
		let reportable = T::PagesMax::get().saturating_mul(DEEDS_PER_PAGE);
		if reportable < issued {
			log::error!(
				target: LOG_TARGET,
				"{issued} deeds do not fit a report of {reportable}: raise `PagesMax`",
			);
		}
		issued.min(reportable)
	}

	fn note_skipped(first: EpochIndex, until: EpochIndex) {
		if first < until {
			Self::deposit_event(Event::EpochsSkipped { first, until });
		}
	}

	/// The oracles of the current epoch, by position; none before epoch 0 starts.
	pub(crate) fn current_oracle_set() -> OracleSetOf<T> {
		EpochNow::<T>::get().map(EpochOracles::<T>::get).unwrap_or_default()
	}
}

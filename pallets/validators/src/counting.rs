// SPDX-License-Identifier: Apache-2.0

//! Counting: what each epoch says of the candidates, one epoch in a block's `on_idle`.
//!
//! Only epochs with agreement count. An epoch without it pays nobody, but says of nobody that it
//! was away: if it counted as 0, a third of the oracles could keep silent until no candidate is
//! left to replace them.

use crate::{
	AVAILABILITY_TO_BE_ELECTED, AVAILABILITY_TO_STAY, CandidateOf, Candidates, Config,
	EpochsToCount, Event, LOG_TARGET, Observation, Pallet, RemovalReason, WeightInfo,
	types::push_newest,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{defensive, traits::ValidatorSet, weights::WeightMeter};
use r1_primitives::{DeedId, EpochIndex, traits::OracleVerdicts};

impl<T: Config> Pallet<T> {
	/// Notes that an epoch has to be counted when it is decided.
	///
	/// If as many wait already as a window holds, the oldest is left out.
	pub(crate) fn queue_epoch(epoch: EpochIndex) {
		let mut epochs = EpochsToCount::<T>::get();
		if epochs.last().is_some_and(|last| epoch <= *last) {
			defensive!("the reports of epochs are counted in order, and once");
			return;
		}
		if let Some(epoch) = push_newest(&mut epochs, epoch) {
			log::warn!(target: LOG_TARGET, "epoch {epoch} counts for no candidate: too far behind");
			Self::deposit_event(Event::EpochLeftOut { epoch });
		}
		EpochsToCount::<T>::put(epochs);
	}

	/// Counts the next epoch, if it is decided and the meter allows.
	pub(crate) fn count(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::count_none()).is_err() {
			return;
		}
		let Some(epoch) = Self::next_to_count() else { return };
		let candidates = Candidates::<T>::decode_len().unwrap_or_default();
		let candidates = u32::try_from(candidates).unwrap_or(u32::MAX);
		if meter.try_consume(T::WeightInfo::count_epoch(candidates)).is_err() {
			return;
		}
		Self::count_epoch(epoch);
	}

	fn next_to_count() -> Option<EpochIndex> {
		let epoch = EpochsToCount::<T>::get().first().copied()?;
		(epoch < T::Verdicts::first_undecided_epoch()).then_some(epoch)
	}

	fn count_epoch(epoch: EpochIndex) {
		EpochsToCount::<T>::mutate(|epochs| epochs.retain(|later| epoch < *later));
		Self::drop_expired_suspensions();
		let mut candidates = Candidates::<T>::get();
		let deeds: Vec<DeedId> = candidates.keys().copied().collect();
		let Some(availabilities) = T::Verdicts::availabilities(epoch, &deeds) else {
			defensive!("an epoch before the first undecided one is decided");
			return;
		};
		let validators: BTreeSet<T::AccountId> = T::Validators::validators().into_iter().collect();

		let mut availabilities = availabilities.into_iter();
		candidates.retain(|deed, candidate| {
			// In the order of the deeds, as was asked for.
			let availability = availabilities.next().unwrap_or(0);
			let removal = Self::broken_bond(*deed, candidate).or_else(|| {
				Self::observe(epoch, candidate, availability, &validators);
				let is_away =
					candidate.has_full_window() && !candidate.is_available(AVAILABILITY_TO_STAY);
				is_away.then_some(RemovalReason::Unavailable)
			});
			if let Some(reason) = removal {
				Self::note_removal(*deed, candidate, reason);
			}
			removal.is_none()
		});
		let remaining = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
		Candidates::<T>::put(candidates);
		Self::deposit_event(Event::EpochCounted { epoch, candidates: remaining });
	}

	/// Counts an epoch for a candidate.
	///
	/// Work is settled before its epoch is decided, so what has come since the last count belongs
	/// to this epoch; if two are decided before one is counted, the first gets the work of both,
	/// and an election that sees both sees the same.
	fn observe(
		epoch: EpochIndex,
		candidate: &mut CandidateOf<T>,
		availability: u8,
		validators: &BTreeSet<T::AccountId>,
	) {
		let work = core::mem::take(&mut candidate.open_work);
		if epoch < candidate.since {
			return;
		}
		candidate.observe(Observation { availability, work });
		// A validator's score follows from its reports.
		let is_validator = validators.contains(&candidate.node);
		if !is_validator && AVAILABILITY_TO_BE_ELECTED <= availability {
			Self::raise_score(&candidate.node);
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Epochs without agreement: what governance can do about them, and how long it has.
//!
//! Nobody's claim passes such an epoch while governance may still settle it, so that nobody loses
//! what it would pay. The epochs after it are settled meanwhile.

use crate::{
	Config, EpochNow, EpochRecordOf, Epochs, Error, Event, FirstUndecided, GraceEpochs, JobQuality,
	Outcome, Pallet, ReportPage, WeightInfo, reports::check_contents,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get, weights::WeightMeter};
use r1_primitives::{EpochIndex, JobId, OracleConduct, WorkEntry};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_settle_unsettled(epoch: EpochIndex, pages: &[ReportPage]) -> DispatchResult {
		let record = Self::unsettled_epoch(epoch)?;
		let expected = usize::try_from(record.pages()).map_err(|_| Error::<T>::WrongPageCount)?;
		ensure!(pages.len() == expected, Error::<T>::WrongPageCount);
		for (page, contents) in (0..).zip(pages) {
			check_contents::<T>(contents, page == record.availability_pages())?;
			let is_anchored = matches!(contents, ReportPage::AnchoredWork { .. });
			ensure!(!is_anchored, Error::<T>::AnchorsOfGovernance);
		}

		let suspended = T::Conduct::suspended_deeds(epoch);
		for (page, contents) in (0..).zip(pages) {
			match contents {
				ReportPage::Availability(values) => {
					let values = values.to_vec();
					Self::store_availability(epoch, &record, page, values, &suspended);
				},
				ReportPage::Work(entries) => Self::store_work(epoch, &by_job::<T>(entries)?),
				// Refused above.
				ReportPage::AnchoredWork { .. } => {},
			}
		}
		Self::close(epoch, record, Outcome::SettledByGovernance);
		Ok(())
	}

	pub(crate) fn do_void_epoch(epoch: EpochIndex) -> DispatchResult {
		let record = Self::unsettled_epoch(epoch)?;
		Self::close(epoch, record, Outcome::Void);
		Ok(())
	}

	/// Makes the verdicts of epochs final for which there is nothing left to wait, in their order.
	pub(crate) fn finalise_verdicts(meter: &mut WeightMeter) {
		for _ in 0..T::StepsPerBlock::get() {
			if meter.try_consume(T::WeightInfo::finalise_verdict()).is_err()
				|| !Self::finalise_verdict()
			{
				return;
			}
		}
	}

	/// Does so for one epoch; whether there may be more.
	pub(crate) fn finalise_verdict() -> bool {
		let epoch = FirstUndecided::<T>::get();
		let settled = Epochs::<T>::get(epoch).and_then(|record| Some((record, record.outcome?)));
		let Some((record, outcome)) = settled else { return false };
		if outcome == Outcome::Unsettled {
			if Self::is_in_grace(epoch) {
				return false;
			}
			Self::close(epoch, record, Outcome::Void);
		}
		FirstUndecided::<T>::put(record.next_epoch);
		true
	}

	/// Decides an unsettled epoch for good.
	fn close(epoch: EpochIndex, mut record: EpochRecordOf<T>, outcome: Outcome) {
		record.outcome = Some(outcome);
		Epochs::<T>::insert(epoch, record);
		Self::deposit_event(match outcome {
			Outcome::Void => Event::EpochVoided { epoch },
			_ => Event::EpochSettledByGovernance { epoch },
		});
	}

	/// The record of an epoch that governance may still decide.
	fn unsettled_epoch(epoch: EpochIndex) -> Result<EpochRecordOf<T>, Error<T>> {
		let record = Epochs::<T>::get(epoch).ok_or(Error::<T>::EpochUnknown)?;
		ensure!(record.outcome == Some(Outcome::Unsettled), Error::<T>::EpochNotUnsettled);
		Ok(record)
	}

	fn is_in_grace(epoch: EpochIndex) -> bool {
		// Saturating: an epoch beyond the end of the index is never in the past.
		let last = epoch.saturating_add(GraceEpochs::<T>::get());
		EpochNow::<T>::get().is_none_or(|now| now <= last)
	}
}

/// What a report says of work, put together by job.
fn by_job<T: Config>(entries: &[WorkEntry]) -> Result<Vec<(JobId, JobQuality)>, Error<T>> {
	entries
		.chunk_by(|entry, next| entry.job == next.job)
		.filter_map(|of_job| Some((of_job.first()?.job, of_job)))
		.map(|(job, of_job)| {
			let qualities: Vec<_> =
				of_job.iter().map(|entry| (entry.deed, entry.quality)).collect();
			let qualities =
				JobQuality::try_from(qualities).map_err(|_| Error::<T>::TooManyDeedsForJob)?;
			Ok((job, qualities))
		})
		.collect()
}

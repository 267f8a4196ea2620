// SPDX-License-Identifier: Apache-2.0

//! Epochs without agreement: what governance can do about them, and how long it has.
//!
//! Nobody's claim passes such an epoch while governance may still settle it, so that nobody loses
//! what it would pay. The epochs after it are settled meanwhile.

use crate::{
	Availability, AvailabilityPage, Config, EpochNow, EpochRecordOf, Epochs, Error, Event,
	FirstUndecided, GraceEpochs, JobQuality, Outcome, Pallet, ReportPage, WeightInfo, Work,
	reports::check_contents, tally::pad_availability,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get, weights::WeightMeter};
use r1_primitives::{EpochIndex, OracleConduct, PageIndex, WorkEntry};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_settle_unsettled(epoch: EpochIndex, pages: &[ReportPage]) -> DispatchResult {
		let record = Self::unsettled_epoch(epoch)?;
		let expected = usize::try_from(record.pages()).map_err(|_| Error::<T>::WrongPageCount)?;
		ensure!(pages.len() == expected, Error::<T>::WrongPageCount);
		for (page, contents) in (0..).zip(pages) {
			check_contents::<T>(contents, page == record.availability_pages())?;
		}

		for (page, contents) in (0..).zip(pages) {
			match contents {
				ReportPage::Availability(values) => {
					Self::store_availability(epoch, &record, page, values.to_vec());
				},
				ReportPage::Work(entries) => Self::store_work(epoch, entries)?,
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

	/// Stores the verdict on a page of deeds: as many as there were, and nothing for the suspended.
	pub(crate) fn store_availability(
		epoch: EpochIndex,
		record: &EpochRecordOf<T>,
		page: PageIndex,
		values: Vec<u8>,
	) {
		let mut values = pad_availability(values, record.deeds_in(page));
		for deed in T::Conduct::suspended_deeds(epoch) {
			let value = r1_primitives::page_of(deed)
				.filter(|(deed_page, _)| *deed_page == page)
				.and_then(|(_, offset)| values.get_mut(offset));
			if let Some(value) = value {
				*value = 0;
			}
		}
		// `deeds_in` is at most the length of a page.
		Availability::<T>::insert(epoch, page, AvailabilityPage::truncate_from(values));
	}

	/// Stores what governance says of the work of an epoch.
	fn store_work(epoch: EpochIndex, entries: &[WorkEntry]) -> DispatchResult {
		for of_job in entries.chunk_by(|entry, next| entry.job == next.job) {
			let Some(job) = of_job.first().map(|entry| entry.job) else { continue };
			let qualities: Vec<_> =
				of_job.iter().map(|entry| (entry.deed, entry.quality)).collect();
			let qualities =
				JobQuality::try_from(qualities).map_err(|_| Error::<T>::TooManyDeedsForJob)?;
			Work::<T>::insert(epoch, job, qualities);
		}
		let worked: Vec<_> = entries.iter().map(|entry| (entry.deed, entry.quality)).collect();
		T::Conduct::on_work_settled(&worked);
		Ok(())
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

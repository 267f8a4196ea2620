// SPDX-License-Identifier: Apache-2.0

//! Settling: from revealed reports to verdicts, a few steps in each block's `on_idle`.
//!
//! Steps of one epoch: `begin` counts the reports that are whole and so decides whether there is
//! agreement; then one step for each page of availability; then steps over the work, the last of
//! which decides the epoch. Without agreement the same steps only delete what was revealed.

use crate::{
	AgreedAnchors, AnchoredEpochs, Anchors, Availability, AvailabilityPage, Config, EpochOracles,
	EpochRecordOf, EpochSeeds, Epochs, Event, JobQuality, LOG_TARGET, NextToSettle, OldestSnapshot,
	Outcome, Pallet, Participants, Phase, Proven, ReportPage, Reports, Reveals, SettlingStage,
	Stage, WeightInfo, Work,
	tally::{pad_availability, tally_anchors, tally_availability, tally_work},
};
use alloc::vec::Vec;
use frame_support::{
	BoundedVec, defensive,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	Anchor, DeedId, EpochIndex, JobId, OracleConduct, OracleIndex, PageIndex, WorkEntry,
};
use sp_runtime::AccountId32;

/// The next thing to do for the epoch that is settled next.
struct Step<T: Config> {
	epoch: EpochIndex,
	record: EpochRecordOf<T>,
	/// `None`: settling has not begun.
	stage: Option<Stage>,
}

impl<T: Config> Step<T> {
	fn weight(&self) -> Weight {
		let oracles = self.record.oracles;
		match self.stage {
			None => T::WeightInfo::settle_begin(oracles),
			Some(Stage::Availability(_)) => T::WeightInfo::settle_availability(oracles),
			Some(Stage::Work(_)) => T::WeightInfo::settle_work(oracles),
		}
	}

	/// Positions of the epoch's oracles.
	fn oracles(&self) -> impl Iterator<Item = OracleIndex> + use<T> {
		// `integrity_test` holds `OraclesMax` within the range of an index.
		0..OracleIndex::try_from(self.record.oracles).unwrap_or(OracleIndex::MAX)
	}
}

impl<T: Config> Pallet<T> {
	/// Takes as many steps as the meter and [`Config::StepsPerBlock`] allow.
	pub(crate) fn settle(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		for _ in 0..T::StepsPerBlock::get() {
			if meter.try_consume(T::WeightInfo::settle_none()).is_err() {
				return;
			}
			let Some(step) = Self::next_step(now) else { return };
			if meter.try_consume(step.weight()).is_err() {
				return;
			}
			Self::take_step(&step);
		}
	}

	/// Takes one step, whatever it weighs.
	#[cfg(feature = "runtime-benchmarks")]
	pub(crate) fn settle_once(now: BlockNumberFor<T>) {
		if let Some(step) = Self::next_step(now) {
			Self::take_step(&step);
		}
	}

	fn next_step(now: BlockNumberFor<T>) -> Option<Step<T>> {
		let epoch = NextToSettle::<T>::get();
		let record = Epochs::<T>::get(epoch)?;
		(record.phase(now) == Phase::Settling).then(|| Step {
			epoch,
			record,
			stage: SettlingStage::<T>::get(),
		})
	}

	fn take_step(step: &Step<T>) {
		let next_stage = match step.stage {
			None => {
				Self::begin(step);
				Some(first_stage_from(0, step.record.availability_pages()))
			},
			Some(Stage::Availability(page)) => {
				Self::settle_availability(step, page);
				// No overflow: the page is less than the number of pages.
				let next_page = page.saturating_add(1);
				Some(first_stage_from(next_page, step.record.availability_pages()))
			},
			Some(Stage::Work(after)) => Self::settle_work(step, after).map(Stage::Work),
		};
		SettlingStage::<T>::set(next_stage);
		if next_stage.is_none() {
			Self::decide(step);
		}
	}

	/// Finds the oracles whose report is whole, and forgets what each had handed in.
	fn begin(step: &Step<T>) {
		let pages = step.record.pages();
		let (whole, lacking): (Vec<OracleIndex>, Vec<OracleIndex>) =
			step.oracles().partition(|oracle| {
				Reports::<T>::take(step.epoch, oracle)
					.is_some_and(|report| report.revealed.count() == pages)
					&& !Proven::<T>::contains_key(step.epoch, oracle)
			});
		let oracles = EpochOracles::<T>::get(step.epoch);
		let nodes = |indices: &[OracleIndex]| -> Vec<AccountId32> {
			let oracle_at = |index: &OracleIndex| oracles.get(usize::from(*index));
			indices.iter().filter_map(oracle_at).map(|oracle| oracle.node.clone()).collect()
		};
		T::Conduct::on_reports_counted(step.epoch, &nodes(&whole), &nodes(&lacking));
		if step.record.has_quorum() {
			// An epoch has no more oracles than the set may hold.
			Participants::<T>::put(BoundedVec::truncate_from(whole));
		}
	}

	/// Settles one page of deeds, and forgets what each oracle said of it.
	fn settle_availability(step: &Step<T>, page: PageIndex) {
		let participants = Participants::<T>::get();
		let mut reports = Vec::with_capacity(participants.len());
		for oracle in step.oracles() {
			let contents = Reveals::<T>::take((step.epoch, page, oracle));
			match contents {
				Some(ReportPage::Availability(values))
					if participants.binary_search(&oracle).is_ok() =>
				{
					reports.push(values.into_inner())
				},
				// Of an oracle that did not reveal everything.
				Some(_) | None => {},
			}
		}
		if reports.is_empty() {
			return;
		}
		let verdict = tally_availability(&reports, step.record.deeds_in(page));
		// Asked for each page, although it may be the same for all: its bounded list is one percent of
		// what a page of a full set of oracles costs, and a copy of it would have to be read as well.
		let suspended = T::Conduct::suspended_deeds(step.epoch);
		Self::store_availability(step.epoch, &step.record, page, verdict, &suspended);
	}

	/// Stores the verdict on a page of deeds: as many as there were, and nothing for the suspended.
	pub(crate) fn store_availability(
		epoch: EpochIndex,
		record: &EpochRecordOf<T>,
		page: PageIndex,
		values: Vec<u8>,
		suspended: &[DeedId],
	) {
		let mut values = pad_availability(values, record.deeds_in(page));
		for deed in suspended {
			let value = r1_primitives::page_of(*deed)
				.filter(|(deed_page, _)| *deed_page == page)
				.and_then(|(_, offset)| values.get_mut(offset));
			if let Some(value) = value {
				*value = 0;
			}
		}
		// `deeds_in` is at most the length of a page.
		Availability::<T>::insert(epoch, page, AvailabilityPage::truncate_from(values));
	}

	/// Stores the verdicts on the work of some jobs, and tells of them.
	pub(crate) fn store_work(epoch: EpochIndex, jobs: &[(JobId, JobQuality)]) {
		for (job, qualities) in jobs {
			Work::<T>::insert(epoch, job, qualities);
		}
		let worked: Vec<_> = jobs.iter().flat_map(|(_, worked)| worked).copied().collect();
		T::Conduct::on_work_settled(&worked);
	}

	/// Settles a few jobs; the last of them, if there are more.
	fn settle_work(step: &Step<T>, after: JobId) -> Option<JobId> {
		let page = step.record.availability_pages();
		let participants = Participants::<T>::get();
		let (pages, anchors): (Vec<Vec<WorkEntry>>, Vec<Vec<Anchor>>) = participants
			.iter()
			.map(|oracle| match Reveals::<T>::get((step.epoch, page, *oracle)) {
				Some(ReportPage::Work(work)) => (work.into_inner(), Vec::new()),
				Some(ReportPage::AnchoredWork { work, anchors }) => {
					(work.into_inner(), anchors.into_inner())
				},
				Some(ReportPage::Availability(_)) | None => {
					defensive!("a participant has revealed its page of work");
					(Vec::new(), Vec::new())
				},
			})
			.unzip();
		let tally = tally_work(&pages, after);
		Self::store_work(step.epoch, &tally.jobs);
		if tally.has_more {
			return tally.jobs.last().map(|(job, _)| *job);
		}
		Self::store_anchors(step.epoch, tally_anchors(&anchors, participants.len()));
		for oracle in step.oracles() {
			Reveals::<T>::remove((step.epoch, page, oracle));
		}
		None
	}

	/// Stores the roots that were agreed on, in the place of the oldest ones.
	fn store_anchors(epoch: EpochIndex, anchors: Vec<Anchor>) {
		if anchors.is_empty() {
			return;
		}
		// More than two thirds of the oracles named each, and none named more than `ANCHORS_MAX`.
		Anchors::<T>::insert(epoch, AgreedAnchors::truncate_from(anchors));
		AnchoredEpochs::<T>::mutate(|epochs| {
			// The oldest is the first: epochs are settled in their order.
			if let Some(oldest) = epochs.first().copied().filter(|_| epochs.is_full()) {
				epochs.remove(0);
				Anchors::<T>::remove(oldest);
			}
			if epochs.try_push(epoch).is_err() {
				defensive!("there is room for an epoch: the constant is not zero");
			}
		});
	}

	/// Ends the settling of the epoch.
	fn decide(step: &Step<T>) {
		let Step { epoch, mut record, .. } = *step;
		let (reveals, oracles) = (record.reveals, record.oracles);
		let (outcome, event) = if record.has_quorum() {
			(Outcome::Settled, Event::EpochSettled { epoch, reveals, oracles })
		} else {
			log::warn!(
				target: LOG_TARGET,
				"epoch {epoch} is unsettled: {reveals} of {oracles} oracles reported",
			);
			(Outcome::Unsettled, Event::EpochUnsettled { epoch, reveals, oracles })
		};
		record.outcome = Some(outcome);
		NextToSettle::<T>::put(record.next_epoch);
		Epochs::<T>::insert(epoch, record);
		Participants::<T>::kill();
		Self::deposit_event(event);
		Self::forget_snapshots(epoch);
	}

	/// Forgets the oracles of epochs so old that misconduct in them is not taken any more.
	fn forget_snapshots(decided: EpochIndex) {
		// Two for each that is added, so that a backlog shrinks.
		for _ in 0..2 {
			let oldest = OldestSnapshot::<T>::get();
			// Saturating: an epoch that old never comes.
			if decided < oldest.saturating_add(T::EvidenceEpochs::get()) {
				return;
			}
			let Some(record) = Epochs::<T>::get(oldest) else { return };
			EpochOracles::<T>::remove(oldest);
			EpochSeeds::<T>::remove(oldest);
			// One entry for an oracle at most.
			let _removed = Proven::<T>::clear_prefix(oldest, T::OraclesMax::get(), None);
			OldestSnapshot::<T>::put(record.next_epoch);
		}
	}
}

/// The stage at a page of availability, or the one after the last page.
fn first_stage_from(page: PageIndex, availability_pages: PageIndex) -> Stage {
	if page < availability_pages { Stage::Availability(page) } else { Stage::Work(0) }
}

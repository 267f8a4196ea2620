// SPDX-License-Identifier: Apache-2.0

//! Paying for attested work, epoch by epoch and job by job.
//!
//! When epochs become decided, a *pass* visits every live job once and settles what is decided of
//! it. A pass spreads over as many blocks as its weight needs. Each epoch of each job settles in a
//! storage layer of its own: if it fails, nothing of it happened, the next job has its turn, and
//! the failed one is tried again in the next pass.

use crate::{
	Accrued, Config, DeedSet, Error, Event, Job, Jobs, LOG_TARGET, Pallet, Settlement,
	SettlementPass, WeightInfo as _, jobs::next_epoch,
};
use alloc::vec::Vec;
use frame_support::{
	storage::with_storage_layer,
	traits::{
		Get,
		fungible::Mutate,
		tokens::{Fortitude::Polite, Precision::Exact, Preservation::Preserve},
	},
	weights::WeightMeter,
};
use r1_math::{
	price::{minimum_output, usdc_to_r1},
	work::{WorkSplit, pay_for_quality, quality_of_attendance, split},
};
use r1_primitives::{
	DeedId, EpochIndex, JobId, WORK_QUALITY_MIN,
	learning::Attendance,
	traits::{AdoptionLedger, DeedInspect, Market, OracleVerdicts, PriceInspect, RoundsAttended},
};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

/// How a job's turn ended.
enum Turn {
	/// Everything that could be settled is.
	Over,
	/// The block has no room for the next epoch of the job.
	OutOfWeight,
}

/// What the nodes of one job did in one epoch.
#[derive(Default)]
struct EpochWork {
	/// What all of them cost.
	paid: u128,
	/// The part of it to be burned.
	burned: u128,
	/// Deeds whose nodes have lost their place, ascending.
	lost: Vec<DeedId>,
}

impl<T: Config> Pallet<T> {
	/// Continues the pass that runs, or starts one if epochs have become decided.
	pub(crate) fn settle(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::settle_base()).is_err() {
			return;
		}
		let decided = T::Verdicts::first_undecided_epoch();
		let (before, mut visited) = match Settlement::<T>::get() {
			SettlementPass::Running { before, visited } => (before, visited),
			SettlementPass::Done { before } if before < decided => (decided, None),
			SettlementPass::Done { .. } => return,
		};
		let pass = loop {
			if meter.try_consume(T::WeightInfo::visit_job()).is_err() {
				break SettlementPass::Running { before, visited };
			}
			let Some((id, job)) = Self::job_after(visited) else {
				break SettlementPass::Done { before };
			};
			match Self::settle_job(id, job, before, meter) {
				Turn::Over => visited = Some(id),
				Turn::OutOfWeight => break SettlementPass::Running { before, visited },
			}
		};
		Settlement::<T>::put(pass);
	}

	/// The job that follows `visited` in the map, whether or not `visited` is still there.
	pub(crate) fn job_after(visited: Option<JobId>) -> Option<(JobId, Job)> {
		match visited {
			None => Jobs::<T>::iter().next(),
			Some(id) => Jobs::<T>::iter_from(Jobs::<T>::hashed_key_for(id)).next(),
		}
	}

	/// Gives a job its turn: settles its epochs before `decided`, in order, until one fails.
	fn settle_job(id: JobId, job: Job, decided: EpochIndex, meter: &mut WeightMeter) -> Turn {
		let mut live = Some(job);
		while let Some(job) = live.take() {
			let epoch = job.settled_before;
			let is_settleable = job.settleable_before(decided).is_some_and(|before| epoch < before);
			if !is_settleable {
				return Turn::Over;
			}
			// At most `REPLICAS_MAX`.
			let nodes = job.deeds_in(epoch).len() as u32;
			if meter.try_consume(T::WeightInfo::settle_epoch(nodes)).is_err() {
				return Turn::OutOfWeight;
			}
			match with_storage_layer(|| Self::settle_epoch(id, job)) {
				Ok(remaining) => live = remaining,
				Err(error) => {
					log::warn!(target: LOG_TARGET, "job {id} in epoch {epoch}: {error:?}");
					Self::deposit_event(Event::JobSettlementFailed { job: id, epoch, error });
				},
			}
		}
		Turn::Over
	}

	/// Settles the first open epoch of a job; returns the job unless that was its last epoch.
	pub(crate) fn settle_epoch(id: JobId, mut job: Job) -> Result<Option<Job>, DispatchError> {
		let epoch = job.settled_before;
		let work = Self::pay_nodes(id, &job, epoch)?;
		Self::burn(id, epoch, work.burned)?;
		if work.paid > 0 {
			T::Adoption::on_work_paid(work.paid);
		}

		job.balance = job.balance.checked_sub(work.paid).ok_or(ArithmeticError::Underflow)?;
		job.settled_before = next_epoch(epoch)?;
		if job.settled_before >= job.end {
			Self::remove_job(id, &job)?;
			return Ok(None);
		}
		// A vote is due only on what the newest placement did.
		if job.former.is_none() {
			let is_short = (job.deeds.len() as u32) < job.replicas;
			job.awaits_placement |= is_short || !work.lost.is_empty();
			// Who works again keeps the place, unless the oracles have agreed already.
			job.lost = DeedSet::try_from(work.lost).map_err(|_| Error::<T>::TooManyDeeds)?;
		}
		job.former = job.former.filter(|former| job.settled_before < former.before);
		Jobs::<T>::insert(id, &job);
		Ok(Some(job))
	}

	/// Accrues to the owners of a job's deeds what their nodes earned in an epoch.
	fn pay_nodes(id: JobId, job: &Job, epoch: EpochIndex) -> Result<EpochWork, DispatchError> {
		let mut work = EpochWork::default();
		let attendance = T::Rounds::attendance(epoch, id);
		for deed in job.deeds_in(epoch) {
			let agreed =
				T::Verdicts::quality(epoch, id, *deed).ok_or(Error::<T>::EpochUndecided)?;
			let quality = quality_of(*deed, agreed, &attendance);
			if !T::Deeds::is_active(*deed) || Self::has_failed(id, job, epoch, *deed, quality) {
				work.lost.push(*deed);
			}
			let pay = pay_for_quality(job.price_per_epoch, quality);
			// Nobody owns a deed that is gone: then the job keeps the money.
			let Some(owner) = T::Deeds::owner_of(*deed).filter(|_| pay > 0) else { continue };

			let WorkSplit { reward, burned } = split(pay);
			work.paid = work.paid.checked_add(pay).ok_or(ArithmeticError::Overflow)?;
			work.burned = work.burned.checked_add(burned).ok_or(ArithmeticError::Overflow)?;
			let accrued = Accrued::<T>::get(&owner);
			let accrued = accrued.checked_add(reward).ok_or(ArithmeticError::Overflow)?;
			Accrued::<T>::insert(&owner, accrued);
			let (job, deed) = (id, *deed);
			Self::deposit_event(Event::NodePaid {
				job,
				epoch,
				deed,
				owner,
				quality,
				reward,
				burned,
			});
		}
		Ok(work)
	}

	/// Whether a node that did work of some quality in an epoch loses its place for it: it did
	/// nothing, or too little in this epoch and in the one before.
	///
	/// An epoch on which the oracles did not agree looks like one in which nobody did anything. Then
	/// they are asked about all nodes, and keep those of whom they know better.
	fn has_failed(id: JobId, job: &Job, epoch: EpochIndex, deed: DeedId, quality: u8) -> bool {
		if WORK_QUALITY_MIN <= quality || !job.is_judged_in(epoch) {
			return false;
		}
		let before = epoch.checked_sub(1).filter(|before| job.is_judged_in(*before));
		let was_weak = |before| {
			let agreed = T::Verdicts::quality(before, id, deed);
			let attendance = T::Rounds::attendance(before, id);
			agreed.is_some_and(|agreed| quality_of(deed, agreed, &attendance) < WORK_QUALITY_MIN)
		};
		quality == 0 || before.is_some_and(was_weak)
	}

	/// Swaps USDC of the pot to R1 at no less than the median price, and burns the R1.
	fn burn(job: JobId, epoch: EpochIndex, usdc: u128) -> DispatchResult {
		if usdc == 0 {
			return Ok(());
		}
		let price = T::Price::median_price().ok_or(Error::<T>::PriceUnavailable)?;
		let worth = usdc_to_r1(usdc, price).ok_or(ArithmeticError::Overflow)?;
		let r1_minimum = minimum_output(worth, T::SlippageBasisPoints::get());
		let pot = Self::pot();
		let r1 = T::Market::swap_usdc_for_r1(&pot, usdc, r1_minimum)?;
		T::Currency::burn_from(&pot, r1, Preserve, Exact, Polite)?;
		Self::deposit_event(Event::UsdcBurned { job, epoch, usdc, r1 });
		Ok(())
	}
}

/// What counts of the quality that the oracles agreed on for a deed: the share of the rounds that
/// its node attended.
fn quality_of(deed: DeedId, agreed: u8, attendance: &[Attendance]) -> u8 {
	let of_deed = attendance.iter().find(|attendance| attendance.deed == deed);
	of_deed.map_or(agreed, |attendance| {
		quality_of_attendance(agreed, attendance.rounds, attendance.missed)
	})
}

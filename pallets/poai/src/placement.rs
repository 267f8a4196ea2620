// SPDX-License-Identifier: Apache-2.0

//! On which nodes a job runs: what the oracles agree on, checked here.

use crate::{
	Config, DeedSet, Error, Event, FormerPlacement, Job, JobMembers, Jobs, Members, Membership,
	Pallet, jobs::next_epoch,
};
use alloc::vec::Vec;
use frame_support::{BoundedVec, ensure, traits::UnixTime};
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, FORMER_MEMBERS_MAX, JobId, PlacementRound,
	traits::{CurrentEpoch, DeedInspect, PlacementHandler},
};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> PlacementHandler for Pallet<T> {
	fn open_round(job: JobId) -> Option<PlacementRound> {
		Jobs::<T>::get(job)?.open_round(T::Epochs::current_epoch())
	}

	fn check_placement(job: JobId, deeds: &[DeedId]) -> DispatchResult {
		let job = Jobs::<T>::get(job).ok_or(Error::<T>::UnknownJob)?;
		let is_open = job.open_round(T::Epochs::current_epoch()).is_some();
		ensure!(is_open, Error::<T>::NotAwaitingPlacement);
		Self::check_deeds(&job, deeds).map(drop)
	}

	fn place(id: JobId, round: PlacementRound, deeds: &[DeedId]) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		let now = T::Epochs::current_epoch();
		let open = job.open_round(now).ok_or(Error::<T>::NotAwaitingPlacement)?;
		ensure!(round == open, Error::<T>::WrongRound);
		let deeds = Self::check_deeds(&job, deeds)?;

		Self::name_members(id, round, &deeds)?;
		let job = Self::placed(job, deeds.clone(), now)?;
		let end = job.end;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobPlaced { job: id, round, deeds, end });
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// Checks that a job may run on a set of deeds.
	fn check_deeds(job: &Job, deeds: &[DeedId]) -> Result<DeedSet, DispatchError> {
		ensure!(!deeds.is_empty(), Error::<T>::EmptyPlacement);
		let fits = u32::try_from(deeds.len()).is_ok_and(|count| count <= job.replicas);
		ensure!(fits, Error::<T>::TooManyDeeds);
		// One order for every set, so that votes for the same set are equal; and no deed twice.
		ensure!(deeds.is_sorted_by(|left, right| left < right), Error::<T>::DeedsNotAscending);
		ensure!(deeds.iter().all(|deed| T::Deeds::is_active(*deed)), Error::<T>::DeedNotActive);
		let does_work = |deed: &DeedId| T::Deeds::terms(*deed) == Some(DeedTerms::Node);
		ensure!(deeds.iter().all(does_work), Error::<T>::DeedNotForWork);
		DeedSet::try_from(deeds.to_vec()).map_err(|_| Error::<T>::TooManyDeeds.into())
	}

	/// The job, placed on `deeds` in epoch `now`.
	///
	/// A first placement pays from the current epoch on, and the end moves by as many epochs as
	/// the job has waited: no paid epoch is lost. A later placement pays from the next epoch on,
	/// since the current epoch's work is that of the nodes that it started with.
	fn placed(mut job: Job, deeds: DeedSet, now: EpochIndex) -> Result<Job, DispatchError> {
		if job.started_at.is_none() {
			let waited = now.checked_sub(job.requested_at).ok_or(ArithmeticError::Underflow)?;
			job.end = job.end.checked_add(waited).ok_or(ArithmeticError::Overflow)?;
			job.started_at = Some(now);
			job.settled_before = now;
			job.deeds = deeds;
			job.placed_from = now;
		} else if job.deeds != deeds {
			let replaced = core::mem::replace(&mut job.deeds, deeds);
			job.placed_from = next_epoch(now)?;
			job.former = Some(FormerPlacement { deeds: replaced, before: job.placed_from });
		}
		job.round = job.round.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		job.awaits_placement = false;
		job.lost = DeedSet::default();
		Ok(job)
	}

	/// Writes down which nodes a placement names, if they are others than before.
	fn name_members(id: JobId, round: PlacementRound, deeds: &DeedSet) -> DispatchResult {
		let mut nodes: Vec<_> = deeds.iter().filter_map(|deed| T::Deeds::node_of(*deed)).collect();
		nodes.sort_unstable();
		let nodes = BoundedVec::try_from(nodes).map_err(|_| Error::<T>::TooManyDeeds)?;
		let known = JobMembers::<T>::get(id);
		if known.as_ref().is_some_and(|known| known.current.nodes == nodes) {
			return Ok(());
		}
		let former = known
			.into_iter()
			.flat_map(|known| [known.current].into_iter().chain(known.former));
		let former = former.take(FORMER_MEMBERS_MAX as usize).collect::<Vec<_>>();
		let former = BoundedVec::try_from(former).map_err(|_| ArithmeticError::Overflow)?;
		let current = Membership { round, since_secs: T::Time::now().as_secs(), nodes };
		JobMembers::<T>::insert(id, Members { current, former });
		Ok(())
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Ordering a job and ending it early.

use crate::{
	Config, DeedSet, Error, Escrows, Event, Job, JobMembers, Jobs, NextJobId, Order, Pallet,
	Rights, Specification,
};
use frame_support::{ensure, traits::Get};
use r1_math::work::{job_price, price_of_spans};
use r1_primitives::{EpochIndex, JobId, REPLICAS_MAX, traits::CurrentEpoch};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Pays for a job from the owner's escrow and lets it wait for a placement.
	pub(crate) fn do_create_job(owner: AccountId32, order: Order) -> DispatchResult {
		let price_per_epoch = Self::check_order(&order)?;
		let Order { resources, replicas, epochs, cost_max, specification } = order;
		let cost = cost_of(price_per_epoch, replicas, epochs)?;
		ensure!(cost <= cost_max, Error::<T>::CostAboveMaximum);

		let mut escrow = Escrows::<T>::get(&owner).ok_or(Error::<T>::NoEscrow)?;
		ensure!(escrow.live_jobs < T::JobsPerOwnerMax::get(), Error::<T>::TooManyJobs);
		escrow.live_jobs = escrow.live_jobs.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		escrow.free = escrow.free.checked_sub(cost).ok_or(Error::<T>::InsufficientEscrow)?;

		let requested_at = T::Epochs::current_epoch();
		let end = requested_at.checked_add(epochs).ok_or(ArithmeticError::Overflow)?;
		let job = NextJobId::<T>::get();
		NextJobId::<T>::put(job.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		Self::put_escrow(&owner, escrow);
		Jobs::<T>::insert(
			job,
			Job {
				owner: owner.clone(),
				resources,
				price_per_epoch,
				replicas,
				requested_at,
				started_at: None,
				end,
				settled_before: requested_at,
				balance: cost,
				specification,
				round: 0,
				awaits_placement: true,
				deeds: DeedSet::default(),
				placed_from: requested_at,
				lost: DeedSet::default(),
				former: None,
			},
		);
		Self::deposit_event(Event::JobCreated {
			job,
			owner,
			resources,
			price_per_epoch,
			replicas,
			end,
			cost,
		});
		Ok(())
	}

	/// Ends a job: at once if it never ran, else with the current epoch.
	///
	/// Nodes worked in the epochs that are over but not decided, and work in the current one, so
	/// these stay paid for. All that the job can no longer spend is refunded now, the rest when
	/// its last epoch is settled.
	pub(crate) fn do_close_job(who: &AccountId32, id: JobId) -> DispatchResult {
		let mut job = Self::job_for(who, id, Rights::CLOSE_JOBS)?;
		if job.started_at.is_none() {
			return Self::remove_job(id, &job);
		}

		let end = next_epoch(T::Epochs::current_epoch())?;
		ensure!(end < job.end, Error::<T>::JobAlreadyEnding);
		job.end = end;
		let kept = most_cost(&job, T::Epochs::current_epoch())?;
		let refund = job.balance.checked_sub(kept).ok_or(ArithmeticError::Underflow)?;
		Self::credit_escrow(&job.owner, refund)?;
		job.balance = kept;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobEnding { job: id, end, refund });
		Ok(())
	}

	/// Changes what a job is.
	///
	/// # Errors
	///
	/// See the call.
	pub(crate) fn do_update_job(
		who: &AccountId32,
		id: JobId,
		specification: Specification,
	) -> DispatchResult {
		let mut job = Self::job_for(who, id, Rights::UPDATE_JOBS)?;
		ensure!(!specification.is_empty(), Error::<T>::EmptySpecification);
		ensure!(job.specification != specification, Error::<T>::SameSpecification);
		job.specification = specification.clone();
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobUpdated { job: id, specification });
		Ok(())
	}

	/// Removes a job that nobody can earn from any more, and refunds what is left in it.
	pub(crate) fn remove_job(id: JobId, job: &Job) -> DispatchResult {
		Self::refund_closed_job(&job.owner, job.balance)?;
		Jobs::<T>::remove(id);
		JobMembers::<T>::remove(id);
		Self::deposit_event(Event::JobClosed {
			job: id,
			owner: job.owner.clone(),
			refund: job.balance,
		});
		Ok(())
	}

	/// Checks what is ordered; returns the price of one node for one epoch.
	fn check_order(order: &Order) -> Result<u128, DispatchError> {
		let class = Self::offered_class(order.resources)?;
		ensure!(order.replicas > 0, Error::<T>::NoReplicas);
		ensure!(order.replicas <= REPLICAS_MAX, Error::<T>::TooManyReplicas);
		ensure!(order.epochs >= T::EpochsMin::get(), Error::<T>::TooFewEpochs);
		ensure!(order.epochs <= T::EpochsMax::get(), Error::<T>::TooManyEpochs);
		ensure!(!order.specification.is_empty(), Error::<T>::EmptySpecification);
		Ok(class.price_per_epoch)
	}
}

/// What `replicas` nodes cost for `epochs` epochs at full quality.
pub(crate) fn cost_of(
	price_per_epoch: u128,
	replicas: u32,
	epochs: u32,
) -> Result<u128, ArithmeticError> {
	job_price(price_per_epoch, replicas, epochs).ok_or(ArithmeticError::Overflow)
}

/// The most that a job may still cost in epoch `now`.
///
/// Before its start that is all of it. Then, the nodes of the epochs up to `now` are known; each
/// later one may have as many as the job has replicas.
pub(crate) fn most_cost(job: &Job, now: EpochIndex) -> Result<u128, ArithmeticError> {
	let span = |from: EpochIndex, until: EpochIndex| {
		until.checked_sub(from).ok_or(ArithmeticError::Underflow)
	};
	if job.started_at.is_none() {
		let epochs = span(job.requested_at, job.end)?;
		return cost_of(job.price_per_epoch, job.replicas, epochs);
	}
	let first = job.settled_before;
	let to_come = next_epoch(now)?.min(job.end).max(first);
	let newest = job
		.former
		.as_ref()
		.map_or(first, |former| former.before.min(to_come).max(first));
	let former = job.former.as_ref().map_or(0, |former| former.deeds.len());
	// Neither has more than `REPLICAS_MAX`.
	let spans = [
		(former as u32, span(first, newest)?),
		(job.deeds.len() as u32, span(newest, to_come)?),
		(job.replicas, span(to_come, job.end)?),
	];
	price_of_spans(job.price_per_epoch, spans).ok_or(ArithmeticError::Overflow)
}

/// The epoch after `epoch`.
pub(crate) fn next_epoch(epoch: EpochIndex) -> Result<EpochIndex, ArithmeticError> {
	epoch.checked_add(1).ok_or(ArithmeticError::Overflow)
}

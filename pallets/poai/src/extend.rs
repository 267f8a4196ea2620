// SPDX-License-Identifier: Apache-2.0

//! More of a job, and less: longer, on more nodes, or without what it cannot spend.
//!
//! More costs what the job was ordered at, and is paid from the owner's escrow, whoever asks. A job
//! whose class is offered no more can be neither longer nor larger.

use crate::{
	Config, Error, Event, Job, Jobs, Pallet, Rights,
	jobs::{cost_of, most_cost, next_epoch},
};
use frame_support::{ensure, traits::Get};
use r1_primitives::{EpochIndex, JobId, REPLICAS_MAX, traits::CurrentEpoch};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

/// What it is to make a job longer.
pub(crate) struct Extension {
	/// The first epoch that would not pay.
	pub(crate) end: EpochIndex,
	/// What that costs, in 10^-6 USDC.
	pub(crate) cost: u128,
}

impl<T: Config> Pallet<T> {
	/// Moves the end of a job by some epochs.
	///
	/// By a number of epochs and not to an end, because the end itself moves when a job starts late.
	pub(crate) fn do_extend_duration(who: &AccountId32, id: JobId, epochs: u32) -> DispatchResult {
		let mut job = Self::job_for(who, id, Rights::EXTEND_DURATION)?;
		let Extension { end, cost } = Self::longer(&job, epochs)?;
		Self::pay_for(&mut job, cost)?;
		job.end = end;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobDurationExtended { job: id, epochs, end, cost });
		Ok(())
	}

	/// Lets a job run on `replicas` nodes, which are more than it has now.
	///
	/// A job that never ran has all of its epochs before it, wherever its end moves to, and pays
	/// for all of them. In one that runs, more nodes can work from the next epoch on.
	pub(crate) fn do_extend_replicas(
		who: &AccountId32,
		id: JobId,
		replicas: u32,
	) -> DispatchResult {
		let mut job = Self::job_for(who, id, Rights::EXTEND_REPLICAS)?;
		let cost = Self::cost_of_larger(&job, replicas)?;
		Self::pay_for(&mut job, cost)?;
		job.replicas = replicas;
		// Otherwise settlement opens a round as soon as the newest placement is the only one.
		job.awaits_placement |= job.former.is_none();

		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobReplicasExtended { job: id, replicas, cost });
		Ok(())
	}

	/// Moves back to the escrow what a job cannot spend: all of one that never ran, which closes.
	///
	/// A job that runs cannot spend what nodes that were missing did not earn, nor the part of an
	/// epoch's price that its quality was below the full mark.
	pub(crate) fn do_redeem_unused(who: &AccountId32, id: JobId) -> DispatchResult {
		let mut job = Self::job_for(who, id, Rights::REDEEM_UNUSED)?;
		if job.started_at.is_none() {
			return Self::remove_job(id, &job);
		}
		let refund = Self::unused_of(&job)?;
		ensure!(refund > 0, Error::<T>::NothingUnused);
		Self::credit_escrow(&job.owner, refund)?;
		job.balance = job.balance.checked_sub(refund).ok_or(ArithmeticError::Underflow)?;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::UnusedRedeemed { job: id, refund });
		Ok(())
	}

	/// Where a job would end if it were made longer by some epochs, and what that costs.
	pub(crate) fn longer(job: &Job, epochs: u32) -> Result<Extension, DispatchError> {
		ensure!(epochs > 0, Error::<T>::NothingToExtend);
		Self::offered_class(job.resources)?;
		let now = T::Epochs::current_epoch();
		// An epoch that is over has no nodes any more that could go on.
		ensure!(job.started_at.is_none() || now < job.end, Error::<T>::JobEnded);
		let end = job.end.checked_add(epochs).ok_or(ArithmeticError::Overflow)?;
		let first_open = if job.started_at.is_some() { now } else { job.requested_at };
		let length = end.checked_sub(first_open).ok_or(ArithmeticError::Underflow)?;
		ensure!(length <= T::EpochsMax::get(), Error::<T>::TooManyEpochs);
		let cost = cost_of(job.price_per_epoch, job.replicas, epochs)?;
		Ok(Extension { end, cost })
	}

	/// What it costs to let a job run on more nodes, `replicas` in all.
	pub(crate) fn cost_of_larger(job: &Job, replicas: u32) -> Result<u128, DispatchError> {
		ensure!(replicas <= REPLICAS_MAX, Error::<T>::TooManyReplicas);
		let added = replicas.checked_sub(job.replicas).filter(|added| *added > 0);
		let added = added.ok_or(Error::<T>::NotMoreReplicas)?;
		Self::offered_class(job.resources)?;
		let epochs = Self::epochs_of_new_nodes(job)?;
		Ok(cost_of(job.price_per_epoch, added, epochs)?)
	}

	/// What a job cannot spend any more: all of one that never ran.
	pub(crate) fn unused_of(job: &Job) -> Result<u128, DispatchError> {
		if job.started_at.is_none() {
			return Ok(job.balance);
		}
		let kept = most_cost(job, T::Epochs::current_epoch())?;
		Ok(job.balance.checked_sub(kept).ok_or(ArithmeticError::Underflow)?)
	}

	/// Epochs in which nodes that are added to a job now may work.
	fn epochs_of_new_nodes(job: &Job) -> Result<EpochIndex, DispatchError> {
		let first = match job.started_at {
			None => job.requested_at,
			Some(_) => next_epoch(T::Epochs::current_epoch())?,
		};
		let epochs = job.end.checked_sub(first).filter(|epochs| *epochs > 0);
		epochs.ok_or(Error::<T>::JobAlreadyEnding.into())
	}

	/// Moves what more of a job costs from the escrow of its owner into it.
	fn pay_for(job: &mut Job, cost: u128) -> DispatchResult {
		Self::charge_escrow(&job.owner, cost)?;
		job.balance = job.balance.checked_add(cost).ok_or(ArithmeticError::Overflow)?;
		Ok(())
	}
}

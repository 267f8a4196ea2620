// SPDX-License-Identifier: Apache-2.0

//! What must hold after every block.

use crate::{
	Accrued, Config, Delegates, Escrows, Job, JobMembers, Jobs, Members, NextJobId, Pallet,
	ResourceClasses, jobs::most_cost,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::Inspect};
use r1_primitives::{JobId, traits::CurrentEpoch};
use sp_runtime::{AccountId32, ArithmeticError, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_money()?;
		Self::try_state_escrows()?;
		Self::try_state_delegates()?;
		Self::try_state_classes()?;
		Jobs::<T>::iter().try_for_each(|(id, job)| Self::try_state_job(id, &job))?;
		JobMembers::<T>::iter().try_for_each(|(id, members)| Self::try_state_members(id, &members))
	}

	/// The USDC that the pallet owes: free in escrows, left in jobs, and accrued to owners.
	pub(crate) fn owed() -> Result<u128, ArithmeticError> {
		let free = Escrows::<T>::iter_values().map(|escrow| escrow.free);
		let balances = Jobs::<T>::iter_values().map(|job| job.balance);
		let accrued = Accrued::<T>::iter_values();
		free.chain(balances)
			.chain(accrued)
			.try_fold(0u128, |sum, amount| sum.checked_add(amount))
			.ok_or(ArithmeticError::Overflow)
	}

	/// The pot holds what the pallet owes, and the R1 that keeps it alive.
	///
	/// More than it owes only if somebody gave it USDC, which nobody can prevent.
	fn try_state_money() -> Result<(), TryRuntimeError> {
		let pot = Self::pot();
		ensure!(T::Usdc::balance(&pot) >= Self::owed()?, "the pot holds less than it owes");
		ensure!(T::Usdc::minimum_balance() <= 1, "the pot can lose USDC as dust");
		ensure!(
			T::Currency::balance(&pot) >= T::Currency::minimum_balance(),
			"the pot lacks its existential deposit of R1"
		);
		ensure!(Accrued::<T>::iter_values().all(|accrued| accrued > 0), "nothing is accrued");
		Ok(())
	}

	/// Escrows count the live jobs of their owners, and empty ones are gone.
	fn try_state_escrows() -> Result<(), TryRuntimeError> {
		let mut live_jobs = BTreeMap::<AccountId32, u32>::new();
		for job in Jobs::<T>::iter_values() {
			let count = live_jobs.entry(job.owner).or_default();
			*count = count.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		}
		for (owner, escrow) in Escrows::<T>::iter() {
			ensure!(!escrow.is_empty(), "an empty escrow is stored");
			let counted = live_jobs.remove(&owner).unwrap_or_default();
			ensure!(escrow.live_jobs == counted, "an escrow miscounts its jobs");
		}
		ensure!(live_jobs.is_empty(), "a job's owner has no escrow");
		Ok(())
	}

	/// Delegates are of an escrow that is there, are others than its owner, and may do something.
	fn try_state_delegates() -> Result<(), TryRuntimeError> {
		for (owner, delegates) in Delegates::<T>::iter() {
			ensure!(Escrows::<T>::contains_key(&owner), "delegates of no escrow");
			ensure!(!delegates.is_empty(), "no delegates are stored");
			ensure!(!delegates.contains_key(&owner), "an owner is a delegate");
			ensure!(delegates.values().all(|rights| rights.is_valid()), "rights that are none");
		}
		Ok(())
	}

	/// Every class in the table is one that governance could set.
	fn try_state_classes() -> Result<(), TryRuntimeError> {
		for (id, class) in ResourceClasses::<T>::iter() {
			ensure!(Self::check_class(id, &class).is_ok(), "a resource class is not valid");
		}
		Ok(())
	}

	/// A job can pay for every epoch that is left, and its fields agree with each other.
	fn try_state_job(id: JobId, job: &Job) -> Result<(), TryRuntimeError> {
		ensure!(id < NextJobId::<T>::get(), "a job has a number that was not given yet");
		ensure!(ResourceClasses::<T>::contains_key(job.resources), "a job's class is gone");
		ensure!(job.started_at.is_some() != job.deeds.is_empty(), "started and placed differ");
		ensure!((job.deeds.len() as u32) <= job.replicas, "more nodes than replicas");
		ensure!(job.deeds.is_sorted_by(|left, right| left < right), "deeds are not ascending");

		ensure!(job.settled_before < job.end, "a job is over and not closed");
		let most_cost = most_cost(job, T::Epochs::current_epoch())?;
		ensure!(job.balance >= most_cost, "a job cannot pay for its epochs");
		let is_untouched = job.started_at.is_some() || job.balance == most_cost;
		ensure!(is_untouched, "a job that never ran holds more or less than it costs");

		if let Some(former) = &job.former {
			ensure!(job.settled_before < former.before, "a former placement has nothing to pay");
			ensure!(!job.awaits_placement, "a job is placed faster than it settles");
			ensure!(job.placed_from == former.before, "placements leave epochs out, or share them");
		}
		let is_placed = |deed| job.deeds.contains(deed);
		ensure!(job.lost.iter().all(is_placed), "a node that was not there is lost");
		ensure!(job.lost.is_sorted_by(|left, right| left < right), "lost deeds are not ascending");
		ensure!(job.lost.is_empty() || job.awaits_placement, "lost nodes are not replaced");
		Ok(())
	}

	/// Members are of a job that was placed, and differ from those before.
	fn try_state_members(id: JobId, members: &Members) -> Result<(), TryRuntimeError> {
		let job = Jobs::<T>::get(id).ok_or("a job that is gone has members")?;
		let Members { current, former } = members;
		ensure!(current.round < job.round, "members of a round that is not over");
		ensure!(!current.nodes.is_empty(), "a placement names nobody");
		let is_ascending = current.nodes.is_sorted_by(|left, right| left < right);
		ensure!(is_ascending, "members are not ascending");
		let all = || [current].into_iter().chain(former);
		for (newer, older) in all().zip(all().skip(1)) {
			ensure!(older.round < newer.round, "members before are of a later round");
			ensure!(older.nodes != newer.nodes, "members before are the same");
		}
		Ok(())
	}
}

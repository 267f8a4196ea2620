// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage after every block.

use crate::{
	Applications, Burned, Burners, Config, HoldReason, Leaderboard, Pallet, TopApplications,
	TopBurners, TotalBurned, application_id, registry::is_valid_slug,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
	ensure,
	traits::{Get, fungible::InspectHold},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// # Errors
	///
	/// Names the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_total()?;
		Self::check_burners()?;
		Self::check_applications()?;
		Self::check_application_totals()?;
		Self::check_deposits()?;
		Self::check_top_burners()?;
		Self::check_top_applications()
	}

	/// What all accounts have burned is what was burned.
	fn check_total() -> Result<(), TryRuntimeError> {
		let total = sum(Burned::<T>::iter_values());
		ensure!(
			total == Some(TotalBurned::<T>::get()),
			"the accounts have not burned what was burned"
		);
		Ok(())
	}

	/// Every account with a total has burned something, and all of them are counted.
	fn check_burners() -> Result<(), TryRuntimeError> {
		ensure!(
			Burned::<T>::iter_values().all(|total| total > 0),
			"an account with a total has burned nothing"
		);
		ensure!(
			u32::try_from(Burned::<T>::iter_keys().count()) == Ok(Burners::<T>::get()),
			"the burners are not as many as are counted"
		);
		Ok(())
	}

	/// Each application has a valid slug and name, and the id that belongs to the slug.
	fn check_applications() -> Result<(), TryRuntimeError> {
		for (id, application) in Applications::<T>::iter() {
			ensure!(is_valid_slug(&application.slug), "a slug is not valid");
			ensure!(core::str::from_utf8(&application.name).is_ok(), "a name is not UTF-8");
			ensure!(
				id == application_id(&application.slug),
				"an application's id is not that of its slug"
			);
		}
		Ok(())
	}

	/// No more was burned for all applications than was burned.
	fn check_application_totals() -> Result<(), TryRuntimeError> {
		let total = sum(Applications::<T>::iter_values().map(|application| application.total));
		ensure!(
			total.is_some_and(|total| total <= TotalBurned::<T>::get()),
			"more was burned for applications than was burned"
		);
		Ok(())
	}

	/// What is held from each creator covers the deposits of their applications.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::<T::AccountId, u128>::new();
		for application in Applications::<T>::iter_values() {
			let deposit = deposits.entry(application.creator).or_default();
			// Saturating: no account holds the greatest of all amounts.
			*deposit = deposit.saturating_add(application.deposit);
		}
		let reason = HoldReason::Application.into();
		let is_covered = |(creator, deposit): (&T::AccountId, &u128)| {
			*deposit <= T::Currency::balance_on_hold(&reason, creator)
		};
		ensure!(deposits.iter().all(is_covered), "a creator's deposits are not held");
		Ok(())
	}

	/// The leaderboard of burners follows from what they have burned.
	fn check_top_burners() -> Result<(), TryRuntimeError> {
		check_board(&TopBurners::<T>::get(), &Burned::<T>::iter().collect())
	}

	/// The leaderboard of applications follows from what was burned for them.
	fn check_top_applications() -> Result<(), TryRuntimeError> {
		let totals = Applications::<T>::iter()
			.map(|(id, application)| (id, application.total))
			.filter(|(_, total)| *total > 0)
			.collect();
		check_board(&TopApplications::<T>::get(), &totals)
	}
}

/// The sum of totals, if it is a number.
fn sum(mut totals: impl Iterator<Item = u128>) -> Option<u128> {
	totals.try_fold(0u128, |sum, total| sum.checked_add(total))
}

/// A board is sorted, names each once and with its total, and leaves out nobody who belongs on it.
fn check_board<Id: Ord, PlacesMax: Get<u32>>(
	board: &Leaderboard<Id, PlacesMax>,
	totals: &BTreeMap<Id, u128>,
) -> Result<(), TryRuntimeError> {
	ensure!(
		board.is_sorted_by(|above, below| above.total >= below.total),
		"a leaderboard is not sorted"
	);
	let ids: BTreeSet<&Id> = board.iter().map(|rank| &rank.id).collect();
	ensure!(ids.len() == board.len(), "a leaderboard names somebody twice");
	ensure!(
		board.iter().all(|rank| totals.get(&rank.id) == Some(&rank.total)),
		"a leaderboard's total is not the real one"
	);
	// On a board with free places, any total is enough.
	let last = if board.is_full() { board.last().map_or(0, |rank| rank.total) } else { 0 };
	let mut others = totals.iter().filter(|(id, _)| !ids.contains(id));
	ensure!(
		others.all(|(_, total)| *total <= last),
		"a leaderboard leaves out a total that belongs on it"
	);
	Ok(())
}

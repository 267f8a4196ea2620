// SPDX-License-Identifier: Apache-2.0

//! Burning: from whom, and for what it counts.

use crate::{
	ApplicationId, Applications, Burned, Burners, Config, Error, Event, Pallet, Rank,
	TopApplications, TopBurners, TotalBurned, leaderboard,
};
use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use sp_runtime::{ArithmeticError, DispatchResult};

/// Every total that a burn moves, as it is after the burn.
struct Totals {
	burner: u128,
	application: Option<u128>,
	all: u128,
	burners: u32,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_burn(
		burner: T::AccountId,
		amount: u128,
		application: Option<ApplicationId>,
	) -> DispatchResult {
		ensure!(amount >= T::BurnMin::get(), Error::<T>::AmountBelowMinimum);
		let application_total = application.map(Self::application_total).transpose()?;
		// Preserve: an account does not vanish because its owner was generous.
		let spendable =
			T::Currency::reducible_balance(&burner, Preservation::Preserve, Fortitude::Polite);
		ensure!(amount <= spendable, Error::<T>::InsufficientR1);
		let totals = Self::totals_after(&burner, amount, application_total)?;

		T::Currency::burn_from(
			&burner,
			amount,
			Preservation::Preserve,
			Precision::Exact,
			Fortitude::Polite,
		)?;
		Self::book(&burner, application, &totals);

		Self::deposit_event(Event::R1Burned {
			burner,
			application,
			amount,
			burner_total: totals.burner,
			application_total: totals.application,
		});
		Ok(())
	}

	/// What was burned for an application so far.
	fn application_total(id: ApplicationId) -> Result<u128, Error<T>> {
		let application = Applications::<T>::get(id).ok_or(Error::<T>::UnknownApplication)?;
		Ok(application.total)
	}

	/// The totals after a burn of `amount`.
	fn totals_after(
		burner: &T::AccountId,
		amount: u128,
		application_total: Option<u128>,
	) -> Result<Totals, ArithmeticError> {
		let after = |total: u128| total.checked_add(amount).ok_or(ArithmeticError::Overflow);
		let burner_total = Burned::<T>::get(burner);
		let new_burners = u32::from(burner_total == 0);
		Ok(Totals {
			burner: after(burner_total)?,
			application: application_total.map(after).transpose()?,
			all: after(TotalBurned::<T>::get())?,
			burners: Burners::<T>::get()
				.checked_add(new_burners)
				.ok_or(ArithmeticError::Overflow)?,
		})
	}

	/// Writes the totals, and ranks the burner and the application by theirs.
	fn book(burner: &T::AccountId, application: Option<ApplicationId>, totals: &Totals) {
		Burned::<T>::insert(burner, totals.burner);
		TotalBurned::<T>::put(totals.all);
		Burners::<T>::put(totals.burners);
		TopBurners::<T>::mutate(|board| {
			leaderboard::place(board, Rank { id: burner.clone(), total: totals.burner });
		});

		let (Some(id), Some(total)) = (application, totals.application) else { return };
		Applications::<T>::mutate_extant(id, |application| application.total = total);
		TopApplications::<T>::mutate(|board| leaderboard::place(board, Rank { id, total }));
	}
}

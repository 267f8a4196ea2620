// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage between any two blocks.

use crate::{Accounts, Config, Pallet};
use frame_support::{
	ensure,
	traits::{Get, fungible::Inspect},
};
use r1_math::node_deed::ALLOCATION;
use r1_primitives::traits::{CurrentEpoch, DeedInspect};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// # Errors
	///
	/// Names the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_allocations()?;
		Self::check_epochs()?;
		Self::check_deeds()?;
		Self::check_issuance()
	}

	/// No deed was ever paid more than its allocation.
	fn check_allocations() -> Result<(), TryRuntimeError> {
		let within = Accounts::<T>::iter_values().all(|account| account.claimed <= ALLOCATION);
		ensure!(within, "a deed was paid more than its allocation");
		Ok(())
	}

	/// No epoch that is not over is claimed.
	fn check_epochs() -> Result<(), TryRuntimeError> {
		let now = T::Epochs::current_epoch();
		let past = Accounts::<T>::iter_values().all(|account| account.next_epoch <= now);
		ensure!(past, "a deed has claimed an epoch that is not over");
		Ok(())
	}

	/// Each account belongs to a deed that was issued, and each active deed has an account.
	fn check_deeds() -> Result<(), TryRuntimeError> {
		let issued = 1..=T::Deeds::issued();
		let known = Accounts::<T>::iter_keys().all(|deed| issued.contains(&deed));
		ensure!(known, "an account belongs to no deed");
		let mut active = issued.filter(|deed| T::Deeds::is_active(*deed));
		ensure!(active.all(Accounts::<T>::contains_key), "an active deed has no account");
		Ok(())
	}

	/// No more R1 exists than may.
	fn check_issuance() -> Result<(), TryRuntimeError> {
		let issuance = T::Currency::total_issuance();
		ensure!(issuance <= T::IssuanceCap::get(), "more R1 exists than the cap allows");
		Ok(())
	}
}

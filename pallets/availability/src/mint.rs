// SPDX-License-Identifier: Apache-2.0

//! The one place where R1 is minted, never beyond the cap.

use crate::{BootstrapGranted, Config, Error, Pallet};
use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{Inspect, Mutate},
		tokens::{DepositConsequence, Provenance},
	},
};
use r1_math::genesis_deed::TreasurySplit;
use r1_primitives::R1;
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

/// The most that genesis may grant out of the Genesis Deed's allocation, in base units of R1:
/// 1 000 R1, so that the first accounts can pay fees.
pub const BOOTSTRAP_GRANTS_MAX: u128 = 1_000 * R1;

impl<T: Config> Pallet<T> {
	/// Mints an amount to each account, if there is room under the cap for all of them.
	///
	/// # Errors
	///
	/// [`Error::CapReached`], or [`Error::RewardTooSmall`] if an account does not exist and would
	/// get less than the existential deposit.
	pub(crate) fn mint(amounts: &[(AccountId32, u128)]) -> DispatchResult {
		let total = total_of(amounts)?;
		let issuance = T::Currency::total_issuance();
		let issuance = issuance.checked_add(total).ok_or(ArithmeticError::Overflow)?;
		ensure!(issuance <= T::IssuanceCap::get(), Error::<T>::CapReached);
		let is_due = |(_, amount): &&(AccountId32, u128)| *amount > 0;
		for (account, amount) in amounts.iter().filter(is_due) {
			let outcome = T::Currency::can_deposit(account, *amount, Provenance::Minted);
			ensure!(outcome != DepositConsequence::BelowMinimum, Error::<T>::RewardTooSmall);
		}
		for (account, amount) in amounts.iter().filter(is_due) {
			T::Currency::mint_into(account, *amount)?;
		}
		Ok(())
	}

	/// The parts of a payout of the Genesis Deed, and who gets each.
	pub(crate) fn treasury_amounts(split: &TreasurySplit) -> [(AccountId32, u128); 5] {
		let accounts = T::TreasuryAccounts::get();
		[
			(accounts.liquidity, split.liquidity),
			(accounts.expenses, split.expenses),
			(accounts.marketing, split.marketing),
			(accounts.grants, split.grants),
			(accounts.social_responsibility, split.social_responsibility),
		]
	}

	/// Mints the grants of genesis and books them for the Genesis Deed.
	///
	/// # Errors
	///
	/// They are more than [`BOOTSTRAP_GRANTS_MAX`], or cannot be minted.
	pub(crate) fn grant_bootstrap(grants: &[(AccountId32, u128)]) -> DispatchResult {
		let total = total_of(grants)?;
		ensure!(total <= BOOTSTRAP_GRANTS_MAX, DispatchError::Exhausted);
		Self::mint(grants)?;
		BootstrapGranted::<T>::put(total);
		Ok(())
	}
}

fn total_of(amounts: &[(AccountId32, u128)]) -> Result<u128, ArithmeticError> {
	amounts
		.iter()
		.try_fold(0u128, |total, (_, amount)| total.checked_add(*amount))
		.ok_or(ArithmeticError::Overflow)
}

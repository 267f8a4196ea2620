// SPDX-License-Identifier: Apache-2.0

//! Money in and out: escrows, and what node owners have earned.
//!
//! All USDC lies in one account, the pot. The pot's balance is never read to decide what somebody
//! owns: the ledger in storage is.

use crate::{Accrued, Config, Error, Escrow, Escrows, Event, Pallet};
use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::Mutate,
		tokens::Preservation::{Expendable, Preserve},
	},
};
use r1_primitives::traits::Market;
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult, traits::AccountIdConversion as _};

impl<T: Config> Pallet<T> {
	/// The account that holds the USDC of all escrows, jobs and unclaimed rewards.
	#[must_use]
	pub fn pot() -> AccountId32 {
		T::PalletId::get().into_account_truncating()
	}

	/// Moves USDC of `owner` into its escrow, which it opens if there is none.
	pub(crate) fn do_deposit(owner: &AccountId32, amount: u128) -> DispatchResult {
		ensure!(amount >= T::DepositMin::get(), Error::<T>::DepositTooSmall);
		let mut escrow = Escrows::<T>::get(owner).unwrap_or_default();
		escrow.free = escrow.free.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		T::Usdc::transfer(owner, &Self::pot(), amount, Expendable)?;
		let free = escrow.free;
		Self::put_escrow(owner, escrow);
		Self::deposit_event(Event::EscrowDeposited { owner: owner.clone(), amount, free });
		Ok(())
	}

	/// Moves free USDC of an escrow back to its owner.
	pub(crate) fn do_withdraw(owner: &AccountId32, amount: u128) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::NothingToWithdraw);
		let mut escrow = Escrows::<T>::get(owner).ok_or(Error::<T>::NoEscrow)?;
		escrow.free = escrow.free.checked_sub(amount).ok_or(Error::<T>::InsufficientEscrow)?;
		// Otherwise an entry in storage could be had for one unit.
		let leaves_enough = escrow.free == 0 || escrow.free >= T::DepositMin::get();
		ensure!(leaves_enough, Error::<T>::RemainderTooSmall);
		T::Usdc::transfer(&Self::pot(), owner, amount, Expendable)?;
		let free = escrow.free;
		Self::put_escrow(owner, escrow);
		Self::deposit_event(Event::EscrowWithdrawn { owner: owner.clone(), amount, free });
		Ok(())
	}

	/// Pays out everything that `owner` has accrued: in USDC, or in at least `r1_minimum` of R1.
	pub(crate) fn do_claim(owner: AccountId32, r1_minimum: Option<u128>) -> DispatchResult {
		let usdc = Accrued::<T>::take(&owner);
		ensure!(usdc > 0, Error::<T>::NothingAccrued);
		let pot = Self::pot();
		let r1 = match r1_minimum {
			None => {
				T::Usdc::transfer(&pot, &owner, usdc, Expendable)?;
				None
			},
			Some(r1_minimum) => {
				let r1 = T::Market::swap_usdc_for_r1(&pot, usdc, r1_minimum)?;
				T::Currency::transfer(&pot, &owner, r1, Preserve)?;
				Some(r1)
			},
		};
		Self::deposit_event(Event::RewardsClaimed { owner, usdc, r1 });
		Ok(())
	}

	/// Moves what a job of `owner` gives back into the escrow.
	pub(crate) fn credit_escrow(owner: &AccountId32, refund: u128) -> DispatchResult {
		let mut escrow = Escrows::<T>::get(owner).ok_or(Error::<T>::NoEscrow)?;
		escrow.free = escrow.free.checked_add(refund).ok_or(ArithmeticError::Overflow)?;
		Self::put_escrow(owner, escrow);
		Ok(())
	}

	/// Moves what more of a job of `owner` costs out of the escrow.
	pub(crate) fn charge_escrow(owner: &AccountId32, cost: u128) -> DispatchResult {
		let mut escrow = Escrows::<T>::get(owner).ok_or(Error::<T>::NoEscrow)?;
		escrow.free = escrow.free.checked_sub(cost).ok_or(Error::<T>::InsufficientEscrow)?;
		Self::put_escrow(owner, escrow);
		Ok(())
	}

	/// Gives the owner of a job that is now closed what the job did not spend.
	pub(crate) fn refund_closed_job(owner: &AccountId32, refund: u128) -> DispatchResult {
		let mut escrow = Escrows::<T>::get(owner).ok_or(Error::<T>::NoEscrow)?;
		escrow.free = escrow.free.checked_add(refund).ok_or(ArithmeticError::Overflow)?;
		escrow.live_jobs = escrow.live_jobs.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
		Self::put_escrow(owner, escrow);
		Ok(())
	}

	/// Stores an escrow, or removes it and its delegates if there is nothing in it.
	pub(crate) fn put_escrow(owner: &AccountId32, escrow: Escrow) {
		if !escrow.is_empty() {
			Escrows::<T>::insert(owner, escrow);
			return;
		}
		Escrows::<T>::remove(owner);
		Self::drop_delegates(owner);
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Claims: from the agreed table to minted R1.

use crate::{Accounts, Config, Error, Event, Pallet, Payment, RewardAccount};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
	ensure,
	traits::{Get, fungible::Inspect, fungible::Mutate},
};
use r1_math::node_deed;
use r1_primitives::{
	DeedId, EpochIndex,
	traits::{DeedInspect, OracleVerdicts},
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

/// A deed to be paid: its account as it was, and what it gets.
#[derive(Clone, Copy)]
struct Entry {
	deed: DeedId,
	account: RewardAccount,
	payment: Payment,
}

impl<T: Config> Pallet<T> {
	/// Pays `deeds` of `owner`; returns how many epochs were covered, once for each deed.
	///
	/// Reads and checks everything first, and writes only what it has checked.
	pub(crate) fn do_claim(
		owner: &AccountId32,
		deeds: impl IntoIterator<Item = DeedId>,
		up_to: Option<EpochIndex>,
	) -> Result<u32, DispatchError> {
		let entries = Self::plan(owner, deeds.into_iter().collect(), up_to)?;
		ensure!(!entries.is_empty(), Error::<T>::NothingToClaim);

		let mut total: u128 = 0;
		let mut epochs: u32 = 0;
		for Entry { payment, .. } in &entries {
			total = total.checked_add(payment.amount).ok_or(ArithmeticError::Overflow)?;
			epochs = epochs.checked_add(payment.epochs()).ok_or(ArithmeticError::Overflow)?;
		}
		Self::mint(owner, total)?;
		for entry in &entries {
			Self::book(owner, entry)?;
		}
		Ok(epochs)
	}

	/// What claiming `deed` alone, without an end, would pay now.
	pub(crate) fn payable(deed: DeedId) -> Option<Payment> {
		if !T::Deeds::is_active(deed) {
			return None;
		}
		let account = Accounts::<T>::get(deed)?;
		let decided = T::Verdicts::first_undecided_epoch();
		let epochs = decided.saturating_sub(account.next_epoch).min(T::EpochsPerClaimMax::get());
		Self::payment(deed, &account, epochs).ok()
	}

	/// What a claim pays, without paying it. Deeds with nothing to claim are left out.
	fn plan(
		owner: &AccountId32,
		deeds: BTreeSet<DeedId>,
		up_to: Option<EpochIndex>,
	) -> Result<Vec<Entry>, DispatchError> {
		let decided = T::Verdicts::first_undecided_epoch();
		let end = up_to.unwrap_or(decided);
		ensure!(end <= decided, Error::<T>::EpochNotDecided);

		let mut epochs_left = T::EpochsPerClaimMax::get();
		let mut entries = Vec::with_capacity(deeds.len());
		for deed in deeds {
			let account = Self::account_of_owner(owner, deed)?;
			// Saturating: a deed that was linked, or claimed, later than `end` has nothing to claim.
			let due = end.saturating_sub(account.next_epoch);
			ensure!(up_to.is_none() || due <= epochs_left, Error::<T>::TooManyEpochs);
			let epochs = due.min(epochs_left);
			if epochs == 0 {
				continue;
			}
			epochs_left = epochs_left.saturating_sub(epochs);
			entries.push(Entry { deed, account, payment: Self::payment(deed, &account, epochs)? });
		}
		Ok(entries)
	}

	/// The account of an active deed that `owner` owns.
	fn account_of_owner(owner: &AccountId32, deed: DeedId) -> Result<RewardAccount, Error<T>> {
		let deed_owner = T::Deeds::owner_of(deed).ok_or(Error::<T>::UnknownDeed)?;
		ensure!(deed_owner == *owner, Error::<T>::NotDeedOwner);
		ensure!(T::Deeds::is_active(deed), Error::<T>::DeedNotActive);
		// An active deed is linked, and linking opens the account.
		Accounts::<T>::get(deed).ok_or(Error::<T>::DeedNotActive)
	}

	/// What a deed earned in the first `epochs` epochs that it has not claimed.
	fn payment(deed: DeedId, account: &RewardAccount, epochs: u32) -> Result<Payment, Error<T>> {
		let from_epoch = account.next_epoch;
		let to_epoch = from_epoch.saturating_add(epochs);
		// A missing verdict fails the claim, rather than forfeit the epoch for good.
		let availabilities = (from_epoch..to_epoch)
			.map(|epoch| T::Verdicts::availability(epoch, deed))
			.collect::<Option<Vec<u8>>>()
			.ok_or(Error::<T>::EpochNotDecided)?;
		let amount = node_deed::rewards(account.claimed, availabilities);
		Ok(Payment { from_epoch, to_epoch, amount })
	}

	/// Mints `amount` to `owner` if there is room under the cap.
	fn mint(owner: &AccountId32, amount: u128) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		let issuance = T::Currency::total_issuance()
			.checked_add(amount)
			.ok_or(ArithmeticError::Overflow)?;
		ensure!(issuance <= T::IssuanceCap::get(), Error::<T>::CapReached);
		T::Currency::mint_into(owner, amount)?;
		Ok(())
	}

	/// Writes a payment into the deed's account and tells the world.
	fn book(owner: &AccountId32, entry: &Entry) -> DispatchResult {
		let Entry { deed, account, payment } = *entry;
		let Payment { from_epoch, to_epoch, amount } = payment;
		let claimed = account.claimed.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		Accounts::<T>::insert(deed, RewardAccount { claimed, next_epoch: to_epoch });
		Self::deposit_event(Event::RewardsClaimed {
			deed,
			owner: owner.clone(),
			from_epoch,
			to_epoch,
			amount,
		});
		Ok(())
	}
}

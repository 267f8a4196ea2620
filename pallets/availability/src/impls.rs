// SPDX-License-Identifier: Apache-2.0

//! What other pallets see of this one, and what wallets read.

use crate::{
	Accounts, BootstrapGranted, Config, Pallet, RewardAccount, adoption::AdoptionWalk, schedule,
};
use alloc::vec::Vec;
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex,
	traits::{CurrentEpoch, DeedInspect, OracleVerdicts, RewardLedger},
};

/// Most epochs that one view function answers for.
pub const EPOCHS_PER_VIEW_MAX: u32 = 1_000;

impl<T: Config> RewardLedger for Pallet<T> {
	fn on_linked(deed: DeedId, epoch: EpochIndex) {
		let mut account = Self::account_of(deed);
		// Never backwards: an epoch that was paid is not paid again.
		account.next_epoch = account.next_epoch.max(epoch);
		Accounts::<T>::insert(deed, account);
	}

	fn may_unlink(deed: DeedId) -> bool {
		// A deed that was never linked has nothing to claim.
		let Some(account) = Accounts::<T>::get(deed) else { return true };
		let now = T::Epochs::current_epoch();
		let first_epoch = T::Deeds::terms(deed).map_or(0, schedule::first_epoch);
		// Before its first epoch is over a deed has earned nothing. Later, a claim ends before the
		// first undecided epoch, which is at most the current one: so an account that has reached
		// the current epoch has every earlier one decided and claimed.
		now <= first_epoch || account.next_epoch >= now
	}

	fn released(deed: DeedId) -> u128 {
		Self::account_of(deed).released
	}

	fn on_burned(deed: DeedId) {
		if let Some(account) = Accounts::<T>::take(deed) {
			Self::forget_payments(deed, account.payments);
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The account of a deed, or the one that it gets when it is first linked.
	pub(crate) fn account_of(deed: DeedId) -> RewardAccount {
		Accounts::<T>::get(deed).unwrap_or_else(|| {
			// What genesis granted came out of this deed's allocation.
			let pays_grants = T::Deeds::terms(deed) == Some(DeedTerms::Genesis);
			let released = if pays_grants { BootstrapGranted::<T>::get() } else { 0 };
			RewardAccount { released, ..RewardAccount::default() }
		})
	}

	/// What a deed may still be paid over its life; `None` if there is no such deed.
	pub(crate) fn unpaid(deed: DeedId) -> Option<u128> {
		T::Deeds::owner_of(deed)?;
		let allocation = schedule::allocation(T::Deeds::terms(deed)?);
		let minted = Self::account_of(deed).gated().minted();
		// Saturating: what was minted is at most the allocation.
		Some(allocation.saturating_sub(minted))
	}

	/// Agreed availability of a deed in the decided epochs of a range, cut to its first
	/// [`EPOCHS_PER_VIEW_MAX`].
	pub(crate) fn decided_availability(
		deed: DeedId,
		from_epoch: EpochIndex,
		to_epoch: EpochIndex,
	) -> Vec<(EpochIndex, u8)> {
		let end = to_epoch.min(T::Verdicts::first_undecided_epoch());
		let end = end.min(from_epoch.saturating_add(EPOCHS_PER_VIEW_MAX));
		let known = (from_epoch..end)
			.map_while(|epoch| Some((epoch, T::Verdicts::availability(epoch, deed)?)));
		known.collect()
	}

	/// Adoption at the end of each epoch of a range, cut to its first [`EPOCHS_PER_VIEW_MAX`] and
	/// to the current epoch.
	pub(crate) fn adoption_of(from_epoch: EpochIndex, to_epoch: EpochIndex) -> Vec<u16> {
		// Saturating: no epoch comes after the last one.
		let end = to_epoch.min(T::Epochs::current_epoch().saturating_add(1));
		let end = end.min(from_epoch.saturating_add(EPOCHS_PER_VIEW_MAX));
		let mut walk = AdoptionWalk::<T>::from(from_epoch);
		(from_epoch..end).map(|epoch| walk.at(epoch)).collect()
	}
}

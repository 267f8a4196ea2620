// SPDX-License-Identifier: Apache-2.0

//! What an offender's deed pays to whoever proved the offence.

use crate::{Accounts, Config, Event, Pallet};
use r1_math::node_deed;
use r1_primitives::{DeedId, DeedTerms, OffenceRewards, traits::DeedInspect};
use sp_runtime::AccountId32;

impl<T: Config> OffenceRewards<AccountId32> for Pallet<T> {
	/// One epoch of full availability, or what is left of the allocation if that is less. Only of
	/// Node Deeds: what the others release waits for adoption, and is not at hand.
	fn forfeit(deed: DeedId, to: &AccountId32) -> u128 {
		if T::Deeds::terms(deed) != Some(DeedTerms::Node) {
			return 0;
		}
		let mut account = Self::account_of(deed);
		let amount = node_deed::rewards(account.released, [u8::MAX]);
		if amount == 0 || Self::mint(&[(to.clone(), amount)]).is_err() {
			return 0;
		}
		// Saturating: the reward is at most what is left of the allocation.
		account.released = account.released.saturating_add(amount);
		Accounts::<T>::insert(deed, account);
		Self::deposit_event(Event::RewardForfeited { deed, to: to.clone(), amount });
		amount
	}
}

// SPDX-License-Identifier: Apache-2.0

//! What other pallets see of this one.

use crate::{Accounts, Config, Pallet};
use r1_primitives::{
	DeedId, EpochIndex,
	traits::{CurrentEpoch, RewardLedger},
};

impl<T: Config> RewardLedger for Pallet<T> {
	fn on_linked(deed: DeedId, epoch: EpochIndex) {
		Accounts::<T>::mutate(deed, |account| {
			let account = account.get_or_insert_default();
			// Never backwards: an epoch that was paid is not paid again.
			account.next_epoch = account.next_epoch.max(epoch);
		});
	}

	fn is_claimed_up_to_date(deed: DeedId) -> bool {
		// A claim ends before the first undecided epoch, which is at most the current one. So an
		// account that has reached the current epoch has every earlier one decided and claimed.
		// A deed that was never linked has nothing to claim.
		Accounts::<T>::get(deed)
			.is_none_or(|account| account.next_epoch >= T::Epochs::current_epoch())
	}
}

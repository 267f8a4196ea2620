// SPDX-License-Identifier: Apache-2.0

//! From version 1 to 2: accounts that can withhold, and the history of deeds sold.
//!
//! Version 1 knew Node Deeds only, which withhold nothing, and did not record sales. Deeds that
//! were sold before the upgrade count from the epoch of the upgrade on.
//!
//! Every account is rewritten in one block. There are at most as many as deeds were issued, and a
//! chain of version 1 has few: it was never more than a development network.

use crate::{Accounts, Config, LOG_TARGET, Pallet, RewardAccount, adoption::DeedsSoldHistory};
use core::marker::PhantomData;
use frame_support::{
	migrations::VersionedMigration,
	traits::{Get, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};
use r1_primitives::traits::{CurrentEpoch, DeedInspect};

#[cfg(feature = "try-runtime")]
use alloc::vec::Vec;
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

/// Upgrades the pallet's storage from version 1 to version 2; does nothing at any other version.
pub type MigrateV1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::MigrateV1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What storage was like in version 1.
pub(crate) mod v1 {
	use codec::{Decode, Encode};
	use r1_primitives::EpochIndex;

	/// The account of one deed.
	#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
	pub(crate) struct RewardAccount {
		/// R1 minted for the deed over its life, in base units.
		pub(crate) claimed: u128,
		/// The first epoch that is not claimed yet.
		pub(crate) next_epoch: EpochIndex,
	}
}

/// The migration without its check of the version; private, so that nobody runs it twice.
mod unchecked {
	use super::*;

	/// See [`super::MigrateV1ToV2`].
	#[derive(Debug)]
	pub struct MigrateV1ToV2<T>(PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for MigrateV1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut accounts: u64 = 0;
			Accounts::<T>::translate::<v1::RewardAccount, _>(|_, old| {
				// Saturating: a count of what fits in a block.
				accounts = accounts.saturating_add(1);
				Some(upgraded(old))
			});
			seed_deeds_sold::<T>();
			// The count of deeds, the epoch, and a new checkpoint with its count.
			T::DbWeight::get()
				.reads_writes(accounts, accounts)
				.saturating_add(T::DbWeight::get().reads_writes(4, 2))
		}

		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
			use codec::Encode;
			Ok(old_accounts::<T>().encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
			use codec::Decode;
			use frame_support::ensure;
			let old =
				Vec::<(r1_primitives::DeedId, v1::RewardAccount)>::decode(&mut state.as_slice())
					.map_err(|_| "the accounts before the upgrade are unreadable")?;
			ensure!(Accounts::<T>::iter().count() == old.len(), "an account was lost");
			for (deed, old) in old {
				ensure!(Accounts::<T>::get(deed) == Some(upgraded(old)), "an account was changed");
			}
			let sold = DeedsSoldHistory::<T>::newest().map_or(0, |newest| newest.total);
			ensure!(sold == u128::from(T::Deeds::issued()), "deeds sold are not counted");
			Ok(())
		}
	}
}

/// A Node Deed's account in the new layout.
fn upgraded(old: v1::RewardAccount) -> RewardAccount {
	RewardAccount {
		released: old.claimed,
		withheld: 0,
		next_epoch: old.next_epoch,
		// The payments that version 1 made are in its events.
		payments: 0,
	}
}

/// Counts the deeds that were sold so far, so that adoption does not start from 0.
fn seed_deeds_sold<T: Config>() {
	let issued = T::Deeds::issued();
	if issued == 0 {
		return;
	}
	// It never fails: version 1 has no history that this entry could contradict.
	if DeedsSoldHistory::<T>::record(T::Epochs::current_epoch(), issued.into()).is_none() {
		log::error!(target: LOG_TARGET, "{issued} deeds do not count for adoption");
	}
}

/// Every account of version 1.
#[cfg(feature = "try-runtime")]
fn old_accounts<T: Config>() -> Vec<(r1_primitives::DeedId, v1::RewardAccount)> {
	Accounts::<T>::iter_keys()
		.filter_map(|deed| {
			let key = Accounts::<T>::hashed_key_for(deed);
			Some((deed, frame_support::storage::unhashed::get(&key)?))
		})
		.collect()
}

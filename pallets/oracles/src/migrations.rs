// SPDX-License-Identifier: Apache-2.0

//! From version 1 to 2: epochs are settled ahead of those that wait for governance.

use crate::{Config, FirstUndecided, NextToSettle, OldestSnapshot, Pallet};
use core::marker::PhantomData;
use frame_support::{
	migrations::VersionedMigration, pallet_prelude::Weight, traits::UncheckedOnRuntimeUpgrade,
};
use sp_runtime::traits::Get;

/// Brings the storage from version 1 to version 2, once.
///
/// Version 1 decided an epoch when it settled it, and forgot its oracles then.
pub type MigrateV1ToV2<T> = VersionedMigration<
	1,
	2,
	UncheckedMigrateV1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// The work itself; use [`MigrateV1ToV2`], which looks at the version first.
#[derive(Debug)]
pub struct UncheckedMigrateV1ToV2<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for UncheckedMigrateV1ToV2<T> {
	fn on_runtime_upgrade() -> Weight {
		let first = FirstUndecided::<T>::get();
		NextToSettle::<T>::put(first);
		OldestSnapshot::<T>::put(first);
		T::DbWeight::get().reads_writes(1, 2)
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(_: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
		Pallet::<T>::do_try_state()
	}
}

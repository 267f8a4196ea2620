// SPDX-License-Identifier: Apache-2.0

//! From version 1 to 2: the resource classes are a table in storage.
//!
//! Version 1 had the table of the deployed network in its code. Jobs keep what they stored: the
//! number of a class and the price at which they were ordered.

use crate::{Config, Pallet, ResourceClasses, reference_classes};
use core::marker::PhantomData;
use frame_support::{
	migrations::VersionedMigration,
	traits::{Get, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};

/// Upgrades the pallet's storage from version 1 to version 2; does nothing at any other version.
pub type MigrateV1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::MigrateV1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// The migration without its check of the version; private, so that nobody runs it twice.
mod unchecked {
	use super::*;

	/// See [`super::MigrateV1ToV2`].
	#[derive(Debug)]
	pub struct MigrateV1ToV2<T>(PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for MigrateV1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut written: u64 = 0;
			for (id, class) in reference_classes() {
				ResourceClasses::<T>::insert(id, class);
				// Saturating: a class has one of 256 numbers.
				written = written.saturating_add(1);
			}
			T::DbWeight::get().writes(written)
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(_: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
			Pallet::<T>::do_try_state()
		}
	}
}

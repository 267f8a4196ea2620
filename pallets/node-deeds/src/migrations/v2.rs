// SPDX-License-Identifier: Apache-2.0

//! Version 2: deeds have terms and can be banned, and Master Deeds have a collection.

use crate::{Config, Deed, Deeds, Issued, LOG_TARGET, NodeDeedsSold, Pallet};
use codec::{Decode, Encode};
use core::marker::PhantomData;
use frame_support::{
	migrations::VersionedMigration, pallet_prelude::Weight, traits::UncheckedOnRuntimeUpgrade,
};
use r1_primitives::DeedTerms;
use sp_runtime::traits::Get;

/// Brings the storage from version 1 to version 2, once.
pub type MigrateV1ToV2<T> = VersionedMigration<
	1,
	2,
	UncheckedMigrateV1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// A deed in version 1.
#[derive(Decode, Encode)]
pub(crate) struct DeedV1<AccountId> {
	/// The node that the deed is linked to.
	pub(crate) node: Option<AccountId>,
	/// Unix time of the last link, in seconds.
	pub(crate) linked_at_secs: u64,
}

/// The work itself; use [`MigrateV1ToV2`], which looks at the version first.
#[derive(Debug)]
pub struct UncheckedMigrateV1ToV2<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for UncheckedMigrateV1ToV2<T> {
	/// Reads and writes each deed once, in one block: at most 46 224 of them, and a chain that is
	/// old enough to need this has sold few.
	fn on_runtime_upgrade() -> Weight {
		let mut deeds: u64 = 0;
		Deeds::<T>::translate::<DeedV1<T::AccountId>, _>(|_, deed| {
			// Saturating: deeds are numbered in 32 bits.
			deeds = deeds.saturating_add(1);
			let DeedV1 { node, linked_at_secs } = deed;
			Some(Deed { node, linked_at_secs, ..Deed::new(DeedTerms::Node) })
		});
		// Version 1 knew no other kind.
		NodeDeedsSold::<T>::put(Issued::<T>::get());
		if let Err(error) = Pallet::<T>::open_master_collection() {
			// Not worth a chain: the first Master Deed tries again.
			log::error!(target: LOG_TARGET, "no collection for the Master Deeds yet: {error:?}");
		}
		// Besides the deeds: the counters, and what a collection is made of.
		T::DbWeight::get().reads_writes(deeds.saturating_add(6), deeds.saturating_add(8))
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
		Ok((Issued::<T>::get(), links::<T>()).encode())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(state: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::ensure;

		let (issued, links_before) = <(u32, u32)>::decode(&mut state.as_slice())
			.map_err(|_| "the state before the migration cannot be read")?;
		ensure!(NodeDeedsSold::<T>::get() == issued, "a deed was sold or lost");
		ensure!(links::<T>() == links_before, "a link was made or lost");
		ensure!(
			Deeds::<T>::iter_values().filter(|deed| deed.node.is_some()).count()
				== usize::try_from(links_before).unwrap_or(usize::MAX),
			"a linked deed lost its node"
		);
		Pallet::<T>::do_try_state()
	}
}

/// Nodes that are linked.
#[cfg(feature = "try-runtime")]
fn links<T: Config>() -> u32 {
	u32::try_from(crate::DeedOfNode::<T>::iter_keys().count()).unwrap_or(u32::MAX)
}

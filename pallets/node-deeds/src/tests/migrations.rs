// SPDX-License-Identifier: Apache-2.0

//! A chain of version 1 becomes one of version 2.

use crate::{
	Deed, Deeds, IsPaused, Issued, MasterCollection, NodeDeedsSold, Pallet, migrations::v2, mock::*,
};
use codec::Encode;
use frame_support::{
	assert_ok,
	storage::unhashed,
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use pallet_nfts::CollectionConfigFor;
use r1_primitives::{DeedTerms, R1, traits::DeedInspect};
use sp_runtime::AccountId32;

/// ALICE owns deeds 1 to 3 and deed 2 is linked, on a chain of version 1 on which `strangers`
/// collections were created.
fn chain_of_version_1(strangers: u32) -> sp_io::TestExternalities {
	let mut externalities = ExtBuilder::default().with_deeds_of_alice(3).build();
	externalities.execute_with(|| {
		assert_ok!(link(ALICE, 2, 1));
		for deed in 1..=3 {
			let Deed { node, linked_at_secs, .. } = Deeds::<Test>::get(deed).expect("it is issued");
			write_version_1(deed, &v2::DeedV1 { node, linked_at_secs });
		}
		NodeDeedsSold::<Test>::kill();
		// Collection 1 was the next to be created.
		MasterCollection::<Test>::kill();
		pallet_nfts::Collection::<Test>::remove(1);
		pallet_nfts::CollectionConfigOf::<Test>::remove(1);
		pallet_nfts::NextCollectionId::<Test>::put(1);
		for _ in 0..strangers {
			let config = CollectionConfigFor::<Test>::default();
			assert_ok!(Nfts::create(RuntimeOrigin::signed(BOB), BOB, config));
		}
		StorageVersion::new(1).put::<Pallet<Test>>();
	});
	externalities
}

fn write_version_1(deed: u32, record: &v2::DeedV1<AccountId32>) {
	unhashed::put_raw(&Deeds::<Test>::hashed_key_for(deed), &record.encode());
}

#[test]
fn migration_should_keep_every_deed_and_link() {
	for strangers in [0, 1, 5] {
		chain_of_version_1(strangers).execute_with(|| {
			#[cfg(feature = "try-runtime")]
			let state = v2::MigrateV1ToV2::<Test>::pre_upgrade().expect("the chain can be read");
			v2::MigrateV1ToV2::<Test>::on_runtime_upgrade();
			#[cfg(feature = "try-runtime")]
			assert_ok!(v2::MigrateV1ToV2::<Test>::post_upgrade(state));
			assert_ok!(NodeDeeds::do_try_state());

			assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
			assert_eq!((Issued::<Test>::get(), NodeDeedsSold::<Test>::get()), (3, 3));
			let unlinked = Deed::new(DeedTerms::Node);
			assert_eq!(Deeds::<Test>::get(1), Some(unlinked.clone()));
			let linked_at_secs = NowSecs::get();
			let linked = Deed { node: Some(node(1)), linked_at_secs, ..unlinked };
			assert_eq!(Deeds::<Test>::get(2), Some(linked));
			assert!(NodeDeeds::is_active(2) && !IsPaused::<Test>::get());
			assert_eq!(MasterCollection::<Test>::get(), Some(1 + strangers));

			// The chain goes on.
			assert_ok!(buy(ALICE, 1, 1));
			assert_ok!(assign(BOB, R1));
			assert_ok!(unlink(ALICE, 2));
			assert_eq!((NodeDeeds::owner_of(4), NodeDeeds::owner_of(5)), (Some(ALICE), Some(BOB)));
			assert_ok!(NodeDeeds::do_try_state());
		});
	}
}

#[test]
fn migration_should_run_once() {
	chain_of_version_1(0).execute_with(|| {
		v2::MigrateV1ToV2::<Test>::on_runtime_upgrade();
		let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
		v2::MigrateV1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), root);
	});
}

#[test]
fn migration_should_not_halt_the_chain_when_no_collection_can_be_created() {
	chain_of_version_1(0).execute_with(|| {
		// The next number is taken, which pallet-nfts never lets happen.
		pallet_nfts::NextCollectionId::<Test>::put(0);
		v2::MigrateV1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(MasterCollection::<Test>::get(), None);
		assert_ok!(NodeDeeds::do_try_state());
		assert_ok!(buy(ALICE, 1, 1));
		assert_eq!(assign(BOB, R1), Err(pallet_nfts::Error::<Test>::CollectionIdInUse.into()));

		pallet_nfts::NextCollectionId::<Test>::put(7);
		assert_ok!(assign(BOB, R1));
		assert_eq!(MasterCollection::<Test>::get(), Some(7));
		assert_ok!(NodeDeeds::do_try_state());
	});
}

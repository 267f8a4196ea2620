// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	Checkpoint, DeedsSold, DeedsSoldCount, Pallet,
	migrations::v2::{MigrateV1ToV2, v1},
};
use codec::Encode;
use frame_support::{
	storage::unhashed,
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
	weights::constants::RocksDbWeight,
};
use r1_math::node_deed::RELEASE_PER_EPOCH;

/// A chain of version 1 in epoch 7: three deeds, of which two were linked.
fn version_1(test: impl FnOnce()) {
	let builder = ExtBuilder::default().with_epoch(7);
	builder
		.with_linked_deed(ALICE)
		.with_linked_deed(BOB)
		.with_linked_deed(ALICE)
		.build_and_execute(|| {
			StorageVersion::new(1).put::<Pallet<Test>>();
			Network::deactivate(3);
			Accounts::<Test>::remove(3);
			put_old(1, v1::RewardAccount { claimed: 5 * RELEASE_PER_EPOCH, next_epoch: 6 });
			put_old(2, v1::RewardAccount { claimed: 0, next_epoch: 7 });
			test();
		});
}

fn put_old(deed: u32, account: v1::RewardAccount) {
	unhashed::put_raw(&Accounts::<Test>::hashed_key_for(deed), &account.encode());
}

#[test]
fn migration_should_keep_every_account_and_count_the_deeds_sold() {
	version_1(|| {
		#[cfg(feature = "try-runtime")]
		let before = MigrateV1ToV2::<Test>::pre_upgrade().expect("the old state is valid");
		let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
		#[cfg(feature = "try-runtime")]
		MigrateV1ToV2::<Test>::post_upgrade(before).expect("the new state is valid");

		let one = RewardAccount {
			released: 5 * RELEASE_PER_EPOCH,
			withheld: 0,
			next_epoch: 6,
			payments: 0,
		};
		let two = RewardAccount { next_epoch: 7, ..RewardAccount::default() };
		assert_eq!((account(1), account(2)), (one, two));
		assert_eq!(Accounts::<Test>::iter().count(), 2);
		assert_eq!(DeedsSold::<Test>::get(0), Some(Checkpoint { epoch: 7, total: 3 }));
		assert_eq!(DeedsSoldCount::<Test>::get(), 1);
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
		// Two accounts; then the seed, and the version.
		assert_eq!(weight, RocksDbWeight::get().reads_writes(2 + 4 + 1, 2 + 2 + 1));
	});
}

#[test]
fn migration_should_do_nothing_the_second_time() {
	version_1(|| {
		MigrateV1ToV2::<Test>::on_runtime_upgrade();
		let state = sp_io::storage::root(sp_runtime::StateVersion::V1);

		MigrateV1ToV2::<Test>::on_runtime_upgrade();

		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), state);
	});
}

#[test]
fn migration_should_record_nothing_when_no_deed_was_sold() {
	ExtBuilder::default().build_and_execute(|| {
		StorageVersion::new(1).put::<Pallet<Test>>();

		MigrateV1ToV2::<Test>::on_runtime_upgrade();

		assert_eq!(DeedsSoldCount::<Test>::get(), 0);
	});
}

#[test]
fn a_new_chain_should_have_the_newest_version() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
	});
}

// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	Pallet,
	migrations::v2::{JobKindV1, JobV1, MigrateV1ToV2},
	reference_classes,
};
use frame_support::{
	storage::unhashed,
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
	weights::constants::RocksDbWeight,
};
use sp_runtime::StateVersion;

/// A chain of version 1: the table is in its code, jobs have a kind, and one of class ENTRY runs,
/// which the test gets as it shall be.
fn version_1(test: impl FnOnce(JobId, Job)) {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		let now = job(id);
		let of_version_1 = JobV1 {
			owner: now.owner.clone(),
			kind: JobKindV1::Inference,
			resources: now.resources,
			price_per_epoch: now.price_per_epoch,
			replicas: now.replicas,
			requested_at: now.requested_at,
			started_at: now.started_at,
			end: now.end,
			settled_before: now.settled_before,
			balance: now.balance,
			specification: now.specification.clone(),
			round: now.round,
			awaits_placement: now.awaits_placement,
			deeds: now.deeds.clone(),
			former: now.former.clone(),
		};
		unhashed::put(&Jobs::<Test>::hashed_key_for(id), &of_version_1);
		StorageVersion::new(1).put::<Pallet<Test>>();
		for (class, _) in reference_classes() {
			ResourceClasses::<Test>::remove(class);
		}
		test(id, now);
	});
}

#[test]
fn migration_should_write_the_table_and_take_the_kind_from_jobs() {
	version_1(|id, expected| {
		#[cfg(feature = "try-runtime")]
		let state = MigrateV1ToV2::<Test>::pre_upgrade().expect("the old state is valid");
		let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
		#[cfg(feature = "try-runtime")]
		MigrateV1ToV2::<Test>::post_upgrade(state).expect("the new state is valid");

		assert_eq!(ResourceClasses::<Test>::iter().count(), 39);
		assert!(reference_classes().all(|(id, expected)| class(id) == expected));
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
		// The table, the job and the version.
		assert_eq!(weight, RocksDbWeight::get().reads_writes(1 + 1, 39 + 1 + 1));
		assert_eq!(job(id), expected);
		finish_epoch();
		assert_eq!(Poai::accrued(operator(1)), ENTRY_REWARD);
	});
}

#[test]
fn migration_should_do_nothing_the_second_time() {
	version_1(|_, _| {
		MigrateV1ToV2::<Test>::on_runtime_upgrade();
		set_class(ENTRY, ResourceClass { price_per_epoch: 1, ..class(ENTRY) });
		let state = sp_io::storage::root(StateVersion::V1);

		MigrateV1ToV2::<Test>::on_runtime_upgrade();

		assert_eq!(sp_io::storage::root(StateVersion::V1), state);
	});
}

#[test]
fn a_new_chain_should_have_the_newest_version() {
	ExtBuilder.build_and_execute(|| {
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
	});
}

// SPDX-License-Identifier: Apache-2.0

use crate::{migrations::MigrateV1ToV2, mock::*, *};
use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};
use r1_primitives::traits::OracleVerdicts;

#[test]
fn migration_should_settle_on_from_where_version_1_was() {
	ExtBuilder::default().build_and_execute(|| {
		// Epoch 0 is decided and epoch 1 open, and of epoch 0 no oracles are known any more.
		enter_epoch(1);
		run_to_block(40);
		enter_epoch(2);
		EpochOracles::<Test>::remove(0);
		EpochSeeds::<Test>::remove(0);
		NextToSettle::<Test>::kill();
		OldestSnapshot::<Test>::kill();
		let record = Epochs::<Test>::get(0).unwrap();
		Epochs::<Test>::insert(0, EpochRecord { outcome: Some(Outcome::Unsettled), ..record });
		StorageVersion::new(1).put::<Oracles>();

		MigrateV1ToV2::<Test>::on_runtime_upgrade();

		assert_eq!(Oracles::on_chain_storage_version(), 2);
		assert_eq!((NextToSettle::<Test>::get(), OldestSnapshot::<Test>::get()), (1, 1));
		assert_eq!(Oracles::availability(0, 1), Some(0));
		Oracles::do_try_state().unwrap();
		// Epoch 1 is settled by the new rules.
		hand_in(&[0, 1, 2, 3].map(|oracle| Report::new(1, oracle, &[9; 10], &[])));
		run_to_block(80);
		assert_eq!(Oracles::availability(1, 1), Some(9));
		// What is settled stays so: the migration does nothing twice.
		MigrateV1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(NextToSettle::<Test>::get(), 2);
	});
}

// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use frame_support::traits::{OnTimestampSet, OneSessionHandler};
use r1_primitives::{
	EpochClock,
	traits::{CurrentEpoch, OracleVerdicts},
};
use sp_runtime::BuildStorage;

#[test]
fn clock_should_start_with_the_first_block_when_genesis_leaves_the_start_open() {
	let clock = EpochClock { start_secs: 0, ..CLOCK };
	ExtBuilder::default().with_clock(clock).build().execute_with(|| {
		assert_eq!(EpochNow::<Test>::get(), None);
		assert_eq!(Oracles::current_epoch(), 0);
		assert!(Oracles::current_oracles().is_empty());

		Oracles::on_timestamp_set(777_999);
		assert_eq!(Clock::<Test>::get(), Some(EpochClock { start_secs: 777, ..CLOCK }));
		assert_eq!(events(), [Event::EpochStarted { epoch: 0 }]);
		assert_eq!(Oracles::current_oracles().len(), 4);

		Oracles::on_timestamp_set(777_000 + 59_999);
		assert_eq!(Oracles::current_epoch(), 0);
		Oracles::on_timestamp_set(777_000 + 60_000);
		assert_eq!(Oracles::current_epoch(), 1);
		Oracles::do_try_state().unwrap();
	});
}

#[test]
fn clock_should_wait_when_its_start_is_in_the_future() {
	ExtBuilder::default().build().execute_with(|| {
		Oracles::on_timestamp_set(999_999);
		assert_eq!(EpochNow::<Test>::get(), None);
		assert_eq!(events(), []);
		Oracles::on_timestamp_set(1_000_000);
		assert_eq!(EpochNow::<Test>::get(), Some(0));
		Oracles::do_try_state().unwrap();
	});
}

#[test]
fn clock_should_skip_the_past_when_its_start_is_long_ago() {
	ExtBuilder::default().build().execute_with(|| {
		enter_epoch(500);
		assert_eq!(
			events(),
			[Event::EpochsSkipped { first: 0, until: 500 }, Event::EpochStarted { epoch: 500 }]
		);
		assert_eq!(Oracles::first_undecided_epoch(), 500);
		assert_eq!(Oracles::availability(499, 1), Some(0));
		assert_eq!(Oracles::availability(500, 1), None);
		Oracles::do_try_state().unwrap();
	});
}

#[test]
fn entering_an_epoch_should_open_the_record_of_the_one_before() {
	ExtBuilder::default().with_issued(2_500).build_and_execute(|| {
		events();
		System::set_block_number(20);
		enter_epoch(1);
		assert_eq!(events(), [Event::EpochStarted { epoch: 1 }]);
		let record = Epochs::<Test>::get(0).unwrap();
		assert_eq!(
			record,
			EpochRecord {
				commits_until: 24,
				reveals_until: 29,
				deeds: 2_500,
				oracles: 4,
				commits: 0,
				reveals: 0,
				next_epoch: 1,
				outcome: None,
			}
		);
		assert_eq!(record.availability_pages(), 3);
		assert_eq!(
			(0..4).map(|page| record.deeds_in(page)).collect::<Vec<_>>(),
			[1_024, 1_024, 452, 0]
		);
		let phases = [19, 20, 23, 24, 28, 29].map(|block| record.phase(block));
		use Phase::*;
		assert_eq!(phases, [Committing, Committing, Committing, Revealing, Revealing, Settling]);
	});
}

#[test]
fn epochs_that_no_block_fell_into_should_be_skipped_in_one_step() {
	ExtBuilder::default().build_and_execute(|| {
		events();
		enter_epoch(1_000_000);
		assert_eq!(
			events(),
			[
				Event::EpochsSkipped { first: 1, until: 1_000_000 },
				Event::EpochStarted { epoch: 1_000_000 },
			]
		);
		// Only epoch 0 had blocks, so only it can be reported on.
		assert_eq!(Epochs::<Test>::iter_keys().collect::<Vec<_>>(), [0]);
		run_to_block(20);
		assert_eq!(Oracles::first_undecided_epoch(), 1_000_000);
		for epoch in [0, 1, 500_000, 999_999] {
			assert_eq!(Oracles::availability(epoch, 1), Some(0), "epoch {epoch}");
			assert_eq!(Oracles::quality(epoch, 1, 1), Some(0), "epoch {epoch}");
		}
		assert_eq!(Oracles::availability(1_000_000, 1), None);
	});
}

#[test]
fn a_new_session_should_change_the_oracles_of_the_next_epoch_only() {
	ExtBuilder::default().build_and_execute(|| {
		start_session(2..5);
		let nodes = || {
			Oracles::current_oracles()
				.into_iter()
				.map(|oracle| oracle.node)
				.collect::<Vec<_>>()
		};
		assert_eq!(nodes(), [0, 1, 2, 3].map(node));
		enter_epoch(1);
		assert_eq!(nodes(), [2, 3, 4].map(node));
		assert_eq!(Epochs::<Test>::get(0).unwrap().oracles, 4);
		assert_eq!(EpochOracles::<Test>::get(0).len(), 4);
	});
}

#[test]
fn a_session_should_keep_its_first_validators_when_they_are_too_many() {
	ExtBuilder::default().build_and_execute(|| {
		start_session(0..120);
		let oracles = SessionOracles::<Test>::get();
		assert_eq!(oracles.len(), 100);
		assert_eq!(oracles.last().unwrap().node, node(99));
	});
}

#[test]
fn a_session_should_change_nothing_when_it_has_not_changed() {
	ExtBuilder::default().build_and_execute(|| {
		let nobody = || core::iter::empty::<(&sp_runtime::AccountId32, crypto::AuthorityId)>();
		Oracles::on_new_session(false, nobody(), nobody());
		assert_eq!(SessionOracles::<Test>::get().len(), 4);
		Oracles::on_genesis_session(nobody());
		assert_eq!(SessionOracles::<Test>::get().len(), 0);
	});
}

#[test]
fn deeds_beyond_the_last_page_should_not_be_reportable() {
	ExtBuilder::default().with_issued(u32::MAX).build_and_execute(|| {
		enter_epoch(1);
		assert_eq!(Epochs::<Test>::get(0).unwrap().deeds, 98 * 1_024);
	});
}

#[test]
fn genesis_should_be_read_from_json() {
	let json = r#"{
		"clock": {"start_secs": 0, "epoch_secs": 60, "slot_secs": 2},
		"graceEpochs": 3
	}"#;
	let genesis: GenesisConfig<Test> = serde_json::from_str(json).unwrap();
	assert_eq!(genesis.clock, EpochClock { start_secs: 0, ..CLOCK });
	assert_eq!(genesis.grace_epochs, 3);
	assert!(serde_json::from_str::<GenesisConfig<Test>>(r#"{"clocks": {}}"#).is_err());
	assert!(GenesisConfig::<Test>::default().clock.is_valid());
}

#[test]
fn genesis_should_be_refused_when_slots_do_not_fill_an_epoch() {
	let refused = std::panic::catch_unwind(|| {
		let clock = EpochClock { slot_secs: 7, ..CLOCK };
		GenesisConfig::<Test> { clock, ..Default::default() }.build_storage()
	});
	assert!(refused.is_err());
}

#[test]
fn epoch_should_have_a_seed_that_differs_from_all_others() {
	ExtBuilder::default().build_and_execute(|| {
		let first = EpochSeeds::<Test>::get(0).unwrap();
		assert_eq!(EpochSeeds::<Test>::get(1), None);
		end_block();
		enter_epoch(1);
		assert_ne!(EpochSeeds::<Test>::get(1), Some(first));
	});
}

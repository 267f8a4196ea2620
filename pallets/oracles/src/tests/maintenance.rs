// SPDX-License-Identifier: Apache-2.0

//! Windows of maintenance that deeds announce. An epoch of the test has 30 slots, so one of them.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use r1_primitives::{EpochClock, Maintenance};
use sp_runtime::AccountId32;

fn announce(who: AccountId32, epoch: u32, first_slot: u32, slots: u32) -> DispatchResult {
	let window = Maintenance { epoch, first_slot, slots };
	Oracles::announce_maintenance(RuntimeOrigin::signed(who), OWNED_DEED, window)
}

/// The epochs of the deed's windows.
fn kept_epochs() -> Vec<u32> {
	MaintenanceOf::<Test>::get(OWNED_DEED)
		.iter()
		.map(|window| window.epoch)
		.collect()
}

#[test]
fn maintenance_should_be_announced_by_the_owner_or_by_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		events();
		assert_ok!(announce(OWNER, 1, 29, 1));
		let window = Maintenance { epoch: 1, first_slot: 29, slots: 1 };
		assert_eq!(MaintenanceOf::<Test>::get(OWNED_DEED).into_inner(), [window]);
		assert_eq!(events(), [Event::MaintenanceAnnounced { deed: OWNED_DEED, window }]);

		enter_epoch(2);
		assert_ok!(announce(OWNED_NODE, 12, 0, 1));
		// Nobody has settled epoch 1 yet.
		assert_eq!(kept_epochs(), [1, 12]);
	});
}

#[test]
fn maintenance_should_be_refused_when_it_is_somebody_elses_deed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(announce(node(0), 1, 0, 1), Error::<Test>::NotDeedOwnerOrNode);
		let window = Maintenance { epoch: 1, first_slot: 0, slots: 1 };
		let other_deed = OWNED_DEED + 1;
		for who in [OWNER, OWNED_NODE] {
			assert_noop!(
				Oracles::announce_maintenance(RuntimeOrigin::signed(who), other_deed, window),
				Error::<Test>::NotDeedOwnerOrNode
			);
		}
	});
}

#[test]
fn maintenance_should_be_refused_when_its_epoch_has_begun_or_is_far_away() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(5);
		for epoch in [0, 4, 5, 16, u32::MAX] {
			assert_noop!(announce(OWNER, epoch, 0, 1), Error::<Test>::MaintenanceOutOfRange);
		}
		assert_ok!(announce(OWNER, 15, 0, 1));
	});
}

#[test]
fn maintenance_should_be_refused_when_it_is_no_window_of_an_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		for (first_slot, slots) in [(0, 0), (30, 1), (29, 2), (0, 2), (u32::MAX, 1), (1, u32::MAX)]
		{
			assert_noop!(
				announce(OWNER, 1, first_slot, slots),
				Error::<Test>::InvalidMaintenanceWindow
			);
		}
	});
	// Of a day's 8 640 slots, one hour.
	let day = EpochClock { start_secs: 1_000, epoch_secs: 86_400, slot_secs: 10 };
	ExtBuilder::default().with_clock(day).build_and_execute(|| {
		assert_noop!(announce(OWNER, 1, 0, 361), Error::<Test>::InvalidMaintenanceWindow);
		assert_ok!(announce(OWNER, 1, 0, 360));
	});
}

#[test]
fn maintenance_should_stand_until_its_epoch_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(announce(OWNER, 2, 0, 1));
		for epoch in [1, 2] {
			enter_epoch(epoch);
			let later = announce(OWNER, epoch + 2, 0, 1);
			assert_noop!(later, Error::<Test>::MaintenancePending);
		}
		enter_epoch(3);
		assert_ok!(announce(OWNER, 4, 0, 1));
	});
}

#[test]
fn maintenance_should_be_kept_while_its_epoch_is_not_settled() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(announce(OWNER, 1, 0, 1));
		enter_epoch(2);
		assert_ok!(announce(OWNER, 3, 0, 1));
		assert_eq!(kept_epochs(), [1, 3]);
		enter_epoch(4);
		// Both are still needed.
		assert_noop!(announce(OWNER, 5, 0, 1), Error::<Test>::MaintenancePending);
		assert_eq!(kept_epochs(), [1, 3]);

		run_to_block(40);
		assert_eq!(NextToSettle::<Test>::get(), 4);
		assert_ok!(announce(OWNER, 5, 0, 1));
		assert_eq!(kept_epochs(), [5]);
	});
}

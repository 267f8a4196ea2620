// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Error, Escrow, Escrows};
use frame_support::{assert_noop, dispatch::DispatchResult};
use r1_primitives::{REPLICAS_MAX, USDC};

fn extend_duration(job: JobId, epochs: u32) -> DispatchResult {
	Poai::extend_duration(RuntimeOrigin::signed(ALICE), job, epochs)
}

fn extend_replicas(job: JobId, replicas: u32) -> DispatchResult {
	Poai::extend_replicas(RuntimeOrigin::signed(ALICE), job, replicas)
}

fn redeem_unused(job: JobId) -> DispatchResult {
	Poai::redeem_unused(RuntimeOrigin::signed(ALICE), job)
}

/// What is free in Alice's escrow.
fn free() -> u128 {
	Escrows::<Test>::get(ALICE).map_or(0, |escrow| escrow.free)
}

/// Lets a job run out, and returns the epochs that a deed was paid for.
fn epochs_paid(deed: DeedId) -> Vec<u32> {
	events();
	enter_epoch(Epoch::get() + 1_000);
	settle();
	let paid = |event| match event {
		Event::NodePaid { epoch, deed: paid, .. } if paid == deed => Some(epoch),
		_ => None,
	};
	events().into_iter().filter_map(paid).collect()
}

#[test]
fn extend_duration_should_cost_all_replicas_for_the_epochs_that_come() {
	// A vector of reference 7.7.
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 35);
		deposit(&ALICE, 7_500_000);
		events();
		assert_ok!(extend_duration(id, 10));
		assert_eq!((job(id).end, job(id).balance), (55, 26_250_000 + 7_500_000));
		assert_eq!(free(), 0);
		let cost = 7_500_000;
		assert_eq!(events(), [Event::JobDurationExtended { job: id, epochs: 10, end: 55, cost }]);
		// A late start moves the end that it has now.
		enter_epoch(13);
		place(id, &[1, 2]);
		assert_eq!(job(id).end, 58);
		assert!(epochs_paid(2).into_iter().eq(13..58));
		assert_eq!(Jobs::<Test>::get(id), None);
	});
}

#[test]
fn extend_duration_should_keep_the_price_and_last_to_the_new_end() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 1, &[1]);
		deposit(&ALICE, 100 * USDC);
		set_class(ENTRY, ResourceClass { price_per_epoch: 900_000, ..class(ENTRY) });
		// In its last epoch.
		Epoch::set(&39);
		assert_ok!(extend_duration(id, 2));
		assert_eq!(free(), 100 * USDC - 2 * ENTRY_PRICE);
		assert!(epochs_paid(1).into_iter().eq(10..42));
		assert_eq!(free(), 100 * USDC - 2 * ENTRY_PRICE);
	});
}

#[test]
fn extend_duration_should_take_back_that_a_job_ends_early() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 1, &[1]);
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(ALICE), id));
		assert_eq!((job(id).end, free()), (11, 29 * ENTRY_PRICE));
		assert_ok!(extend_duration(id, 5));
		assert_eq!((job(id).end, job(id).balance), (16, 6 * ENTRY_PRICE));
		assert!(epochs_paid(1).into_iter().eq(10..16));
	});
}

#[test]
fn extend_duration_should_fail_when_it_cannot_be() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		assert_noop!(extend_duration(999, 1), Error::<Test>::UnknownJob);
		assert_noop!(extend_duration(id, 0), Error::<Test>::NothingToExtend);
		assert_noop!(extend_duration(id, 1), Error::<Test>::InsufficientEscrow);
		deposit(&ALICE, 1_000 * USDC);
		assert_noop!(
			Poai::extend_duration(RuntimeOrigin::signed(BOB), id, 1),
			Error::<Test>::NotJobOwner
		);
		assert_noop!(extend_duration(id, 970), Error::<Test>::TooManyEpochs);
		assert_noop!(extend_duration(id, u32::MAX), sp_runtime::ArithmeticError::Overflow);
		assert_ok!(extend_duration(id, 969));

		let over = running_job(&ALICE, 30, 1, &[1]);
		Epoch::set(&40);
		assert_noop!(extend_duration(over, 1), Error::<Test>::JobEnded);
		set_class(ENTRY, ResourceClass { is_offered: false, ..class(ENTRY) });
		assert_noop!(extend_duration(id, 1), Error::<Test>::DeprecatedResources);
	});
}

#[test]
fn extend_replicas_should_cost_every_epoch_of_a_job_that_waits() {
	// A vector of reference 7.7: 2 nodes become 5, 40 epochs remain.
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 40);
		deposit(&ALICE, 45_000_000);
		events();
		assert_ok!(extend_replicas(id, 5));
		assert_eq!((job(id).replicas, job(id).balance), (5, 30_000_000 + 45_000_000));
		let cost = 45_000_000;
		assert_eq!(events(), [Event::JobReplicasExtended { job: id, replicas: 5, cost }]);
	});
}

#[test]
fn extend_replicas_should_pay_for_the_whole_length_of_a_job_that_starts_late() {
	// The deployed network charges new nodes up to the old end, which the start then moves: the job
	// runs out of money, and with it everybody's payments.
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 35);
		enter_epoch(13);
		deposit(&ALICE, 35 * ENTRY_PRICE);
		assert_ok!(extend_replicas(id, 2));
		assert_eq!((job(id).balance, free()), (2 * 35 * ENTRY_PRICE, 0));
		place(id, &[1, 2]);
		assert!(epochs_paid(2).into_iter().eq(13..48));
		assert_eq!(Jobs::<Test>::get(id), None);
	});
}

#[test]
fn extend_replicas_should_place_a_running_job_anew_and_count_from_the_next_epoch() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 40, 1, &[1]);
		finish_epoch();
		deposit(&ALICE, 38 * ENTRY_PRICE);
		assert_eq!(Poai::open_round(id), None);
		// In epoch 11 of 10 to 49.
		assert_ok!(extend_replicas(id, 2));
		assert_eq!(free(), 0);
		place(id, &[1, 2]);
		assert!(epochs_paid(2).into_iter().eq(12..50));
		assert_eq!(Poai::accrued(operator(1)), 40 * ENTRY_REWARD);
		assert_eq!(Jobs::<Test>::get(id), None);
	});
}

#[test]
fn extend_replicas_should_wait_for_the_placement_before() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 40, 1, &[1]);
		deposit(&ALICE, 200 * USDC);
		assert_ok!(extend_replicas(id, 2));
		place(id, &[2, 3]);
		// The epoch that the first node works in is open, so nobody is placed a third time.
		assert_ok!(extend_replicas(id, 3));
		assert_eq!(Poai::open_round(id), None);
		finish_epoch();
		assert_eq!((job(id).former, Poai::open_round(id)), (None, None));
		finish_epoch();
		assert_eq!(Poai::open_round(id), Some(2));
		place(id, &[2, 3, 4]);
	});
}

#[test]
fn extend_replicas_should_fail_when_it_cannot_be() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 2, &[1, 2]);
		assert_noop!(extend_replicas(999, 3), Error::<Test>::UnknownJob);
		for replicas in [0, 1, 2] {
			assert_noop!(extend_replicas(id, replicas), Error::<Test>::NotMoreReplicas);
		}
		assert_noop!(extend_replicas(id, REPLICAS_MAX + 1), Error::<Test>::TooManyReplicas);
		assert_noop!(extend_replicas(id, 3), Error::<Test>::InsufficientEscrow);
		deposit(&ALICE, 1_000 * USDC);
		assert_noop!(
			Poai::extend_replicas(RuntimeOrigin::signed(BOB), id, 3),
			Error::<Test>::NotJobOwner
		);
		// In the last epoch nobody new could work.
		for epoch in [39, 40, 50] {
			Epoch::set(&epoch);
			assert_noop!(extend_replicas(id, 3), Error::<Test>::JobAlreadyEnding);
		}
		Epoch::set(&38);
		set_class(ENTRY, ResourceClass { is_offered: false, ..class(ENTRY) });
		assert_noop!(extend_replicas(id, 3), Error::<Test>::DeprecatedResources);
		set_class(ENTRY, ResourceClass { is_offered: true, ..class(ENTRY) });
		assert_ok!(extend_replicas(id, REPLICAS_MAX));
	});
}

#[test]
fn redeem_unused_should_close_a_job_that_never_ran() {
	// A vector of reference 7.7, without its hour of waiting: no vote can place a job that is gone.
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 31);
		events();
		assert_ok!(redeem_unused(id));
		let refund = 11_625_000;
		assert_eq!(events(), [Event::JobClosed { job: id, owner: ALICE, refund }]);
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: refund, live_jobs: 0 }));
		assert_noop!(Poai::place(id, 0, &[1]), Error::<Test>::UnknownJob);
		assert_noop!(redeem_unused(id), Error::<Test>::UnknownJob);
	});
}

#[test]
fn redeem_unused_should_take_only_what_a_running_job_cannot_spend() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 3, &[1, 2]);
		// Epoch 10 has two nodes of three; the others may have all.
		events();
		assert_ok!(redeem_unused(id));
		assert_eq!(events(), [Event::UnusedRedeemed { job: id, refund: ENTRY_PRICE }]);
		assert_noop!(redeem_unused(id), Error::<Test>::NothingUnused);

		attest(10, id, 1, 51);
		finish_epoch();
		// Four fifths of an epoch were not earned, and epoch 11 has two nodes as well.
		let refund = ENTRY_PRICE * 4 / 5 + ENTRY_PRICE;
		assert_ok!(redeem_unused(id));
		assert_eq!(events().last(), Some(&Event::UnusedRedeemed { job: id, refund }));
		assert_noop!(
			Poai::redeem_unused(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::NotJobOwner
		);

		// What is left pays for three nodes from the next epoch on.
		place(id, &[1, 2, 3]);
		assert!(epochs_paid(3).into_iter().eq(12..40));
		assert_eq!(Jobs::<Test>::get(id), None);
	});
}

#[test]
fn close_job_should_keep_only_what_its_nodes_may_earn() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 3, &[1, 2]);
		finish_epoch();
		place(id, &[4]);
		Epoch::set(&12);
		// Open: epoch 11 with nodes 1 and 2, and epoch 12 with node 4.
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(ALICE), id));
		assert_eq!((job(id).end, job(id).balance), (13, 3 * ENTRY_PRICE));
		assert_eq!(free(), (90 - 2 - 3) * ENTRY_PRICE);
		assert!(epochs_paid(4).into_iter().eq(12..13));
		assert_eq!(Poai::accrued(operator(1)), 2 * ENTRY_REWARD);
		assert_eq!(free(), 85 * ENTRY_PRICE);
	});
}

#[test]
fn quotes_should_be_what_is_then_paid_or_refunded() {
	ExtBuilder.build_and_execute(|| {
		assert_eq!(Poai::quote_duration(1, 1), None);
		assert_eq!(Poai::quote_replicas(1, 2), None);
		assert_eq!(Poai::unused(1), None);
		for is_placed in [false, true] {
			let id = order(&ALICE, ENTRY, 2, 40);
			deposit(&ALICE, 1_000 * USDC);
			if is_placed {
				place(id, &[1]);
			}
			let longer = Poai::quote_duration(id, 3).expect("it can be");
			let before = free();
			assert_ok!(extend_duration(id, 3));
			assert_eq!(free(), before - longer);

			let larger = Poai::quote_replicas(id, 5).expect("it can be");
			let before = free();
			assert_ok!(extend_replicas(id, 5));
			assert_eq!(free(), before - larger);
			assert_eq!(Poai::quote_replicas(id, 5), None);
			assert_eq!(Poai::quote_duration(id, 0), None);

			let unused = Poai::unused(id).expect("it is live");
			let before = free();
			assert_ok!(redeem_unused(id));
			assert_eq!(free(), before + unused);
			assert_eq!(Poai::unused(id), is_placed.then_some(0));
		}
	});
}

// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{DeedSet, Error, Escrow, Escrows, Specification};
use frame_support::{assert_noop, assert_ok};
use r1_primitives::{REPLICAS_MAX, USDC};

const LOW1: u8 = 2;
const SERVICE_ENTRY: u8 = 50;

#[test]
fn create_job_should_take_the_reference_price() {
	// (resources, replicas, epochs, price) of reference 7.7.
	let cases = [
		(ENTRY, 5, 31, 58_125_000),
		(ENTRY, 2, 35, 26_250_000),
		(LOW1, 1, 40, 30_000_000),
		(ENTRY, 3, 35, 39_375_000),
		(ENTRY, 1, 31, 11_625_000),
		(SERVICE_ENTRY, 2, 31, 27_900_000),
		(ENTRY, 5, 1_000, 1_875_000_000),
		(ENTRY, 1, 30, 11_250_000),
	];
	for (resources, replicas, epochs, price) in cases {
		ExtBuilder.build_and_execute(|| {
			let id = order(&ALICE, resources, replicas, epochs);
			assert_eq!(job(id).balance, price);
			assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: 0, live_jobs: 1 }));
		});
	}
}

#[test]
fn create_job_should_store_the_order_and_wait() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 35);
		assert_eq!(id, 1);
		assert_eq!(
			job(id),
			Job {
				owner: ALICE,
				resources: ENTRY,
				price_per_epoch: ENTRY_PRICE,
				replicas: 2,
				requested_at: 10,
				started_at: None,
				end: 45,
				settled_before: 10,
				balance: 26_250_000,
				specification: specification(),
				round: 0,
				awaits_placement: true,
				deeds: DeedSet::default(),
				placed_from: 10,
				lost: DeedSet::default(),
				former: None,
			}
		);
		assert_eq!(
			events().last(),
			Some(&Event::JobCreated {
				job: 1,
				owner: ALICE,
				resources: ENTRY,
				price_per_epoch: ENTRY_PRICE,
				replicas: 2,
				end: 45,
				cost: 26_250_000,
			})
		);
		assert_eq!(order(&BOB, ENTRY, 2, 35), 2);
	});
}

#[test]
fn create_job_should_fail_when_the_order_is_wrong() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 1_000 * USDC);
		let create = |resources, replicas, epochs, specification| {
			let order = Order { specification, ..an_order(resources, replicas, epochs) };
			Poai::create_job(RuntimeOrigin::signed(ALICE), order)
		};
		let good = specification;
		for deprecated in 10..=15 {
			assert_noop!(create(deprecated, 1, 30, good()), Error::<Test>::DeprecatedResources);
		}
		for unknown in [0, 41, 55, 255] {
			assert_noop!(create(unknown, 1, 30, good()), Error::<Test>::UnknownResources);
		}
		assert_noop!(create(ENTRY, 0, 30, good()), Error::<Test>::NoReplicas);
		let too_many = REPLICAS_MAX + 1;
		assert_noop!(create(ENTRY, too_many, 30, good()), Error::<Test>::TooManyReplicas);
		assert_noop!(create(ENTRY, 1, 29, good()), Error::<Test>::TooFewEpochs);
		assert_noop!(create(ENTRY, 1, 1_001, good()), Error::<Test>::TooManyEpochs);
		let none = Specification::default();
		assert_noop!(create(ENTRY, 1, 30, none), Error::<Test>::EmptySpecification);
		assert_noop!(create(ENTRY, 32, 1_000, good()), Error::<Test>::InsufficientEscrow);
	});
}

#[test]
fn create_job_should_fail_without_an_escrow_or_beyond_the_owners_limit() {
	ExtBuilder.build_and_execute(|| {
		let create = || Poai::create_job(RuntimeOrigin::signed(ALICE), an_order(53, 1, 30));
		assert_noop!(create(), Error::<Test>::NoEscrow);
		deposit(&ALICE, 1_000 * USDC);
		for _ in 0..100 {
			assert_ok!(create());
		}
		assert_noop!(create(), Error::<Test>::TooManyJobs);
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(ALICE), 7));
		assert_ok!(create());
	});
}

#[test]
fn close_job_should_refund_everything_when_it_never_ran() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 31);
		enter_epoch(50);
		settle();
		events();
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(ALICE), id));
		assert_eq!(Jobs::<Test>::get(id), None);
		let refund = 11_625_000;
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: refund, live_jobs: 0 }));
		assert_eq!(events(), [Event::JobClosed { job: id, owner: ALICE, refund }]);
	});
}

#[test]
fn close_job_should_pay_for_work_until_the_end_of_the_epoch() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		finish_epoch();
		// Epoch 11 is over but not decided, epoch 12 runs.
		Epoch::set(&12);
		events();
		assert_ok!(Poai::close_job(RuntimeOrigin::signed(ALICE), id));
		let refund = 28 * ENTRY_PRICE;
		assert_eq!(events(), [Event::JobEnding { job: id, end: 13, refund }]);
		assert_eq!(job(id).balance, 2 * ENTRY_PRICE);
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: refund, live_jobs: 1 }));

		attest(12, id, 1, 51);
		finish_epoch();
		let last_refund = ENTRY_PRICE - ENTRY_PRICE / 5;
		assert_eq!(
			events().last(),
			Some(&Event::JobClosed { job: id, owner: ALICE, refund: last_refund })
		);
		let free = refund + last_refund;
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free, live_jobs: 0 }));
		assert_eq!(Jobs::<Test>::get(id), None);
	});
}

#[test]
fn close_job_should_fail_for_strangers_unknown_jobs_and_jobs_that_end() {
	ExtBuilder.build_and_execute(|| {
		let close = |who, job| Poai::close_job(RuntimeOrigin::signed(who), job);
		let id = running_job(&ALICE, 30, 1, &[1]);
		assert_noop!(close(BOB, id), Error::<Test>::NotJobOwner);
		assert_noop!(close(ALICE, 999), Error::<Test>::UnknownJob);
		assert_ok!(close(ALICE, id));
		assert_noop!(close(ALICE, id), Error::<Test>::JobAlreadyEnding);

		let other = running_job(&ALICE, 30, 1, &[1]);
		Epoch::set(&39);
		assert_noop!(close(ALICE, other), Error::<Test>::JobAlreadyEnding);
	});
}

#[test]
fn update_job_should_change_what_a_job_is_and_nothing_else() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 35);
		let before = job(id);
		let changed = Specification::truncate_from(vec![7; 36]);
		assert_ok!(Poai::update_job(RuntimeOrigin::signed(ALICE), id, changed.clone()));
		assert_eq!(job(id), Job { specification: changed.clone(), ..before });
		let event = Event::JobUpdated { job: id, specification: changed };
		assert_eq!(events().last(), Some(&event));
	});
}

#[test]
fn update_job_should_be_the_owners_and_change_something() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 35);
		let other = Specification::truncate_from(vec![7; 36]);
		let update = |who, job, specification: &Specification| {
			Poai::update_job(RuntimeOrigin::signed(who), job, specification.clone())
		};
		assert_noop!(update(BOB, id, &other), Error::<Test>::NotJobOwner);
		assert_noop!(update(ALICE, id + 1, &other), Error::<Test>::UnknownJob);
		let empty = Specification::default();
		assert_noop!(update(ALICE, id, &empty), Error::<Test>::EmptySpecification);
		assert_noop!(update(ALICE, id, &specification()), Error::<Test>::SameSpecification);
		assert_ok!(update(ALICE, id, &other));
	});
}

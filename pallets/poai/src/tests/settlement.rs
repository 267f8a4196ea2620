// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{Accrued, Error, Escrow, Escrows, Settlement, SettlementPass, WeightInfo};
use frame_support::{
	traits::{Hooks, fungible::Inspect},
	weights::Weight,
};
use r1_primitives::{EpochIndex, R1};
use sp_runtime::DispatchError;

/// What the epochs of a job burned, and what was left of it.
fn total_burned(events: &[Event<Test>]) -> u128 {
	let usdc = |event: &Event<Test>| match event {
		Event::UsdcBurned { usdc, .. } => *usdc,
		_ => 0,
	};
	events.iter().map(usdc).sum()
}

/// How many nodes were paid.
fn payments(events: &[Event<Test>]) -> usize {
	events.iter().filter(|event| matches!(event, Event::NodePaid { .. })).count()
}

#[test]
fn settlement_should_part_85_to_15_and_burn_r1() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 35, 3, &[1, 2, 3]);
		let issued = Balances::total_issuance();
		finish_epoch();

		let usdc = 3 * ENTRY_BURNED;
		assert_eq!(usdc, 168_750);
		// 0.16875 USDC at 2 USD.
		let r1 = 84_375 * R1 / 1_000_000;
		let burned = Event::UsdcBurned { job: id, epoch: 10, usdc, r1 };
		assert_eq!(
			events(),
			[entry_paid(id, 10, 1), entry_paid(id, 10, 2), entry_paid(id, 10, 3), burned]
		);
		assert_eq!(Balances::total_issuance(), issued - r1);
		assert_eq!(Balances::balance(&Poai::pot()), Balances::minimum_balance());
		assert_eq!((1..=3).map(|deed| Poai::accrued(operator(deed))).sum::<u128>(), 956_250);
		assert_eq!(job(id).balance, 38_250_000);
		assert_eq!(job(id).settled_before, 11);
		assert_eq!(Settlement::<Test>::get(), SettlementPass::Done { before: 11 });
	});
}

#[test]
fn settlement_should_pay_each_epoch_once() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		settle();
		assert_eq!(events(), [], "the first epoch is still open");
		for epochs in 1..=2 {
			finish_epoch();
			settle();
			assert_eq!(Poai::accrued(operator(1)), epochs * ENTRY_REWARD);
		}
		assert_eq!(job(id).balance, 10_875_000);
		assert_eq!(payments(&events()), 2);
	});
}

#[test]
fn settlement_should_pay_nothing_before_a_job_is_placed() {
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 1, 31);
		events();
		finish_epoch();
		assert_eq!(events(), []);
		assert_eq!(job(id).balance, 11_625_000);
	});
}

#[test]
fn settlement_should_stop_at_the_exclusive_end_and_close_the_job() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		enter_epoch(10 + 34);
		settle();
		let events = events();
		assert_eq!(payments(&events), 31);
		assert_eq!(events.last(), Some(&Event::JobClosed { job: id, owner: ALICE, refund: 0 }));
		assert_eq!(Poai::accrued(operator(1)), 9_881_250);
		assert_eq!(Jobs::<Test>::get(id), None);
		assert_eq!(Escrows::<Test>::get(ALICE), None);
	});
}

#[test]
fn settlement_should_refund_what_missing_nodes_did_not_earn() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 30, 3, &[1, 2]);
		enter_epoch(40);
		settle();
		let refund = 30 * ENTRY_PRICE;
		assert_eq!(events().last(), Some(&Event::JobClosed { job: id, owner: ALICE, refund }));
		assert_eq!(Escrows::<Test>::get(ALICE), Some(Escrow { free: refund, live_jobs: 0 }));
	});
}

#[test]
fn settlement_should_scale_pay_by_quality() {
	// (quality, paid, burned) of ENTRY: floor(375000 * quality / 255), floor(15 %) of that.
	let cases = [
		(255, 375_000, 56_250),
		(254, 373_529, 56_029),
		(128, 188_235, 28_235),
		(51, 75_000, 11_250),
		(1, 1_470, 220),
	];
	for (quality, paid, burned) in cases {
		ExtBuilder.build_and_execute(|| {
			let id = running_job(&ALICE, 31, 1, &[1]);
			attest(10, id, 1, quality);
			finish_epoch();
			let reward = paid - burned;
			let owner = operator(1);
			let node_paid =
				Event::NodePaid { job: id, epoch: 10, deed: 1, owner, quality, reward, burned };
			assert_eq!(events().first(), Some(&node_paid));
			assert_eq!(job(id).balance, 11_625_000 - paid);
		});
	}
}

#[test]
fn settlement_should_cost_nothing_when_no_work_was_attested() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 2, &[1, 2]);
		attest(10, id, 1, 0);
		attest(10, id, 2, 0);
		finish_epoch();
		assert_eq!(events(), []);
		assert_eq!((job(id).balance, job(id).settled_before), (2 * 11_625_000, 11));
	});
}

#[test]
fn settlement_should_keep_the_pay_of_a_deed_that_is_gone() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 2, &[1, 2]);
		DeedOwners::remove(2);
		finish_epoch();
		assert_eq!(payments(&events()), 1);
		assert_eq!(job(id).balance, 2 * 11_625_000 - ENTRY_PRICE);
	});
}

#[test]
fn settlement_should_count_what_it_pays_for_adoption_once_for_each_epoch_of_a_job() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 2, &[1, 2]);
		let other = running_job(&BOB, 31, 1, &[3]);
		attest(10, id, 2, 51);
		attest(11, id, 1, 0);
		attest(11, id, 2, 0);
		attest(11, other, 3, 0);
		finish_epoch();
		let mut paid = WorkPaid::get();
		paid.sort_unstable();
		// Rewards and burned part together; 51 of 255 is a fifth.
		assert_eq!(paid, [ENTRY_PRICE, ENTRY_PRICE + ENTRY_PRICE / 5]);
		settle();
		assert_eq!(WorkPaid::get().len(), 2);

		finish_epoch();
		assert_eq!(WorkPaid::get().len(), 2, "an epoch that costs nothing is not counted");
		finish_epoch();
		assert_eq!(WorkPaid::get().iter().sum::<u128>(), 26 * ENTRY_PRICE / 5);
	});
}

#[test]
fn settlement_should_count_nothing_when_it_fails() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		RefusedSwap::set(&Some(ENTRY_BURNED));
		finish_epoch();
		assert_eq!(WorkPaid::get(), Vec::<u128>::new());

		RefusedSwap::set(&None);
		finish_epoch();
		assert_eq!(WorkPaid::get(), [ENTRY_PRICE, ENTRY_PRICE]);
	});
}

#[test]
fn settlement_should_pay_100_jobs_on_10_nodes() {
	ExtBuilder.build_and_execute(|| {
		let jobs: Vec<_> = (0..100)
			.map(|index| {
				let first = index % 9 + 1;
				running_job(&ALICE, 35, 2, &[first, first + 1])
			})
			.collect();
		finish_epoch();
		let events = events();
		assert_eq!(payments(&events), 200);
		assert_eq!(total_burned(&events), 11_250_000);
		assert!(jobs.iter().all(|id| job(*id).balance == 25_500_000));
		assert_eq!(Accrued::<Test>::iter_values().sum::<u128>(), 200 * ENTRY_REWARD);
	});
}

#[test]
fn settlement_should_round_each_epoch_alone_even_when_many_settle_at_once() {
	const LITE: u8 = 54;
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, LITE, 1, 30);
		place(id, &[1]);
		events();
		enter_epoch(40);
		settle();
		assert_eq!(total_burned(&events()), 749_970);
		assert_eq!(Poai::accrued(operator(1)), 4_250_010);
	});
}

#[test]
fn failing_job_should_change_nothing_and_not_block_another() {
	ExtBuilder.build_and_execute(|| {
		let before = running_job(&ALICE, 31, 1, &[1]);
		let failing = running_job(&ALICE, 31, 2, &[2, 3]);
		let after = running_job(&BOB, 31, 1, &[4]);
		RefusedSwap::set(&Some(2 * ENTRY_BURNED));
		finish_epoch();

		let failed = Event::JobSettlementFailed {
			job: failing,
			epoch: 10,
			error: DispatchError::Unavailable,
		};
		let settled = events();
		assert!(settled.contains(&failed));
		assert!(settled.contains(&entry_paid(before, 10, 1)));
		assert!(settled.contains(&entry_paid(after, 10, 4)));
		assert_eq!(payments(&settled), 2);
		assert_eq!((job(failing).balance, job(failing).settled_before), (23_250_000, 10));
		assert_eq!((Poai::accrued(operator(2)), Poai::accrued(operator(3))), (0, 0));

		// Nothing is tried twice in one pass; the next one makes up for everything.
		settle();
		assert_eq!(events(), []);
		RefusedSwap::set(&None);
		finish_epoch();
		assert_eq!(payments(&events()), 2 + 2 * 2);
		assert_eq!((job(failing).settled_before, job(after).settled_before), (12, 12));
		assert_eq!(Poai::accrued(operator(2)), 2 * ENTRY_REWARD);
	});
}

#[test]
fn burn_should_fail_when_the_pool_strays_from_the_median_or_there_is_none() {
	// (pool price, median price, outcome): 3 % is allowed.
	let cases = [
		(2 * R1, Some(2 * R1), None),
		(205 * R1 / 100, Some(2 * R1), None),
		(207 * R1 / 100, Some(2 * R1), Some(DispatchError::Exhausted)),
		(R1, Some(2 * R1), None),
		(2 * R1, None, Some(Error::<Test>::PriceUnavailable.into())),
	];
	for (pool, median, error) in cases {
		ExtBuilder.build_and_execute(|| {
			let id = running_job(&ALICE, 31, 1, &[1]);
			PoolPrice::set(&pool);
			MedianPrice::set(&median);
			finish_epoch();
			let failed =
				error.map(|error| Event::JobSettlementFailed { job: id, epoch: 10, error });
			let last = events().pop().filter(|event| !matches!(event, Event::UsdcBurned { .. }));
			assert_eq!(last, failed);
		});
	}
}

#[test]
fn burn_should_work_below_the_existential_deposit() {
	ExtBuilder.build_and_execute(|| {
		const MICRO: u8 = 53;
		let id = order(&ALICE, MICRO, 1, 30);
		place(id, &[1]);
		attest(10, id, 1, 1);
		events();
		finish_epoch();
		// floor(100000 / 255) = 392, of which 58 are burned: 29 millionths of an R1.
		let r1 = 29 * R1 / 1_000_000;
		assert!(r1 < Balances::minimum_balance());
		assert_eq!(events().last(), Some(&Event::UsdcBurned { job: id, epoch: 10, usdc: 58, r1 }));
	});
}

#[test]
fn block_should_settle_no_more_than_its_weight_allows() {
	ExtBuilder.build_and_execute(|| {
		let jobs: Vec<_> = (0..50).map(|_| running_job(&ALICE, 31, 2, &[1, 2])).collect();
		// Room for three jobs, and not for a fourth.
		let per_job = <() as WeightInfo>::visit_job() + <() as WeightInfo>::settle_epoch(2);
		let limit = <() as WeightInfo>::settle_base() + per_job * 3;
		enter_epoch(11);
		let mut blocks = 0;
		while Settlement::<Test>::get() != (SettlementPass::Done { before: 11 }) {
			let used = Poai::on_idle(1, limit);
			assert!(used.all_lte(limit), "{used:?} of {limit:?}");
			let settled = payments(&events());
			assert!(settled <= 2 * 3, "{settled} payments in one block");
			blocks += 1;
			assert!(blocks <= 18, "the pass does not come to its end");
		}
		assert!(blocks >= 17);
		assert!(jobs.iter().all(|id| job(*id).settled_before == 11));
		assert_eq!(Poai::on_idle(1, limit), <() as WeightInfo>::settle_base());
	});
}

#[test]
fn block_should_do_nothing_without_weight() {
	ExtBuilder.build_and_execute(|| {
		running_job(&ALICE, 31, 1, &[1]);
		enter_epoch(11);
		let base = <() as WeightInfo>::settle_base();
		let too_little = base - Weight::from_parts(1, 0);
		assert_eq!(Poai::on_idle(1, too_little), Weight::zero());
		assert_eq!(Settlement::<Test>::get(), SettlementPass::Done { before: 0 });
		assert_eq!(Poai::on_idle(1, base), base);
		let started = SettlementPass::Running { before: 11, visited: None };
		assert_eq!(Settlement::<Test>::get(), started);
		settle();
		assert_eq!(Poai::accrued(operator(1)), ENTRY_REWARD);
	});
}

#[test]
fn pass_should_go_on_after_its_latest_job_is_closed() {
	ExtBuilder.build_and_execute(|| {
		let ending = running_job(&ALICE, 30, 1, &[1]);
		let others: Vec<_> = (0..9).map(|_| running_job(&BOB, 40, 1, &[2])).collect();
		enter_epoch(41);
		let epochs: EpochIndex = 31;
		let per_epoch = <() as WeightInfo>::settle_epoch(1);
		let limit = <() as WeightInfo>::settle_base()
			+ <() as WeightInfo>::visit_job()
			+ per_epoch * u64::from(epochs);
		let mut blocks = 0;
		while Settlement::<Test>::get() != (SettlementPass::Done { before: 41 }) {
			Poai::on_idle(1, limit);
			blocks += 1;
			assert!(blocks <= 20, "the pass does not come to its end");
		}
		assert_eq!(Jobs::<Test>::get(ending), None);
		assert!(others.iter().all(|id| job(*id).settled_before == 41));
		assert_eq!(payments(&events()), 30 + 9 * 31);
	});
}

#[test]
fn settlement_should_pay_only_for_the_share_of_rounds_that_was_attended() {
	// (agreed, rounds, missed, quality that counts)
	let cases = [
		(255, 1, 0, 255),
		(255, 4, 1, 191),
		(255, 2, 1, 127),
		(200, 3, 2, 66),
		(255, 1, 1, 0),
		(0, 3, 0, 0),
	];
	for (agreed, rounds, missed, quality) in cases {
		ExtBuilder.build_and_execute(|| {
			let id = running_job(&ALICE, 31, 2, &[1, 2]);
			let before = job(id).balance;
			attest(10, id, 1, agreed);
			attend(10, id, 1, rounds, missed);
			finish_epoch();
			let pay = ENTRY_PRICE * quality / 255;
			assert_eq!(Poai::accrued(operator(1)), pay - pay * 15 / 100);
			assert_eq!(Poai::accrued(operator(2)), ENTRY_REWARD, "others are paid as ever");
			assert_eq!(job(id).balance, before - pay - ENTRY_PRICE, "the job keeps the rest");
			let paid = events().into_iter().find_map(|event| match event {
				Event::NodePaid { deed: 1, quality, .. } => Some(u128::from(quality)),
				_ => None,
			});
			assert_eq!(paid, Some(quality).filter(|quality| *quality > 0));
		});
	}
}

#[test]
fn node_should_lose_its_place_when_it_misses_every_round_of_an_epoch() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 2, &[1, 2]);
		finish_epoch();
		attend(11, id, 2, 3, 3);
		finish_epoch();
		assert_eq!((job(id).awaits_placement, job(id).lost.to_vec()), (true, vec![2]));
	});
}

#[test]
fn node_should_lose_its_place_when_it_misses_most_rounds_of_two_epochs() {
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 2, &[1, 2]);
		finish_epoch();
		for (epoch, lost) in [(11, vec![]), (12, vec![2])] {
			attend(epoch, id, 2, 3, 2);
			finish_epoch();
			assert_eq!(job(id).lost.to_vec(), lost, "{epoch}");
		}
	});
}

#[test]
fn deeds_of_should_name_the_placed_deeds_while_the_job_runs() {
	use r1_primitives::traits::JobInspect;
	ExtBuilder.build_and_execute(|| {
		let id = order(&ALICE, ENTRY, 2, 31);
		assert!(Poai::deeds_of(id).is_empty(), "it waits");
		place(id, &[1, 2]);
		assert_eq!(Poai::deeds_of(id), [1, 2]);
		Epoch::set(&40);
		assert_eq!(Poai::deeds_of(id), [1, 2], "its last epoch");
		Epoch::set(&41);
		assert!(Poai::deeds_of(id).is_empty(), "it is over");
		assert!(Poai::deeds_of(id + 1).is_empty(), "it was never ordered");
	});
}

#[test]
fn job_should_be_directed_by_its_owner_and_by_delegates_with_the_right() {
	use crate::Rights;
	use r1_primitives::traits::JobInspect;
	ExtBuilder.build_and_execute(|| {
		let id = running_job(&ALICE, 31, 1, &[1]);
		assert_eq!(Poai::ensure_may_direct(id, &ALICE), Ok(()));
		let refused = |error: Error<Test>| Err(DispatchError::from(error));
		assert_eq!(Poai::ensure_may_direct(id, &BOB), refused(Error::NotJobOwner));
		assert_eq!(Poai::ensure_may_direct(id + 1, &ALICE), refused(Error::UnknownJob));
		let set = |rights| {
			let owner = RuntimeOrigin::signed(ALICE);
			assert_ok!(Poai::set_delegate(owner, BOB, rights));
			Poai::ensure_may_direct(id, &BOB)
		};
		assert_eq!(set(Rights::CREATE_JOBS), refused(Error::RightMissing));
		assert_eq!(set(Rights::UPDATE_JOBS), Ok(()));
	});
}

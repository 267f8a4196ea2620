// SPDX-License-Identifier: Apache-2.0

//! Epochs without agreement, and what governance does about them.

use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use r1_primitives::{Anchor, WorkEntry, traits::OracleVerdicts};
use sp_runtime::DispatchError;

fn pages(availability: &[u8], work: &[WorkEntry]) -> BoundedVec<ReportPage, ReportPagesMax<Test>> {
	BoundedVec::truncate_from(Report::new(0, 0, availability, work).pages)
}

fn entry(job: u32, deed: u32, quality: u8) -> WorkEntry {
	WorkEntry { job, deed, quality }
}

/// Lets an epoch end, and its windows close with the reports of these oracles.
fn end_with(epoch: u32, oracles: &[u8]) {
	enter_epoch(epoch + 1);
	let reports: Vec<_> = oracles
		.iter()
		.map(|oracle| Report::new(epoch, *oracle, &[50; 10], &[]))
		.collect();
	for report in &reports {
		apply(report.commit_call()).unwrap();
	}
	let window = System::block_number() + 4;
	run_to_block(window);
	for report in &reports {
		report.reveal_all();
	}
	run_to_block(window + 20);
}

/// Epoch 0 is without agreement and waits for governance, for two epochs.
fn with_an_unsettled_epoch(test: impl FnOnce()) {
	ExtBuilder::default().with_grace(2).build_and_execute(|| {
		end_with(0, &[0, 1]);
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Unsettled));
		events();
		test();
	});
}

#[test]
fn unsettled_epoch_should_stay_undecided_while_later_ones_are_settled() {
	with_an_unsettled_epoch(|| {
		end_with(1, &[0, 1, 2, 3]);
		assert_eq!(Epochs::<Test>::get(1).unwrap().outcome, Some(Outcome::Settled));
		assert_eq!((FirstUndecided::<Test>::get(), NextToSettle::<Test>::get()), (0, 2));
		assert_eq!(Oracles::availability(0, 1), None);
		assert_eq!(Oracles::availability(1, 1), None);
	});
}

#[test]
fn unsettled_epoch_should_be_void_when_governance_lets_its_time_pass() {
	with_an_unsettled_epoch(|| {
		end_with(1, &[0, 1, 2, 3]);
		assert_eq!(FirstUndecided::<Test>::get(), 0);
		enter_epoch(3);
		events();
		end_block();

		assert_eq!(events(), [Event::EpochVoided { epoch: 0 }]);
		assert_eq!(Oracles::availability(0, 1), Some(0));
		assert_eq!(Oracles::availability(1, 1), Some(50));
		assert_eq!(Oracles::availability(2, 1), None);
		let late = Oracles::settle_unsettled(RuntimeOrigin::root(), 0, pages(&[9; 10], &[]));
		assert_noop!(late, Error::<Test>::EpochNotUnsettled);
	});
}

#[test]
fn governance_should_say_what_was_in_an_unsettled_epoch() {
	with_an_unsettled_epoch(|| {
		Suspended::set(vec![2]);
		Heard::set(Vec::new());
		let work = [entry(1, 2, 30), entry(1, 3, 40), entry(7, 1, 50)];
		let table = pages(&[200; 10], &work);
		assert_ok!(Oracles::settle_unsettled(RuntimeOrigin::root(), 0, table));
		assert_eq!(events(), [Event::EpochSettledByGovernance { epoch: 0 }]);
		assert_eq!(Heard::get(), [Told::Worked(vec![(2, 30), (3, 40), (1, 50)])]);
		end_block();

		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::SettledByGovernance));
		assert_eq!(FirstUndecided::<Test>::get(), 1);
		assert_eq!(Oracles::availability(0, 1), Some(200));
		// Whoever is suspended gets nothing, whatever governance says.
		assert_eq!(Oracles::availability(0, 2), Some(0));
		assert_eq!(Oracles::quality(0, 1, 3), Some(40));
		assert_eq!(Oracles::quality(0, 7, 1), Some(50));
	});
}

#[test]
fn governance_should_void_an_unsettled_epoch_before_its_time() {
	with_an_unsettled_epoch(|| {
		assert_ok!(Oracles::void_epoch(RuntimeOrigin::root(), 0));
		assert_eq!(events(), [Event::EpochVoided { epoch: 0 }]);
		end_block();
		assert_eq!(events(), []);
		assert_eq!(FirstUndecided::<Test>::get(), 1);
		assert_eq!(Oracles::availability(0, 1), Some(0));
		let again = Oracles::void_epoch(RuntimeOrigin::root(), 0);
		assert_noop!(again, Error::<Test>::EpochNotUnsettled);
	});
}

#[test]
fn governance_should_not_decide_what_the_oracles_did_or_still_may() {
	ExtBuilder::default().with_grace(2).build_and_execute(|| {
		end_with(0, &[0, 1, 2]);
		enter_epoch(2);
		let settle =
			|epoch| Oracles::settle_unsettled(RuntimeOrigin::root(), epoch, pages(&[9; 10], &[]));
		assert_noop!(settle(0), Error::<Test>::EpochNotUnsettled);
		assert_noop!(settle(1), Error::<Test>::EpochNotUnsettled);
		assert_noop!(settle(2), Error::<Test>::EpochUnknown);
		for (epoch, error) in [
			(0, Error::<Test>::EpochNotUnsettled),
			(1, Error::<Test>::EpochNotUnsettled),
			(2, Error::<Test>::EpochUnknown),
		] {
			assert_noop!(Oracles::void_epoch(RuntimeOrigin::root(), epoch), error);
		}
	});
}

#[test]
fn table_of_governance_should_be_refused_when_it_is_no_report() {
	with_an_unsettled_epoch(|| {
		let report = |pages: Vec<ReportPage>| {
			let pages = BoundedVec::truncate_from(pages);
			Oracles::settle_unsettled(RuntimeOrigin::root(), 0, pages)
		};
		let [availability, work] = <[_; 2]>::try_from(pages(&[9; 10], &[]).into_inner()).unwrap();
		assert_noop!(report(vec![]), Error::<Test>::WrongPageCount);
		assert_noop!(report(vec![availability.clone()]), Error::<Test>::WrongPageCount);
		let swapped = vec![work.clone(), availability.clone()];
		assert_noop!(report(swapped), Error::<Test>::WrongPageKind);
		let unsorted = pages(&[9; 10], &[entry(2, 1, 1), entry(1, 1, 1)]);
		assert_noop!(report(unsorted.into_inner()), Error::<Test>::WorkNotAscending);
		let crowded: Vec<_> = (1..=33).map(|deed| entry(1, deed, 9)).collect();
		let crowded = report(pages(&[9; 10], &crowded).into_inner());
		assert_noop!(crowded, Error::<Test>::TooManyDeedsForJob);
		let anchors = BoundedVec::truncate_from(vec![Anchor { job: 1, deed: 1, root: [7; 32] }]);
		let anchored = ReportPage::AnchoredWork { work: BoundedVec::default(), anchors };
		let anchored = report(vec![availability, anchored]);
		assert_noop!(anchored, Error::<Test>::AnchorsOfGovernance);
	});
}

#[test]
fn only_governance_should_decide_an_unsettled_epoch() {
	with_an_unsettled_epoch(|| {
		let anybody = || RuntimeOrigin::signed(node(0));
		let table = pages(&[9; 10], &[]);
		let settled = Oracles::settle_unsettled(anybody(), 0, table);
		assert_noop!(settled, DispatchError::BadOrigin);
		assert_noop!(Oracles::void_epoch(anybody(), 0), DispatchError::BadOrigin);
	});
}

#[test]
fn verdicts_should_become_final_a_few_a_block_when_many_have_waited() {
	ExtBuilder::default().with_grace(20).build_and_execute(|| {
		end_with(0, &[]);
		for epoch in 1..10 {
			end_with(epoch, &[0, 1, 2, 3]);
		}
		assert_eq!((FirstUndecided::<Test>::get(), NextToSettle::<Test>::get()), (0, 10));
		assert_ok!(Oracles::void_epoch(RuntimeOrigin::root(), 0));
		for expected in [4, 8, 10] {
			end_block();
			assert_eq!(FirstUndecided::<Test>::get(), expected);
		}
	});
}

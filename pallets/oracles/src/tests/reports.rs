// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::WorkEntry;

const WORK: [WorkEntry; 2] =
	[WorkEntry { job: 1, deed: 2, quality: 200 }, WorkEntry { job: 1, deed: 5, quality: 100 }];

#[test]
fn commit_should_store_the_commitment() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		events();
		let report = Report::new(0, 2, &[255; 10], &WORK);
		apply(report.commit_call()).unwrap();

		assert_eq!(events(), [Event::ReportCommitted { epoch: 0, oracle: node(2) }]);
		let stored = Reports::<Test>::get(0, 2).unwrap();
		assert_eq!(stored.commitment, report.commitment());
		assert_eq!(stored.revealed.count(), 0);
		assert_eq!(Epochs::<Test>::get(0).unwrap().commits, 1);
	});
}

#[test]
fn commitment_should_bind_epoch_oracle_salt_and_every_page() {
	let report = Report::new(0, 2, &[255; 2_000], &WORK);
	let others = [
		Report { epoch: 1, ..report.clone() },
		Report { oracle: 3, ..report.clone() },
		Report { salt: [9; 32], ..report.clone() },
		Report::new(0, 2, &[254; 2_000], &WORK),
		Report::new(0, 2, &[255; 2_000], &WORK[..1]),
	];
	for other in others {
		assert_ne!(other.commitment(), report.commitment());
	}
}

#[test]
fn reveal_should_store_each_page_and_count_whole_reports() {
	ExtBuilder::default().with_issued(1_500).build_and_execute(|| {
		enter_epoch(1);
		let report = Report::new(0, 1, &[7; 1_500], &WORK);
		apply(report.commit_call()).unwrap();
		run_to_block(5);
		events();

		// In any order.
		for (revealed, page) in [(1, 2), (2, 0), (3, 1)] {
			assert_eq!(Epochs::<Test>::get(0).unwrap().reveals, 0);
			apply(report.reveal_call(page)).unwrap();
			assert_eq!(events(), [Event::ReportRevealed { epoch: 0, oracle: node(1), page }]);
			assert_eq!(Reports::<Test>::get(0, 1).unwrap().revealed.count(), revealed);
			let stored = Reveals::<Test>::get((0, page, 1)).unwrap();
			assert_eq!(stored, report.pages[usize::from(page)]);
		}
		assert_eq!(Epochs::<Test>::get(0).unwrap().reveals, 1);
	});
}

#[test]
fn windows_should_close_early_when_every_oracle_is_done() {
	ExtBuilder::default().with_oracles(2).build_and_execute(|| {
		enter_epoch(1);
		let reports = [0, 1].map(|oracle| Report::new(0, oracle, &[9; 10], &[]));
		apply(reports[0].commit_call()).unwrap();
		assert_eq!(Epochs::<Test>::get(0).unwrap().commits_until, 5);
		apply(reports[1].commit_call()).unwrap();
		let record = Epochs::<Test>::get(0).unwrap();
		assert_eq!((record.commits_until, record.reveals_until), (2, 7));

		end_block();
		reports[0].reveal_all();
		assert_eq!(Epochs::<Test>::get(0).unwrap().phase(2), Phase::Revealing);
		reports[1].reveal_all();
		assert_eq!(Epochs::<Test>::get(0).unwrap().phase(2), Phase::Settling);
		// Two pages in two steps, after the first which counts the reports.
		end_block();
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Settled));
	});
}

#[test]
fn reports_should_be_open_for_two_epochs_at_once_when_blocks_are_late() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		enter_epoch(1);
		end_block();
		enter_epoch(2);
		let reports = [0, 1].map(|epoch| Report::new(epoch, 0, &[9; 10], &[]));
		apply(reports[1].commit_call()).unwrap();
		end_block();
		reports[1].reveal_all();
		end_block();
		// Decided in order: the later epoch waits for the earlier one.
		assert_eq!(FirstUndecided::<Test>::get(), 0);
		apply(reports[0].commit_call()).unwrap();
		end_block();
		reports[0].reveal_all();
		end_block();
		end_block();
		assert_eq!(FirstUndecided::<Test>::get(), 2);
	});
}

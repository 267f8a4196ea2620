// SPDX-License-Identifier: Apache-2.0

use crate::{EpochsToCount, Event, Scores, mock::*};
use r1_primitives::OracleConduct;

fn scores(nodes: &[u64]) -> Vec<u8> {
	nodes.iter().map(|node| Validators::score_of(*node)).collect()
}

#[test]
fn score_should_be_the_best_when_nothing_is_known() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(scores(&[91, 12_345]), [100, 100]);
		assert_eq!(Scores::<Test>::iter().count(), 0);
	});
}

#[test]
fn missing_report_should_lower_the_score_and_a_whole_one_raise_it() {
	ExtBuilder::default().build_and_execute(|| {
		Validators::on_reports_counted(10, &[91, 92, 93], &[94]);
		assert_eq!(scores(&GENESIS), [100, 100, 100, 90]);
		Validators::on_reports_counted(11, &[92, 93, 94], &[91]);
		assert_eq!(scores(&GENESIS), [90, 100, 100, 91]);
		assert_eq!(
			events_since_last_call(),
			[
				Event::ReportMissed { epoch: 10, oracle: 94, score: 90 },
				Event::ReportMissed { epoch: 11, oracle: 91, score: 90 },
			]
		);

		for epoch in 12..30 {
			Validators::on_reports_counted(epoch, &GENESIS, &[]);
		}
		assert_eq!(scores(&GENESIS), [100; 4]);
		assert_eq!(Scores::<Test>::iter().count(), 0, "the best score needs no storage");
	});
}

#[test]
fn score_should_end_at_zero() {
	ExtBuilder::default().build_and_execute(|| {
		for epoch in 10..25 {
			Validators::on_reports_counted(epoch, &[91], &[92]);
		}
		assert_eq!(scores(&[91, 92]), [100, 0]);
		Scores::<Test>::insert(92, 3);
		Validators::on_reports_counted(25, &[91], &[92]);
		assert_eq!(scores(&[92]), [0]);
	});
}

#[test]
fn reports_should_count_for_candidates_when_more_than_two_thirds_are_whole() {
	let check = |present: &[u64], absent: &[u64], expected: bool| {
		ExtBuilder::default().build_and_execute(|| {
			Validators::on_reports_counted(10, present, absent);
			let is_counted = !EpochsToCount::<Test>::get().is_empty();
			assert_eq!(is_counted, expected, "{present:?} and not {absent:?}");
		});
	};
	check(&[], &[], false);
	check(&[91], &[], true);
	check(&[91], &[92], false);
	check(&[91, 92], &[93], false);
	check(&[91, 92, 93], &[94], true);
	check(&[91, 92, 93, 94], &[95, 96], false);
	check(&[91, 92, 93, 94, 95], &[96, 97], true);
	check(&[], &[91, 92], false);
}

#[test]
fn candidate_should_gain_when_it_was_available_and_does_not_validate() {
	ExtBuilder::default().with_candidates(4).build_and_execute(|| {
		Serving::set(&vec![3]);
		for node in 1..=5 {
			Scores::<Test>::insert(node, 60);
		}
		play(&agreed(&[(1, 230), (2, 229), (3, 255), (4, 255), (5, 255)]));
		// Node 3 validates, and node 5 is no candidate.
		assert_eq!(scores(&[1, 2, 3, 4, 5]), [61, 60, 60, 61, 60]);
	});
}

#[test]
fn candidate_should_not_gain_by_an_epoch_before_its_announcement_or_of_another_node() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		World::end_epoch();
		frame_support::assert_ok!(announce(1));
		frame_support::assert_ok!(announce(2));
		Scores::<Test>::insert(1, 60);
		Scores::<Test>::insert(2, 60);
		World::decide(&agreed(&[(1, 255), (2, 255)]));
		idle();
		assert_eq!(scores(&[1, 2]), [60, 60]);

		World::link(1, 9);
		play(&agreed(&[(1, 255), (2, 255)]));
		assert_eq!(scores(&[1, 2]), [60, 61]);
	});
}

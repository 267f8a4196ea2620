// SPDX-License-Identifier: Apache-2.0

use crate::{EpochsToCount, Event, RemovalReason, WeightInfo, mock::*};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use r1_primitives::OracleConduct;

#[test]
fn epoch_should_be_counted_for_each_candidate() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		let work = vec![(1, 200), (2, 100), (1, 40), (9, 255)];
		play(&Verdict { work, ..agreed(&[(1, 255), (3, 7), (9, 255)]) });

		assert_eq!(window_of(1), [(255, 240)]);
		assert_eq!(window_of(2), [(0, 100)]);
		assert_eq!(window_of(3), [(7, 0)]);
		assert_eq!(events_since_last_call(), [Event::EpochCounted { epoch: 10, candidates: 3 }]);
	});
}

#[test]
fn window_should_hold_the_newest_epochs() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		for number in 0..6_u8 {
			let work = vec![(1, number)];
			play(&Verdict { work, ..agreed(&[(1, 250 + number)]) });
		}

		assert_eq!(window_of(1), [(252, 2), (253, 3), (254, 4), (255, 5)]);
	});
}

#[test]
fn epoch_should_not_count_when_it_was_over_before_the_announcement() {
	ExtBuilder::default().with_nodes(2).build_and_execute(|| {
		World::end_epoch();
		assert_ok!(announce(1));
		assert_ok!(announce(2));
		let work = vec![(1, 9), (2, 9)];
		World::decide(&Verdict { work, ..agreed(&[(1, 255), (2, 255)]) });
		idle();
		assert_eq!((window_of(1), window_of(2)), (vec![], vec![]));

		// The epoch of the announcement counts, and the work of the one before is not carried over.
		play(&agreed(&[(1, 200), (2, 201)]));
		assert_eq!((window_of(1), window_of(2)), (vec![(200, 0)], vec![(201, 0)]));
	});
}

#[test]
fn epoch_should_not_count_when_there_was_no_agreement() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		play(&agreed(&[(1, 255)]));
		for _ in 0..20 {
			play(&silence());
		}
		// No block fell into some epochs.
		Now::set(&(Now::get() + 50));
		FirstUndecided::set(&Now::get());
		idle();
		play(&agreed(&[(1, 254)]));

		assert_eq!(window_of(1), [(255, 0), (254, 0)]);
		assert_eq!(candidates(), [(1, 1)]);
	});
}

#[test]
fn epoch_should_wait_until_it_is_decided() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		World::end_epoch();
		Validators::on_reports_counted(10, &GENESIS, &[]);
		Validators::on_work_settled(&[(1, 3)]);
		idle();
		assert_eq!(window_of(1), []);
		Validators::on_work_settled(&[(1, 4)]);
		idle();
		assert_eq!((window_of(1), events_since_last_call()), (vec![], vec![]));

		FirstUndecided::set(&11);
		idle();

		assert_eq!(window_of(1), [(0, 7)]);
		assert!(EpochsToCount::<Test>::get().is_empty());
	});
}

#[test]
fn block_should_count_one_epoch() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		for availability in [10, 20, 30] {
			World::end_epoch();
			World::decide(&agreed(&[(1, availability)]));
		}
		assert_eq!(EpochsToCount::<Test>::get().into_inner(), [10, 11, 12]);
		idle();
		assert_eq!(window_of(1), [(10, 0)]);
		idle();
		assert_eq!(window_of(1), [(10, 0), (20, 0)]);
		idle();
		assert_eq!(window_of(1), [(10, 0), (20, 0), (30, 0)]);
		idle();
		let counted = |epoch| Event::EpochCounted { epoch, candidates: 1 };
		assert_eq!(events_since_last_call(), [counted(10), counted(11), counted(12)]);
	});
}

#[test]
fn work_of_two_epochs_should_be_counted_once_when_both_wait() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		for quality in [3, 4] {
			World::end_epoch();
			World::decide(&Verdict { work: vec![(1, quality)], ..agreed(&[(1, 255)]) });
		}
		idle();
		idle();
		assert_eq!(window_of(1), [(255, 7), (255, 0)]);
	});
}

#[test]
fn oldest_epoch_should_be_left_out_when_more_wait_than_a_window_holds() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		for availability in 201..=206 {
			World::end_epoch();
			World::decide(&agreed(&[(1, availability)]));
		}
		assert_eq!(
			events_since_last_call(),
			[Event::EpochLeftOut { epoch: 10 }, Event::EpochLeftOut { epoch: 11 }]
		);
		for _ in 0..6 {
			idle();
		}
		assert_eq!(window_of(1), [(203, 0), (204, 0), (205, 0), (206, 0)]);
	});
}

#[test]
fn block_should_count_nothing_when_it_has_no_weight_left() {
	ExtBuilder::default().with_candidates(2).build_and_execute(|| {
		let (none, two) = (<()>::count_none(), <()>::count_epoch(2));
		World::end_epoch();
		World::decide(&agreed(&[(1, 255)]));
		let idle_with = |weight| Validators::on_idle(1, weight);
		let less = Weight::from_parts(1, 0);

		assert_eq!(idle_with(Weight::zero()), Weight::zero());
		assert_eq!(idle_with(none - less), Weight::zero());
		assert_eq!(idle_with(none), none);
		assert_eq!(idle_with(none + two - less), none);
		assert_eq!(window_of(1), []);
		assert_eq!(idle_with(none + two), none + two);
		assert_eq!(window_of(1), [(255, 0)]);
		assert_eq!(idle_with(Weight::MAX), none);
	});
}

#[test]
fn candidate_should_be_removed_when_its_bond_is_broken() {
	let cases: [(fn(), RemovalReason); 5] = [
		(|| World::unlink(1), RemovalReason::DeedNotActive),
		(|| World::burn(1), RemovalReason::DeedNotActive),
		(|| World::set_banned(1, true), RemovalReason::DeedNotActive),
		(|| World::link(1, 5), RemovalReason::LinkedElsewhere),
		(
			|| {
				World::link(1, 5);
				World::set_banned(1, true);
			},
			RemovalReason::LinkedElsewhere,
		),
	];
	for (break_bond, reason) in cases {
		ExtBuilder::default().with_candidates(2).build_and_execute(|| {
			break_bond();
			play(&agreed(&[(1, 255), (2, 255)]));

			assert_eq!(candidates(), [(2, 2)]);
			assert_eq!(
				events_since_last_call(),
				[
					Event::CandidateRemoved { deed: 1, node: 1, reason },
					Event::EpochCounted { epoch: 10, candidates: 1 }
				]
			);
		});
	}
}

#[test]
fn candidate_should_be_removed_when_it_was_away_for_more_than_half_of_a_full_window() {
	ExtBuilder::default().with_candidates(3).build_and_execute(|| {
		// 128 is the least that is a half; one less in all four epochs is too little.
		for availability in [128, 128, 129, 126] {
			assert_eq!(candidates().len(), 3);
			play(&agreed(&[(1, 128), (2, availability), (3, 0)]));
		}

		assert_eq!(candidates(), [(1, 1)]);
		let away = |node| Event::CandidateRemoved {
			deed: node as u32,
			node,
			reason: RemovalReason::Unavailable,
		};
		assert_eq!(
			events_since_last_call()[3..],
			[away(2), away(3), Event::EpochCounted { epoch: 13, candidates: 1 }]
		);
	});
}

#[test]
fn candidate_should_stay_when_its_keys_are_gone_for_a_while() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		World::set_keyed(1, false);
		play_window(&[(1, 255)]);
		assert_eq!(candidates(), [(1, 1)]);
	});
}

#[test]
fn work_should_change_nothing_when_no_candidate_did_it() {
	ExtBuilder::default().with_candidates(1).build_and_execute(|| {
		let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
		Validators::on_work_settled(&[]);
		Validators::on_work_settled(&[(2, 255), (3, 1)]);
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
	});
}

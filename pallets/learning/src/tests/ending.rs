// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::{
	DeedId, EpochIndex, JobId,
	learning::{Attendance, FileKind, Finding, Phase, RoundId},
	traits::RoundsAttended,
};
use sp_runtime::AccountId32;

/// Rounds and missed rounds of each deed of a job in an epoch, ascending by deed.
fn attendance(epoch: EpochIndex, job: JobId) -> Vec<(DeedId, u16, u16)> {
	let mut all: Vec<_> = <Learning as RoundsAttended>::attendance(epoch, job)
		.into_iter()
		.map(|Attendance { deed, rounds, missed }| (deed, rounds, missed))
		.collect();
	all.sort_unstable();
	all
}

/// The nodes for which the last round that ended counts as missed.
fn missed() -> Vec<AccountId32> {
	let of = |event: Event<Test>| match event {
		Event::RoundCompleted { missed, .. } | Event::RoundFailed { missed, .. } => Some(missed),
		_ => None,
	};
	events().into_iter().rev().find_map(of).expect("a round has ended").into_inner()
}

fn accounts(numbers: &[u8]) -> Vec<AccountId32> {
	let mut accounts: Vec<_> = numbers.iter().map(|number| account(*number)).collect();
	accounts.sort();
	accounts
}

fn attest_all(id: RoundId, verdict: &Verdict) {
	for oracle in [101, 102] {
		assert_eq!(apply(attest_call(id, oracle, verdict.clone())), Ok(()));
	}
}

#[test]
fn whoever_drops_out_of_a_round_should_have_missed_it() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		// 5 never comes, 4 deals and does not upload, 3 uploads and does not reveal.
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(11);
		publish_all(id, FileKind::Shares, &[1, 2, 3, 4]);
		publish_all(id, FileKind::Upload, &[1, 2, 3]);
		jump_to_block(32);
		publish_all(id, FileKind::Reveal, &[1, 2]);
		jump_to_block(42);
		attest_all(id, &Verdict::Aggregate(aggregate(50, 3)));
		assert_eq!(missed(), accounts(&[3, 4, 5]));
		assert_eq!(attendance(10, JOB), [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 1, 1), (5, 1, 1)]);
		assert_eq!(attendance(9, JOB), []);
		assert_eq!(attendance(10, 8), []);
	});
}

#[test]
fn attendance_should_add_up_within_an_epoch() {
	ExtBuilder.build_and_execute(|| {
		completed_round_with(order());
		let blamed = revealed_round();
		attest_all(blamed, &Verdict::Finding(Finding::UploadUnreadable { participant: key(4) }));
		assert_eq!(missed(), accounts(&[4]));
		assert_eq!(attendance(10, JOB), [(1, 2, 0), (2, 2, 0), (3, 2, 0), (4, 2, 1), (5, 2, 0)]);
		Epoch::set(&11);
		completed_round_with(order());
		assert_eq!(attendance(10, JOB)[3], (4, 2, 1));
		assert_eq!(attendance(11, JOB)[3], (4, 1, 0));
	});
}

#[test]
fn round_should_count_in_the_epoch_in_which_its_end_is_noted() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(21);
		Epoch::set(&12);
		sweep();
		let failure_found = Failure::TooFew { phase: Phase::Share, found: 0, needed: 3 };
		assert_eq!(failure(id), Some(failure_found));
		assert_eq!(attendance(12, JOB).len(), 5);
		assert_eq!(Summaries::<Test>::get(id).unwrap().epoch, 12);
		assert_eq!(OldestAttendance::<Test>::get(), Some(12));
	});
}

#[test]
fn round_that_too_few_accept_should_count_for_nobody() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2]);
		run_to_block(12);
		let failure_found = Failure::TooFew { phase: Phase::Announce, found: 2, needed: 3 };
		assert_eq!(failure(id), Some(failure_found));
		assert_eq!(missed(), []);
		assert_eq!(attendance(10, JOB), []);
	});
}

#[test]
fn round_that_fails_later_should_count_against_whoever_failed_it() {
	ExtBuilder.build_and_execute(|| {
		open();
		announce_all(1, &[1, 2, 3, 4]);
		run_to_block(11);
		publish_all(1, FileKind::Shares, &[1, 2, 3, 4]);
		publish_all(1, FileKind::Upload, &[2, 3]);
		run_to_block(33);
		assert_eq!(missed(), accounts(&[1, 4, 5]));
		assert_eq!(attendance(10, JOB), [(1, 1, 1), (2, 1, 0), (3, 1, 0), (4, 1, 1), (5, 1, 1)]);
	});
}

#[test]
fn round_that_oracles_fail_should_not_count_against_nodes_that_did_all() {
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		let ends_at = Rounds::<Test>::get(id).unwrap().ends_at;
		run_to_block(ends_at + 1);
		assert_eq!(missed(), []);
		assert!(
			attendance(10, JOB)
				.iter()
				.all(|(_, rounds, missed)| (*rounds, *missed) == (1, 0))
		);
	});
}

#[test]
fn replaced_node_should_not_be_counted() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		JobDeeds::insert(JOB, vec![1, 2, 3, 5, 6]);
		run_to_block(22);
		assert_eq!(
			failure(id).map(|failure| matches!(failure, Failure::TooFew { .. })),
			Some(true)
		);
		assert_eq!(attendance(10, JOB), [(1, 1, 1), (2, 1, 1), (3, 1, 1), (5, 1, 1)]);
	});
}

#[test]
fn round_of_a_job_that_is_over_should_end_and_count_for_nobody() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		JobDeeds::remove(JOB);
		run_to_block(22);
		assert!(outcome(id).is_some());
		assert_eq!(attendance(10, JOB), []);
	});
}

#[test]
fn attendance_should_be_forgotten_after_some_epochs() {
	ExtBuilder.build_and_execute(|| {
		completed_round_with(order());
		Epoch::set(&12);
		completed_round_with(order());
		let kept = || (attendance(10, JOB).len(), attendance(12, JOB).len());
		Epoch::set(&13);
		sweep();
		assert_eq!(kept(), (5, 5));
		Epoch::set(&14);
		sweep();
		assert_eq!((kept(), OldestAttendance::<Test>::get()), ((0, 5), Some(11)));
		Epoch::set(&1_000);
		for _ in 0..3 {
			sweep();
		}
		assert_eq!((kept(), OldestAttendance::<Test>::get()), ((0, 0), Some(14)));
	});
}

#[test]
fn attendance_should_not_be_counted_beyond_its_limit() {
	ExtBuilder.build_and_execute(|| {
		let others = (1_000..).take(ATTENDANCE_MAX as usize - 2);
		let full: Vec<_> = others.map(|deed| Attendance { deed, rounds: 1, missed: 0 }).collect();
		RoundsAttendance::<Test>::insert(10, JOB, AttendanceList::truncate_from(full));
		OldestAttendance::<Test>::put(10);
		completed_round_with(order());
		let known = attendance(10, JOB);
		assert_eq!(known.len(), ATTENDANCE_MAX as usize);
		assert_eq!(known.iter().filter(|(deed, ..)| *deed < 6).count(), 2);
	});
}

#[test]
fn details_should_be_forgotten_and_summaries_kept() {
	ExtBuilder.build_and_execute(|| {
		let id = completed_round_with(order());
		assert_eq!(Learning::info_of(id).unwrap().uploaded.len(), 5);
		run_to_block(51);
		sweep();
		assert_eq!(events(), [Event::DetailsForgotten { round: id }]);
		assert_eq!(Learning::info_of(id), None);
		assert_eq!(Announcements::<Test>::iter().count(), 0);
		assert_eq!(Files::<Test>::iter().count(), 0);
		assert_eq!(Attestations::<Test>::iter().count(), 0);
		let summary = Summaries::<Test>::get(id).unwrap();
		assert_eq!((summary.job, summary.order, summary.epoch), (JOB, order(), 10));
		assert_eq!((summary.participants, summary.published), (5, [5; 4]));
		assert_eq!(summary.outcome, Outcome::Completed(aggregate(50, 5)));
		assert_eq!((summary.opened_at, summary.ended_at), (1, 1));
	});
}

#[test]
fn oldest_summary_of_a_job_should_make_room() {
	ExtBuilder.build_and_execute(|| {
		JobDeeds::insert(8, vec![11, 12, 13]);
		let other = open_with(8, order());
		Learning::close_round(RuntimeOrigin::signed(OWNER), other).unwrap();
		let ids: Vec<_> = (0..6).map(|_| completed_round_with(order())).collect();
		assert_eq!(EndedRoundsOf::<Test>::get(JOB).to_vec(), ids[2..]);
		assert_eq!(Summaries::<Test>::get(ids[1]), None);
		assert!(Summaries::<Test>::contains_key(other), "other jobs have their own");
	});
}

#[test]
fn sweep_should_do_only_what_a_block_has_room_for() {
	use crate::WeightInfo;
	use frame_support::{traits::Hooks, weights::Weight};
	ExtBuilder.build_and_execute(|| {
		let jobs = 20..32;
		for job in jobs {
			JobDeeds::insert(job, vec![1, 2, 3]);
			open_with(job, order());
		}
		jump_to_block(11);
		assert_eq!(Learning::on_idle(11, Weight::zero()), Weight::zero());
		let one = <() as WeightInfo>::sweep_open();
		assert!(Learning::on_idle(11, one).all_lte(one));
		assert_eq!(Rounds::<Test>::iter().count(), 11);
		let mut blocks = 0;
		while Rounds::<Test>::iter().count() > 0 {
			assert!(Learning::on_idle(11, Weight::MAX).all_lte(Weight::MAX));
			blocks += 1;
		}
		// Four in each block, and one step to begin again.
		assert!((3..=4).contains(&blocks), "{blocks}");
	});
}

// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::learning::{FileKind, Phase};
use sp_runtime::transaction_validity::InvalidTransaction::{Future, Stale};

fn round(id: r1_primitives::learning::RoundId) -> RoundOf<Test> {
	Rounds::<Test>::get(id).expect("the round is open")
}

#[test]
fn round_should_go_through_its_phases_as_soon_as_everybody_is_done() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		let everybody = [1, 2, 3, 4, 5];
		jump_to_block(3);
		announce_all(id, &everybody[..4]);
		assert_eq!((round(id).phase, round(id).ends_at), (Phase::Announce, 11));
		events();
		announce_all(id, &everybody[4..]);
		// Ten whole blocks after this one.
		assert_eq!((round(id).phase, round(id).ends_at), (Phase::Share, 14));
		assert_eq!(
			events(),
			[
				Event::Announced { round: id, announcement: announcement(5) },
				Event::PhaseEntered { round: id, phase: Phase::Share, invited: 5, ends_at: 14 },
			]
		);
		for (kind, next, ends_at) in [
			(FileKind::Shares, Phase::Upload, 24),
			(FileKind::Upload, Phase::Reveal, 14),
			(FileKind::Reveal, Phase::Attest, 14),
		] {
			publish_all(id, kind, &everybody);
			assert_eq!((round(id).phase, round(id).ends_at), (next, ends_at));
			let events = events();
			assert_eq!(events.len(), 6);
			let publication = publication(1);
			assert_eq!(events[0], Event::Published { round: id, kind, publication });
			assert_eq!(
				events[5],
				Event::PhaseEntered { round: id, phase: next, invited: 5, ends_at }
			);
		}
		for oracle in [101, 102] {
			let verdict = Verdict::Aggregate(aggregate(50, 5));
			assert_eq!(apply(attest_call(id, oracle, verdict)), Ok(()));
		}
		let missed = Default::default();
		let aggregate = aggregate(50, 5);
		assert_eq!(
			events().last(),
			Some(&Event::RoundCompleted { round: id, job: JOB, aggregate, missed })
		);
	});
}

#[test]
fn phase_should_take_what_is_in_blocks_before_its_end() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2]);
		jump_to_block(10);
		announce_all(id, &[3]);
		jump_to_block(11);
		assert_eq!(apply(announce_call(id, 4)), Err(Stale));
		publish_all(id, FileKind::Shares, &[1, 2]);
		assert_eq!((round(id).phase, round(id).ends_at), (Phase::Share, 21));
		jump_to_block(20);
		publish_all(id, FileKind::Shares, &[3]);
		// It was the last one, so the upload lasts from the next block on.
		assert_eq!((round(id).phase, round(id).ends_at), (Phase::Upload, 41));
		jump_to_block(41);
		assert_eq!(apply(publish_call(id, FileKind::Upload, 1)), Err(Stale));
		assert_eq!(Learning::list_open(), []);
		sweep();
		let failure_found = Failure::TooFew { phase: Phase::Upload, found: 0, needed: 3 };
		assert_eq!(failure(id), Some(failure_found));
	});
}

#[test]
fn deadlines_should_pass_the_same_with_and_without_sweeps() {
	let history = |is_swept: bool| {
		let go = |block| if is_swept { run_to_block(block) } else { jump_to_block(block) };
		let mut standing = Vec::new();
		ExtBuilder.build_and_execute(|| {
			let id = open();
			let mut note = || {
				let info = Learning::info_of(id).expect("its details are kept");
				let (phase, ends_at) = (info.round.phase, info.round.ends_at);
				standing.push((phase, ends_at, info.outcome));
			};
			announce_all(id, &[1, 2, 3, 4]);
			go(11);
			note();
			publish_all(id, FileKind::Shares, &[1, 2, 3]);
			go(20);
			note();
			go(21);
			note();
			publish_all(id, FileKind::Upload, &[1, 2, 3]);
			note();
			publish_all(id, FileKind::Reveal, &[1, 2]);
			go(32);
			note();
			go(41);
			note();
			go(42);
			note();
			sweep();
			note();
		});
		standing
	};
	let swept = history(true);
	assert_eq!(swept, history(false));
	assert_eq!(swept[0], (Phase::Share, 21, None));
	assert_eq!(swept[1], (Phase::Share, 21, None));
	assert_eq!(swept[2], (Phase::Upload, 41, None));
	assert_eq!(swept[3], (Phase::Reveal, 32, None));
	assert_eq!(swept[4], (Phase::Attest, 42, None));
	assert_eq!(swept[5], (Phase::Attest, 42, None));
	assert_eq!(swept[6], (Phase::Attest, 42, Some(Outcome::Failed(Failure::Unattested))));
	assert_eq!(swept[7], swept[6]);
}

#[test]
fn sweep_should_say_that_a_phase_has_begun() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		run_to_block(11);
		events();
		sweep();
		assert_eq!(
			events(),
			[Event::PhaseEntered { round: id, phase: Phase::Share, invited: 4, ends_at: 21 }]
		);
		sweep();
		assert_eq!(events(), []);
	});
}

#[test]
fn round_should_fail_below_its_minimum_and_its_threshold() {
	// How many do the things of each phase, and how the round fails.
	let cases: [(&[u8], Phase, u8); 4] = [
		(&[2], Phase::Announce, 3),
		(&[4, 2], Phase::Share, 3),
		(&[4, 3, 2], Phase::Upload, 3),
		(&[5, 4, 3, 1], Phase::Reveal, 2),
	];
	for (counts, phase, needed) in cases {
		ExtBuilder.build_and_execute(|| {
			let id = open();
			let people = |count: u8| (1..=count).collect::<Vec<_>>();
			for (index, count) in counts.iter().enumerate() {
				match index {
					0 => announce_all(id, &people(*count)),
					_ => publish_all(id, FileKind::ALL[index - 1], &people(*count)),
				}
				let ends_at = round(id).ends_at;
				if round(id).phase == phase {
					assert_eq!(index + 1, counts.len());
					run_to_block(ends_at);
					sweep();
				} else if usize::from(round(id).phase as u8) == index {
					jump_to_block(ends_at);
				}
			}
			let found = *counts.last().unwrap();
			assert_eq!(failure(id), Some(Failure::TooFew { phase, found, needed }));
			assert_eq!(Learning::list_open(), []);
		});
	}
}

#[test]
fn round_should_go_on_at_exactly_its_minimum_and_its_threshold() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(11);
		publish_all(id, FileKind::Shares, &[1, 2, 3, 4]);
		publish_all(id, FileKind::Upload, &[2, 3, 4]);
		jump_to_block(32);
		publish_all(id, FileKind::Reveal, &[3, 4]);
		jump_to_block(42);
		let verdict = || Verdict::Aggregate(aggregate(50, 3));
		for oracle in [101, 103] {
			assert_eq!(apply(attest_call(id, oracle, verdict())), Ok(()));
		}
		assert_eq!(outcome(id), Some(Outcome::Completed(aggregate(50, 3))));
	});
}

#[test]
fn calls_of_later_phases_should_wait() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		for kind in FileKind::ALL {
			assert_eq!(apply(publish_call(id, kind, 1)), Err(Future));
		}
		let verdict = Verdict::Finding(r1_primitives::learning::Finding::SumOutOfBounds);
		assert_eq!(apply(attest_call(id, 101, verdict)), Err(Future));
	});
}

// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::JobId;

fn open_job(job: JobId) {
	Waiting::mutate(|waiting| waiting.insert(job, 0));
}

fn vote(oracle: u8, deeds: &[u32]) {
	apply(vote_call(oracle, ballot(7, deeds))).expect("the vote counts");
}

fn voted(oracle: u8) -> Event<Test> {
	Event::PlacementVoted { job: 7, round: 0, oracle: node(oracle) }
}

#[test]
fn vote_should_place_a_job_when_more_than_two_thirds_agree() {
	for (oracles, needed) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5), (10, 7)] {
		ExtBuilder::default().with_oracles(oracles).build_and_execute(|| {
			open_job(7);
			events();
			for oracle in 0..needed {
				assert_eq!(Placed::get(), [], "after {oracle} of {oracles}");
				vote(oracle, &[2, 5]);
			}
			assert_eq!(Placed::get(), [(7, 0, vec![2, 5])], "after {needed} of {oracles}");
			let mut expected: Vec<_> = (0..needed).map(voted).collect();
			expected.push(Event::PlacementAgreed { job: 7, round: 0, deeds: vec![2, 5] });
			assert_eq!(events(), expected);
			assert!(!Ballots::<Test>::contains_key(7));
		});
	}
}

#[test]
fn ballots_for_other_deeds_should_not_add_up() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(7);
		vote(0, &[1]);
		vote(1, &[1]);
		vote(2, &[2]);
		vote(3, &[1, 2]);
		assert_eq!(Placed::get(), []);
		assert_eq!(Ballots::<Test>::get(7).len(), 4);
	});
}

#[test]
fn a_newer_ballot_should_replace_the_older_one() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(7);
		vote(0, &[1]);
		vote(1, &[1]);
		vote(2, &[2]);
		end_block();
		vote(0, &[2]);
		assert_eq!(Ballots::<Test>::get(7).len(), 3);
		assert_eq!(Placed::get(), []);
		vote(1, &[2]);
		assert_eq!(Placed::get(), [(7, 0, vec![2])]);
	});
}

#[test]
fn ballots_should_not_count_when_their_round_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(7);
		vote(0, &[1]);
		vote(1, &[1]);
		Waiting::mutate(|waiting| waiting.insert(7, 1));
		let next_round =
			|oracle| vote_call(oracle, BallotOf::<Test> { round: 1, ..ballot(7, &[1]) });
		apply(next_round(2)).unwrap();
		assert_eq!(Ballots::<Test>::get(7).len(), 1);
		apply(next_round(3)).unwrap();
		assert_eq!(Placed::get(), []);
		end_block();
		apply(next_round(0)).unwrap();
		assert_eq!(Placed::get(), [(7, 1, vec![1])]);
	});
}

#[test]
fn ballots_should_not_count_when_their_oracle_has_left() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(7);
		vote(0, &[1]);
		vote(1, &[1]);
		// Oracle 1 stays, at another position; oracle 0 leaves.
		start_session(1..4);
		enter_epoch(1);
		let by_position = |position, oracle| {
			let body = VoteBody { oracle: position, ballot: ballot(7, &[1]) };
			let signature = sign(oracle, &body);
			Call::vote_placement { oracle: position, ballot: body.ballot, signature }
		};
		apply(by_position(1, 2)).unwrap();
		assert_eq!(Ballots::<Test>::get(7).len(), 2);
		assert_eq!(Placed::get(), []);
		apply(by_position(2, 3)).unwrap();
		assert_eq!(Placed::get(), [(7, 0, vec![1])]);
	});
}

#[test]
fn oracles_should_vote_anew_when_an_agreed_placement_fails() {
	ExtBuilder::default().with_oracles(1).build_and_execute(|| {
		open_job(7);
		events();
		PlacementFails::set(true);
		vote(0, &[1]);
		// No `PlacementAgreed`: nothing was placed.
		assert_eq!(events(), [voted(0)]);
		assert!(!Ballots::<Test>::contains_key(7));
		PlacementFails::set(false);
		end_block();
		vote(0, &[1]);
		assert_eq!(Placed::get(), [(7, 0, vec![1])]);
	});
}

#[test]
fn sweep_should_remove_the_ballots_of_jobs_that_wait_no_longer() {
	ExtBuilder::default().build_and_execute(|| {
		for job in 1..=6 {
			open_job(job);
			apply(vote_call(0, ballot(job, &[1]))).unwrap();
		}
		Waiting::mutate(|waiting| {
			waiting.retain(|job, _| job % 2 == 0);
			waiting.insert(6, 1);
		});
		// One job a block, and one block to turn round.
		let mut before = Ballots::<Test>::iter().count();
		for _ in 0..14 {
			end_block();
			let after = Ballots::<Test>::iter().count();
			assert!(before - after <= 1);
			before = after;
		}
		let mut left: Vec<_> = Ballots::<Test>::iter_keys().collect();
		left.sort_unstable();
		assert_eq!(left, [2, 4]);
	});
}

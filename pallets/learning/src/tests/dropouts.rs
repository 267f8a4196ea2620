// SPDX-License-Identifier: Apache-2.0

//! Every way in which five participants can drop out, beside a model of a few lines.

use crate::{mock::*, *};
use r1_primitives::learning::{FileKind, Phase, RoundId, RoundSpec};
use std::collections::BTreeSet;

const PHASES: [Phase; 4] = [Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal];

/// What a round comes to if each participant does so many things: how many were there in the phase
/// that failed, if one did, and who has missed the round.
fn expected(spec: &RoundSpec, done: [usize; 5]) -> (Option<(Phase, u8)>, BTreeSet<u8>) {
	let needed = [spec.minimum, spec.minimum, spec.minimum, spec.threshold];
	let missing = |things: usize| -> BTreeSet<u8> {
		(1..=5_u8)
			.zip(done)
			.filter(|(_, done)| *done < things)
			.map(|(who, _)| who)
			.collect()
	};
	for (index, phase) in PHASES.into_iter().enumerate() {
		let missing = missing(index + 1);
		let found = 5 - missing.len() as u8;
		if found < needed[index] {
			let missed = if index == 0 { BTreeSet::new() } else { missing };
			return (Some((phase, found)), missed);
		}
	}
	(None, missing(4))
}

/// Lets a round happen, without signatures; deadlines pass when somebody is missing.
fn play(spec: RoundSpec, done: [usize; 5]) -> RoundId {
	let id = open_with(JOB, RoundOrder { spec, ..order() });
	for (index, phase) in PHASES.into_iter().enumerate() {
		for (number, _) in (1..=5_u8).zip(done).filter(|(_, done)| index < *done) {
			let is_taken = match index {
				0 => Learning::do_announce(id, announcement(number)),
				_ => Learning::do_publish(id, FileKind::ALL[index - 1], publication(number)),
			};
			// Who does more than is asked of a round that goes on is taken.
			is_taken.expect("it is their turn");
		}
		let Some(round) = Rounds::<Test>::get(id) else { break };
		if round.phase == phase {
			jump_to_block(round.ends_at);
			sweep();
			sweep();
		}
		if !Rounds::<Test>::contains_key(id) {
			break;
		}
	}
	id
}

#[test]
fn every_pattern_of_drop_outs_should_end_as_the_model_says() {
	// All of them, and some of those where more are needed: the steps are prime to five.
	for (minimum, threshold, step) in [(3, 2, 1), (4, 3, 7), (5, 5, 11)] {
		let spec = RoundSpec { minimum, threshold, ..SPEC };
		ExtBuilder.build_and_execute(|| {
			for pattern in (0..5_usize.pow(5)).step_by(step) {
				let done = [0, 1, 2, 3, 4].map(|who| pattern / 5_usize.pow(who) % 5);
				check(spec, done);
			}
		});
	}
}

fn check(spec: RoundSpec, done: [usize; 5]) {
	let (failed, missed) = expected(&spec, done);
	let id = play(spec, done);
	let contributors = done.iter().filter(|done| **done >= 3).count() as u8;
	if failed.is_none() {
		for oracle in [101, 102] {
			let verdict = Verdict::Aggregate(aggregate(1, contributors));
			Learning::do_attest(id, &key(oracle), verdict).expect("the round waits for it");
		}
	}
	let found = match outcome(id).expect("the round is over") {
		Outcome::Completed(aggregate) => {
			assert_eq!(aggregate.contributors, contributors);
			None
		},
		Outcome::Failed(Failure::TooFew { phase, found, .. }) => Some((phase, found)),
		Outcome::Failed(other) => panic!("{done:?}: {other:?}"),
	};
	assert_eq!(found, failed, "{done:?}");
	let said = events().into_iter().rev().find_map(|event| match event {
		Event::RoundCompleted { missed, .. } | Event::RoundFailed { missed, .. } => Some(missed),
		_ => None,
	});
	let said: BTreeSet<_> = said.expect("its end was told").into_iter().collect();
	let missed: BTreeSet<_> = missed.into_iter().map(account).collect();
	assert_eq!(said, missed, "{done:?}");
}

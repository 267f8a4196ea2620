// SPDX-License-Identifier: Apache-2.0

use super::*;

/// Names are a promise to dashboards: a change here is a change for operators.
#[test]
fn metrics_should_name_every_verdict() {
	let labels: Vec<_> = observer()
		.metrics()
		.received()
		.map(|(verdict, reason, value)| format!("{verdict}/{reason} {value}"))
		.collect();
	let expected = [
		"accepted/ 0",
		"ignored/slot_already_counted 0",
		"ignored/clock_not_started 0",
		"ignored/chain_out_of_step 0",
		"ignored/epoch_forgotten 0",
		"ignored/no_room 0",
		"rejected/too_long 0",
		"rejected/malformed 0",
		"rejected/slot_out_of_range 0",
		"rejected/wrong_epoch 0",
		"rejected/wrong_slot 0",
		"rejected/unlinked_node 0",
		"rejected/banned_deed 0",
		"rejected/unknown_block 0",
		"rejected/stale_block 0",
		"rejected/replayed 0",
		"rejected/bad_signature 0",
		"rejected/equivocated 0",
		"rejected/flooded 0",
	];
	assert_eq!(labels, expected);
}

#[test]
fn metrics_should_name_every_outcome_of_a_challenge() {
	let line = |(first, reason, value)| format!("{first}/{reason} {value}");
	let challenger = Challenger::new(node_of(1), GENESIS);
	let settled: Vec<_> = challenger.metrics().settled().map(line).collect();
	let expected = [
		"answered/ 0",
		"missed/no_answer 0",
		"missed/too_late 0",
		"missed/wrong_signature 0",
		"void/not_sent 0",
		"void/over_limit 0",
	];
	assert_eq!(settled, expected);
	let answerer = Answerer::new(node_of(1));
	let received: Vec<_> = answerer.metrics().received().map(line).collect();
	let expected = [
		"answered/ 0",
		"refused/malformed 0",
		"refused/wrong_sender 0",
		"refused/not_an_oracle 0",
		"refused/wrong_epoch 0",
	];
	assert_eq!(received, expected);
	for (index, reason) in MissedReason::ALL.into_iter().enumerate() {
		assert_eq!(reason as usize, index);
	}
	for (index, reason) in Refused::ALL.into_iter().enumerate() {
		assert_eq!(reason as usize, index);
	}
}

#[test]
fn metrics_should_count_each_reason_apart() {
	for (index, reason) in Ignored::ALL.into_iter().enumerate() {
		assert_eq!(reason as usize, index);
	}
	for (index, reason) in Rejected::ALL.into_iter().enumerate() {
		assert_eq!(reason as usize, index);
	}
	let mut observer = observer();
	let now = middle_of(0, 0);
	for bytes in [vec![0; 300], vec![], vec![]] {
		observer.observe(&bytes, now, &chain_at(now, 0));
	}
	assert_eq!(observer.metrics().rejected(Rejected::TooLong), 1);
	assert_eq!(observer.metrics().rejected(Rejected::Malformed), 2);
	assert_eq!(observer.metrics().received().map(|(_, _, value)| value).sum::<u64>(), 3);
}

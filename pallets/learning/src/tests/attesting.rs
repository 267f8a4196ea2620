// SPDX-License-Identifier: Apache-2.0

use crate::{mock::*, *};
use r1_primitives::learning::{Finding, RoundId};
use sp_runtime::transaction_validity::InvalidTransaction::Stale;

fn sum(byte: u8) -> Verdict {
	Verdict::Aggregate(aggregate(byte, 5))
}

#[track_caller]
fn attest(id: RoundId, oracle: u8, verdict: Verdict) {
	assert_eq!(apply(attest_call(id, oracle, verdict)), Ok(()));
}

fn completed(byte: u8) -> Option<Outcome> {
	Some(Outcome::Completed(aggregate(byte, 5)))
}

#[test]
fn two_equal_verdicts_should_decide() {
	for oracles in [vec![101, 102], vec![101, 102, 103], (101..=120).collect()] {
		ExtBuilder.build_and_execute(|| {
			OracleNumbers::set(&oracles);
			let id = revealed_round();
			attest(id, 102, sum(1));
			assert_eq!(outcome(id), None);
			assert_eq!(
				events(),
				[Event::Attested { round: id, oracle: account(102), verdict: sum(1) }]
			);
			attest(id, 101, sum(1));
			assert_eq!(outcome(id), completed(1));
			assert_eq!(Attestations::<Test>::get(id).len(), 2);
		});
	}
}

#[test]
fn the_only_oracle_should_decide_alone() {
	ExtBuilder.build_and_execute(|| {
		OracleNumbers::set(&vec![101]);
		let id = revealed_round();
		attest(id, 101, sum(1));
		assert_eq!(outcome(id), completed(1));
	});
}

#[test]
fn verdicts_should_be_equal_in_everything() {
	let file = aggregate(1, 5);
	let others = [
		Verdict::Aggregate(r1_primitives::learning::AggregateFile { cid: cid(2), ..file.clone() }),
		Verdict::Aggregate(r1_primitives::learning::AggregateFile {
			sha256: [2; 32],
			..file.clone()
		}),
		Verdict::Finding(Finding::SumOutOfBounds),
	];
	for other in others {
		ExtBuilder.build_and_execute(|| {
			let id = revealed_round();
			attest(id, 101, Verdict::Aggregate(file.clone()));
			attest(id, 102, other.clone());
			assert_eq!(outcome(id), None);
			assert_eq!(events().last(), Some(&Event::RoundDisputed { round: id }));
		});
	}
}

#[test]
fn dispute_should_take_more_than_two_thirds_of_all() {
	ExtBuilder.build_and_execute(|| {
		OracleNumbers::set(&(101..=107).collect());
		let id = revealed_round();
		attest(id, 101, sum(1));
		attest(id, 102, sum(2));
		for oracle in 103..=105 {
			attest(id, oracle, sum(1));
			assert_eq!(outcome(id), None, "four of seven are not enough");
		}
		let disputes = |event: &Event<Test>| matches!(event, Event::RoundDisputed { .. });
		assert_eq!(events().iter().filter(|event| disputes(event)).count(), 1);
		attest(id, 106, sum(1));
		assert_eq!(outcome(id), completed(1));
		assert_eq!(apply(attest_call(id, 107, sum(1))), Err(Stale));
	});
}

#[test]
fn dispute_should_fail_the_round_when_nobody_wins_in_time() {
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		attest(id, 101, sum(1));
		attest(id, 102, sum(2));
		attest(id, 103, sum(1));
		// Two of three are not more than two thirds.
		assert_eq!(outcome(id), None);
		let ends_at = Rounds::<Test>::get(id).unwrap().ends_at;
		run_to_block(ends_at);
		sweep();
		assert_eq!(failure(id), Some(Failure::Disputed));
	});
}

#[test]
fn round_should_fail_when_too_few_attest_in_time() {
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		attest(id, 101, sum(1));
		let ends_at = Rounds::<Test>::get(id).unwrap().ends_at;
		jump_to_block(ends_at - 1);
		sweep();
		assert_eq!(outcome(id), None);
		jump_to_block(ends_at);
		assert_eq!(apply(attest_call(id, 102, sum(1))), Err(Stale));
		sweep();
		assert_eq!(failure(id), Some(Failure::Unattested));
	});
}

#[test]
fn finding_should_fail_the_round() {
	let findings = [
		Finding::SharesUnreadable { dealer: key(2) },
		Finding::SharesInconsistent { dealer: key(2) },
		Finding::TooFewShares { dealer: key(2) },
		Finding::UploadUnreadable { participant: key(2) },
		Finding::SumOutOfBounds,
	];
	for finding in findings {
		ExtBuilder.build_and_execute(|| {
			let id = revealed_round();
			attest(id, 101, Verdict::Finding(finding));
			attest(id, 103, Verdict::Finding(finding));
			let failure = Failure::Spoilt(finding);
			let blamed = finding.culprit().map(sp_runtime::AccountId32::new);
			let missed = PerParticipant::truncate_from(blamed.into_iter().collect());
			assert_eq!(
				events().last(),
				Some(&Event::RoundFailed { round: id, job: JOB, failure, missed })
			);
		});
	}
}

#[test]
fn only_oracles_of_now_should_count() {
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		attest(id, 101, sum(1));
		OracleNumbers::set(&vec![102, 103, 104]);
		attest(id, 102, sum(1));
		assert_eq!(outcome(id), None, "the first one is no oracle any more");
		attest(id, 103, sum(1));
		assert_eq!(outcome(id), completed(1));
		assert!(!Attestations::<Test>::get(id).contains_key(&account(101)));
	});
}

#[test]
fn dispute_should_last_when_one_side_leaves() {
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		attest(id, 101, sum(1));
		attest(id, 102, sum(2));
		OracleNumbers::set(&vec![102, 103, 104]);
		attest(id, 103, sum(2));
		assert_eq!(outcome(id), None, "two of three are not more than two thirds");
		attest(id, 104, sum(2));
		assert_eq!(outcome(id), completed(2));
	});
}

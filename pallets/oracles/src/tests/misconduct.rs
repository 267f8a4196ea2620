// SPDX-License-Identifier: Apache-2.0

//! Oracles that contradict themselves.

use crate::{mock::*, *};
use frame_support::{
	BoundedVec, assert_noop, assert_ok,
	dispatch::{DispatchResult, GetDispatchInfo as _},
};
use frame_system::RawOrigin;
use r1_primitives::{
	Misconduct::{self, FalseReveal, TwoReports},
	traits::OracleVerdicts,
};
use sp_runtime::{
	AccountId32, DispatchError, traits::Dispatchable as _,
	transaction_validity::InvalidTransaction::Stale,
};

const REPORTER: AccountId32 = AccountId32::new([0xcc; 32]);

/// What oracle 0 committed to, and something else.
fn two_reports() -> (Report, Report) {
	(Report::new(0, 0, &[7; 10], &[]), Report::new(0, 0, &[255; 10], &[]))
}

fn proven(kind: Misconduct, reporter: Option<AccountId32>) -> (Event<Test>, Told) {
	let oracle = node(0);
	let event = Event::MisconductProven {
		epoch: 0,
		oracle: oracle.clone(),
		kind,
		reporter: reporter.clone(),
	};
	(event, Told::Misconduct { oracle, kind, reporter })
}

/// Epoch 0 is over, and oracle 0 has committed to the first of its reports.
fn with_a_commitment(test: impl FnOnce(Report, Report)) {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		let (one, other) = two_reports();
		apply(one.commit_call()).unwrap();
		events();
		test(one, other);
	});
}

/// The other oracles hand in their reports, in the block after the one in which they may.
fn others_hand_in() {
	let reports = [1, 2, 3].map(|oracle| Report::new(0, oracle, &[oracle; 10], &[]));
	for report in &reports {
		apply(report.commit_call()).unwrap();
	}
	run_to_block(6);
	for report in &reports {
		report.reveal_all();
	}
	run_to_block(40);
}

#[test]
fn conviction_should_be_charged_only_if_there_is_one() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		let (one, other) = two_reports();
		let charged = |call: Call<Test>| {
			let call = RuntimeCall::from(call);
			let declared = call.get_dispatch_info().call_weight;
			let post_info = call.dispatch(RawOrigin::Authorized.into()).expect("it is taken");
			(declared, post_info.actual_weight)
		};
		let (commit, convict) = (<() as WeightInfo>::commit(), <() as WeightInfo>::convict());
		assert_eq!(charged(one.commit_call()), (commit + convict, Some(commit)));
		assert_eq!(charged(other.commit_call()), (commit + convict, None));

		let honest = Report::new(0, 1, &[7; 10], &[]);
		apply(honest.commit_call()).unwrap();
		run_to_block(6);
		let reveal = <() as WeightInfo>::reveal();
		assert_eq!(charged(honest.reveal_call(0)), (reveal + convict, Some(reveal)));
	});
}

#[test]
fn second_commitment_should_cost_the_oracle_its_say() {
	with_a_commitment(|one, other| {
		assert_eq!(apply(other.commit_call()), Ok(()));
		let (event, told) = proven(TwoReports, None);
		assert_eq!((events(), Heard::get()), (vec![event], vec![told]));
		assert_eq!(Proven::<Test>::get(0, 0), Some(TwoReports));
		// Once is enough.
		assert_eq!(apply(other.commit_call()), Err(Stale));
		assert_eq!(apply(one.commit_call()), Err(Stale));

		run_to_block(5);
		assert_eq!(apply(one.reveal_call(0)), Err(Stale));
		assert_eq!(apply(other.reveal_call(0)), Err(Stale));
	});
}

#[test]
fn false_reveal_should_cost_the_oracle_its_say() {
	let false_reveals: [fn(&Report, &Report) -> Call<Test>; 3] = [
		// Another report; the same with another salt; and a page that is not the report's.
		|_, other| other.reveal_call(0),
		|one, _| Report { salt: [9; 32], ..one.clone() }.reveal_call(1),
		|one, other| {
			let Call::reveal { epoch, oracle, page, page_hashes, salt, .. } = one.reveal_call(0)
			else {
				panic!("not a reveal")
			};
			let contents = other.pages[0].clone();
			let body = RevealBody { contents: contents.hash(), ..one.reveal_body(0) };
			let signature = sign(0, &body);
			Call::reveal { epoch, oracle, page, contents, page_hashes, salt, signature }
		},
	];
	for false_reveal in false_reveals {
		with_a_commitment(|one, other| {
			run_to_block(5);
			assert_eq!(apply(false_reveal(&one, &other)), Ok(()));
			let (event, told) = proven(FalseReveal, None);
			assert_eq!((events(), Heard::get()), (vec![event], vec![told]));
			assert_eq!(Reveals::<Test>::iter().count(), 0);
			assert_eq!(apply(one.reveal_call(0)), Err(Stale));
		});
	}
}

#[test]
fn whole_report_should_not_count_when_misconduct_is_proven_afterwards() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		let (one, other) = two_reports();
		apply(one.commit_call()).unwrap();
		run_to_block(5);
		one.reveal_all();
		assert_eq!(Epochs::<Test>::get(0).unwrap().reveals, 1);
		assert_ok!(report(two_commitments(&one, &other)));
		assert_eq!(Epochs::<Test>::get(0).unwrap().reveals, 0);
		run_to_block(40);
		let present = Vec::new();
		let absent = vec![node(0), node(1), node(2), node(3)];
		assert_eq!(Heard::get()[1], Told::Counted { epoch: 0, present, absent });
	});
}

#[test]
fn others_should_agree_without_an_oracle_that_lost_its_say() {
	with_a_commitment(|_, other| {
		apply(other.commit_call()).unwrap();
		others_hand_in();
		assert_eq!(Epochs::<Test>::get(0).unwrap().outcome, Some(Outcome::Settled));
		assert_eq!(Oracles::availability(0, 1), Some(2));
		let present = vec![node(1), node(2), node(3)];
		let counted = Told::Counted { epoch: 0, present, absent: vec![node(0)] };
		assert_eq!(Heard::get()[1], counted);
	});
}

fn report(evidence: EvidenceOf<Test>) -> DispatchResult {
	Oracles::report_misconduct(RuntimeOrigin::signed(REPORTER), 0, 0, evidence)
}

fn two_commitments(one: &Report, other: &Report) -> EvidenceOf<Test> {
	Evidence::TwoCommitments {
		deeds: one.deeds(),
		one: one.commitment(),
		one_signature: one.commit_signature(),
		other: other.commitment(),
		other_signature: other.commit_signature(),
	}
}

fn other_report(committed: &Report, revealed: &Report) -> EvidenceOf<Test> {
	let reveal = revealed.reveal_body(0);
	Evidence::OtherReport {
		commitment: committed.commitment(),
		commitment_signature: committed.commit_signature(),
		reveal_signature: sign(revealed.oracle, &reveal),
		reveal,
	}
}

/// A signed reveal of `contents` as page 0 of a report.
fn other_contents(of: &Report, contents: PageHash) -> EvidenceOf<Test> {
	let reveal = RevealBody { contents, ..of.reveal_body(0) };
	Evidence::OtherContents {
		signature: sign(of.oracle, &reveal),
		reveal,
		page_hashes: BoundedVec::truncate_from(page_hashes_of(&of.pages)),
		salt: of.salt,
	}
}

#[test]
fn evidence_should_prove_misconduct_and_name_who_brought_it() {
	let kinds: [(fn(&Report, &Report) -> EvidenceOf<Test>, _); 3] = [
		(two_commitments, TwoReports),
		(other_report, FalseReveal),
		(|one, _| other_contents(one, [9; 32]), FalseReveal),
	];
	for (evidence, kind) in kinds {
		with_a_commitment(|one, other| {
			assert_ok!(report(evidence(&one, &other)));
			let (event, told) = proven(kind, Some(REPORTER));
			assert_eq!((events(), Heard::get()), (vec![event], vec![told]));
			assert_noop!(report(evidence(&one, &other)), Error::<Test>::AlreadyProven);
		});
	}
}

#[test]
fn evidence_should_prove_nothing_when_the_oracle_did_not_contradict_itself() {
	with_a_commitment(|one, other| {
		let not = DispatchError::from(Error::<Test>::NotMisconduct);
		assert_noop!(report(two_commitments(&one, &one)), not);
		assert_noop!(report(other_report(&one, &one)), not);
		assert_noop!(report(other_contents(&one, one.pages[0].hash())), not);
		// Signed in another epoch, or by another oracle.
		let mut of_epoch_1 = other_report(&one, &other);
		if let Evidence::OtherReport { reveal, reveal_signature, .. } = &mut of_epoch_1 {
			reveal.epoch = 1;
			*reveal_signature = sign(0, reveal);
		}
		assert_noop!(report(of_epoch_1), not);
		// Hashes and salt that are not those that the reveal names.
		let mut of_nothing = other_contents(&one, [9; 32]);
		if let Evidence::OtherContents { salt, .. } = &mut of_nothing {
			*salt = [9; 32];
		}
		assert_noop!(report(of_nothing), not);
	});
}

#[test]
fn evidence_should_prove_nothing_when_two_forks_had_another_number_of_deeds() {
	with_a_commitment(|one, other| {
		// An honest oracle commits to one report on each fork.
		let body = |report: &Report, deeds| CommitBody {
			epoch: 0,
			oracle: 0,
			deeds,
			commitment: report.commitment(),
		};
		let evidence = |deeds| Evidence::TwoCommitments {
			deeds,
			one: one.commitment(),
			one_signature: sign(0, &body(&one, 10)),
			other: other.commitment(),
			other_signature: sign(0, &body(&other, 11)),
		};
		for deeds in [10, 11] {
			assert_noop!(report(evidence(deeds)), Error::<Test>::InvalidEvidenceSignature);
		}
	});
}

#[test]
fn evidence_should_prove_nothing_when_somebody_else_signed_it() {
	with_a_commitment(|one, other| {
		let forged = |report: &Report| Report { oracle: 1, ..report.clone() };
		let invalid = DispatchError::from(Error::<Test>::InvalidEvidenceSignature);
		let mut commitments = two_commitments(&one, &other);
		if let Evidence::TwoCommitments { other_signature, .. } = &mut commitments {
			*other_signature = forged(&other).commit_signature();
		}
		assert_noop!(report(commitments), invalid);
		let mut reveal = other_report(&one, &other);
		if let Evidence::OtherReport { commitment_signature, .. } = &mut reveal {
			*commitment_signature = forged(&one).commit_signature();
		}
		assert_noop!(report(reveal), invalid);
		let mut contents = other_contents(&one, [9; 32]);
		if let Evidence::OtherContents { signature, .. } = &mut contents {
			*signature = sign(1, &RevealBody { contents: [9; 32], ..one.reveal_body(0) });
		}
		assert_noop!(report(contents), invalid);
	});
}

#[test]
fn evidence_should_be_taken_only_while_the_epochs_oracles_are_known() {
	with_a_commitment(|one, other| {
		let evidence = two_commitments(&one, &other);
		let against = |epoch, oracle| {
			let reporter = RuntimeOrigin::signed(REPORTER);
			Oracles::report_misconduct(reporter, epoch, oracle, evidence.clone())
		};
		assert_noop!(against(0, 4), Error::<Test>::UnknownOracle);
		assert_noop!(against(9, 0), Error::<Test>::EpochUnknown);
		// Those of the two epochs that were settled last are kept.
		enter_epoch(2);
		run_to_block(40);
		assert_eq!((NextToSettle::<Test>::get(), OldestSnapshot::<Test>::get()), (2, 0));
		enter_epoch(3);
		run_to_block(80);
		assert_eq!((NextToSettle::<Test>::get(), OldestSnapshot::<Test>::get()), (3, 1));
		assert_noop!(against(0, 0), Error::<Test>::EpochUnknown);
		assert_eq!(EpochSeeds::<Test>::get(0), None);
		assert!(EpochSeeds::<Test>::contains_key(1));
	});
}

#[test]
fn misconduct_should_change_no_verdict_once_its_epoch_is_settled() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		let (one, other) = two_reports();
		apply(one.commit_call()).unwrap();
		run_to_block(4);
		let others = [1, 2].map(|oracle| Report::new(0, oracle, &[oracle; 10], &[]));
		for report in &others {
			apply(report.commit_call()).unwrap();
		}
		run_to_block(6);
		one.reveal_all();
		others.iter().for_each(Report::reveal_all);
		run_to_block(40);
		let before = Epochs::<Test>::get(0);

		assert_ok!(report(two_commitments(&one, &other)));

		assert_eq!(Epochs::<Test>::get(0), before);
		assert_eq!(Oracles::availability(0, 1), Some(2));
	});
}

// SPDX-License-Identifier: Apache-2.0

//! What is refused before it enters a pool or a block, and changes nothing.

use crate::{authorize::refusal, mock::*, *};
use frame_support::{
	assert_storage_noop,
	dispatch::GetDispatchInfo,
	pallet_prelude::{TransactionSource, TransactionValidityError},
	traits::Authorize,
};
use frame_system::RawOrigin;
use r1_primitives::{OracleIndex, PageIndex, WorkEntry};
use sp_runtime::{
	DispatchError,
	traits::Dispatchable,
	transaction_validity::InvalidTransaction::{self, BadProof, BadSigner, Custom, Future, Stale},
};

/// The transaction is refused for this reason, and the chain's state stays as it was.
#[track_caller]
fn check_refused(call: Call<Test>, expected: InvalidTransaction) {
	assert_storage_noop!(assert_eq!(apply(call.clone()), Err(expected)));
	// Nor could it pass later, should a block hold it unchecked.
	if expected != BadProof {
		let dispatched = RuntimeCall::from(call).dispatch(RawOrigin::Authorized.into());
		assert!(dispatched.is_err());
	}
}

fn report(oracle: u8) -> Report {
	let work = [WorkEntry { job: 1, deed: 2, quality: 3 }];
	Report::new(0, oracle, &[255; 10], &work)
}

/// Epoch 0 is over, and oracle 0 has committed to its report.
fn with_a_commitment(test: impl FnOnce(Report)) {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		apply(report(0).commit_call()).unwrap();
		test(report(0));
	});
}

#[test]
fn commit_should_be_refused_when_the_signature_is_wrong() {
	with_a_commitment(|_| {
		let Call::commit { epoch, oracle, commitment, .. } = report(1).commit_call() else {
			panic!("not a commit")
		};
		let right = CommitBody { epoch, oracle, deeds: 10, commitment };
		let bodies = [
			// Another oracle's key, another epoch, another commitment, another position, a fork.
			(2, right.clone()),
			(1, CommitBody { epoch: 1, ..right.clone() }),
			(1, CommitBody { commitment: [0; 32], ..right.clone() }),
			(1, CommitBody { oracle: 2, ..right.clone() }),
			(1, CommitBody { deeds: 11, ..right }),
		];
		for (signer, body) in bodies {
			let signature = sign(signer, &body);
			check_refused(Call::commit { epoch, oracle, commitment, signature }, BadProof);
		}
		let signature = sign(1, &report(1).reveal_body(0));
		check_refused(Call::commit { epoch, oracle, commitment, signature }, BadProof);
	});
}

#[test]
fn commit_should_be_refused_when_it_is_made_for_another_chain() {
	with_a_commitment(|_| {
		let call = report(1).commit_call();
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256::repeat_byte(1));
		check_refused(call, BadProof);
	});
}

#[test]
fn commit_should_be_refused_when_the_oracle_is_unknown() {
	with_a_commitment(|_| check_refused(report(4).commit_call(), BadSigner));
}

#[test]
fn commit_should_be_refused_when_it_is_a_duplicate() {
	with_a_commitment(|report| {
		check_refused(report.commit_call(), Stale);
	});
}

#[test]
fn commit_should_be_refused_outside_its_window() {
	with_a_commitment(|_| {
		run_to_block(4);
		assert_eq!(apply(report(1).commit_call()), Ok(()));
		run_to_block(5);
		check_refused(report(2).commit_call(), Stale);
		run_to_block(50);
		check_refused(report(2).commit_call(), Stale);
	});
}

#[test]
fn commit_should_be_refused_when_the_epoch_is_wrong() {
	with_a_commitment(|report| {
		for epoch in [1, 2] {
			check_refused(Report { epoch, ..report.clone() }.commit_call(), Future);
		}
		enter_epoch(5);
		for epoch in [2, 3, 4] {
			check_refused(Report { epoch, ..report.clone() }.commit_call(), Stale);
		}
	});
}

#[test]
fn reveal_should_be_refused_when_the_signature_is_wrong() {
	with_a_commitment(|report| {
		run_to_block(5);
		let right = report.reveal_body(0);
		let bodies = [
			(1, right.clone()),
			(0, RevealBody { page: 1, ..right.clone() }),
			(0, RevealBody { commitment: [0; 32], ..right.clone() }),
			(0, RevealBody { contents: [0; 32], ..right.clone() }),
			(0, RevealBody { deeds: 11, ..right.clone() }),
			(0, RevealBody { oracle: 1, ..right.clone() }),
			(0, RevealBody { epoch: 1, ..right }),
		];
		for (signer, body) in bodies {
			let mut call = report.reveal_call(0);
			if let Call::reveal { signature, .. } = &mut call {
				*signature = sign(signer, &body);
			}
			check_refused(call, BadProof);
		}
	});
}

#[test]
fn reveal_should_be_refused_outside_its_window() {
	with_a_commitment(|report| {
		check_refused(report.reveal_call(0), Future);
		run_to_block(5);
		assert_eq!(apply(report.reveal_call(0)), Ok(()));
		run_to_block(10);
		check_refused(report.reveal_call(1), Stale);
		run_to_block(50);
		check_refused(report.reveal_call(1), Stale);
	});
}

#[test]
fn reveal_should_be_refused_when_the_epoch_is_wrong() {
	with_a_commitment(|report| {
		run_to_block(5);
		check_refused(Report { epoch: 1, ..report.clone() }.reveal_call(0), Future);
		enter_epoch(5);
		check_refused(Report { epoch: 3, ..report }.reveal_call(0), Stale);
	});
}

#[test]
fn reveal_should_be_refused_when_the_oracle_is_unknown_or_has_not_committed() {
	with_a_commitment(|_| {
		run_to_block(5);
		check_refused(report(4).reveal_call(0), BadSigner);
		check_refused(report(1).reveal_call(0), Stale);
	});
}

#[test]
fn reveal_should_be_refused_when_it_is_a_duplicate() {
	with_a_commitment(|report| {
		run_to_block(5);
		apply(report.reveal_call(1)).unwrap();
		check_refused(report.reveal_call(1), Stale);
	});
}

#[test]
fn reveal_should_be_refused_when_the_pages_are_not_those_of_the_epoch() {
	let wrong_page = Custom(refusal::WRONG_PAGE);
	let entry = |job, deed| WorkEntry { job, deed, quality: 1 };
	let wrong_kind = {
		let mut report = report(0);
		report.pages.swap(0, 1);
		report
	};
	// The report, and the page of it that is revealed.
	let cases: [(Report, PageIndex); 6] = [
		(Report::new(0, 0, &[1; 2_000], &[]), 0),
		(Report::new(0, 0, &[], &[]), 0),
		(wrong_kind.clone(), 0),
		(wrong_kind, 1),
		(Report::new(0, 0, &[1; 10], &[entry(2, 1), entry(1, 1)]), 1),
		(Report::new(0, 0, &[1; 10], &[entry(1, 1), entry(1, 1)]), 1),
	];
	for (report, page) in cases {
		ExtBuilder::default().build_and_execute(|| {
			enter_epoch(1);
			apply(report.commit_call()).unwrap();
			run_to_block(5);
			check_refused(report.reveal_call(page), wrong_page);
		});
	}
	with_a_commitment(|report| {
		run_to_block(5);
		let mut call = report.reveal_call(0);
		if let Call::reveal { page, .. } = &mut call {
			*page = PageIndex::MAX;
		}
		check_refused(call, wrong_page);
	});
}

#[test]
fn vote_should_be_refused_when_it_does_not_count() {
	ExtBuilder::default().build_and_execute(|| {
		Waiting::mutate(|waiting| waiting.insert(7, 0));
		run_to_block(30);
		let valid = ballot(7, &[1, 2]);
		let with_deeds = |deeds: &[u32]| ballot(7, deeds);
		let wrong_round = BallotOf::<Test> { round: 1, ..valid.clone() };
		let cast_at = |cast_at| BallotOf::<Test> { cast_at, ..valid.clone() };
		let invalid = Custom(refusal::PLACEMENT_INVALID);
		let cases = [
			(4, valid.clone(), BadSigner),
			(0, ballot(8, &[1, 2]), Stale),
			(0, wrong_round, Stale),
			(0, cast_at(31), Future),
			(0, cast_at(22), Stale),
			(0, with_deeds(&[]), invalid),
			(0, with_deeds(&[2, 1]), invalid),
			(0, with_deeds(&[1, 1]), invalid),
			(0, with_deeds(&[1, BANNED_DEED]), invalid),
		];
		for (oracle, ballot, expected) in cases {
			check_refused(vote_call(oracle, ballot), expected);
		}
		let forged = Call::vote_placement {
			oracle: 0,
			ballot: valid.clone(),
			signature: sign(1, &VoteBody { oracle: 0, ballot: valid.clone() }),
		};
		check_refused(forged, BadProof);
		assert_eq!(apply(vote_call(0, cast_at(23))), Ok(()));
	});
}

#[test]
fn vote_should_be_refused_when_it_is_replayed_or_says_nothing_new() {
	ExtBuilder::default().build_and_execute(|| {
		Waiting::mutate(|waiting| waiting.insert(7, 0));
		let first = vote_call(0, ballot(7, &[1]));
		apply(first.clone()).unwrap();
		check_refused(first.clone(), Stale);
		end_block();
		check_refused(vote_call(0, ballot(7, &[1])), Stale);
		apply(vote_call(0, ballot(7, &[2]))).unwrap();
		check_refused(first, Stale);
	});
}

#[test]
fn calls_should_be_refused_when_their_origin_is_not_authorized() {
	with_a_commitment(|report| {
		let calls = [report.commit_call(), report.reveal_call(0), vote_call(0, ballot(7, &[1]))];
		let origins = [RawOrigin::None, RawOrigin::Root, RawOrigin::Signed(node(0))];
		for call in calls {
			for origin in origins.clone() {
				let dispatched = RuntimeCall::from(call.clone()).dispatch(origin.into());
				assert_eq!(dispatched.unwrap_err().error, DispatchError::BadOrigin);
			}
		}
	});
}

#[test]
fn authorized_transactions_should_carry_their_tag_and_live_as_long_as_their_window() {
	with_a_commitment(|_| {
		let validity = |call: Call<Test>| {
			RuntimeCall::from(call)
				.authorize(TransactionSource::External)
				.expect("the call has an authorization")
				.map(|(validity, _)| validity)
		};
		let commit = validity(report(1).commit_call()).unwrap();
		assert_eq!((commit.priority, commit.longevity, commit.propagate), (1_000, 4, true));
		let other = validity(report(2).commit_call()).unwrap();
		assert_ne!(commit.provides, other.provides);
		// The same oracle cannot fill the pool with variants of one report.
		let variant = Report { salt: [9; 32], ..report(1) };
		assert_eq!(validity(variant.commit_call()).unwrap().provides, commit.provides);
		assert_eq!(
			validity(report(0).commit_call()),
			Err(TransactionValidityError::Invalid(Stale))
		);

		let index: OracleIndex = 1;
		let info = RuntimeCall::from(report(index as u8).commit_call()).get_dispatch_info();
		assert!(info.call_weight.ref_time() > 0 && info.total_weight().ref_time() > 0);
	});
}

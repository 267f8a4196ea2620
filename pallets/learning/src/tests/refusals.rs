// SPDX-License-Identifier: Apache-2.0

//! What is refused before it enters a pool or a block, and changes nothing.

use crate::{mock::*, *};
use frame_support::{
	assert_storage_noop,
	pallet_prelude::{TransactionSource, ValidTransaction},
	traits::Authorize,
};
use frame_system::RawOrigin;
use r1_primitives::learning::{AnnounceBody, AttestBody, FileKind, Finding, PublishBody, RoundId};
use sp_runtime::{
	traits::Dispatchable,
	transaction_validity::InvalidTransaction::{self, BadProof, BadSigner, Custom, Stale},
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

/// A round that waits for the shares of 1 to 4; 5 has announced nothing.
fn with_announced(test: impl FnOnce(RoundId)) {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(11);
		test(id);
	});
}

#[test]
fn calls_of_nodes_should_need_their_signature() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		let announcement = announcement(1);
		let bodies = [
			(2, AnnounceBody { round: id, announcement }),
			(1, AnnounceBody { round: id + 1, announcement }),
			(1, AnnounceBody { round: id, announcement: mock::announcement(2) }),
		];
		for (signer, body) in bodies {
			let signature = sign(signer, &body);
			check_refused(Call::announce { round: id, announcement, signature }, BadProof);
		}
		// Nor does a signature for something else do.
		let body = PublishBody { round: id, kind: FileKind::Shares, publication: publication(1) };
		let signature = sign(1, &body);
		check_refused(Call::announce { round: id, announcement, signature }, BadProof);
	});
	with_announced(|id| {
		let (kind, publication) = (FileKind::Shares, publication(1));
		let right = PublishBody { round: id, kind, publication: publication.clone() };
		let bodies = [
			(2, right.clone()),
			(1, PublishBody { round: id + 1, ..right.clone() }),
			(1, PublishBody { kind: FileKind::Upload, ..right.clone() }),
			(1, PublishBody { publication: mock::publication(2), ..right }),
		];
		for (signer, body) in bodies {
			let (publication, signature) = (publication.clone(), sign(signer, &body));
			check_refused(Call::publish { round: id, kind, publication, signature }, BadProof);
		}
	});
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		let (oracle, verdict) = (key(101), Verdict::Aggregate(aggregate(50, 5)));
		let right = AttestBody { round: id, oracle, verdict: verdict.clone() };
		let bodies = [
			(102, right.clone()),
			(101, AttestBody { round: id + 1, ..right.clone() }),
			(101, AttestBody { oracle: key(102), ..right.clone() }),
			(101, AttestBody { verdict: Verdict::Aggregate(aggregate(51, 5)), ..right }),
		];
		for (signer, body) in bodies {
			let (verdict, signature) = (verdict.clone(), sign(signer, &body));
			check_refused(Call::attest { round: id, oracle, verdict, signature }, BadProof);
		}
	});
}

#[test]
fn calls_of_nodes_should_be_for_this_chain() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		let call = announce_call(id, 1);
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256::repeat_byte(1));
		check_refused(call, BadProof);
	});
}

#[test]
fn calls_of_nodes_should_not_be_signed_extrinsics() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		let call = RuntimeCall::from(announce_call(id, 1));
		let signed = RuntimeOrigin::signed(account(1));
		assert_storage_noop!(assert!(call.clone().dispatch(signed).is_err()));
		assert_storage_noop!(assert!(call.dispatch(RuntimeOrigin::root()).is_err()));
	});
}

#[test]
fn calls_should_be_refused_when_they_are_replayed() {
	with_announced(|id| {
		check_refused(announce_call(id, 1), Stale);
		publish_all(id, FileKind::Shares, &[1]);
		check_refused(publish_call(id, FileKind::Shares, 1), Stale);
		// Other contents do not make it another one.
		let publication = Publication { sha256: [99; 32], ..publication(1) };
		let kind = FileKind::Shares;
		let body = PublishBody { round: id, kind, publication: publication.clone() };
		let signature = sign(1, &body);
		check_refused(Call::publish { round: id, kind, publication, signature }, Stale);
	});
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1]);
		check_refused(announce_call(id, 1), Stale);
	});
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		let verdict = |byte| Verdict::Aggregate(aggregate(byte, 5));
		assert_eq!(apply(attest_call(id, 101, verdict(1))), Ok(()));
		check_refused(attest_call(id, 101, verdict(1)), Stale);
		check_refused(attest_call(id, 101, verdict(2)), Stale);
	});
}

#[test]
fn calls_should_be_refused_when_the_round_is_over_or_unknown() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		check_refused(announce_call(id + 1, 1), Stale);
		check_refused(publish_call(0, FileKind::Shares, 1), Stale);
		let call = announce_call(id, 1);
		Learning::close_round(RuntimeOrigin::signed(OWNER), id).unwrap();
		check_refused(call, Stale);
		// What was said in one round says nothing in the next.
		let next = open();
		let Call::announce { announcement, signature, .. } = announce_call(id, 1) else {
			panic!("it announces")
		};
		check_refused(Call::announce { round: next, announcement, signature }, BadProof);
	});
}

#[test]
fn strangers_and_those_who_dropped_out_should_be_refused() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		check_refused(announce_call(id, 6), BadSigner);
		check_refused(announce_call(id, 101), BadSigner);
	});
	with_announced(|id| {
		check_refused(publish_call(id, FileKind::Shares, 5), BadSigner);
		check_refused(publish_call(id, FileKind::Shares, 6), BadSigner);
		publish_all(id, FileKind::Shares, &[1, 2, 3]);
		jump_to_block(21);
		for number in [4, 5] {
			check_refused(publish_call(id, FileKind::Upload, number), BadSigner);
		}
		publish_all(id, FileKind::Upload, &[1, 2, 3]);
		check_refused(publish_call(id, FileKind::Reveal, 4), BadSigner);
	});
	ExtBuilder.build_and_execute(|| {
		let id = revealed_round();
		let verdict = Verdict::Aggregate(aggregate(50, 5));
		for number in [1, 104] {
			check_refused(attest_call(id, number, verdict.clone()), BadSigner);
		}
	});
}

#[test]
fn files_without_an_identifier_should_be_refused() {
	with_announced(|id| {
		let publication = Publication { cid: Cid::default(), ..publication(1) };
		let kind = FileKind::Shares;
		let body = PublishBody { round: id, kind, publication: publication.clone() };
		let signature = sign(1, &body);
		let call = Call::publish { round: id, kind, publication, signature };
		check_refused(call, Custom(refusal::EMPTY_CID));
	});
}

#[test]
fn verdicts_that_cannot_be_true_should_be_refused() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		announce_all(id, &[1, 2, 3, 4]);
		jump_to_block(11);
		publish_all(id, FileKind::Shares, &[1, 2, 3, 4]);
		publish_all(id, FileKind::Upload, &[1, 2, 3]);
		jump_to_block(32);
		publish_all(id, FileKind::Reveal, &[1, 2]);
		jump_to_block(42);
		for contributors in [0, 2, 4, 64, 255] {
			let verdict = Verdict::Aggregate(aggregate(50, contributors));
			check_refused(attest_call(id, 101, verdict), Custom(refusal::WRONG_CONTRIBUTORS));
		}
		let file =
			r1_primitives::learning::AggregateFile { cid: Cid::default(), ..aggregate(50, 3) };
		let verdict = Verdict::Aggregate(file);
		check_refused(attest_call(id, 101, verdict), Custom(refusal::EMPTY_CID));
		let wrong = [
			// Neither announced nor known: no shares.
			Finding::SharesUnreadable { dealer: key(5) },
			Finding::SharesInconsistent { dealer: key(5) },
			Finding::TooFewShares { dealer: key(6) },
			// Dealt, and did not upload.
			Finding::UploadUnreadable { participant: key(4) },
		];
		for finding in wrong {
			let call = attest_call(id, 101, Verdict::Finding(finding));
			check_refused(call, Custom(refusal::NAMED_WRONGLY));
		}
		let right = [
			Finding::SharesUnreadable { dealer: key(4) },
			Finding::SharesInconsistent { dealer: key(4) },
			Finding::TooFewShares { dealer: key(4) },
			Finding::UploadUnreadable { participant: key(3) },
			Finding::SumOutOfBounds,
		];
		for finding in right {
			let call = RuntimeCall::from(attest_call(id, 101, Verdict::Finding(finding)));
			let checked = call.authorize(TransactionSource::External).expect("it can be");
			assert!(checked.is_ok(), "{finding:?}: {checked:?}");
		}
	});
}

#[test]
fn pools_should_keep_a_call_until_its_phase_ends_and_once() {
	ExtBuilder.build_and_execute(|| {
		let id = open();
		jump_to_block(4);
		let validity = |call: Call<Test>| -> ValidTransaction {
			let call = RuntimeCall::from(call);
			let checked = call.authorize(TransactionSource::External);
			checked.expect("the call can be authorized").expect("it is").0
		};
		let one = validity(announce_call(id, 1));
		assert_eq!((one.longevity, one.priority, one.propagate), (7, 1_000, true));
		assert_eq!(one.provides, validity(announce_call(id, 1)).provides);
		assert_ne!(one.provides, validity(announce_call(id, 2)).provides);
	});
}

// SPDX-License-Identifier: Apache-2.0

//! Reports that reach a node before the block that makes them due: a pool keeps them, a block waits.

use crate::{authorize::refusal, mock::*, *};
use frame_support::{
	assert_storage_noop,
	pallet_prelude::{TransactionSource, TransactionValidityError},
	traits::Authorize,
};
use sp_runtime::transaction_validity::{
	InvalidTransaction::{self, BadProof, BadSigner, Custom, Future, Stale},
	ValidTransaction,
};

/// How a pool sees a transaction that another node sent.
fn pooled(call: Call<Test>) -> Result<ValidTransaction, InvalidTransaction> {
	let call = RuntimeCall::from(call);
	match call.authorize(TransactionSource::External).expect("it can be authorized") {
		Ok((validity, _)) => Ok(validity),
		Err(TransactionValidityError::Invalid(invalid)) => Err(invalid),
		Err(TransactionValidityError::Unknown(unknown)) => panic!("{unknown:?}"),
	}
}

/// A pool keeps it, and a block does not take it yet.
#[track_caller]
fn check_waits(call: &Call<Test>) -> ValidTransaction {
	assert_storage_noop!(assert_eq!(apply(call.clone()), Err(Future)));
	pooled(call.clone()).expect("a pool keeps it")
}

fn report(oracle: u8) -> Report {
	Report::new(0, oracle, &[255; 10], &[])
}

/// A commitment as its oracle signs it, who has the block already that ends the epoch.
fn commit_ahead(oracle: u8, deeds: u32) -> Call<Test> {
	let (report, index) = (report(oracle), oracle.into());
	let commitment = report.commitment();
	let body = CommitBody { epoch: 0, oracle: index, deeds, commitment };
	Call::commit { epoch: 0, oracle: index, commitment, signature: sign(oracle, &body) }
}

#[test]
fn commit_should_wait_in_a_pool_for_the_end_of_its_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		let early = check_waits(&commit_ahead(1, 10));
		assert_eq!((early.longevity, early.propagate), (4, true));
		enter_epoch(1);
		// It is the one that is due now.
		assert_eq!(pooled(commit_ahead(1, 10)).unwrap().provides, early.provides);
		assert_eq!(apply(commit_ahead(1, 10)), Ok(()));
	});
}

#[test]
fn commit_should_not_wait_when_it_can_never_be_right() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(pooled(commit_ahead(4, 10)), Err(BadSigner));
		assert_eq!(pooled(commit_ahead(1, 11)), Err(BadProof));
		let mut forged = commit_ahead(1, 10);
		if let Call::commit { oracle, .. } = &mut forged {
			*oracle = 2;
		}
		assert_eq!(pooled(forged), Err(BadProof));
		// Nobody has seen the end of a later epoch.
		let later = Report { epoch: 1, ..report(1) };
		assert_eq!(pooled(later.commit_call()), Err(Future));
	});
}

#[test]
fn reveal_should_wait_in_a_pool_for_the_last_commitment() {
	ExtBuilder::default().build_and_execute(|| {
		enter_epoch(1);
		// Also if its own is not in a block yet.
		let early = [0, 1].map(|page| check_waits(&report(3).reveal_call(page)));
		for oracle in 0..4 {
			apply(report(oracle).commit_call()).unwrap();
		}
		check_waits(&report(3).reveal_call(0));
		end_block();
		for (page, early) in (0..).zip(early) {
			let due = pooled(report(3).reveal_call(page)).unwrap();
			assert_eq!(due.provides, early.provides);
			assert_eq!(apply(report(3).reveal_call(page)), Ok(()));
		}
	});
}

#[test]
fn reveal_should_not_wait_when_it_can_never_be_right() {
	ExtBuilder::default().build_and_execute(|| {
		let later = report(0).reveal_call(0);
		assert_eq!(pooled(later), Err(Future));
		enter_epoch(1);
		assert_eq!(pooled(report(4).reveal_call(0)), Err(BadSigner));
		let long = Report::new(0, 0, &[1; 2_000], &[]);
		assert_eq!(pooled(long.reveal_call(0)), Err(Custom(refusal::WRONG_PAGE)));
		let mut forged = report(0).reveal_call(0);
		if let Call::reveal { oracle, .. } = &mut forged {
			*oracle = 2;
		}
		assert_eq!(pooled(forged), Err(BadProof));
		// Who has lost its say in the epoch has nothing to wait for.
		apply(report(0).commit_call()).unwrap();
		apply(Report { salt: [9; 32], ..report(0) }.commit_call()).unwrap();
		assert_eq!(pooled(report(0).reveal_call(0)), Err(Stale));
	});
}

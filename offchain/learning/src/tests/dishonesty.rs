// SPDX-License-Identifier: Apache-2.0

//! Who spoils a round is named, and who only tries to does not spoil it.

use super::table::{Failure, Table, account, spec, weighed};
use crate::{
	fixed::WeighedUpdate,
	framing::HEADER_BYTES,
	protocol::{
		Fault, Finding, Keys, Phase, RecoverError, RevealFile, Revealed, ShareFile, State,
		UPLOAD_HEADER_BYTES,
	},
};
use r1_core::SeededRng;

const ENTRY: usize = 144;
const REVEAL_ENTRY: usize = 33;

/// Six dealers, five of whom upload; three shares give a secret back.
fn played() -> Table {
	let mut table = Table::new(spec(30, 3, 3), 6);
	table.share(0..6);
	table.upload(0..5);
	table.reveal(0..5);
	table
}

/// The place of a participant among all.
fn place(table: &Table, number: usize) -> usize {
	table.round().place_of(&account(number)).expect("it takes part")
}

/// The keys of a participant, for one that is dishonest.
fn keys(table: &Table, number: usize) -> (State, Keys) {
	let state = State::from_bytes(&table.participants[number].1.state).expect("it was saved");
	let keys = Keys::new(&state.secret, &state.owner);
	(state, keys)
}

#[test]
fn lying_revealer_should_be_named_and_change_nothing() {
	let mut table = played();
	let honest = table.aggregate().expect("all are honest");
	let (liar, dealer) = (2, 4);
	let mut file = table.reveals[&account(liar)].clone();
	file[HEADER_BYTES + 1 + place(&table, dealer) * REVEAL_ENTRY + 9] ^= 1;
	table.publish(Phase::Reveal, liar, file);
	let outcome = table.aggregate().expect("four others are left");
	assert_eq!(outcome.file, honest.file);
	let fault = Fault::FalseShare { revealer: account(liar), dealer: account(dealer) };
	assert_eq!(outcome.faults, [fault]);
}

#[test]
fn every_byte_of_a_reveal_should_count() {
	let table = played();
	let honest = table.reveals[&account(0)].clone();
	let file = table.aggregate().expect("all are honest").file;
	for index in 0..honest.len() {
		let mut table = played();
		let mut changed = honest.clone();
		changed[index] ^= 1;
		table.publish(Phase::Reveal, 0, changed);
		let outcome = table.aggregate().expect("four others are left");
		assert_eq!(outcome.file, file, "byte {index}");
		// Either the file is none any more, or one share in it is false.
		assert_eq!(outcome.faults.len(), 1, "byte {index}: {:?}", outcome.faults);
	}
}

#[test]
fn forbidden_share_should_be_named_and_never_used() {
	let mut table = played();
	let (liar, dealer) = (1, 3);
	let (state, keys) = keys(&table, liar);
	let round = table.round();
	let dealt =
		ShareFile::from_bytes(&table.shares[&account(dealer)], &round, place(&table, dealer));
	let own = round.participant(place(&table, liar)).expect("it takes part");
	let pair = dealt.expect("it is one").open(&round, own, &keys).expect("it is for the liar");
	let honest =
		RevealFile::from_bytes(&table.reveals[&account(liar)], &round, place(&table, liar));
	let honest = honest.expect("it is one");
	let shown = honest.entries().map(|(shown, entry)| {
		let is_dealer = shown == place(&table, dealer);
		if is_dealer { Revealed::MaskKey(pair.mask_key.clone()) } else { entry.clone() }
	});
	let forbidden = RevealFile::new(state.owner, round.dealers(), shown.collect());
	let file = table.aggregate().expect("all are honest").file;
	table.publish(Phase::Reveal, liar, forbidden.to_bytes());
	let outcome = table.aggregate().expect("four others are left");
	assert_eq!(outcome.file, file);
	let fault = Fault::ForbiddenShare { revealer: account(liar), dealer: account(dealer) };
	assert_eq!(outcome.faults, [fault]);
}

#[test]
fn unreadable_reveal_should_be_named_and_change_nothing() {
	let mut table = played();
	table.publish(Phase::Reveal, 3, b"nothing of the kind".to_vec());
	let outcome = table.aggregate().expect("four others are left");
	assert_eq!(outcome.faults, [Fault::RevealUnreadable { revealer: account(3) }]);
}

#[test]
fn too_few_good_reveals_should_fail_with_the_liars_named() {
	let mut table = played();
	for liar in 0..3 {
		table.publish(Phase::Reveal, liar, Vec::new());
	}
	let failure = table.aggregate().expect_err("two are left");
	let Failure::Recover(RecoverError::Finding { finding, faults }) = failure else {
		panic!("{failure:?}")
	};
	assert!(matches!(finding, Finding::TooFewShares { .. }), "{finding:?}");
	assert_eq!(finding.culprit(), None);
	assert_eq!(faults.len(), 3);
}

#[test]
fn dealer_of_another_seed_should_be_named() {
	let mut table = Table::new(spec(30, 3, 3), 6);
	table.share(0..6);
	let (state, mut keys) = keys(&table, 2);
	keys.seed = [7; 32].into();
	let file = ShareFile::deal(&table.round(), state.owner, &keys).expect("it deals");
	table.publish(Phase::Share, 2, file.to_bytes());
	table.upload(0..5);
	table.reveal(0..5);
	assert_eq!(table.finding(), Finding::SharesInconsistent { dealer: account(2) });
	assert_eq!(table.finding().culprit(), Some(account(2)));
}

#[test]
fn lost_dealer_of_another_mask_key_should_be_named() {
	let mut table = Table::new(spec(30, 3, 3), 6);
	// It announces a mask key that it does not have.
	table.view.announced[5].mask_key = [9; 32];
	let (state, keys) = keys(&table, 5);
	table.share(0..5);
	let file = ShareFile::deal(&table.round(), state.owner, &keys).expect("it deals");
	table.publish(Phase::Share, 5, file.to_bytes());
	table.upload(0..5);
	table.reveal(0..5);
	assert_eq!(table.finding(), Finding::SharesInconsistent { dealer: account(5) });
}

#[test]
fn dealer_whom_enough_cannot_read_should_be_named() {
	for unreadable in 1..=5 {
		let mut table = Table::new(spec(30, 3, 3), 6);
		table.share(0..6);
		let mut file = table.shares[&account(5)].clone();
		for number in 0..unreadable {
			file[HEADER_BYTES + 2 + place(&table, number) * ENTRY] ^= 1;
		}
		table.publish(Phase::Share, 5, file);
		table.upload(0..5);
		table.reveal(0..5);
		if unreadable <= 2 {
			assert_eq!(table.aggregate().expect("three can read theirs").faults, []);
		} else {
			assert_eq!(table.finding(), Finding::SharesInconsistent { dealer: account(5) });
		}
	}
}

#[test]
fn dealer_who_does_not_stand_by_a_share_should_not_be_believed() {
	let mut table = Table::new(spec(30, 3, 3), 6);
	table.share(0..6);
	let mut file = table.shares[&account(5)].clone();
	// The hash of the mask share that participant 0 gets.
	file[HEADER_BYTES + 2 + place(&table, 0) * ENTRY + 80] ^= 1;
	table.publish(Phase::Share, 5, file);
	table.upload(0..5);
	table.reveal(0..5);
	let round = table.round();
	let shown = RevealFile::from_bytes(&table.reveals[&account(0)], &round, place(&table, 0));
	assert_eq!(shown.expect("it is one").entry(place(&table, 5)), Some(&Revealed::Unreadable));
	table.aggregate().expect("four others can read theirs");
}

#[test]
fn unreadable_shares_should_be_named() {
	let mut table = Table::new(spec(30, 3, 3), 5);
	table.share(0..5);
	let mut file = table.shares[&account(1)].clone();
	file.pop();
	table.publish(Phase::Share, 1, file);
	table.upload(0..5);
	table.reveal(0..5);
	assert_eq!(table.finding(), Finding::SharesUnreadable { dealer: account(1) });
}

#[test]
fn shares_of_another_dealer_should_be_refused() {
	let mut table = Table::new(spec(30, 3, 3), 5);
	table.share(0..5);
	let stolen = table.shares[&account(0)].clone();
	table.publish(Phase::Share, 1, stolen);
	table.upload(0..5);
	table.reveal(0..5);
	assert_eq!(table.finding(), Finding::SharesUnreadable { dealer: account(1) });
}

#[test]
fn unreadable_uploads_should_be_named_by_the_lowest_account() {
	let short = |file: &mut Vec<u8>| file.truncate(file.len() - 1);
	let long = |file: &mut Vec<u8>| file.push(0);
	let foreign = |file: &mut Vec<u8>| file[0] ^= 1;
	let of_another = |file: &mut Vec<u8>| file[HEADER_BYTES - 1] ^= 1;
	let of_another_length = |file: &mut Vec<u8>| file[HEADER_BYTES] ^= 1;
	let empty = |file: &mut Vec<u8>| file.clear();
	let damages: [&dyn Fn(&mut Vec<u8>); 6] =
		[&short, &long, &foreign, &of_another, &of_another_length, &empty];
	for damage in damages {
		let mut table = played();
		for number in [1, 3] {
			let mut file = table.uploads[&account(number)].clone();
			damage(&mut file);
			table.publish(Phase::Upload, number, file);
		}
		let participant = account(1).min(account(3));
		assert_eq!(table.finding(), Finding::UploadUnreadable { participant });
	}
}

#[test]
fn upload_that_is_not_what_was_published_should_be_named() {
	let mut table = played();
	let file = table.uploads.get_mut(&account(4)).expect("it uploaded");
	file[UPLOAD_HEADER_BYTES + 8] ^= 1;
	assert_eq!(table.finding(), Finding::UploadUnreadable { participant: account(4) });
}

#[test]
fn sum_out_of_bounds_should_fail_the_round() {
	for spoilt in [0, 29, 30] {
		let mut table = Table::new(spec(30, 3, 3), 5);
		table.share(0..5);
		table.upload(0..4);
		let mut file = table.masked(4).expect("the round goes on");
		// A value that honest ones do not have goes through the masks as it is.
		let at = UPLOAD_HEADER_BYTES + spoilt * 8;
		let word = u64::from_le_bytes(file[at..at + 8].try_into().expect("eight bytes"));
		file[at..at + 8].copy_from_slice(&word.wrapping_add(1 << 40).to_le_bytes());
		table.publish(Phase::Upload, 4, file);
		table.reveal(0..5);
		assert_eq!(table.finding(), Finding::SumOutOfBounds, "element {spoilt}");
	}
}

#[test]
fn weight_of_nothing_should_fail_the_round() {
	let mut table = Table::new(spec(30, 3, 3), 3);
	table.share(0..3);
	table.upload(0..2);
	let mut file = table.masked(2).expect("the round goes on");
	let at = file.len() - 8;
	let word = u64::from_le_bytes(file[at..].try_into().expect("eight bytes"));
	file[at..].copy_from_slice(&word.wrapping_sub(6).to_le_bytes());
	table.publish(Phase::Upload, 2, file);
	table.reveal(0..3);
	// Weights 1 + 2 + 3, less 6.
	assert_eq!(table.finding(), Finding::SumOutOfBounds);
}

#[test]
fn low_order_keys_should_harm_nobody_else() {
	let mut table = Table::new(spec(30, 3, 3), 6);
	let (state, keys) = keys(&table, 5);
	// The point at infinity: every shared secret is zero.
	table.view.announced[5].mask_key = [0; 32];
	table.share(0..5);
	let file = ShareFile::deal(&table.round(), state.owner, &keys).expect("it deals");
	table.publish(Phase::Share, 5, file.to_bytes());
	table.upload(0..5);
	table.reveal(0..5);
	assert_eq!(table.finding(), Finding::SharesInconsistent { dealer: account(5) });
}

#[test]
fn clipped_update_should_pass_as_any_other() {
	let mut table = Table::new(spec(2, 3, 2), 3);
	table.share(0..3);
	table.upload(0..2);
	let spec = table.view.spec;
	let update = WeighedUpdate::new(&[f32::MAX, f32::MIN], u32::MAX, &spec, &SeededRng::new(1));
	let round = table.round();
	let (participant, store) = &mut table.participants[2];
	let file = participant.upload(&round, &update.expect("it is clipped"), store);
	table.publish(Phase::Upload, 2, file.expect("the round goes on"));
	table.reveal(0..3);
	let outcome = table.aggregate().expect("it is within the bounds");
	let aggregate = crate::protocol::Aggregate::from_bytes(&outcome.file).expect("it is one");
	let others: i64 = [0, 1].iter().map(|number| weighed(*number, &spec).elements()[0]).sum();
	assert_eq!(aggregate.sum[0], others + (100 << 20));
	assert_eq!(aggregate.total_weight, 1 + 2 + 100);
}

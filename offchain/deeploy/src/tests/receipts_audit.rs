// SPDX-License-Identifier: Apache-2.0

//! What oracles ask nodes about their receipts, and what they hold against them.

use super::receipts::{EPOCH, MODEL, node, payload, receipt, receipt_of};
use crate::{
	ProbeError,
	encrypted::EncryptedProbe,
	receipts::{
		AuditAnswer, AuditProbe, Fault, PAYLOAD_BYTES_MAX, Payload, RECENT_MAX, Receipt, Subject,
	},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn subject() -> Subject {
	Subject { job: 7, node: node().key(), model: MODEL, epoch: EPOCH }
}

#[test]
fn probe_and_answer_should_be_read_as_what_they_are() {
	for probe in [
		AuditProbe::Recent { job: 7, model: MODEL },
		AuditProbe::Payload { job: 7, epoch: EPOCH, index: 3 },
	] {
		let bytes = probe.encode();
		assert!(AuditProbe::is_one(&bytes) && !EncryptedProbe::is_one(&bytes));
		assert_eq!((AuditProbe::decode(&bytes), probe.job()), (Ok(probe), 7));
		for end in 0..bytes.len() {
			assert_eq!(AuditProbe::decode(&bytes[..end]), Err(ProbeError::Malformed), "{end}");
		}
		let mut newer = bytes;
		newer[4] = 2;
		let expected = ProbeError::OtherVersion { version: 2, known: 1 };
		assert_eq!(AuditProbe::decode(&newer), Err(expected));
	}
	let longest = Payload {
		input: vec![1; PAYLOAD_BYTES_MAX / 2],
		output: vec![2; PAYLOAD_BYTES_MAX / 2],
		key: Some(vec![3; 104]),
	};
	for answer in [
		AuditAnswer::Recent((0..RECENT_MAX as u32).map(receipt).collect()),
		AuditAnswer::payload(&longest),
		AuditAnswer::NotHere,
		AuditAnswer::NotAllowed,
		AuditAnswer::NotUnderstood,
	] {
		assert_eq!(AuditAnswer::decode(&answer.encode()), Ok(answer));
	}
	let long = Payload { input: vec![0; PAYLOAD_BYTES_MAX + 200], ..payload(1) };
	let long = AuditAnswer::payload(&long).encode();
	assert!(matches!(AuditAnswer::decode(&long), Err(ProbeError::TooLong { .. })));
}

#[test]
fn each_receipt_should_be_drawn_by_some_number() {
	let recent: Vec<Receipt> = (0..5).map(receipt).collect();
	let pick = |number: u64| {
		let below = |count| {
			assert_eq!(count, 5);
			number
		};
		subject().pick(recent.clone(), below).unwrap().unwrap().index
	};
	assert_eq!((0..5).map(pick).collect::<BTreeSet<_>>(), (0..5).collect());
	assert_eq!(subject().pick(Vec::new(), |_| 0), Ok(None));
}

#[test]
fn list_that_cannot_be_should_be_held_against_the_node() {
	let with = |change: fn(&mut Receipt)| {
		let mut recent: Vec<Receipt> = (0..5).map(receipt).collect();
		change(&mut recent[2]);
		// Whichever is drawn: all of the list is looked at.
		subject().pick(recent, |_| 0).unwrap_err()
	};
	assert_eq!(with(|it| it.job = 8), Fault::OtherSubject);
	assert_eq!(with(|it| it.node = [1; 32]), Fault::OtherSubject);
	assert_eq!(with(|it| it.model = [1; 32]), Fault::OtherModel);
	assert_eq!(with(|it| it.input_bytes = u32::MAX), Fault::NotAuditable);
	assert_eq!(with(|it| it.index = 3), Fault::Disorder);
	assert_eq!(with(|it| it.epoch = EPOCH - 1), Fault::Disorder);
	let future = vec![receipt_of(EPOCH + 2, 0, &payload(0))];
	assert_eq!(subject().pick(future, |_| 0), Err(Fault::Epoch { epoch: EPOCH + 2 }));
	let soon = vec![receipt_of(EPOCH - 1, 9, &payload(0)), receipt_of(EPOCH + 1, 0, &payload(0))];
	assert!(subject().pick(soon, |_| 0).is_ok(), "clocks differ a little");
	let many = (0..=RECENT_MAX as u32).map(receipt).collect();
	assert_eq!(subject().pick(many, |_| 0), Err(Fault::TooMany));
}

#[test]
fn payload_should_be_the_one_of_the_receipt() {
	let (right, other) = (payload(1), payload(2));
	let receipt = receipt(1);
	assert_eq!(receipt.check_payload(&right.input, &right.output), Ok(()));
	assert_eq!(receipt.check_payload(&other.input, &right.output), Err(Fault::OtherInput));
	assert_eq!(receipt.check_payload(&right.input, &other.output), Err(Fault::OtherOutput));
	assert_eq!(receipt.check_payload(&right.output, &right.input), Err(Fault::OtherInput));
	let shorter = Receipt { input_bytes: 3, ..receipt };
	assert_eq!(shorter.check_payload(&right.input, &right.output), Err(Fault::OtherInput));
}

proptest! {
	#[test]
	fn decoders_should_take_any_bytes(
		bytes in prop::collection::vec(any::<u8>(), 0..300),
		is_marked in any::<bool>(),
	) {
		let mark = if is_marked { [0xfc, 0xff, 0xff, 0xff, 1].as_slice() } else { &[] };
		let bytes = [mark, &bytes].concat();
		if let Ok(probe) = AuditProbe::decode(&bytes) {
			prop_assert_eq!(probe.encode(), bytes.clone());
		}
		if let Ok(answer) = AuditAnswer::decode(&bytes) {
			prop_assert_eq!(answer.encode(), bytes);
		}
	}
}

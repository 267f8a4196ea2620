// SPDX-License-Identifier: Apache-2.0

//! Ledgers, and what they prove of receipts.

use crate::receipts::{
	Evidence, Head, Inclusion, InclusionError, Ledger, NotTaken, Payload, RECEIPT_BYTES_MAX,
	RECEIPTS_MAX, RECENT_BYTES_MAX, RECENT_MAX, Receipt, Recent, Saved, SavedError, Signed,
	head_key,
};
use codec::{DecodeAll as _, Encode as _};
use proptest::prelude::*;
use r1_core::NodeIdentity;
use sp_crypto_hashing::blake2_256;
use std::collections::VecDeque;

pub(super) const GENESIS: [u8; 32] = [0xee; 32];
pub(super) const MODEL: [u8; 32] = [3; 32];
pub(super) const EPOCH: u32 = 10;

pub(super) fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[7; 32])
}

/// The receipt of a payload.
pub(super) fn receipt_of(epoch: u32, index: u32, payload: &Payload) -> Receipt {
	Receipt {
		job: 7,
		node: node().key(),
		epoch,
		index,
		at_secs: 1_790_000_000 + u64::from(index),
		model: MODEL,
		evaluation_key: index.is_multiple_of(3).then_some([5; 32]),
		input: blake2_256(&payload.input),
		input_bytes: payload.input.len() as u32,
		output: blake2_256(&payload.output),
		output_bytes: payload.output.len() as u32,
	}
}

pub(super) fn payload(number: u32) -> Payload {
	let bytes = number.to_le_bytes();
	Payload { input: bytes.to_vec(), output: bytes.repeat(2), key: None }
}

pub(super) fn receipt(index: u32) -> Receipt {
	receipt_of(EPOCH, index, &payload(index))
}

pub(super) fn ledger(count: u32) -> Ledger {
	let mut ledger = Ledger::new(7, node().key(), EPOCH);
	for index in 0..count {
		ledger.push(&receipt(index)).unwrap();
	}
	ledger
}

fn signed_head(ledger: &Ledger) -> Signed<Head> {
	let head = ledger.head(5);
	Signed { signature: node().sign(&head, &GENESIS), body: head }
}

fn inclusion(ledger: &Ledger, index: u32) -> Inclusion {
	let path = ledger.path(index).unwrap();
	Inclusion { receipt: receipt(index), head: signed_head(ledger), path }
}

#[test]
fn receipt_should_be_as_long_as_is_said_and_signed_for_one_chain() {
	assert_eq!(receipt(0).encode().len(), RECEIPT_BYTES_MAX);
	assert_eq!(receipt(1).encode().len(), RECEIPT_BYTES_MAX - 32);
	let receipt = receipt(1);
	let mut signed = Signed { signature: node().sign(&receipt, &GENESIS), body: receipt };
	assert!(signed.verify(&GENESIS).is_ok());
	assert!(signed.verify(&[1; 32]).is_err());
	let read = Signed::<Receipt>::decode_all(&mut &*signed.encode()).unwrap();
	assert_eq!(read, signed);
	signed.body.output[0] ^= 1;
	assert!(signed.verify(&GENESIS).is_err());
	// What is signed for one purpose means nothing for another.
	let head = ledger(1).head(5);
	let signature = node().sign(&super::receipts::receipt(0), &GENESIS);
	assert!(Signed { body: head, signature }.verify(&GENESIS).is_err());
}

#[test]
fn ledger_should_take_the_next_receipt_of_its_own_alone() {
	let mut ledger = ledger(3);
	let before = ledger.clone();
	for (wrong, expected) in [
		(receipt(4), NotTaken::OutOfOrder { index: 4, next: 3 }),
		(receipt(2), NotTaken::OutOfOrder { index: 2, next: 3 }),
		(Receipt { job: 8, ..receipt(3) }, NotTaken::OtherLedger),
		(Receipt { node: [1; 32], ..receipt(3) }, NotTaken::OtherLedger),
		(Receipt { epoch: EPOCH + 1, ..receipt(3) }, NotTaken::OtherLedger),
	] {
		assert_eq!(ledger.push(&wrong), Err(expected));
		assert_eq!(ledger, before);
	}
	ledger.push(&receipt(3)).unwrap();
	assert_eq!((ledger.count(), ledger.next_index()), (4, Some(4)));
	assert_eq!(Ledger::new(7, node().key(), EPOCH).root(), [0; 32]);
	assert_eq!(head_key(5, EPOCH), "receipts/5/10");
}

#[test]
fn ledger_should_take_no_more_than_it_may() {
	let mut ledger = ledger(RECEIPTS_MAX);
	assert_eq!(ledger.next_index(), None);
	assert_eq!(ledger.push(&receipt(RECEIPTS_MAX)), Err(NotTaken::Full));
	assert_eq!(ledger.count(), RECEIPTS_MAX);
	assert!(inclusion(&ledger, RECEIPTS_MAX - 1).verify(&GENESIS).is_ok());
}

#[test]
fn each_receipt_should_be_proven_and_no_other() {
	for count in 1..=70 {
		let ledger = ledger(count);
		assert_eq!(ledger.path(count), None);
		for index in 0..count {
			let right = inclusion(&ledger, index);
			assert_eq!(right.verify(&GENESIS), Ok(()), "{index} of {count}");
			for forged in forgeries(&right) {
				assert!(forged.verify(&GENESIS).is_err(), "{index} of {count}: {forged:?}");
			}
		}
	}
}

/// What somebody makes of an inclusion who has not got the node's key.
fn forgeries(right: &Inclusion) -> Vec<Inclusion> {
	let with = |change: fn(&mut Inclusion)| {
		let mut forged = right.clone();
		change(&mut forged);
		forged
	};
	let mut forged = vec![
		with(|it| it.receipt.output[0] ^= 1),
		with(|it| it.receipt.index ^= 1),
		with(|it| it.receipt.index += 64),
		with(|it| it.receipt.job += 1),
		with(|it| it.receipt.epoch += 1),
		with(|it| it.head.body.root[31] ^= 1),
		with(|it| it.head.body.count += 1),
		with(|it| it.head.body.deed += 1),
		with(|it| it.head.signature[0] ^= 1),
		with(|it| it.path.push([0; 32])),
		with(|it| it.path = vec![[0; 32]; 64]),
	];
	if !right.path.is_empty() {
		forged.push(with(|it| it.path[0][0] ^= 1));
		forged.push(with(|it| it.path.truncate(it.path.len() - 1)));
		forged.push(with(|it| it.path = it.path[1..].to_vec()));
	}
	forged
}

#[test]
fn inclusion_should_say_why_it_proves_nothing() {
	let right = inclusion(&ledger(5), 2);
	let mut other = right.clone();
	other.head.body.epoch += 1;
	assert_eq!(other.verify(&GENESIS), Err(InclusionError::OtherHead));
	let mut other = right.clone();
	other.path.pop();
	assert_eq!(other.verify(&GENESIS), Err(InclusionError::NotBelow));
	assert!(matches!(right.verify(&[0; 32]), Err(InclusionError::Signature(_))));
	// An inner node is no receipt: two leaves are not as long as one.
	assert_ne!(2 * 32, receipt(0).encode().len());
	assert_ne!(2 * 32, receipt(1).encode().len());
}

#[test]
fn file_should_be_read_as_it_was_written() {
	let receipt = receipt(1);
	let signed = Signed { signature: node().sign(&receipt, &GENESIS), body: receipt };
	let evidence =
		Evidence { inclusion: inclusion(&ledger(5), 2), store_proofs: vec![vec![1; 9]; 3] };
	for saved in [Saved::Receipt(Box::new(signed)), Saved::Evidence(Box::new(evidence.clone()))] {
		let bytes = saved.to_bytes();
		assert_eq!(Saved::from_bytes(&bytes), Ok(saved));
		for end in 0..bytes.len() {
			assert!(Saved::from_bytes(&bytes[..end]).is_err(), "{end}");
		}
		let longer = [bytes.as_slice(), &[0]].concat();
		assert_eq!(Saved::from_bytes(&longer), Err(SavedError::Malformed));
	}
	let many = Evidence { store_proofs: vec![Vec::new(); 4], ..evidence.clone() };
	let many = Saved::Evidence(Box::new(many)).to_bytes();
	assert_eq!(Saved::from_bytes(&many), Err(SavedError::Malformed));
	let long = Evidence { store_proofs: vec![vec![0; 1 << 20]], ..evidence };
	let long = Saved::Evidence(Box::new(long)).to_bytes();
	assert!(matches!(Saved::from_bytes(&long), Err(SavedError::TooLong { .. })));
	assert_eq!(Saved::from_bytes(b"r1proof\x01"), Err(SavedError::OtherFormat));
}

/// What [`Recent`] should keep, by a model that looks at everything.
fn kept(all: &[(Receipt, usize)]) -> VecDeque<Receipt> {
	let Some((last, _)) = all.last() else { return VecDeque::new() };
	let from = all.iter().rposition(|(it, _)| it.model != last.model).map_or(0, |at| at + 1);
	let (mut bytes, mut kept) = (0, VecDeque::new());
	for (receipt, size) in all[from..].iter().rev().filter(|(it, _)| it.is_auditable()) {
		bytes += size;
		if RECENT_MAX <= kept.len() || RECENT_BYTES_MAX < bytes {
			break;
		}
		kept.push_front(receipt.clone());
	}
	kept
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn last_requests_should_be_kept_within_limits(
		requests in prop::collection::vec((0_usize..16, 0_u8..20), 0..150),
	) {
		let (mut recent, mut all) = (Recent::default(), Vec::new());
		for (index, (size, model)) in requests.into_iter().enumerate() {
			// Some have more than is audited.
			let input = vec![0; if size < 4 { size } else { size << 18 }];
			let payload = Payload { output: vec![1, 2], key: None, input };
			let model = [u8::from(model == 0); 32];
			let input_bytes = payload.input.len() as u32;
			let receipt = Receipt { model, input_bytes, ..receipt(index as u32) };
			let bytes = payload.input.len() + payload.output.len();
			all.push((receipt.clone(), bytes));
			recent.keep(receipt.clone(), payload.clone());
			let expected = kept(&all);
			prop_assert_eq!(VecDeque::from(recent.receipts(&model)), expected);
			prop_assert!(recent.receipts(&[9; 32]).is_empty());
			let found = recent.payload(EPOCH, index as u32);
			prop_assert_eq!(found.is_some(), receipt.is_auditable());
		}
	}

	#[test]
	fn decoders_should_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
		let with_magic = [b"r1recpt\x01".as_slice(), &bytes].concat();
		for bytes in [&bytes, &with_magic] {
			if let Ok(saved) = Saved::from_bytes(bytes) {
				prop_assert_eq!(&saved.to_bytes(), bytes);
				if let Saved::Evidence(evidence) = saved {
					prop_assert!(evidence.inclusion.verify(&GENESIS).is_err());
				}
			}
		}
		drop(Signed::<Receipt>::decode_all(&mut bytes.as_slice()));
	}
}

// SPDX-License-Identifier: Apache-2.0

use super::{NOW, replica};
use crate::{
	Answer, Cell, FoundUnder, MESSAGE_BYTES_MAX, Name, NameRef, PartRef, Question, Record,
	Register, Repair, Request, Response, SetOptions, Shape, WireError, Word, answer,
	limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX},
};
use proptest::{collection::vec, prelude::*};

/// A message of each kind, as large as they get.
fn largest() -> (Vec<Request>, Vec<Response>) {
	let namespace = "n".repeat(256);
	let name = |number: u32| {
		let mut key = vec![1; KEY_BYTES_MAX];
		key[..4].copy_from_slice(&number.to_be_bytes());
		NameRef { key: &key, part: PartRef::Field(&[2; KEY_BYTES_MAX]) }.owned()
	};
	let value = Some(vec![3; VALUE_BYTES_MAX].into());
	let record =
		Record { name: name(0), cell: Cell::Field(Register { value, ..Register::default() }) };
	let names: Vec<Name> = (0..512).map(name).collect();
	let leaf = Shape::Leaf(names[..64].iter().map(|name| (name.clone(), [4; 32])).collect());
	let requests = vec![
		Request::Store { namespace: namespace.clone(), records: vec![record.clone()] },
		Request::Repair { namespace: namespace.clone(), question: Question::Fetch(names) },
		Request::Repair { namespace, question: Question::Take(vec![record.clone()]) },
	];
	let word = Word { promise_ms: NOW, complete_ms: NOW };
	// One leaf may come on top of a batch.
	let leaves = vec![FoundUnder::Other(leaf); 9];
	let responses = vec![
		Response::Stored,
		Response::Repaired { word, answer: Answer::Fetched(vec![record]) },
		Response::Repaired { word, answer: Answer::Compared(leaves) },
	];
	(requests, responses)
}

#[test]
fn messages_should_be_read_as_they_were_written() {
	let (requests, responses) = largest();
	for request in requests {
		let bytes = request.to_bytes();
		assert!(bytes.len() <= MESSAGE_BYTES_MAX, "{}", bytes.len());
		assert_eq!(Request::from_bytes(&bytes), Ok(request));
	}
	for response in responses {
		let bytes = response.to_bytes();
		assert!(bytes.len() <= MESSAGE_BYTES_MAX, "{}", bytes.len());
		assert_eq!(Response::from_bytes(&bytes), Ok(response));
	}
}

#[test]
fn message_of_another_version_should_be_told_from_one_that_is_none() {
	let mut bytes = Response::Stored.to_bytes();
	bytes[0] = 2;
	assert_eq!(Response::from_bytes(&bytes), Err(WireError::Version { found: 2 }));
	assert_eq!(Response::from_bytes(&[]), Err(WireError::Malformed));
	assert_eq!(Response::from_bytes(&[1, 99]), Err(WireError::Malformed));
	let long = vec![1; MESSAGE_BYTES_MAX + 1];
	assert_eq!(Response::from_bytes(&long), Err(WireError::TooLong { bytes: long.len() }));
	let nameless = Request::Store { namespace: String::new(), records: Vec::new() };
	assert_eq!(Request::from_bytes(&nameless.to_bytes()), Err(WireError::Malformed));
}

proptest! {
	#[test]
	fn bytes_of_strangers_should_be_refused_or_harmless(
		bytes in vec(any::<u8>(), 0..200),
		cut in 0_usize..2_000,
		at in 0_usize..2_000,
		change: u8,
	) {
		let mut stored = replica(1);
		for key in 0..40_u8 {
			stored.set(&[key], b"v", SetOptions::default(), NOW, &mut Vec::new()).unwrap();
		}
		let question = Repair::default().ask(&mut replica(2)).unwrap();
		let genuine = Request::Repair { namespace: "n".to_owned(), question }.to_bytes();
		let records = stored.records().cloned().collect();
		let store = Request::Store { namespace: "n".to_owned(), records }.to_bytes();
		for mut message in [[&[1], &bytes[..]].concat(), genuine, store] {
			message.truncate(cut.max(1));
			let at = at % message.len();
			message[at] ^= change;
			let before = stored.root();
			match Request::from_bytes(&message) {
				Ok(Request::Repair { question, .. }) => {
					let _any = answer(&mut stored, question, NOW, &mut Vec::new());
				},
				Ok(Request::Store { records, .. }) => {
					let _any = answer(&mut stored, Question::Take(records), NOW, &mut Vec::new());
				},
				Ok(Request::Publish { .. } | Request::Agree { .. } | Request::Seal { .. })
				| Err(_) => prop_assert_eq!(stored.root(), before),
			}
			prop_assert!(stored.records().all(|record| record.check() == Ok(())));
		}
		let _any = Response::from_bytes(&bytes);
	}
}

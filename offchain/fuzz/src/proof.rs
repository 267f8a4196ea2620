// SPDX-License-Identifier: Apache-2.0

//! Proofs of what a namespace held, in the hands of those who would have it otherwise.

use crate::{
	edits::edit_bytes,
	reached::Reached,
	resp::{NOW_MS, stored},
};
use fuzzing::Choices;
use r1_cstore::{Claim, Item, Name, NameRef, Namespace, Opening, PartRef, Proof, ProofError};

/// Names that are stored, and some that are not.
const NAMES: [(&[u8], PartRef<'_>); 10] = [
	(b"k\x00", PartRef::Text),
	(b"k\x04", PartRef::Text),
	(b"n\x01", PartRef::Text),
	(b"h", PartRef::Field(b"k\x02")),
	(b"h", PartRef::Field(b"k\x09")),
	(b"s", PartRef::Member(b"k\x00")),
	(b"s", PartRef::Member(b"k\x03")),
	(b"x", PartRef::Text),
	(b"h", PartRef::Text),
	(b"k\x00", PartRef::Expiry),
];

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut namespace = stored(1).0;
	for number in 0..choices.pick(&[0_u16, 7, 200]) {
		let key = [b"more".as_slice(), &number.to_be_bytes()].concat();
		namespace
			.set(&key, b"value", Default::default(), NOW_MS, &mut Vec::new())
			.expect("there is room");
	}
	let root = namespace.root();
	let (mut proof, other) = (of(&mut namespace, choices), of(&mut namespace, choices));
	match choices.number(0..=6) {
		0 => {},
		1 => proof.claim.name = other.claim.name.clone(),
		2 => proof.end = other.end.clone(),
		3 => proof.record = other.record.clone(),
		4 => hide(&mut proof.record, choices),
		5 => proof.record.beside.resize(choices.pick(&[0, 1, 16, 17]), [[0; 32]; 15]),
		_ => proof.end.leaf.resize(choices.pick(&[0, 16, 17]), Item::Hidden([0; 32])),
	}
	let mut bytes = proof.to_bytes();
	if choices.one_in(2) {
		bytes = edit_bytes(&bytes, choices);
	}
	let read = match Proof::from_bytes(&bytes) {
		Ok(read) => read,
		Err(error) => return reached.note("read", format!("{error:?}")),
	};
	assert_eq!(read.to_bytes(), bytes, "it has two forms");
	let proven = match read.verify() {
		Ok(proven) => proven,
		Err(ProofError::Record(_)) => return reached.note("verify", "Record"),
		Err(error) => return reached.note("verify", format!("{error:?}")),
	};
	if proven.root != root {
		return reached.note("root", "another");
	}
	let truth = record_value(&namespace, &read.claim.name);
	let shown = proven.value(NOW_MS).map(|value| value.into_owned());
	assert_eq!(shown, truth, "{:?}", read.claim);
	reached.note("shown", if shown.is_some() { "something" } else { "nothing" });
}

/// The proof of one of the names.
fn of(namespace: &mut Namespace, choices: &mut Choices<'_>) -> Proof {
	let (key, part) = choices.pick(&NAMES);
	let name = NameRef { key, part }.owned();
	let claim = Claim { genesis: [0xee; 32], epoch: 1, job: 7, deed: 2, name };
	Proof::of(claim, &namespace.snapshot())
}

/// Shows less.
fn hide(opening: &mut Opening, choices: &mut Choices<'_>) {
	if opening.leaf.is_empty() {
		return;
	}
	let place = choices.place(opening.leaf.len() - 1);
	let hidden = match &opening.leaf[place] {
		Item::Hidden(digest) => *digest,
		Item::Named(name, cell) => r1_cstore::record_digest(name, cell),
		Item::Shown(record) => record.digest(),
	};
	opening.leaf[place] = Item::Hidden(hidden);
}

/// What is stored under a name.
fn record_value(namespace: &Namespace, name: &Name) -> Option<Vec<u8>> {
	match name.part() {
		PartRef::Text => {
			let value = namespace.get(name.key(), NOW_MS).ok().flatten();
			value.map(|value| value.into_owned())
		},
		PartRef::Field(field) => {
			let value = namespace.hash_get(name.key(), field, NOW_MS).ok().flatten();
			value.map(<[u8]>::to_vec)
		},
		PartRef::Member(member) => {
			let is_one = namespace.set_contains(name.key(), member, NOW_MS).unwrap_or(false);
			is_one.then(Vec::new)
		},
		PartRef::Expiry => None,
	}
}

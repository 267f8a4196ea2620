// SPDX-License-Identifier: Apache-2.0

use super::{NOW, replica};
use crate::{
	Claim, Item, NameRef, Namespace, Opening, PROOF_BYTES_MAX, PartRef, Proof, ProofError,
	ReadError, SetOptions,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

fn claim(key: &[u8], part: PartRef<'_>) -> Claim {
	let name = NameRef { key, part }.owned();
	Claim { genesis: [0xee; 32], epoch: 3, job: 7, deed: 5, name }
}

fn key(number: u32) -> Vec<u8> {
	format!("key-{number}").into_bytes()
}

/// A namespace with so many plain keys, and a few of every other kind.
fn filled(keys: u32) -> Namespace {
	let mut namespace = replica(1);
	let mut changes = Vec::new();
	for number in 0..keys {
		let value = number.to_string().into_bytes();
		let options = SetOptions::default();
		namespace.set(&key(number), &value, options, NOW, &mut changes).unwrap();
	}
	namespace.hash_set(b"car", b"wheels", b"4", NOW, &mut changes).unwrap();
	namespace.set_add(b"team", b"ann", NOW, &mut changes).unwrap();
	namespace.add(b"count", 42, NOW, &mut changes).unwrap();
	namespace
		.set(b"short", b"life", SetOptions::default(), NOW, &mut changes)
		.unwrap();
	namespace.expire(b"short", Some(NOW + 1_000), NOW, &mut changes).unwrap();
	namespace
		.set(b"gone", b"value", SetOptions::default(), NOW, &mut changes)
		.unwrap();
	namespace.delete(b"gone", NOW, &mut changes).unwrap();
	namespace
}

/// What a proof of a name shows at a moment, under the root of the namespace.
fn shown(namespace: &mut Namespace, key: &[u8], part: PartRef<'_>, at_ms: u64) -> Option<Vec<u8>> {
	let bytes = Proof::of(claim(key, part), &namespace.snapshot()).to_bytes();
	assert!(bytes.len() <= PROOF_BYTES_MAX);
	let proof = Proof::from_bytes(&bytes).unwrap();
	assert_eq!(proof.to_bytes(), bytes);
	let proven = proof.verify().unwrap();
	assert_eq!(proven.root, namespace.root());
	proven.value(at_ms).map(|value| value.into_owned())
}

#[test]
fn proof_should_show_what_the_namespace_held_and_what_it_did_not() {
	for keys in [0, 1, 16, 40, 3_000] {
		let mut namespace = filled(keys);
		let mut of = |key: &[u8], part| shown(&mut namespace, key, part, NOW);
		for number in (0..keys).step_by(97) {
			assert_eq!(of(&key(number), PartRef::Text), Some(number.to_string().into_bytes()));
		}
		for number in keys..keys + 100 {
			assert_eq!(of(&key(number), PartRef::Text), None);
		}
		assert_eq!(of(b"car", PartRef::Field(b"wheels")).as_deref(), Some(b"4".as_slice()));
		assert_eq!(of(b"car", PartRef::Field(b"doors")), None);
		assert_eq!(of(b"team", PartRef::Member(b"ann")).as_deref(), Some(b"".as_slice()));
		assert_eq!(of(b"team", PartRef::Member(b"bob")), None);
		assert_eq!(of(b"count", PartRef::Text).as_deref(), Some(b"42".as_slice()));
		// A tombstone is a record that holds nothing.
		assert_eq!(of(b"gone", PartRef::Text), None);
		assert_eq!(of(b"short", PartRef::Text).as_deref(), Some(b"life".as_slice()));
		assert_eq!(shown(&mut namespace, b"short", PartRef::Text, NOW + 1_000), None);
	}
}

#[test]
fn snapshot_should_stay_as_it_was() {
	let mut namespace = filled(2_000);
	let (before, root) = (namespace.snapshot(), namespace.root());
	let mut changes = Vec::new();
	for number in (0..2_000).step_by(3) {
		namespace.delete(&key(number), NOW, &mut changes).unwrap();
	}
	for number in 2_000..4_000 {
		namespace
			.set(&key(number), b"new", SetOptions::default(), NOW, &mut changes)
			.unwrap();
	}
	assert_ne!(namespace.root(), root);
	assert_eq!(before.known_root(), root);
	let proven = Proof::of(claim(&key(0), PartRef::Text), &before).verify().unwrap();
	assert_eq!((proven.root, proven.value(NOW).as_deref()), (root, Some(b"0".as_slice())));
	let proven = Proof::of(claim(&key(3_000), PartRef::Text), &before).verify().unwrap();
	assert_eq!((proven.root, proven.record), (root, None));
}

/// The namespace of the vector in `docs/cstore-proofs.md`: a value, a hash, and a key that ends.
fn of_the_vector() -> Namespace {
	let mut namespace = replica(1);
	let mut changes = Vec::new();
	let options = SetOptions::default();
	namespace.set(b"leader", b"node-a", options, NOW, &mut changes).unwrap();
	namespace.hash_set(b"car", b"wheels", b"4", NOW, &mut changes).unwrap();
	namespace.expire(b"car", Some(NOW + 60_000), NOW, &mut changes).unwrap();
	namespace
}

#[test]
fn vectors_should_be_those_of_the_document() {
	let document = include_str!("../../../../docs/cstore-proofs.md");
	let tree = of_the_vector().snapshot();
	let root = hex::encode(tree.known_root());
	let mut lines = vec![root];
	for (key, part) in [
		(b"leader".as_slice(), PartRef::Text),
		(b"car", PartRef::Field(b"wheels")),
		(b"nobody", PartRef::Text),
	] {
		lines.push(hex::encode(Proof::of(claim(key, part), &tree).to_bytes()));
	}
	lines.retain(|line| !document.lines().any(|it| it.trim() == line));
	assert!(lines.is_empty(), "docs/cstore-proofs.md lacks the lines\n{}", lines.join("\n"));
}

#[test]
fn what_is_no_proof_should_be_refused_by_its_reader() {
	let bytes = Proof::of(claim(b"leader", PartRef::Text), &of_the_vector().snapshot()).to_bytes();
	let long = PROOF_BYTES_MAX + 1;
	assert_eq!(Proof::from_bytes(&vec![0; long]), Err(ReadError::TooLong { bytes: long }));
	assert_eq!(Proof::from_bytes(b""), Err(ReadError::OtherFormat));
	let mut later = bytes.clone();
	later[7] = 2;
	assert_eq!(Proof::from_bytes(&later), Err(ReadError::OtherFormat));
	assert_eq!(Proof::from_bytes(&bytes[..bytes.len() - 1]), Err(ReadError::Malformed));
	assert_eq!(Proof::from_bytes(&[bytes.as_slice(), b"!"].concat()), Err(ReadError::Malformed));
}

#[test]
fn proof_should_prove_nothing_when_it_does_not_show_enough() {
	let tree = filled(3_000).snapshot();
	let right = Proof::of(claim(b"leader", PartRef::Text), &tree);
	let hide = |opening: &Opening| {
		let leaf = opening.leaf.iter().map(|item| match item {
			Item::Named(name, cell) => Item::Hidden(crate::record_digest(name, cell)),
			Item::Shown(record) => Item::Hidden(record.digest()),
			Item::Hidden(digest) => Item::Hidden(*digest),
		});
		Opening { beside: opening.beside.clone(), leaf: leaf.collect() }
	};
	// The same root, and nothing of what stands there.
	let hidden = Proof { record: hide(&right.record), ..right.clone() };
	assert_eq!(hidden.verify(), Err(ProofError::Open));
	let hidden = Proof { end: hide(&right.end), ..right.clone() };
	assert_eq!(hidden.verify(), Err(ProofError::Open));
	// Another key's place.
	let mut elsewhere = Proof::of(claim(&key(1), PartRef::Text), &tree);
	elsewhere.claim = claim(&key(2), PartRef::Text);
	assert_eq!(elsewhere.verify(), Err(ProofError::Open));
	// Another tree.
	let other = Proof::of(right.claim.clone(), &filled(2_999).snapshot());
	let mixed = Proof { end: other.end, ..right.clone() };
	assert_eq!(mixed.verify(), Err(ProofError::TwoRoots));
	let mut deep = right.clone();
	deep.record.beside = vec![[[0; 32]; 15]; 17];
	assert_eq!(deep.verify(), Err(ProofError::Shape));
	let mut crowded = right.clone();
	crowded.record.leaf = vec![Item::Hidden([0; 32]); 17];
	assert_eq!(crowded.verify(), Err(ProofError::Shape));
	let end = Proof { claim: claim(b"leader", PartRef::Expiry), ..right };
	assert_eq!(end.verify(), Err(ProofError::Nameless));
}

proptest! {
	/// Whatever is changed in a proof, it shows what was stored or leads to another root.
	#[test]
	fn spoilt_proof_should_show_the_truth_or_another_root(
		keys in 0_u32..200,
		asked in 0_u32..220,
		edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
	) {
		let mut namespace = filled(keys);
		let stored: BTreeMap<Vec<u8>, Vec<u8>> =
			(0..keys).map(|number| (key(number), number.to_string().into_bytes())).collect();
		let root = namespace.root();
		let proof = Proof::of(claim(&key(asked), PartRef::Text), &namespace.snapshot());
		let mut bytes = proof.to_bytes();
		for (place, byte) in edits {
			let place = place.index(bytes.len());
			bytes[place] = byte;
		}
		if let Ok(spoilt) = Proof::from_bytes(&bytes)
			&& let Ok(proven) = spoilt.verify()
			&& proven.root == root
			&& spoilt.claim.name.part() == PartRef::Text
		{
			let shown = proven.value(NOW).map(|value| value.into_owned());
			prop_assert_eq!(shown.as_ref(), stored.get(spoilt.claim.name.key()));
		}
	}
}

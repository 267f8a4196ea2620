// SPDX-License-Identifier: Apache-2.0

use crate::{
	Cell, Digest, EMPTY, LEAF_MAX, Name, NameRef, PartRef, Prefix, Record, Register, Shape, Tree,
	inner_digest, leaf_digest_of,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

fn record(number: u32, value: u8) -> Record {
	let name = NameRef { key: b"key", part: PartRef::Field(&number.to_be_bytes()) }.owned();
	Record {
		name,
		cell: Cell::Field(Register { value: Some([value].into()), ..Register::default() }),
	}
}

/// A record of a key of its own, anywhere in the tree.
fn record_of_key(number: u32, value: u8) -> Record {
	let Record { cell, .. } = record(number, value);
	Record { name: NameRef { key: &number.to_be_bytes(), part: PartRef::Field(&[]) }.owned(), cell }
}

/// The digest of some records, without any tree: by the definition alone.
fn defined(records: &[&Record], depth: u32) -> Digest {
	if records.len() <= LEAF_MAX || depth == 16 {
		return leaf_digest_of(records.iter().map(|record| record.digest()));
	}
	let digit = |record: &Record| record.name.borrowed().position() >> (60 - 4 * depth) & 0xf;
	inner_digest(&std::array::from_fn(|child| {
		let under: Vec<_> =
			records.iter().copied().filter(|record| digit(record) == child as u64).collect();
		defined(&under, depth + 1)
	}))
}

fn in_order(records: &BTreeMap<Name, Record>) -> Vec<&Record> {
	let mut all: Vec<_> = records.values().collect();
	all.sort_by_key(|record| (record.name.borrowed().position(), record.name.clone()));
	all
}

proptest! {
	#[test]
	fn tree_should_be_as_a_sorted_list_and_its_digests_as_they_are_defined(
		actions in vec((any::<bool>(), 0_u32..400, any::<u8>(), 0_u8..5), 1..600),
	) {
		let mut tree = Tree::default();
		let mut model = BTreeMap::new();
		for (is_of_one_key, number, value, action) in actions {
			let record =
				if is_of_one_key { record(number, value) } else { record_of_key(number, value) };
			if action == 0 {
				let removed = tree.remove(record.name.borrowed());
				prop_assert_eq!(removed, model.remove(&record.name));
			} else {
				let replaced = tree.put(record.clone());
				prop_assert_eq!(replaced, model.insert(record.name.clone(), record));
			}
			prop_assert_eq!(tree.len(), model.len());
		}
		let all = in_order(&model);
		prop_assert_eq!(tree.range(0, u64::MAX).collect::<Vec<_>>(), all.clone());
		prop_assert_eq!(tree.root(), defined(&all, 0));
		for record in &all {
			prop_assert_eq!(tree.get(record.name.borrowed()), Some(*record));
		}
		if let [first, .., last] = all.as_slice() {
			let bounds = (first.name.borrowed().position() + 1, last.name.borrowed().position() - 1);
			let between: Vec<_> = all.iter().copied().filter(|record| {
				(bounds.0..=bounds.1).contains(&record.name.borrowed().position())
			}).collect();
			prop_assert_eq!(tree.range(bounds.0, bounds.1).collect::<Vec<_>>(), between);
		}
	}

	#[test]
	fn prefix_should_have_the_digest_of_what_is_under_it(
		numbers in vec(0_u32..5_000, 0..300),
		digits: u64,
		depth in 0_u8..17,
	) {
		let records: Vec<_> = numbers.iter().map(|number| record_of_key(*number, 1)).collect();
		let mut tree = Tree::default();
		for record in &records {
			tree.put(record.clone());
		}
		// Under one that is there, so that something is.
		let near = records.first().map_or(digits, |record| record.name.borrowed().position());
		for digits in [digits, near] {
			let open = u64::MAX.checked_shr(4 * u32::from(depth)).unwrap_or(0);
			let prefix = Prefix::new(digits & !open, depth).unwrap();
			let (first, last) = prefix.range();
			let under: Vec<_> = tree.range(first, last).cloned().collect();
			let digest = tree.digest(prefix);
			prop_assert_eq!(digest, defined(&under.iter().collect::<Vec<_>>(), depth.into()));
			match tree.shape(prefix) {
				Shape::Leaf(names) => {
					let expected = under.iter().map(|record| (record.name.clone(), record.digest()));
					prop_assert_eq!(names, expected.collect::<Vec<_>>());
				},
				Shape::Inner(children) => {
					prop_assert!(LEAF_MAX < under.len());
					prop_assert_eq!(inner_digest(&children), digest);
					let digests: Vec<_> = prefix.children().map(|child| tree.digest(child)).collect();
					prop_assert_eq!(digests, children.to_vec());
				},
			}
		}
	}
}

#[test]
fn prefix_should_have_no_digits_that_do_not_count() {
	assert_eq!(Prefix::new(0, 17), None);
	assert_eq!(Prefix::new(1, 15), None);
	assert!(Prefix::new(1, 16).is_some());
	assert_eq!(Prefix::new(1, 16).unwrap().children().count(), 0);
	assert_eq!(Prefix::ROOT.range(), (0, u64::MAX));
	assert_eq!(Tree::default().root(), EMPTY);
}

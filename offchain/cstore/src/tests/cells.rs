// SPDX-License-Identifier: Apache-2.0

//! The laws of merging, for whatever states replicas get into.

use super::{NOW, pull, replica};
use crate::{Cell, Namespace, SetOptions};
use proptest::{collection::vec, prelude::*};

/// What may happen to the one key of a test.
#[derive(Clone, Debug)]
enum Action {
	Set(u8),
	Add(i8),
	Delete,
	HashSet(u8),
	HashDelete,
	SetAdd,
	SetRemove,
	Expire(bool),
	Pull(usize),
}

fn action() -> impl Strategy<Value = Action> {
	prop_oneof![
		any::<u8>().prop_map(Action::Set),
		any::<i8>().prop_map(Action::Add),
		Just(Action::Delete),
		any::<u8>().prop_map(Action::HashSet),
		Just(Action::HashDelete),
		Just(Action::SetAdd),
		Just(Action::SetRemove),
		any::<bool>().prop_map(Action::Expire),
		(0_usize..3).prop_map(Action::Pull),
		(0_usize..3).prop_map(Action::Pull),
	]
}

fn act(replicas: &mut [Namespace; 3], at: usize, action: &Action) {
	let mut changes = Vec::new();
	let replica = &mut replicas[at];
	// Refused if another kind is there, which changes nothing.
	let refused = match action {
		Action::Set(value) => replica
			.set(b"k", value.to_string().as_bytes(), SetOptions::default(), NOW, &mut changes)
			.err(),
		Action::Add(amount) => replica.add(b"k", i64::from(*amount), NOW, &mut changes).err(),
		Action::Delete => replica.delete(b"k", NOW, &mut changes).err(),
		Action::HashSet(value) => replica.hash_set(b"k", b"f", &[*value], NOW, &mut changes).err(),
		Action::HashDelete => replica.hash_delete(b"k", b"f", NOW, &mut changes).err(),
		Action::SetAdd => replica.set_add(b"k", b"m", NOW, &mut changes).err(),
		Action::SetRemove => replica.set_remove(b"k", b"m", NOW, &mut changes).err(),
		Action::Expire(ends) => {
			replica.expire(b"k", ends.then_some(NOW + 1_000), NOW, &mut changes).err()
		},
		Action::Pull(from) => {
			let Ok([to, from]) = replicas.get_disjoint_mut([at, *from]) else { return };
			pull(to, from, NOW);
			None
		},
	};
	assert!(refused.is_none() || changes.is_empty(), "{refused:?} left {changes:?}");
}

fn merged(one: &Cell, other: &Cell) -> Cell {
	let mut merged = one.clone();
	let has_changed = merged.merge(other);
	assert_eq!(has_changed, merged != *one, "{one:?} and {other:?}");
	merged
}

proptest! {
	#[test]
	fn merging_should_be_commutative_associative_and_idempotent(
		actions in vec((0_usize..3, action()), 1..40),
	) {
		let mut replicas = [1, 2, 3].map(replica);
		let mut states: Vec<Cell> = Vec::new();
		for (at, action) in &actions {
			act(&mut replicas, *at, action);
			for record in replicas[*at].records() {
				prop_assert_eq!(record.check(), Ok(()));
				if !states.contains(&record.cell) {
					states.push(record.cell.clone());
				}
			}
		}
		states.truncate(12);
		let is_one_kind = |a: &Cell, b: &Cell| std::mem::discriminant(a) == std::mem::discriminant(b);
		for a in &states {
			prop_assert_eq!(&merged(a, a), a);
			for b in states.iter().filter(|b| is_one_kind(a, b)) {
				let ab = merged(a, b);
				prop_assert_eq!(&ab, &merged(b, a));
				prop_assert!(ab.is_well_formed(3), "{:?}", ab);
				for c in states.iter().filter(|c| is_one_kind(a, c)) {
					prop_assert_eq!(merged(&ab, c), merged(a, &merged(b, c)));
				}
			}
		}
	}

	#[test]
	fn replicas_that_know_the_same_should_be_equal(
		actions in vec((0_usize..3, action()), 1..60),
	) {
		let mut replicas = [1, 2, 3].map(replica);
		for (at, action) in &actions {
			act(&mut replicas, *at, action);
		}
		for (to, from) in [(0, 1), (0, 2), (1, 0), (2, 0)] {
			let [to, from] = replicas.get_disjoint_mut([to, from]).unwrap();
			pull(to, from, NOW);
		}
		let [first, second, third] = &mut replicas;
		prop_assert_eq!(first.root(), second.root());
		prop_assert_eq!(first.root(), third.root());
		prop_assert_eq!(first.bytes(), second.bytes());
	}
}

#[test]
fn writer_that_lies_should_part_nobody() {
	let mut changes = Vec::new();
	let mut one = replica(1);
	one.set(b"k", b"a", SetOptions::default(), NOW, &mut changes).unwrap();
	one.hash_set(b"h", b"f", b"a", NOW, &mut changes).unwrap();
	one.expire(b"h", Some(NOW + 5), NOW, &mut changes).unwrap();
	for truth in changes {
		// The same moment, and something else.
		let mut lie = truth.clone();
		match &mut lie.cell {
			Cell::Text(text) => text.register.value = Some(b"b"[..].into()),
			Cell::Field(register) => register.value = None,
			Cell::Expiry(expiry) => expiry.at_ms = Some(NOW + 6),
			Cell::Member(_) => unreachable!("none was written"),
		}
		assert_eq!(merged(&truth.cell, &lie.cell), merged(&lie.cell, &truth.cell));
	}
}

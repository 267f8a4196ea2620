// SPDX-License-Identifier: Apache-2.0

//! Replicas against a model that knows nothing of cells: who had seen which operation when.

use super::{NOW, pull, replica};
use crate::{Namespace, Record, SetOptions, Stamp};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeSet;

/// What was done, and what its replica had seen by then.
#[derive(Clone, Debug)]
struct Operation {
	what: What,
	stamp: Stamp,
	seen: BTreeSet<usize>,
}

#[derive(Clone, Copy, Debug)]
enum What {
	/// A value of the plain key; `None` deletes it.
	Write(Option<i64>),
	/// An addition to the plain key.
	Add(i64),
	/// A field is set, or deleted.
	Field(Option<u8>),
	Join,
	Leave,
}

#[derive(Clone, Copy, Debug)]
enum Step {
	Do(usize, What),
	Pull(usize, usize),
	/// A replica stops and comes back with what it has.
	Restart(usize),
}

fn what() -> impl Strategy<Value = What> {
	let small = -100_i64..100;
	prop_oneof![
		small.clone().prop_map(|value| What::Write(Some(value))),
		Just(What::Write(None)),
		small.prop_map(What::Add),
		any::<Option<u8>>().prop_map(What::Field),
		Just(What::Join),
		Just(What::Leave),
	]
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => (0_usize..3, what()).prop_map(|(at, what)| Step::Do(at, what)),
		2 => (0_usize..3, 0_usize..3).prop_map(|(to, from)| Step::Pull(to, from)),
		1 => (0_usize..3).prop_map(Step::Restart),
	]
}

/// Does something; nothing if there is nothing to delete.
fn perform(replica: &mut Namespace, what: What, now_ms: u64) -> Option<Stamp> {
	let mut changes: Vec<Record> = Vec::new();
	let options = SetOptions::default();
	match what {
		What::Write(Some(value)) => {
			replica
				.set(b"n", value.to_string().as_bytes(), options, now_ms, &mut changes)
				.unwrap();
		},
		What::Write(None) => drop(replica.delete(b"n", now_ms, &mut changes).unwrap()),
		What::Add(amount) => drop(replica.add(b"n", amount, now_ms, &mut changes).unwrap()),
		What::Field(Some(value)) => {
			replica.hash_set(b"h", b"f", &[value], now_ms, &mut changes).unwrap();
		},
		What::Field(None) => drop(replica.hash_delete(b"h", b"f", now_ms, &mut changes).unwrap()),
		What::Join => drop(replica.set_add(b"s", b"m", now_ms, &mut changes).unwrap()),
		What::Leave => drop(replica.set_remove(b"s", b"m", now_ms, &mut changes).unwrap()),
	}
	changes.iter().map(|record| record.cell.latest()).max()
}

/// What a replica that has seen these must hold: the number, the field, and whether the member is
/// there.
fn expected(operations: &[Operation], seen: &BTreeSet<usize>) -> (Option<i64>, Option<u8>, bool) {
	let known = || seen.iter().map(|index| (*index, &operations[*index]));
	let write = known().filter_map(|(index, operation)| match operation.what {
		What::Write(value) => Some((operation.stamp, index, value)),
		_ => None,
	});
	let write = write.max_by_key(|(stamp, ..)| *stamp);
	// Those that were made on top of the write that stays.
	let latest_write_in = |seen: &BTreeSet<usize>| {
		let writes = seen.iter().filter(|index| matches!(operations[**index].what, What::Write(_)));
		writes.max_by_key(|index| operations[**index].stamp).copied()
	};
	let added: Vec<i64> = known()
		.filter_map(|(_, operation)| match operation.what {
			What::Add(amount) => (latest_write_in(&operation.seen)
				== write.map(|(_, index, _)| index))
			.then_some(amount),
			_ => None,
		})
		.collect();
	let base = write.and_then(|(_, _, value)| value);
	let number = match (base, added.as_slice()) {
		(None, []) => None,
		(base, added) => Some(base.unwrap_or(0) + added.iter().sum::<i64>()),
	};
	let field = known().filter_map(|(_, operation)| match operation.what {
		What::Field(value) => Some((operation.stamp, value)),
		_ => None,
	});
	let field = field.max_by_key(|(stamp, _)| *stamp).and_then(|(_, value)| value);
	let is_member = known().any(|(index, operation)| {
		matches!(operation.what, What::Join)
			&& !known()
				.any(|(_, other)| matches!(other.what, What::Leave) && other.seen.contains(&index))
	});
	(number, field, is_member)
}

fn held(replica: &Namespace, now_ms: u64) -> (Option<i64>, Option<u8>, bool) {
	let number = replica.get(b"n", now_ms).unwrap();
	let number = number.map(|bytes| std::str::from_utf8(&bytes).unwrap().parse().unwrap());
	let field = replica.hash_get(b"h", b"f", now_ms).unwrap().map(|value| value[0]);
	(number, field, replica.set_contains(b"s", b"m", now_ms).unwrap())
}

proptest! {
	#[test]
	fn replica_should_hold_what_follows_from_what_it_has_seen(
		steps in vec((step(), 0_u64..3), 1..80),
	) {
		let mut replicas = [1, 2, 3].map(replica);
		let mut seen: [BTreeSet<usize>; 3] = Default::default();
		let mut operations: Vec<Operation> = Vec::new();
		let mut now_ms = NOW;
		for (step, passes) in steps {
			now_ms += passes;
			match step {
				Step::Do(at, what) => {
					if let Some(stamp) = perform(&mut replicas[at], what, now_ms) {
						operations.push(Operation { what, stamp, seen: seen[at].clone() });
						seen[at].insert(operations.len() - 1);
					}
				},
				Step::Pull(to, from) => {
					if let Ok([a, b]) = replicas.get_disjoint_mut([to, from]) {
						pull(a, b, now_ms);
						let more = seen[from].clone();
						seen[to].extend(more);
					}
				},
				Step::Restart(at) => {
					let mut again = replica(u8::try_from(at + 1).unwrap());
					let stored: Vec<_> = replicas[at].records().cloned().collect();
					stored.into_iter().for_each(|record| again.restore(record).unwrap());
					prop_assert_eq!(again.root(), replicas[at].root());
					replicas[at] = again;
				},
			}
			for (replica, seen) in replicas.iter().zip(&seen) {
				prop_assert_eq!(held(replica, now_ms), expected(&operations, seen));
			}
		}
	}
}

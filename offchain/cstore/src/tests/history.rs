// SPDX-License-Identifier: Apache-2.0

//! The checkers of histories find what is wrong with one.

use super::{NOW, replica};
use crate::{
	SetOptions,
	history::{
		agreed::{self, End, Operation},
		kept::{self, Attempt, Write},
	},
	quorum::{Change, Held, Outcome},
};

fn operation(change: Change, began_ms: u64, ended: Option<(u64, Outcome)>) -> Operation {
	let ended = ended.map(|(ended_ms, outcome)| (ended_ms, End::Came(outcome)));
	Operation { key: b"key".to_vec(), change, began_ms, ended }
}

fn set(expected: Option<u64>, value: &str) -> Change {
	Change::Set { expected, value: Some(value.as_bytes().to_vec()) }
}

fn holds(version: u64, value: &str) -> Outcome {
	let value = Some(value.as_bytes().to_vec());
	Outcome::Holds(Held { version, value, recent: Vec::new() })
}

#[test]
fn register_should_be_found_right() {
	let operations = [
		operation(set(None, "a"), 0, Some((9, Outcome::Changed(1)))),
		// Both at the same time: one wins, and nobody was told of the other before it is read.
		operation(set(Some(1), "b"), 10, Some((29, holds(2, "c")))),
		operation(set(Some(1), "c"), 10, None),
		operation(Change::None, 30, Some((39, holds(2, "c")))),
		operation(set(None, "d"), 20, Some((50, Outcome::Unknown))),
		operation(set(Some(3), "e"), 40, Some((60, Outcome::Changed(4)))),
	];
	assert_eq!(agreed::check(&operations), Ok(()));
}

#[test]
fn register_should_be_found_wrong() {
	use agreed::Violation;
	let first = || operation(set(None, "a"), 0, Some((9, Outcome::Changed(1))));
	let second = || operation(set(Some(1), "b"), 10, Some((19, Outcome::Changed(2))));
	let found = |others: &[Operation]| {
		let all = [first(), second()].into_iter().chain(others.iter().cloned());
		agreed::check(&all.collect::<Vec<_>>()).unwrap_err()
	};
	// Of two who would replace the same, both were told that they did.
	let both = operation(set(Some(1), "c"), 10, Some((19, Outcome::Changed(2))));
	assert!(matches!(found(&[both]), Violation::Forked { version: 2, .. }));
	let stale = operation(Change::None, 20, Some((29, holds(1, "a"))));
	assert!(matches!(found(&[stale]), Violation::Disorder { .. }));
	let early = operation(set(None, "c"), 20, Some((29, Outcome::Changed(0))));
	assert!(matches!(found(&[early]), Violation::Forked { version: 0, .. }));
	let other = operation(Change::None, 20, Some((29, holds(2, "c"))));
	assert!(matches!(found(&[other]), Violation::Ambiguous(_)));
	let made_up = operation(Change::None, 20, Some((29, holds(3, "c"))));
	assert!(matches!(found(&[made_up]), Violation::MadeUp(_)));
	// Whoever wrote it was told that nothing was changed.
	let refuted =
		Operation { ended: Some((29, End::Nothing)), ..operation(set(None, "c"), 20, None) };
	let seen = operation(Change::None, 30, Some((39, holds(3, "c"))));
	assert!(matches!(found(&[refuted, seen]), Violation::MadeUp(_)));
	let gap = operation(set(None, "c"), 20, Some((29, Outcome::Changed(4))));
	assert_eq!(found(&[gap]), Violation::Unclaimed { count: 1 });
	let blind = operation(set(Some(7), "c"), 20, Some((29, Outcome::Changed(3))));
	assert!(matches!(found(&[blind]), Violation::Unexpected(_)));
	let refused = operation(set(Some(2), "c"), 20, Some((29, holds(2, "b"))));
	assert!(matches!(found(&[refused]), Violation::Refused(_)));
	let reading = operation(Change::None, 20, Some((29, Outcome::Changed(3))));
	assert!(matches!(found(&[reading]), Violation::ReadChanged(_)));
}

#[test]
fn replica_should_be_found_wrong() {
	use kept::Violation;
	let mut changes = Vec::new();
	let mut namespace = replica(1);
	namespace.set_add(b"set", b"there", NOW, &mut changes).unwrap();
	namespace.add(b"count", 2, NOW, &mut changes).unwrap();
	namespace.set(b"key", b"old", SetOptions::default(), NOW, &mut changes).unwrap();
	let stamp = |at: usize| Some(changes[at].cell.latest());
	let member = |member: &str| (b"set".to_vec(), member.as_bytes().to_vec());
	let added = |name| {
		let (set, member) = member(name);
		Write::Added { set, member }
	};
	let removed = |name| {
		let (set, member) = member(name);
		Write::Removed { set, member }
	};
	let counted = || Write::Counted { key: b"count".to_vec() };
	let replaced = |stamp| Write::Replaced { key: b"key".to_vec(), stamp };
	let check = |attempts: &[(Write, bool)]| {
		let attempts: Vec<Attempt> = attempts
			.iter()
			.map(|(write, is_kept)| Attempt { write: write.clone(), is_kept: *is_kept })
			.collect();
		kept::check(&namespace, &attempts, NOW)
	};
	let last = || (replaced(stamp(changes.len() - 1)), true);
	assert_eq!(
		check(&[
			(added("there"), true),
			(added("lost, and nobody was told"), false),
			(added("gone"), true),
			(removed("gone"), false),
			(counted(), true),
			(counted(), false),
			(counted(), false),
			last(),
		]),
		Ok(())
	);
	let lost = check(&[(added("there"), true), (added("lost"), true)]);
	assert!(matches!(lost, Err(Violation::Lost { member, .. }) if member == "lost"));
	let made_up = check(&[(added("other"), false)]);
	assert!(matches!(made_up, Err(Violation::MadeUp { member, .. }) if member == "there"));
	for counts in [[true, true, true].as_slice(), &[false]] {
		let attempts: Vec<_> = counts.iter().map(|is_kept| (counted(), *is_kept)).collect();
		assert!(matches!(check(&attempts), Err(Violation::Miscounted { value: 2, .. })));
	}
	let mut later = replica(2);
	let mut changes = Vec::new();
	later.set(b"key", b"new", SetOptions::default(), NOW + 1, &mut changes).unwrap();
	let stamp = changes.last().map(|record| record.cell.latest());
	assert!(matches!(check(&[(replaced(stamp), true)]), Err(Violation::Older { .. })));
}

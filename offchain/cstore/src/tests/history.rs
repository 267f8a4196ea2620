// SPDX-License-Identifier: Apache-2.0

//! What clients did and saw, held against what a register does.

use crate::quorum::{Change, Held, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What a client did, and saw.
#[derive(Debug)]
pub(super) struct Record {
	pub(super) key: Vec<u8>,
	pub(super) change: Change,
	pub(super) began_ms: u64,
	pub(super) ended: Option<(u64, End)>,
}

#[derive(Debug)]
pub(super) enum End {
	Came(Outcome),
	/// It was given up before anybody was offered a change.
	Nothing,
}

/// What an operation saw at the moment when it took effect.
struct Seen<'a> {
	began_ms: u64,
	ended_ms: u64,
	version: u64,
	is_change: bool,
	record: &'a Record,
}

/// Holds the history of one key against what a register does.
pub(super) fn check(records: &[&Record]) {
	let seen: Vec<Seen<'_>> = records.iter().copied().filter_map(seen).collect();
	let mut values: BTreeMap<u64, Option<Vec<u8>>> = BTreeMap::from([(0, None)]);
	for it in seen.iter().filter(|it| it.is_change) {
		let Change::Set { expected, value } = &it.record.change else { panic!("a read changed") };
		assert!(expected.is_none_or(|expected| expected + 1 == it.version), "{:?}", it.record);
		assert!(values.insert(it.version, value.clone()).is_none(), "two have {}", it.version);
	}
	// What nobody was told of, somebody may have seen.
	let mut unknown: BTreeSet<&[u8]> = records.iter().copied().filter_map(unknown).collect();
	let deletions = records.iter().copied().filter(|it| is_unknown_deletion(it)).count();
	for it in seen.iter().filter(|it| !it.is_change) {
		let Some((_, End::Came(Outcome::Holds(Held { version, value, .. })))) = &it.record.ended
		else {
			panic!("{:?}", it.record)
		};
		if let Change::Set { expected, .. } = &it.record.change {
			assert!(expected.is_some_and(|expected| expected != *version), "{:?}", it.record);
		}
		let known = values.entry(*version).or_insert_with(|| {
			let is_one = value.as_deref().map_or(0 < deletions, |value| unknown.remove(value));
			assert!(is_one, "nobody wrote what {:?} saw", it.record);
			value.clone()
		});
		assert_eq!(known, value, "two values of one version: {:?}", it.record);
	}
	// Versions that nobody saw are of those whose end nobody saw.
	let last = values.keys().last().copied().unwrap_or(0);
	let gaps = usize::try_from(last).unwrap() + 1 - values.len();
	assert!(gaps <= unknown.len() + deletions, "{gaps} changes are nobody's");
	// The order fits the clock.
	for later in &seen {
		for earlier in seen.iter().filter(|it| it.ended_ms < later.began_ms) {
			let fits = earlier.version < later.version
				|| (earlier.version == later.version && !later.is_change);
			assert!(fits, "{:?} is before {:?}", later.record, earlier.record);
		}
	}
}

fn seen(record: &Record) -> Option<Seen<'_>> {
	let (ended_ms, end) = record.ended.as_ref()?;
	let (version, is_change) = match end {
		End::Came(Outcome::Changed(version)) => (*version, true),
		End::Came(Outcome::Holds(held)) => (held.version, false),
		End::Came(Outcome::Unknown) | End::Nothing => return None,
	};
	Some(Seen { began_ms: record.began_ms, ended_ms: *ended_ms, version, is_change, record })
}

pub(super) fn is_unknown(record: &Record) -> bool {
	matches!(record.ended, None | Some((_, End::Came(Outcome::Unknown))))
}

fn unknown(record: &Record) -> Option<&[u8]> {
	match &record.change {
		Change::Set { value: Some(value), .. } if is_unknown(record) => Some(value),
		_ => None,
	}
}

fn is_unknown_deletion(record: &Record) -> bool {
	matches!(record.change, Change::Set { value: None, .. }) && is_unknown(record)
}

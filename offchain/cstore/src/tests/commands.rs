// SPDX-License-Identifier: Apache-2.0

use super::{NOW, QUOTA, pull, replica};
use crate::{
	Cell, ClockError, Condition, Kind, Life, Merged, Name, NameRef, Namespace, PartRef, Quota,
	Record, RecordError, Register, SetOptions, Text, WriteError, WriterId,
	limits::{KEY_BYTES_MAX, SKEW_MS_MAX, VALUE_BYTES_MAX},
};
use std::collections::BTreeSet;

fn set(replica: &mut Namespace, key: &[u8], value: &[u8]) {
	assert_eq!(replica.set(key, value, SetOptions::default(), NOW, &mut Vec::new()), Ok(true));
}

fn text_name() -> Name {
	NameRef { key: b"k", part: PartRef::Text }.owned()
}

fn get(replica: &Namespace, key: &[u8], now_ms: u64) -> Option<Vec<u8>> {
	replica.get(key, now_ms).unwrap().map(|value| value.into_owned())
}

#[test]
fn set_should_mind_its_condition() {
	let mut replica = replica(1);
	let mut set = |condition, value: &[u8]| {
		let options = SetOptions { condition, ..SetOptions::default() };
		replica.set(b"k", value, options, NOW, &mut Vec::new()).unwrap()
	};
	assert!(!set(Condition::IfPresent, b"0"));
	assert!(set(Condition::IfAbsent, b"1"));
	assert!(!set(Condition::IfAbsent, b"2"));
	assert!(set(Condition::IfPresent, b"3"));
	assert_eq!(get(&replica, b"k", NOW), Some(b"3".to_vec()));
}

#[test]
fn value_should_end_when_it_was_told_to() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	let options = SetOptions { expires_at_ms: Some(NOW + 100), ..SetOptions::default() };
	one.set(b"k", b"v", options, NOW, &mut changes).unwrap();
	assert_eq!(one.life(b"k", NOW + 40), Life::Ms(60));
	assert_eq!(get(&one, b"k", NOW + 99), Some(b"v".to_vec()));
	assert_eq!(get(&one, b"k", NOW + 100), None);
	assert_eq!(one.life(b"k", NOW + 100), Life::None);
	// What is counted on it later begins at nothing, and does not end.
	assert_eq!(one.add(b"k", 2, NOW + 101, &mut changes), Ok(2));
	assert_eq!(one.life(b"k", NOW + 101), Life::Endless);
	// Setting a value again takes its end away; counting does not.
	one.expire(b"k", Some(NOW + 300), NOW + 102, &mut changes).unwrap();
	assert_eq!(one.add(b"k", 1, NOW + 103, &mut changes), Ok(3));
	assert_eq!(one.life(b"k", NOW + 103), Life::Ms(197));
	one.set(b"k", b"w", SetOptions::default(), NOW + 104, &mut changes).unwrap();
	assert_eq!(one.life(b"k", NOW + 104), Life::Endless);
	// Another replica sees it the same way.
	let mut other = replica(2);
	pull(&mut other, &one, NOW + 105);
	assert_eq!(get(&other, b"k", NOW + 1_000), Some(b"w".to_vec()));
}

#[test]
fn hash_that_ended_should_begin_anew() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	one.hash_set(b"h", b"a", b"1", NOW, &mut changes).unwrap();
	one.expire(b"h", Some(NOW + 100), NOW, &mut changes).unwrap();
	one.hash_set(b"h", b"b", b"2", NOW + 50, &mut changes).unwrap();
	assert_eq!(one.hash_all(b"h", NOW + 99).unwrap().count(), 2);
	assert_eq!(one.hash_all(b"h", NOW + 100).unwrap().count(), 0);
	one.hash_set(b"h", b"c", b"3", NOW + 200, &mut changes).unwrap();
	let fields: Vec<_> = one.hash_all(b"h", NOW + 200).unwrap().collect();
	assert_eq!(fields, [(&b"c"[..], &b"3"[..])]);
	assert_eq!(one.life(b"h", NOW + 200), Life::Endless);
	// One that was deleted does not end when the one before it would have.
	one.expire(b"h", Some(NOW + 300), NOW + 201, &mut changes).unwrap();
	assert!(one.delete(b"h", NOW + 202, &mut changes).unwrap());
	one.hash_set(b"h", b"d", b"4", NOW + 203, &mut changes).unwrap();
	assert_eq!(one.hash_all(b"h", NOW + 400).unwrap().count(), 1);
}

#[test]
fn key_should_hold_one_kind() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	set(&mut one, b"k", b"v");
	let wrong = Err(WriteError::WrongKind);
	assert_eq!(one.hash_set(b"k", b"f", b"v", NOW, &mut changes), wrong);
	assert_eq!(one.set_add(b"k", b"m", NOW, &mut changes), wrong);
	assert_eq!(one.set_contains(b"k", b"m", NOW), wrong);
	assert_eq!(one.hash_get(b"k", b"f", NOW), Err(WriteError::WrongKind));
	assert_eq!(changes, []);
	assert!(one.delete(b"k", NOW, &mut changes).unwrap());
	assert_eq!(one.kind(b"k", NOW), None);
	assert_eq!(one.set_add(b"k", b"m", NOW, &mut changes), Ok(true));
	assert_eq!(one.add(b"k", 1, NOW, &mut changes), wrong.map(|_: bool| 0));
	// Setting a value replaces whatever there was.
	set(&mut one, b"k", b"v");
	assert_eq!(one.kind(b"k", NOW), Some(Kind::Text));
	assert!(one.delete(b"k", NOW, &mut changes).unwrap());
	assert_eq!(one.kind(b"k", NOW), None);
	assert!(!one.delete(b"k", NOW, &mut changes).unwrap());
}

#[test]
fn kinds_of_concurrent_writers_should_be_the_same_on_both() {
	let (mut one, mut other) = (replica(1), replica(2));
	let mut changes = Vec::new();
	one.set_add(b"k", b"m", NOW, &mut changes).unwrap();
	other.hash_set(b"k", b"f", b"v", NOW, &mut changes).unwrap();
	pull(&mut one, &other, NOW);
	pull(&mut other, &one, NOW);
	assert_eq!(one.kind(b"k", NOW), other.kind(b"k", NOW));
	assert!(one.delete(b"k", NOW + 1, &mut changes).unwrap());
	assert_eq!(one.kind(b"k", NOW + 1), None);
}

#[test]
fn counting_should_stay_within_numbers() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	set(&mut one, b"n", i64::MAX.to_string().as_bytes());
	assert_eq!(one.add(b"n", 1, NOW, &mut changes), Err(WriteError::NotANumber));
	assert_eq!(one.add(b"n", -1, NOW, &mut changes), Ok(i64::MAX - 1));
	for text in ["1.5", "+1", "01", "", " 1", "9223372036854775808"] {
		set(&mut one, b"n", text.as_bytes());
		assert_eq!(one.add(b"n", 1, NOW, &mut changes), Err(WriteError::NotANumber), "{text}");
	}
	// Two who each stay within it may leave it together.
	set(&mut one, b"n", (i64::MAX - 1).to_string().as_bytes());
	let mut other = replica(2);
	pull(&mut other, &one, NOW);
	for replica in [&mut one, &mut other] {
		assert_eq!(replica.add(b"n", 1, NOW + 1, &mut changes), Ok(i64::MAX));
	}
	pull(&mut one, &other, NOW + 1);
	assert_eq!(get(&one, b"n", NOW + 1), Some(i64::MAX.to_string().into_bytes()));
}

#[test]
fn scan_should_page_through_all_keys_once() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	let keys: BTreeSet<Vec<u8>> = (0..500_u32).map(|key| key.to_string().into_bytes()).collect();
	for key in &keys {
		set(&mut one, key, b"v");
	}
	for field in 0..50_u8 {
		one.hash_set(b"hash", &[field], b"v", NOW, &mut changes).unwrap();
	}
	one.delete(b"7", NOW, &mut changes).unwrap();
	let mut found: Vec<Vec<u8>> = Vec::new();
	let mut from = Some(0);
	while let Some(place) = from {
		let page = one.scan(place, 10, NOW);
		assert!(page.keys.len() <= 12, "{}", page.keys.len());
		found.extend(page.keys);
		from = page.next;
	}
	let expected: BTreeSet<_> =
		keys.into_iter().filter(|key| key != b"7").chain([b"hash".to_vec()]).collect();
	assert_eq!(found.len(), expected.len());
	assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn what_is_too_large_should_be_refused_and_nothing_stored() {
	let mut one = replica(1);
	let mut changes = Vec::new();
	let mut write =
		|key: &[u8], value: &[u8]| one.set(key, value, SetOptions::default(), NOW, &mut changes);
	let refused = |error| Err(WriteError::Record(error));
	let long = vec![b'k'; KEY_BYTES_MAX + 1];
	assert_eq!(write(&long, b""), refused(RecordError::Name { bytes: KEY_BYTES_MAX + 1 }));
	assert_eq!(write(b"", b""), refused(RecordError::Name { bytes: 0 }));
	let large = vec![0; VALUE_BYTES_MAX + 1];
	assert_eq!(write(b"k", &large), refused(RecordError::Value { bytes: VALUE_BYTES_MAX + 1 }));
	assert_eq!(write(b"k", &large[1..]), Ok(true));
	assert_eq!(one.len(), 1);
}

#[test]
fn full_namespace_should_refuse_and_take_back() {
	let quota = Quota { records: 3, bytes: 2_000 };
	let mut one = Namespace::new(WriterId::of(&[1; 32], 0), quota);
	let mut changes = Vec::new();
	let options = SetOptions::default();
	for key in [b"a", b"b", b"c"] {
		one.set(key, b"v", options, NOW, &mut changes).unwrap();
	}
	let full = Err(WriteError::Full { quota });
	assert_eq!(one.set(b"d", b"v", options, NOW, &mut changes), full);
	// In the place of what is there, there is room, until the bytes are used up.
	assert_eq!(one.set(b"a", &[0; 1_000], options, NOW, &mut changes), Ok(true));
	assert_eq!(one.set(b"b", &[0; 1_000], options, NOW, &mut changes), full);
	assert_eq!(get(&one, b"b", NOW), Some(b"v".to_vec()));
	// Deleting always works, and makes room when everybody knows of it.
	assert!(one.delete(b"a", NOW, &mut changes).unwrap());
	assert_eq!(one.set(b"d", b"v", options, NOW, &mut changes), full);
	one.raise_horizon(NOW + 1);
	assert_eq!(one.set(b"d", b"v", options, NOW + 1, &mut changes), Ok(true));
}

#[test]
fn what_was_forgotten_should_not_come_back() {
	let (mut one, mut away) = (replica(1), replica(2));
	let mut changes = Vec::new();
	for key in [&b"gone"[..], b"kept"] {
		set(&mut one, key, b"v");
	}
	one.set_add(b"s", b"m", NOW, &mut changes).unwrap();
	pull(&mut away, &one, NOW);
	one.delete(b"gone", NOW + 1, &mut changes).unwrap();
	one.delete(b"s", NOW + 1, &mut changes).unwrap();
	assert_eq!(one.len(), 3);
	one.raise_horizon(NOW + 10);
	assert_eq!(one.len(), 1);
	let stale: Vec<Record> = away.records().cloned().collect();
	let merged: Vec<_> =
		stale.into_iter().map(|record| one.merge(record, NOW + 20).unwrap()).collect();
	assert_eq!(merged.iter().filter(|merged| **merged == Merged::Deleted).count(), 2);
	assert_eq!(merged.iter().filter(|merged| **merged == Merged::Known).count(), 1);
	assert_eq!(one.len(), 1);
	assert_eq!(get(&one, b"kept", NOW + 20), Some(b"v".to_vec()));
}

#[test]
fn record_from_the_future_should_be_refused_and_not_move_the_clock() {
	let (mut one, mut ahead) = (replica(1), replica(2));
	let mut changes = Vec::new();
	let later = NOW + SKEW_MS_MAX + 1;
	ahead.set(b"k", b"v", SetOptions::default(), later, &mut changes).unwrap();
	let refused = one.merge(changes[0].clone(), NOW);
	let expected = ClockError::FutureRecord { ahead_ms: SKEW_MS_MAX + 1 };
	assert_eq!(refused, Err(WriteError::Clock(expected)));
	assert!(one.is_empty());
	set(&mut one, b"k", b"mine");
	assert_eq!(one.merge(changes[0].clone(), NOW + 1), Ok(Merged::New));
	// From within the limit it is taken, and what is written here after it is later.
	one.set(b"k", b"later", SetOptions::default(), NOW + 1, &mut changes).unwrap();
	assert_eq!(get(&one, b"k", NOW + 1), Some(b"later".to_vec()));
	// Whose own clock was set back far would write what nobody accepts.
	let back = ahead.set(b"k", b"w", SetOptions::default(), NOW, &mut changes);
	let expected = ClockError::SetBack { behind_ms: SKEW_MS_MAX + 1 };
	assert_eq!(back, Err(WriteError::Clock(expected)));
}

#[test]
fn record_that_was_made_up_should_be_refused() {
	let mut one = replica(1);
	let wrong_kind = Record { name: text_name(), cell: Cell::Field(Register::default()) };
	assert_eq!(one.merge(wrong_kind, NOW), Err(WriteError::Record(RecordError::MadeUp)));
	let large = Text::written(crate::Stamp::ZERO, Some(vec![0; VALUE_BYTES_MAX + 1].into()));
	let large = Record { name: text_name(), cell: Cell::Text(large) };
	assert!(matches!(one.merge(large, NOW), Err(WriteError::Record(RecordError::Value { .. }))));
	assert!(one.is_empty());
	assert_eq!(QUOTA.records, 10_000);
}

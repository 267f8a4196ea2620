// SPDX-License-Identifier: Apache-2.0

use crate::{
	Cell, Damage, Entry, Found, Fsync, Journal, NameRef, PartRef, Record, Register, Stamp,
	limits::VALUE_BYTES_MAX,
};
use proptest::{collection::vec, prelude::*};
use std::{
	fs,
	path::{Path, PathBuf},
};

fn entry(number: u32) -> Entry {
	entry_with(number, vec![7; number as usize % 40])
}

fn entry_with(number: u32, value: Vec<u8>) -> Entry {
	let name = NameRef { key: b"key", part: PartRef::Field(&number.to_le_bytes()) }.owned();
	let cell = Cell::Field(Register { stamp: Stamp::ZERO, value: Some(value.into()) });
	Entry::Records { namespace: "job/7".to_owned(), records: vec![Record { name, cell }] }
}

fn open(folder: &Path) -> (Journal, Found, Vec<Entry>) {
	let mut entries = Vec::new();
	let (journal, found) =
		Journal::open(folder, Fsync::Always, |entry| entries.push(entry)).unwrap();
	entries.retain(|entry| *entry != Entry::End);
	(journal, found, entries)
}

fn write(journal: &mut Journal, numbers: std::ops::Range<u32>) {
	for number in numbers {
		journal.append(entry(number));
		journal.commit().unwrap();
	}
}

fn files(folder: &Path) -> Vec<String> {
	let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
	let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
	names.sort();
	names
}

#[test]
fn what_was_committed_should_be_there_again() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, found, entries) = open(folder.path());
	assert_eq!((found, entries.len()), (Found::default(), 0));
	write(&mut journal, 0..5);
	journal.append(entry(99));
	drop(journal);
	let (mut journal, found, entries) = open(folder.path());
	assert_eq!(entries, (0..5).map(entry).collect::<Vec<_>>());
	assert_eq!(found, Found { entries: 5, damaged: Vec::new() });
	// And it goes on.
	write(&mut journal, 5..8);
	assert_eq!(open(folder.path()).2, (0..8).map(entry).collect::<Vec<_>>());
}

#[test]
fn snapshot_should_take_the_place_of_what_was_before() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	write(&mut journal, 0..3);
	for round in 0..3 {
		let mut snapshot = journal.begin_snapshot().unwrap();
		// What is written meanwhile is in the next log.
		write(&mut journal, 10 + round..11 + round);
		snapshot.write(&[entry(100 + round)]).unwrap();
		let number = snapshot.finish().unwrap();
		journal.forget_before(number).unwrap();
	}
	assert_eq!(files(folder.path()), ["log-2", "log-3", "snapshot-2", "snapshot-3"]);
	drop(journal);
	assert_eq!(open(folder.path()).2, [entry(102), entry(12)]);
	// A damaged one falls back to the one before it.
	let path = folder.path().join("snapshot-3");
	let mut bytes = fs::read(&path).unwrap();
	*bytes.last_mut().unwrap() ^= 1;
	fs::write(&path, bytes).unwrap();
	let (_, found, entries) = open(folder.path());
	assert_eq!(entries, [entry(101), entry(11), entry(12)]);
	assert_eq!(found.damaged, [(path, Damage::Checksum)]);
}

#[test]
fn snapshot_that_was_not_finished_should_count_for_nothing() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	write(&mut journal, 0..2);
	let mut snapshot = journal.begin_snapshot().unwrap();
	snapshot.write(&[entry(100)]).unwrap();
	write(&mut journal, 2..4);
	drop((journal, snapshot));
	let (mut journal, found, entries) = open(folder.path());
	assert_eq!(entries, (0..4).map(entry).collect::<Vec<_>>());
	assert_eq!(found.damaged, []);
	// One that has no end is none either.
	let snapshot = journal.begin_snapshot().unwrap();
	let number = snapshot.finish().unwrap();
	let path = folder.path().join(format!("snapshot-{number}"));
	let bytes = fs::read(&path).unwrap();
	let header = 9 + 2 + 8;
	fs::write(&path, &bytes[..header]).unwrap();
	let (_, found, entries) = open(folder.path());
	assert_eq!(entries, (0..4).map(entry).collect::<Vec<_>>());
	assert_eq!(found.damaged, [(path, Damage::Endless)]);
}

#[test]
fn frame_that_was_damaged_should_be_set_aside_with_what_follows() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	write(&mut journal, 0..2);
	let sound = journal.log_bytes();
	write(&mut journal, 2..5);
	drop(journal);
	let path = folder.path().join("log-0");
	let mut bytes = fs::read(&path).unwrap();
	bytes[usize::try_from(sound).unwrap() + 20] ^= 1;
	fs::write(&path, &bytes).unwrap();
	let (_, found, entries) = open(folder.path());
	assert_eq!(entries, [entry(0), entry(1)]);
	assert_eq!(found.damaged, [(path.clone(), Damage::Checksum)]);
	let aside = fs::read(path.with_extension("bad")).unwrap();
	assert_eq!(aside, bytes[usize::try_from(sound).unwrap()..]);
	assert_eq!(open(folder.path()).1.damaged, []);
}

#[test]
fn frames_of_another_file_should_not_count() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	write(&mut journal, 0..2);
	drop(journal);
	let (from, to) = (folder.path().join("log-0"), folder.path().join("log-1"));
	fs::copy(from, &to).unwrap();
	let (_, found, entries) = open(folder.path());
	assert_eq!(entries, [entry(0), entry(1)]);
	assert_eq!(found.damaged, [(to, Damage::Header)]);
}

#[test]
fn many_large_entries_should_be_read_again() {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	let large: Vec<_> =
		(0..20).map(|number| entry_with(number, vec![1; VALUE_BYTES_MAX])).collect();
	large.iter().cloned().for_each(|entry| journal.append(entry));
	journal.commit().unwrap();
	assert_eq!(open(folder.path()).2, large);
	// However the records come.
	let records = large.iter().flat_map(|entry| match entry {
		Entry::Records { records, .. } => records.clone(),
		_ => Vec::new(),
	});
	let entries: Vec<_> = Entry::of_records("job/7", records).collect();
	assert_eq!(entries, large);
}

/// The log of a journal with some entries, and where each of its frames ends.
fn log_with(count: u32) -> (tempfile::TempDir, PathBuf, Vec<u64>) {
	let folder = tempfile::tempdir().unwrap();
	let (mut journal, ..) = open(folder.path());
	let mut ends = vec![journal.log_bytes()];
	for number in 0..count {
		write(&mut journal, number..number + 1);
		ends.push(journal.log_bytes());
	}
	let path = folder.path().join("log-0");
	(folder, path, ends)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn log_that_was_cut_anywhere_should_hold_what_was_committed_before(
		count in 1_u32..12,
		cut in 0_u64..2_000,
	) {
		let (folder, path, ends) = log_with(count);
		let length = fs::metadata(&path).unwrap().len();
		let cut = cut % (length + 1);
		fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(cut).unwrap();
		let whole = ends.iter().filter(|end| **end <= cut).count().saturating_sub(1);
		let (mut journal, _, entries) = open(folder.path());
		let whole = u32::try_from(whole).unwrap();
		prop_assert_eq!(entries, (0..whole).map(entry).collect::<Vec<_>>());
		// And what is written next can be read.
		write(&mut journal, 50..52);
		let expected: Vec<_> = (0..whole).chain(50..52).map(entry).collect();
		prop_assert_eq!(open(folder.path()).2, expected);
	}

	#[test]
	fn log_that_was_changed_anywhere_should_hold_what_was_before_the_change(
		count in 1_u32..12,
		at in 0_u64..2_000,
		change in 1_u8..,
	) {
		let (folder, path, ends) = log_with(count);
		let mut bytes = fs::read(&path).unwrap();
		let at = at % bytes.len() as u64;
		bytes[usize::try_from(at).unwrap()] ^= change;
		fs::write(&path, bytes).unwrap();
		let whole = ends.iter().filter(|end| **end <= at).count().saturating_sub(1);
		let (_, found, entries) = open(folder.path());
		prop_assert_eq!(entries, (0..u32::try_from(whole).unwrap()).map(entry).collect::<Vec<_>>());
		prop_assert_eq!(found.damaged.len(), 1);
	}

	#[test]
	fn file_of_a_stranger_should_be_refused(bytes in vec(any::<u8>(), 0..200)) {
		let folder = tempfile::tempdir().unwrap();
		fs::write(folder.path().join("log-3"), &bytes).unwrap();
		fs::write(folder.path().join("snapshot-3"), &bytes).unwrap();
		prop_assert_eq!(open(folder.path()).2, []);
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Ledgers as files: against a model, and with what crashes and disks make of them.

use super::receipts::{EPOCH, ledger, node, receipt};
use crate::receipts::{NotTaken, PushError, RECEIPT_BYTES_MAX, Receipt, Shelf, ShelfError};
use proptest::prelude::*;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const HEADER_BYTES: usize = 48;
const RECORD_BYTES: usize = RECEIPT_BYTES_MAX + 9;

fn shelf(folder: &TempDir) -> Shelf {
	Shelf::new(folder.path().join("receipts"), node().key())
}

fn file(folder: &TempDir) -> PathBuf {
	folder.path().join(format!("receipts/7/{EPOCH}"))
}

/// A file with so many receipts.
fn written(folder: &TempDir, count: u32) -> Shelf {
	let shelf = shelf(folder);
	let mut opened = shelf.open(7, EPOCH).unwrap();
	for index in 0..count {
		opened.push(&receipt(index)).unwrap();
	}
	shelf
}

#[test]
fn ledger_should_be_what_was_written() {
	let folder = tempfile::tempdir().unwrap();
	assert_eq!(shelf(&folder).read(7, EPOCH).unwrap(), None);
	assert!(shelf(&folder).jobs().unwrap().is_empty());
	assert!(shelf(&folder).receipts(7, EPOCH, 0, 9).unwrap().is_empty());
	let shelf = written(&folder, 5);
	assert_eq!(shelf.read(7, EPOCH).unwrap(), Some(ledger(5)));
	let some: Vec<Receipt> = (1..4).map(receipt).collect();
	assert_eq!(shelf.receipts(7, EPOCH, 1, 3).unwrap(), some);
	assert_eq!(shelf.receipts(7, EPOCH, 4, 3).unwrap(), [receipt(4)]);
	assert!(shelf.receipts(7, EPOCH, 5, 3).unwrap().is_empty());
	assert!(shelf.receipts(7, EPOCH, u32::MAX, 3).unwrap().is_empty());
	// It goes on where it was left.
	let mut opened = shelf.open(7, EPOCH).unwrap();
	assert_eq!((&opened.ledger, opened.torn_bytes), (&ledger(5), 0));
	let wrong = opened.push(&receipt(9)).unwrap_err();
	assert!(matches!(wrong, PushError::NotTaken(NotTaken::OutOfOrder { .. })));
	opened.push(&receipt(5)).unwrap();
	opened.file.sync().unwrap();
	assert_eq!(shelf.read(7, EPOCH).unwrap(), Some(ledger(6)));
}

#[test]
fn torn_tail_should_be_cut_off_wherever_it_is_torn() {
	let folder = tempfile::tempdir().unwrap();
	let shelf = written(&folder, 3);
	let whole = fs::read(file(&folder)).unwrap();
	assert_eq!(whole.len(), HEADER_BYTES + 3 * RECORD_BYTES);
	for end in 0..=whole.len() {
		fs::write(file(&folder), &whole[..end]).unwrap();
		let left = end.saturating_sub(HEADER_BYTES) / RECORD_BYTES;
		if HEADER_BYTES <= end {
			assert_eq!(shelf.read(7, EPOCH).unwrap(), Some(ledger(left as u32)), "{end}");
		}
		let mut opened = shelf.open(7, EPOCH).unwrap();
		assert_eq!(opened.ledger, ledger(left as u32), "{end}");
		opened.push(&receipt(left as u32)).unwrap();
		drop(opened);
		assert_eq!(shelf.read(7, EPOCH).unwrap(), Some(ledger(left as u32 + 1)), "{end}");
	}
}

#[test]
fn file_of_something_else_should_be_refused_and_left_as_it_is() {
	let folder = tempfile::tempdir().unwrap();
	let shelf = written(&folder, 2);
	let whole = fs::read(file(&folder)).unwrap();
	for place in 0..HEADER_BYTES {
		let mut other = whole.clone();
		other[place] ^= 1;
		fs::write(file(&folder), &other).unwrap();
		assert!(matches!(shelf.open(7, EPOCH), Err(ShelfError::Other { .. })), "{place}");
		assert!(matches!(shelf.read(7, EPOCH), Err(ShelfError::Other { .. })), "{place}");
		assert_eq!(fs::read(file(&folder)).unwrap(), other);
	}
}

#[test]
fn old_epochs_should_be_pruned_and_nothing_else() {
	let folder = tempfile::tempdir().unwrap();
	let shelf = shelf(&folder);
	for (job, epoch) in [(7, 3), (7, 4), (7, 11), (8, 3)] {
		drop(shelf.open(job, epoch).unwrap());
	}
	let strange = folder.path().join("receipts/7/notes");
	fs::write(&strange, "mine").unwrap();
	fs::write(folder.path().join("receipts/7/007"), "mine").unwrap();
	assert_eq!(shelf.jobs().unwrap(), [7, 8]);
	assert_eq!(shelf.epochs(7).unwrap(), [3, 4, 11]);
	assert_eq!(shelf.prune(7, 4).unwrap(), 1);
	assert_eq!(shelf.epochs(7).unwrap(), [4, 11]);
	assert_eq!(shelf.prune(8, 4).unwrap(), 1);
	assert_eq!(shelf.jobs().unwrap(), [7], "what is empty goes");
	assert_eq!(shelf.prune(7, 12).unwrap(), 2);
	assert!(strange.exists(), "what is not ours stays");
	assert_eq!(shelf.prune(9, 12).unwrap(), 0);
}

/// What happens to a ledger.
#[derive(Clone, Debug)]
enum Act {
	Push,
	PushWrong,
	Restart,
	/// So many bytes of the end are lost.
	Tear(usize),
	/// A bit of the last record is another.
	Rot(usize),
}

fn any_act() -> impl Strategy<Value = Act> {
	prop_oneof![
		6 => Just(Act::Push),
		1 => Just(Act::PushWrong),
		1 => Just(Act::Restart),
		1 => (1..RECORD_BYTES * 3).prop_map(Act::Tear),
		1 => (0..RECORD_BYTES).prop_map(Act::Rot),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn file_should_hold_what_a_list_holds(acts in prop::collection::vec(any_act(), 0..40)) {
		let folder = tempfile::tempdir().unwrap();
		let shelf = shelf(&folder);
		let mut opened = shelf.open(7, EPOCH).unwrap();
		let mut count = 0_u32;
		for act in acts {
			match act {
				Act::Push => {
					opened.push(&receipt(count)).unwrap();
					count += 1;
				},
				Act::PushWrong => prop_assert!(opened.push(&receipt(count + 1)).is_err()),
				Act::Restart => opened = shelf.open(7, EPOCH).unwrap(),
				Act::Tear(bytes) => {
					drop(opened);
					let whole = fs::read(file(&folder)).unwrap();
					let end = whole.len().saturating_sub(bytes).max(HEADER_BYTES);
					fs::write(file(&folder), &whole[..end]).unwrap();
					opened = shelf.open(7, EPOCH).unwrap();
					count = ((end - HEADER_BYTES) / RECORD_BYTES) as u32;
				},
				Act::Rot(place) if 0 < count => {
					drop(opened);
					let mut whole = fs::read(file(&folder)).unwrap();
					let place = whole.len() - RECORD_BYTES + place;
					whole[place] ^= 0x10;
					fs::write(file(&folder), &whole).unwrap();
					opened = shelf.open(7, EPOCH).unwrap();
					prop_assert_eq!(opened.torn_bytes, RECORD_BYTES as u64);
					count -= 1;
				},
				Act::Rot(_) => {},
			}
			prop_assert_eq!(&opened.ledger, &ledger(count));
			let all: Vec<Receipt> = (0..count).map(receipt).collect();
			prop_assert_eq!(shelf.receipts(7, EPOCH, 0, 99).unwrap(), all);
		}
	}
}

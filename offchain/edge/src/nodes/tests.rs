// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{capabilities, config::Config};

const STARTED_MS: u64 = 5_000;

/// The record of a machine with so many cores.
fn record(cores: u16) -> Capabilities {
	Capabilities { cores, ..capabilities::of_this_machine(&Config::default(), &[]).unwrap() }
}

fn book(nodes_max: usize) -> Book {
	let own = record(1_000);
	let own_hash = own.hash();
	Book { own: Arc::new(own), own_hash, entries: BTreeMap::new(), nodes_max }
}

fn beat(number: u8, slot: u32) -> CountedBeat {
	CountedBeat { node: [number; 32], deed: number.into(), epoch: 3, slot }
}

fn cores_of(book: &Book, number: u8) -> Option<u16> {
	book.entries[&[number; 32]].record.as_ref().map(|record| record.cores)
}

#[test]
fn record_should_be_fetched_once_and_again_when_its_hash_changes() {
	let mut book = book(9);
	assert!(book.heard(&beat(1, 0), record(2).hash(), STARTED_MS));
	assert!(!book.heard(&beat(1, 1), record(2).hash(), STARTED_MS), "it is on its way");
	book.take_in(&[1; 32], Ok(&record(2).encode())).unwrap();
	assert_eq!(cores_of(&book, 1), Some(2));
	let later_ms = STARTED_MS + FETCH_AGAIN_MS;
	assert!(!book.heard(&beat(1, 2), record(2).hash(), later_ms), "it is known");

	assert!(book.heard(&beat(1, 3), record(4).hash(), later_ms));
	assert_eq!(cores_of(&book, 1), None, "the old one is not true any more");
	book.take_in(&[1; 32], Ok(&record(4).encode())).unwrap();
	assert_eq!(cores_of(&book, 1), Some(4));
	assert_eq!(book.entries[&[1; 32]].last_beat, (3, 3));
}

#[test]
fn node_should_be_asked_at_most_once_a_minute() {
	let mut book = book(9);
	let hash = record(2).hash();
	assert!(book.heard(&beat(1, 0), hash, STARTED_MS));
	book.take_in(&[1; 32], Err(&RequestError::TimedOut)).unwrap_err();
	assert!(!book.heard(&beat(1, 1), hash, STARTED_MS + FETCH_AGAIN_MS - 1));
	// A node cannot have itself asked more often by changing the hash.
	assert!(!book.heard(&beat(1, 1), record(3).hash(), STARTED_MS + FETCH_AGAIN_MS - 1));
	assert!(book.heard(&beat(1, 2), hash, STARTED_MS + FETCH_AGAIN_MS));
}

#[test]
fn answer_should_be_refused_when_it_is_not_the_record_that_was_announced() {
	let mut book = book(9);
	book.heard(&beat(1, 0), record(2).hash(), STARTED_MS);
	let node = [1; 32];
	let refused = |error: Result<(), NoRecord>| error.unwrap_err();
	let other = refused(book.take_in(&node, Ok(&record(3).encode())));
	assert!(matches!(other, NoRecord::OtherHash), "{other}");
	let mut longer = record(2).encode();
	longer.push(0);
	let malformed = refused(book.take_in(&node, Ok(&longer)));
	assert!(matches!(malformed, NoRecord::Malformed(_)), "{malformed}");
	let unanswered = refused(book.take_in(&node, Err(&RequestError::Unreachable)));
	assert!(matches!(unanswered, NoRecord::NotAnswered(_)), "{unanswered}");
	let forgotten = refused(book.take_in(&[2; 32], Ok(&record(2).encode())));
	assert!(matches!(forgotten, NoRecord::Forgotten), "{forgotten}");
	assert_eq!(cores_of(&book, 1), None);
}

#[test]
fn nobody_should_be_asked_for_no_record_or_for_ones_own() {
	let mut book = book(9);
	assert!(!book.heard(&beat(1, 0), NO_RECORD, STARTED_MS));
	let own_hash = book.own_hash;
	assert!(!book.heard(&beat(2, 0), own_hash, STARTED_MS));
	assert_eq!((cores_of(&book, 1), cores_of(&book, 2)), (None, Some(1_000)));
}

#[test]
fn fetches_and_nodes_should_be_bounded() {
	let mut book = book(FETCHES_MAX + 2);
	for number in 0..=u8::try_from(FETCHES_MAX).unwrap() {
		let asked = book.heard(&beat(number, number.into()), record(2).hash(), STARTED_MS);
		assert_eq!(asked, usize::from(number) < FETCHES_MAX, "{number}");
	}
	// One is settled: the next beat of the one that had to wait asks it.
	book.take_in(&[0; 32], Ok(&record(2).encode())).unwrap();
	assert!(book.heard(&beat(8, 8), record(2).hash(), STARTED_MS));

	book.heard(&beat(20, 20), record(2).hash(), STARTED_MS);
	assert_eq!(book.entries.len(), FETCHES_MAX + 2);
	book.heard(&beat(21, 21), record(2).hash(), STARTED_MS);
	assert_eq!(book.entries.len(), FETCHES_MAX + 2);
	assert!(!book.entries.contains_key(&[0; 32]), "the one that was silent for longest is gone");
}

#[test]
fn summaries_should_show_deed_beat_and_record() {
	let nodes = Nodes::new(record(1_000));
	assert_eq!(nodes.own_hash(), record(1_000).hash());
	nodes.heard(&beat(7, 5), record(1_000).hash(), STARTED_MS);
	nodes.heard(&beat(6, 4), NO_RECORD, STARTED_MS);
	let summaries = nodes.summaries();
	assert_eq!(summaries.iter().map(|node| node.deed).collect::<Vec<_>>(), [6, 7]);
	assert_eq!((summaries[1].last_beat_epoch, summaries[1].last_beat_slot), (3, 5));
	assert_eq!(summaries[0].capabilities, None);
	let known = summaries[1].capabilities.as_ref().unwrap();
	assert_eq!((known.cores, known.engine.as_str()), (1_000, "none"));
}

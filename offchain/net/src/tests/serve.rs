// SPDX-License-Identifier: Apache-2.0

//! Turns, queues and ledgers of those who are served.

use super::peer;
use crate::bitswap::{
	message::{WantEntry, WantKind},
	serve::{Allowance, Answer, Answered, Event, Server},
};
use cid::Cid;
use libp2p::PeerId;
use proptest::prelude::*;
use r1_core::{RAW_CODEC, cid_of};
use std::collections::BTreeMap;

fn cid(number: u32) -> Cid {
	cid_of(RAW_CODEC, &number.to_le_bytes())
}

fn entry(number: u32, kind: WantKind) -> WantEntry {
	WantEntry { cid: cid(number), kind, send_dont_have: true }
}

fn wanted(peer: PeerId, numbers: std::ops::Range<u32>) -> Event {
	let entries = numbers.map(|number| entry(number, WantKind::Block)).collect();
	Event::Wanted { peer, full: false, entries }
}

/// A server with peers 1 to `count`.
fn server(allowance: Allowance, count: u8) -> Server {
	let mut server = Server::new(allowance);
	for number in 1..=count {
		assert_eq!(server.step(0, Event::Connected { peer: peer(number) }), []);
	}
	server
}

/// One entry is sent, of so many bytes; the rest is not.
fn sent_one(answer: &Answer, bytes: u64) -> Event {
	let rest = answer.entries[1..].to_vec();
	let answered = Answered { bytes, entries: 1, missing: Vec::new(), rest };
	Event::Answered { peer: answer.peer, answered }
}

#[test]
fn peers_should_take_turns_whoever_asks_for_more() {
	let few = Allowance { entries_max: 1_024, remembered_max: 0, bytes_per_sec: Some(1) };
	let mut server = server(few, 3);
	// The first answer empties the purse, so that the others wait.
	let mut answers = server.step(0, wanted(peer(1), 0..500));
	assert_eq!(answers.len(), 1);
	server.step(0, wanted(peer(2), 0..5));
	server.step(0, wanted(peer(3), 0..5));
	let mut served = BTreeMap::<PeerId, u32>::new();
	let mut now_ms = 0;
	for _ in 0..12 {
		let answer = answers.pop().expect("somebody is answered");
		*served.entry(answer.peer).or_default() += 1;
		assert_eq!(server.step(now_ms, sent_one(&answer, 0)), []);
		// An hour brings more than was overdrawn; one answer empties the purse again.
		now_ms += 3_600_000_000;
		answers = server.step(now_ms, Event::Tick);
		assert_eq!(answers.len(), 1, "one at a time");
	}
	assert!(served.values().all(|count| *count == 4), "{served:?}");
}

#[test]
fn rest_should_come_first_at_the_next_turn_and_what_was_cancelled_not_at_all() {
	let mut server = server(Allowance::ADMITTED, 1);
	let [answer] = &server.step(0, wanted(peer(1), 0..4))[..] else { panic!("one answer") };
	// While it is on the way: one more, one less, one again.
	let entries = vec![entry(9, WantKind::Have), entry(2, WantKind::Cancel)];
	assert_eq!(server.step(0, Event::Wanted { peer: peer(1), full: false, entries }), []);
	let [next] = &server.step(0, sent_one(answer, 1))[..] else { panic!("one answer") };
	let cids: Vec<Cid> = next.entries.iter().map(|entry| entry.cid).collect();
	assert_eq!(cids, [cid(1), cid(3), cid(9)]);
}

#[test]
fn block_should_be_owed_until_it_is_here_or_cancelled_or_the_peer_is_gone() {
	let owes = |event: Option<Event>| {
		let mut server = server(Allowance::ADMITTED, 1);
		let [answer] = &server.step(0, wanted(peer(1), 0..1))[..] else { panic!("one answer") };
		let missing = answer.entries.clone();
		let answered = Answered { entries: 1, missing, ..Answered::default() };
		assert_eq!(server.step(0, Event::Answered { peer: peer(1), answered }), []);
		event.map(|event| server.step(0, event));
		let count = server.step(0, Event::Available { cid: cid(0) }).len();
		// Once: then it is on its way.
		assert_eq!(server.step(0, Event::Available { cid: cid(0) }), []);
		count == 1
	};
	let says = |full, entries| Some(Event::Wanted { peer: peer(1), full, entries });
	assert!(owes(None));
	assert!(owes(says(false, vec![entry(1, WantKind::Cancel)])));
	assert!(!owes(says(false, vec![entry(0, WantKind::Cancel)])));
	assert!(!owes(says(true, Vec::new())));
	assert!(!owes(Some(Event::Disconnected { peer: peer(1) })));
}

#[test]
fn queue_and_memory_of_a_peer_should_be_bounded() {
	let allowance = Allowance { entries_max: 10, remembered_max: 3, bytes_per_sec: None };
	let mut server = server(allowance, 1);
	let first = server.step(0, wanted(peer(1), 0..1)).pop().unwrap();
	assert_eq!(server.step(0, wanted(peer(1), 100..200)), []);
	let next = server.step(0, sent_one(&first, 0)).pop().unwrap();
	assert_eq!(next.entries.len(), 10);
	let answered = Answered { entries: 10, missing: next.entries, ..Answered::default() };
	server.step(0, Event::Answered { peer: peer(1), answered });
	let owed = (100..200).filter(|number| {
		!server.step(0, Event::Available { cid: cid(*number) }).is_empty() || {
			// It may wait behind the one before.
			let lost = Event::Answered { peer: peer(1), answered: Answered::default() };
			!server.step(0, lost).is_empty()
		}
	});
	assert!(owed.count() <= 3);
}

#[test]
fn strangers_should_get_so_many_bytes_a_second_in_the_long_run() {
	let rate = 1_000_000;
	let mut server = server(Allowance::strangers(rate), 4);
	let mut sent = 0;
	let mut waiting: Vec<Answer> = Vec::new();
	for now_ms in (0..60_000).step_by(50) {
		for number in 1..=4 {
			waiting.extend(server.step(now_ms, wanted(peer(number), 0..50)));
		}
		for answer in std::mem::take(&mut waiting) {
			sent += 256 * 1024;
			waiting.extend(server.step(now_ms, sent_one(&answer, 256 * 1024)));
		}
	}
	// A second's worth is there at the beginning, and one answer may be overdrawn.
	assert!((59 * rate..=62 * rate).contains(&sent), "{sent}");
}

proptest! {
	#[test]
	fn everything_that_is_wanted_should_be_answered_once(
		wants in prop::collection::vec((1..5_u8, 0..40_u32), 0..200),
		portions in prop::collection::vec(1..9_usize, 1..20),
	) {
		let mut server = server(Allowance::ADMITTED, 4);
		let mut answers = Vec::new();
		let mut expected = BTreeMap::<(PeerId, Cid), u32>::new();
		// All is wanted before anything is answered, but for what the first turns took.
		for (number, want) in wants {
			let taken: Vec<(PeerId, Cid)> = answers
				.iter()
				.flat_map(|answer: &Answer| answer.entries.iter().map(|entry| (answer.peer, entry.cid)))
				.collect();
			if !taken.contains(&(peer(number), cid(want))) {
				expected.insert((peer(number), cid(want)), 1);
				answers.extend(server.step(0, wanted(peer(number), want..want + 1)));
			}
		}
		let mut seen = BTreeMap::<(PeerId, Cid), u32>::new();
		for portion in portions.iter().cycle() {
			let Some(answer) = answers.pop() else { break };
			let count = (*portion).min(answer.entries.len());
			for entry in &answer.entries[..count] {
				*seen.entry((answer.peer, entry.cid)).or_default() += 1;
			}
			let rest = answer.entries[count..].to_vec();
			let answered = Answered { entries: count, rest, ..Answered::default() };
			answers.extend(server.step(0, Event::Answered { peer: answer.peer, answered }));
		}
		prop_assert_eq!(seen, expected);
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Who is asked for what, one rule at a time.

use super::peer;
use crate::bitswap::{
	fetch::{Action, Event, Fetcher, RETRY_MS, SEARCH_AFTER_MS, SHARED, SessionId, WANTS_MAX},
	message::{Message, Presence, WantEntry, WantKind},
};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use r1_core::{RAW_CODEC, cid_of};

fn cid(number: usize) -> Cid {
	cid_of(RAW_CODEC, &block(number))
}

fn block(number: usize) -> Bytes {
	number.to_le_bytes().to_vec().into()
}

/// An engine that is connected to peers 1 to `count`, which are returned in its own order.
fn fetcher(count: u8) -> (Fetcher, Vec<PeerId>) {
	let mut fetcher = Fetcher::default();
	let mut peers: Vec<_> = (1..=count).map(peer).collect();
	peers.sort();
	for peer in &peers {
		assert_eq!(fetcher.step(0, Event::Connected { peer: *peer }), []);
	}
	(fetcher, peers)
}

fn want(number: usize) -> Event {
	Event::Want { session: SHARED, cid: cid(number) }
}

fn says(peer: PeerId, number: usize, presence: Presence) -> Event {
	Event::Received { peer, blocks: Vec::new(), presences: vec![(cid(number), presence)] }
}

fn sends(peer: PeerId, number: usize) -> Event {
	let blocks = vec![(cid(number), block(number))];
	Event::Received { peer, blocks, presences: Vec::new() }
}

fn told(peer: PeerId, number: usize, kind: WantKind) -> Action {
	let send_dont_have = kind != WantKind::Cancel;
	let entry = WantEntry { cid: cid(number), kind, send_dont_have };
	Action::Send { peer, message: Message { wants: vec![entry], ..Message::default() } }
}

fn deliver(number: usize) -> Action {
	Action::Deliver { cid: cid(number), block: block(number) }
}

/// The blocks that each peer has been asked for.
fn asked(actions: &[Action], peer: PeerId) -> usize {
	let of = |action: &Action| match action {
		Action::Send { peer: to, message } if *to == peer => {
			message.wants.iter().filter(|entry| entry.kind == WantKind::Block).count()
		},
		_ => 0,
	};
	actions.iter().map(of).sum()
}

#[test]
fn want_should_ask_all_take_one_and_cancel_the_others() {
	let (mut fetcher, p) = fetcher(3);
	let all: Vec<_> = p.iter().map(|peer| told(*peer, 0, WantKind::Have)).collect();
	assert_eq!(fetcher.step(0, want(0)), all);
	// Wanted twice, asked once.
	assert_eq!(fetcher.step(0, want(0)), []);
	let has = fetcher.step(1, says(p[1], 0, Presence::Have));
	assert_eq!(has, [told(p[1], 0, WantKind::Block)]);
	// One peer at a time is asked for the block itself.
	assert_eq!(fetcher.step(2, says(p[2], 0, Presence::Have)), []);
	assert_eq!(fetcher.step(3, says(p[0], 0, Presence::DontHave)), []);
	let came = fetcher.step(4, sends(p[1], 0));
	let cancels = [told(p[0], 0, WantKind::Cancel), told(p[2], 0, WantKind::Cancel)];
	assert_eq!(came, [&cancels[..], &[deliver(0)]].concat());
	// A second copy of what was asked is wasted, and nobody's fault.
	assert_eq!(fetcher.step(5, sends(p[2], 0)), [Action::Wasted { bytes: 8 }]);
}

#[test]
fn wants_should_be_split_among_the_peers_that_proved_useful() {
	let (mut fetcher, p) = fetcher(3);
	fetcher.step(0, want(0));
	for peer in &p {
		fetcher.step(1, says(*peer, 0, Presence::Have));
	}
	fetcher.step(2, sends(p[0], 0));
	let actions: Vec<_> = (1..=20).flat_map(|number| fetcher.step(2, want(number))).collect();
	let shares: Vec<_> = p.iter().map(|peer| asked(&actions, *peer)).collect();
	assert_eq!(shares.iter().sum::<usize>(), 20, "each block of one peer: {shares:?}");
	assert!(shares.iter().all(|share| 0 < *share), "{shares:?}");
}

#[test]
fn peer_should_be_asked_for_no_more_than_it_may_have_at_a_time() {
	let (mut fetcher, p) = fetcher(1);
	fetcher.step(0, want(0));
	fetcher.step(0, says(p[0], 0, Presence::Have));
	let actions: Vec<_> = (1..100).flat_map(|number| fetcher.step(0, want(number))).collect();
	// With the first, 2 MiB of blocks of 256 KiB.
	assert_eq!(asked(&actions, p[0]), 7);
	// One has come, and it was small: those that have waited longest are asked for.
	let actions = fetcher.step(1, sends(p[0], 0));
	let entry =
		|number| WantEntry { cid: cid(number), kind: WantKind::Block, send_dont_have: true };
	let message = Message { wants: vec![entry(8), entry(9)], ..Message::default() };
	assert_eq!(actions, [Action::Send { peer: p[0], message }, deliver(0)]);
	// When small ones have come for long, it is their number that counts.
	let mut actions = Vec::new();
	for number in 1..60 {
		actions = fetcher.step(1, sends(p[0], number));
	}
	assert_eq!(asked(&actions, p[0]), 1);
}

#[test]
fn peer_that_stalls_should_lose_its_share_to_the_others() {
	let (mut fetcher, p) = fetcher(2);
	for number in 0..4 {
		fetcher.step(0, want(number));
		fetcher.step(0, says(p[0], number, Presence::Have));
	}
	// The other one has been asked for the first alone: then there was no need to.
	assert_eq!(fetcher.step(0, says(p[1], 0, Presence::Have)), []);
	assert_eq!(fetcher.step(3_999, Event::Tick), []);
	let mut actions = fetcher.step(4_000, Event::Tick);
	assert_eq!(asked(&actions, p[1]), 1);
	let cancelled = |action: &Action| match action {
		Action::Send { peer, message } if *peer == p[0] => {
			message.wants.iter().filter(|entry| entry.kind == WantKind::Cancel).count()
		},
		_ => 0,
	};
	assert_eq!(actions.iter().map(cancelled).sum::<usize>(), 4);
	for number in 1..4 {
		actions.extend(fetcher.step(4_050, says(p[1], number, Presence::Have)));
	}
	assert_eq!(asked(&actions, p[1]), 4);
	// It comes late all the same: good that it came.
	let actions = fetcher.step(4_100, sends(p[0], 1));
	assert!(actions.contains(&deliver(1)), "{actions:?}");
}

#[test]
fn peer_that_sends_wrong_bytes_should_be_blamed_and_its_share_be_given_to_others() {
	let (mut fetcher, p) = fetcher(2);
	fetcher.step(0, want(0));
	fetcher.step(0, says(p[0], 0, Presence::Have));
	fetcher.step(0, says(p[1], 0, Presence::Have));
	let actions = fetcher.step(1, sends(p[0], 99));
	assert_eq!(actions, [told(p[1], 0, WantKind::Block), Action::Blame { peer: p[0] }]);
	// Nothing more is heard of it or asked of it, also when it comes again.
	assert_eq!(fetcher.step(2, sends(p[0], 0)), []);
	fetcher.step(3, Event::Disconnected { peer: p[0] });
	assert_eq!(fetcher.step(3, Event::Connected { peer: p[0] }), []);
	assert_eq!(fetcher.step(4, sends(p[1], 0)), [deliver(0)]);
	assert_eq!(fetcher.step(5, want(1)), [told(p[1], 1, WantKind::Block)]);
}

#[test]
fn block_that_all_deny_twice_should_be_searched_for_and_fail() {
	let (mut fetcher, p) = fetcher(2);
	fetcher.step(0, want(0));
	assert_eq!(fetcher.step(1, says(p[0], 0, Presence::DontHave)), []);
	let search = Action::Search { key: cid(0) };
	assert_eq!(fetcher.step(2, says(p[1], 0, Presence::DontHave)), [search]);
	assert_eq!(fetcher.step(3, Event::Searched { key: cid(0) }), []);
	assert_eq!(fetcher.step(RETRY_MS - 1, Event::Tick), []);
	let again: Vec<_> = p.iter().map(|peer| told(*peer, 0, WantKind::Have)).collect();
	assert_eq!(fetcher.step(RETRY_MS, Event::Tick), again);
	assert_eq!(fetcher.step(RETRY_MS, says(p[0], 0, Presence::DontHave)), []);
	let actions = fetcher.step(RETRY_MS, says(p[1], 0, Presence::DontHave));
	assert_eq!(actions.last(), Some(&Action::Fail { cid: cid(0) }));
	assert_eq!(fetcher.step(10 * RETRY_MS, Event::Tick), []);
}

#[test]
fn block_should_not_fail_while_somebody_may_still_have_it() {
	let (mut fetcher, p) = fetcher(2);
	fetcher.step(0, want(0));
	let mut actions = Vec::new();
	for round in 1..20 {
		// The other one says nothing at all.
		actions.extend(fetcher.step(round * RETRY_MS, Event::Tick));
		actions.extend(fetcher.step(round * RETRY_MS, says(p[0], 0, Presence::DontHave)));
		actions.extend(fetcher.step(round * RETRY_MS, Event::Searched { key: cid(0) }));
	}
	assert!(!actions.contains(&Action::Fail { cid: cid(0) }));
	assert!(fetcher.step(101_000, says(p[1], 0, Presence::Have)).contains(&told(
		p[1],
		0,
		WantKind::Block
	)));
}

#[test]
fn search_should_be_for_the_root_of_the_session_and_once_for_all_its_wants() {
	let (mut fetcher, _) = fetcher(1);
	let session = SessionId(7);
	fetcher.step(0, Event::Opened { session, root: cid(100) });
	for number in 0..3 {
		fetcher.step(0, Event::Want { session, cid: cid(number) });
	}
	let actions = fetcher.step(SEARCH_AFTER_MS, Event::Tick);
	assert_eq!(actions, [Action::Search { key: cid(100) }]);
}

#[test]
fn session_that_ends_should_cancel_what_no_other_wants() {
	let (mut fetcher, p) = fetcher(1);
	let session = SessionId(7);
	fetcher.step(0, Event::Opened { session, root: cid(0) });
	fetcher.step(0, Event::Want { session, cid: cid(0) });
	fetcher.step(0, Event::Want { session, cid: cid(1) });
	fetcher.step(0, want(1));
	let actions = fetcher.step(0, Event::Ended { session });
	assert_eq!(actions, [told(p[0], 0, WantKind::Cancel)]);
	let actions = fetcher.step(0, Event::Unwant { session: SHARED, cid: cid(1) });
	assert_eq!(actions, [told(p[0], 1, WantKind::Cancel)]);
	// A session that is over, or never was, wants nothing.
	let refused = Action::Refuse { session, cid: cid(2) };
	assert_eq!(fetcher.step(0, Event::Want { session, cid: cid(2) }), [refused]);
}

#[test]
fn want_should_be_refused_beyond_the_limit() {
	let (mut fetcher, _) = fetcher(0);
	for number in 0..WANTS_MAX {
		assert_eq!(fetcher.step(0, want(number)), []);
	}
	let refused = Action::Refuse { session: SHARED, cid: cid(WANTS_MAX) };
	assert_eq!(fetcher.step(0, want(WANTS_MAX)), [refused]);
	fetcher.step(0, Event::Unwant { session: SHARED, cid: cid(0) });
	assert_eq!(fetcher.step(0, want(WANTS_MAX)), []);
}

#[test]
fn peer_that_leaves_should_be_replaced_and_one_that_comes_be_asked() {
	let (mut fetcher, p) = fetcher(2);
	fetcher.step(0, want(0));
	fetcher.step(0, says(p[0], 0, Presence::Have));
	fetcher.step(0, says(p[1], 0, Presence::Have));
	let actions = fetcher.step(0, Event::Disconnected { peer: p[0] });
	assert_eq!(actions, [told(p[1], 0, WantKind::Block)]);
	assert_eq!(fetcher.step(0, Event::Disconnected { peer: p[1] }), []);
	let actions = fetcher.step(0, Event::Connected { peer: peer(9) });
	assert_eq!(actions, [told(peer(9), 0, WantKind::Have)]);
	// What a peer said before it left counts no more.
	assert_eq!(fetcher.step(0, sends(p[1], 0)), []);
}

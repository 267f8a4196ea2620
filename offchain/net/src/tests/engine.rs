// SPDX-License-Identifier: Apache-2.0

use super::peer;
use crate::bitswap::{
	engine::{BLOCK_WAIT_MS, Effect, Engine, RETRY_MS, WANTS_MAX, WANTS_PER_PEER_MAX},
	message::{Message, Presence, WantEntry, WantKind},
};
use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use r1_core::{RAW_CODEC, cid_of};

const BLOCK: &[u8] = b"block";

fn cid() -> Cid {
	cid_of(RAW_CODEC, BLOCK)
}

/// An engine that is connected to peers 1 to `count`, which are returned in its own order.
fn engine(count: u8) -> (Engine, Vec<PeerId>) {
	let mut engine = Engine::default();
	let mut peers: Vec<_> = (1..=count).map(peer).collect();
	peers.sort();
	for peer in &peers {
		assert_eq!(engine.connected(*peer), []);
	}
	(engine, peers)
}

fn ask(peer: PeerId, kind: WantKind) -> Effect {
	Effect::Send { peer, message: Message::want(cid(), kind) }
}

fn cancel(peer: PeerId) -> Effect {
	let entry = WantEntry { cid: cid(), kind: WantKind::Cancel, send_dont_have: false };
	Effect::Send { peer, message: Message { wants: vec![entry], ..Message::default() } }
}

fn deliver() -> Effect {
	Effect::Deliver { cid: cid(), block: Bytes::from_static(BLOCK) }
}

fn presence(presence: Presence) -> Message {
	Message { presences: vec![(cid(), presence)], ..Message::default() }
}

fn with_block() -> Message {
	Message { blocks: vec![(cid(), Bytes::from_static(BLOCK))], ..Message::default() }
}

fn wants(kind: WantKind, cids: &[Cid]) -> Message {
	let entry = |cid: &Cid| WantEntry { cid: *cid, kind, send_dont_have: true };
	Message { wants: cids.iter().map(entry).collect(), ..Message::default() }
}

#[test]
fn want_should_ask_all_take_one_and_cancel_the_others() {
	let (mut engine, p) = engine(3);
	let asked: Vec<_> = p.iter().map(|peer| ask(*peer, WantKind::Have)).collect();
	assert_eq!(engine.want(0, cid()), Some(asked));
	// Wanted twice, asked once.
	assert_eq!(engine.want(0, cid()), Some(vec![]));

	assert_eq!(engine.received(1, p[1], presence(Presence::Have)), [ask(p[1], WantKind::Block)]);
	// One peer at a time is asked for the block itself.
	assert_eq!(engine.received(2, p[2], presence(Presence::Have)), []);
	assert_eq!(engine.received(3, p[0], presence(Presence::DontHave)), []);
	assert_eq!(engine.received(4, p[1], with_block()), [cancel(p[0]), cancel(p[2]), deliver()]);
	// A second copy is of no use to anybody.
	assert_eq!(engine.received(5, p[2], with_block()), []);
}

#[test]
fn want_should_ask_whoever_helped_last_for_the_block_at_once() {
	let (mut engine, p) = engine(2);
	engine.want(0, cid()).unwrap();
	engine.received(0, p[1], with_block());
	assert_eq!(
		engine.want(0, cid()),
		Some(vec![ask(p[0], WantKind::Have), ask(p[1], WantKind::Block)])
	);
	// It has it not: the next one that has is asked.
	assert_eq!(engine.received(1, p[1], presence(Presence::DontHave)), []);
	assert_eq!(engine.received(2, p[0], presence(Presence::Have)), [ask(p[0], WantKind::Block)]);
}

#[test]
fn block_that_nobody_wants_should_be_dropped() {
	let (mut engine, p) = engine(1);
	engine.want(0, cid()).unwrap();
	let other = (cid_of(RAW_CODEC, b"other"), Bytes::from_static(b"other"));
	let message = Message { blocks: vec![other], ..Message::default() };
	assert_eq!(engine.received(0, p[0], message), []);
	// The wanted one is still wanted.
	assert_eq!(engine.received(0, p[0], with_block()), [deliver()]);
}

#[test]
fn peer_that_promises_and_does_not_send_should_be_given_up_for_the_next() {
	let (mut engine, p) = engine(2);
	engine.want(0, cid()).unwrap();
	engine.received(0, p[0], presence(Presence::Have));
	engine.received(0, p[1], presence(Presence::Have));
	assert_eq!(engine.tick(BLOCK_WAIT_MS - 1), []);
	assert_eq!(engine.tick(BLOCK_WAIT_MS), [cancel(p[0]), ask(p[1], WantKind::Block)]);
	assert_eq!(engine.tick(2 * BLOCK_WAIT_MS), [cancel(p[1])]);
	// All have failed: after a while all are asked again.
	assert_eq!(engine.tick(RETRY_MS), [ask(p[0], WantKind::Have), ask(p[1], WantKind::Have)]);
	assert_eq!(engine.received(RETRY_MS, p[1], with_block()), [cancel(p[0]), deliver()]);
}

#[test]
fn peer_that_leaves_should_be_replaced_and_one_that_comes_be_asked() {
	let (mut engine, p) = engine(2);
	engine.want(0, cid()).unwrap();
	engine.received(0, p[0], presence(Presence::Have));
	engine.received(0, p[1], presence(Presence::Have));
	assert_eq!(engine.disconnected(0, p[0]), [ask(p[1], WantKind::Block)]);
	assert_eq!(engine.disconnected(0, p[1]), []);
	assert_eq!(engine.connected(peer(9)), [ask(peer(9), WantKind::Have)]);
	// What a peer said before it left counts no more.
	assert_eq!(engine.received(0, p[1], with_block()), []);
}

#[test]
fn unwant_should_cancel_everywhere() {
	let (mut engine, p) = engine(2);
	engine.want(0, cid()).unwrap();
	assert_eq!(engine.unwant(&cid()), [cancel(p[0]), cancel(p[1])]);
	assert_eq!(engine.received(0, p[0], with_block()), []);
	assert_eq!(engine.unwant(&cid()), []);
	assert_eq!(engine.tick(u64::MAX / 2), []);
}

#[test]
fn want_should_be_refused_beyond_the_limit() {
	let (mut engine, _) = engine(0);
	for number in 0..WANTS_MAX {
		let cid = cid_of(RAW_CODEC, &number.to_le_bytes());
		assert_eq!(engine.want(0, cid), Some(vec![]));
	}
	assert_eq!(engine.want(0, cid()), None);
	engine.unwant(&cid_of(RAW_CODEC, &0_usize.to_le_bytes()));
	assert_eq!(engine.want(0, cid()), Some(vec![]));
}

#[test]
fn wants_of_a_peer_should_be_served_now_and_when_the_block_comes() {
	let (mut engine, p) = engine(1);
	let message = wants(WantKind::Block, &[cid()]);
	let serve = [Effect::Serve { peer: p[0], entries: message.wants.clone() }];
	assert_eq!(engine.received(0, p[0], message.clone()), serve);
	assert_eq!(engine.available(&cid()), serve);
	engine.served(p[0], &[cid()]);
	assert_eq!(engine.available(&cid()), []);

	engine.received(0, p[0], message.clone());
	assert_eq!(engine.received(0, p[0], wants(WantKind::Cancel, &[cid()])), []);
	assert_eq!(engine.available(&cid()), []);

	engine.received(0, p[0], message.clone());
	// A full list replaces what was wanted before.
	engine.received(0, p[0], Message { full: true, ..Message::default() });
	assert_eq!(engine.available(&cid()), []);

	engine.received(0, p[0], message);
	engine.disconnected(0, p[0]);
	assert_eq!(engine.available(&cid()), []);
}

#[test]
fn wants_of_a_peer_beyond_the_limit_should_be_served_but_not_remembered() {
	let (mut engine, p) = engine(1);
	let cids: Vec<_> = (0..WANTS_PER_PEER_MAX)
		.map(|number| cid_of(RAW_CODEC, &number.to_le_bytes()))
		.collect();
	engine.received(0, p[0], wants(WantKind::Have, &cids));
	assert_eq!(engine.received(0, p[0], wants(WantKind::Have, &[cid()])).len(), 1);
	assert_eq!(engine.available(&cid()), []);
	assert_eq!(engine.available(&cids[7]).len(), 1);
}

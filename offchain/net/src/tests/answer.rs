// SPDX-License-Identifier: Apache-2.0

use crate::bitswap::{
	answer::answer_some,
	message::{MESSAGE_BYTES_MAX, Presence, WantEntry, WantKind},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore, MemoryBlockStore, RAW_CODEC, cid_of, limits::BLOCK_BYTES_MAX};
use std::collections::VecDeque;

fn entry(cid: Cid, kind: WantKind) -> WantEntry {
	WantEntry { cid, kind, send_dont_have: true }
}

#[test]
fn answer_should_say_what_is_here_and_what_is_not() {
	let store = MemoryBlockStore::new(8);
	let here = cid_of(RAW_CODEC, b"here");
	let gone = cid_of(RAW_CODEC, b"gone");
	store.put(&here, Bytes::from_static(b"here")).unwrap();
	let mut entries = VecDeque::from([
		entry(here, WantKind::Have),
		entry(here, WantKind::Block),
		entry(gone, WantKind::Have),
		entry(gone, WantKind::Block),
		WantEntry { send_dont_have: false, ..entry(gone, WantKind::Block) },
	]);
	let answer = answer_some(&store, &mut entries);
	assert!(entries.is_empty());
	assert_eq!(answer.message.blocks, [(here, Bytes::from_static(b"here"))]);
	assert_eq!(
		answer.message.presences,
		[(here, Presence::Have), (gone, Presence::DontHave), (gone, Presence::DontHave)]
	);
	assert_eq!(answer.served, [here, here]);
}

#[test]
fn answer_should_be_cut_into_messages_that_anybody_reads() {
	let store = MemoryBlockStore::new(8);
	let cids: Vec<_> = (0..5_u8)
		.map(|number| {
			let block = vec![number; BLOCK_BYTES_MAX];
			let cid = cid_of(RAW_CODEC, &block);
			store.put(&cid, block.into()).unwrap();
			cid
		})
		.collect();
	let mut entries: VecDeque<_> = cids.iter().map(|cid| entry(*cid, WantKind::Block)).collect();
	let mut served = Vec::new();
	while !entries.is_empty() {
		let answer = answer_some(&store, &mut entries);
		assert!(answer.message.encode().len() <= MESSAGE_BYTES_MAX);
		served.extend(answer.served);
	}
	assert_eq!(served, cids);
}

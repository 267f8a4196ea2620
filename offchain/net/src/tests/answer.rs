// SPDX-License-Identifier: Apache-2.0

use crate::bitswap::{
	answer::answer_some,
	message::{MESSAGE_BYTES_MAX, Presence, WantEntry, WantKind},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockStore, BlockStoreError, MemoryBlockStore, RAW_CODEC, cid_of, limits::BLOCK_BYTES_MAX,
};

fn entry(cid: Cid, kind: WantKind) -> WantEntry {
	WantEntry { cid, kind, send_dont_have: true }
}

#[test]
fn answer_should_say_what_is_here_and_what_is_not() {
	let store = MemoryBlockStore::new(8);
	let here = cid_of(RAW_CODEC, b"here");
	let gone = cid_of(RAW_CODEC, b"gone");
	store.put(&here, Bytes::from_static(b"here")).unwrap();
	let missing = [
		entry(gone, WantKind::Have),
		entry(gone, WantKind::Block),
		WantEntry { send_dont_have: false, ..entry(gone, WantKind::Block) },
	];
	let mut entries = vec![entry(here, WantKind::Have), entry(here, WantKind::Block)];
	entries.extend(missing);
	let (message, answered) = answer_some(&store, entries);
	assert_eq!(message.blocks, [(here, Bytes::from_static(b"here"))]);
	assert_eq!(
		message.presences,
		[(here, Presence::Have), (gone, Presence::DontHave), (gone, Presence::DontHave)]
	);
	assert_eq!(answered.missing, missing);
	assert_eq!((answered.bytes, answered.entries, answered.rest.len()), (4, 5, 0));
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
	let mut entries: Vec<_> = cids.iter().map(|cid| entry(*cid, WantKind::Block)).collect();
	let mut served = Vec::new();
	while !entries.is_empty() {
		let (message, answered) = answer_some(&store, entries);
		assert!(message.encode().len() <= MESSAGE_BYTES_MAX);
		served.extend(message.blocks.into_iter().map(|(cid, _)| cid));
		entries = answered.rest;
	}
	assert_eq!(served, cids);
}

/// A store with a block that nobody would take.
struct Oversize;

impl BlockStore for Oversize {
	fn get(&self, _: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		Ok(Some(vec![0; BLOCK_BYTES_MAX + 1].into()))
	}
	fn put(&self, _: &Cid, _: Bytes) -> Result<(), BlockStoreError> {
		Ok(())
	}
	fn has(&self, _: &Cid) -> Result<bool, BlockStoreError> {
		Ok(true)
	}
	fn len(&self) -> usize {
		1
	}
}

#[test]
fn block_over_the_limit_should_not_be_served() {
	let cid = cid_of(RAW_CODEC, b"large");
	let (message, answered) = answer_some(&Oversize, vec![entry(cid, WantKind::Block)]);
	assert!(message.blocks.is_empty());
	assert_eq!(message.presences, [(cid, Presence::DontHave)]);
	assert_eq!(answered.bytes, 0);
}

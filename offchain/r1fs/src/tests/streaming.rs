// SPDX-License-Identifier: Apache-2.0

//! Memory does not grow with the file.

use super::{Generated, Neighbours, content, node};
use crate::{
	BLOCKS_HELD_MAX, CHUNK_BYTES, DEPTH_MAX, FETCHES_MAX, Files,
	dag::{Link, encode_inner_node},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore, BlockStoreError, DAG_PB_CODEC, RAW_CODEC, cid_of};
use std::{
	collections::HashMap,
	sync::{
		Arc, Mutex,
		atomic::{AtomicU64, Ordering},
	},
};

/// A store that keeps inner nodes, and makes leaves again when they are read.
#[derive(Default)]
struct Regenerating {
	nodes: Mutex<HashMap<Cid, Bytes>>,
	leaves: Mutex<HashMap<Cid, u64>>,
	bytes: AtomicU64,
}

impl BlockStore for Regenerating {
	fn get(&self, cid: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		if let Some(node) = self.nodes.lock().unwrap().get(cid) {
			return Ok(Some(node.clone()));
		}
		let offset = self.leaves.lock().unwrap().get(cid).copied();
		Ok(offset.map(|offset| content(offset..offset + CHUNK_BYTES as u64).into()))
	}

	fn put(&self, cid: &Cid, block: Bytes) -> Result<(), BlockStoreError> {
		if cid.codec() == DAG_PB_CODEC {
			self.nodes.lock().unwrap().insert(*cid, block);
			return Ok(());
		}
		let offset = self.bytes.fetch_add(block.len() as u64, Ordering::SeqCst);
		self.leaves.lock().unwrap().insert(*cid, offset);
		Ok(())
	}

	fn has(&self, _: &Cid) -> Result<bool, BlockStoreError> {
		Ok(false)
	}

	fn len(&self) -> usize {
		self.leaves.lock().unwrap().len()
	}
}

#[tokio::test]
async fn reader_should_hold_few_blocks_of_a_file_of_any_length() {
	let store = Arc::new(Regenerating::default());
	let files = Files::new(store.clone(), Arc::new(Neighbours::default()));
	let length = 1_000 * CHUNK_BYTES as u64;
	let added = files.add(Generated::new(length)).await.unwrap();
	assert_eq!(store.len(), 1_000, "250 MiB");

	let mut reader = files.reader(&added.cid).await.unwrap();
	let mut position = 0;
	while let Some(piece) = reader.next_piece().await.unwrap() {
		// Looking at the first bytes of each piece shows that it is the right one.
		assert_eq!(piece[..64], content(position..position + 64));
		position += piece.len() as u64;
	}
	assert_eq!(position, length);
	assert!(reader.held_max() <= FETCHES_MAX + 2, "{} blocks", reader.held_max());
}

#[tokio::test]
async fn range_should_give_its_bytes_and_fetch_no_others() {
	let node = node();
	let length = 400 * CHUNK_BYTES as u64 + 7;
	let added = node.files.add(Generated::new(length)).await.unwrap();
	let chunk = CHUNK_BYTES as u64;
	let ranges = [
		0..1,
		0..chunk,
		chunk - 1..chunk + 1,
		174 * chunk - 3..174 * chunk + 3,
		length - 8..length,
		length - 1..length + 100,
		100 * chunk + 5..103 * chunk,
		5..5,
		length..length + 5,
		u64::MAX - 1..u64::MAX,
	];
	for range in ranges {
		let mut reader = node.files.reader(&added.cid).await.unwrap().range(range.clone());
		let mut bytes = Vec::new();
		while let Some(piece) = reader.next_piece().await.unwrap() {
			bytes.extend_from_slice(&piece);
		}
		let expected = content(range.start.min(length)..range.end.min(length));
		assert!(bytes == expected, "{range:?}: {} bytes", bytes.len());
	}

	// Nothing but what is needed is there, and that is enough.
	let other = super::node();
	let wanted = 200 * chunk..200 * chunk + 1;
	let mut read = other.files.reader(&added.cid).await.unwrap_err();
	let mut fetched = 0;
	while let crate::GetError::Source(crate::SourceError::Exchange(error)) = read {
		let r1_core::ExchangeError::TimedOut { cid } = error else { panic!("{error}") };
		other.neighbours.answer(cid, node.store.get(&cid).unwrap().unwrap());
		fetched += 1;
		let mut reader = match other.files.reader(&added.cid).await {
			Ok(reader) => reader.range(wanted.clone()),
			Err(error) => {
				read = error;
				continue;
			},
		};
		match reader.next_piece().await {
			Ok(piece) => {
				assert_eq!(piece.unwrap(), content(wanted.clone()));
				break;
			},
			Err(error) => read = error,
		}
	}
	assert_eq!(fetched, 3, "the root, one node, and one leaf");
}

#[tokio::test]
async fn reader_should_hold_few_blocks_of_a_dag_that_was_made_to_fill_memory() {
	let node = node();
	// On each level a node with as many children as the window is wide, each of them a whole subtree.
	let mut link = Link { cid: node.keep(RAW_CODEC, vec![7; 3]), file_bytes: 3, dag_bytes: 3 };
	for _ in 0..DEPTH_MAX {
		let links = [link; 4];
		let cid = node.keep(DAG_PB_CODEC, encode_inner_node(&links));
		link = Link { cid, file_bytes: 4 * link.file_bytes, dag_bytes: 0 };
	}
	let mut reader = node.files.reader(&link.cid).await.unwrap();
	let mut pieces = 0;
	while let Some(piece) = reader.next_piece().await.unwrap() {
		assert_eq!(piece, cid_bytes());
		pieces += 1;
	}
	assert_eq!(pieces, 4_usize.pow(DEPTH_MAX as u32));
	assert!(reader.held_max() <= BLOCKS_HELD_MAX, "{} blocks", reader.held_max());
	assert_eq!(cid_of(RAW_CODEC, &cid_bytes()).codec(), RAW_CODEC);
}

fn cid_bytes() -> Vec<u8> {
	vec![7; 3]
}

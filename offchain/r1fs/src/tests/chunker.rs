// SPDX-License-Identifier: Apache-2.0

use super::node;
use crate::{
	CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, Chunker, ChunkerError, chunker::Chunks, defaults::GROUP_BYTES,
};
use r1_core::BlockStore as _;
use std::collections::HashSet;

#[test]
fn chunkers_should_be_read_as_they_are_written() {
	for text in ["size-262144", "size-1024", "size-1048576", "fastcdc-131072", "fastcdc-4096"] {
		assert_eq!(text.parse::<Chunker>().unwrap().to_string(), text);
	}
	assert_eq!(Chunker::default().to_string(), "size-262144");
	for text in ["", "size", "size-", "size-+262144", "size-1e6", "buzhash", "rabin-1-2-3"] {
		assert_eq!(text.parse::<Chunker>(), Err(ChunkerError::Unknown), "{text}");
	}
	for text in ["size-1023", "size-1048577", "fastcdc-4095", "fastcdc-262145"] {
		let refused = text.parse::<Chunker>();
		assert!(matches!(refused, Err(ChunkerError::OutOfBounds { .. })), "{text}: {refused:?}");
	}
}

/// All chunks of some bytes.
async fn cut(chunker: Chunker, bytes: &[u8]) -> Vec<Vec<u8>> {
	let mut chunks = Chunks::new(bytes, chunker);
	let mut all = Vec::new();
	loop {
		let group = chunks.next_group(GROUP_BYTES).await.unwrap();
		if group.is_empty() {
			return all;
		}
		all.extend(group.into_iter().map(|chunk| chunk.to_vec()));
	}
}

/// Bytes that look random, so that their content has places to cut at.
fn noise(length: usize) -> Vec<u8> {
	let mut state = 1_u64;
	let next = |_| {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		(state >> 32) as u8
	};
	(0..length).map(next).collect()
}

#[tokio::test]
async fn chunks_by_content_should_mostly_survive_an_insertion() {
	let chunker = Chunker::content(16 * 1024).unwrap();
	let mut bytes = noise(2_000_000);
	let before = cut(chunker, &bytes).await;
	assert_eq!(before.concat(), bytes);
	for chunk in &before[..before.len() - 1] {
		assert!((4 * 1024..=64 * 1024).contains(&chunk.len()), "{} bytes", chunk.len());
	}
	assert!((60..250).contains(&before.len()), "{} chunks", before.len());
	bytes.splice(700_000..700_000, *b"an insertion");
	let after = cut(chunker, &bytes).await;
	let known: HashSet<_> = before.iter().collect();
	let new = after.iter().filter(|chunk| !known.contains(chunk)).count();
	assert!(new <= 3, "{new} of {} chunks are new", after.len());
	// Chunks of one size all move.
	let fixed = Chunker::size(16 * 1024).unwrap();
	let known: HashSet<_> = cut(fixed, &noise(2_000_000)).await.into_iter().collect();
	let moved = cut(fixed, &bytes).await;
	assert!(60 < moved.iter().filter(|chunk| !known.contains(*chunk)).count());
}

#[tokio::test]
async fn files_should_come_back_whichever_way_they_were_cut() {
	let chunkers = [
		Chunker::size(CHUNK_BYTES_MIN).unwrap(),
		Chunker::size(CHUNK_BYTES_MAX).unwrap(),
		Chunker::content(CHUNK_BYTES_MIN * 4).unwrap(),
		Chunker::content(CHUNK_BYTES_MAX / 4).unwrap(),
	];
	let mut cids = HashSet::new();
	for chunker in chunkers {
		let node = node();
		let files = node.files.clone().with_chunker(chunker);
		let bytes = noise(3_000_000);
		let added = files.add(bytes.as_slice()).await.unwrap();
		assert!(files.get(&added.cid, u64::MAX).await.unwrap() == bytes, "{chunker}");
		assert!(1 < node.store.len(), "{chunker}");
		cids.insert(added.cid);
	}
	assert_eq!(cids.len(), chunkers.len(), "each way has its own CID");
}

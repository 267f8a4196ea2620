// SPDX-License-Identifier: Apache-2.0

use super::{Node, content, node};
use crate::{Audit, AuditError, Audited, CHUNK_BYTES, dag::Link, dag::encode_inner_node};
use cid::Cid;
use r1_core::{
	BlockCheckError, BlockStore as _, DAG_PB_CODEC, MemoryBlockStore, RAW_CODEC, cid_of,
};
use std::collections::BTreeMap;

/// Audits a node, and says where it ended: at the last block, or at the one that is not there.
fn audit(store: &MemoryBlockStore, root: Cid, seed: u64) -> (Cid, bool) {
	let mut audit = Audit::new(root, seed_of(seed));
	loop {
		let at = *audit.wanted();
		let Some(block) = store.get(&at).unwrap() else { return (at, false) };
		match audit.take(&block).unwrap() {
			Audited::Next(next) => audit = next,
			Audited::Passed => return (at, true),
		}
	}
}

fn seed_of(number: u64) -> [u8; 32] {
	let mut seed = [7; 32];
	seed[..8].copy_from_slice(&number.to_le_bytes());
	seed
}

/// A directory of a large file and a small one.
async fn tree() -> (Node, Cid) {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	std::fs::write(folder.path().join("large"), content(0..15 * CHUNK_BYTES as u64)).unwrap();
	std::fs::write(folder.path().join("small"), content(9..CHUNK_BYTES as u64 + 9)).unwrap();
	let root = node.files.add_tree(folder.path()).await.unwrap().cid;
	(node, root)
}

#[tokio::test]
async fn audits_should_end_at_each_chunk_as_often_as_it_is_long() {
	let (node, root) = tree().await;
	let mut ends: BTreeMap<Cid, u32> = BTreeMap::new();
	for seed in 0..3_200 {
		let (at, has_passed) = audit(&node.store, root, seed);
		assert!(has_passed);
		assert_eq!(at.codec(), RAW_CODEC, "it ends at a leaf");
		*ends.entry(at).or_default() += 1;
	}
	// Sixteen chunks of one length: 200 each. Five standard deviations are 70.
	assert_eq!(ends.len(), 16);
	for (cid, count) in ends {
		assert!((130..270).contains(&count), "{cid} was drawn {count} times of 3 200");
	}
}

#[tokio::test]
async fn whoever_lacks_a_quarter_of_the_bytes_should_fail_a_quarter_of_the_audits() {
	let (node, root) = tree().await;
	let file = content(0..15 * CHUNK_BYTES as u64);
	let holey = MemoryBlockStore::new(64);
	let lost: Vec<Cid> =
		file.chunks(CHUNK_BYTES).take(4).map(|chunk| cid_of(RAW_CODEC, chunk)).collect();
	let mut stack = vec![root];
	while let Some(cid) = stack.pop() {
		let block = node.store.get(&cid).unwrap().unwrap();
		if cid.codec() == DAG_PB_CODEC {
			stack.extend(crate::dag::decode_children(&block).unwrap());
		}
		if !lost.contains(&cid) {
			holey.put(&cid, block).unwrap();
		}
	}
	let failed = (0..800).filter(|seed| !audit(&holey, root, *seed).1).count();
	assert!((150..250).contains(&failed), "{failed} of 800 audits failed");
}

#[tokio::test]
async fn same_seed_should_take_the_same_way_and_others_others() {
	let (node, root) = tree().await;
	let ends: Vec<Cid> = (0..20).map(|seed| audit(&node.store, root, seed).0).collect();
	let again: Vec<Cid> = (0..20).map(|seed| audit(&node.store, root, seed).0).collect();
	assert_eq!(ends, again);
	assert!(ends.iter().any(|end| *end != ends[0]));
}

#[test]
fn block_that_was_not_asked_for_should_be_told_from_content_that_cannot_be_audited() {
	let seed = seed_of(1);
	let leaf = cid_of(RAW_CODEC, b"a");
	let error = Audit::new(leaf, seed).take(b"b").unwrap_err();
	assert_eq!(error, AuditError::Wrong(BlockCheckError::Mismatch { cid: leaf }));
	assert!(!error.is_content_fault());
	assert_eq!(Audit::new(leaf, seed).take(b"a"), Ok(Audited::Passed));
	let nonsense = cid_of(DAG_PB_CODEC, b"\xff");
	let error = Audit::new(nonsense, seed).take(b"\xff").unwrap_err();
	assert!(error.is_content_fault(), "{error}");
	// A node with nothing below it is a leaf.
	let empty = encode_inner_node(&[]);
	assert_eq!(Audit::new(cid_of(DAG_PB_CODEC, &empty), seed).take(&empty), Ok(Audited::Passed));
}

#[test]
fn way_without_an_end_and_weights_beyond_counting_should_be_bounded() {
	let link = |cid, dag_bytes| Link { cid, file_bytes: 1, dag_bytes };
	let mut below = link(cid_of(RAW_CODEC, b"a"), u64::MAX);
	let mut blocks = BTreeMap::new();
	for _ in 0..crate::AUDIT_BLOCKS_MAX {
		let block = encode_inner_node(&[below, below]);
		let cid = cid_of(DAG_PB_CODEC, &block);
		blocks.insert(cid, block);
		below = link(cid, u64::MAX);
	}
	let mut audit = Audit::new(below.cid, seed_of(3));
	let error = loop {
		let block = &blocks[audit.wanted()];
		match audit.take(block) {
			Ok(Audited::Next(next)) => audit = next,
			Ok(Audited::Passed) => panic!("it has {} blocks", blocks.len()),
			Err(error) => break error,
		}
	};
	assert!(matches!(error, AuditError::TooDeep { .. }) && error.is_content_fault(), "{error}");
}

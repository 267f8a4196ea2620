// SPDX-License-Identifier: Apache-2.0

use super::{node, sequence};
use crate::{
	AddError, CHUNK_BYTES, DEPTH_MAX, DagError, DiskBlockStore, Files, GetError, LINKS_PER_NODE,
	SourceError,
	dag::{Link, encode_inner_node},
	tests::Neighbours,
};
use cid::Cid;
use r1_core::{BlockCheckError, BlockStore, DAG_PB_CODEC, RAW_CODEC, cid_of, error_chain};
use std::sync::Arc;

/// Made with the npm package `ipfs-unixfs-importer` 17.1.1, over `sequence(length)`:
///
/// ```js
/// importer([{ path: 'x', content }], new MemoryBlockstore(), {
///   cidVersion: 1, rawLeaves: true, reduceSingleLeafToSelf: true,
///   chunker: fixedSize({ chunkSize: 262144 }), layout: balanced({ maxChildrenPerNode: 174 })
/// })
/// ```
///
/// Each line: length in bytes, number of blocks, CID.
const VECTORS: [(usize, usize, &str); 10] = [
	(0, 1, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
	(1, 1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"),
	(CHUNK_BYTES - 1, 1, "bafkreiagptg6ztonoojy4wflk3wwusl5xt4vcy6uult4wa7oemsjtxhjsu"),
	(CHUNK_BYTES, 1, "bafkreibruh455iawsviqslif5c7uurdcfdemh22mtnytyzvnzn75kpejxy"),
	(CHUNK_BYTES + 1, 3, "bafybeiexg2oqkfnj56l7fcmawswqbijt5shq4b5rg6a546uwpkqqzwjioi"),
	(2 * CHUNK_BYTES, 3, "bafybeihjlsmgtdumwxouubhh32wpo5k73zuptoz5bcxxcx3tflxmhyct2a"),
	(1_000_000, 5, "bafybeibx62obrkybp46hx3ivh53q4rnptgkunpgtwiib5lfelfgt2ekihm"),
	(174 * CHUNK_BYTES, 175, "bafybeihpe5snhzneq7xs53nivmsopto5lrogo3wjynauqylqeym5a3irbm"),
	(174 * CHUNK_BYTES + 1, 178, "bafybeib4y7ghw2rq7bracc4xwtxrbzo7cfvagdpte2tmrkgwl6dyard3cm"),
	(176 * CHUNK_BYTES + 5, 180, "bafybeihsau5zlya5hhipoabqbefnppbk2yyrpkwhu3sfmzqs7oknefn2bu"),
];

#[tokio::test]
async fn add_should_give_the_cid_of_ipfs_tools_and_get_the_same_bytes() {
	for (length, blocks, cid) in VECTORS {
		let node = node();
		let content = sequence(length);
		let added = node.files.add(content.as_slice()).await.unwrap();
		assert_eq!(added.cid.to_string(), cid, "{length} bytes");
		assert_eq!((added.bytes, node.store.len()), (length as u64, blocks), "{length} bytes");
		assert!(node.neighbours.announced().contains(&added.cid));
		let read = node.files.get(&added.cid, u64::MAX).await.unwrap();
		assert!(read == content, "{length} bytes come back");
	}
}

#[tokio::test]
async fn get_should_fetch_from_neighbours_what_is_missing_and_keep_it() {
	let other = node();
	let content = sequence(3 * CHUNK_BYTES);
	let root = other.files.add(content.as_slice()).await.unwrap().cid;

	let node = node();
	let missing = node.files.get(&root, u64::MAX).await.unwrap_err();
	assert!(missing.is_transient());
	assert_eq!(missing.to_string(), format!("no node sent block {root} in time"));

	for cid in other.neighbours.announced() {
		node.neighbours.answer(cid, other.store.get(&cid).unwrap().unwrap());
	}
	assert!(node.files.get(&root, u64::MAX).await.unwrap() == content);
	assert_eq!(node.store.len(), 4);
}

#[tokio::test]
async fn get_should_refuse_wrong_bytes_of_a_neighbour_and_name_the_block() {
	let node = node();
	let right = b"right".to_vec();
	let cid = cid_of(RAW_CODEC, &right);
	for wrong in [b"wrong".to_vec(), b"righ".to_vec(), b"right!".to_vec(), Vec::new()] {
		node.neighbours.answer(cid, wrong);
		let error = node.files.get(&cid, 100).await.unwrap_err();
		assert_eq!(error_chain(&error), format!("block {cid} does not match its CID"));
		assert!(node.store.is_empty());
	}
	node.neighbours.answer(cid, right.clone());
	assert_eq!(node.files.get(&cid, 100).await.unwrap(), right);
}

#[tokio::test]
async fn get_should_refuse_a_cycle_because_no_block_can_hold_its_own_hash() {
	let node = node();
	// A node that claims to be its own child would have to be sent under a CID it cannot have.
	let claimed = cid_of(DAG_PB_CODEC, b"claimed");
	let cycle = encode_inner_node(&[Link { cid: claimed, file_bytes: 1, dag_bytes: 1 }]);
	node.neighbours.answer(claimed, cycle.clone());
	let entry = node.keep(DAG_PB_CODEC, cycle);
	let error = node.files.get(&entry, 100).await.unwrap_err();
	assert_eq!(error_chain(&error), format!("block {claimed} does not match its CID"));
}

#[tokio::test]
async fn get_should_refuse_a_dag_that_is_too_deep() {
	let node = node();
	let mut cid = node.keep(RAW_CODEC, vec![7]);
	let mut roots = vec![cid];
	for _ in 0..=DEPTH_MAX {
		cid = node
			.keep(DAG_PB_CODEC, encode_inner_node(&[Link { cid, file_bytes: 1, dag_bytes: 1 }]));
		roots.push(cid);
	}
	assert_eq!(node.files.get(&roots[DEPTH_MAX], 100).await.unwrap(), [7]);
	// From one node higher, the reader stops at the last inner node.
	let error = node.files.get(&roots[DEPTH_MAX + 1], 100).await.unwrap_err();
	assert!(matches!(error, GetError::TooDeep { cid } if cid == roots[1]), "{error}");
	assert!(error.is_content_fault());
}

#[tokio::test]
async fn get_should_refuse_a_child_that_is_not_as_long_as_its_parent_says() {
	let node = node();
	let child = node.keep(RAW_CODEC, vec![7; 10]);
	for claimed in [1, 9, 11] {
		let link = Link { cid: child, file_bytes: claimed, dag_bytes: claimed };
		let root = node.keep(DAG_PB_CODEC, encode_inner_node(&[link]));
		let error = node.files.get(&root, 100).await.unwrap_err();
		assert!(
			matches!(error, GetError::SizeMismatch { cid, expected }
				if cid == child && expected == claimed),
			"{error}"
		);
	}
}

#[tokio::test]
async fn get_should_refuse_what_is_too_large_before_it_reads_children() {
	let node = node();
	// The child is nowhere: only the root may be read.
	let child = cid_of(RAW_CODEC, b"nowhere");
	let link = Link { cid: child, file_bytes: 1 << 50, dag_bytes: 1 };
	let root = node.keep(DAG_PB_CODEC, encode_inner_node(&[link]));
	let error = node.files.get(&root, u64::MAX).await.unwrap_err();
	assert!(matches!(error, GetError::TooLarge { bytes, .. } if bytes == 1 << 50), "{error}");

	let small = node.files.add([1, 2, 3].as_slice()).await.unwrap().cid;
	assert!(matches!(
		node.files.get(&small, 2).await.unwrap_err(),
		GetError::TooLarge { bytes: 3, bytes_max: 2, .. }
	));
}

#[tokio::test]
async fn get_should_name_the_block_that_is_no_file() {
	let node = node();
	let garbage = node.keep(DAG_PB_CODEC, vec![0xff; 9]);
	let error = node.files.get(&garbage, 100).await.unwrap_err();
	assert_eq!(
		error_chain(&error),
		format!("block {garbage} is not part of a file: message ends inside a field")
	);

	let cbor = node.keep(0x71, vec![0xa0]);
	let error = node.files.get(&cbor, 100).await.unwrap_err();
	assert_eq!(error.to_string(), format!("block {cbor} has the unsupported codec 0x71"));

	// The empty directory, whose CID every IPFS tool knows.
	let directory = node.keep(DAG_PB_CODEC, vec![0x0a, 0x02, 0x08, 0x01]);
	assert_eq!(
		directory,
		"bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
			.parse::<Cid>()
			.unwrap()
	);
	assert!(matches!(
		node.files.get(&directory, 100).await.unwrap_err(),
		GetError::Malformed { source: DagError::NotAFile { kind: 1 }, .. }
	));
}

#[tokio::test]
async fn get_should_read_a_dag_pb_leaf_of_older_tools() {
	let node = node();
	// What `ipfs add` made before raw leaves: "hello world" and a line end, CID version 0.
	let block = b"\x0a\x12\x08\x02\x12\x0chello world\n\x18\x0c".to_vec();
	let cid: Cid = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o".parse().unwrap();
	node.neighbours.answer(cid, block);
	assert_eq!(node.files.get(&cid, 100).await.unwrap(), b"hello world\n");
}

#[tokio::test]
async fn get_should_refuse_a_hash_that_it_cannot_check() {
	use multihash_codetable::{Code, MultihashDigest};
	let node = node();
	let cid = Cid::new_v1(RAW_CODEC, Code::Sha2_512.digest(b"x"));
	node.neighbours.answer(cid, b"x".to_vec());
	assert!(matches!(
		node.files.get(&cid, 100).await.unwrap_err(),
		GetError::Source(SourceError::Unsupported(BlockCheckError::UnsupportedHash { .. }))
	));
}

#[tokio::test]
async fn add_should_refuse_a_file_beyond_the_limit() {
	let node = node();
	let files = node.files.clone().with_file_bytes_max(CHUNK_BYTES as u64 + 1);
	assert!(files.add(sequence(CHUNK_BYTES + 1).as_slice()).await.is_ok());
	assert!(matches!(
		files.add(sequence(CHUNK_BYTES + 2).as_slice()).await,
		Err(AddError::TooLarge { bytes_max }) if bytes_max == CHUNK_BYTES as u64 + 1
	));
	const { assert!(LINKS_PER_NODE == 174, "the width is part of every CID") };
}

#[tokio::test]
async fn get_should_heal_a_damaged_file_from_the_mesh_or_say_what_is_missing() {
	let directory = tempfile::tempdir().unwrap();
	let store = Arc::new(DiskBlockStore::open(directory.path(), 1 << 20).unwrap());
	let neighbours = Arc::new(Neighbours::default());
	let files = Files::new(store.clone(), neighbours.clone());
	let cid = files.add(b"precious".as_slice()).await.unwrap().cid;
	let name = cid.to_string();
	let path = directory.path().join("blocks").join(&name[name.len() - 2..]).join(&name);

	for damage in [b"previous".as_slice(), b"prec", b""] {
		std::fs::write(&path, damage).unwrap();
		let error = files.get(&cid, 100).await.unwrap_err();
		assert!(error.is_transient(), "{error}");
		assert_eq!(
			error_chain(&error),
			format!(
				"the copy kept here is damaged, as block {cid} does not match its CID: \
				 no node sent block {cid} in time"
			)
		);

		std::fs::write(&path, damage).unwrap();
		neighbours.answer(cid, b"precious".as_slice());
		assert_eq!(files.get(&cid, 100).await.unwrap(), b"precious");
		assert_eq!(std::fs::read(&path).unwrap(), b"precious");
		neighbours.blocks.lock().unwrap().clear();
	}
}

// SPDX-License-Identifier: Apache-2.0

//! CIDs by BLAKE3, beside those that another implementation computed.

use super::{
	Generated,
	groups::{Case, cids_below},
	large_node,
};
use crate::{Audit, Audited, Chunker, Files, GetError, Listed, SourceError};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockCheckError, BlockStore as _, ContentHash, RAW_CODEC};
use serde_json::Value;

const FIXTURES: &str = include_str!("../../fixtures/blake3.json");
const CAR: &[u8] = include_bytes!("../../fixtures/blake3.car");

fn blake3(files: &Files) -> Files {
	files.clone().with_hash(ContentHash::Blake3)
}

#[tokio::test]
async fn add_should_give_the_cids_that_another_make_gives() {
	let fixtures: Value = serde_json::from_str(FIXTURES).unwrap();
	let (strange, many) = Case::all(FIXTURES);
	let mut files_seen = 0;
	for case in fixtures["cases"].as_array().unwrap() {
		let node = large_node();
		let chunk_bytes = case["chunk_bytes"].as_u64().unwrap() as usize;
		let files = blake3(&node.files).with_chunker(Chunker::size(chunk_bytes).unwrap());
		let added = match case["files"].as_array().map(Vec::as_slice) {
			Some([file]) if file["path"] == "" => {
				files_seen += 1;
				files.add(Generated::new(file["length"].as_u64().unwrap())).await.unwrap()
			},
			list => {
				let folder = tempfile::tempdir().unwrap();
				for file in list.unwrap_or_default() {
					let path = folder.path().join(file["path"].as_str().unwrap());
					match file["length"].as_u64() {
						Some(length) => super::groups::write(&path, length),
						None => std::fs::create_dir_all(path).unwrap(),
					}
				}
				let case = many.iter().find(|many| case["cid"] == many.cid);
				case.into_iter().for_each(|case| case.write(&strange, folder.path()));
				files.add_tree(folder.path()).await.unwrap()
			},
		};
		assert_eq!(added.cid.to_string(), case["cid"], "{case}");
		for cid in cids_below(&node, added.cid) {
			assert_eq!(cid.hash().code(), ContentHash::Blake3.code(), "{cid}");
		}
	}
	assert!(7 <= files_seen && many.len() == 1);
}

#[tokio::test]
async fn car_of_another_make_should_be_imported_and_come_out_again() {
	let node = large_node();
	let imported = node.files.import_car(CAR).await.unwrap();
	let root = imported.roots[0];
	let cid = node.files.resolve(&root, "a/größe").await.unwrap();
	assert_eq!(node.files.get(&cid, 3_000).await.unwrap(), super::content(0..3_000));
	let mut car = Vec::new();
	let exported = node.files.export_car(&root, &mut car).await.unwrap();
	assert_eq!(exported.blocks, imported.blocks);
	assert_eq!(large_node().files.import_car(car.as_slice()).await.unwrap(), imported);
	// A byte of a leaf, far behind all CIDs.
	let mut changed = CAR.to_vec();
	let last = changed.len() - 40;
	changed[last] ^= 1;
	large_node().files.import_car(changed.as_slice()).await.unwrap_err();
}

#[tokio::test]
async fn what_comes_from_others_should_be_checked_by_the_hash_of_its_cid() {
	let node = large_node();
	let right = ContentHash::Blake3.cid_of(RAW_CODEC, b"right");
	node.neighbours.answer(right, b"right".as_slice());
	assert_eq!(node.files.get(&right, 10).await.unwrap(), b"right");
	assert_eq!(node.files.list(&right).await.unwrap(), Listed::File);

	let wrong = ContentHash::Blake3.cid_of(RAW_CODEC, b"other");
	node.neighbours.answer(wrong, b"wrong".as_slice());
	let error = node.files.get(&wrong, 10).await.unwrap_err();
	let is_mismatch = matches!(
		&error,
		GetError::Source(SourceError::Store(r1_core::BlockStoreError::Check(
			BlockCheckError::Mismatch { .. }
		)))
	);
	assert!(is_mismatch, "{error}");
	// A digest that was cut is easier to hit, and so matches nothing.
	let digest = right.hash().digest();
	let cut = cid::multihash::Multihash::wrap(ContentHash::Blake3.code(), &digest[..20]).unwrap();
	let cut = Cid::new_v1(RAW_CODEC, cut);
	assert!(node.store.put(&cut, Bytes::from_static(b"right")).is_err());
}

#[tokio::test]
async fn both_hashes_should_live_beside_each_other() {
	let node = large_node();
	let one = node.files.add(Generated::new(1 << 20)).await.unwrap();
	let other = blake3(&node.files).add(Generated::new(1 << 20)).await.unwrap();
	assert_ne!(one.cid, other.cid);
	assert_eq!((one.bytes, one.dag_bytes), (other.bytes, other.dag_bytes));
	for cid in [one.cid, other.cid] {
		assert_eq!(node.files.get(&cid, 1 << 20).await.unwrap(), super::content(0..1 << 20));
		let mut audit = Audit::new(cid, [3; 32]);
		loop {
			let block = node.store.get(audit.wanted()).unwrap().unwrap();
			match audit.take(&block).unwrap() {
				Audited::Next(next) => audit = next,
				Audited::Passed => break,
			}
		}
	}
	for text in ["sha2-256", "blake3"] {
		assert_eq!(text.parse::<ContentHash>().unwrap().to_string(), text);
	}
	assert!("sha1".parse::<ContentHash>().is_err());
}

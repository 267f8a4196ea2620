// SPDX-License-Identifier: Apache-2.0

//! CIDs beside those that Helia computed: `npm ci && npm run fixtures` in `tests/ipfs` makes them.

use super::{Generated, node};
use crate::{Chunker, Listed};
use serde_json::Value;
use std::{fs, path::Path};

const FIXTURES: &str = include_str!("../../fixtures/cids.json");

/// Files of this size and more are not written to a disk in between.
const IN_MEMORY_BYTES: u64 = 1 << 20;

#[tokio::test]
async fn add_should_give_the_cids_that_helia_gives() {
	let cases: Vec<Value> = serde_json::from_str(FIXTURES).unwrap();
	assert!(25 <= cases.len(), "only {} cases", cases.len());
	for case in &cases {
		let chunk_bytes = case["chunk_bytes"].as_u64().unwrap() as usize;
		let node = node();
		let files = node.files.clone().with_chunker(Chunker::size(chunk_bytes).unwrap());
		let list = case["files"].as_array().unwrap();
		let added = match list.as_slice() {
			[file] if file["path"] == "" => {
				let length = file["length"].as_u64().unwrap();
				let added = files.add(Generated::new(length)).await.unwrap();
				assert_eq!(added.bytes, length);
				added
			},
			list => {
				let folder = tempfile::tempdir().unwrap();
				list.iter().for_each(|file| write(folder.path(), file));
				let added = files.add_tree(folder.path()).await.unwrap();
				let again = folder.path().join("again");
				files.save(&added.cid, &again).await.unwrap();
				assert_eq!(files.add_tree(&again).await.unwrap(), added, "it comes back");
				added
			},
		};
		let shown = list.first().map(ToString::to_string);
		assert_eq!(added.cid.to_string(), case["cid"], "{shown:?} and {} in all", list.len());
	}
}

fn write(folder: &Path, file: &Value) {
	let path = folder.join(file["path"].as_str().unwrap());
	let Some(length) = file["length"].as_u64() else {
		fs::create_dir_all(path).unwrap();
		return;
	};
	assert!(length <= IN_MEMORY_BYTES);
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	fs::write(path, super::content(0..length)).unwrap();
}

#[tokio::test]
async fn list_should_tell_names_as_they_were_given() {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	let names = ["with space", "größe", "ライブラリ", "\u{10ffff}", "new\nline", "..."];
	for name in names {
		fs::write(folder.path().join(name), name).unwrap();
	}
	let root = node.files.add_tree(folder.path()).await.unwrap().cid;
	let Listed::Directory(entries) = node.files.list(&root).await.unwrap() else {
		panic!("{root} is no directory");
	};
	let mut expected = names.to_vec();
	expected.sort_unstable();
	assert!(entries.iter().map(|entry| entry.name.as_str()).eq(expected));
	for name in names {
		let cid = node.files.resolve(&root, name).await.unwrap();
		assert_eq!(node.files.get(&cid, 100).await.unwrap(), name.as_bytes());
	}
}

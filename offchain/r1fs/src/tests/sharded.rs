// SPDX-License-Identifier: Apache-2.0

//! Directories that are too large for one block.

use super::{Node, groups::Case, large_node};
use crate::{
	AddTreeError, DagError, DirectoryError, Files, Listed, SHARD_DEPTH_MAX, hamt::hash_name,
};
use cid::Cid;
use r1_core::{BlockStore as _, DAG_PB_CODEC, RAW_CODEC, protobuf::Writer};
use std::fs;

const FIXTURES: &str = include_str!("../../fixtures/sharded.json");

/// Names in a directory of one block, or in one part.
const NAMES: [(&str, u64); 9] = [
	("", 0),
	("a", 0x8555_5565_f659_7889),
	("file-1", 0x4552_5488_dae6_63b0),
	("größe", 0x96d9_0e02_d7ac_c211),
	("0123456789abcdef", 0x4be0_6d94_cf4a_d1a7),
	("0123456789abcdefg", 0x8e32_612d_aa45_f9de),
	("ライブラリ 0123456789abcdefghijklmnop", 0xf3b9_7ee5_3d3e_0801),
	// The hash is no secret, so anybody can find two names of one.
	("these two collidQv1qlrEC5ygc4MuC", 0xb2c6_295b_87e5_f1ff),
	("though they diff[gzOA_WKkC P3^pu", 0xb2c6_295b_87e5_f1ff),
];

#[test]
fn hash_name_should_be_what_helia_computes() {
	for (name, hash) in NAMES {
		assert_eq!(hash_name(name), hash, "{name}");
	}
}

#[tokio::test]
async fn large_directories_should_have_the_cids_that_helia_gives() {
	let (strange, cases) = Case::all(FIXTURES);
	assert!(15 <= cases.len(), "only {} cases", cases.len());
	// Files by the ten thousand take minutes on a busy disk.
	let is_slow = std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
	let entries_max = if is_slow { u64::MAX } else { 6_000 };
	for case in cases.iter().filter(|case| case.entries() <= entries_max) {
		let folder = tempfile::tempdir().unwrap();
		case.write(&strange, folder.path());
		let node = large_node();
		let added = node.files.add_tree(folder.path()).await.unwrap();
		assert_eq!(added.cid.to_string(), case.cid, "{case:?}");
	}
}

/// A directory of files, some of them in parts of parts.
async fn large(files: &Files, count: u32) -> Cid {
	let folder = tempfile::tempdir().unwrap();
	fs::create_dir(folder.path().join("below")).unwrap();
	for number in 0..count {
		let text = number.to_string();
		fs::write(folder.path().join(format!("file-{number}")), &text).unwrap();
		fs::write(folder.path().join(format!("below/größe {number}")), &text).unwrap();
	}
	files.add_tree(folder.path()).await.unwrap().cid
}

#[tokio::test]
async fn large_directories_should_be_listed_found_in_saved_and_moved() {
	let node = large_node();
	let root = large(&node.files, 7_000).await;
	let Listed::Directory(entries) = node.files.list(&root).await.unwrap() else {
		panic!("{root} is no directory");
	};
	assert_eq!(entries.len(), 7_001);
	assert!(entries.is_sorted_by(|one, next| one.name < next.name));
	for number in [0, 1, 4_095, 6_999] {
		for path in [format!("file-{number}"), format!("below/größe {number}")] {
			let cid = node.files.resolve(&root, &path).await.unwrap();
			assert_eq!(node.files.get(&cid, 10).await.unwrap(), number.to_string().as_bytes());
		}
	}
	for path in ["file-7000", "below/file-1", "00", "below/größe 7000"] {
		let error = node.files.resolve(&root, path).await.unwrap_err();
		assert!(matches!(error, DirectoryError::NotFound { .. }), "{error}");
	}

	let folder = tempfile::tempdir().unwrap();
	let copy = folder.path().join("copy");
	node.files.save(&root, &copy).await.unwrap();
	assert_eq!(large_node().files.add_tree(&copy).await.unwrap().cid, root, "it comes back");

	let mut car = Vec::new();
	let exported = node.files.export_car(&root, &mut car).await.unwrap();
	let other = large_node();
	let imported = other.files.import_car(car.as_slice()).await.unwrap();
	assert_eq!((imported.roots, imported.blocks), (vec![root], exported.blocks));
	assert_eq!(other.files.list(&root).await.unwrap(), Listed::Directory(entries));
}

#[tokio::test]
async fn resolve_should_fetch_the_parts_on_its_way_alone() {
	let far = large_node();
	let root = large(&far.files, 7_000).await;
	let near = large_node();
	let mut blocks = Vec::new();
	far.files.export_car(&root, &mut blocks).await.unwrap();
	let all = large_node();
	all.files.import_car(blocks.as_slice()).await.unwrap();
	for cid in super::groups::cids_below(&all, root) {
		near.neighbours.answer(cid, all.store.get(&cid).unwrap().unwrap());
	}
	near.files.resolve(&root, "below/größe 4711").await.unwrap();
	assert!(near.store.len() <= 2 * 4, "{} blocks for two names", near.store.len());
	near.files.list(&root).await.unwrap();
	let parts = near.store.len();
	assert!((256..1_000).contains(&parts), "{parts} parts, and no leaf");
}

#[tokio::test]
async fn names_of_one_hash_should_be_refused_where_they_meet_in_a_large_directory() {
	let node = large_node();
	let folder = tempfile::tempdir().unwrap();
	for (name, _) in &NAMES[7..] {
		fs::write(folder.path().join(name), name).unwrap();
	}
	node.files.add_tree(folder.path()).await.unwrap();
	for number in 0..7_000 {
		fs::write(folder.path().join(format!("file-{number}")), "").unwrap();
	}
	let error = node.files.add_tree(folder.path()).await.unwrap_err();
	assert!(matches!(error, AddTreeError::NamesCollide { .. }), "{error}");
	fs::remove_file(folder.path().join(NAMES[7].0)).unwrap();
	node.files.add_tree(folder.path()).await.unwrap();
}

// # What strangers made

/// A part with these links, whatever their names are.
fn part(node: &Node, fanout: u64, hash: u64, links: &[(&str, Cid)]) -> Cid {
	let mut unixfs = Writer::new();
	unixfs.varint(1, 5).bytes(2, &[0]).varint(5, hash).varint(6, fanout);
	let mut writer = Writer::new();
	for (name, cid) in links {
		let mut link = Writer::new();
		link.bytes(1, &cid.to_bytes()).bytes(2, name.as_bytes()).varint(3, 1);
		writer.bytes(2, &link.finish());
	}
	writer.bytes(1, &unixfs.finish());
	node.keep(DAG_PB_CODEC, writer.finish())
}

#[tokio::test]
async fn parts_of_other_tools_should_be_read_whatever_their_fanout() {
	let node = large_node();
	let leaf = node.keep(RAW_CODEC, vec![7]);
	// The first four digits of `a` are 8555, and of `file-1` 4552.
	for (fanout, a, file) in
		[(256, "85", "45"), (16, "8", "4"), (1_024, "215", "115"), (2, "1", "0")]
	{
		let links = [(format!("{a}a"), leaf), (format!("{file}file-1"), leaf)];
		let links: Vec<_> = links.iter().map(|(name, cid)| (name.as_str(), *cid)).collect();
		let root = part(&node, fanout, 0x22, &links);
		let Listed::Directory(entries) = node.files.list(&root).await.unwrap() else {
			panic!("a spread directory is one");
		};
		assert_eq!(entries.iter().map(|entry| &*entry.name).collect::<Vec<_>>(), ["a", "file-1"]);
		assert_eq!(node.files.resolve(&root, "a").await.unwrap(), leaf);
	}
	let below = part(&node, 256, 0x22, &[("55a", leaf)]);
	let root = part(&node, 256, 0x22, &[("85", below), ("45file-1", leaf)]);
	assert_eq!(node.files.resolve(&root, "a").await.unwrap(), leaf);
	assert!(
		matches!(node.files.list(&root).await, Ok(Listed::Directory(entries)) if entries.len() == 2)
	);
	let empty = part(&node, 256, 0x22, &[]);
	assert_eq!(node.files.list(&empty).await.unwrap(), Listed::Directory(Vec::new()));
}

#[tokio::test]
async fn hostile_parts_should_be_refused_within_limits() {
	let node = large_node();
	let leaf = node.keep(RAW_CODEC, vec![7]);
	let fine = part(&node, 256, 0x22, &[("55a", leaf)]);
	let plain = node.keep(DAG_PB_CODEC, {
		let mut directory = Writer::new();
		directory.bytes(1, &[0x08, 0x01]);
		directory.finish()
	});
	for links in [
		// Too few digits, others than capitals, and none.
		&[("8", leaf)][..],
		&[("", leaf)],
		&[("8ßa", leaf)],
		&[("+5a", leaf)],
		&[("zza", leaf)],
		// Where no hash leads to, itself or the one above; and twice.
		&[("86a", leaf)],
		&[("86", fine)],
		&[("85a", leaf), ("85a", leaf)],
		&[("85a", leaf), ("85", fine)],
		// A part that is none.
		&[("85", leaf)],
		&[("85", plain)],
	] {
		let root = part(&node, 256, 0x22, links);
		let error = node.files.list(&root).await.unwrap_err();
		let is_shard =
			matches!(error, DirectoryError::Malformed { source: DagError::InvalidShard, .. });
		assert!(is_shard && error.is_content_fault(), "{links:?}: {error}");
		// No name leads anywhere that listing does not show.
		assert!(node.files.resolve(&root, "a").await.is_err(), "{links:?}");
	}
	let root = part(&node, 256, 0x22, &[("85../up", leaf)]);
	let error = node.files.list(&root).await.unwrap_err();
	assert!(matches!(error, DirectoryError::Name { .. }), "{error}");
	for (fanout, hash) in
		[(0, 0x22), (1, 0x22), (3, 0x22), (2_048, 0x22), (u64::MAX, 0x22), (256, 0x12), (256, 0)]
	{
		let root = part(&node, fanout, hash, &[("85a", leaf)]);
		assert!(node.files.list(&root).await.unwrap_err().is_content_fault(), "{fanout} {hash}");
	}

	// Without entries: more parts than any directory has, out of four blocks; and deeper ones.
	let mut wide = part(&node, 1_024, 0x22, &[]);
	let slots: Vec<String> = (0..1_024).map(|slot| format!("{slot:03X}")).collect();
	let mut deep = fine;
	for level in 0..SHARD_DEPTH_MAX {
		if level < 3 {
			let links: Vec<_> = slots.iter().map(|slot| (slot.as_str(), wide)).collect();
			wide = part(&node, 1_024, 0x22, &links);
		}
		deep = part(&node, 256, 0x22, &[("00", deep)]);
	}
	let error = node.files.list(&wide).await.unwrap_err();
	assert!(matches!(error, DirectoryError::TooManyEntries { .. }), "{error}");
	let error = node.files.list(&deep).await.unwrap_err();
	assert!(error.is_content_fault(), "{error}");
}

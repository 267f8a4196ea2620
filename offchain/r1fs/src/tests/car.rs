// SPDX-License-Identifier: Apache-2.0

use super::{Node, content, node};
use crate::{CarError, ExportError, HeaderError, Listed, WalkError, dag::Link, walk::Walk};
use cid::Cid;
use proptest::prelude::*;
use r1_core::{
	BlockStore as _, DAG_PB_CODEC, RAW_CODEC, cid_of, limits::BLOCK_BYTES_MAX, protobuf::put_varint,
};

/// `npm ci && npm run fixtures` in `tests/ipfs` makes it, with `@ipld/car`.
const HELIA: &[u8] = include_bytes!("../../fixtures/helia.car");

/// A section with any CID and block.
fn section(cid: &[u8], block: &[u8]) -> Vec<u8> {
	let mut bytes = Vec::new();
	put_varint(&mut bytes, (cid.len() + block.len()) as u64);
	bytes.extend(cid);
	bytes.extend(block);
	bytes
}

/// The header of a CAR file with these roots.
fn header(roots: &[Cid]) -> Vec<u8> {
	let mut header = vec![0xa2, 0x65];
	header.extend(b"roots");
	header.push(0x80 | roots.len() as u8);
	for root in roots {
		header.extend([0xd8, 42, 0x58, 37, 0]);
		header.extend(root.to_bytes());
	}
	header.push(0x67);
	header.extend(b"version");
	header.push(1);
	section(&[], &header)
}

async fn import(bytes: &[u8]) -> Result<crate::CarImported, CarError> {
	node().files.import_car(bytes).await
}

async fn export(node: &Node, root: &Cid) -> Vec<u8> {
	let mut bytes = Vec::new();
	let exported = node.files.export_car(root, &mut bytes).await.unwrap();
	assert_eq!(exported.bytes, bytes.len() as u64);
	bytes
}

#[tokio::test]
async fn car_of_helia_should_be_imported_and_ours_be_the_same() {
	let node = node();
	let imported = node.files.import_car(HELIA).await.unwrap();
	let [root] = imported.roots[..] else { panic!("{imported:?}") };
	let Listed::Directory(entries) = node.files.list(&root).await.unwrap() else {
		panic!("{root} is no directory");
	};
	assert_eq!(entries.len(), 2);
	let file = node.files.resolve(&root, "a/größe").await.unwrap();
	assert_eq!(node.files.get(&file, u64::MAX).await.unwrap(), content(0..3_000));

	// The order of blocks is free; the header and the blocks are not.
	let ours = export(&node, &root).await;
	assert_eq!(ours.len(), HELIA.len());
	let header = header(&[root]);
	assert!(ours.starts_with(&header) && HELIA.starts_with(&header));
	let again = node.files.import_car(ours.as_slice()).await.unwrap();
	assert_eq!((again.blocks, again.duplicates), (imported.blocks, imported.blocks));
}

#[tokio::test]
async fn car_should_hold_each_block_once_and_bring_all_of_them() {
	let node = node();
	let leaf = node.keep(RAW_CODEC, vec![7; 9]);
	let link = Link { cid: leaf, file_bytes: 9, dag_bytes: 9 };
	let mut root = node.keep(DAG_PB_CODEC, crate::dag::encode_inner_node(&[link; 100]));
	for _ in 0..4 {
		let link = Link { cid: root, file_bytes: 9, dag_bytes: 9 };
		root = node.keep(DAG_PB_CODEC, crate::dag::encode_inner_node(&[link; 100]));
	}
	let car = export(&node, &root).await;
	let other = super::node();
	let imported = other.files.import_car(car.as_slice()).await.unwrap();
	assert_eq!((imported.blocks, imported.duplicates), (6, 0), "10^10 links, 6 blocks");
	assert_eq!((other.store.len(), imported.roots), (6, vec![root]));

	// The same block twice is taken once.
	let twice = [car.clone(), section(&leaf.to_bytes(), &[7; 9])].concat();
	let imported = super::node().files.import_car(twice.as_slice()).await.unwrap();
	assert_eq!((imported.blocks, imported.duplicates), (7, 1));
}

#[tokio::test]
async fn import_should_refuse_what_is_cut_anywhere() {
	assert!(import(HELIA).await.is_ok());
	for length in 0..HELIA.len() {
		let error = import(&HELIA[..length]).await.unwrap_err();
		assert!(error.is_content_fault(), "{length}: {error}");
		assert!(
			matches!(
				error,
				CarError::Truncated | CarError::Header(_) | CarError::Incomplete { .. }
			),
			"{length}: {error}"
		);
	}
}

#[tokio::test]
async fn import_should_name_what_is_wrong() {
	let leaf = cid_of(RAW_CODEC, b"leaf");
	let with = |rest: Vec<u8>| [header(&[leaf]), rest].concat();
	let fine = section(&leaf.to_bytes(), b"leaf");
	assert!(import(&with(fine.clone())).await.is_ok());

	let wrong = import(&with(section(&leaf.to_bytes(), b"loaf"))).await.unwrap_err();
	assert_eq!(wrong.to_string(), format!("block {leaf} does not match its CID"));
	let missing = import(&with(Vec::new())).await.unwrap_err();
	assert!(matches!(missing, CarError::Incomplete { missing, .. } if missing == leaf));
	let empty = import(&with([fine.clone(), vec![0]].concat())).await.unwrap_err();
	assert!(matches!(empty, CarError::MalformedSection), "{empty}");
	let endless = import(&with(vec![0xff; 20])).await.unwrap_err();
	assert!(matches!(endless, CarError::MalformedSection), "{endless}");
	let large = import(&with(vec![0xff, 0xff, 0xff, 0x7f])).await.unwrap_err();
	assert!(matches!(large, CarError::SectionTooLarge { bytes: 0x0fff_ffff, .. }), "{large}");
	let block = vec![7; BLOCK_BYTES_MAX + 1];
	let large = import(&with(section(&leaf.to_bytes(), &block))).await.unwrap_err();
	assert!(matches!(large, CarError::Block(_)), "{large}");
	let no_cid = import(&with(section(&[1, 0x55, 0x12, 0x20], b"short"))).await.unwrap_err();
	assert!(matches!(no_cid, CarError::MalformedSection), "{no_cid}");

	let cbor = cid_of(0x71, &[0xa0]);
	let car = [header(&[cbor]), section(&cbor.to_bytes(), &[0xa0])].concat();
	let unknown = import(&car).await.unwrap_err();
	let expected = WalkError::UnsupportedCodec { cid: cbor, codec: 0x71 };
	assert!(matches!(&unknown, CarError::Walk(error) if *error == expected), "{unknown}");

	let files = node().files.with_file_bytes_max(3);
	let error = files.import_car(with(fine).as_slice()).await.unwrap_err();
	assert!(matches!(error, CarError::TooLarge { bytes_max: 3 }), "{error}");
}

#[tokio::test]
async fn import_should_refuse_headers_that_are_none() {
	let version_2 = [0x0a, 0xa1, 0x67, b'v', b'e', b'r', b's', b'i', b'o', b'n', 0x02];
	let error = import(&version_2).await.unwrap_err();
	assert_eq!(error.to_string(), "this is a CAR file of version 2, and only version 1 is read");
	let many: Vec<Cid> = vec![cid_of(RAW_CODEC, b"leaf"); 23];
	assert!(matches!(import(&header(&many)).await, Err(CarError::Incomplete { .. })));
	let mut too_many = vec![0xa2, 0x65];
	too_many.extend(b"roots");
	too_many.extend([0x9b, 0, 0, 0, 1, 0, 0, 0, 0]);
	let error = import(&section(&[], &too_many)).await.unwrap_err();
	assert!(matches!(error, CarError::Header(HeaderError::TooManyRoots { .. })), "{error}");
	for bytes in [&b""[..], b"\0", b"\x01\xa0", b"\x02\xa2\x65", b"PK\x03\x04zip archive"] {
		let error = import(bytes).await.unwrap_err();
		let is_refused =
			matches!(error, CarError::Header(HeaderError::Malformed) | CarError::Truncated);
		assert!(is_refused, "{bytes:?}: {error}");
	}
	// What a stranger says of the length is not believed.
	let error = import(&[0xff, 0xff, 0xff, 0xff, 0x07]).await.unwrap_err();
	assert!(matches!(error, CarError::SectionTooLarge { .. }), "{error}");
}

#[tokio::test]
async fn export_should_say_what_it_cannot_walk() {
	let node = node();
	let cbor = node.keep(0x71, vec![0xa0]);
	let error = node.files.export_car(&cbor, &mut Vec::new()).await.unwrap_err();
	assert!(matches!(error, ExportError::Walk(WalkError::UnsupportedCodec { .. })), "{error}");
	let missing = cid_of(RAW_CODEC, b"nowhere");
	let error = node.files.export_car(&missing, &mut Vec::new()).await.unwrap_err();
	assert!(matches!(error, ExportError::Source(_)), "{error}");
}

#[test]
fn walk_should_end_after_too_many_blocks() {
	let links: Vec<Link> = (0..10_u8)
		.map(|number| Link { cid: cid_of(RAW_CODEC, &[number]), file_bytes: 1, dag_bytes: 1 })
		.collect();
	let block = crate::dag::encode_inner_node(&links);
	let root = cid_of(DAG_PB_CODEC, &block);
	for (blocks_max, is_enough) in [(11, true), (10, false)] {
		let mut walk = Walk::new(&root).unwrap().with_blocks_max(blocks_max);
		assert_eq!(walk.next(), Some(root));
		assert_eq!(walk.enter(&root, &block).is_ok(), is_enough);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn import_should_end_on_any_change_of_a_file(
		at in 0..HELIA.len(),
		byte in any::<u8>(),
		rest in prop::collection::vec(any::<u8>(), 0..40),
	) {
		let mut bytes = HELIA[..at].to_vec();
		bytes.push(byte);
		bytes.extend(rest);
		let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
		let imported = runtime.block_on(import(&bytes));
		prop_assert!(imported.is_err_and(|error| error.is_content_fault()));
	}
}

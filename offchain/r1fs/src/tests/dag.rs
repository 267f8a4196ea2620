// SPDX-License-Identifier: Apache-2.0

use crate::{
	DagError, LINKS_MAX,
	dag::{Link, decode_file_node, encode_inner_node},
};
use r1_core::{
	RAW_CODEC, cid_of,
	protobuf::{ProtobufError, Writer},
};

fn message(build: impl FnOnce(&mut Writer)) -> Vec<u8> {
	let mut writer = Writer::new();
	build(&mut writer);
	writer.finish()
}

/// A node with the given UnixFS message and this many links to the same leaf.
fn node(unixfs: &[u8], links: usize) -> Vec<u8> {
	let cid = cid_of(RAW_CODEC, b"leaf").to_bytes();
	let link = message(|link| {
		link.bytes(1, &cid);
	});
	message(|node| {
		for _ in 0..links {
			node.bytes(2, &link);
		}
		node.bytes(1, unixfs);
	})
}

#[test]
fn decode_should_read_what_encode_wrote() {
	let links: Vec<Link> = (1..=5_u64)
		.map(|number| Link {
			cid: cid_of(RAW_CODEC, &number.to_le_bytes()),
			file_bytes: number,
			dag_bytes: 2 * number,
		})
		.collect();
	let block = encode_inner_node(&links);
	let node = decode_file_node(&block).unwrap();
	assert_eq!((node.data, node.file_bytes), (&[][..], 15));
	assert!(
		node.children
			.iter()
			.copied()
			.eq(links.iter().map(|link| (link.cid, link.file_bytes)))
	);
}

#[test]
fn decode_should_name_what_is_wrong() {
	let file = |sizes: &[u64], total: u64| {
		message(|unixfs| {
			unixfs.varint(1, 2).varint(3, total);
			for size in sizes {
				unixfs.varint(4, *size);
			}
		})
	};
	let bad_link = message(|node| {
		node.bytes(2, &[0x0a, 0x02, 0x01, 0x55]).bytes(1, &file(&[1], 1));
	});
	let long_link = message(|node| {
		let link = message(|link| {
			link.bytes(1, &[1; 500]);
		});
		node.bytes(2, &link).bytes(1, &file(&[1], 1));
	});
	let twice = message(|node| {
		node.bytes(1, &file(&[], 0)).bytes(1, &file(&[], 0));
	});
	let no_total = message(|unixfs| {
		unixfs.varint(1, 2).varint(4, 3);
	});
	let cases = [
		(vec![], DagError::NotUnixFs),
		(node(&[], 0), DagError::NotUnixFs),
		(vec![0x0a, 0x05, 0x00], DagError::Protobuf(ProtobufError::UnexpectedEnd)),
		(vec![0x08, 0x01], DagError::Protobuf(ProtobufError::UnexpectedType { field: 1 })),
		(node(&[0x08, 0x05], 0), DagError::NotAFile { kind: 5 }),
		(twice, DagError::RepeatedField),
		(bad_link, DagError::InvalidLink),
		(long_link, DagError::InvalidLink),
		(node(&file(&[1, 2], 3), 1), DagError::WrongSizes),
		(node(&file(&[1], 1), 2), DagError::WrongSizes),
		(node(&file(&[1, 2], 4), 2), DagError::WrongSizes),
		(node(&file(&[u64::MAX, 2], 1), 2), DagError::WrongSizes),
		(node(&no_total, 1), DagError::WrongSizes),
		(node(&file(&[0, 3], 3), 2), DagError::EmptyChild),
		(node(&file(&vec![1; LINKS_MAX + 1], 1), 0), DagError::TooManyLinks),
		(node(&file(&[], 0), LINKS_MAX + 1), DagError::TooManyLinks),
	];
	for (position, (block, expected)) in cases.iter().enumerate() {
		assert_eq!(decode_file_node(block).as_ref(), Err(expected), "case {position}");
	}
}

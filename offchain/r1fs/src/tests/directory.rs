// SPDX-License-Identifier: Apache-2.0

//! Directories that strangers made.

use super::{Node, node};
use crate::{
	DIRECTORY_DEPTH_MAX, DagError, DirectoryError, Listed, NameError, SaveError,
	dag::{Link, encode_inner_node},
};
use cid::Cid;
use r1_core::{DAG_PB_CODEC, RAW_CODEC, error_chain, protobuf::Writer};

/// A directory with these entries, whatever their names are.
fn directory(node: &Node, entries: &[(&[u8], Cid)]) -> Cid {
	let mut writer = Writer::new();
	for (name, cid) in entries {
		let mut link = Writer::new();
		link.bytes(1, &cid.to_bytes()).bytes(2, name).varint(3, 1);
		writer.bytes(2, &link.finish());
	}
	writer.bytes(1, &[0x08, 0x01]);
	node.keep(DAG_PB_CODEC, writer.finish())
}

#[tokio::test]
async fn names_that_lead_elsewhere_should_be_refused_and_leave_nothing() {
	let node = node();
	let leaf = node.keep(RAW_CODEC, vec![7]);
	let long = vec![b'n'; 5_000];
	let cases: [(&[u8], &str); 12] = [
		(b"", "a name is empty"),
		(b".", "`.` is no name of an entry"),
		(b"..", "`..` is no name of an entry"),
		(b"../up", "name `../up` holds a slash or a NUL"),
		(b"/etc/passwd", "name `/etc/passwd` holds a slash or a NUL"),
		(b"a/b", "name `a/b` holds a slash or a NUL"),
		(b"a/", "name `a/` holds a slash or a NUL"),
		(b"/", "name `/` holds a slash or a NUL"),
		(b"a\0b", "name `a\\u{0}b` holds a slash or a NUL"),
		(b"\0", "name `\\u{0}` holds a slash or a NUL"),
		(&long, "a name has 5000 bytes, more than 255"),
		(&long[..256], "a name has 256 bytes, more than 255"),
	];
	for (name, expected) in cases {
		let folder = tempfile::tempdir().unwrap();
		for (root, inner) in [
			(directory(&node, &[(name, leaf)]), None),
			(
				directory(&node, &[(b"a", leaf), (b"fine", directory(&node, &[(name, leaf)]))]),
				Some(1),
			),
		] {
			let error = node.files.save(&root, &folder.path().join("out")).await.unwrap_err();
			assert!(error.is_content_fault(), "{error}");
			let chain = error_chain(&error).to_string();
			assert!(chain.ends_with(&format!("has a forbidden name: {expected}")), "{chain}");
			assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{inner:?}");
		}
	}
	let not_text = directory(&node, &[(b"\xff\xfe", leaf)]);
	assert!(matches!(
		node.files.list(&not_text).await,
		Err(DirectoryError::Malformed { source: DagError::NameNotText, .. })
	));
	let twice = directory(&node, &[(b"a", leaf), (b"a", leaf)]);
	let error = node.files.list(&twice).await.unwrap_err();
	assert!(matches!(error, DirectoryError::RepeatedName { .. }), "{error}");
}

#[tokio::test]
async fn resolve_should_follow_names_and_nothing_else() {
	let node = node();
	let leaf = node.keep(RAW_CODEC, vec![7]);
	let inner = directory(&node, &[(b"b.txt", leaf)]);
	let root = directory(&node, &[(b"a", inner), (b"file", leaf)]);
	assert_eq!(node.files.resolve(&root, "a/b.txt").await.unwrap(), leaf);
	assert_eq!(node.files.resolve(&root, "a").await.unwrap(), inner);
	assert_eq!(node.files.resolve(&root, "").await.unwrap(), root);
	assert_eq!(node.files.list(&leaf).await.unwrap(), Listed::File);

	for path in ["/", "/a", "a/", "a//b.txt", "a/../a/b.txt", "..", ".", "a\0b"] {
		let refused = node.files.resolve(&root, path).await;
		assert!(matches!(refused, Err(DirectoryError::Path { .. })), "{path}: {refused:?}");
	}
	let refused = node.files.resolve(&root, &"a/".repeat(3_000)).await.unwrap_err();
	let too_long = NameError::PathTooLong { bytes: 6_000 };
	assert!(matches!(&refused, DirectoryError::Path { source } if *source == too_long));
	let deep = vec!["a"; DIRECTORY_DEPTH_MAX + 1].join("/");
	assert!(matches!(
		node.files.resolve(&root, &deep).await,
		Err(DirectoryError::Path { source: NameError::PathTooDeep { names: 65 } })
	));
	let error = node.files.resolve(&root, "a/c.txt").await.unwrap_err();
	assert_eq!(error.to_string(), format!("directory {inner} has no entry `c.txt`"));
	let error = node.files.resolve(&root, "file/c.txt").await.unwrap_err();
	assert_eq!(error.to_string(), format!("{leaf} is a file, and has no entries"));
}

#[tokio::test]
async fn save_should_refuse_what_a_small_dag_would_make_of_a_disk() {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	let out = folder.path().join("out");
	// Ten entries, each with ten entries, and so on: 10^60 files out of 60 blocks.
	let mut wide = node.keep(RAW_CODEC, vec![7]);
	let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
	for _ in 0..60 {
		let entries: Vec<_> = names.iter().map(|name| (name.as_bytes(), wide)).collect();
		wide = directory(&node, &entries);
	}
	let files = node.files.clone().with_tree_entries_max(2_000);
	let error = files.save(&wide, &out).await.unwrap_err();
	assert!(matches!(error, SaveError::TooManyEntries { entries_max: 2_000, .. }), "{error}");
	assert!(error.is_content_fault());

	let mut deep = node.keep(RAW_CODEC, vec![7]);
	let mut roots = vec![deep];
	for _ in 0..DIRECTORY_DEPTH_MAX + 2 {
		deep = directory(&node, &[(b"d", deep)]);
		roots.push(deep);
	}
	let error = node.files.save(&deep, &out).await.unwrap_err();
	assert!(matches!(error, SaveError::TooDeep { .. }), "{error}");
	node.files
		.save(&roots[DIRECTORY_DEPTH_MAX + 1], &folder.path().join("fits"))
		.await
		.unwrap();

	// A gigabyte out of one leaf, if each of the links to it counted as nothing.
	let leaf = node.keep(RAW_CODEC, vec![7; 1 << 20]);
	let link = Link { cid: leaf, file_bytes: 1 << 20, dag_bytes: 1 << 20 };
	let file = node.keep(DAG_PB_CODEC, encode_inner_node(&[link; 16]));
	let entries: Vec<_> = names.iter().map(|name| (name.as_bytes(), file)).collect();
	let root = directory(&node, &entries);
	let files = node.files.clone().with_file_bytes_max(40 << 20);
	let error = files.save(&root, &out).await.unwrap_err();
	assert!(error.to_string().ends_with("more than 8388608"), "{error}");
	assert!(!out.exists());
	assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing but `fits`");
}

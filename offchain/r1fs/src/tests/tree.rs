// SPDX-License-Identifier: Apache-2.0

use super::node;
use crate::{AddTreeError, DIRECTORY_DEPTH_MAX, SaveError};
use r1_core::{BlockStore as _, error_chain};
use std::fs;

#[tokio::test]
async fn save_should_not_touch_what_is_there() {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	let cid = node.files.add(b"new".as_slice()).await.unwrap().cid;
	let path = folder.path().join("file");
	fs::write(&path, "old").unwrap();
	let error = node.files.save(&cid, &path).await.unwrap_err();
	assert!(matches!(error, SaveError::Exists { .. }), "{error}");
	assert_eq!(fs::read(&path).unwrap(), b"old");
	fs::remove_file(&path).unwrap();
	assert_eq!(node.files.save(&cid, &path).await.unwrap(), 3);
	assert_eq!(fs::read(&path).unwrap(), b"new");
	assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[cfg(unix)]
#[tokio::test]
async fn add_tree_should_refuse_links_and_devices_and_names_that_are_no_text() {
	use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, os::unix::net::UnixListener};
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	let add = |name: &'static str| {
		let (files, path) = (node.files.clone(), folder.path().join(name));
		async move { files.add_tree(&path).await.unwrap_err() }
	};
	for name in ["link", "socket", "bytes", "deep"] {
		fs::create_dir(folder.path().join(name)).unwrap();
	}
	std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link/passwd")).unwrap();
	let error = add("link").await;
	assert!(matches!(error, AddTreeError::NeitherFileNorDirectory { .. }), "{error}");
	let _socket = UnixListener::bind(folder.path().join("socket/socket")).unwrap();
	let error = add("socket").await;
	assert!(matches!(error, AddTreeError::NeitherFileNorDirectory { .. }), "{error}");
	fs::write(folder.path().join("bytes").join(OsStr::from_bytes(b"\xff")), "x").unwrap();
	let error = add("bytes").await;
	assert!(error_chain(&error).to_string().ends_with("a name is not UTF-8"), "{error}");
	let deep = vec!["d"; DIRECTORY_DEPTH_MAX + 1].join("/");
	fs::create_dir_all(folder.path().join("deep").join(deep)).unwrap();
	let error = add("deep").await;
	assert!(matches!(error, AddTreeError::TooDeep { .. }), "{error}");
	let error = add("nowhere").await;
	assert!(matches!(error, AddTreeError::Disk { action: "look at", .. }), "{error}");
}

#[tokio::test]
async fn add_tree_should_refuse_too_many_entries_and_a_directory_that_is_no_block() {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	// 8 000 names of 255 bytes take more than 2 MiB.
	for number in 0..8_000 {
		fs::write(folder.path().join(format!("{number:0>255}")), "").unwrap();
	}
	let error = node.files.add_tree(folder.path()).await.unwrap_err();
	assert!(matches!(error, AddTreeError::DirectoryTooLarge { .. }), "{error}");
	assert_eq!(node.store.len(), 1, "nothing but the empty file");
	let files = node.files.clone().with_tree_entries_max(7_999);
	let error = files.add_tree(folder.path()).await.unwrap_err();
	assert!(matches!(error, AddTreeError::TooManyEntries { entries_max: 7_999 }), "{error}");
}

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
async fn add_tree_should_refuse_too_many_entries() {
	let node = node();
	let folder = tempfile::tempdir().unwrap();
	for number in 0..1_000 {
		fs::write(folder.path().join(number.to_string()), "").unwrap();
	}
	let files = node.files.clone().with_tree_entries_max(999);
	let error = files.add_tree(folder.path()).await.unwrap_err();
	assert!(matches!(error, AddTreeError::TooManyEntries { entries_max: 999 }), "{error}");
	assert!(node.store.is_empty(), "nothing was read before all was counted");
}

/// What a server runs on several threads must be able to move between them.
#[tokio::test]
async fn futures_should_be_sent_between_threads() {
	fn is_send(_: &impl Send) {}
	let node = node();
	let (files, path) = (node.files.clone(), std::path::Path::new("nowhere"));
	let cid = r1_core::cid_of(r1_core::RAW_CODEC, b"nowhere");
	let recipients = crate::Recipients::passphrase("x".to_owned());
	let keys = crate::OpeningKeys::passphrase("x".to_owned());
	let sealed_as = crate::SealedAs { name: "x".to_owned(), media_type: String::new() };
	let pin_as = super::pins::pin_as("x");
	let (mut first, mut second) = (Vec::new(), Vec::new());
	is_send(&files.add(b"".as_slice()));
	is_send(&files.add_tree(path));
	is_send(&files.add_sealed(sealed_as, &recipients, b"".as_slice()));
	is_send(&files.get(&cid, 1));
	is_send(&files.write_to(&cid, &mut first));
	is_send(&files.save(&cid, path));
	is_send(&files.list(&cid));
	is_send(&files.resolve(&cid, "a"));
	is_send(&files.export_car(&cid, &mut second));
	is_send(&files.import_car(b"".as_slice()));
	is_send(&files.pin(&cid, &pin_as));
	is_send(&async {
		let opened = files.open_sealed(&cid, &keys).await?;
		opened.write_range_to(0..1, &mut Vec::new()).await?;
		opened.save(path).await
	});
	is_send(&async { files.reader(&cid).await?.next_piece().await });
	is_send(&files.reader(&cid).await.map(crate::FileReader::into_stream));
	assert!(node.store.is_empty(), "nothing was awaited but the reader");
}

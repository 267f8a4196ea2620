// SPDX-License-Identifier: Apache-2.0

use crate::DiskBlockStore;
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore, BlockStoreError, RAW_CODEC, cid_of};
use std::{
	fs,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

fn store(bytes_max: u64) -> (TempDir, DiskBlockStore) {
	let directory = tempfile::tempdir().unwrap();
	let store = DiskBlockStore::open(directory.path(), bytes_max).unwrap();
	(directory, store)
}

fn put(store: &DiskBlockStore, block: &'static [u8]) -> Result<Cid, BlockStoreError> {
	let cid = cid_of(RAW_CODEC, block);
	store.put(&cid, Bytes::from_static(block)).map(|()| cid)
}

fn path_of(root: &Path, cid: &Cid) -> PathBuf {
	let name = cid.to_string();
	root.join("blocks").join(&name[name.len() - 2..]).join(name)
}

#[test]
fn blocks_should_survive_a_restart() {
	let (directory, first) = store(100);
	let cid = put(&first, b"kept").unwrap();
	drop(first);

	let second = DiskBlockStore::open(directory.path(), 100).unwrap();
	assert_eq!(second.get(&cid).unwrap().as_deref(), Some(b"kept".as_slice()));
	assert_eq!((second.len(), second.bytes()), (1, 4));
	assert_eq!(second.get(&cid_of(RAW_CODEC, b"other")).unwrap(), None);
}

#[test]
fn put_should_change_nothing_when_the_bytes_do_not_match_or_are_here_already() {
	let (_directory, store) = store(100);
	let cid = cid_of(RAW_CODEC, b"right");
	let error = store.put(&cid, Bytes::from_static(b"wrong")).unwrap_err();
	assert_eq!(error.to_string(), format!("block {cid} does not match its CID"));
	assert!(store.is_empty() && !store.has(&cid).unwrap());

	put(&store, b"right").unwrap();
	put(&store, b"right").unwrap();
	assert_eq!((store.len(), store.bytes()), (1, 5));
}

#[test]
fn put_should_refuse_a_block_beyond_the_limit() {
	let (_directory, store) = store(10);
	put(&store, b"0123456").unwrap();
	let error = put(&store, b"abcd").unwrap_err();
	assert!(matches!(error, BlockStoreError::Full { .. }), "{error}");
	put(&store, b"abc").unwrap();
	assert_eq!((store.len(), store.bytes()), (2, 10));
}

#[test]
fn crash_before_the_rename_should_leave_no_block_and_no_rubbish() {
	let (directory, first) = store(100);
	let kept = put(&first, b"kept").unwrap();
	drop(first);
	// What a crash leaves: the second block written in part, or in whole, and not renamed.
	for (name, written) in [("2", b"lo".as_slice()), ("3", b"lost")] {
		fs::write(directory.path().join("new").join(name), written).unwrap();
	}

	let second = DiskBlockStore::open(directory.path(), 100).unwrap();
	let lost = cid_of(RAW_CODEC, b"lost");
	assert_eq!(second.get(&lost).unwrap(), None);
	assert_eq!(fs::read_dir(directory.path().join("new")).unwrap().count(), 0);
	assert_eq!((second.len(), second.bytes()), (1, 4));
	// The numbers of interrupted writes are free again.
	assert_eq!(put(&second, b"lost").unwrap(), lost);
	assert_eq!(second.get(&kept).unwrap().as_deref(), Some(b"kept".as_slice()));
}

#[test]
fn write_that_fails_should_leave_the_store_as_it_was() {
	let (directory, store) = store(100);
	// The place of new blocks is gone, so that the write fails half-way.
	fs::remove_dir(directory.path().join("new")).unwrap();
	let error = put(&store, b"lost").unwrap_err();
	assert!(matches!(error, BlockStoreError::Io { action: "write", .. }), "{error}");
	assert_eq!((store.len(), store.bytes()), (0, 0));
	fs::create_dir(directory.path().join("new")).unwrap();
	put(&store, b"lost").unwrap();
}

#[test]
fn get_should_refuse_and_remove_a_damaged_block() {
	let (directory, store) = store(100);
	let cid = put(&store, b"precious").unwrap();
	let path = path_of(directory.path(), &cid);
	for damage in [b"previous".as_slice(), b"prec", b"precious!", b""] {
		fs::write(&path, damage).unwrap();
		let error = store.get(&cid).unwrap_err();
		assert_eq!(error.to_string(), format!("block {cid} does not match its CID"));
		assert!(!path.exists());
		assert_eq!(store.get(&cid).unwrap(), None);
		assert_eq!((store.len(), store.bytes()), (0, 0));
		put(&store, b"precious").unwrap();
	}
}

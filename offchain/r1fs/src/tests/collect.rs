// SPDX-License-Identifier: Apache-2.0

use super::{
	Generated, content,
	pins::{OnDisk, holder, on_disk, pin_as},
};
use crate::{CHUNK_BYTES, CollectError, PinKind};
use bytes::Bytes;
use r1_core::{BlockStore as _, BlockStoreError, RAW_CODEC, cid_of};
use std::{fs, sync::Arc};

#[tokio::test]
async fn collect_should_remove_what_nobody_keeps_and_report_it() {
	let OnDisk { folder: _folder, store, files, .. } = on_disk();
	let kept = files.clone().with_pin(pin_as("kept"));
	let kept = kept.add(Generated::new(3 * CHUNK_BYTES as u64)).await.unwrap();
	let direct = files.add(content(0..2 * CHUNK_BYTES as u64 + 9).as_slice()).await.unwrap();
	store.pin(direct.cid, PinKind::Direct, &pin_as("")).unwrap();
	let lost = files.add(b"nobody keeps this".as_slice()).await.unwrap();
	let before = store.statistics();
	// The two files share two chunks; the third of the second is lost, and the small file.
	let collected = store.collect().unwrap();
	assert_eq!((collected.blocks, collected.bytes, collected.blocks_kept), (2, 9 + 17, 5));
	assert_eq!(store.statistics().bytes, before.bytes - collected.bytes);
	assert_eq!(store.len(), 5);
	assert!(!store.has(&lost.cid).unwrap() && store.has(&direct.cid).unwrap());
	assert!(files.get(&kept.cid, u64::MAX).await.is_ok());
	assert_eq!(store.collect().unwrap().blocks, 0, "there is nothing left to remove");

	store.unpin(&kept.cid, &holder("node")).unwrap();
	store.unpin(&direct.cid, &holder("node")).unwrap();
	assert_eq!(store.collect().unwrap().blocks, 5);
	assert_eq!((store.len(), store.bytes()), (0, 0));
}

#[tokio::test]
async fn collect_should_leave_alone_what_is_being_read_or_added() {
	let OnDisk { folder: _folder, store, files, .. } = on_disk();
	let length = 40 * CHUNK_BYTES as u64;
	let root = files.add(Generated::new(length)).await.unwrap().cid;
	let mut reader = files.reader(&root).await.unwrap();
	let mut read = 0;
	while let Some(piece) = reader.next_piece().await.unwrap() {
		read += piece.len() as u64;
		assert_eq!(store.collect().unwrap().blocks, 0, "after {read} bytes");
	}
	assert_eq!(read, length);
	drop(reader);
	assert_eq!(store.collect().unwrap().blocks, 41);

	// A collection after each group of an add, and it comes back whole.
	let mut staging = crate::disk::Staging::new(Arc::clone(&store));
	for number in 0..10_u8 {
		let block = Bytes::from(vec![number; 10]);
		staging.stage(cid_of(RAW_CODEC, &block), &block).unwrap();
		staging.commit().unwrap();
		assert_eq!(store.collect().unwrap().blocks, 0);
	}
	let protection = staging.into_protection();
	assert_eq!(store.collect().unwrap().blocks, 0);
	drop(protection);
	assert_eq!(store.collect().unwrap().blocks, 10);
	assert_eq!(store.statistics().in_flight, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adds_should_be_whole_while_others_collect() {
	let OnDisk { folder: _folder, store, files, .. } = on_disk();
	let collecting = {
		let store = Arc::clone(&store);
		tokio::task::spawn_blocking(move || {
			(0..40).map(|_| store.collect().unwrap().blocks).sum::<u64>()
		})
	};
	let mut roots = Vec::new();
	for number in 0..20_u64 {
		// All share their beginning, which is pinned by none of them for a moment, again and again.
		let bytes = content(0..CHUNK_BYTES as u64 + 100 * number);
		let root = files.clone().with_pin(pin_as("x")).add(bytes.as_slice()).await.unwrap().cid;
		if number % 2 == 0 {
			store.unpin(&root, &holder("node")).unwrap();
		} else {
			roots.push((root, bytes));
		}
	}
	collecting.await.unwrap();
	for (root, bytes) in roots {
		assert!(files.get(&root, u64::MAX).await.unwrap() == bytes);
	}
}

#[tokio::test]
async fn collect_should_remove_nothing_when_it_cannot_know_what_is_kept() {
	let OnDisk { folder, store, files, .. } = on_disk();
	let pinned = files.clone().with_pin(pin_as("x"));
	let root = pinned.add(Generated::new(3 * CHUNK_BYTES as u64)).await.unwrap().cid;
	files.add(b"nobody keeps this".as_slice()).await.unwrap();
	let name = root.to_string();
	let place = folder.path().join("blocks").join(&name[name.len() - 2..]).join(&name);
	fs::remove_file(place).unwrap();
	let error = store.collect().unwrap_err();
	assert!(
		matches!(error, CollectError::Incomplete { root: pin, missing } if pin == root && missing == root),
		"{error}"
	);
	assert_eq!(store.statistics().blocks, 5);
	store.unpin(&root, &holder("node")).unwrap();
	assert_eq!(store.collect().unwrap().blocks, 4);
}

#[tokio::test]
async fn quota_should_hold_for_groups_and_evict_nothing() {
	let folder = tempfile::tempdir().unwrap();
	let store = Arc::new(crate::DiskBlockStore::open(folder.path(), 1_000_000).unwrap());
	let files = crate::Files::on_disk(store.clone(), Arc::new(super::Neighbours::default()));
	let kept = files.add(content(0..600_000).as_slice()).await.unwrap();
	let error = files.add(super::sequence(600_000).as_slice()).await.unwrap_err();
	assert!(matches!(error, crate::AddError::Store(BlockStoreError::Full { .. })), "{error}");
	assert_eq!(files.get(&kept.cid, u64::MAX).await.unwrap(), content(0..600_000));
	// What was reserved for the refused file is free again.
	assert_eq!(store.collect().unwrap().blocks as usize, 4);
	files.add(super::sequence(600_000).as_slice()).await.unwrap();
	assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
}

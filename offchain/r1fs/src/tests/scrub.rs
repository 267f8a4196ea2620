// SPDX-License-Identifier: Apache-2.0

use super::{
	content,
	pins::{OnDisk, on_disk, pin_as},
	sim_disk::SimDisk,
};
use crate::{DiskBlockStore, Scrubbed};
use bytes::Bytes;
use r1_core::{BlockStore as _, RAW_CODEC, cid_of};
use std::{fs, path::Path, sync::Arc};

#[tokio::test]
async fn scrub_should_remove_what_has_rotted_so_that_it_can_be_fetched_again() {
	let OnDisk { folder, store, neighbours, files } = on_disk();
	let bytes = content(0..1_000_000);
	let pinned = files.clone().with_pin(pin_as("x"));
	let root = pinned.add(bytes.as_slice()).await.unwrap().cid;
	let mut damaged = Vec::new();
	let scrubbed = store.scrub(|cid| damaged.push(cid)).unwrap();
	let (blocks, stored) = (store.len() as u64, store.bytes());
	assert_eq!(scrubbed, Scrubbed { blocks, bytes: stored, damaged: 0 });
	assert_eq!(damaged, []);

	let mut rotten = Vec::new();
	for cid in neighbours.announced().into_iter().take(3) {
		neighbours.answer(cid, store.get(&cid).unwrap().unwrap());
		let name = cid.to_string();
		let place = folder.path().join("blocks").join(&name[name.len() - 2..]).join(&name);
		let mut block = fs::read(&place).unwrap();
		block[7] ^= 1;
		fs::write(&place, block).unwrap();
		rotten.push(cid);
	}
	let scrubbed = store.scrub(|cid| damaged.push(cid)).unwrap();
	assert_eq!((scrubbed.blocks, scrubbed.damaged), (blocks - 3, 3));
	damaged.sort_unstable();
	rotten.sort_unstable();
	assert_eq!(damaged, rotten);
	assert_eq!(store.len() as u64, blocks - 3);
	assert!(rotten.iter().all(|cid| !store.has(cid).unwrap()), "it is not offered any more");

	files.pin(&root, &pin_as("x")).await.unwrap();
	assert_eq!((store.len() as u64, store.bytes()), (blocks, stored));
	assert_eq!(store.scrub(|cid| panic!("{cid}")).unwrap().damaged, 0);
	assert!(files.get(&root, u64::MAX).await.unwrap() == bytes);
}

#[test]
fn put_should_replace_a_block_that_has_rotted() {
	let disk = Arc::new(SimDisk::new(1));
	let store = Arc::new(
		DiskBlockStore::open_on(disk.clone(), Path::new(super::crash::ROOT), 1_000).unwrap(),
	);
	let block = Bytes::from_static(b"precious");
	let cid = cid_of(RAW_CODEC, &block);
	store.put(&cid, block.clone()).unwrap();
	for is_staged in [false, true] {
		let paths = disk.paths("blocks");
		assert_eq!(paths.len(), 1);
		disk.damage(&paths[0]);
		if is_staged {
			let mut staging = crate::disk::Staging::new(store.clone());
			staging.stage(cid, &block).unwrap();
			staging.commit().unwrap();
		} else {
			store.put(&cid, block.clone()).unwrap();
		}
		assert_eq!(store.get(&cid).unwrap(), Some(block.clone()), "staged: {is_staged}");
		assert_eq!((store.len(), store.bytes()), (1, 8));
	}
}

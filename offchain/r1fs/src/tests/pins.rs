// SPDX-License-Identifier: Apache-2.0

use super::{Neighbours, content};
use crate::{DiskBlockStore, Files, Pin, PinAs, PinError, PinKind};
use cid::Cid;
use r1_core::{BlockStore as _, RAW_CODEC, cid_of};
use std::{fs, sync::Arc};
use tempfile::TempDir;

pub(super) struct OnDisk {
	pub(super) folder: TempDir,
	pub(super) store: Arc<DiskBlockStore>,
	pub(super) neighbours: Arc<Neighbours>,
	pub(super) files: Files,
}

pub(super) fn on_disk() -> OnDisk {
	let folder = tempfile::tempdir().unwrap();
	let store = Arc::new(DiskBlockStore::open(folder.path(), 1 << 30).unwrap());
	let neighbours = Arc::new(Neighbours::default());
	let files = Files::on_disk(store.clone(), neighbours.clone());
	OnDisk { folder, store, neighbours, files }
}

pub(super) fn pin_as(name: &str) -> PinAs {
	PinAs { name: name.to_owned(), since_secs: 1_790_000_000 }
}

fn pin(cid: Cid, kind: PinKind, name: &str) -> Pin {
	Pin { cid, kind, name: name.to_owned(), since_secs: 7 }
}

#[tokio::test]
async fn pins_should_survive_a_restart_with_their_names_and_times() {
	let OnDisk { folder, store, files, .. } = on_disk();
	let file = content(0..1_000_000);
	let first = files
		.clone()
		.with_pin(pin_as("größe 1"))
		.add(file.as_slice())
		.await
		.unwrap()
		.cid;
	let second = files.add(b"direct".as_slice()).await.unwrap().cid;
	store.pin(pin(second, PinKind::Direct, "")).unwrap();
	let third = files.add(b"third".as_slice()).await.unwrap().cid;
	store.pin(pin(third, PinKind::Recursive, "gone")).unwrap();
	assert!(store.unpin(&third).unwrap());
	assert!(!store.unpin(&third).unwrap(), "it was not pinned any more");
	let before = store.pins();
	drop((store, files));

	let store = Arc::new(DiskBlockStore::open(folder.path(), 1 << 30).unwrap());
	assert_eq!(store.pins(), before);
	assert_eq!(store.pins().len(), 2);
	let PinAs { name, since_secs } = pin_as("größe 1");
	let kind = PinKind::Recursive;
	assert_eq!(store.pin_of(&first), Some(Pin { cid: first, kind, name, since_secs }));
	assert_eq!(store.pin_of(&second), Some(pin(second, PinKind::Direct, "")));
	assert_eq!(store.statistics().pins, 2);

	store.pin(pin(second, PinKind::Recursive, "another name")).unwrap();
	assert_eq!(store.pin_of(&second).unwrap().name, "another name");
}

#[tokio::test]
async fn pin_should_refuse_what_is_not_whole_and_names_that_are_none() {
	let OnDisk { folder, store, files, .. } = on_disk();
	let file = content(0..1_000_000);
	let root = files.add(file.as_slice()).await.unwrap().cid;
	let leaf = cid_of(RAW_CODEC, &file[..crate::CHUNK_BYTES]);
	let name = leaf.to_string();
	let place = folder.path().join("blocks").join(&name[name.len() - 2..]).join(&name);
	fs::remove_file(&place).unwrap();
	let error = store.pin(pin(root, PinKind::Recursive, "")).unwrap_err();
	assert!(matches!(error, PinError::Incomplete { missing, .. } if missing == leaf), "{error}");
	store.pin(pin(root, PinKind::Direct, "")).unwrap();
	let absent = cid_of(RAW_CODEC, b"nowhere");
	let error = store.pin(pin(absent, PinKind::Direct, "")).unwrap_err();
	assert!(matches!(error, PinError::Incomplete { .. }), "{error}");
	for name in ["two\nlines", "a\0b", &"n".repeat(256)] {
		let error = store.pin(pin(root, PinKind::Direct, name)).unwrap_err();
		assert!(matches!(error, PinError::Name), "{error}");
	}
	assert_eq!(store.pins().len(), 1);
}

#[tokio::test]
async fn pin_should_fetch_what_is_missing() {
	let other = on_disk();
	let root = other.files.add(content(0..1_000_000).as_slice()).await.unwrap().cid;
	let here = on_disk();
	assert!(here.files.pin(&root, &pin_as("x")).await.is_err());
	for cid in other.neighbours.announced() {
		here.neighbours.answer(cid, other.store.get(&cid).unwrap().unwrap());
	}
	here.files.pin(&root, &pin_as("x")).await.unwrap();
	assert_eq!((here.store.len(), here.store.pins().len()), (5, 1));
	assert_eq!(here.store.statistics().in_flight, 0);
}

#[tokio::test]
async fn damaged_pin_should_keep_its_content_and_be_told() {
	let OnDisk { folder, store, files, .. } = on_disk();
	let pinned = files.clone().with_pin(pin_as("x"));
	let root = pinned.add(content(0..1_000_000).as_slice()).await.unwrap().cid;
	drop((store, files, pinned));
	let path = folder.path().join("pins").join(root.to_string());
	for damage in ["", "r1fs-pin 2\nrecursive\n7\nx\n", "r1fs-pin 1\nrecursive\n7\nx", "\u{0}"] {
		fs::write(&path, damage).unwrap();
		let store = Arc::new(DiskBlockStore::open(folder.path(), 1 << 30).unwrap());
		assert_eq!(store.damaged_pins(), std::slice::from_ref(&path), "{damage:?}");
		assert_eq!(store.pin_of(&root).unwrap().kind, PinKind::Recursive);
		assert_eq!(store.collect().unwrap().blocks, 0);
	}
}

#[test]
fn store_should_be_open_once_at_a_time() {
	let folder = tempfile::tempdir().unwrap();
	let first = DiskBlockStore::open(folder.path(), 100).unwrap();
	let error = DiskBlockStore::open(folder.path(), 100).unwrap_err();
	assert!(
		r1_core::error_chain(&error).to_string().ends_with("another process uses it"),
		"{error}"
	);
	drop(first);
	DiskBlockStore::open(folder.path(), 100).unwrap();
}

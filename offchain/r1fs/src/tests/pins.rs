// SPDX-License-Identifier: Apache-2.0

use super::{Neighbours, content};
use crate::{DiskBlockStore, Files, Holder, Pin, PinAs, PinContentError, PinError, PinKind};
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

pub(super) fn holder(name: &str) -> Holder {
	Holder::new(name).unwrap()
}

pub(super) fn pin_as(name: &str) -> PinAs {
	pin_for("node", name)
}

pub(super) fn pin_for(holder_name: &str, name: &str) -> PinAs {
	PinAs {
		holder: holder(holder_name),
		name: name.to_owned(),
		since_secs: 1_790_000_000,
		holder_bytes_max: 1 << 30,
	}
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
	let pinned = store.pin(second, PinKind::Direct, &pin_as("")).unwrap();
	let third = files.add(b"third".as_slice()).await.unwrap().cid;
	store.pin(third, PinKind::Recursive, &pin_as("gone")).unwrap();
	assert!(store.unpin(&third, &holder("node")).unwrap());
	assert!(!store.unpin(&third, &holder("node")).unwrap(), "it was not pinned any more");
	let before = store.pins();
	drop((store, files));

	let store = Arc::new(DiskBlockStore::open(folder.path(), 1 << 30).unwrap());
	assert_eq!(store.pins(), before);
	assert_eq!(store.pins().len(), 2);
	let PinAs { holder: node, name, since_secs, .. } = pin_as("größe 1");
	// The file, and a node that links its four chunks.
	let bytes = 1_000_000 + store.get(&first).unwrap().unwrap().len() as u64;
	let kind = PinKind::Recursive;
	let expected = Pin { cid: first, holder: node.clone(), kind, name, since_secs, bytes };
	assert_eq!(store.pin_of(&first, &node), Some(expected));
	assert_eq!(pinned.bytes, 6);
	assert_eq!(store.pin_of(&second, &node), Some(pinned));
	assert_eq!(store.statistics().pins, 2);

	store.pin(second, PinKind::Recursive, &pin_as("another name")).unwrap();
	assert_eq!(store.pin_of(&second, &node).unwrap().name, "another name");
}

#[tokio::test]
async fn content_should_stay_until_its_last_holder_lets_go() {
	let OnDisk { folder: _folder, store, files, neighbours } = on_disk();
	let root = files.add(b"shared".as_slice()).await.unwrap().cid;
	for name in ["job-1", "job-2"] {
		files.pin(&root, &pin_for(name, "x")).await.unwrap();
	}
	assert_eq!(neighbours.provided(), [root]);
	assert!(files.unpin(&root, &holder("job-1")).await.unwrap());
	assert!(!files.unpin(&root, &holder("job-3")).await.unwrap(), "it has no such pin");
	assert!(store.is_pinned(&root));
	assert_eq!(store.collect().unwrap().blocks, 0);
	assert_eq!(neighbours.provided(), [root]);
	assert!(files.unpin(&root, &holder("job-2")).await.unwrap());
	assert!(!store.is_pinned(&root));
	assert_eq!(neighbours.provided(), []);
	assert_eq!(store.collect().unwrap().blocks, 1);
}

#[tokio::test]
async fn holder_should_keep_no_more_than_it_may() {
	let OnDisk { folder: _folder, store, files, .. } = on_disk();
	let little = |name: &str| PinAs { holder_bytes_max: 1_000, ..pin_for(name, "x") };
	let first = files.add(content(0..600).as_slice()).await.unwrap().cid;
	let second = files.add(content(600..1_200).as_slice()).await.unwrap().cid;
	files.pin(&first, &little("job-1")).await.unwrap();
	let error = files.pin(&second, &little("job-1")).await.unwrap_err();
	assert!(
		matches!(
			&error,
			PinContentError::Pin(PinError::Quota { bytes: 600, kept: 600, bytes_max: 1_000, .. })
		),
		"{error}"
	);
	assert_eq!(store.pins().len(), 1);
	// Pinning the same again takes nothing more, and others have their own.
	files.pin(&first, &little("job-1")).await.unwrap();
	files.pin(&second, &little("job-2")).await.unwrap();
	files.unpin(&first, &holder("job-1")).await.unwrap();
	files.pin(&second, &little("job-1")).await.unwrap();
}

#[test]
fn holders_should_be_names_that_a_disk_takes() {
	for name in ["a", "node", "job-4294967295", &"x".repeat(32)] {
		assert_eq!(Holder::new(name).unwrap().as_str(), name);
	}
	for name in ["", "A", "a.b", "a/b", "../a", "ș", " ", &"x".repeat(33)] {
		assert_eq!(Holder::new(name), None, "{name:?}");
	}
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
	let error = store.pin(root, PinKind::Recursive, &pin_as("")).unwrap_err();
	assert!(matches!(error, PinError::Incomplete { missing, .. } if missing == leaf), "{error}");
	store.pin(root, PinKind::Direct, &pin_as("")).unwrap();
	let absent = cid_of(RAW_CODEC, b"nowhere");
	let error = store.pin(absent, PinKind::Direct, &pin_as("")).unwrap_err();
	assert!(matches!(error, PinError::Incomplete { .. }), "{error}");
	for name in ["two\nlines", "a\0b", &"n".repeat(256)] {
		let error = store.pin(root, PinKind::Direct, &pin_as(name)).unwrap_err();
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
	let path = folder.path().join("pins").join(format!("{root}.node"));
	for damage in
		["", "r1fs-pin 2\nrecursive\n7\n8\nx\n", "r1fs-pin 1\nrecursive\n7\n8\nx", "\u{0}"]
	{
		fs::write(&path, damage).unwrap();
		let store = Arc::new(DiskBlockStore::open(folder.path(), 1 << 30).unwrap());
		assert_eq!(store.damaged_pins(), std::slice::from_ref(&path), "{damage:?}");
		assert_eq!(store.pin_of(&root, &holder("node")).unwrap().kind, PinKind::Recursive);
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

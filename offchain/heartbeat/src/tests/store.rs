// SPDX-License-Identifier: Apache-2.0

use super::*;
use r1_core::error_chain;
use std::{fs, path::Path};

fn load(path: &Path) -> Loaded {
	SnapshotStore::new(path).load(SCOPE, ObserverLimits::default()).unwrap()
}

#[test]
fn store_should_bring_back_what_was_saved() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("beats");
	let Loaded { mut observer, origin } = load(&path);
	assert!(matches!(origin, Origin::New));
	for slot in 0..3 {
		count(&mut observer, 1, 2, slot);
		SnapshotStore::new(&path).save(&observer.snapshot()).unwrap();
		let restored = load(&path);
		assert!(matches!(restored.origin, Origin::Restored));
		assert_eq!(restored.observer.snapshot(), observer.snapshot());
	}
	let names: Vec<_> = fs::read_dir(folder.path())
		.unwrap()
		.map(|entry| entry.unwrap().file_name())
		.collect();
	assert_eq!(names, ["beats"]);
}

#[test]
fn store_should_set_a_damaged_file_aside_and_start_empty() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("beats");
	let mut observer = observer();
	count(&mut observer, 1, 2, 3);
	let mut damaged = observer.snapshot();
	damaged[20] ^= 0xff;
	let far_too_long = vec![0; 8_000_000];
	for bytes in [damaged, b"something else".to_vec(), far_too_long] {
		fs::write(&path, &bytes).unwrap();
		let Loaded { observer, origin } = load(&path);
		let Origin::SetAside { reason, kept_at } = origin else { panic!("{origin:?}") };
		assert!(!error_chain(&reason).is_empty());
		assert_eq!(kept_at, folder.path().join("beats.bad"));
		assert_eq!(fs::metadata(&kept_at).unwrap().len(), bytes.len() as u64);
		assert!(!path.exists());
		assert_eq!(observer.slots_beaten(2, 1), 0);
		// The next save begins a sound file.
		SnapshotStore::new(&path).save(&observer.snapshot()).unwrap();
		assert!(matches!(load(&path).origin, Origin::Restored));
	}
}

#[test]
fn store_should_ignore_a_save_that_a_crash_cut_off() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("beats");
	let mut observer = observer();
	count(&mut observer, 1, 2, 3);
	SnapshotStore::new(&path).save(&observer.snapshot()).unwrap();
	fs::write(folder.path().join("beats.tmp"), &observer.snapshot()[..10]).unwrap();
	assert_eq!(load(&path).observer.slots_beaten(2, 1), 1);
}

#[test]
fn store_should_leave_a_file_that_it_cannot_read() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("beats");
	fs::create_dir(&path).unwrap();
	let error = SnapshotStore::new(&path).load(SCOPE, ObserverLimits::default()).unwrap_err();
	let expected = format!("could not read the snapshot of beats at {}", path.display());
	assert_eq!(error.to_string(), expected);
	assert!(path.is_dir());
	let saved = SnapshotStore::new(&path).save(&observer().snapshot());
	assert!(saved.unwrap_err().to_string().starts_with("could not write"));
}

#[test]
fn store_should_not_blame_the_file_for_an_unusable_clock() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("beats");
	SnapshotStore::new(&path).save(&observer().snapshot()).unwrap();
	let scope = ChainScope { clock: EpochClock { slot_secs: 7, ..CLOCK }, ..SCOPE };
	let error = SnapshotStore::new(&path).load(scope, ObserverLimits::default()).unwrap_err();
	assert_eq!(
		error.to_string(),
		"epochs of 60 s with slots of 7 s do not have 1 to 86400 whole slots"
	);
	assert!(path.exists());
}

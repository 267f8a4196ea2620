// SPDX-License-Identifier: Apache-2.0

//! The disk dies at every change that a workload makes, and the next start finds what is left.

use super::{
	pins::{holder, pin_for},
	sim_disk::{Death, SimDisk},
};
use crate::{
	DiskBlockStore, Holder, PinKind,
	dag::{Link, encode_inner_node},
	disk::Staging,
	walk::Walk,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore as _, DAG_PB_CODEC, RAW_CODEC, Rng as _, SeededRng, cid_of};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
	sync::Arc,
};

pub(super) const ROOT: &str = "store";
const SEEDS: u64 = 6;
const STEPS: usize = 14;
/// Contents that the workload chooses from, so that blocks are shared, removed and put again.
const CONTENTS: u64 = 5;
/// On whose behalf it pins, so that content has more than one pin.
const HOLDERS: [&str; 2] = ["job-1", "node"];

/// What was acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
	/// Roots that are pinned.
	pinned: BTreeSet<(Cid, Holder)>,
	/// Blocks that were put since a collection last began.
	put: BTreeSet<Cid>,
	/// The root that was being pinned or unpinned when the disk died: it may be either.
	doubtful: Option<(Cid, Holder)>,
}

/// A root with three leaves, one of which it shares with another root.
fn content(number: u64) -> (Cid, BTreeMap<Cid, Bytes>) {
	let leaf = |number: u64| Bytes::from(vec![number as u8; 10 + number as usize]);
	let mut blocks = BTreeMap::new();
	let mut links = Vec::new();
	for leaf in [leaf(2 * number), leaf(2 * number + 1), leaf(2 * number + 2)] {
		let (cid, bytes) = (cid_of(RAW_CODEC, &leaf), leaf.len() as u64);
		links.push(Link { cid, file_bytes: bytes, dag_bytes: bytes });
		blocks.insert(cid, leaf);
	}
	let block = Bytes::from(encode_inner_node(&links));
	let root = cid_of(DAG_PB_CODEC, &block);
	blocks.insert(root, block);
	(root, blocks)
}

fn open(disk: &Arc<SimDisk>) -> Arc<DiskBlockStore> {
	let disk: Arc<SimDisk> = Arc::clone(disk);
	Arc::new(DiskBlockStore::open_on(disk, Path::new(ROOT), 1 << 20).unwrap())
}

/// Does things until the disk dies, or all are done; what was acknowledged by then.
fn work(store: &Arc<DiskBlockStore>, disk: &SimDisk, seed: u64) -> Acknowledged {
	let rng = SeededRng::new(seed);
	let mut acknowledged = Acknowledged::default();
	for _ in 0..STEPS {
		let (root, blocks) = content(rng.below(CONTENTS));
		match rng.below(8) {
			0..=3 => {
				let mut staging = Staging::new(Arc::clone(store));
				let staged = blocks.iter().try_for_each(|(cid, block)| staging.stage(*cid, block));
				if staged.and_then(|()| staging.commit()).is_ok() {
					acknowledged.put.extend(blocks.keys());
					let pin_as = pin_for(HOLDERS[rng.below(2) as usize], "kept");
					let key = (root, pin_as.holder.clone());
					acknowledged.doubtful = Some(key.clone());
					if store.pin(root, PinKind::Recursive, &pin_as).is_ok() {
						acknowledged.pinned.insert(key);
					}
				}
			},
			4 => {
				for (cid, block) in blocks {
					if store.put(&cid, block).is_ok() {
						acknowledged.put.insert(cid);
					}
				}
			},
			5..=6 => {
				let key = (root, holder(HOLDERS[rng.below(2) as usize]));
				acknowledged.doubtful = Some(key.clone());
				if store.unpin(&root, &key.1).is_ok() {
					acknowledged.pinned.remove(&key);
				}
			},
			_ => {
				acknowledged.put.clear();
				let collected = store.collect();
				assert!(collected.is_ok() || disk.is_dead(), "{collected:?}");
			},
		}
		if disk.is_dead() {
			return acknowledged;
		}
		acknowledged.doubtful = None;
	}
	acknowledged
}

/// Everything that must hold at the next start.
fn check(store: &Arc<DiskBlockStore>, disk: &SimDisk, acknowledged: &Acknowledged, at: &str) {
	assert_eq!(
		disk.paths("new"),
		Vec::<std::path::PathBuf>::new(),
		"{at}: something is left beside"
	);
	assert_eq!(store.damaged_pins(), Vec::<std::path::PathBuf>::new(), "{at}");
	let mut pinned: BTreeSet<(Cid, Holder)> =
		store.pins().into_iter().map(|pin| (pin.cid, pin.holder)).collect();
	let mut expected = acknowledged.pinned.clone();
	if let Some(doubtful) = &acknowledged.doubtful {
		pinned.remove(doubtful);
		expected.remove(doubtful);
	}
	assert_eq!(pinned, expected, "{at}: pins");
	for cid in &acknowledged.put {
		assert!(store.get(cid).unwrap().is_some(), "{at}: {cid} was acknowledged");
	}
	// Whatever is served is right, and is counted.
	let files = disk.paths("blocks");
	assert_eq!(files.len(), store.len(), "{at}: count");
	let mut bytes = 0;
	for path in &files {
		let cid: Cid = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
		let block = store.get(&cid).unwrap_or_else(|error| panic!("{at}: {error}"));
		bytes += block.unwrap().len() as u64;
	}
	assert_eq!(bytes, store.bytes(), "{at}: bytes");

	// All that is pinned is whole, and after a collection there is nothing else.
	let mut kept = BTreeSet::new();
	for pin in store.pins() {
		let mut walk = Walk::new(&pin.cid).unwrap();
		while let Some(cid) = walk.next() {
			let block = store.get(&cid).unwrap();
			let block = block.unwrap_or_else(|| panic!("{at}: {cid} of {} is lost", pin.cid));
			walk.enter(&cid, &block).unwrap();
			kept.insert(cid);
		}
	}
	let collected = store.collect().unwrap();
	assert_eq!(collected.blocks as usize, files.len() - kept.len(), "{at}: collected");
	assert_eq!(store.len(), kept.len(), "{at}: orphans");
	assert!(kept.iter().all(|cid| store.has(cid).unwrap()), "{at}: the collection took too much");
}

#[test]
fn store_should_lose_nothing_that_was_acknowledged_wherever_it_dies() {
	let mut injected = 0;
	for seed in 0..SEEDS {
		let disk = Arc::new(SimDisk::new(seed));
		let store = open(&disk);
		let begin = disk.changes();
		let acknowledged = work(&store, &disk, seed);
		let changes = disk.changes() - begin;
		check(&store, &disk, &acknowledged, "undisturbed");

		for death in [Death::OfTheProcess, Death::OfTheMachine] {
			for at in 1..=changes {
				let disk = Arc::new(SimDisk::new(seed * 1_000 + at));
				let store = open(&disk);
				disk.die_after(at);
				let acknowledged = work(&store, &disk, seed);
				assert!(disk.is_dead(), "seed {seed} has {changes} changes");
				drop(store);
				let disk = Arc::new(disk.after(death));
				let place = format!("seed {seed}, change {at}, {death:?}");
				check(&open(&disk), &disk, &acknowledged, &place);
				injected += 1;
			}
		}
	}
	assert!(1_000 < injected, "only {injected} deaths");
}

#[test]
fn start_should_survive_its_own_death() {
	for seed in 0..4 {
		for at in 1..200 {
			let disk = Arc::new(SimDisk::new(seed));
			let store = open(&disk);
			disk.die_after(at);
			let acknowledged = work(&store, &disk, seed);
			let left = Arc::new(disk.after(Death::OfTheMachine));
			// The next start dies, too, while it cleans up; the one after it does not.
			left.die_after(1 + at % 4);
			let second = DiskBlockStore::open_on(left.clone(), Path::new(ROOT), 1 << 20);
			assert!(second.is_err() || !left.is_dead());
			let left = Arc::new(left.after(Death::OfTheMachine));
			check(&open(&left), &left, &acknowledged, &format!("seed {seed}, change {at}"));
		}
	}
}

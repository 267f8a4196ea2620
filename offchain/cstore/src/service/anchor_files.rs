// SPDX-License-Identifier: Apache-2.0

//! What namespaces held when epochs ended, on the disk: a daemon that was started again still proves
//! it.
//!
//! ```text
//! anchors/<digest of a namespace's name>/snapshot-<epoch>      in the form of the journal's
//! ```

use super::anchors::SNAPSHOTS_MAX;
use crate::{
	journal::{Entry, JournalError, Snapshot, read_snapshot_of, snapshots_in},
	namespace::Namespace,
	record::{Name, Record},
	tree::Tree,
};
use r1_primitives::EpochIndex;
use sp_crypto_hashing::blake2_256;
use std::{
	collections::{BTreeSet, VecDeque},
	fs, io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
};

/// The files. Cheap to clone; whatever they do blocks.
#[derive(Clone, Debug)]
pub(super) struct AnchorFiles {
	folder: Arc<PathBuf>,
	/// One is written at a time.
	writing: Arc<Mutex<()>>,
}

impl AnchorFiles {
	/// Those in a folder, of these namespaces; what is left of others is deleted.
	pub(super) fn open<'a>(
		folder: PathBuf,
		namespaces: impl Iterator<Item = &'a String>,
	) -> io::Result<Self> {
		let files = Self { folder: Arc::new(folder), writing: Arc::default() };
		fs::create_dir_all(&*files.folder)?;
		let known: BTreeSet<PathBuf> = namespaces.map(|name| files.folder_of(name)).collect();
		for entry in fs::read_dir(&*files.folder)? {
			let path = entry?.path();
			if !known.contains(&path) {
				fs::remove_dir_all(&path)?;
			}
		}
		Ok(files)
	}

	/// Writes what a namespace held when an epoch ended, and deletes what is kept no longer; nothing
	/// of a namespace that was given up when its turn comes.
	pub(super) fn keep(
		&self,
		namespace: &str,
		epoch: EpochIndex,
		tree: &Tree,
		is_given_up: impl FnOnce() -> bool,
	) {
		let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		let folder = self.folder_of(namespace);
		if is_given_up() {
			return;
		}
		if let Err(error) = write(&folder, namespace, epoch, tree) {
			let reason = r1_core::error_chain(&error).to_string();
			tracing::warn!(
				target: "r1::cstore", namespace, epoch, reason,
				"what the namespace held can be proven until the daemon stops, and not later"
			);
		}
	}

	/// What a namespace held when epochs ended, the newest last; it shares with what the namespace
	/// holds now whatever is the same.
	pub(super) fn restore(
		&self,
		name: &str,
		namespace: &mut Namespace,
	) -> VecDeque<(EpochIndex, Tree)> {
		let folder = self.folder_of(name);
		// Without the folder nothing was kept.
		let numbers = snapshots_in(&folder).unwrap_or_default();
		if numbers.is_empty() {
			return VecDeque::new();
		}
		let now = namespace.snapshot();
		let epochs = numbers.into_iter().filter_map(|number| EpochIndex::try_from(number).ok());
		let mut found: VecDeque<_> =
			epochs.filter_map(|epoch| Some((epoch, then(&folder, epoch, &now)?))).collect();
		found.drain(..found.len().saturating_sub(SNAPSHOTS_MAX));
		found
	}

	/// Deletes what was kept of a namespace.
	pub(super) fn forget(&self, namespace: &str) {
		let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		let folder = self.folder_of(namespace);
		if let Err(error) = fs::remove_dir_all(&folder)
			&& error.kind() != io::ErrorKind::NotFound
		{
			let path = folder.display();
			tracing::warn!(target: "r1::cstore", %path, %error, "could not delete");
		}
	}

	fn folder_of(&self, namespace: &str) -> PathBuf {
		self.folder.join(hex::encode(blake2_256(namespace.as_bytes())))
	}
}

fn write(
	folder: &Path,
	namespace: &str,
	epoch: EpochIndex,
	tree: &Tree,
) -> Result<(), JournalError> {
	let mut snapshot = Snapshot::begin(folder, u64::from(epoch))?;
	let records = tree.range(0, u64::MAX).cloned();
	for entry in Entry::of_records(namespace, records) {
		snapshot.write(&[entry])?;
	}
	snapshot.finish()?;
	Snapshot::keep_last(folder, SNAPSHOTS_MAX)
}

/// What a namespace held when an epoch ended, if its file is whole.
fn then(folder: &Path, epoch: EpochIndex, now: &Tree) -> Option<Tree> {
	let mut records = Vec::new();
	let read = |entry| {
		if let Entry::Records { records: some, .. } = entry {
			records.extend(some);
		}
	};
	match read_snapshot_of(folder, u64::from(epoch), read) {
		Ok(Ok(())) => Some(rebuilt(now, records)),
		Ok(Err(damage)) => {
			tracing::warn!(target: "r1::cstore", epoch, %damage, "what was held can't be proven");
			None
		},
		Err(error) => {
			let reason = r1_core::error_chain(&error).to_string();
			tracing::warn!(target: "r1::cstore", epoch, reason, "what was held can't be proven");
			None
		},
	}
}

/// A tree of these records, made of another one.
fn rebuilt(now: &Tree, records: Vec<Record>) -> Tree {
	let mut tree = now.clone();
	let names: BTreeSet<&Name> = records.iter().map(|record| &record.name).collect();
	let newer = now.range(0, u64::MAX).map(|record| &record.name);
	for name in newer.filter(|name| !names.contains(name)) {
		tree.remove(name.borrowed());
	}
	for record in records {
		if tree.get(record.name.borrowed()) != Some(&record) {
			tree.put(record);
		}
	}
	tree.root();
	tree
}

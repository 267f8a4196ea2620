// SPDX-License-Identifier: Apache-2.0

//! Opens what the store keeps on its disk, and knows whether the disk remembers all of it.
//!
//! A writer must remember what it wrote ([`WriterId`]). So the disk has a random number, which is a
//! part of the writer's name, and it gets another one when something that was written may be gone:
//! files were damaged, or the machine went down while the disk was not waited for.

use super::OpenError;
use crate::{
	journal::{Damage, Entry, Fsync, Journal},
	namespace::Quota,
	replica::Replica,
	stamp::WriterId,
};
use r1_core::Rng;
use r1_primitives::NodeKey;
use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Write as _},
	path::{Path, PathBuf},
};

/// Where Linux says which start of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// What was on the disk.
pub(super) struct Opened {
	pub(super) journal: Journal,
	pub(super) writer: WriterId,
	pub(super) replicas: BTreeMap<String, Replica>,
	pub(super) disk: Disk,
}

/// The disk, as the store knows it.
#[derive(Debug)]
pub(super) struct Disk {
	path: PathBuf,
	number: u64,
}

/// Opens the files in a folder, which is made if there is none.
pub(super) fn open(
	folder: &Path,
	node: &NodeKey,
	fsync: Fsync,
	quota: Quota,
	rng: &dyn Rng,
) -> Result<Opened, OpenError> {
	let at = |path: &Path| {
		let path = path.to_owned();
		move |source| OpenError::File { path, source }
	};
	fs::create_dir_all(folder).map_err(at(folder))?;
	let path = folder.join("disk");
	let known = read(&path).map_err(at(&path))?;
	let mut writer = WriterId::of(node, known.unwrap_or_default());
	let mut replicas: BTreeMap<String, Replica> = BTreeMap::new();
	let (journal, found) = Journal::open(folder, fsync, |entry| {
		let name = match &entry {
			Entry::Records { namespace, .. } | Entry::Horizon { namespace, .. } => namespace,
			Entry::Removed { namespace } => {
				replicas.remove(namespace);
				return;
			},
			Entry::Quorum { .. } | Entry::End => return,
		};
		replicas
			.entry(name.clone())
			.or_insert_with_key(|name| Replica::new(name, writer, quota))
			.restore(entry);
	})?;
	for (path, damage) in &found.damaged {
		let path = path.display();
		tracing::warn!(target: "r1::cstore", %path, %damage, "a file of the store is damaged");
	}
	let has_lost = found.damaged.iter().any(|(_, damage)| *damage != Damage::Torn);
	let number = match known {
		Some(number) if !has_lost => number,
		_ => {
			let mut number = [0; 8];
			rng.fill(&mut number);
			u64::from_le_bytes(number)
		},
	};
	if known != Some(number) {
		writer = WriterId::of(node, number);
		for replica in replicas.values_mut() {
			replica.namespace_mut().set_writer(writer);
		}
	}
	let disk = Disk { path, number };
	disk.note(fsync).map_err(at(&disk.path))?;
	Ok(Opened { journal, writer, replicas, disk })
}

impl Disk {
	/// Notes that everything is on the disk: it will be so however the machine ends.
	pub(super) fn note_flushed(&self) {
		if let Err(error) = self.note(Fsync::Always) {
			let path = self.path.display();
			tracing::warn!(target: "r1::cstore", %path, %error, "could not write");
		}
	}

	fn note(&self, fsync: Fsync) -> io::Result<()> {
		let until = match fsync {
			Fsync::Always => "for good".to_owned(),
			Fsync::Periodic => boot_id(),
		};
		let new = self.path.with_extension("new");
		let mut file = File::create(&new)?;
		writeln!(file, "{:016x}\n{until}", self.number)?;
		file.sync_all()?;
		fs::rename(new, &self.path)
	}
}

/// The number of a disk that remembers all that was written to it.
fn read(path: &Path) -> io::Result<Option<u64>> {
	let text = match fs::read_to_string(path) {
		Ok(text) => text,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
		Err(error) => return Err(error),
	};
	let (number, until) = text.split_once('\n').unwrap_or_default();
	let until = until.trim_end();
	let remembers = until == "for good" || (!until.is_empty() && until == boot_id());
	Ok(u64::from_str_radix(number, 16).ok().filter(|_| remembers))
}

/// Which start of the machine this is; empty where nobody knows.
fn boot_id() -> String {
	fs::read_to_string(BOOT_ID).unwrap_or_default().trim_end().to_owned()
}

// SPDX-License-Identifier: Apache-2.0

//! What this node has promised and voted, and since when it remembers all of it.
//!
//! If a part of it may be gone, none of it counts: the files are set aside, and the memory begins anew.

use crate::{
	journal::{Damage, Entry, Fsync, Journal},
	namespace::Quota,
	quorum::Member,
	service::OpenError,
};
use r1_primitives::NodeKey;
use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Write as _},
	path::Path,
};

/// The file that says since when, in milliseconds of Unix time.
const SINCE: &str = "since";

/// What was on the disk.
pub(super) struct Opened {
	pub(super) journal: Journal,
	pub(super) members: BTreeMap<String, Member>,
	pub(super) remembers_since_ms: u64,
}

/// Opens the files in a folder, which is made if there is none.
pub(super) fn open(
	folder: &Path,
	node: &NodeKey,
	quota: Quota,
	now_ms: u64,
) -> Result<Opened, OpenError> {
	let at = |path: &Path| {
		let path = path.to_owned();
		move |source| OpenError::File { path, source }
	};
	if let Some(opened) = open_known(folder, node, quota)? {
		return Ok(opened);
	}
	if folder.exists() {
		let aside = folder.with_extension(format!("forgotten-{now_ms}"));
		let path = aside.display();
		tracing::error!(target: "r1::cstore", %path, "what was agreed on may be forgotten; set aside");
		fs::rename(folder, &aside).map_err(at(folder))?;
	}
	let (journal, _nothing) = Journal::open(folder, Fsync::Always, |_| {})?;
	note_since(folder, now_ms).map_err(at(folder))?;
	Ok(Opened { journal, members: BTreeMap::new(), remembers_since_ms: now_ms })
}

/// Opens a folder that remembers everything.
fn open_known(folder: &Path, node: &NodeKey, quota: Quota) -> Result<Option<Opened>, OpenError> {
	let Some(remembers_since_ms) = since(folder) else { return Ok(None) };
	let mut members: BTreeMap<String, Member> = BTreeMap::new();
	let (journal, found) = Journal::open(folder, Fsync::Always, |entry| match entry {
		Entry::Quorum { namespace, memory } => members
			.entry(namespace)
			.or_insert_with(|| Member::new(*node, remembers_since_ms, quota))
			.restore(memory),
		Entry::Removed { namespace } => {
			members.remove(&namespace);
		},
		Entry::Records { .. } | Entry::Horizon { .. } | Entry::End => {},
	})?;
	// What was torn off nobody has heard of.
	let has_lost = found.damaged.iter().any(|(_, damage)| *damage != Damage::Torn);
	Ok((!has_lost).then_some(Opened { journal, members, remembers_since_ms }))
}

fn since(folder: &Path) -> Option<u64> {
	fs::read_to_string(folder.join(SINCE)).ok()?.trim_end().parse().ok()
}

fn note_since(folder: &Path, since_ms: u64) -> io::Result<()> {
	let new = folder.join("since.new");
	let mut file = File::create(&new)?;
	writeln!(file, "{since_ms}")?;
	file.sync_all()?;
	fs::rename(new, folder.join(SINCE))?;
	File::open(folder)?.sync_all()
}

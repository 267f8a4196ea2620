// SPDX-License-Identifier: Apache-2.0

//! What is to be kept, and why.
//!
//! A pin is a file `pins/<CID>`, written as blocks are: it is whole, or absent, or what it was
//! before.
//!
//! ```text
//! r1fs-pin 1                 what it is, and of which version
//! recursive                  or `direct`
//! 1790000000                 since when, in Unix seconds
//! the name                   one line of text, which may be empty
//! ```
//!
//! A file that cannot be read still says by its own name what is to be kept, so it counts as
//! recursive: content that is kept for nothing is better than content that is lost.

use super::{DiskBlockStore, in_flight::Protection, port::replace};
use crate::walk::{Walk, WalkError};
use cid::Cid;
use r1_core::{BlockStore as _, BlockStoreError};
use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};

/// Longest name of a pin, in bytes.
pub const PIN_NAME_BYTES_MAX: usize = 255;

/// Longest file of a pin, in bytes: a name and three short lines.
const FILE_BYTES_MAX: u64 = 1_024;

const HEADER: &str = "r1fs-pin 1";

/// How much a pin keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PinKind {
	/// One block.
	Direct,
	/// A root and all below it.
	Recursive,
}

/// Something that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
	/// What is kept.
	pub cid: Cid,
	/// Whether all below it is kept, too.
	pub kind: PinKind,
	/// What it is known by, to people.
	pub name: String,
	/// Since when it is kept, in Unix seconds.
	pub since_secs: u64,
}

/// What a store starts with: pins, and files whose content is no pin.
pub(super) type Loaded = (BTreeMap<Cid, Pin>, Vec<PathBuf>);

impl DiskBlockStore {
	/// Keeps something until it is unpinned. It is durable when this returns.
	///
	/// Pinning again changes kind, name and time. All that a recursive pin keeps must be here; each
	/// block of it that has children is read for that.
	///
	/// # Errors
	///
	/// A block is missing, what is below cannot be walked, the name may not be one, or the disk
	/// failed. What was pinned before is as it was.
	pub fn pin(self: &Arc<Self>, pin: Pin) -> Result<(), PinError> {
		if PIN_NAME_BYTES_MAX < pin.name.len() || pin.name.contains(char::is_control) {
			return Err(PinError::Name);
		}
		// A collection that runs meanwhile learns of it before it removes another block.
		let mut protection = Protection::new(Arc::clone(self));
		protection.add_root(pin.cid);
		self.check_complete(&pin)?;
		let failed = |source| PinError::Disk { action: "pin", cid: pin.cid, source };
		let _one_at_a_time = self.pin_writes();
		// Blocks may be in place whose directories others have yet to sync.
		let unsynced: Vec<PathBuf> = self.state().unsynced.keys().cloned().collect();
		for shard in unsynced {
			self.disk.sync_directory(&shard).map_err(failed)?;
		}
		let temporary = self.temporary();
		replace(
			self.disk.as_ref(),
			&temporary,
			&self.layout.pin(&pin.cid),
			encode(&pin).as_bytes(),
		)
		.map_err(failed)?;
		self.state().pins.insert(pin.cid, pin);
		Ok(())
	}

	/// Keeps something no longer; whether it was pinned. The next collection removes it.
	///
	/// # Errors
	///
	/// The disk failed; it may be pinned still.
	pub fn unpin(&self, cid: &Cid) -> Result<bool, PinError> {
		let failed = |source| PinError::Disk { action: "unpin", cid: *cid, source };
		let _one_at_a_time = self.pin_writes();
		if !self.state().pins.contains_key(cid) {
			return Ok(false);
		}
		self.disk.remove(&self.layout.pin(cid)).map_err(failed)?;
		self.disk.sync_directory(&self.layout.pins).map_err(failed)?;
		self.state().pins.remove(cid);
		Ok(true)
	}

	/// The pin of a CID itself; what a pin above it keeps has none.
	#[must_use]
	pub fn pin_of(&self, cid: &Cid) -> Option<Pin> {
		self.state().pins.get(cid).cloned()
	}

	/// All pins, in the order of their CIDs.
	#[must_use]
	pub fn pins(&self) -> Vec<Pin> {
		self.state().pins.values().cloned().collect()
	}

	/// Files of pins that could not be read when the store was opened. What they name is kept.
	#[must_use]
	pub fn damaged_pins(&self) -> &[PathBuf] {
		&self.damaged_pins
	}

	fn check_complete(&self, pin: &Pin) -> Result<(), PinError> {
		let missing = |missing| PinError::Incomplete { cid: pin.cid, missing };
		let mut walk = Walk::new(&pin.cid)?;
		while let Some(cid) = walk.next() {
			if pin.kind == PinKind::Direct || !Walk::is_node(&cid) {
				if !self.has(&cid)? {
					return Err(missing(cid));
				}
				if pin.kind == PinKind::Direct {
					return Ok(());
				}
				continue;
			}
			let block = self.get(&cid)?.ok_or_else(|| missing(cid))?;
			walk.enter(&cid, &block)?;
		}
		Ok(())
	}

	/// Reads all pins.
	pub(super) fn load_pins(&self) -> io::Result<Loaded> {
		let mut pins = BTreeMap::new();
		let mut damaged = Vec::new();
		for (name, _) in self.disk.list(&self.layout.pins)? {
			let path = self.layout.pins.join(&name);
			// What is named otherwise was not put here by the store.
			let Ok(cid) = name.parse::<Cid>() else { continue };
			let bytes = self.disk.read(&path, FILE_BYTES_MAX + 1)?.unwrap_or_default();
			let pin = decode(cid, &bytes).unwrap_or_else(|| {
				tracing::warn!(target: "r1::fs", %cid, "pin is damaged, and counts as recursive");
				damaged.push(path);
				let kind = PinKind::Recursive;
				Pin { cid, kind, name: String::new(), since_secs: 0 }
			});
			pins.insert(cid, pin);
		}
		Ok((pins, damaged))
	}
}

fn encode(pin: &Pin) -> String {
	let kind = match pin.kind {
		PinKind::Direct => "direct",
		PinKind::Recursive => "recursive",
	};
	format!("{HEADER}\n{kind}\n{}\n{}\n", pin.since_secs, pin.name)
}

fn decode(cid: Cid, bytes: &[u8]) -> Option<Pin> {
	let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
	let mut lines = text.split('\n');
	let header = lines.next()?;
	let kind = match lines.next()? {
		"direct" => PinKind::Direct,
		"recursive" => PinKind::Recursive,
		_ => return None,
	};
	let since_secs = lines.next()?.parse().ok()?;
	let name = lines.next()?.to_owned();
	(header == HEADER && lines.next().is_none()).then_some(Pin { cid, kind, name, since_secs })
}

/// Why something was not pinned or unpinned.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
	/// The name is too long, or more than a line.
	#[error(
		"a pin's name is one line of at most {PIN_NAME_BYTES_MAX} bytes, without control characters"
	)]
	Name,
	/// A block is not here.
	#[error("{cid} cannot be pinned, as block {missing} of it is not here")]
	Incomplete {
		/// What was to be pinned.
		cid: Cid,
		/// The block.
		missing: Cid,
	},
	/// What is below cannot be walked.
	#[error(transparent)]
	Walk(#[from] WalkError),
	/// A block could not be read.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// The disk failed.
	#[error("could not {action} {cid}")]
	Disk {
		/// What was tried.
		action: &'static str,
		/// On what.
		cid: Cid,
		/// What the system said.
		source: io::Error,
	},
}

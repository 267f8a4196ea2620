// SPDX-License-Identifier: Apache-2.0

//! What is to be kept, and why.
//!
//! A pin is a file `pins/<CID>.<holder>`, written as blocks are: it is whole, or absent, or what it
//! was before. Several holders may keep the same content; it stays until the last of them lets go.
//!
//! ```text
//! r1fs-pin 1                 what it is, and of which version
//! recursive                  or `direct`
//! 1790000000                 since when, in Unix seconds
//! 262144                     bytes of the blocks that it keeps
//! the name                   one line of text, which may be empty
//! ```
//!
//! A file that cannot be read still says by its own name what is to be kept, so it counts as
//! recursive: content that is kept for nothing is better than content that is lost.

use super::{DiskBlockStore, in_flight::Protection, port::replace};
use crate::walk::{Walk, WalkError};
use cid::Cid;
use r1_core::{BlockStore as _, BlockStoreError};
use std::{collections::BTreeMap, fmt, io, path::PathBuf, sync::Arc};

/// Longest name of a pin, in bytes.
pub const PIN_NAME_BYTES_MAX: usize = 255;

/// Longest name of a holder, in bytes.
pub const HOLDER_BYTES_MAX: usize = 32;

/// Longest file of a pin, in bytes: a name and four short lines.
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

/// On whose behalf something is kept: 1 to [`HOLDER_BYTES_MAX`] of `a` to `z`, `0` to `9` and `-`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Holder(String);

impl Holder {
	/// A holder of this name; `None` if it may not be one.
	#[must_use]
	pub fn new(name: impl Into<String>) -> Option<Self> {
		let name = name.into();
		let may_have =
			|byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
		let fits = (1..=HOLDER_BYTES_MAX).contains(&name.len());
		(fits && name.bytes().all(may_have)).then_some(Self(name))
	}

	/// Its name.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl fmt::Display for Holder {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.0)
	}
}

/// How something is to be pinned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PinAs {
	/// On whose behalf.
	pub holder: Holder,
	/// What the pin is known by, to people.
	pub name: String,
	/// The time of the pin, in Unix seconds.
	pub since_secs: u64,
	/// Bytes that all pins of the holder may keep together. What two of them keep counts twice.
	pub holder_bytes_max: u64,
}

/// Something that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
	/// What is kept.
	pub cid: Cid,
	/// On whose behalf.
	pub holder: Holder,
	/// Whether all below it is kept, too.
	pub kind: PinKind,
	/// What it is known by, to people.
	pub name: String,
	/// Since when it is kept, in Unix seconds.
	pub since_secs: u64,
	/// Bytes of the blocks that it keeps, each of them once.
	pub bytes: u64,
}

/// Pins, by what they keep and for whom.
pub(super) type Pins = BTreeMap<(Cid, Holder), Pin>;

/// What a store starts with: pins, and files whose content is no pin.
pub(super) type Loaded = (Pins, Vec<PathBuf>);

impl DiskBlockStore {
	/// Keeps something until its holder unpins it. It is durable when this returns.
	///
	/// Pinning again changes kind, name and time. All that a recursive pin keeps must be here; each
	/// block of it that has children is read for that.
	///
	/// # Errors
	///
	/// A block is missing, what is below cannot be walked, the holder would keep too much, the name
	/// may not be one, or the disk failed. What was pinned before is as it was.
	pub fn pin(self: &Arc<Self>, cid: Cid, kind: PinKind, pin_as: &PinAs) -> Result<Pin, PinError> {
		let PinAs { holder, name, since_secs, holder_bytes_max } = pin_as.clone();
		if PIN_NAME_BYTES_MAX < name.len() || name.contains(char::is_control) {
			return Err(PinError::Name);
		}
		// A collection that runs meanwhile learns of it before it removes another block.
		let mut protection = Protection::new(Arc::clone(self));
		protection.add_root(cid);
		let bytes = self.measure(cid, kind)?;
		let failed = |source| PinError::Disk { action: "pin", cid, source };
		let _one_at_a_time = self.pin_writes();
		self.check_quota(cid, &holder, bytes, holder_bytes_max)?;
		// Blocks may be in place whose directories others have yet to sync.
		let unsynced: Vec<PathBuf> = self.state().unsynced.keys().cloned().collect();
		for shard in unsynced {
			self.disk.sync_directory(&shard).map_err(failed)?;
		}
		let pin = Pin { cid, holder: holder.clone(), kind, name, since_secs, bytes };
		let (temporary, place) = (self.temporary(), self.layout.pin(&cid, &holder));
		replace(self.disk.as_ref(), &temporary, &place, encode(&pin).as_bytes()).map_err(failed)?;
		self.state().pins.insert((cid, holder), pin.clone());
		Ok(pin)
	}

	/// Keeps something no longer on behalf of a holder; whether it was pinned. The next collection
	/// removes what no other pin keeps.
	///
	/// # Errors
	///
	/// The disk failed; it may be pinned still.
	pub fn unpin(&self, cid: &Cid, holder: &Holder) -> Result<bool, PinError> {
		let failed = |source| PinError::Disk { action: "unpin", cid: *cid, source };
		let key = (*cid, holder.clone());
		let _one_at_a_time = self.pin_writes();
		if !self.state().pins.contains_key(&key) {
			return Ok(false);
		}
		self.disk.remove(&self.layout.pin(cid, holder)).map_err(failed)?;
		self.disk.sync_directory(&self.layout.pins).map_err(failed)?;
		self.state().pins.remove(&key);
		Ok(true)
	}

	/// A holder's pin of a CID itself; what a pin above it keeps has none.
	#[must_use]
	pub fn pin_of(&self, cid: &Cid, holder: &Holder) -> Option<Pin> {
		self.state().pins.get(&(*cid, holder.clone())).cloned()
	}

	/// Whether anybody pinned a CID itself.
	#[must_use]
	pub fn is_pinned(&self, cid: &Cid) -> bool {
		let state = self.state();
		let from = (*cid, Holder(String::new()));
		state.pins.range(from..).next().is_some_and(|((pinned, _), _)| pinned == cid)
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

	/// Whether a holder may keep so much more; what a pin of the same kept before does not count.
	fn check_quota(
		&self,
		cid: Cid,
		holder: &Holder,
		bytes: u64,
		holder_bytes_max: u64,
	) -> Result<(), PinError> {
		let state = self.state();
		let others = state.pins.values().filter(|pin| pin.holder == *holder && pin.cid != cid);
		let kept = others.fold(0_u64, |sum, pin| sum.saturating_add(pin.bytes));
		if holder_bytes_max < kept.saturating_add(bytes) {
			let (holder, bytes_max) = (holder.clone(), holder_bytes_max);
			return Err(PinError::Quota { cid, holder, bytes, kept, bytes_max });
		}
		Ok(())
	}

	/// Bytes of the blocks that a pin keeps, all of which must be here.
	fn measure(&self, root: Cid, kind: PinKind) -> Result<u64, PinError> {
		let mut walk = Walk::new(&root)?;
		let mut bytes = 0_u64;
		while let Some(cid) = walk.next() {
			let missing = || PinError::Incomplete { cid: root, missing: cid };
			if kind == PinKind::Direct || !Walk::is_node(&cid) {
				bytes = bytes.saturating_add(self.length(&cid)?.ok_or_else(missing)?);
				if kind == PinKind::Direct {
					break;
				}
				continue;
			}
			let block = self.get(&cid)?.ok_or_else(missing)?;
			bytes = bytes.saturating_add(block.len() as u64);
			walk.enter(&cid, &block)?;
		}
		Ok(bytes)
	}

	/// Reads all pins.
	pub(super) fn load_pins(&self) -> io::Result<Loaded> {
		let mut pins = BTreeMap::new();
		let mut damaged = Vec::new();
		for (name, _) in self.disk.list(&self.layout.pins)? {
			let path = self.layout.pins.join(&name);
			// What is named otherwise was not put here by the store.
			let Some((cid, holder)) = parse_file_name(&name) else { continue };
			let bytes = self.disk.read(&path, FILE_BYTES_MAX + 1)?.unwrap_or_default();
			let pin = decode(cid, &holder, &bytes).unwrap_or_else(|| {
				tracing::warn!(target: "r1::fs", %cid, "pin is damaged, and counts as recursive");
				damaged.push(path);
				let (kind, holder) = (PinKind::Recursive, holder.clone());
				Pin { cid, holder, kind, name: String::new(), since_secs: 0, bytes: 0 }
			});
			pins.insert((cid, holder), pin);
		}
		Ok((pins, damaged))
	}
}

/// What a pin's file says by its name.
fn parse_file_name(name: &str) -> Option<(Cid, Holder)> {
	let (cid, holder) = name.split_once('.')?;
	Some((cid.parse().ok()?, Holder::new(holder)?))
}

fn encode(pin: &Pin) -> String {
	let kind = match pin.kind {
		PinKind::Direct => "direct",
		PinKind::Recursive => "recursive",
	};
	format!("{HEADER}\n{kind}\n{}\n{}\n{}\n", pin.since_secs, pin.bytes, pin.name)
}

fn decode(cid: Cid, holder: &Holder, bytes: &[u8]) -> Option<Pin> {
	let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
	let mut lines = text.split('\n');
	let header = lines.next()?;
	let kind = match lines.next()? {
		"direct" => PinKind::Direct,
		"recursive" => PinKind::Recursive,
		_ => return None,
	};
	let since_secs = lines.next()?.parse().ok()?;
	let bytes = lines.next()?.parse().ok()?;
	let name = lines.next()?.to_owned();
	let is_whole = header == HEADER && lines.next().is_none();
	is_whole.then(|| Pin { cid, holder: holder.clone(), kind, name, since_secs, bytes })
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
	/// The holder would keep more than it may.
	#[error(
		"{cid} has {bytes} bytes, and pins of {holder} keep {kept} of {bytes_max} already: unpin something"
	)]
	Quota {
		/// What was to be pinned.
		cid: Cid,
		/// On whose behalf.
		holder: Holder,
		/// What it would keep, in bytes.
		bytes: u64,
		/// What the holder's other pins keep, in bytes.
		kept: u64,
		/// What they may keep, in bytes.
		bytes_max: u64,
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

// SPDX-License-Identifier: Apache-2.0

//! Directories: what is in one, and what a path leads to.
//!
//! A directory is one block, or, if it is large, a tree of blocks over which its entries are spread by
//! the hashes of their names ([`crate::hamt`]). Such a tree is read strictly: an entry that is not
//! where its hash says is refused, so that whoever looks for one name and whoever reads all of them
//! find the same.

use crate::{
	dag::{DagError, NamedLink, Node, Shard, decode_node},
	defaults::{FETCHES_MAX, SHARDS_MAX, TREE_ENTRIES_MAX},
	hamt::{Place, hash_name},
	name::{NameError, check_name, check_path},
	source::{BlockSource, SourceError},
};
use cid::Cid;
use futures::{StreamExt as _, stream::FuturesOrdered};
use r1_core::{DAG_PB_CODEC, RAW_CODEC};
use std::collections::BTreeMap;

/// An entry of a directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
	/// Its name: one that a disk takes, too.
	pub name: String,
	/// What it is.
	pub cid: Cid,
	/// Bytes of all its blocks, as whoever made the directory says. Nobody has checked it.
	pub dag_bytes: u64,
}

/// What a CID stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Listed {
	/// A file.
	File,
	/// A directory, and its entries in the order of their names.
	Directory(Vec<Entry>),
}

/// Says what a CID stands for.
pub(crate) async fn list(source: &BlockSource, root: Cid) -> Result<Listed, DirectoryError> {
	let Some(mut part) = read_part(source, root, Place::default()).await? else {
		return Ok(Listed::File);
	};
	let mut entries = Vec::new();
	let mut waiting = Vec::new();
	let mut parts = 1;
	// In the order in which they were begun, so that of two faults always the same one is told.
	let mut fetches = FuturesOrdered::new();
	loop {
		entries.append(&mut part.entries);
		if TREE_ENTRIES_MAX < entries.len() as u64 {
			return Err(DirectoryError::TooManyEntries { cid: root });
		}
		parts += part.children.len();
		if SHARDS_MAX < parts {
			return Err(DirectoryError::TooManyEntries { cid: root });
		}
		waiting.extend(part.children.into_values().rev());
		while fetches.len() < FETCHES_MAX
			&& let Some((cid, place)) = waiting.pop()
		{
			fetches.push_back(async move { read_child(source, cid, place).await });
		}
		let Some(next) = fetches.next().await else { break };
		part = next?;
	}
	entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
	Ok(Listed::Directory(entries))
}

/// What a path leads to, from a root on.
pub(crate) async fn resolve(
	source: &BlockSource,
	root: Cid,
	path: &str,
) -> Result<Cid, DirectoryError> {
	let names = check_path(path).map_err(|source| DirectoryError::Path { source })?;
	let mut at = root;
	for name in names {
		at = find(source, at, name).await?;
	}
	Ok(at)
}

/// The entry of a directory that has a name. Of a spread one, only the parts on the way are read.
async fn find(source: &BlockSource, directory: Cid, name: &str) -> Result<Cid, DirectoryError> {
	let Some(mut part) = read_part(source, directory, Place::default()).await? else {
		return Err(DirectoryError::NotADirectory { cid: directory });
	};
	let hash = hash_name(name);
	loop {
		if let Some(entry) = part.entries.iter().find(|entry| entry.name == name) {
			return Ok(entry.cid);
		}
		let slot = part.place.slot(hash, part.bits);
		let Some((cid, place)) = slot.and_then(|slot| part.children.remove(&slot)) else {
			return Err(DirectoryError::NotFound { cid: directory, name: name.to_owned() });
		};
		part = read_child(source, cid, place).await?;
	}
}

/// A block of a directory, with everything in it checked.
struct Part {
	place: Place,
	/// Bits of hashes that tell its children apart; none in a directory of one block.
	bits: u32,
	entries: Vec<Entry>,
	/// Other parts, by the bits that lead to them.
	children: BTreeMap<u64, (Cid, Place)>,
}

/// Reads a part that another part leads to.
async fn read_child(source: &BlockSource, cid: Cid, place: Place) -> Result<Part, DirectoryError> {
	let part = read_part(source, cid, place).await?.filter(|part| part.bits != 0);
	part.ok_or_else(|| malformed(cid, DagError::InvalidShard))
}

/// Reads a block of a directory; `None` if it is one of a file.
async fn read_part(
	source: &BlockSource,
	cid: Cid,
	place: Place,
) -> Result<Option<Part>, DirectoryError> {
	match cid.codec() {
		// All bytes are a leaf, so there is no need to have them.
		RAW_CODEC => return Ok(None),
		DAG_PB_CODEC => {},
		codec => return Err(DirectoryError::UnsupportedCodec { cid, codec }),
	}
	let block = source.get(cid).await?;
	match decode_node(&block).map_err(|source| malformed(cid, source))? {
		Node::File(_) => Ok(None),
		Node::Directory(links) => plain_part(cid, links).map(Some),
		Node::Shard(shard) => shard_part(cid, place, shard).map(Some),
	}
}

/// A directory of one block.
fn plain_part(cid: Cid, links: Vec<NamedLink>) -> Result<Part, DirectoryError> {
	let mut entries: Vec<Entry> = links
		.into_iter()
		.map(|NamedLink { name, cid: child, dag_bytes }| {
			check(cid, &name)?;
			Ok(Entry { name, cid: child, dag_bytes })
		})
		.collect::<Result<_, DirectoryError>>()?;
	entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
	match entries.windows(2).all(|pair| pair[0].name != pair[1].name) {
		true => Ok(Part { place: Place::default(), bits: 0, entries, children: BTreeMap::new() }),
		false => Err(DirectoryError::RepeatedName { cid }),
	}
}

/// A part of a spread directory. Each name has one slot of one part, so none can stand twice.
fn shard_part(cid: Cid, place: Place, shard: Shard) -> Result<Part, DirectoryError> {
	let Shard { links, bits, digits } = shard;
	let invalid = || malformed(cid, DagError::InvalidShard);
	let mut part = Part { place, bits, entries: Vec::new(), children: BTreeMap::new() };
	let mut taken = std::collections::BTreeSet::new();
	for NamedLink { name, cid: child, dag_bytes } in links {
		let (prefix, name) = name.split_at_checked(digits).ok_or_else(invalid)?;
		let slot = u64::from_str_radix(prefix, 16).map_err(|_no_digits| invalid())?;
		if format!("{slot:0digits$X}") != prefix || slot >> bits != 0 || !taken.insert(slot) {
			return Err(invalid());
		}
		if name.is_empty() {
			let below = place.child(slot, bits).ok_or_else(invalid)?;
			part.children.insert(slot, (child, below));
			continue;
		}
		check(cid, name)?;
		let hash = hash_name(name);
		if !place.holds(hash) || place.slot(hash, bits) != Some(slot) {
			return Err(invalid());
		}
		part.entries.push(Entry { name: name.to_owned(), cid: child, dag_bytes });
	}
	Ok(part)
}

fn check(cid: Cid, name: &str) -> Result<(), DirectoryError> {
	match check_name(name.as_bytes()) {
		Ok(_) => Ok(()),
		Err(source) => Err(DirectoryError::Name { cid, source }),
	}
}

fn malformed(cid: Cid, source: DagError) -> DirectoryError {
	DirectoryError::Malformed { cid, source }
}

/// Why a directory could not be read, or a path leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
	/// A block could not be had.
	#[error(transparent)]
	Source(#[from] SourceError),
	/// A block is neither a directory nor a file.
	#[error("block {cid} is neither a directory nor a file")]
	Malformed {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		source: DagError,
	},
	/// A CID names a format other than raw bytes and dag-pb.
	#[error("block {cid} has the unsupported codec 0x{codec:x}")]
	UnsupportedCodec {
		/// The block.
		cid: Cid,
		/// Its multicodec.
		codec: u64,
	},
	/// A directory has an entry with a name that no disk may be given.
	#[error("directory {cid} has a forbidden name")]
	Name {
		/// The directory.
		cid: Cid,
		/// What is wrong with the name.
		source: NameError,
	},
	/// A directory has two entries of one name.
	#[error("directory {cid} has two entries of one name")]
	RepeatedName {
		/// The directory.
		cid: Cid,
	},
	/// A directory has more entries than any tree may have.
	#[error("directory {cid} has too many entries")]
	TooManyEntries {
		/// The directory.
		cid: Cid,
	},
	/// The path may not be one.
	#[error("invalid path")]
	Path {
		/// What is wrong with it.
		source: NameError,
	},
	/// The path goes on below a file.
	#[error("{cid} is a file, and has no entries")]
	NotADirectory {
		/// The file.
		cid: Cid,
	},
	/// A directory has no such entry.
	#[error("directory {cid} has no entry `{name}`")]
	NotFound {
		/// The directory.
		cid: Cid,
		/// The name.
		name: String,
	},
}

impl DirectoryError {
	/// Whether trying again later may help.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		matches!(self, Self::Source(SourceError::Exchange(_) | SourceError::Damaged { .. }))
	}

	/// Whether whoever made the directory is to blame, and no retry helps.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		matches!(
			self,
			Self::Malformed { .. }
				| Self::UnsupportedCodec { .. }
				| Self::Name { .. }
				| Self::RepeatedName { .. }
				| Self::TooManyEntries { .. }
		)
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Directories: what is in one, and what a path leads to.
//!
//! A directory is read as one block, or as the tree of blocks that other tools spread a large one
//! over by the hashes of its names. It is written as one block.

use crate::{
	dag::{DagError, NamedLink, Node, decode_node},
	defaults::{SHARDS_MAX, TREE_ENTRIES_MAX},
	name::{NameError, check_name, check_path},
	source::{BlockSource, SourceError},
};
use cid::Cid;
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
	let mut parts = match read_part(source, root).await? {
		None => return Ok(Listed::File),
		Some(part) => vec![part],
	};
	let mut entries = BTreeMap::new();
	let mut parts_read = 1;
	while let Some(Part { cid, digits, links }) = parts.pop() {
		for link in links {
			let Some(rest) = link.name.get(digits..) else {
				return Err(malformed(cid, DagError::InvalidShard));
			};
			if digits != 0 && rest.is_empty() {
				parts_read += 1;
				if SHARDS_MAX < parts_read {
					return Err(DirectoryError::TooManyEntries { cid: root });
				}
				let part = read_part(source, link.cid).await?.filter(Part::is_shard);
				parts.push(part.ok_or_else(|| malformed(link.cid, DagError::InvalidShard))?);
				continue;
			}
			let name = check_name(rest.as_bytes())
				.map_err(|source| DirectoryError::Name { cid, source })?
				.to_owned();
			if TREE_ENTRIES_MAX <= entries.len() as u64 {
				return Err(DirectoryError::TooManyEntries { cid: root });
			}
			let entry = Entry { name: name.clone(), cid: link.cid, dag_bytes: link.dag_bytes };
			if entries.insert(name, entry).is_some() {
				return Err(DirectoryError::RepeatedName { cid });
			}
		}
	}
	Ok(Listed::Directory(entries.into_values().collect()))
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
		let Listed::Directory(entries) = list(source, at).await? else {
			return Err(DirectoryError::NotADirectory { cid: at });
		};
		let found = entries.binary_search_by(|entry| entry.name.as_str().cmp(name));
		at = match found.ok().and_then(|position| entries.get(position)) {
			Some(entry) => entry.cid,
			None => return Err(DirectoryError::NotFound { cid: at, name: name.to_owned() }),
		};
	}
	Ok(at)
}

/// A block of a directory.
struct Part {
	cid: Cid,
	/// Hexadecimal digits before each name; none in a directory of one block.
	digits: usize,
	links: Vec<NamedLink>,
}

impl Part {
	fn is_shard(&self) -> bool {
		self.digits != 0
	}
}

/// Reads a block of a directory; `None` if it is one of a file.
async fn read_part(source: &BlockSource, cid: Cid) -> Result<Option<Part>, DirectoryError> {
	match cid.codec() {
		// All bytes are a leaf, so there is no need to have them.
		RAW_CODEC => return Ok(None),
		DAG_PB_CODEC => {},
		codec => return Err(DirectoryError::UnsupportedCodec { cid, codec }),
	}
	let block = source.get(cid).await?;
	match decode_node(&block).map_err(|source| malformed(cid, source))? {
		Node::File(_) => Ok(None),
		Node::Directory(links) => Ok(Some(Part { cid, digits: 0, links })),
		Node::Shard { links, digits } => Ok(Some(Part { cid, digits, links })),
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

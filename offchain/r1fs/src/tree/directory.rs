// SPDX-License-Identifier: Apache-2.0

//! Directories that are being made: one block, or a tree of blocks if they are large.
//!
//! ```text
//! entries ──sort by hash──> [ 00.. | 00.. | 01.. | ..  ]
//!                             └──┬──┘ one first digit: a part, and parts of it, or an entry
//! ```
//!
//! When a directory is large, and how it is spread then, is how IPFS tools do it, so that CIDs are
//! theirs. In one thing they differ: Helia's importer does not count entries that are directories with
//! something in them, and here it is the same; Kubo counts all. A directory that is large only by these
//! has the CID of Helia.

use crate::{
	add::Added,
	batch::Batch,
	dag::{Link, encode_directory, encode_shard},
	defaults::DIRECTORY_PLAIN_BYTES_MAX,
	hamt::{Place, SHARD_FANOUT, SHARD_FANOUT_BITS, hash_name},
	name::{NameError, check_name},
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStoreError, ContentHash, DAG_PB_CODEC, limits::BLOCK_BYTES_MAX};
use std::collections::BTreeMap;

/// A directory that is being made of entries that were added already.
#[derive(Debug, Default)]
pub(crate) struct DirectoryBuilder {
	entries: BTreeMap<String, Link>,
	/// Bytes of all files in it.
	bytes: u64,
	/// Bytes of names and CIDs of those entries that count.
	counted_bytes: u64,
}

/// What an entry is, as far as it matters to how large its directory is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EntryKind {
	/// A file, or a directory with nothing in it.
	Leaf,
	/// A directory with something in it.
	Tree,
}

impl DirectoryBuilder {
	pub(crate) fn is_empty(&self) -> bool {
		self.entries.is_empty()
	}

	/// Takes an entry, whose name none had before.
	pub(crate) fn insert(
		&mut self,
		name: &[u8],
		kind: EntryKind,
		added: Added,
	) -> Result<(), NameError> {
		let name = check_name(name)?.to_owned();
		if kind == EntryKind::Leaf {
			let bytes = name.len() + added.cid.encoded_len();
			self.counted_bytes = self.counted_bytes.saturating_add(bytes as u64);
		}
		let link = Link { cid: added.cid, file_bytes: added.bytes, dag_bytes: added.dag_bytes };
		self.entries.insert(name, link);
		self.bytes = self.bytes.saturating_add(added.bytes);
		Ok(())
	}

	/// Puts the directory into a batch; `None` if two of its names have the same hash, so that no block
	/// can tell them apart.
	pub(crate) async fn finish(self, batch: &mut Batch) -> Result<Option<Added>, BlockStoreError> {
		let Self { entries, bytes, counted_bytes } = self;
		if counted_bytes <= DIRECTORY_PLAIN_BYTES_MAX {
			let links = entries.iter().map(|(name, link)| (name.as_str(), link));
			let block = Bytes::from(encode_directory(links));
			// What does not count may still be too much for a block.
			if block.len() <= BLOCK_BYTES_MAX {
				let below = entries.values().map(|link| link.dag_bytes);
				let dag_bytes = below.fold(block.len() as u64, u64::saturating_add);
				let cid = batch.hash().cid_of(DAG_PB_CODEC, &block);
				batch.put_all(vec![(cid, block)]).await?;
				return Ok(Some(Added { cid, bytes, dag_bytes }));
			}
		}
		let spread = spread(batch, entries).await?;
		Ok(spread.map(|Link { cid, dag_bytes, .. }| Added { cid, bytes, dag_bytes }))
	}
}

/// An entry, and the hash of its name.
struct Hashed {
	hash: u64,
	name: String,
	link: Link,
}

/// Puts a directory into a batch as a tree of parts. Beside the entries, the parts below one of the
/// first one's children are held at a time.
async fn spread(
	batch: &mut Batch,
	entries: BTreeMap<String, Link>,
) -> Result<Option<Link>, BlockStoreError> {
	let hashed = |(name, link): (String, Link)| Hashed { hash: hash_name(&name), name, link };
	let mut entries: Vec<Hashed> = entries.into_iter().map(hashed).collect();
	// So that those that have their first bits in common are beside each other.
	entries.sort_unstable_by_key(|entry| entry.hash);
	if entries.windows(2).any(|pair| pair[0].hash == pair[1].hash) {
		return Ok(None);
	}
	let mut maker = PartMaker { hash: batch.hash(), blocks: Vec::new() };
	let mut root = PartBuilder::default();
	for (slot, entries) in slots(Place::default(), &entries) {
		maker.add(&mut root, Place::default(), slot, entries);
		batch.put_all(std::mem::take(&mut maker.blocks)).await?;
	}
	let link = maker.finish(&root);
	batch.put_all(maker.blocks).await?;
	Ok(Some(link))
}

/// Makes parts, and collects their blocks.
struct PartMaker {
	hash: ContentHash,
	blocks: Vec<(Cid, Bytes)>,
}

/// A part that is being made.
#[derive(Default)]
struct PartBuilder {
	/// Its children, by names that begin with two digits.
	children: Vec<(String, Link)>,
	/// A bit for each child.
	taken: [u64; SHARD_FANOUT as usize / 64],
}

impl PartMaker {
	/// Adds the entries of a slot to a part: the only one, or a part with all of them.
	fn add(&mut self, part: &mut PartBuilder, place: Place, slot: u64, entries: &[Hashed]) {
		let (name, link) = match entries {
			[only] => (only.name.as_str(), only.link),
			several => {
				let below = place.child(slot, SHARD_FANOUT_BITS);
				let below = below.expect("different hashes differ in one of their digits; qed");
				let mut child = PartBuilder::default();
				for (slot, entries) in slots(below, several) {
					self.add(&mut child, below, slot, entries);
				}
				("", self.finish(&child))
			},
		};
		part.children.push((format!("{slot:02X}{name}"), link));
		part.taken[slot as usize / 64] |= 1 << (slot % 64);
	}

	fn finish(&mut self, part: &PartBuilder) -> Link {
		let children = || part.children.iter().map(|(name, link)| (name.as_str(), link));
		let block = Bytes::from(encode_shard(children(), part.taken));
		let below = children().map(|(_, link)| link.dag_bytes);
		let dag_bytes = below.fold(block.len() as u64, u64::saturating_add);
		let cid = self.hash.cid_of(DAG_PB_CODEC, &block);
		self.blocks.push((cid, block));
		Link { cid, file_bytes: 0, dag_bytes }
	}
}

/// Entries of a place, which are in the order of their hashes, by the slots that they belong to.
fn slots(place: Place, entries: &[Hashed]) -> impl Iterator<Item = (u64, &[Hashed])> {
	let slot = move |entry: &Hashed| place.slot(entry.hash, SHARD_FANOUT_BITS).unwrap_or_default();
	let groups = entries.chunk_by(move |one, other| slot(one) == slot(other));
	groups.filter_map(move |group| Some((slot(group.first()?), group)))
}

// SPDX-License-Identifier: Apache-2.0

//! A file, or a range of it, piece by piece and in order.
//!
//! ```text
//! queue: [ head | next | next | ...          blocks in the order of the file, none of them read
//!          │      └──┬──┘
//!          │         up to FETCHES_MAX are fetched ahead
//!          └ leaf: its bytes are the next piece; inner node: its children take its place
//! ```
//!
//! The queue holds links, not blocks. However a DAG is made, a reader holds at most
//! [`BLOCKS_HELD_MAX`] blocks: the window, and one on each level for a head that the window has no
//! room for.

use crate::{
	dag::{FileNode, decode_file_node},
	defaults::{DEPTH_MAX, FETCHES_MAX},
	disk::Protection,
	get::GetError,
	source::{BlockSource, SourceError},
};
use bytes::Bytes;
use cid::Cid;
use futures::{Stream, StreamExt, stream, stream::FuturesUnordered};
use r1_core::{DAG_PB_CODEC, RAW_CODEC};
use std::{
	collections::{HashMap, VecDeque},
	fmt,
	future::Future,
	ops::Range,
	pin::Pin,
};

#[cfg(doc)]
use crate::defaults::BLOCKS_HELD_MAX;

/// Reads a file without holding more of it than a few blocks.
pub struct FileReader {
	source: BlockSource,
	file_bytes: u64,
	/// What is still to be read of the file.
	range: Range<u64>,
	/// What is left of the DAG, in the order of the file.
	queue: VecDeque<Slot>,
	fetches: FuturesUnordered<Fetch>,
	arrived: HashMap<u64, Result<Bytes, SourceError>>,
	fetches_begun: u64,
	/// The most blocks that were held at a time.
	held_max: usize,
	/// Lasts as long as the reader.
	_protection: Option<Protection>,
}

/// A block on its way, and the number of its fetch.
type Fetch = Pin<Box<dyn Future<Output = (u64, Result<Bytes, SourceError>)> + Send>>;

/// A place in the queue.
#[derive(Clone, Copy, Debug)]
struct Slot {
	cid: Cid,
	/// Where in the file its bytes begin.
	offset: u64,
	/// How many bytes of the file are in it and below, as its parent says.
	bytes: u64,
	/// How many inner nodes may still be entered from it on.
	depth_left: usize,
	/// The number of its fetch, if one was begun.
	fetch: Option<u64>,
}

impl FileReader {
	/// A reader of a whole file of at most `bytes_max` bytes. Fetches the root.
	pub(crate) async fn open(
		source: BlockSource,
		root: Cid,
		bytes_max: u64,
	) -> Result<Self, GetError> {
		let protection = source.protect(root);
		let block = source.get(root).await?;
		let part = Part::parse(&root, &block)?;
		let bytes = part.file_bytes();
		if bytes_max < bytes {
			return Err(GetError::TooLarge { cid: root, bytes, bytes_max });
		}
		let slot = Slot { cid: root, offset: 0, bytes, depth_left: DEPTH_MAX, fetch: Some(0) };
		Ok(Self {
			source,
			file_bytes: bytes,
			range: 0..bytes,
			queue: VecDeque::from([slot]),
			fetches: FuturesUnordered::new(),
			arrived: HashMap::from([(0, Ok(block))]),
			fetches_begun: 1,
			held_max: 1,
			_protection: protection,
		})
	}

	/// Length of the whole file.
	#[must_use]
	pub fn file_bytes(&self) -> u64 {
		self.file_bytes
	}

	/// Reads a part of the file alone; blocks that hold nothing of it are not fetched.
	///
	/// What is beyond the end of the file is not there. Call it before the first piece is read.
	#[must_use]
	pub fn range(mut self, range: Range<u64>) -> Self {
		self.range = range.start..range.end.min(self.file_bytes);
		self
	}

	/// The next piece; `None` at the end.
	///
	/// # Errors
	///
	/// A block cannot be had, or is not what its parent says.
	///
	/// # Cancel safety
	///
	/// Dropping the future loses nothing: the next call goes on.
	pub async fn next_piece(&mut self) -> Result<Option<Bytes>, GetError> {
		while !self.range.is_empty() {
			self.skip_outside();
			let Some(head) = self.queue.front().copied() else { break };
			self.fill();
			let Some(block) = self.take_arrived(&head) else {
				if let Some((fetch, result)) = self.fetches.next().await {
					self.arrived.insert(fetch, result);
				}
				continue;
			};
			self.queue.pop_front();
			if let Some(piece) = self.enter(&head, &block?)? {
				return Ok(Some(piece));
			}
		}
		Ok(None)
	}

	/// The pieces as a stream, which ends after its first error.
	pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, GetError>> + Send + Unpin {
		let next = async |mut reader: Self| match reader.next_piece().await {
			Ok(piece) => piece.map(|piece| (Ok(piece), Some(reader))),
			Err(error) => Some((Err(error), None)),
		};
		Box::pin(stream::unfold(Some(self), move |reader| async move { next(reader?).await }))
	}

	/// The most blocks that this reader has held at a time.
	#[cfg(test)]
	pub(crate) fn held_max(&self) -> usize {
		self.held_max
	}

	/// Drops what holds nothing of the range.
	fn skip_outside(&mut self) {
		let is_outside = |slot: &Slot| {
			slot.offset.saturating_add(slot.bytes) <= self.range.start
				|| self.range.end <= slot.offset
		};
		while self.queue.front().is_some_and(is_outside) {
			self.queue.pop_front();
		}
	}

	/// Begins fetches until the window is full; the head's in any case.
	fn fill(&mut self) {
		let mut held = self.fetches.len() + self.arrived.len();
		for (position, slot) in self.queue.iter_mut().enumerate() {
			if FETCHES_MAX <= held && position != 0 || self.range.end <= slot.offset {
				break;
			}
			if slot.fetch.is_some() {
				continue;
			}
			let (number, cid, source) = (self.fetches_begun, slot.cid, self.source.clone());
			self.fetches.push(Box::pin(async move { (number, source.get(cid).await) }));
			slot.fetch = Some(number);
			self.fetches_begun += 1;
			held += 1;
		}
		self.held_max = self.held_max.max(held);
	}

	fn take_arrived(&mut self, head: &Slot) -> Option<Result<Bytes, SourceError>> {
		self.arrived.remove(&head.fetch?)
	}

	/// Puts a node's children in its place; the bytes that the block itself adds to the range.
	fn enter(&mut self, slot: &Slot, block: &Bytes) -> Result<Option<Bytes>, GetError> {
		let part = Part::parse(&slot.cid, block)?;
		// The parent's word bounds what is read; the child must keep it.
		if part.file_bytes() != slot.bytes {
			return Err(GetError::SizeMismatch { cid: slot.cid, expected: slot.bytes });
		}
		let data = match part {
			Part::Leaf(_) => block.clone(),
			Part::Node(node) => {
				self.enter_node(slot, &node)?;
				block.slice_ref(node.data)
			},
		};
		let piece = cut(&data, slot.offset, &self.range);
		self.range.start += piece.len() as u64;
		Ok((!piece.is_empty()).then_some(piece))
	}

	fn enter_node(&mut self, slot: &Slot, node: &FileNode<'_>) -> Result<(), GetError> {
		let depth_left = match slot.depth_left.checked_sub(1) {
			Some(depth_left) => depth_left,
			None if node.children.is_empty() => return Ok(()),
			None => return Err(GetError::TooDeep { cid: slot.cid }),
		};
		// All sizes together are the node's own, which was checked, so no sum runs over.
		let mut end = slot.offset + slot.bytes;
		for (cid, bytes) in node.children.iter().rev() {
			end -= bytes;
			let child = Slot { cid: *cid, offset: end, bytes: *bytes, depth_left, fetch: None };
			self.queue.push_front(child);
		}
		Ok(())
	}
}

/// What of `data`, which begins at `offset` of the file, is in the range.
fn cut(data: &Bytes, offset: u64, range: &Range<u64>) -> Bytes {
	let length = data.len() as u64;
	// At most the length of a block, so they fit.
	let begin = range.start.saturating_sub(offset).min(length) as usize;
	let end = range.end.saturating_sub(offset).min(length) as usize;
	if end <= begin { Bytes::new() } else { data.slice(begin..end) }
}

impl fmt::Debug for FileReader {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("FileReader")
			.field("file_bytes", &self.file_bytes)
			.field("range", &self.range)
			.finish_non_exhaustive()
	}
}

/// What a block adds to a file.
enum Part<'a> {
	/// A leaf: bytes.
	Leaf(&'a [u8]),
	/// An inner node, or a leaf of older tools: bytes, then children.
	Node(FileNode<'a>),
}

impl<'a> Part<'a> {
	fn parse(cid: &Cid, block: &'a Bytes) -> Result<Self, GetError> {
		match cid.codec() {
			RAW_CODEC => Ok(Self::Leaf(block)),
			DAG_PB_CODEC => decode_file_node(block)
				.map(Self::Node)
				.map_err(|source| GetError::Malformed { cid: *cid, source }),
			codec => Err(GetError::UnsupportedCodec { cid: *cid, codec }),
		}
	}

	fn file_bytes(&self) -> u64 {
		match self {
			Self::Leaf(bytes) => bytes.len() as u64,
			Self::Node(node) => node.file_bytes,
		}
	}
}

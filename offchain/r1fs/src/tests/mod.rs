// SPDX-License-Identifier: Apache-2.0

mod car;
mod chunker;
mod groups;
mod cids;
mod sharded;
mod hashes;
mod collect;
mod crash;
mod dag;
mod directory;
mod disk;
mod files;
mod invariants;
mod audit;
mod pins;
mod scrub;
mod seal;
mod sim_disk;
mod streaming;
mod tree;

use crate::Files;
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockExchange, BlockFuture, BlockStore, DoneFuture, ExchangeError, MemoryBlockStore,
};
use std::{
	collections::{BTreeSet, HashMap},
	pin::Pin,
	sync::{Arc, Mutex},
	task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

/// The first `length` bytes of the sequence 0, 1, .. 250, 0, 1, ..
///
/// A chunk's length is no multiple of 251, so that neighbouring chunks differ.
fn sequence(length: usize) -> Vec<u8> {
	(0..length).map(|position| (position % 251) as u8).collect()
}

/// The content of a file of the fixtures: the byte at position `p` is the highest of the 32 bits of
/// `p * 0x9e3779b1`, as in `tests/ipfs/content.mjs`.
fn content(range: std::ops::Range<u64>) -> Vec<u8> {
	range
		.map(|position| ((position as u32).wrapping_mul(0x9e37_79b1) >> 24) as u8)
		.collect()
}

/// A file that is made while it is read, and counts what was taken of it.
struct Generated {
	position: u64,
	length: u64,
}

impl Generated {
	fn new(length: u64) -> Self {
		Self { position: 0, length }
	}
}

impl AsyncRead for Generated {
	fn poll_read(
		mut self: Pin<&mut Self>,
		_: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<std::io::Result<()>> {
		let end = self.length.min(self.position + buffer.remaining() as u64);
		buffer.put_slice(&content(self.position..end));
		self.position = end;
		Poll::Ready(Ok(()))
	}
}

/// A mesh in which others have some blocks, right or wrong.
#[derive(Default)]
struct Neighbours {
	blocks: Mutex<HashMap<Cid, Bytes>>,
	announced: Mutex<Vec<Cid>>,
	provided: Mutex<BTreeSet<Cid>>,
}

impl Neighbours {
	/// Lets a neighbour answer a request for `cid` with `block`, whether it matches or not.
	fn answer(&self, cid: Cid, block: impl Into<Bytes>) {
		self.blocks.lock().unwrap().insert(cid, block.into());
	}

	fn provided(&self) -> Vec<Cid> {
		self.provided.lock().unwrap().iter().copied().collect()
	}

	fn announced(&self) -> Vec<Cid> {
		self.announced.lock().unwrap().clone()
	}
}

impl BlockExchange for Neighbours {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		let block = self.blocks.lock().unwrap().get(&cid).cloned();
		Box::pin(async move { block.ok_or(ExchangeError::TimedOut { cid }) })
	}

	fn announce(&self, cid: Cid) {
		self.announced.lock().unwrap().push(cid);
	}

	fn provide(&self, root: Cid) -> DoneFuture<'_> {
		self.provided.lock().unwrap().insert(root);
		Box::pin(async {})
	}

	fn withdraw(&self, root: Cid) -> DoneFuture<'_> {
		self.provided.lock().unwrap().remove(&root);
		Box::pin(async {})
	}
}

/// A node of the network: its blocks, what others have, and its files.
struct Node {
	store: Arc<MemoryBlockStore>,
	neighbours: Arc<Neighbours>,
	files: Files,
}

fn node() -> Node {
	node_of(4_096)
}

/// A node that has room for directories of many blocks.
fn large_node() -> Node {
	node_of(65_536)
}

fn node_of(blocks_max: usize) -> Node {
	let store = Arc::new(MemoryBlockStore::new(blocks_max));
	let neighbours = Arc::new(Neighbours::default());
	let files = Files::new(store.clone(), neighbours.clone());
	Node { store, neighbours, files }
}

impl Node {
	/// Keeps a block of a codec, and says under which CID.
	fn keep(&self, codec: u64, block: Vec<u8>) -> Cid {
		let cid = r1_core::cid_of(codec, &block);
		self.store.put(&cid, block.into()).unwrap();
		cid
	}
}

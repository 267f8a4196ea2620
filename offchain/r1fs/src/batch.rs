// SPDX-License-Identifier: Apache-2.0

//! Blocks that become durable together.

use crate::{
	dag::Link,
	disk::{Protection, Staging},
	source::BlockSource,
};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore, BlockStoreError, ContentHash, RAW_CODEC};
use std::{
	io,
	sync::{Arc, mpsc::sync_channel},
	thread,
};
use tokio::task::spawn_blocking;

/// Leaves that are hashed and wait to be written.
const HASHED_MAX: usize = 4;

/// Takes blocks, and makes them durable when it is committed.
///
/// A batch that is dropped instead leaves nothing but blocks that nobody asked for, and the next
/// collection removes these. Until then, and until what [`Self::commit`] returns is dropped, no
/// collection touches what was put.
pub(crate) struct Batch {
	source: BlockSource,
	hash: ContentHash,
	sink: Sink,
}

/// Where blocks go.
enum Sink {
	/// To a store that makes each durable by itself.
	Plain(Arc<dyn BlockStore>),
	/// To a disk, in groups.
	Disk(Box<Staging>),
	/// Nowhere any more, as an earlier block failed.
	Broken,
}

impl Sink {
	/// Hashes leaves and puts them; links to them. A leaf is hashed while the one before is written.
	fn put_leaves(
		&mut self,
		hash: ContentHash,
		leaves: Vec<Bytes>,
	) -> Result<Vec<Link>, BlockStoreError> {
		let hashed = move |leaf: Bytes| (hash.cid_of(RAW_CODEC, &leaf), leaf);
		let mut links = Vec::with_capacity(leaves.len());
		let mut put = |(cid, leaf): (Cid, Bytes)| {
			let bytes = leaf.len() as u64;
			links.push(Link { cid, file_bytes: bytes, dag_bytes: bytes });
			self.put(cid, leaf)
		};
		if leaves.len() <= 1 {
			leaves.into_iter().map(hashed).try_for_each(put)?;
			return Ok(links);
		}
		let (sender, receiver) = sync_channel(HASHED_MAX);
		thread::scope(|scope| {
			// Ends with the leaves, or when a block cannot be put and nobody receives any more.
			scope.spawn(move || leaves.into_iter().try_for_each(|leaf| sender.send(hashed(leaf))));
			receiver.into_iter().try_for_each(&mut put)
		})?;
		Ok(links)
	}

	/// Puts a block whose CID was made of it.
	fn put(&mut self, cid: Cid, block: Bytes) -> Result<(), BlockStoreError> {
		match self {
			Self::Plain(store) => store.put(&cid, block),
			Self::Disk(staging) => staging.stage(cid, &block),
			Self::Broken => Err(broken(cid)),
		}
	}
}

impl Batch {
	/// A batch of blocks that get their CIDs by a hash.
	pub(crate) fn new(source: BlockSource, hash: ContentHash) -> Self {
		let sink = match source.disk() {
			Some(disk) => Sink::Disk(Box::new(Staging::new(disk))),
			None => Sink::Plain(source.store()),
		};
		Self { source, hash, sink }
	}

	/// What blocks of this batch are named by.
	pub(crate) fn hash(&self) -> ContentHash {
		self.hash
	}

	/// Hashes and keeps leaves; links to them, in the same order.
	pub(crate) async fn put_leaves(
		&mut self,
		leaves: Vec<Bytes>,
	) -> Result<Vec<Link>, BlockStoreError> {
		let hash = self.hash;
		self.run(move |sink| {
			let links = sink.put_leaves(hash, leaves)?;
			let cids = links.iter().map(|link| link.cid).collect();
			Ok((links, cids))
		})
		.await
	}

	/// Keeps blocks whose CIDs were made of them, or were checked.
	pub(crate) async fn put_all(
		&mut self,
		blocks: Vec<(Cid, Bytes)>,
	) -> Result<(), BlockStoreError> {
		if blocks.is_empty() {
			return Ok(());
		}
		self.run(move |sink| {
			let cids = blocks.iter().map(|(cid, _)| *cid).collect();
			for (cid, block) in blocks {
				sink.put(cid, block)?;
			}
			Ok(((), cids))
		})
		.await
	}

	/// Makes all of it durable.
	pub(crate) async fn commit(mut self) -> Result<Option<Protection>, BlockStoreError> {
		self.run(|sink| {
			if let Sink::Disk(staging) = sink {
				staging.commit()?;
			}
			Ok(((), Vec::new()))
		})
		.await?;
		match self.sink {
			Sink::Disk(staging) => Ok(Some(staging.into_protection())),
			Sink::Plain(_) | Sink::Broken => Ok(None),
		}
	}

	/// Does something with the sink where it may block, and tells the mesh what is durable now.
	async fn run<T: Send + 'static>(
		&mut self,
		put: impl FnOnce(&mut Sink) -> Result<(T, Vec<Cid>), BlockStoreError> + Send + 'static,
	) -> Result<T, BlockStoreError> {
		let mut sink = std::mem::replace(&mut self.sink, Sink::Broken);
		let done = spawn_blocking(move || put(&mut sink).map(|done| (done, sink))).await;
		let ((value, cids), sink) = done.unwrap_or_else(|failed| {
			let source = failed.into();
			Err(BlockStoreError::Io { action: "finish a batch at", cid: Cid::default(), source })
		})?;
		self.sink = sink;
		let durable = match &mut self.sink {
			Sink::Disk(staging) => staging.take_committed(),
			Sink::Plain(_) | Sink::Broken => cids,
		};
		durable.into_iter().for_each(|cid| self.source.announce(cid));
		Ok(value)
	}
}

fn broken(cid: Cid) -> BlockStoreError {
	let source = io::Error::other("the batch failed before");
	BlockStoreError::Io { action: "put", cid, source }
}

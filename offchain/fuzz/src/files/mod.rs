// SPDX-License-Identifier: Apache-2.0

//! What strangers make of blocks: DAGs, CAR files and sealed files.

pub(crate) mod dag;
pub(crate) mod car;
pub(crate) mod sealed;

use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockExchange, BlockFuture, BlockStore as _, ExchangeError, MemoryBlockStore, cid_of,
};
use r1fs::Files;
use std::{future::Future, sync::Arc};
use tokio::runtime::{Builder, Runtime};

/// Blocks that a node of an input keeps: more than any input makes.
const BLOCKS_MAX: usize = 256;

/// A node that has nobody to ask.
struct Node {
	runtime: Runtime,
	store: Arc<MemoryBlockStore>,
	files: Files,
}

struct Nobody;

impl BlockExchange for Nobody {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(async move { Err(ExchangeError::TimedOut { cid }) })
	}

	fn announce(&self, _: Cid) {}
}

impl Node {
	fn new() -> Self {
		let store = Arc::new(MemoryBlockStore::new(BLOCKS_MAX));
		let files = Files::new(store.clone(), Arc::new(Nobody));
		let runtime = Builder::new_current_thread().build().expect("a runtime needs nothing");
		Self { runtime, store, files }
	}

	/// Keeps a block of a codec.
	fn keep(&self, codec: u64, block: Vec<u8>) -> Cid {
		let cid = cid_of(codec, &block);
		self.store
			.put(&cid, Bytes::from(block))
			.expect("there is room for all of an input");
		cid
	}

	fn wait<T>(&self, future: impl Future<Output = T>) -> T {
		self.runtime.block_on(future)
	}
}

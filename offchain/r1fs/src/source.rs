// SPDX-License-Identifier: Apache-2.0

//! Blocks, from the local store first and from the mesh then.

use crate::disk::{DiskBlockStore, Protection};
use bytes::Bytes;
use cid::Cid;
use r1_core::{
	BlockCheckError, BlockExchange, BlockStore, BlockStoreError, ExchangeError, check_hash,
};
use std::{fmt, sync::Arc};
use tokio::sync::OnceCell;

/// A store, and the mesh behind it.
#[derive(Clone)]
pub struct BlockSource {
	store: Arc<dyn BlockStore>,
	/// The store again, if it is one that collects, pins, and syncs in groups.
	disk: Option<Arc<DiskBlockStore>>,
	exchange: Arc<dyn BlockExchange>,
	/// What the blocks that are got belong to, if they belong together.
	session: Option<Arc<RootSession>>,
}

/// A session of the exchange, begun with the first block that is not here.
struct RootSession {
	root: Cid,
	exchange: OnceCell<Arc<dyn BlockExchange>>,
}

impl BlockSource {
	/// Blocks of `store`, and of `exchange` where the store has none.
	#[must_use]
	pub fn new(store: Arc<dyn BlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		Self { store, disk: None, exchange, session: None }
	}

	/// Blocks of a store on a disk, and of `exchange` where it has none.
	pub(crate) fn on_disk(disk: Arc<DiskBlockStore>, exchange: Arc<dyn BlockExchange>) -> Self {
		let store = Arc::clone(&disk) as Arc<dyn BlockStore>;
		Self { store, disk: Some(disk), exchange, session: None }
	}

	/// The same, for blocks that are below a root: whoever had one of them is asked for the next.
	pub(crate) fn for_root(&self, root: Cid) -> Self {
		let session = Arc::new(RootSession { root, exchange: OnceCell::new() });
		Self { session: Some(session), ..self.clone() }
	}

	pub(crate) fn store(&self) -> Arc<dyn BlockStore> {
		Arc::clone(&self.store)
	}

	pub(crate) fn disk(&self) -> Option<Arc<DiskBlockStore>> {
		self.disk.clone()
	}

	/// Keeps what is below a root from being collected while it is read.
	pub(crate) fn protect(&self, root: Cid) -> Option<Protection> {
		self.disk.as_ref().map(|disk| disk.protect(root))
	}

	/// Tells the mesh that a block is here now.
	pub(crate) fn announce(&self, cid: Cid) {
		self.exchange.announce(cid);
	}

	/// Tells whoever looks for it that what is below a root is here.
	pub(crate) async fn provide(&self, root: Cid) {
		self.exchange.provide(root).await;
	}

	/// Tells it no more.
	pub(crate) async fn withdraw(&self, root: Cid) {
		self.exchange.withdraw(root).await;
	}

	/// A block, which matches its CID. One that came from the mesh is kept.
	///
	/// # Errors
	///
	/// Nobody has the block, or the store failed.
	pub async fn get(&self, cid: Cid) -> Result<Bytes, SourceError> {
		// Refused before anybody is asked: no answer could be checked.
		check_hash(&cid).map_err(SourceError::Unsupported)?;
		let damage = match self.on_store(cid, move |store| store.get(&cid)).await {
			Ok(Some(block)) => return Ok(block),
			Ok(None) => None,
			Err(BlockStoreError::Check(error)) => {
				tracing::warn!(target: "r1::fs", %cid, %error, "stored block is damaged, fetching it again");
				Some(error)
			},
			Err(error) => return Err(error.into()),
		};
		let block = self.fetch(cid).await.map_err(|source| match damage {
			Some(damage) => SourceError::Damaged { damage, source },
			None => SourceError::Exchange(source),
		})?;
		self.put(cid, block.clone()).await?;
		Ok(block)
	}

	async fn fetch(&self, cid: Cid) -> Result<Bytes, ExchangeError> {
		let Some(session) = &self.session else { return self.exchange.fetch(cid).await };
		let begun = || async {
			let session = self.exchange.session(session.root).await;
			// Too many are open: the block is asked for like any other.
			session.unwrap_or_else(|| Arc::clone(&self.exchange))
		};
		session.exchange.get_or_init(begun).await.fetch(cid).await
	}

	/// A block that is kept here; `None` if it is not, or is damaged.
	pub(crate) async fn local(&self, cid: Cid) -> Result<Option<Bytes>, BlockStoreError> {
		match self.on_store(cid, move |store| store.get(&cid)).await {
			Err(BlockStoreError::Check(_)) => Ok(None),
			result => result,
		}
	}

	/// Whether a block is kept here.
	pub(crate) async fn has(&self, cid: Cid) -> Result<bool, BlockStoreError> {
		self.on_store(cid, move |store| store.has(&cid)).await
	}

	/// Keeps a block and tells the mesh.
	///
	/// # Errors
	///
	/// The block does not match its CID, or the store failed.
	pub async fn put(&self, cid: Cid, block: Bytes) -> Result<(), BlockStoreError> {
		self.on_store(cid, move |store| store.put(&cid, block)).await?;
		self.exchange.announce(cid);
		Ok(())
	}

	/// Runs a disk operation where it may block.
	async fn on_store<T: Send + 'static>(
		&self,
		cid: Cid,
		operation: impl FnOnce(&dyn BlockStore) -> Result<T, BlockStoreError> + Send + 'static,
	) -> Result<T, BlockStoreError> {
		let store = Arc::clone(&self.store);
		tokio::task::spawn_blocking(move || operation(store.as_ref()))
			.await
			.unwrap_or_else(|failed| {
				let source = failed.into();
				Err(BlockStoreError::Io { action: "finish an operation on", cid, source })
			})
	}
}

impl fmt::Debug for BlockSource {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "BlockSource({} blocks)", self.store.len())
	}
}

/// Why a block could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
	/// The CID has a hash that cannot be checked.
	#[error(transparent)]
	Unsupported(BlockCheckError),
	/// The local store failed.
	#[error(transparent)]
	Store(#[from] BlockStoreError),
	/// No other node sent it.
	#[error(transparent)]
	Exchange(ExchangeError),
	/// The copy kept here is not the CID's any more, and no other node sent the right bytes.
	#[error("the copy kept here is damaged, as {damage}")]
	Damaged {
		/// What is wrong with the copy.
		damage: BlockCheckError,
		/// Why others did not help.
		source: ExchangeError,
	},
}

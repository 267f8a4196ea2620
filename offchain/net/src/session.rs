// SPDX-License-Identifier: Apache-2.0

//! Fetching blocks that belong together.

use crate::{actor::Command, bitswap::fetch::SessionId, handle::Handle};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockExchange, BlockFuture, BlockStore, ExchangeError};
use std::{
	fmt,
	sync::{Arc, Weak},
	time::Duration,
};
use tokio::sync::oneshot;

/// Where the actor says how a session is named, and what is here already.
pub(crate) type SessionReply = oneshot::Sender<Result<Opened, ExchangeError>>;

/// An open session, and the store.
pub(crate) type Opened = (SessionId, Arc<dyn BlockStore>);

/// Blocks of one file or one DAG, fetched from whoever proves to have them.
///
/// Peers that had a block of it are asked for the next ones, several at once; if connected peers lack
/// a block, providers of the root are looked for. When the session and its clones are dropped, it
/// ends, and peers are told that nothing of it is wanted any more.
#[derive(Clone)]
pub struct Session {
	handle: Handle,
	id: SessionId,
	store: Arc<dyn BlockStore>,
	time_limit: Duration,
	/// The actor ends the session when nobody holds this any more.
	_alive: Arc<()>,
}

impl Session {
	pub(crate) async fn open(handle: Handle, root: Cid) -> Result<Self, ExchangeError> {
		let closed = ExchangeError::Closed { cid: root };
		let alive = Arc::new(());
		let weak: Weak<()> = Arc::downgrade(&alive);
		let (reply, opened) = oneshot::channel();
		handle
			.send(Command::OpenSession { root, alive: weak, reply })
			.await
			.ok_or(closed.clone())?;
		let (id, store) = opened.await.unwrap_or(Err(closed))?;
		let time_limit = handle.fetch_timeout;
		Ok(Self { handle, id, store, time_limit, _alive: alive })
	}

	/// Gets a block, from the local store if it is there; it matches its CID. Nothing is kept.
	///
	/// # Errors
	///
	/// Nobody has the block, or nobody sent it in time, or the session wants too many already.
	///
	/// # Cancel safety
	///
	/// Dropping the future takes the want back, unless another caller has it too.
	pub async fn fetch(&self, cid: Cid) -> Result<Bytes, ExchangeError> {
		let store = Arc::clone(&self.store);
		let here = tokio::task::spawn_blocking(move || store.get(&cid)).await;
		// A store that fails, or whose copy has rotted, is as good as one that has nothing.
		if let Ok(Ok(Some(block))) = here
			&& r1_core::check_block(&cid, &block).is_ok()
		{
			return Ok(block);
		}
		self.handle.fetch_in(self.id, cid, self.time_limit).await
	}
}

impl BlockExchange for Session {
	/// Not from the local store, where whoever asks has looked.
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(self.handle.fetch_in(self.id, cid, self.time_limit))
	}

	fn announce(&self, cid: Cid) {
		self.handle.announce(cid);
	}
}

impl fmt::Debug for Session {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_tuple("Session").field(&self.id.0).finish()
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Where a block comes from when it is not here.

use bytes::Bytes;
use cid::Cid;
use std::{future::Future, pin::Pin, sync::Arc};

/// A block that is on its way.
pub type BlockFuture<'a> = Pin<Box<dyn Future<Output = Result<Bytes, ExchangeError>> + Send + 'a>>;

/// Something that will have been done.
pub type DoneFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A session that will have begun.
pub type SessionFuture<'a> =
	Pin<Box<dyn Future<Output = Option<Arc<dyn BlockExchange>>> + Send + 'a>>;

/// Gets blocks from other nodes, and tells them about blocks that are here.
pub trait BlockExchange: Send + Sync + 'static {
	/// Gets the block of a CID from whoever has it; what is returned matches the CID.
	///
	/// # Errors
	///
	/// Nobody sent it in time, or nothing more can be asked for.
	///
	/// # Cancel safety
	///
	/// Dropping the future takes the request back.
	fn fetch(&self, cid: Cid) -> BlockFuture<'_>;

	/// An exchange for the blocks below a root: who had one of them is asked for the next, and who
	/// provides the root is looked for. It ends when it is dropped.
	///
	/// `None` if there is none to be had; blocks are asked for one by one then.
	fn session(&self, _root: Cid) -> SessionFuture<'_> {
		Box::pin(async { None })
	}

	/// Says that a block is in the local store now, for those who asked for it before.
	///
	/// A hint: it may be lost, and whoever needs the block asks again.
	fn announce(&self, cid: Cid);

	/// Says that what is below a root is here, to whoever looks for it, until it is withdrawn or the
	/// process ends. Saying it again changes nothing.
	///
	/// Done when it is noted; an exchange without a directory does nothing.
	fn provide(&self, _root: Cid) -> DoneFuture<'_> {
		Box::pin(async {})
	}

	/// Says it no more.
	fn withdraw(&self, _root: Cid) -> DoneFuture<'_> {
		Box::pin(async {})
	}
}

/// Why a block did not come.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExchangeError {
	/// The CID has a hash that cannot be checked, so nobody was asked.
	#[error("block {cid} has a hash that cannot be checked")]
	Unsupported {
		/// The block.
		cid: Cid,
	},
	/// Every node that could be asked says that it has not got the block.
	#[error("no node has block {cid}")]
	NotFound {
		/// The block.
		cid: Cid,
	},
	/// No node sent the block within the time limit.
	#[error("no node sent block {cid} in time")]
	TimedOut {
		/// The block.
		cid: Cid,
	},
	/// Too many blocks are asked for already.
	#[error("too many blocks are being fetched to ask for {cid}")]
	Busy {
		/// The block.
		cid: Cid,
	},
	/// The exchange has shut down.
	#[error("the exchange shut down before block {cid} came")]
	Closed {
		/// The block.
		cid: Cid,
	},
}

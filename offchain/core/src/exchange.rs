// SPDX-License-Identifier: Apache-2.0

//! Where a block comes from when it is not here.

use bytes::Bytes;
use cid::Cid;
use std::{future::Future, pin::Pin};

/// A block that is on its way.
pub type BlockFuture<'a> = Pin<Box<dyn Future<Output = Result<Bytes, ExchangeError>> + Send + 'a>>;

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

	/// Says that a block is in the local store now, for those who asked for it before.
	///
	/// A hint: it may be lost, and whoever needs the block asks again.
	fn announce(&self, cid: Cid);
}

/// Why a block did not come.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExchangeError {
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

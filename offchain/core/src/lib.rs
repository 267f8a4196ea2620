// SPDX-License-Identifier: Apache-2.0

//! What every off-chain service knows, and the ports through which it meets the outside.
//!
//! - [`Clock`] and [`Rng`]: time and randomness come in, so that a test or a simulation owns them.
//! - [`NodeIdentity`]: the node's one key, and the check of what others signed.
//! - [`ChainState`]: an immutable snapshot of finalised chain state, whoever fetched it.
//! - [`BlockStore`]: content-addressed blocks, checked against their CID on the way in.
//! - [`BlockExchange`]: blocks that other nodes have.
//! - [`protobuf`]: the few lines of Protocol Buffers that bitswap and UnixFS are made of.
//! - [`limits`]: sizes that two services must agree on.
//!
//! No async runtime and no I/O, but for the system clock, the system's randomness and the key
//! file. Nothing here decides anything.

mod clock;
mod random;
mod identity;
mod chain;
mod learning;
mod address;
mod blocks;
mod exchange;
pub mod protobuf;
mod error;
pub mod limits;
#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use blocks::{
	BlockCheckError, BlockStore, BlockStoreError, ContentHash, ContentHashError, DAG_PB_CODEC,
	MemoryBlockStore, RAW_CODEC, check_block, check_hash, cid_of,
};
pub use chain::{
	Account, BlockHash, BlockRef, ChainState, Deed, DeedKind, Deeds, EndedEpoch, GpuGrade,
	JobMembers, JobView, Membership, RecentBlocks, ResourceClass, SettledAvailability,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::error_chain;
pub use exchange::{BlockExchange, BlockFuture, DoneFuture, ExchangeError, SessionFuture};
pub use identity::{IdentityError, NodeIdentity, SignatureError, verify};
pub use learning::{LearningFile, LearningRound, has_published};
pub use random::{Rng, SeededRng, SystemRng};

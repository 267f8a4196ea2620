// SPDX-License-Identifier: Apache-2.0

//! The chain, typed: what the daemons follow, and what the command line reads and submits.
//!
//! The only crate that names `subxt`. Storage, calls and events are addressed by name and decoded
//! by the metadata of the runtime that made the block, so a daemon survives a runtime upgrade that
//! keeps the names and fields it uses. The tour in `tests/` reads and submits every one of them
//! against the real runtime.
//!
//! ```text
//! node --finalised blocks--> follow (one task) --watch--> Arc<ChainState> --> every service
//! r1ctl --call, signer--> Chain::submit --finalised--> Receipt
//! r1ctl --call, signer--> Chain::rehearse ----------> Rehearsal (nothing is sent)
//! ```
//!
//! # Failure model
//!
//! The node may be away at any time. [`follow`] keeps the last state, says so in the log, and
//! reconnects with a growing delay; after that it reads the newest finalised state and goes on.
//! Nothing is ever read from an unfinalised block.
//!
//! A call that would fail is not sent: the node runs it first and throws the result away, so that
//! a mistake costs a person an error message and no fee. What governance orders cannot be tried
//! like that, because the transaction around it succeeds whatever becomes of it; there the receipt
//! is withheld if the order failed.

mod client;
mod submit;
mod state;
mod follow;
pub mod calls;
pub mod events;
mod queries;
mod health;
mod learning;
pub mod oracles;
mod anchors;
mod settlement;
mod session;
pub mod economy;
mod view;
mod storage;
mod permit;
mod signer;
mod keystore;

pub use anchors::EpochAnchors;
pub use client::{Chain, ConnectError, QueryError};
pub use economy::Rights;
pub use follow::{ChainHandle, FollowConfig, follow};
pub use health::{NodeBlock, NodeHealth};
pub use keystore::{KEY_FILE_BYTES_MAX, KeyFile, KeyFileError, Salt, Sealing, new_phrase};
pub use learning::{
	EndedLearningRound, LearningFailure, LearningOutcome, LearningRounds, LearningSumFile,
};
pub use permit::{Invoice, PermitError, SignedPermit, new_invoice};
pub use queries::Balances;
pub use r1_core::{
	Account, Address, AddressError, BlockHash, ChainState, Clock, JobView, NodeIdentity,
	SystemClock, SystemRng,
};
pub use session::{SessionKeys, SessionKeysError};
pub use settlement::{ReportPage, ReportTable, TableError};
pub use signer::{Scheme, Signer, SignerError};
pub use submit::{Outlook, Receipt, Rehearsal, SubmitError};

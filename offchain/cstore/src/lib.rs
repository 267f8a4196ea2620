// SPDX-License-Identifier: Apache-2.0

//! CSTORE: the replicated store that the instances of a job share state through.
//!
//! All but [`service`] decides and does no I/O, but for the files of its journal: it holds the records
//! of namespaces, says what a command changes, and merges what other replicas say.
//!
//! ```text
//!  commands ──> Namespace ──changes──> Journal, replicas, whoever watches
//!                   ^  │
//!    other replicas │  │ digests of parts (Tree): where do we differ?
//!          records ─┘  └──> records that the other lacks
//! ```
//!
//! # What is guaranteed
//!
//! - *Local* operations read and write one replica. Replicas that have seen the same writes hold the
//!   same, whatever the order ([`Cell`]); a write is never lost to one that was made in ignorance of
//!   it, but for a value that a later one replaces.
//! - Of two values that were written in ignorance of each other, the one with the later stamp stays
//!   on every replica: [`Stamp`].
//! - What was deleted does not come back: [`Namespace`].
//!
//! What one replica reads may be older than what another has. Nothing here makes two keys change
//! together.

mod stamp;
mod cell;
mod record;
mod tree;
mod proof;
mod namespace;
mod text;
mod collections;
mod keys;
mod repair;
mod replication;
mod replica;
mod stability;
mod wire;
mod shown;
mod journal;
pub mod quorum;
pub mod resp;
pub mod service;
pub mod history;
pub mod limits;
#[cfg(test)]
mod tests;

pub use cell::{Cell, Expiry, Member, Register, Text};
pub use collections::Pair;
pub use journal::{Damage, Entry, Found, Fsync, Journal, JournalError, Snapshot};
pub use keys::{Life, Page};
pub use namespace::{Kind, Merged, Namespace, Quota, WriteError};
pub use proof::{Claim, Item, Opening, PROOF_BYTES_MAX, Proof, ProofError, Proven, ReadError};
pub use record::{
	Digest, Name, NameRef, PartRef, Record, RecordError, key_position, record_digest,
};
pub use repair::{
	Answer, BATCH_BYTES_MAX, Found as FoundUnder, NAMES_MAX, PREFIXES_MAX, Question, Repair,
	RepairError, Repaired, answer,
};
pub use replica::{Effect, Purpose, REPAIR_INTERVAL_MS, RETRY_MS, Repairs, Replica};
pub use replication::{BATCH_RECORDS_MAX, Batch, Replication, WAITING_MAX};
pub use shown::{part_and_value, what_happened};
pub use stability::{Stability, Word};
pub use stamp::{ClockError, HybridClock, Stamp, WriterId};
pub use text::{Condition, SetOptions};
pub use tree::{
	DEPTH_MAX, EMPTY, LEAF_MAX, Prefix, Shape, Tree, inner_digest, leaf_digest, leaf_digest_of,
};
pub use wire::{
	Asked, MESSAGE_BYTES_MAX, NAMESPACE_BYTES_MAX, Refusal, Request, Response, WireError,
};

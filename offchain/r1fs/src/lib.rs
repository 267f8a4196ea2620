// SPDX-License-Identifier: Apache-2.0

//! Files by content: a file's name is the hash of what is in it.
//!
//! A file is cut into chunks, which are the leaves of a balanced UnixFS DAG; a directory is a node
//! with names. CIDs equal what IPFS tools compute with CID version 1, raw leaves and the same
//! chunks: 256 KiB unless another [`Chunker`] is asked for. Blocks live in a [`DiskBlockStore`] and
//! come from other nodes through [`BlockExchange`].
//!
//! ```text
//! add:  reader -> chunks -> leaves -> inner nodes -> root -> pin      synced together, then told
//! get:  root -> links, 16 blocks ahead -> writer                      store first, then the mesh
//! seal: reader -> age -> add, beside a sealed manifest of its name, type and length
//! CAR:  all blocks below a root, in one stream, both ways
//! ```
//!
//! [`Audit`] asks a node that says to keep a root for a few blocks that nobody could foresee.
//!
//! [`Files`] is the door to all of it. Its [`Files::on_disk`] makes blocks durable in groups, pins,
//! and keeps what is in flight from [`DiskBlockStore::collect`].
//!
//! Not here: the network, HTTP, who may do what, and how many nodes keep a copy.
//!
//! # Failure model
//!
//! - A block that does not hash to its CID is never returned, wherever it came from. A block that
//!   rotted on disk is removed when it is read or scrubbed, and fetched again from the mesh.
//! - A crash at any instant, of the process or of the machine, leaves each block and each pin whole
//!   or absent. An add is acknowledged when all its blocks, and its pin if one was asked for, are
//!   durable; an unpin when the pin's absence is. What was added and not acknowledged is collected.
//! - A disk that says that it has synced what it has not can lose what was acknowledged. What it
//!   lost is noticed when it is read, as its hash is wrong or it is not there.
//! - A collection removes nothing that is pinned, or below a root that is being added or read. If a
//!   pin is not whole, nobody knows what is below the gap, so nothing is removed.
//! - A full store refuses; nothing is evicted.
//! - A DAG from a stranger costs a reader at most what the file's size says, and 24 blocks of
//!   memory: depth, links, sizes, names and entries are checked before children are fetched.
//! - A reader that fails half-way has written a correct beginning of the file, and says so. What is
//!   written to a path is there whole or not at all.
//! - A sealed file that was cut, extended, reordered or spliced is refused; a wrong key opens nothing.
//!   Somebody who gets a part of it through [`SealedFile::write_to`] before an error has genuine
//!   bytes, and may not take them for the file.
//!
//! # Limits
//!
//! A directory of more than [`DIRECTORY_PLAIN_BYTES_MAX`] is spread over blocks by hashes of names
//! (HAMT), as other tools do it. A tree has at most [`TREE_ENTRIES_MAX`] entries, and so has one
//! directory, whose names are held in memory while it is made or listed.
//!
//! [`Added::dag_bytes`] and what else counts blocks as often as they are linked saturates.

mod defaults;
mod files;
mod add;
mod chunker;
mod balanced;
mod batch;
mod get;
mod reader;
mod directory;
mod hamt;
mod name;
mod tree;
mod car;
mod seal;
mod walk;
mod audit;
mod dag;
mod source;
mod disk;
#[cfg(test)]
mod tests;

pub use add::{AddError, Added};
pub use audit::{Audit, AuditError, Audited};
pub use car::{CarError, CarExported, CarImported, ExportError, HeaderError};
pub use chunker::{Chunker, ChunkerError};
pub use dag::DagError;
pub use defaults::{
	AUDIT_BLOCKS_MAX, BLOCKS_HELD_MAX, CAR_HEADER_BYTES_MAX, CAR_ROOTS_MAX, CHUNK_BYTES,
	CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, COMMIT_BLOCKS_MAX, COMMIT_BYTES_MAX, DEPTH_MAX,
	DIRECTORY_DEPTH_MAX, DIRECTORY_LINKS_MAX, DIRECTORY_PLAIN_BYTES_MAX, FETCHES_MAX,
	FILE_BYTES_MAX, LINKS_MAX, LINKS_PER_NODE, MANIFEST_BYTES_MAX, MEDIA_TYPE_BYTES_MAX,
	NAME_BYTES_MAX, PASSPHRASE_WORK, PASSPHRASE_WORK_MAX, PATH_BYTES_MAX, SEAL_HEADER_BYTES_MAX,
	SEAL_RECIPIENTS_MAX, SHARD_DEPTH_MAX, TREE_ENTRIES_MAX, WALK_BLOCKS_MAX,
};
pub use directory::{DirectoryError, Entry, Listed};
pub use disk::{
	CollectError, Collected, DiskBlockStore, DiskError, HOLDER_BYTES_MAX, Holder,
	PIN_NAME_BYTES_MAX, Pin, PinAs, PinError, PinKind, Protection, ScrubError, Scrubbed,
	StoreStatistics,
};
pub use files::{AddNamedError, Files, PinContentError};
pub use get::GetError;
pub use name::NameError;
pub use reader::FileReader;
pub use seal::{
	KeyError, Manifest, ManifestError, OpenError, OpeningKeys, Recipients, SealError, SealedAs,
	SealedFile,
};
pub use source::{BlockSource, SourceError};
pub use tree::{AddTreeError, SaveError};
pub use walk::WalkError;

#[cfg(doc)]
use r1_core::BlockExchange;

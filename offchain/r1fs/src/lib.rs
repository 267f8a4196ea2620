// SPDX-License-Identifier: Apache-2.0

//! Files by content: a file's name is the hash of what is in it.
//!
//! A file is cut into chunks of 256 KiB, which are the leaves of a balanced UnixFS DAG; its CID
//! equals what IPFS tools compute with CID version 1 and raw leaves. Blocks live in a
//! [`DiskBlockStore`] and come from other nodes through [`BlockExchange`].
//!
//! ```text
//! add: reader -> chunks -> leaves -> inner nodes -> root       each put into the store
//! get: root -> links, 16 blocks ahead -> writer                store first, then the mesh
//! ```
//!
//! Not here: the network, HTTP, encryption, pinning and garbage collection.
//!
//! # Failure model
//!
//! - A block that does not hash to its CID is never returned, wherever it came from. A block that
//!   rotted on disk is removed when it is read, and fetched again from the mesh.
//! - A crash at any instant leaves each block whole or absent: blocks are written beside their
//!   place, synced and renamed. What was left beside is removed at the next start.
//! - A DAG from a stranger costs a reader at most what the file's size says: depth, links and
//!   sizes are checked before children are fetched.
//! - A reader that fails half-way has written a correct beginning of the file, and says so.

mod defaults;
mod files;
mod add;
mod chunker;
mod balanced;
mod batch;
mod get;
mod reader;
mod directory;
mod name;
mod tree;
mod car;
mod walk;
mod dag;
mod source;
mod disk;
#[cfg(test)]
mod tests;

pub use add::{AddError, Added};
pub use car::{CarError, CarExported, CarImported, ExportError, HeaderError};
pub use chunker::{Chunker, ChunkerError};
pub use dag::DagError;
pub use defaults::{
	BLOCKS_HELD_MAX, CAR_HEADER_BYTES_MAX, CAR_ROOTS_MAX, CHUNK_BYTES, CHUNK_BYTES_MAX,
	CHUNK_BYTES_MIN, COMMIT_BLOCKS_MAX, COMMIT_BYTES_MAX, DEPTH_MAX, DIRECTORY_DEPTH_MAX,
	DIRECTORY_LINKS_MAX, FETCHES_MAX, FILE_BYTES_MAX, LINKS_MAX, LINKS_PER_NODE, NAME_BYTES_MAX,
	PATH_BYTES_MAX, TREE_ENTRIES_MAX, WALK_BLOCKS_MAX,
};
pub use directory::{DirectoryError, Entry, Listed};
pub use disk::{
	CollectError, Collected, DiskBlockStore, DiskError, PIN_NAME_BYTES_MAX, Pin, PinError, PinKind,
	Protection, ScrubError, Scrubbed, StoreStatistics,
};
pub use files::{Files, PinAs, PinContentError};
pub use get::GetError;
pub use name::NameError;
pub use reader::FileReader;
pub use source::{BlockSource, SourceError};
pub use tree::{AddTreeError, SaveError};
pub use walk::WalkError;

#[cfg(doc)]
use r1_core::BlockExchange;

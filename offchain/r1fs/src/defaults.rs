// SPDX-License-Identifier: Apache-2.0

//! Numbers, and where they come from.

/// Bytes of a chunk: what IPFS tools cut a file into unless they are told otherwise (256 KiB).
pub const CHUNK_BYTES: usize = 262_144;

/// Links of a full inner node: what IPFS tools use for a balanced DAG, so that a node stays
/// near 8 KiB.
pub const LINKS_PER_NODE: usize = 174;

/// Links that a node may have when it is read: room for tools that use 1 024 links, eight-fold.
/// At least 40 B a link keep such a node within 340 KiB.
pub const LINKS_MAX: usize = 8_192;

/// Inner nodes on the way from a root to a leaf: `174^4` chunks of 256 KiB are 218 PiB, so only a
/// hostile DAG is deeper.
pub const DEPTH_MAX: usize = 8;

/// Largest file that is added or read, in bytes (4 GiB): a quantised model of eight billion
/// parameters.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Blocks of one node that are fetched at a time: 16 x 2 MiB bound the memory of a reader, and
/// hide the round trip of each.
pub const FETCHES_MAX: usize = 16;

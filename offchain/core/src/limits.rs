// SPDX-License-Identifier: Apache-2.0

//! Sizes that two services must agree on.

/// Largest block that is stored or sent, in bytes: what IPFS tools accept over bitswap (2 MiB).
pub const BLOCK_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Age up to which a finalised block proves that a beat was not made in advance, in seconds.
pub const FRESH_BLOCK_SECS: u64 = 120;

/// Recent finalised blocks that are remembered.
///
/// Two minutes of the shortest block time, 2 s, are 60 blocks; four times that leaves room for
/// finality that arrives in bursts. 256 x 40 B = 10 KiB.
pub const RECENT_BLOCKS_MAX: usize = 256;

/// Longest CID that is read from a peer, in bytes: version, codec, hash code and length are at
/// most 10 bytes each, the digest at most 64.
pub const CID_BYTES_MAX: usize = 104;

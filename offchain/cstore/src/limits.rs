// SPDX-License-Identifier: Apache-2.0

//! Limits, with the reasons for their numbers.

/// Longest key, in bytes; of a field's or a member's name as well.
pub const KEY_BYTES_MAX: usize = 1 << 10;

/// Longest value, in bytes.
pub const VALUE_BYTES_MAX: usize = 1 << 20;

/// How far the clock of whoever wrote a record may be ahead of ours, in milliseconds. More would
/// let one wrong clock win every conflict for as long as it is wrong.
pub const SKEW_MS_MAX: u64 = 60_000;

/// Writers that one key may remember, of counters and sets: the nodes of a job, and its owner.
pub const WRITERS_MAX: usize = 256;

/// Records that may stand at one position: chance puts one or two there, and whoever wants more has
/// looked for them.
pub const CROWD_MAX: usize = 64;

/// Bytes that a record takes besides its key and its value: what the tree has for it, measured with
/// a million small records.
pub const RECORD_BYTES: usize = 64;

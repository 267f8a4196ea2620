// SPDX-License-Identifier: Apache-2.0

//! Limits, with the reasons for their numbers.

use std::time::Duration;

/// How long a challenge may be answered, in seconds: a person reads it and a wallet asks for a
/// password.
pub const CHALLENGE_SECS: u64 = 60;

/// Longest text of a challenge, in bytes. Ours have about 400; addresses differ in length.
pub const CHALLENGE_BYTES_MAX: usize = 512;

/// Challenges that may be redeemed within [`CHALLENGE_SECS`]: 1 000 a second, each of 24 B.
pub const REDEEMED_MAX: usize = 60_000;

/// Longest token, in bytes of base64: with eight blocks of some checks each.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Blocks of a token: the issuer's, and seven narrowings. Each costs a signature to check.
pub const TOKEN_BLOCKS_MAX: usize = 8;

/// Longest life of a token, in seconds: a day.
pub const TOKEN_SECS_MAX: u64 = 86_400;

/// Rights of one token.
pub const RIGHTS_MAX: usize = 64;

/// Longest name of a scope, in bytes.
pub const SCOPE_BYTES_MAX: usize = 256;

/// Values that one narrowing may list.
pub const NARROWED_MAX: usize = 64;

/// Facts that the rules of a token may lead to.
pub const FACTS_MAX: u64 = 512;

/// Rounds in which rules may lead to new facts.
pub const ITERATIONS_MAX: u64 = 16;

/// How long the rules of one token may take. They take some ten microseconds, whoever wrote them,
/// because a token of another shape is not read; but a busy machine may leave a thread alone for
/// longer, which must not refuse anybody.
pub const RULES_TIME_MAX: Duration = Duration::from_secs(1);

/// Revocations that are kept: each for a day at most, of about 250 B with the indexes.
pub const REVOCATIONS_MAX: usize = 100_000;

/// Revocations that are kept of one deed: almost three a minute, all day.
pub const REVOCATIONS_OF_DEED_MAX: usize = 4_096;

/// Longest secret that is sealed, in bytes: keys and configurations, not files. Sealed for as many
/// nodes as a job may have, one fits into a job's specification of 64 KiB.
pub const SECRET_BYTES_MAX: usize = 32 * 1024;

/// Whom one secret may be sealed to: as many nodes as a job may have, and its owner.
pub const RECIPIENTS_MAX: usize = 256;

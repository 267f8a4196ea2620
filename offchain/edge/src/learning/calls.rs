// SPDX-License-Identifier: Apache-2.0

//! What a node says to the chain about rounds.

use r1_primitives::learning::{Announcement, FileKind, RoundId, Verdict};
use std::{fmt, pin::Pin};

/// Something that this node says of a round, signed with its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Call {
	/// Its keys.
	Announce { round: RoundId, announcement: Announcement },
	/// A file of its own: its binary CID, and SHA-256 of its bytes.
	Publish { round: RoundId, kind: FileKind, cid: Vec<u8>, sha256: [u8; 32] },
	/// What came of it, as an oracle.
	Attest { round: RoundId, verdict: Verdict<Vec<u8>> },
}

/// Where calls go.
pub(crate) trait Calls: fmt::Debug + Send + Sync {
	/// Sends a call, and waits until it is in a finalised block.
	///
	/// # Errors
	///
	/// It may not be, and may be sent again.
	fn send(&self, call: Call) -> Sending<'_>;
}

/// A call that is on its way.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

/// Why a call may not be in the chain.
#[derive(Debug, thiserror::Error)]
#[error("the chain did not take what this node says of the round: {reason}")]
pub(crate) struct NotSent {
	pub(crate) reason: String,
}

// SPDX-License-Identifier: Apache-2.0

//! The beat: a node's signed sign of life, gossiped once a slot.

use crate::{EpochIndex, NodeKey, SignedBody};
use codec::{Decode, Encode};

/// Largest encoded [`SignedBeat`] that a receiver reads, in bytes.
pub const BEAT_BYTES_MAX: usize = 256;

/// "I am here, now": what a node says once a slot.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Beat {
	/// The epoch that the sender is in.
	pub epoch: EpochIndex,
	/// The slot of the epoch that the sender is in.
	pub slot: u32,
	/// A recent finalised block, which proves that the beat was not made in advance.
	pub finalised_block: [u8; 32],
	/// Hash of the sender's capability record.
	pub capabilities: [u8; 32],
}

impl SignedBody for Beat {
	const PURPOSE: &'static str = "beat";
}

/// A beat, who says it, and the proof.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SignedBeat {
	/// The node that beats.
	pub node: NodeKey,
	/// What it says.
	pub beat: Beat,
	/// Its ed25519 signature of the beat's signing payload.
	pub signature: [u8; 64],
}

// SPDX-License-Identifier: Apache-2.0

//! A node's word on whom its secrets are sealed for.
//!
//! The key for secrets is not the node's own: that one signs, and a key that does two things can be
//! tricked into doing one for the other. So the node signs what its sealing key is, and for how long
//! that may be believed; whoever gets it by way of others checks it against the node that the chain
//! names.

use crate::secret::Recipient;
use codec::{Decode, Encode};
use r1_core::{BlockHash, NodeIdentity, verify};
use r1_primitives::{NodeKey, SignedBody};

/// How long a node's word is good, in seconds: as long as somebody takes to seal something.
const SEALING_KEY_SECS: u64 = 600;

/// How far clocks may be apart, in seconds.
const CLOCKS_APART_SECS: u64 = 300;

/// What a node says.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SealingKeyStatement {
	/// The recipient of `age` that secrets for the node are sealed for.
	pub recipient: String,
	/// Until when that may be believed, in Unix seconds.
	pub expires_at_secs: u64,
}

impl SignedBody for SealingKeyStatement {
	const PURPOSE: &'static str = "sealing-key";
}

/// It, signed by the node.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SignedSealingKey {
	/// What the node says.
	pub statement: SealingKeyStatement,
	/// Its signature of that.
	pub signature: [u8; 64],
}

/// Why a node's word is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealingKeyError {
	/// Somebody else said it.
	#[error("the node did not sign its sealing key; who passed it on is not to be trusted")]
	NotTheNode,
	/// It was said long ago, or is for longer than it may be.
	#[error("the node's word on its sealing key is out of time; is this machine's clock right?")]
	OutOfTime,
	/// It names no recipient.
	#[error("what the node says is no recipient of age")]
	NoRecipient,
}

impl SignedSealingKey {
	/// A node's word, as of now.
	#[must_use]
	pub fn new(
		recipient: &Recipient,
		identity: &NodeIdentity,
		genesis_hash: &BlockHash,
		now_secs: u64,
	) -> Self {
		let expires_at_secs = now_secs.saturating_add(SEALING_KEY_SECS);
		let statement = SealingKeyStatement { recipient: recipient.to_string(), expires_at_secs };
		let signature = identity.sign(&statement, genesis_hash);
		Self { statement, signature }
	}

	/// Whom to seal for, if it is the word of this node, on this chain, and of these minutes.
	///
	/// # Errors
	///
	/// It is not.
	pub fn recipient(
		&self,
		node: &NodeKey,
		genesis_hash: &BlockHash,
		now_secs: u64,
	) -> Result<Recipient, SealingKeyError> {
		let Self { statement, signature } = self;
		verify(node, statement, genesis_hash, signature)
			.map_err(|_| SealingKeyError::NotTheNode)?;
		let earliest = now_secs.saturating_sub(CLOCKS_APART_SECS);
		let latest = now_secs.saturating_add(SEALING_KEY_SECS + CLOCKS_APART_SECS);
		if !(earliest..=latest).contains(&statement.expires_at_secs) {
			return Err(SealingKeyError::OutOfTime);
		}
		statement.recipient.parse().map_err(|_| SealingKeyError::NoRecipient)
	}
}

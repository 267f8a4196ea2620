// SPDX-License-Identifier: Apache-2.0

//! Signatures as a port.

use r1_core::{BlockHash, NodeIdentity, verify};
use r1_primitives::{Beat, Challenge, NodeKey, SignedBeat};
use std::fmt;

/// How beats and answers are signed and checked.
///
/// Off a simulator there is one way, [`Ed25519`], and every engine starts with it. A simulator
/// judges millions of beats a minute, and nearly all of its time would go into curve arithmetic
/// that is not what it tests; it puts a keyed hash here, which holds as long as its own attackers
/// do not compute it.
pub trait Signatures: fmt::Debug + Send + Sync {
	/// Signs a beat.
	fn sign_beat(&self, identity: &NodeIdentity, beat: &Beat, genesis_hash: &BlockHash)
	-> [u8; 64];

	/// Whether a beat is signed by the node that it names.
	fn is_beat_signed(&self, signed: &SignedBeat, genesis_hash: &BlockHash) -> bool;

	/// Signs a challenge, which answers it.
	fn sign_challenge(
		&self,
		identity: &NodeIdentity,
		challenge: &Challenge,
		genesis_hash: &BlockHash,
	) -> [u8; 64];

	/// Whether a challenge is signed by a node.
	fn is_challenge_signed(
		&self,
		node: &NodeKey,
		challenge: &Challenge,
		genesis_hash: &BlockHash,
		signature: &[u8; 64],
	) -> bool;
}

/// The signatures of the network.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ed25519;

impl Signatures for Ed25519 {
	fn sign_beat(
		&self,
		identity: &NodeIdentity,
		beat: &Beat,
		genesis_hash: &BlockHash,
	) -> [u8; 64] {
		identity.sign(beat, genesis_hash)
	}

	fn is_beat_signed(&self, signed: &SignedBeat, genesis_hash: &BlockHash) -> bool {
		verify(&signed.node, &signed.beat, genesis_hash, &signed.signature).is_ok()
	}

	fn sign_challenge(
		&self,
		identity: &NodeIdentity,
		challenge: &Challenge,
		genesis_hash: &BlockHash,
	) -> [u8; 64] {
		identity.sign(challenge, genesis_hash)
	}

	fn is_challenge_signed(
		&self,
		node: &NodeKey,
		challenge: &Challenge,
		genesis_hash: &BlockHash,
		signature: &[u8; 64],
	) -> bool {
		verify(node, challenge, genesis_hash, signature).is_ok()
	}
}

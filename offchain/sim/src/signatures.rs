// SPDX-License-Identifier: Apache-2.0

//! Signatures that cost nothing.

use codec::Encode;
use r1_core::{BlockHash, NodeIdentity};
use r1_heartbeat::Signatures;
use r1_primitives::{Beat, Challenge, NodeKey, SignedBeat};

/// A hash of the key and the body in place of a signature.
///
/// Anybody could compute it, so the simulation's own forgers must not. A real signature takes
/// longer than all the rest that is done with a beat together.
#[derive(Clone, Copy, Debug)]
pub struct KeyedHash;

impl Signatures for KeyedHash {
	fn sign_beat(&self, identity: &NodeIdentity, beat: &Beat, genesis: &BlockHash) -> [u8; 64] {
		hash_of_beat(&identity.key(), beat, genesis)
	}

	fn is_beat_signed(&self, signed: &SignedBeat, genesis: &BlockHash) -> bool {
		hash_of_beat(&signed.node, &signed.beat, genesis) == signed.signature
	}

	fn sign_challenge(
		&self,
		identity: &NodeIdentity,
		challenge: &Challenge,
		genesis: &BlockHash,
	) -> [u8; 64] {
		hash_of(b'c', &identity.key(), genesis, &challenge.encode())
	}

	fn is_challenge_signed(
		&self,
		node: &NodeKey,
		challenge: &Challenge,
		genesis: &BlockHash,
		signature: &[u8; 64],
	) -> bool {
		hash_of(b'c', node, genesis, &challenge.encode()) == *signature
	}
}

fn hash_of_beat(node: &NodeKey, beat: &Beat, genesis: &BlockHash) -> [u8; 64] {
	hash_of(b'b', node, genesis, &beat.encode())
}

fn hash_of(purpose: u8, node: &NodeKey, genesis: &BlockHash, body: &[u8]) -> [u8; 64] {
	let mut state = u64::from(purpose);
	for part in [&node[..], &genesis[..], body] {
		for chunk in part.chunks(8) {
			let mut word = [0; 8];
			word[..chunk.len()].copy_from_slice(chunk);
			state = (state ^ u64::from_le_bytes(word)).wrapping_mul(0x9fb2_1c65_1e98_df25);
			state ^= state >> 29;
		}
	}
	let mut signature = [0; 64];
	signature[..8].copy_from_slice(&state.to_le_bytes());
	signature
}

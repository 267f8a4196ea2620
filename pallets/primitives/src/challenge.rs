// SPDX-License-Identifier: Apache-2.0

//! Challenges: an oracle asks a node to sign something new, at a moment that nobody can foresee.
//!
//! A beat shows that a key is in use; it may come through anybody. A challenge goes to the node
//! itself, which has a few seconds to sign it, so a node that cannot be reached fails.

use crate::{EpochIndex, NodeKey, SignedBody};
use codec::{Decode, Encode};

/// Length of an encoded [`Challenge`], in bytes; a receiver reads no more.
pub const CHALLENGE_BYTES: usize = 4 + 4 + 32 + 32;

/// What an oracle asks a node to sign.
///
/// The node signs the body with its own key; the signature is the answer.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Challenge {
	/// The epoch whose availability is at stake.
	pub epoch: EpochIndex,
	/// The slot of the epoch that is at stake.
	pub slot: u32,
	/// The oracle that asks.
	pub oracle: NodeKey,
	/// Random, so that no answer can be made in advance.
	pub nonce: [u8; 32],
}

impl SignedBody for Challenge {
	const PURPOSE: &'static str = "challenge";
}

/// What an oracle signs to get the secret that its draws of an epoch come from.
///
/// An ed25519 signature is deterministic: the oracle has no choice among secrets, nobody else can
/// foresee its draws, and whoever is shown the signature later can check all of them.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct ChallengeSeed {
	/// The epoch that the draws are for.
	pub epoch: EpochIndex,
	/// The chain's randomness for that epoch, which was not known before.
	pub randomness: [u8; 32],
}

impl SignedBody for ChallengeSeed {
	const PURPOSE: &'static str = "challenge-seed";
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;
	use codec::DecodeAll;

	#[test]
	fn challenge_should_have_the_announced_length_and_round_trip() {
		let challenge = Challenge { epoch: 1, slot: 2, oracle: [3; 32], nonce: [4; 32] };
		let bytes = challenge.encode();
		assert_eq!(bytes.len(), CHALLENGE_BYTES);
		assert_eq!(Challenge::decode_all(&mut bytes.as_slice()), Ok(challenge));
	}

	#[test]
	fn challenge_and_seed_should_be_signed_for_purposes_of_their_own() {
		let challenge = Challenge { epoch: 1, slot: 2, oracle: [3; 32], nonce: [4; 32] };
		let mut expected: Vec<u8> = b"r1/challenge/v1".to_vec();
		expected.extend([9; 32]);
		expected.extend([1, 0, 0, 0, 2, 0, 0, 0]);
		expected.extend([3; 32]);
		expected.extend([4; 32]);
		assert_eq!(challenge.signing_payload(&[9; 32]), expected);

		let seed = ChallengeSeed { epoch: 1, randomness: [5; 32] };
		let mut expected: Vec<u8> = b"r1/challenge-seed/v1".to_vec();
		expected.extend([9; 32]);
		expected.extend([1, 0, 0, 0]);
		expected.extend([5; 32]);
		assert_eq!(seed.signing_payload(&[9; 32]), expected);
	}
}

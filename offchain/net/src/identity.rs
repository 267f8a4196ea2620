// SPDX-License-Identifier: Apache-2.0

//! A node key and a peer id are the same thing in two spellings.

use libp2p::{
	PeerId,
	identity::{Keypair, PublicKey, ed25519},
};
use r1_core::NodeIdentity;
use r1_primitives::NodeKey;

/// What a peer id of an ed25519 key starts with: an identity hash of 36 bytes, which are the key's
/// type (1, ed25519) and its 32 bytes as a Protocol Buffers message.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The peer id of a node; `None` if the key is no ed25519 public key.
pub(crate) fn peer_id_of(node: &NodeKey) -> Option<PeerId> {
	let key = ed25519::PublicKey::try_from_bytes(node).ok()?;
	Some(PublicKey::from(key).to_peer_id())
}

/// The node of a peer id; `None` if its key is not ed25519.
pub(crate) fn node_of(peer: &PeerId) -> Option<NodeKey> {
	peer.to_bytes().strip_prefix(&PREFIX)?.try_into().ok()
}

/// The node's key pair, as libp2p wants it.
pub(crate) fn keypair_of(identity: &NodeIdentity) -> Keypair {
	Keypair::ed25519_from_bytes(identity.secret_seed()).expect("any 32 bytes are a seed; qed")
}

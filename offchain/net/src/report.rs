// SPDX-License-Identifier: Apache-2.0

//! The mesh as others may see it.

use r1_primitives::NodeKey;

/// A snapshot of the mesh.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MeshReport {
	/// Grows with each report.
	pub generation: u64,
	/// Our own peer id.
	pub peer_id: String,
	/// Where we listen, as multiaddresses that end in our peer id.
	pub listen_addresses: Vec<String>,
	/// Who is connected, by peer id.
	pub peers: Vec<PeerReport>,
}

impl MeshReport {
	/// Whether a node is connected.
	#[must_use]
	pub fn is_connected(&self, node: &NodeKey) -> bool {
		self.peers.iter().any(|peer| peer.node.as_ref() == Some(node))
	}
}

/// A connected peer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PeerReport {
	/// Its peer id.
	pub peer_id: String,
	/// Its node key; `None` for a client whose key is not ed25519.
	pub node: Option<NodeKey>,
	/// The address of its first connection.
	pub address: String,
	/// Since when it has been connected, in Unix seconds.
	pub connected_at_secs: u64,
}

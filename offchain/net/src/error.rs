// SPDX-License-Identifier: Apache-2.0

//! What can go wrong, one type for each operation.

use libp2p::multiaddr;
use std::io;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// A value is no multiaddress.
	#[error("`{key}` has {value:?}, which is no multiaddress")]
	InvalidAddress {
		/// The key.
		key: &'static str,
		/// Its value.
		value: String,
		/// What is wrong with it.
		source: multiaddr::Error,
	},
	/// A bootstrap address does not say whose it is.
	#[error("`bootstrap` has {value:?}, which does not end in /p2p/<peer id>")]
	NoPeerId {
		/// The value.
		value: String,
	},
	/// A client is no peer id.
	#[error("`clients` has {value:?}, which is no peer id")]
	InvalidPeerId {
		/// The value.
		value: String,
	},
	/// A limit that must not be zero is.
	#[error("`{key}` is 0")]
	Zero {
		/// The key.
		key: &'static str,
	},
}

/// Why the mesh could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
	/// An address cannot be listened on.
	#[error("could not listen on {address}")]
	Listen {
		/// The address.
		address: String,
		/// What the system said.
		source: io::Error,
	},
	/// A part of the network stack refuses its settings.
	#[error("could not set up {part}: {reason}")]
	Setup {
		/// The part.
		part: &'static str,
		/// What it said.
		reason: String,
	},
}

/// Why a beat or a revocation was not published.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PublishError {
	/// No connected peer listens for it.
	#[error("no peer listens for it")]
	NoPeers,
	/// It is longer than any of its kind may be.
	#[error("message of {bytes} bytes is too long")]
	TooLarge {
		/// Its length.
		bytes: usize,
	},
	/// The queues to all peers are full.
	#[error("all peers are too slow to take it")]
	Busy,
	/// The mesh has shut down.
	#[error("the mesh has shut down")]
	Closed,
}

/// Why a request was not answered.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
	/// The key is no ed25519 public key.
	#[error("the node's key is no ed25519 public key")]
	InvalidNode,
	/// The request is longer than any request may be.
	#[error("request of {bytes} bytes is longer than {bytes_max}")]
	TooLarge {
		/// Its length.
		bytes: usize,
		/// The limit.
		bytes_max: usize,
	},
	/// The node cannot be reached, or does not admit us.
	#[error("the node cannot be reached")]
	Unreachable,
	/// The node was not tried: this one has as many connections as it may have.
	#[error("no connection is left to reach the node by")]
	NoConnectionLeft,
	/// The node did not answer in time.
	#[error("the node did not answer in time")]
	TimedOut,
	/// The node gave no answer, because it refuses the request or is too busy.
	#[error("the node refused the request: {reason}")]
	Refused {
		/// What was seen of it.
		reason: String,
	},
	/// The mesh has shut down.
	#[error("the mesh has shut down")]
	Closed,
}

impl RequestError {
	/// Whether trying again later may help.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		matches!(
			self,
			Self::Unreachable | Self::NoConnectionLeft | Self::TimedOut | Self::Refused { .. }
		)
	}

	/// Whether the node may be to blame: it was asked, or could not be reached.
	#[must_use]
	pub fn is_peer_fault(&self) -> bool {
		match self {
			Self::InvalidNode | Self::Unreachable | Self::TimedOut | Self::Refused { .. } => true,
			Self::TooLarge { .. } | Self::NoConnectionLeft | Self::Closed => false,
		}
	}
}

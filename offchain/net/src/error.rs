// SPDX-License-Identifier: Apache-2.0

//! What can go wrong, one type for each operation.

use crate::tunnel::{TunnelFormatError, TunnelRefusal};
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

/// Why there is no tunnel.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
	/// The key is no ed25519 public key.
	#[error("the node's key is no ed25519 public key")]
	InvalidNode,
	/// What was to be sent, or what came, is not of the protocol.
	#[error(transparent)]
	Format(#[from] TunnelFormatError),
	/// There are as many tunnels as there may be, to the node or in all.
	#[error("there are too many tunnels already")]
	TooMany,
	/// The node cannot be reached, does not admit us, or knows no tunnels.
	#[error("the node cannot be reached")]
	Unreachable,
	/// The node did not answer in time.
	#[error("the node did not answer in time")]
	TimedOut,
	/// The node hung up instead of answering.
	#[error("the node hung up")]
	Lost {
		/// What was seen of it.
		source: io::Error,
	},
	/// The node says no.
	#[error("the node refuses: {refusal}")]
	Refused {
		/// Why.
		refusal: TunnelRefusal,
	},
	/// The mesh has shut down.
	#[error("the mesh has shut down")]
	Closed,
}

impl TunnelError {
	/// Whether the node may be to blame: it was asked, or could not be reached.
	#[must_use]
	pub fn is_peer_fault(&self) -> bool {
		match self {
			Self::Unreachable | Self::TimedOut | Self::Lost { .. } | Self::Refused { .. } => true,
			Self::InvalidNode | Self::Format(_) | Self::TooMany | Self::Closed => false,
		}
	}
}

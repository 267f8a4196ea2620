// SPDX-License-Identifier: Apache-2.0

//! What is gossiped, and within which limits.

use crate::defaults::{BEATS_MAX, REVOCATION_BYTES_MAX, REVOCATIONS_MAX};
use libp2p::gossipsub::{IdentTopic, TopicHash};
use r1_primitives::BEAT_BYTES_MAX;

/// What a gossiped message is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Topic {
	/// A node says that it is there.
	Beat,
	/// An issuer takes a capability token back.
	Revocation,
}

impl Topic {
	/// All of them.
	pub(crate) const ALL: [Self; 2] = [Self::Beat, Self::Revocation];

	/// Its name. It is in every copy of every message, so it is short, and the chain is in the
	/// protocol's name, which is said once for a connection.
	fn name(self) -> &'static str {
		match self {
			Self::Beat => "beat",
			Self::Revocation => "void",
		}
	}

	/// As gossip names it.
	pub(crate) fn ident(self) -> IdentTopic {
		IdentTopic::new(self.name())
	}

	/// What gossip names so; `None` if it is nothing of ours.
	pub(crate) fn of(hash: &TopicHash) -> Option<Self> {
		Self::ALL.into_iter().find(|topic| topic.name() == hash.as_str())
	}

	/// Bytes of a message.
	pub(crate) fn bytes_max(self) -> usize {
		match self {
			Self::Beat => BEAT_BYTES_MAX,
			Self::Revocation => REVOCATION_BYTES_MAX,
		}
	}

	/// Messages that wait for whoever judges them.
	pub(crate) fn waiting_max(self) -> usize {
		match self {
			Self::Beat => BEATS_MAX,
			Self::Revocation => REVOCATIONS_MAX,
		}
	}
}

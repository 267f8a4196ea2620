// SPDX-License-Identifier: Apache-2.0

//! Keeps a node from using one signed beat twice.

use r1_primitives::NodeKey;
use std::collections::BTreeMap;

/// How many slots the sender's clock may be off.
pub(crate) const SLOTS_OFF_MAX: u64 = 1;

/// The newest slot that each node has signed, as far back as a beat could still be accepted.
///
/// A beat counts for the receiver's slot, and may be one slot off. Without this guard, one beat
/// sent three times would count for three slots. Holds at most the nodes that beat in the last
/// three slots, 40 bytes each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ReplayGuard {
	newest: BTreeMap<NodeKey, u64>,
	/// The receiver's slot at the last clean-up.
	cleaned_at: u64,
}

impl ReplayGuard {
	/// Whether the node has signed this slot, or a later one.
	///
	/// A beat that gossip delivers after its successor is refused as well. It could only have
	/// counted for the same slot of the receiver, or for one that is a slot late.
	pub(crate) fn is_used(&self, node: &NodeKey, signed_slot: u64) -> bool {
		self.newest.get(node).is_some_and(|newest| signed_slot <= *newest)
	}

	/// Remembers that a beat was counted in the receiver's slot `own_slot`.
	pub(crate) fn note(&mut self, node: NodeKey, signed_slot: u64, own_slot: u64) {
		if self.cleaned_at != own_slot {
			self.cleaned_at = own_slot;
			self.newest.retain(|_, newest| own_slot <= newest.saturating_add(SLOTS_OFF_MAX));
		}
		self.newest.insert(node, signed_slot);
	}

	pub(crate) fn entries(&self) -> impl Iterator<Item = (NodeKey, u64)> {
		self.newest.iter().map(|(node, slot)| (*node, *slot))
	}
}

impl FromIterator<(NodeKey, u64)> for ReplayGuard {
	fn from_iter<I: IntoIterator<Item = (NodeKey, u64)>>(entries: I) -> Self {
		Self { newest: entries.into_iter().collect(), cleaned_at: 0 }
	}
}

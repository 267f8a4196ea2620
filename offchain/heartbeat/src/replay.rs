// SPDX-License-Identifier: Apache-2.0

//! Keeps a node from using one signed beat twice, and notices when it signs too much.

use codec::Encode;
use r1_primitives::{Beat, EpochClock, NodeKey};
use sp_crypto_hashing::blake2_128;
use std::collections::BTreeMap;

/// How far the sender's time may be off at least, in seconds, however short the slots are.
const TIME_OFF_SECS: u32 = 2;

/// Other beats that a node may sign in one slot of the receiver before that is a flood.
///
/// An honest node signs one; a second may fall into the same slot of the receiver when it comes
/// late, and a third after a restart. Each one that is looked at costs a check of its signature.
pub(crate) const OTHER_BEATS_MAX: usize = 3;

/// How many slots the sender's clock may be off: one, and at least two seconds.
pub(crate) fn slots_off_max(clock: &EpochClock) -> u64 {
	u64::from(TIME_OFF_SECS.div_ceil(clock.slot_secs.max(1))).max(1)
}

/// Which of two beats it is: two with the same print are the same.
///
/// 64 bits: somebody who looks for two beats with one print would win that one of them is taken
/// for the other, and neither counts more for it.
pub(crate) type Print = [u8; 8];

/// The print of a beat.
pub(crate) fn print_of(beat: &Beat) -> Print {
	let [a, b, c, d, e, f, g, h, ..] = beat.using_encoded(blake2_128);
	[a, b, c, d, e, f, g, h]
}

/// The newest beat of each node that was counted, as far back as one could still be accepted.
///
/// A beat counts for the receiver's slot, and may be a slot off. Without this guard, one beat sent
/// three times would count for three slots. Holds at most the nodes that beat within the last few
/// slots, 100 bytes each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ReplayGuard {
	nodes: BTreeMap<NodeKey, Entry>,
	/// The receiver's slot at the last clean-up.
	cleaned_at: u64,
}

/// What is known of one node's beats.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Entry {
	/// The newest signed slot that was counted.
	newest: u64,
	print: Print,
	/// The receiver's slot that `others` were heard in.
	heard_in: u64,
	/// Beats that the node signed and that did not count, in the order of arrival.
	others: [Option<Print>; OTHER_BEATS_MAX],
}

/// How a beat compares with what its node has signed before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Compared {
	/// Of a later slot than all that were counted.
	Newer,
	/// Of an earlier slot, or one that was seen already.
	///
	/// A beat that gossip delivers after its successor is refused as well. It could only have
	/// counted for the same slot of the receiver, or for one that is a slot late.
	Seen,
	/// Of the newest slot that was counted, and not the beat that was counted.
	Contradicts,
	/// The node has signed more other beats in this slot than are looked at.
	Flood,
}

impl ReplayGuard {
	/// How a beat for `signed_slot`, which arrives in `own_slot`, compares.
	pub(crate) fn compare(
		&self,
		node: &NodeKey,
		signed_slot: u64,
		print: Print,
		own_slot: u64,
	) -> Compared {
		let Some(entry) = self.nodes.get(node) else { return Compared::Newer };
		let others = if entry.heard_in == own_slot { entry.others } else { Default::default() };
		let is_known = entry.print == print || others.contains(&Some(print));
		if is_known || signed_slot < entry.newest {
			return Compared::Seen;
		}
		match (others.iter().all(Option::is_some), signed_slot == entry.newest) {
			(true, _) => Compared::Flood,
			(false, true) => Compared::Contradicts,
			(false, false) => Compared::Newer,
		}
	}

	/// Remembers that a beat was counted in the receiver's slot `own_slot`.
	pub(crate) fn note_counted(
		&mut self,
		node: NodeKey,
		signed_slot: u64,
		print: Print,
		(own_slot, slots_off_max): (u64, u64),
	) {
		if self.cleaned_at != own_slot {
			self.cleaned_at = own_slot;
			self.nodes
				.retain(|_, entry| own_slot <= entry.newest.saturating_add(slots_off_max));
		}
		let others = match self.nodes.get(&node) {
			Some(entry) if entry.heard_in == own_slot => entry.others,
			_ => Default::default(),
		};
		let entry = Entry { newest: signed_slot, print, heard_in: own_slot, others };
		self.nodes.insert(node, entry);
	}

	/// Remembers a beat that the node has signed and that did not count.
	pub(crate) fn note_other(&mut self, node: &NodeKey, print: Print, own_slot: u64) {
		// A node of which nothing has counted has no entry: nothing can be in its beats' way.
		let Some(entry) = self.nodes.get_mut(node) else { return };
		if entry.heard_in != own_slot {
			entry.heard_in = own_slot;
			entry.others = Default::default();
		}
		if let Some(room) = entry.others.iter_mut().find(|other| other.is_none()) {
			*room = Some(print);
		}
	}

	/// What a snapshot keeps. Floods are forgotten: they are counted by the slot.
	pub(crate) fn entries(&self) -> impl Iterator<Item = (NodeKey, u64, Print)> {
		self.nodes.iter().map(|(node, entry)| (*node, entry.newest, entry.print))
	}
}

impl FromIterator<(NodeKey, u64, Print)> for ReplayGuard {
	fn from_iter<I: IntoIterator<Item = (NodeKey, u64, Print)>>(entries: I) -> Self {
		let entry = |(node, newest, print)| {
			(node, Entry { newest, print, heard_in: 0, others: Default::default() })
		};
		Self { nodes: entries.into_iter().map(entry).collect(), cleaned_at: 0 }
	}
}

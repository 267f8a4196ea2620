// SPDX-License-Identifier: Apache-2.0

//! What an observer says about bytes that claim to be a beat.

use crate::slot::Blindness;
use r1_core::limits::FRESH_BLOCK_SECS;
use r1_primitives::{BEAT_BYTES_MAX, DeedId, EpochIndex, NodeKey};

/// What becomes of a received beat.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
	/// It counts, and is worth passing on.
	Accepted(CountedBeat),
	/// It changes nothing, and is not worth passing on.
	Ignored(Ignored),
	/// It is not valid, and must not be passed on.
	Rejected(Rejected),
}

/// Whom a beat counts for, and when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CountedBeat {
	/// The node that beat.
	pub node: NodeKey,
	/// The deed that the node is linked to.
	pub deed: DeedId,
	/// The epoch of the receiver's clock.
	pub epoch: EpochIndex,
	/// The slot of the receiver's clock.
	pub slot: u32,
}

/// Why a beat changes nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[repr(u8)]
pub enum Ignored {
	/// The deed's bit for this slot is set already.
	#[error("the slot is counted already")]
	SlotAlreadyCounted,
	/// Epoch 0 has not begun.
	#[error("the epoch clock has not started")]
	ClockNotStarted,
	/// The receiver's own clock and its view of the chain disagree.
	#[error("the own clock and the finalised chain are too far apart to judge")]
	ChainOutOfStep,
	/// The epoch of the receiver's clock is older than all that are kept.
	#[error("the epoch is no longer kept")]
	EpochForgotten,
	/// As many deeds as are allowed beat in this epoch already.
	#[error("no room for another deed")]
	NoRoom,
}

/// Why a beat is not valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[repr(u8)]
pub enum Rejected {
	/// More bytes than any beat has.
	#[error("longer than {BEAT_BYTES_MAX} bytes")]
	TooLong,
	/// Not the encoding of a beat, or followed by something.
	#[error("not a beat")]
	Malformed,
	/// No epoch has a slot of that number.
	#[error("no epoch has such a slot")]
	SlotOutOfRange,
	/// More than one slot away from the receiver's, and in another epoch.
	#[error("of another epoch")]
	WrongEpoch,
	/// More than one slot away from the receiver's, in the same epoch.
	#[error("more than one slot away")]
	WrongSlot,
	/// The key is linked to no deed.
	#[error("the node is not linked to a deed")]
	UnlinkedNode,
	/// The node's deed is banned.
	#[error("the node's deed is banned")]
	BannedDeed,
	/// The block is not among the recent finalised ones.
	#[error("names an unknown block")]
	UnknownBlock,
	/// The block is too old to prove anything.
	#[error("names a block that is more than {FRESH_BLOCK_SECS} s old")]
	StaleBlock,
	/// The node has used this signed slot, or a later one.
	#[error("sent before")]
	Replayed,
	/// The signature is not the node's signature of the beat on this chain.
	#[error("wrong signature")]
	BadSignature,
	/// The node has signed another beat for the same slot.
	#[error("the node signed another beat for the same slot")]
	Equivocated,
	/// The node has signed more beats in this slot than an honest one can.
	#[error("the node signed too many beats in one slot")]
	Flooded,
}

impl Ignored {
	/// Every reason, in the order of the metrics.
	pub const ALL: [Self; 5] = [
		Self::SlotAlreadyCounted,
		Self::ClockNotStarted,
		Self::ChainOutOfStep,
		Self::EpochForgotten,
		Self::NoRoom,
	];

	/// The value of the metrics' label `reason`.
	#[must_use]
	pub fn label(self) -> &'static str {
		match self {
			Self::SlotAlreadyCounted => "slot_already_counted",
			Self::ClockNotStarted => "clock_not_started",
			Self::ChainOutOfStep => "chain_out_of_step",
			Self::EpochForgotten => "epoch_forgotten",
			Self::NoRoom => "no_room",
		}
	}
}

impl Rejected {
	/// Every reason, in the order of the metrics.
	pub const ALL: [Self; 13] = [
		Self::TooLong,
		Self::Malformed,
		Self::SlotOutOfRange,
		Self::WrongEpoch,
		Self::WrongSlot,
		Self::UnlinkedNode,
		Self::BannedDeed,
		Self::UnknownBlock,
		Self::StaleBlock,
		Self::Replayed,
		Self::BadSignature,
		Self::Equivocated,
		Self::Flooded,
	];

	/// The value of the metrics' label `reason`.
	#[must_use]
	pub fn label(self) -> &'static str {
		match self {
			Self::TooLong => "too_long",
			Self::Malformed => "malformed",
			Self::SlotOutOfRange => "slot_out_of_range",
			Self::WrongEpoch => "wrong_epoch",
			Self::WrongSlot => "wrong_slot",
			Self::UnlinkedNode => "unlinked_node",
			Self::BannedDeed => "banned_deed",
			Self::UnknownBlock => "unknown_block",
			Self::StaleBlock => "stale_block",
			Self::Replayed => "replayed",
			Self::BadSignature => "bad_signature",
			Self::Equivocated => "equivocated",
			Self::Flooded => "flooded",
		}
	}

	/// Whether somebody in the mesh is to blame: the peer that passed the beat on, or the node that
	/// signed it.
	///
	/// The other reasons depend on the time of arrival, or on a view of the chain that may be a
	/// block ahead or behind: nobody should lose reputation for them.
	#[must_use]
	pub fn is_peer_fault(self) -> bool {
		self.is_forwarder_fault() || self.is_signer_fault()
	}

	/// Whether no honest peer would have passed the beat on, so that gossip may blame who did.
	#[must_use]
	pub fn is_forwarder_fault(self) -> bool {
		matches!(self, Self::TooLong | Self::Malformed | Self::SlotOutOfRange | Self::BadSignature)
	}

	/// Whether the node that signed the beat is to blame, by its own signature.
	///
	/// Not who passed it on: of two beats that contradict each other, each honest peer passes on
	/// the one that it hears first. If gossip blamed the messengers, one node that tells each
	/// neighbour something else could make honest peers drop each other. One such beat is no proof
	/// of malice either: a daemon that restarts within a slot beats again.
	#[must_use]
	pub fn is_signer_fault(self) -> bool {
		matches!(self, Self::Equivocated | Self::Flooded)
	}
}

impl From<Blindness> for Verdict {
	fn from(blindness: Blindness) -> Self {
		Self::Ignored(match blindness {
			Blindness::ClockNotStarted => Ignored::ClockNotStarted,
			Blindness::ChainOutOfStep => Ignored::ChainOutOfStep,
		})
	}
}

impl From<Ignored> for Verdict {
	fn from(ignored: Ignored) -> Self {
		Self::Ignored(ignored)
	}
}

impl From<Rejected> for Verdict {
	fn from(rejected: Rejected) -> Self {
		Self::Rejected(rejected)
	}
}

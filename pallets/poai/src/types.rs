// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores and emits.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use r1_primitives::{DeedId, EpochIndex, FORMER_MEMBERS_MAX, JobId, PlacementRound, REPLICAS_MAX};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// What somebody orders.
///
/// What kind of work it is says the specification, which can change while the job runs; the chain
/// sells machines by the epoch, whatever they do.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Order {
	/// The resource class that each node must offer.
	pub resources: u8,
	/// On how many nodes it shall run.
	pub replicas: u32,
	/// For how many epochs.
	pub epochs: u32,
	/// The most that it may cost, in 10^-6 USDC: a price may change until the order is in a block.
	#[codec(compact)]
	pub cost_max: u128,
	/// CID of the specification in the content store.
	pub specification: Specification,
}

/// Work that somebody ordered and paid for in advance.
///
/// Waiting until the oracles place it (`started_at` is `None`), then running until `end`, and gone
/// from storage once its last epoch is settled.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Job {
	/// Who ordered it; what is unspent goes back to this account's escrow.
	pub owner: AccountId32,
	/// The resource class that each node must offer.
	pub resources: u8,
	/// What one node costs for one epoch at full quality, in 10^-6 USDC; fixed at creation.
	pub price_per_epoch: u128,
	/// On how many nodes it shall run.
	pub replicas: u32,
	/// The epoch in which it was ordered, which counts as paid for.
	pub requested_at: EpochIndex,
	/// The first epoch that pays; `None` while the job was never placed.
	pub started_at: Option<EpochIndex>,
	/// The first epoch that does not pay any more. Moves by the delay when the job starts late.
	pub end: EpochIndex,
	/// The first epoch that is not settled; of no meaning before the start.
	pub settled_before: EpochIndex,
	/// What is left of the payment, in 10^-6 USDC.
	pub balance: u128,
	/// CID of the job's specification in the content store.
	pub specification: Specification,
	/// How often the job was placed; the number of the round that is open, or opens next.
	pub round: PlacementRound,
	/// Whether the job waits for the oracles to place it.
	pub awaits_placement: bool,
	/// The deeds whose nodes shall run it, strictly ascending; empty before the start.
	pub deeds: DeedSet,
	/// The first epoch in which `deeds` are whose work counts; of no meaning before the start.
	pub placed_from: EpochIndex,
	/// Those of `deeds` that have lost their place, as the newest settled epoch shows, ascending:
	/// the oracles vote for others instead. Empty unless the job waits for that.
	pub lost: DeedSet,
	/// Whose work counts in the epochs before the newest placement.
	pub former: Option<FormerPlacement>,
}

impl Job {
	/// The deeds whose work in `epoch` is paid.
	#[must_use]
	pub fn deeds_in(&self, epoch: EpochIndex) -> &DeedSet {
		match &self.former {
			Some(former) if epoch < former.before => &former.deeds,
			_ => &self.deeds,
		}
	}

	/// Whether all nodes of the newest placement could have worked in the whole of an epoch.
	///
	/// Not in the epoch in which the job starts: what was left of it may have been too short for
	/// anybody to look.
	#[must_use]
	pub fn is_judged_in(&self, epoch: EpochIndex) -> bool {
		self.started_at.is_some_and(|started| started < epoch) && self.placed_from <= epoch
	}

	/// The round that oracles may vote in while the chain is in epoch `now`.
	///
	/// `None` unless the job waits for a placement that can still pay for an epoch.
	#[must_use]
	pub fn open_round(&self, now: EpochIndex) -> Option<PlacementRound> {
		// A first placement moves the end, so it is never too late. Another one counts from the
		// next epoch on.
		let in_time = self.started_at.is_none() || now.saturating_add(1) < self.end;
		(self.awaits_placement && in_time).then_some(self.round)
	}

	/// The first epoch that no settlement may touch yet, if all before `decided` are decided.
	///
	/// `None` before the start: there is nothing to settle.
	#[must_use]
	pub fn settleable_before(&self, decided: EpochIndex) -> Option<EpochIndex> {
		self.started_at.map(|_| self.end.min(decided))
	}
}

/// A placement that a newer one replaces, and that some open epochs still pay.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct FormerPlacement {
	/// The deeds whose nodes did the work.
	pub deeds: DeedSet,
	/// The first epoch in which the newer placement counts.
	pub before: EpochIndex,
}

/// The nodes of a job's newest placement, and of those that named other nodes before.
///
/// What nodes of a job must agree on takes a majority of them, and all must count the same nodes. So
/// they are numbered, and do not change when a deed gets another node: the next placement does that.
/// Whoever joins learns what was agreed on from those before.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Members {
	/// The nodes now.
	pub current: Membership,
	/// Those before, the newest first; all of them if there are less than [`FORMER_MEMBERS_MAX`].
	pub former: BoundedVec<Membership, ConstU32<FORMER_MEMBERS_MAX>>,
}

/// Nodes that a placement named.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Membership {
	/// The round of the placement.
	pub round: PlacementRound,
	/// When it was, in seconds of Unix time.
	pub since_secs: u64,
	/// The nodes that were linked to its deeds then, ascending.
	pub nodes: BoundedVec<AccountId32, ConstU32<REPLICAS_MAX>>,
}

/// Somebody's money for jobs.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Escrow {
	/// What new jobs may be paid from and the owner may withdraw, in 10^-6 USDC.
	pub free: u128,
	/// Jobs of the owner that are not closed; each holds its own balance.
	pub live_jobs: u32,
}

impl Escrow {
	/// Whether nothing is lost when the entry is removed.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.free == 0 && self.live_jobs == 0
	}
}

/// How far settlement has come.
///
/// A pass gives every live job its turn once, over as many blocks as it takes.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub enum SettlementPass {
	/// No pass runs; in the newest one, jobs were settled for the epochs before `before`.
	Done {
		/// The first epoch that no pass has settled.
		before: EpochIndex,
	},
	/// A pass runs that settles jobs for the epochs before `before`.
	Running {
		/// The first epoch that this pass leaves alone.
		before: EpochIndex,
		/// The job that had the latest turn, in the order of the map of jobs.
		visited: Option<JobId>,
	},
}

impl Default for SettlementPass {
	fn default() -> Self {
		Self::Done { before: 0 }
	}
}

/// Deeds of one placement.
pub type DeedSet = BoundedVec<DeedId, ConstU32<REPLICAS_MAX>>;

/// Bytes of the CID of a job's specification.
///
/// A CIDv1 with a 256-bit digest takes 36 bytes and its base32 text 59.
pub type Specification = BoundedVec<u8, ConstU32<SPECIFICATION_BYTES_MAX>>;

/// Longest CID of a specification, in bytes.
pub const SPECIFICATION_BYTES_MAX: u32 = 64;

// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores and emits.

use crate::Config;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedBTreeMap, BoundedVec, traits::ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	DeedId, EpochIndex, JobId, NodeKey,
	learning::{
		self, AggregateFile, Announcement, CID_BYTES_MAX, Finding, PARTICIPANTS_MAX, Phase,
		RoundId, RoundSpec,
	},
};
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, Saturating};

/// Where a file is, in the content store.
pub type Cid = BoundedVec<u8, ConstU32<CID_BYTES_MAX>>;

/// A file that a participant has published.
pub type Publication = learning::Publication<Cid>;

/// What an aggregator came to.
pub type Verdict = learning::Verdict<Cid>;

/// A list with an entry for each participant at most.
pub type PerParticipant<Entry> = BoundedVec<Entry, ConstU32<PARTICIPANTS_MAX>>;

/// A round in this runtime.
pub type RoundOf<T> = Round<BlockNumberFor<T>>;

/// What aggregators came to in a round, by the oracle's node.
pub type AttestationsOf<T> = BoundedBTreeMap<AccountId32, Verdict, <T as Config>::OraclesMax>;

/// Blocks for which each phase of a round lasts at most.
///
/// A phase in which everybody has done their part ends at once.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Windows {
	/// To announce keys.
	pub announce: u32,
	/// To publish shares.
	pub share: u32,
	/// To train, and to publish the update.
	pub upload: u32,
	/// To reveal shares.
	pub reveal: u32,
	/// To add up, and to attest.
	pub attest: u32,
}

impl Windows {
	/// Blocks of a phase.
	#[must_use]
	pub const fn of(&self, phase: Phase) -> u32 {
		match phase {
			Phase::Announce => self.announce,
			Phase::Share => self.share,
			Phase::Upload => self.upload,
			Phase::Reveal => self.reveal,
			Phase::Attest => self.attest,
		}
	}

	/// Those of all phases, in their order.
	#[must_use]
	pub const fn all(&self) -> [u32; 5] {
		[self.announce, self.share, self.upload, self.reveal, self.attest]
	}
}

/// What somebody opens a round with.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct RoundOrder {
	/// What is trained, by how many, and within which bounds.
	pub spec: RoundSpec,
	/// CID of the model's file, whose hash is in the specification.
	pub model: Cid,
	/// The round whose aggregate, applied to its model, makes this model; `None` for a new one.
	pub previous: Option<RoundId>,
	/// For how long each phase lasts.
	pub windows: Windows,
}

/// A node that a round asks to take part.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Participant {
	/// The node.
	pub account: AccountId32,
	/// The deed that it was linked to when the round was opened, which is paid for the job.
	pub deed: DeedId,
}

/// Some participants of a round, by their places in the order of their accounts; a bit for each.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Members(u64);

impl Members {
	/// The first so many.
	#[must_use]
	pub fn first(count: usize) -> Self {
		(0..count).fold(Self::default(), Self::with)
	}

	/// These, and the one at a place; nobody is beyond the 64th.
	#[must_use]
	pub fn with(self, place: usize) -> Self {
		Self(self.0 | Self::bit(place))
	}

	/// Whether the participant at a place is among them.
	#[must_use]
	pub fn contains(self, place: usize) -> bool {
		self.0 & Self::bit(place) != 0
	}

	/// How many.
	#[must_use]
	pub fn count(self) -> u8 {
		// At most 64.
		self.0.count_ones() as u8
	}

	/// Those that are not in another set.
	#[must_use]
	pub const fn without(self, other: Self) -> Self {
		Self(self.0 & !other.0)
	}

	/// Whether all of them are in another set.
	#[must_use]
	pub const fn are_within(self, other: Self) -> bool {
		self.0 & !other.0 == 0
	}

	fn bit(place: usize) -> u64 {
		u32::try_from(place)
			.ok()
			.and_then(|place| 1_u64.checked_shl(place))
			.unwrap_or(0)
	}
}

/// A round that is open, or whose details are still kept.
///
/// It is stored as it stood when it was last touched; see [`Round::progress`].
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Round<BlockNumber> {
	/// The job whose nodes take part.
	pub job: JobId,
	/// Who opened it.
	pub opener: AccountId32,
	/// The block in which it was opened.
	pub opened_at: BlockNumber,
	/// What it was opened with.
	pub order: RoundOrder,
	/// Who is asked to take part, strictly ascending by account.
	pub participants: PerParticipant<Participant>,
	/// The phase that it is in.
	pub phase: Phase,
	/// The first block that the phase does not last into.
	pub ends_at: BlockNumber,
	/// U1: who has announced keys.
	pub announced: Members,
	/// U2: who of them has published shares.
	pub shared: Members,
	/// U3: who of those has published an update.
	pub uploaded: Members,
	/// U4: who of those has revealed shares.
	pub revealed: Members,
	/// Whether two aggregators came to different things.
	pub is_disputed: bool,
}

impl<BlockNumber: Copy + From<u32> + Ord + Saturating> Round<BlockNumber> {
	/// Where an account is in the order of participants.
	#[must_use]
	pub fn place_of(&self, account: &NodeKey) -> Option<usize> {
		let key = |participant: &Participant| -> NodeKey { participant.account.clone().into() };
		self.participants.binary_search_by_key(account, key).ok()
	}

	/// Who may publish in a phase.
	#[must_use]
	pub fn invited_to(&self, phase: Phase) -> Members {
		match phase {
			Phase::Announce => Members::first(self.participants.len()),
			Phase::Share => self.announced,
			Phase::Upload => self.shared,
			Phase::Reveal | Phase::Attest => self.uploaded,
		}
	}

	/// Who has published in a phase; in the last one nobody of the participants does.
	#[must_use]
	pub fn members_of(&self, phase: Phase) -> Members {
		match phase {
			Phase::Announce => self.announced,
			Phase::Share => self.shared,
			Phase::Upload => self.uploaded,
			Phase::Reveal | Phase::Attest => self.revealed,
		}
	}

	/// Notes that the participant at a place has published in the current phase.
	pub(crate) fn admit(&mut self, place: usize) {
		let members = match self.phase {
			Phase::Announce => &mut self.announced,
			Phase::Share => &mut self.shared,
			Phase::Upload => &mut self.uploaded,
			Phase::Reveal | Phase::Attest => &mut self.revealed,
		};
		*members = members.with(place);
	}

	/// How many must have published in a phase, or the round has failed.
	#[must_use]
	pub fn needed_in(&self, phase: Phase) -> u8 {
		match phase {
			Phase::Announce | Phase::Share | Phase::Upload => self.order.spec.minimum,
			Phase::Reveal | Phase::Attest => self.order.spec.threshold,
		}
	}
}

/// How a round ended.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub enum Outcome {
	/// The aggregators agree on the sum.
	Completed(AggregateFile<Cid>),
	/// There is no sum.
	Failed(Failure),
}

/// Why a round has no sum.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum Failure {
	/// Fewer participants published in a phase than it needs.
	#[codec(index = 0)]
	TooFew {
		/// Which phase.
		phase: Phase,
		/// How many did.
		found: u8,
		/// How many must.
		needed: u8,
	},
	/// The aggregators agree that there is none.
	#[codec(index = 1)]
	Spoilt(Finding),
	/// Aggregators came to different things, and too few to the same one in time.
	#[codec(index = 2)]
	Disputed,
	/// Too few aggregators came to anything in time.
	#[codec(index = 3)]
	Unattested,
	/// The owner closed it.
	#[codec(index = 4)]
	Closed,
}

/// A round that is over, with its details.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct EndedRound<BlockNumber> {
	/// As it was when it ended.
	pub round: Round<BlockNumber>,
	/// How it ended.
	pub outcome: Outcome,
	/// The block in which that was noted.
	pub ended_at: BlockNumber,
}

/// What is kept of a round that is over: enough to follow the rounds of a job.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Summary<BlockNumber> {
	/// The job.
	pub job: JobId,
	/// What it was opened with.
	pub order: RoundOrder,
	/// How many were asked to take part.
	pub participants: u8,
	/// How many published: keys, shares, updates, and what they revealed.
	pub published: [u8; 4],
	/// How it ended.
	pub outcome: Outcome,
	/// The block in which it was opened.
	pub opened_at: BlockNumber,
	/// The block in which its end was noted.
	pub ended_at: BlockNumber,
	/// The epoch in which its end was noted: the one that it counts in.
	pub epoch: EpochIndex,
}

/// The rounds of a job that are known.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq, TypeInfo)]
pub struct RoundList {
	/// The one that is open.
	pub open: Option<RoundId>,
	/// Those that are over and whose summaries are kept, the oldest first.
	pub ended: Vec<RoundId>,
}

/// All that is known of a round.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct RoundInfo<BlockNumber> {
	/// Its number.
	pub id: RoundId,
	/// The round, as it stands in the block that was asked.
	pub round: Round<BlockNumber>,
	/// U1, in the order in which they came.
	pub announced: Vec<Announcement>,
	/// U2.
	pub shared: Vec<Publication>,
	/// U3.
	pub uploaded: Vec<Publication>,
	/// U4.
	pub revealed: Vec<Publication>,
	/// What aggregators came to so far, by their nodes.
	pub attestations: Vec<(AccountId32, Verdict)>,
	/// How it ended; `None` while it is open.
	pub outcome: Option<Outcome>,
}

/// What a node has to do in a round now.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Duty<BlockNumber> {
	/// The round.
	pub round: RoundId,
	/// The job.
	pub job: JobId,
	/// What is due: as a participant, or for [`Phase::Attest`] as an oracle.
	pub phase: Phase,
	/// The first block that is too late.
	pub until: BlockNumber,
}

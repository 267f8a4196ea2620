// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores, and the limits that decide.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedBTreeMap, BoundedVec, defensive, traits::Get};
use r1_primitives::{DeedId, EpochIndex, Misconduct};
use scale_info::TypeInfo;

/// Identifies an offence; counted from 0.
pub type OffenceId = u32;

/// The score of a node of which nothing bad is known; no score is greater.
pub const SCORE_MAX: u8 = 100;

/// The least score with which a node can be elected.
pub const SCORE_ELIGIBLE: u8 = 50;

/// What an oracle's score gains by a whole report, and another candidate's by an epoch in which it
/// was available.
pub const SCORE_GAIN: u8 = 1;

/// What an oracle's score loses by a report that is missing or not whole.
///
/// Six missing reports in a row make a node with the best score ineligible.
pub const SCORE_LOSS: u8 = 10;

/// The availability of 90 %: 229.5 of 255, rounded up.
///
/// An average is compared without being rounded: the sum over the epochs of a window with this
/// many for each of them.
pub const AVAILABILITY_TO_BE_ELECTED: u8 = 230;

/// The availability of 50 %: 127.5 of 255, rounded up. Compared as the one for elections.
pub const AVAILABILITY_TO_STAY: u8 = 128;

/// Most offences that one call of the view lists.
pub const OFFENCES_PER_VIEW_MAX: u32 = 100;

/// A candidate, as a runtime stores it.
pub type CandidateOf<T> = Candidate<
	<T as frame_system::Config>::AccountId,
	BoundedVec<Observation, <T as Config>::WindowEpochs>,
>;

/// All candidates of a runtime, by deed.
pub type CandidatesOf<T> = BoundedBTreeMap<DeedId, CandidateOf<T>, <T as Config>::CandidatesMax>;

/// An offence of this runtime.
pub type OffenceOf<T> = Offence<<T as frame_system::Config>::AccountId>;

/// A suspension of this runtime.
pub type SuspensionOf<T> = Suspension<<T as frame_system::Config>::AccountId>;

/// A node that is ready to validate, and how its deed did since it said so.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Candidate<AccountId, Window> {
	/// The node, which was linked to the deed when it announced itself.
	pub node: AccountId,
	/// The epoch in which it announced itself, the first that counts for it.
	pub since: EpochIndex,
	/// The newest epochs that counted, the newest last.
	pub window: Window,
	/// Qualities of the work that was settled since the last epoch was counted, added up.
	pub open_work: u32,
}

/// How a candidate's deed did in one epoch.
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
pub struct Observation {
	/// The agreed availability, 0 to 255.
	pub availability: u8,
	/// The agreed qualities of its work, added up.
	pub work: u32,
}

impl<AccountId, Size: Get<u32>> Candidate<AccountId, BoundedVec<Observation, Size>> {
	/// A node that announces itself now.
	pub(crate) fn new(node: AccountId, since: EpochIndex) -> Self {
		Self { node, since, window: BoundedVec::new(), open_work: 0 }
	}

	/// Adds the quality of a work that was settled now.
	///
	/// Saturating: a sum that no honest work reaches ranks first whatever it is.
	pub(crate) fn add_work(&mut self, quality: u8) {
		self.open_work = self.open_work.saturating_add(quality.into());
	}

	/// Counts an epoch, and forgets the one that leaves the window.
	pub(crate) fn observe(&mut self, observation: Observation) {
		let _left_the_window = push_newest(&mut self.window, observation);
	}

	/// Whether as many epochs were counted as an election looks at.
	#[must_use]
	pub fn has_full_window(&self) -> bool {
		self.window.is_full()
	}

	/// The availabilities in the window, added up.
	#[must_use]
	pub fn availability(&self) -> u32 {
		// Saturating: 2^24 bytes at least would have to be in the window.
		let values = self.window.iter().map(|observation| u32::from(observation.availability));
		values.fold(0, u32::saturating_add)
	}

	/// The work in the window, added up.
	#[must_use]
	pub fn work(&self) -> u64 {
		// Saturating: 2^32 values at least would have to be in the window.
		let values = self.window.iter().map(|observation| u64::from(observation.work));
		values.fold(0, u64::saturating_add)
	}

	/// Whether the availability of the window is `least` or more on average.
	#[must_use]
	pub fn is_available(&self, least: u8) -> bool {
		let epochs = u32::try_from(self.window.len()).unwrap_or(u32::MAX);
		u32::from(least).saturating_mul(epochs) <= self.availability()
	}
}

/// Adds to the end of a list; returns the first if that had to make room.
pub(crate) fn push_newest<Item, Size: Get<u32>>(
	list: &mut BoundedVec<Item, Size>,
	item: Item,
) -> Option<Item> {
	let oldest = (list.is_full() && !list.is_empty()).then(|| list.remove(0));
	if list.try_push(item).is_err() {
		defensive!("a list that `integrity_test` has seen holds one at least");
	}
	oldest
}

/// Why a candidate is none any more.
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
pub enum RemovalReason {
	/// The deed has lost its node, or is banned.
	DeedNotActive,
	/// The deed is linked to another node, or the node to another deed.
	LinkedElsewhere,
	/// It was less than half available over a full window.
	Unavailable,
	/// Misconduct of the node, or of another node that had the deed, is proven.
	Misconduct,
}

/// A proven misconduct, and what followed from it.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Offence<AccountId> {
	/// What was done.
	pub kind: Misconduct,
	/// Who did it.
	pub node: AccountId,
	/// The deed that the node was linked to when it was proven.
	pub deed: Option<DeedId>,
	/// The epoch that it concerns; of an equivocation, the one in which it was proven.
	pub epoch: EpochIndex,
	/// Who proved it, unless that was the node itself.
	pub reporter: Option<AccountId>,
	/// What the reporter was paid, in base units of R1.
	pub reward: u128,
	/// The first epoch in which the deed earns nothing.
	pub suspended_from: EpochIndex,
	/// The first epoch in which it earns again, and in which the offence cannot be reversed.
	pub suspended_until: EpochIndex,
	/// The score that a reversal gives back.
	pub score_before: u8,
	/// Whether governance has reversed it.
	pub reversed: bool,
}

/// What lasts of an offence: its node and deed are out until an epoch, and do not earn in the last
/// part of that time.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Suspension<AccountId> {
	/// The offence.
	pub offence: OffenceId,
	/// Who cannot be a candidate nor be elected, from now on.
	pub node: AccountId,
	/// The deed of which the same is true, and which does not earn.
	pub deed: Option<DeedId>,
	/// The first epoch in which the deed does not earn; until then there is time for an appeal.
	pub from: EpochIndex,
	/// The first epoch in which everything is as before, but for the score.
	pub until: EpochIndex,
}

impl<AccountId: PartialEq> Suspension<AccountId> {
	/// Whether a node, or the deed that it has, is out in the epoch `now`.
	pub(crate) fn holds(&self, node: &AccountId, deed: Option<DeedId>, now: EpochIndex) -> bool {
		let is_same_deed = deed.is_some() && self.deed == deed;
		now < self.until && (is_same_deed || self.node == *node)
	}

	/// The deed, if it does not earn in an epoch.
	pub(crate) fn deed_without_pay(&self, epoch: EpochIndex) -> Option<DeedId> {
		(self.from..self.until).contains(&epoch).then_some(self.deed).flatten()
	}
}

/// Where a suspension ends that is cut off now: never before it has begun, nor later than it would.
pub(crate) fn cut_off(from: EpochIndex, until: EpochIndex, now: EpochIndex) -> EpochIndex {
	now.max(from).min(until)
}

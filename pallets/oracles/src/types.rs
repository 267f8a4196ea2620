// SPDX-License-Identifier: Apache-2.0

//! What the pallet stores and what oracles sign.

use crate::Config;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, marker::PhantomData};
use frame_support::{
	BoundedVec,
	traits::{ConstU32, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_math::median::is_supermajority;
use r1_primitives::{
	ANCHORS_AGREED_MAX, ANCHORS_MAX, Anchor, DEEDS_PER_PAGE, DeedId, EpochIndex, JobId,
	OracleIndex, PageIndex, PlacementRound, REPLICAS_MAX, SignedBody, WORK_ENTRIES_MAX, WorkEntry,
};
use scale_info::TypeInfo;
use sp_application_crypto::RuntimeAppPublic;
use sp_io::hashing::blake2_256;
use sp_runtime::AccountId32;

/// Hash that binds an oracle to its report before anybody may see it.
pub type Commitment = [u8; 32];

/// Random bytes that keep a commitment from being guessed.
pub type Salt = [u8; 32];

/// BLAKE2 hash of an encoded [`ReportPage`].
pub type PageHash = [u8; 32];

/// Agreed availability of the deeds of one page.
pub type AvailabilityPage = BoundedVec<u8, ConstU32<DEEDS_PER_PAGE>>;

/// Agreed quality of a job's work, ascending by deed.
pub type JobQuality = BoundedVec<(DeedId, u8), ConstU32<REPLICAS_MAX>>;

/// Roots that the oracles agree on in an epoch, ascending by job and deed.
pub type AgreedAnchors = BoundedVec<Anchor, ConstU32<ANCHORS_AGREED_MAX>>;

/// Hashes of all pages of a report, in order.
pub type PageHashes<T> = BoundedVec<PageHash, ReportPagesMax<T>>;

/// Signature of an oracle.
pub type SignatureOf<T> = <<T as Config>::AuthorityId as RuntimeAppPublic>::Signature;

/// An oracle of this runtime.
pub type OracleOf<T> = Oracle<<T as Config>::AuthorityId>;

/// A set of oracles of this runtime.
pub type OracleSetOf<T> = BoundedVec<OracleOf<T>, <T as Config>::OraclesMax>;

/// An epoch's record in this runtime.
pub type EpochRecordOf<T> = EpochRecord<BlockNumberFor<T>>;

/// A ballot in this runtime.
pub type BallotOf<T> = Ballot<BlockNumberFor<T>>;

/// Most pages in a report: `PagesMax` of availability and one of work.
pub struct ReportPagesMax<T>(PhantomData<T>);

impl<T: Config> Get<u32> for ReportPagesMax<T> {
	fn get() -> u32 {
		// `integrity_test` holds `PagesMax` far below the end of the range.
		T::PagesMax::get().saturating_add(1)
	}
}

impl<T> fmt::Debug for ReportPagesMax<T> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("ReportPagesMax")
	}
}

/// One that reports what it saw: a validator, its node, and the key that signs its reports.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Oracle<Key> {
	/// The validator's account, which is also its node's key.
	pub node: AccountId32,
	/// The session key that signs its reports.
	pub key: Key,
}

/// Where an epoch that is over stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
	/// Oracles commit to their reports.
	Committing,
	/// Oracles reveal the reports that they committed to.
	Revealing,
	/// The windows are over; verdicts are being computed, a few pages a block.
	Settling,
	/// Decided for good.
	Decided(Outcome),
}

/// How an epoch was decided.
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
pub enum Outcome {
	/// More than two thirds of the oracles revealed a whole report: the medians count.
	Settled,
	/// Too few did: the epoch pays nothing, unless governance settles it in time.
	Unsettled,
	/// Too few did, and governance said what was.
	SettledByGovernance,
	/// Too few did, and governance did not say what was: the epoch pays nothing, for good.
	Void,
}

impl Outcome {
	/// Whether the verdicts of the epoch will never change.
	#[must_use]
	pub fn is_final(self) -> bool {
		self != Self::Unsettled
	}
}

/// The record of an epoch that is over: its windows, its size, and how it was decided.
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
pub struct EpochRecord<BlockNumber> {
	/// The first block that takes no commitments any more.
	pub commits_until: BlockNumber,
	/// The first block that takes no reveals any more.
	pub reveals_until: BlockNumber,
	/// Deeds issued when the epoch ended: the length of an availability report.
	pub deeds: u32,
	/// Oracles registered when the epoch started.
	pub oracles: u32,
	/// Oracles that committed to a report.
	pub commits: u32,
	/// Oracles that revealed every page of their report.
	pub reveals: u32,
	/// The epoch that the chain was in after this one; those between were skipped.
	pub next_epoch: EpochIndex,
	/// How the epoch was decided; `None` while it is open.
	pub outcome: Option<Outcome>,
}

impl<BlockNumber: Copy + PartialOrd> EpochRecord<BlockNumber> {
	/// Where the epoch stands at a block.
	pub fn phase(&self, now: BlockNumber) -> Phase {
		match self.outcome {
			Some(outcome) => Phase::Decided(outcome),
			None if now < self.commits_until => Phase::Committing,
			None if now < self.reveals_until => Phase::Revealing,
			None => Phase::Settling,
		}
	}

	/// Pages of availability in a report.
	pub fn availability_pages(&self) -> PageIndex {
		// At most `PagesMax` pages of deeds are recorded, which an index can name.
		PageIndex::try_from(self.deeds.div_ceil(DEEDS_PER_PAGE)).unwrap_or(PageIndex::MAX)
	}

	/// All pages of a report: those of availability, then the one of work.
	pub fn pages(&self) -> u32 {
		u32::from(self.availability_pages()).saturating_add(1)
	}

	/// Deeds in a page of availability; 0 beyond the last.
	pub fn deeds_in(&self, page: PageIndex) -> u32 {
		let before = u32::from(page).saturating_mul(DEEDS_PER_PAGE);
		self.deeds.saturating_sub(before).min(DEEDS_PER_PAGE)
	}

	/// Whether more than two thirds of the oracles revealed a whole report.
	pub fn has_quorum(&self) -> bool {
		is_supermajority(self.reveals, self.oracles)
	}
}

/// One page of an oracle's report.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub enum ReportPage {
	/// Availability, 0 to 255, of the deeds of this page in order; what is missing counts as 0.
	Availability(BoundedVec<u8, ConstU32<DEEDS_PER_PAGE>>),
	/// Work of the epoch, strictly ascending by job and deed.
	Work(BoundedVec<WorkEntry, ConstU32<WORK_ENTRIES_MAX>>),
	/// Work of the epoch, and roots of jobs' namespaces at its end; both strictly ascending by job
	/// and deed. In the place of a page of work.
	AnchoredWork {
		/// The work.
		work: BoundedVec<WorkEntry, ConstU32<WORK_ENTRIES_MAX>>,
		/// The roots.
		anchors: BoundedVec<Anchor, ConstU32<ANCHORS_MAX>>,
	},
}

impl ReportPage {
	/// The hash that goes into the commitment.
	pub fn hash(&self) -> PageHash {
		self.using_encoded(blake2_256)
	}
}

/// Entries of work in the pages of a report.
pub(crate) fn work_entries(pages: &[ReportPage]) -> u32 {
	let entries = pages.iter().map(|page| match page {
		ReportPage::Availability(_) => 0,
		ReportPage::Work(work) | ReportPage::AnchoredWork { work, .. } => work.len(),
	});
	// Saturating: far beyond what a call can hold.
	u32::try_from(entries.sum::<usize>()).unwrap_or(u32::MAX)
}

/// What an oracle has handed in for an epoch.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct OracleReport {
	/// What the oracle committed to.
	pub commitment: Commitment,
	/// The pages that it has revealed.
	pub revealed: PageSet,
}

/// A set of pages.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct PageSet(u128);

impl PageSet {
	/// Pages that the set can name: `0..CAPACITY`.
	pub const CAPACITY: u32 = u128::BITS;

	/// Whether a page is in the set.
	pub fn contains(self, page: PageIndex) -> bool {
		Self::bit(page).is_some_and(|bit| self.0 & bit != 0)
	}

	/// The set with one more page; a page beyond the capacity changes nothing.
	#[must_use]
	pub fn with(self, page: PageIndex) -> Self {
		Self(self.0 | Self::bit(page).unwrap_or(0))
	}

	/// Pages in the set.
	pub fn count(self) -> u32 {
		self.0.count_ones()
	}

	fn bit(page: PageIndex) -> Option<u128> {
		1_u128.checked_shl(u32::from(page))
	}
}

/// A signed wish of one oracle that a job shall run on the nodes of some deeds.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Ballot<BlockNumber> {
	/// The job.
	pub job: JobId,
	/// The round of placement that the ballot is for.
	pub round: PlacementRound,
	/// The deeds whose nodes shall run it, strictly ascending.
	pub deeds: BoundedVec<DeedId, ConstU32<REPLICAS_MAX>>,
	/// The block at which the oracle made up its mind.
	///
	/// It orders an oracle's ballots, so that an older one cannot be replayed over a newer one,
	/// and lets a ballot expire.
	pub cast_at: BlockNumber,
}

/// Where settling the first undecided epoch has got to.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub enum Stage {
	/// Next is this page of availability.
	Availability(PageIndex),
	/// Next are the jobs with a greater number than this one.
	Work(JobId),
}

/// What binds an oracle to its report: `blake2_256(SCALE(epoch, oracle, salt, page hashes))`.
pub fn commitment_of(
	epoch: EpochIndex,
	oracle: OracleIndex,
	salt: &Salt,
	page_hashes: &[PageHash],
) -> Commitment {
	(epoch, oracle, salt, page_hashes).using_encoded(blake2_256)
}

/// Hashes of the pages of a report.
pub fn page_hashes_of(pages: &[ReportPage]) -> Vec<PageHash> {
	pages.iter().map(ReportPage::hash).collect()
}

/// What an oracle signs to commit to a report.
#[derive(Clone, Debug, Encode, Eq, PartialEq)]
pub struct CommitBody {
	/// The epoch that the report is about.
	pub epoch: EpochIndex,
	/// The oracle's position in the epoch's set.
	pub oracle: OracleIndex,
	/// How many deeds the report is about. Two forks of the chain may differ in it, and an honest
	/// oracle then reports on each; two reports about as many deeds contradict each other.
	pub deeds: u32,
	/// What it commits to.
	pub commitment: Commitment,
}

impl SignedBody for CommitBody {
	const PURPOSE: &'static str = "report-commit";
}

/// What an oracle signs to reveal a page.
///
/// It binds the oracle to what it reveals, whether or not that is what it had committed to: so a
/// false reveal proves itself.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct RevealBody {
	/// The epoch that the report is about.
	pub epoch: EpochIndex,
	/// The oracle's position in the epoch's set.
	pub oracle: OracleIndex,
	/// How many deeds the report is about.
	pub deeds: u32,
	/// The page.
	pub page: PageIndex,
	/// The hash of the page's contents.
	pub contents: PageHash,
	/// The commitment that salt and page hashes of the reveal make.
	pub commitment: Commitment,
}

impl SignedBody for RevealBody {
	const PURPOSE: &'static str = "report-reveal";
}

/// An oracle's own signatures that prove its misconduct in an epoch.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub enum Evidence<Signature, Hashes> {
	/// It committed to two different reports about as many deeds.
	TwoCommitments {
		/// How many deeds.
		deeds: u32,
		/// One of them.
		one: Commitment,
		/// The oracle's signature of it.
		one_signature: Signature,
		/// The other.
		other: Commitment,
		/// The oracle's signature of that.
		other_signature: Signature,
	},
	/// It revealed a page of a report that it had not committed to.
	OtherReport {
		/// What it committed to.
		commitment: Commitment,
		/// The oracle's signature of it.
		commitment_signature: Signature,
		/// What it signed to reveal the page.
		reveal: RevealBody,
		/// The oracle's signature of that.
		reveal_signature: Signature,
	},
	/// It revealed a page with other contents than those of the report that it named.
	OtherContents {
		/// What it signed to reveal the page.
		reveal: RevealBody,
		/// The oracle's signature of it.
		signature: Signature,
		/// The hashes of the report that the reveal names.
		page_hashes: Hashes,
		/// The salt of that report.
		salt: Salt,
	},
}

/// Evidence in this runtime.
pub type EvidenceOf<T> = Evidence<SignatureOf<T>, PageHashes<T>>;

/// What an oracle signs to vote on a placement.
#[derive(Clone, Debug, Encode, Eq, PartialEq)]
pub struct VoteBody<BlockNumber> {
	/// The oracle's position in the current epoch's set.
	pub oracle: OracleIndex,
	/// Its vote.
	pub ballot: Ballot<BlockNumber>,
}

impl<BlockNumber: Encode> SignedBody for VoteBody<BlockNumber> {
	const PURPOSE: &'static str = "placement-vote";
}

// SPDX-License-Identifier: Apache-2.0

//! # Oracles
//!
//! The epoch clock, and what the validators agree on: who was available, who did the work, and
//! where jobs run.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for the calls, events, errors and storage. Other pallets reach this
//! one through [`CurrentEpoch`](r1_primitives::traits::CurrentEpoch) and
//! [`OracleVerdicts`](r1_primitives::traits::OracleVerdicts); it asks theirs through
//! [`DeedInspect`](r1_primitives::traits::DeedInspect) and
//! [`PlacementHandler`](r1_primitives::traits::PlacementHandler).
//!
//! ## Overview
//!
//! Time is cut into epochs. Every validator is an oracle: the daemon beside it watches which nodes
//! are up and how well jobs are done. When an epoch is over, each oracle first *commits* to its
//! report, and when nobody can change their mind any more, *reveals* it page by page. If more than
//! two thirds of the epoch's oracles revealed a whole report, the lower median of what they said
//! becomes the network's verdict, for ever. If not, the epoch is unsettled: governance may say what
//! was while the epoch's grace lasts, or else it pays nothing.
//!
//! Oracles also vote on where a job runs; more than two thirds must name the same deeds.
//!
//! ### Terminology
//!
//! - **Oracle**: a validator of the session, by its node's account and its `orac` key.
//! - **Snapshot**: the oracles at an epoch's start. Only they report on it; an
//!   [`OracleIndex`](r1_primitives::OracleIndex) is a position in it.
//! - **Report**: pages of availability, 1 024 deeds each, and one page of work and of anchors.
//! - **Anchor**: the root of a job's namespace, as the node of a deed has signed that it was when an
//!   epoch ended. The oracles only agree on what it has signed: whether it is true, they do not know.
//! - **Verdict**: the median, stored for each epoch and page, and for each epoch and job.
//! - **Ballot**: an oracle's vote on a job's placement.
//! - **Misconduct**: two things that an oracle signed and that contradict each other.
//! - **Seed** of an epoch: what nobody could know before it, from which the oracles draw whom they
//!   challenge and when.
//! - **Maintenance**: slots that a deed announced beforehand as neutral.
//!
//! ### An epoch's life
//!
//! ```text
//! timestamp enters epoch e+1
//!   | record of e opens: windows in blocks, number of deeds; snapshot for e+1 is taken
//!   v
//! Committing --CommitBlocks, or all have committed--> Revealing
//! Revealing  --RevealBlocks, or all have revealed---> Settling
//! Settling   --a few pages in each block's on_idle--> Settled | Unsettled
//! Unsettled  --governance------------> SettledByGovernance | Void
//! Unsettled  --`GraceEpochs` epochs--> Void
//! ```
//!
//! Epochs are settled in order, and become final in order: no verdict is told while an earlier
//! epoch may still change, so that whoever claims loses nothing by it. Epochs that no block fell into were skipped: nobody can have seen
//! anything, they have no record, and they pay nothing.
//!
//! ## Low Level / Implementation Details
//!
//! ### Calls
//!
//! All calls are fee-less. They carry no account: [`frame_system::AuthorizeCall`] runs the checks
//! of the call, cheap ones first and the signature last, before the transaction enters a pool or a
//! block. What passes once cannot pass again, so nothing can be replayed or sent for free twice.
//! Signatures are over [`SignedBody`](r1_primitives::SignedBody) payloads, which name the purpose
//! and the chain.
//!
//! ### Weight
//!
//! The clock is O(1) a block, whatever the number of epochs that passed. Settling takes at most
//! [`Config::StepsPerBlock`] steps a block, each measured against what the block has left; a step
//! is one page of deeds, or a bounded number of jobs. So the work in a block depends on the number
//! of oracles (bounded by [`Config::OraclesMax`]), never on the number of deeds, jobs or epochs.
//!
//! ### Storage
//!
//! Verdicts and epoch records are kept for ever: they are the network's history. Of the roots of jobs'
//! namespaces only the last [`Config::AnchorEpochs`] epochs' are. Commitments and
//! revealed pages go when their epoch is settled; snapshots, seeds and what was proven
//! [`Config::EvidenceEpochs`] later. A window of maintenance stays until the deed's next one is
//! announced after its epoch is settled. Ballots go when a job is placed, and a sweep removes those
//! of jobs that no longer wait.
//!
//! ### The off-chain worker
//!
//! [`worker`] asks the daemon beside the validator for what it saw, and signs and submits. It
//! runs beside the chain and cannot halt it: whatever fails is logged and tried again.
//!
//! ### What this pallet does not do
//!
//! It neither elects nor punishes. An oracle that contradicts itself loses its say in the epoch
//! here; who reported, who did not and who cheated it tells
//! [`OracleConduct`](r1_primitives::OracleConduct), which does the rest.
//!
//! A commitment or a reveal that contradicts an earlier one is not refused but taken: it is its own
//! proof, and the chain needs nobody to bring it. Two reports of one epoch contradict each other
//! only if they are about as many deeds: a fork of the chain can end an epoch with one deed more,
//! and an honest oracle then reports on both forks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::unwrap_used,
		clippy::expect_used
	)
)]

extern crate alloc;

mod types;
pub mod crypto;
mod clock;
mod authorize;
mod events;
mod errors;
mod calls;
mod reports;
mod misconduct;
mod tally;
mod settle;
mod unsettled;
mod maintenance;
mod placement;
mod impls;
pub mod migrations;
pub mod worker;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod weights;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::{
	AgreedAnchors, AvailabilityPage, Ballot, BallotOf, CommitBody, Commitment, EpochRecord,
	EpochRecordOf, Evidence, EvidenceOf, JobQuality, Oracle, OracleOf, OracleReport, OracleSetOf,
	Outcome, PageHash, PageHashes, PageSet, Phase, ReportPage, ReportPagesMax, RevealBody, Salt,
	SignatureOf, Stage, VoteBody, commitment_of, page_hashes_of,
};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// Most windows of maintenance that are kept of a deed: the one that oracles still report on, and
/// the next one.
pub const MAINTENANCE_WINDOWS_MAX: u32 = 2;

/// The target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::oracles";

#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[import_section(crate::calls::calls)]
#[import_section(crate::errors::errors)]
#[import_section(crate::events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::{reports::Reveal, types::work_entries};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::Randomness, weights::WeightMeter};
	use frame_system::{
		ensure_authorized, offchain::CreateAuthorizedTransaction, pallet_prelude::*,
	};
	use r1_primitives::{
		DeedId, EpochClock, EpochIndex, JobId, Maintenance, Misconduct, OracleConduct, OracleIndex,
		PageIndex, PlacementRound,
		traits::{DeedInspect, OracleVerdicts, PlacementHandler},
	};
	use sp_application_crypto::RuntimeAppPublic;
	use sp_core::H256;
	use sp_runtime::{AccountId32, traits::Zero};

	/// The in-code storage version.
	pub(crate) const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from the runtime.
	///
	/// The runtime's transaction extensions must include [`frame_system::AuthorizeCall`].
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<AccountId = AccountId32, Hash = H256>
	{
		/// The session key that signs reports; [`crypto::AuthorityId`] in production.
		type AuthorityId: Member
			+ Parameter
			+ RuntimeAppPublic
			+ Ord
			+ MaybeSerializeDeserialize
			+ MaxEncodedLen;

		/// How many deeds there are.
		type Deeds: DeedInspect<AccountId32>;

		/// Which jobs wait for a placement, and what to do when the oracles agreed on one.
		type Placement: PlacementHandler;

		/// What becomes of oracles that report, do not report, or cheat.
		type Conduct: OracleConduct<AccountId32>;

		/// What nobody can foresee, for the seed of each epoch; at least what the parent block's
		/// author could not choose freely.
		type Randomness: Randomness<H256, BlockNumberFor<Self>>;

		/// Decides epochs that the oracles did not agree on.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Epochs, up to the one that was settled last, for which misconduct may be proven; not
		/// zero. The oracles and seeds of so many epochs are kept.
		#[pallet::constant]
		type EvidenceEpochs: Get<u32>;

		/// Epochs whose agreed roots of jobs' namespaces are kept; not zero.
		///
		/// Each takes 15 KB at most.
		#[pallet::constant]
		type AnchorEpochs: Get<u32>;

		/// Most epochs between the current one and one that maintenance is announced for; not zero.
		#[pallet::constant]
		type MaintenanceAheadMax: Get<u32>;

		/// Blocks after an epoch's end in which oracles may commit; not zero.
		///
		/// Too short, and oracles with a slow network cannot take part.
		#[pallet::constant]
		type CommitBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks after the commit window in which oracles may reveal; not zero.
		///
		/// It must hold the pages of all oracles, or large networks never reach agreement.
		#[pallet::constant]
		type RevealBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks for which a ballot may enter the chain after it was cast; not zero.
		#[pallet::constant]
		type BallotBlocks: Get<BlockNumberFor<Self>>;

		/// Most oracles in a set, within the range of an [`OracleIndex`].
		///
		/// A session with more validators has its first ones as oracles.
		#[pallet::constant]
		type OraclesMax: Get<u32>;

		/// Most pages of availability in a report, below [`PageSet::CAPACITY`].
		///
		/// Deeds beyond the last page would never be paid: it must cover every deed there can be.
		#[pallet::constant]
		type PagesMax: Get<u32>;

		/// Most steps of settling in one block; not zero.
		#[pallet::constant]
		type StepsPerBlock: Get<u32>;

		/// Priority of the oracles' transactions in the pool.
		#[pallet::constant]
		type ReportPriority: Get<TransactionPriority>;

		/// Weights of the calls and of the steps of settling.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks need in other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// When epochs begin and end. Set at genesis; a start of 0 becomes the first block's time.
	#[pallet::storage]
	pub type Clock<T: Config> = StorageValue<_, EpochClock, OptionQuery>;

	/// The epoch of the current block's timestamp; `None` before epoch 0 starts.
	#[pallet::storage]
	pub type EpochNow<T: Config> = StorageValue<_, EpochIndex, OptionQuery>;

	/// The first epoch whose verdicts may still change; all before it are decided for good.
	///
	/// It stays at an epoch without agreement while governance may still settle it.
	#[pallet::storage]
	pub type FirstUndecided<T: Config> = StorageValue<_, EpochIndex, ValueQuery>;

	/// The first epoch that is not settled yet, neither with nor without agreement.
	#[pallet::storage]
	pub type NextToSettle<T: Config> = StorageValue<_, EpochIndex, ValueQuery>;

	/// Epochs after one without agreement in which governance may settle it. Set at genesis; 0
	/// decides it for good at once.
	#[pallet::storage]
	pub type GraceEpochs<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The validators of the current session, who are the oracles of the next epoch.
	#[pallet::storage]
	pub type SessionOracles<T: Config> = StorageValue<_, OracleSetOf<T>, ValueQuery>;

	/// The oracles at the start of an epoch; kept while misconduct in it may be proven.
	// Twox is safe in this pallet: every key is an index that the chain or a job queue counts, none
	// is chosen freely by a user.
	#[pallet::storage]
	pub type EpochOracles<T: Config> =
		StorageMap<_, Twox64Concat, EpochIndex, OracleSetOf<T>, ValueQuery>;

	/// A number for each epoch that nobody could know before its start; kept as long as its oracles.
	#[pallet::storage]
	pub type EpochSeeds<T: Config> = StorageMap<_, Twox64Concat, EpochIndex, H256, OptionQuery>;

	/// The oldest epoch whose oracles are kept.
	#[pallet::storage]
	pub type OldestSnapshot<T: Config> = StorageValue<_, EpochIndex, ValueQuery>;

	/// The misconduct of an oracle that is proven, by epoch; kept as long as the epoch's oracles.
	#[pallet::storage]
	pub type Proven<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		EpochIndex,
		Twox64Concat,
		OracleIndex,
		Misconduct,
		OptionQuery,
	>;

	/// Windows of maintenance that were announced for a deed's node, ascending by epoch.
	///
	/// One that is to come or goes on, and one of an epoch that is still reported on. The deed's
	/// price has paid for both.
	#[pallet::storage]
	pub type MaintenanceOf<T: Config> = StorageMap<
		_,
		Twox64Concat,
		DeedId,
		BoundedVec<Maintenance, ConstU32<MAINTENANCE_WINDOWS_MAX>>,
		ValueQuery,
	>;

	/// Records of the epochs that are over, kept for ever. Skipped epochs have none.
	#[pallet::storage]
	pub type Epochs<T: Config> =
		StorageMap<_, Twox64Concat, EpochIndex, EpochRecordOf<T>, OptionQuery>;

	/// What each oracle has handed in for an undecided epoch.
	#[pallet::storage]
	pub type Reports<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		EpochIndex,
		Twox64Concat,
		OracleIndex,
		OracleReport,
		OptionQuery,
	>;

	/// Revealed pages of an undecided epoch, by epoch, page and oracle.
	#[pallet::storage]
	pub type Reveals<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, EpochIndex>,
			NMapKey<Twox64Concat, PageIndex>,
			NMapKey<Twox64Concat, OracleIndex>,
		),
		ReportPage,
		OptionQuery,
	>;

	/// The oracles whose reports count in the epoch that is being settled, ascending.
	///
	/// Empty if there is no agreement, and between epochs.
	#[pallet::storage]
	pub type Participants<T: Config> =
		StorageValue<_, BoundedVec<OracleIndex, T::OraclesMax>, ValueQuery>;

	/// How far settling the first undecided epoch has got; `None` if it has not begun.
	#[pallet::storage]
	pub type SettlingStage<T: Config> = StorageValue<_, Stage, OptionQuery>;

	/// Agreed availability of the deeds of a page in an epoch, kept for ever.
	#[pallet::storage]
	pub type Availability<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		EpochIndex,
		Twox64Concat,
		PageIndex,
		AvailabilityPage,
		OptionQuery,
	>;

	/// Agreed quality of the work on a job in an epoch, kept for ever; what is missing is 0.
	#[pallet::storage]
	pub type Work<T: Config> =
		StorageDoubleMap<_, Twox64Concat, EpochIndex, Twox64Concat, JobId, JobQuality, ValueQuery>;

	/// Agreed roots of jobs' namespaces at the end of an epoch, strictly ascending by job and deed;
	/// kept for the last [`Config::AnchorEpochs`] epochs that have any.
	#[pallet::storage]
	pub type Anchors<T: Config> =
		StorageMap<_, Twox64Concat, EpochIndex, AgreedAnchors, OptionQuery>;

	/// The epochs whose roots are kept, ascending.
	#[pallet::storage]
	pub type AnchoredEpochs<T: Config> =
		StorageValue<_, BoundedVec<EpochIndex, T::AnchorEpochs>, ValueQuery>;

	/// Votes on jobs that wait for a placement, by job and by the oracle's node.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageMap<
		_,
		Twox64Concat,
		JobId,
		BoundedBTreeMap<AccountId32, BallotOf<T>, T::OraclesMax>,
		ValueQuery,
	>;

	/// The job whose ballots were last looked at by the sweep.
	#[pallet::storage]
	pub type BallotSweep<T: Config> = StorageValue<_, JobId, OptionQuery>;

	/// The clock of the network.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// When epochs begin and end; a start of 0 means the time of the first block.
		pub clock: EpochClock,
		/// Epochs after one without agreement in which governance may settle it.
		pub grace_epochs: u32,
		/// Binds the runtime.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			// Mainnet's lengths: days, with a beat every ten seconds, and a week for governance.
			let clock = EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 };
			Self { clock, grace_epochs: 7, _config: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.clock.is_valid(), "slots must fill an epoch: {:?}", self.clock);
			Clock::<T>::put(self.clock);
			GraceEpochs::<T>::put(self.grace_epochs);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_now: BlockNumberFor<T>) -> Weight {
			// The clock runs inside the timestamp's inherent, whose weight does not know of it.
			T::WeightInfo::roll_over()
		}

		fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::settle(now, &mut meter);
			Self::finalise_verdicts(&mut meter);
			Self::sweep_ballots(&mut meter);
			meter.consumed()
		}

		fn offchain_worker(now: BlockNumberFor<T>) {
			worker::run::<T>(now);
		}

		fn integrity_test() {
			assert!(!T::CommitBlocks::get().is_zero(), "nobody could commit");
			assert!(!T::RevealBlocks::get().is_zero(), "nobody could reveal");
			assert!(!T::BallotBlocks::get().is_zero(), "every ballot would have expired");
			assert!(T::EvidenceEpochs::get() > 0, "an epoch needs its oracles until it is settled");
			assert!(T::AnchorEpochs::get() > 0, "no root could be kept");
			assert!(T::MaintenanceAheadMax::get() > 0, "no window could be announced");
			assert!(T::StepsPerBlock::get() > 0, "no epoch would ever be decided");
			assert!(
				T::OraclesMax::get() <= u32::from(OracleIndex::MAX),
				"an oracle would have no index"
			);
			assert!(T::PagesMax::get() < PageSet::CAPACITY, "a page would not fit its set");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// When epochs begin and end; `None` only if the chain has no genesis configuration.
		pub fn clock() -> Option<EpochClock> {
			Clock::<T>::get()
		}

		/// Agreed availability of a deed, 0 to 255; `None` while the epoch is undecided.
		pub fn availability_of(epoch: EpochIndex, deed: DeedId) -> Option<u8> {
			<Self as OracleVerdicts>::availability(epoch, deed)
		}

		/// Agreed root of a job's namespace as the node of a deed had it when an epoch ended; `None`
		/// if it is not agreed on, or not kept any more.
		pub fn anchor_of(epoch: EpochIndex, job: JobId, deed: DeedId) -> Option<[u8; 32]> {
			let anchors = Anchors::<T>::get(epoch)?;
			let place = anchors.binary_search_by_key(&(job, deed), |it| (it.job, it.deed)).ok()?;
			anchors.get(place).map(|anchor| anchor.root)
		}

		/// Agreed quality of a deed's work on a job; `None` while the epoch is undecided.
		pub fn quality_of(epoch: EpochIndex, job: JobId, deed: DeedId) -> Option<u8> {
			<Self as OracleVerdicts>::quality(epoch, job, deed)
		}

		/// The oracles of the current epoch, by position.
		pub fn current_oracles() -> Vec<OracleOf<T>> {
			Self::current_oracle_set().into_inner()
		}
	}
}

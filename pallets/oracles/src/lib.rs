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
//! becomes the network's verdict, for ever. If not, the epoch pays nothing.
//!
//! Oracles also vote on where a job runs; more than two thirds must name the same deeds.
//!
//! ### Terminology
//!
//! - **Oracle**: a validator of the session, by its node's account and its `orac` key.
//! - **Snapshot**: the oracles at an epoch's start. Only they report on it; an
//!   [`OracleIndex`](r1_primitives::OracleIndex) is a position in it.
//! - **Report**: pages of availability, 1 024 deeds each, and one page of work.
//! - **Verdict**: the median, stored for each epoch and page, and for each epoch and job.
//! - **Ballot**: an oracle's vote on a job's placement.
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
//! ```
//!
//! Epochs are decided in order. Epochs that no block fell into were skipped: nobody can have seen
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
//! Verdicts and epoch records are kept for ever: they are the network's history. Commitments,
//! revealed pages and snapshots go when their epoch is decided. Ballots go when a job is placed,
//! and a sweep removes those of jobs that no longer wait.
//!
//! ### The off-chain worker
//!
//! [`worker`] asks the daemon beside the validator for what it saw, and signs and submits. It
//! runs beside the chain and cannot halt it: whatever fails is logged and tried again.
//!
//! ### What this pallet does not do
//!
//! It does not elect validators, and it does not punish: a reveal that does not match its
//! commitment is refused, which costs the oracle its say in the epoch and nothing else.

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
mod reports;
mod tally;
mod settle;
mod placement;
mod impls;
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
	AvailabilityPage, Ballot, BallotOf, CommitBody, Commitment, EpochRecord, EpochRecordOf,
	JobQuality, Oracle, OracleOf, OracleReport, OracleSetOf, Outcome, PageHash, PageHashes,
	PageSet, Phase, ReportPage, ReportPagesMax, RevealBody, Salt, SignatureOf, Stage, VoteBody,
	commitment_of, page_hashes_of,
};
pub use weights::WeightInfo;

/// The target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::oracles";

#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::reports::Reveal;
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, weights::WeightMeter};
	use frame_system::{
		ensure_authorized, offchain::CreateAuthorizedTransaction, pallet_prelude::*,
	};
	use r1_primitives::{
		DeedId, EpochClock, EpochIndex, JobId, OracleIndex, PageIndex, PlacementRound,
		traits::{DeedInspect, OracleVerdicts, PlacementHandler},
	};
	use sp_application_crypto::RuntimeAppPublic;
	use sp_core::H256;
	use sp_runtime::{AccountId32, traits::Zero};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

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

	/// The first epoch that is not decided; all before it are decided for good.
	#[pallet::storage]
	pub type FirstUndecided<T: Config> = StorageValue<_, EpochIndex, ValueQuery>;

	/// The validators of the current session, who are the oracles of the next epoch.
	#[pallet::storage]
	pub type SessionOracles<T: Config> = StorageValue<_, OracleSetOf<T>, ValueQuery>;

	/// The oracles at the start of an epoch; kept until the epoch is decided.
	// Twox is safe in this pallet: every key is an index that the chain or a job queue counts, none
	// is chosen freely by a user.
	#[pallet::storage]
	pub type EpochOracles<T: Config> =
		StorageMap<_, Twox64Concat, EpochIndex, OracleSetOf<T>, ValueQuery>;

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
		/// Binds the runtime.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			// Mainnet's lengths: days, with a beat every ten seconds.
			let clock = EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 };
			Self { clock, _config: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.clock.is_valid(), "slots must fill an epoch: {:?}", self.clock);
			Clock::<T>::put(self.clock);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The chain entered an epoch.
		EpochStarted {
			/// The epoch.
			epoch: EpochIndex,
		},
		/// No block fell into some epochs; they pay nothing.
		EpochsSkipped {
			/// The first of them.
			first: EpochIndex,
			/// The epoch after the last of them.
			until: EpochIndex,
		},
		/// An oracle committed to its report.
		ReportCommitted {
			/// The epoch that the report is about.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: AccountId32,
		},
		/// An oracle revealed a page of its report.
		ReportRevealed {
			/// The epoch that the report is about.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: AccountId32,
			/// The page.
			page: PageIndex,
		},
		/// The oracles agreed on an epoch, and its verdicts are stored.
		EpochSettled {
			/// The epoch.
			epoch: EpochIndex,
			/// Oracles whose reports count.
			reveals: u32,
			/// Oracles of the epoch.
			oracles: u32,
		},
		/// Too few oracles reported on an epoch; it pays nothing.
		EpochUnsettled {
			/// The epoch.
			epoch: EpochIndex,
			/// Oracles that revealed a whole report.
			reveals: u32,
			/// Oracles of the epoch.
			oracles: u32,
		},
		/// An oracle voted on where a job shall run.
		PlacementVoted {
			/// The job.
			job: JobId,
			/// The round of placement.
			round: PlacementRound,
			/// The oracle's node.
			oracle: AccountId32,
		},
		/// More than two thirds of the oracles agreed on where a job shall run.
		PlacementAgreed {
			/// The job.
			job: JobId,
			/// The round of placement.
			round: PlacementRound,
			/// The deeds whose nodes shall run it.
			deeds: Vec<DeedId>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The epoch is not over yet: report when it is.
		EpochNotOver,
		/// The epoch was skipped, so nobody can report on it.
		EpochUnknown,
		/// The oracle's position is not in the epoch's set.
		UnknownOracle,
		/// Commitments for this epoch are not taken any more.
		CommitWindowClosed,
		/// The oracle has committed to a report already.
		AlreadyCommitted,
		/// Reveals for this epoch are not taken yet.
		RevealWindowNotOpen,
		/// Reveals for this epoch are not taken any more.
		RevealWindowClosed,
		/// The oracle has not committed to a report, so it has nothing to reveal.
		NotCommitted,
		/// The oracle has revealed this page already.
		AlreadyRevealed,
		/// The report has no such page.
		UnknownPage,
		/// There must be one hash for each page of the report.
		WrongPageCount,
		/// Pages of availability come first, and the last page is the one of work.
		WrongPageKind,
		/// Entries of work must be strictly ascending by job and deed.
		WorkNotAscending,
		/// The page's contents do not have the hash that was given for it.
		PageMismatch,
		/// Salt and page hashes are not those that the oracle committed to.
		CommitmentMismatch,
		/// The job does not wait for a placement in this round.
		JobNotWaiting,
		/// The job cannot run on these deeds.
		PlacementInvalid,
		/// The ballot was cast in a block that does not exist yet.
		BallotFromFuture,
		/// The ballot was cast too long ago.
		BallotExpired,
		/// The oracle has cast this ballot, or a newer one, already.
		BallotNotNewer,
		/// More oracles vote than there can be.
		TooManyBallots,
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

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Commits an oracle to its report of an epoch that is over.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`CommitBody`].
		///
		/// ## Details
		///
		/// `oracle` is a position in the epoch's snapshot, and `commitment` is
		/// `blake2_256(SCALE(epoch, oracle, salt, page hashes))`. It is final. When every oracle
		/// has committed, the reveal window opens early. Free of charge.
		///
		/// ## Errors
		///
		/// - [`Error::EpochNotOver`], [`Error::EpochUnknown`], [`Error::CommitWindowClosed`]
		/// - [`Error::UnknownOracle`], [`Error::AlreadyCommitted`]
		///
		/// ## Events
		///
		/// - [`Event::ReportCommitted`]
		#[pallet::call_index(0)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_commit())]
		#[pallet::authorize(Self::authorize_commit)]
		pub fn commit(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			oracle: OracleIndex,
			commitment: Commitment,
			_signature: SignatureOf<T>,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_commit(epoch, oracle, commitment)
		}

		/// Reveals one page of the report that an oracle committed to.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`RevealBody`].
		///
		/// ## Details
		///
		/// `page_hashes` and `salt` must be those of the commitment, and `contents` must have the
		/// hash at `page`. A report counts when all of its pages are revealed. When all oracles
		/// have revealed everything, the window closes early. Free of charge.
		///
		/// ## Errors
		///
		/// - [`Error::EpochNotOver`], [`Error::EpochUnknown`]
		/// - [`Error::RevealWindowNotOpen`], [`Error::RevealWindowClosed`]
		/// - [`Error::UnknownOracle`], [`Error::NotCommitted`], [`Error::AlreadyRevealed`]
		/// - [`Error::UnknownPage`], [`Error::WrongPageCount`], [`Error::WrongPageKind`]
		/// - [`Error::WorkNotAscending`], [`Error::PageMismatch`], [`Error::CommitmentMismatch`]
		///
		/// ## Events
		///
		/// - [`Event::ReportRevealed`]
		#[pallet::call_index(1)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_reveal())]
		#[pallet::authorize(Self::authorize_reveal)]
		pub fn reveal(
			origin: OriginFor<T>,
			epoch: EpochIndex,
			oracle: OracleIndex,
			page: PageIndex,
			contents: ReportPage,
			page_hashes: PageHashes<T>,
			salt: Salt,
			_signature: SignatureOf<T>,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let reveal = Reveal {
				epoch,
				oracle,
				page,
				contents: &contents,
				page_hashes: &page_hashes,
				salt: &salt,
			};
			Self::do_reveal(&reveal)
		}

		/// Votes on where a job that waits for a placement shall run.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: `signature` is the oracle's, over a [`VoteBody`].
		///
		/// ## Details
		///
		/// `oracle` is a position in the current epoch's snapshot. A newer ballot of an oracle
		/// replaces its older one. When more than two thirds of the oracles name the same deeds,
		/// the job is placed there and its ballots are deleted. Free of charge.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownOracle`], [`Error::JobNotWaiting`], [`Error::PlacementInvalid`]
		/// - [`Error::BallotFromFuture`], [`Error::BallotExpired`], [`Error::BallotNotNewer`]
		///
		/// ## Events
		///
		/// - [`Event::PlacementVoted`], and [`Event::PlacementAgreed`] if it decides
		#[pallet::call_index(2)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_vote_placement())]
		#[pallet::authorize(Self::authorize_vote_placement)]
		pub fn vote_placement(
			origin: OriginFor<T>,
			oracle: OracleIndex,
			ballot: BallotOf<T>,
			_signature: SignatureOf<T>,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_vote_placement(oracle, &ballot)
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

// SPDX-License-Identifier: Apache-2.0

//! # Learning
//!
//! Rounds of federated learning: who takes part, by when, what was published, and what came out.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, storage, events, errors and configuration. What is signed,
//! and the bounds of a round, are in [`r1_primitives::learning`].
//!
//! ## Overview
//!
//! The owner of a job opens a round: a model, and by how many and within which bounds it is trained.
//! The nodes that run the job then announce keys, publish encrypted shares, train and publish masked
//! updates, and reveal what takes the masks off the sum. Files are in the content store; here are
//! their hashes, so that everybody counts the same participants. Oracles add up, each alone, and
//! attest the file of the sum, or a finding that says why there is none.
//!
//! ### Terminology
//!
//! - **Round**: one sum of updates; its number is unique on the chain, and all its keys are bound to
//!   it.
//! - **Participant**: a node that ran the job when the round was opened.
//! - **U1 to U4**: who has announced, shared, uploaded, revealed. Each is a part of the one before.
//! - **Aggregator**: an oracle; it signs with its node's key, as participants do.
//! - **Verdict**: what an aggregator came to.
//! - **Attendance**: in how many rounds of an epoch a deed's node did its part.
//!
//! ## Low Level / Implementation Details
//!
//! **Deadlines** pass by the number of the block, lazily: see [`Round::progress`]. A phase whose
//! `ends_at` is block N takes what is in blocks before N. When everybody who may publish has done
//! so, the next phase begins at once, and lasts its whole time from the next block on.
//!
//! **Calls of nodes** carry no account and cost nothing: [`frame_system::AuthorizeCall`] runs the
//! checks of the call, the signature last, before the transaction enters a pool or a block. Each is
//! accepted once in a round, so it cannot be replayed; its signature names the chain and the round;
//! and it lives no longer than its phase.
//!
//! **Agreement.** Two equal attestations decide, or one if there is one oracle. As soon as two
//! differ, more than two thirds of the oracles must say the same, or the round fails when its time is
//! over. Only oracles of the current epoch count.
//!
//! **What is kept.** What was published stays for [`Config::DetailBlocks`] after the end of a round.
//! Summaries of the last [`Config::RoundsKept`] rounds of each job stay for ever: they name model,
//! previous round and aggregate, so that a model can be followed from sum to sum.
//!
//! **Pay.** Attendance is counted by deed, in the epoch in which a round's end is noted, which is
//! never one that is paid already. `pallet-poai` asks for it when it pays the epoch, by
//! [`RoundsAttended`](r1_primitives::traits::RoundsAttended).
//!
//! **What can halt.** Nothing waits for this pallet. Without oracles rounds fail; nodes are paid
//! as if they had attended them, if they did.

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
mod events;
mod errors;
mod calls;
mod phases;
mod opening;
mod publishing;
mod attesting;
mod ending;
mod authorize;
mod sweep;
mod views;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod weights;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use authorize::refusal;
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use ending::{ATTENDANCE_MAX, AttendanceList};
pub use opening::PARAMETERS_PER_BLOCK;
pub use pallet::*;
pub use types::{
	AttestationsOf, Cid, Duty, EndedRound, Failure, Members, Outcome, Participant, PerParticipant,
	Publication, Round, RoundInfo, RoundList, RoundOf, RoundOrder, Summary, Verdict, Windows,
};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// The declarations that FRAME's macros read; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[import_section(crate::calls::calls)]
#[import_section(crate::errors::errors)]
#[import_section(crate::events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::ConstU64, weights::WeightMeter};
	use frame_system::{ensure_authorized, pallet_prelude::*};
	use r1_primitives::{
		EpochIndex, JobId, NodeKey,
		learning::{AggregateFile, Announcement, FileKind, PARTICIPANTS_MAX, Phase, RoundId},
		traits::{CurrentEpoch, DeedInspect, JobInspect, OracleInspect},
	};
	use sp_core::{H256, ed25519};
	use sp_runtime::AccountId32;

	/// The in-code storage version.
	pub(crate) const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Rounds of federated learning.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId32, Hash = H256> {
		/// Who runs which job, and who may say what it does.
		type Jobs: JobInspect<AccountId32>;

		/// Which node is linked to which deed.
		type Deeds: DeedInspect<AccountId32>;

		/// Who aggregates.
		type Oracles: OracleInspect<AccountId32>;

		/// The epoch of the current block.
		type Epochs: CurrentEpoch;

		/// Fewest blocks of a phase; not zero.
		///
		/// A node sees a phase when the block that began it is final. With too few blocks every node
		/// would miss it.
		#[pallet::constant]
		type WindowBlocksMin: Get<u32>;

		/// Most blocks of a phase; an upload of the longest model must fit.
		///
		/// A job has one round, so it also bounds for how long a round can stand in the way.
		#[pallet::constant]
		type WindowBlocksMax: Get<u32>;

		/// Summaries of rounds that are kept of each job; not zero.
		#[pallet::constant]
		type RoundsKept: Get<u32>;

		/// Blocks for which what was published in a round is kept after its end.
		///
		/// Up to about 46 KB a round. Auditors of the sum have so much time without an archive.
		#[pallet::constant]
		type DetailBlocks: Get<BlockNumberFor<Self>>;

		/// Epochs after which attendance is forgotten if it was not paid by then; not zero.
		///
		/// More than it takes to decide and to pay an epoch, or nodes are paid for what they missed.
		#[pallet::constant]
		type AttendanceEpochs: Get<u32>;

		/// Most oracles that there can be.
		#[pallet::constant]
		type OraclesMax: Get<u32>;

		/// Most open rounds that one block looks at in its idle time; not zero.
		#[pallet::constant]
		type SweepsPerBlock: Get<u32>;

		/// Priority of the nodes' transactions in the pool.
		#[pallet::constant]
		type TransactionPriority: Get<TransactionPriority>;

		/// What each call and each step of the sweep costs.
		type WeightInfo: WeightInfo;

		/// Sets up the other pallets for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// The number that the next round gets; the first is 1.
	#[pallet::storage]
	pub type NextRoundId<T> = StorageValue<_, RoundId, ValueQuery, ConstU64<1>>;

	/// Every round that is open, as it stood when it was last touched.
	// Twox is safe in this pallet: numbers are given in sequence, nobody chooses one.
	#[pallet::storage]
	pub type Rounds<T: Config> = StorageMap<_, Twox64Concat, RoundId, RoundOf<T>>;

	/// The open round of each job that has one.
	#[pallet::storage]
	pub type OpenRoundOf<T> = StorageMap<_, Twox64Concat, JobId, RoundId>;

	/// Keys that were announced in a round, in the order in which they came; kept as long as its
	/// details.
	#[pallet::storage]
	pub type Announcements<T> =
		StorageMap<_, Twox64Concat, RoundId, PerParticipant<Announcement>, ValueQuery>;

	/// Files that were published in a round, by kind, in the order in which they came; kept as long
	/// as its details.
	#[pallet::storage]
	pub type Files<T> = StorageDoubleMap<
		_,
		Twox64Concat,
		RoundId,
		Twox64Concat,
		FileKind,
		PerParticipant<Publication>,
		ValueQuery,
	>;

	/// What aggregators came to in a round, by the oracle's node; kept as long as its details.
	#[pallet::storage]
	pub type Attestations<T: Config> =
		StorageMap<_, Twox64Concat, RoundId, AttestationsOf<T>, ValueQuery>;

	/// Rounds that are over and whose details are kept.
	#[pallet::storage]
	pub type EndedRounds<T: Config> =
		StorageMap<_, Twox64Concat, RoundId, EndedRound<BlockNumberFor<T>>>;

	/// What is kept of the rounds that are over.
	#[pallet::storage]
	pub type Summaries<T: Config> =
		StorageMap<_, Twox64Concat, RoundId, Summary<BlockNumberFor<T>>>;

	/// The rounds of each job whose summaries are kept, the oldest first.
	#[pallet::storage]
	pub type EndedRoundsOf<T: Config> =
		StorageMap<_, Twox64Concat, JobId, BoundedVec<RoundId, T::RoundsKept>, ValueQuery>;

	/// How the deeds of a job attended the rounds that ended in an epoch; forgotten after
	/// [`Config::AttendanceEpochs`].
	#[pallet::storage]
	pub type RoundsAttendance<T> = StorageDoubleMap<
		_,
		Twox64Concat,
		EpochIndex,
		Twox64Concat,
		JobId,
		AttendanceList,
		ValueQuery,
	>;

	/// The oldest epoch whose attendance may be kept; `None` before the first.
	#[pallet::storage]
	pub type OldestAttendance<T> = StorageValue<_, EpochIndex>;

	/// The open round that was last looked at by the sweep.
	#[pallet::storage]
	pub type OpenCursor<T> = StorageValue<_, RoundId>;

	/// The round that is over that was last looked at by the sweep.
	#[pallet::storage]
	pub type EndedCursor<T> = StorageValue<_, RoundId>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::sweep(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			let (shortest, longest) = (T::WindowBlocksMin::get(), T::WindowBlocksMax::get());
			assert!(shortest > 0, "a phase lasts for a block");
			assert!(shortest <= longest, "some window is allowed");
			let largest = r1_primitives::learning::LENGTH_MAX.div_ceil(PARAMETERS_PER_BLOCK);
			assert!(largest <= longest, "the largest model can be uploaded");
			assert!(T::RoundsKept::get() > 0, "a round can start from the one before");
			assert!(T::AttendanceEpochs::get() > 0, "an epoch is paid after it is over");
			assert!(T::OraclesMax::get() > 0, "somebody aggregates");
			assert!(T::SweepsPerBlock::get() > 0, "rounds end by themselves");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// Most participants of a round.
		#[pallet::constant_name(ParticipantsMax)]
		fn participants_max() -> u32 {
			PARTICIPANTS_MAX
		}

		/// Oracles that must come to the same while none contradicts, if there are as many.
		#[pallet::constant_name(AggregatorsMin)]
		fn aggregators_min() -> u32 {
			attesting::AGGREGATORS_MIN
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The rounds of a job that are known.
		pub fn rounds_of(job: JobId) -> RoundList {
			Pallet::<T>::list_of(job)
		}

		/// All that is known of a round, as it stands now; `None` if its details are not kept, or if it
		/// was never opened.
		pub fn round(id: RoundId) -> Option<RoundInfo<BlockNumberFor<T>>> {
			Pallet::<T>::info_of(id)
		}

		/// What is kept of a round that is over; `None` if nothing is.
		pub fn summary(id: RoundId) -> Option<Summary<BlockNumberFor<T>>> {
			Summaries::<T>::get(id)
		}

		/// The rounds that are open now and their jobs, ascending.
		pub fn open_rounds() -> Vec<(RoundId, JobId)> {
			Pallet::<T>::list_open()
		}

		/// What a node has to do now, as a participant and as an oracle, ascending by round.
		#[expect(clippy::needless_pass_by_value, reason = "FRAME decodes what a view takes")]
		pub fn duties_of(node: AccountId32) -> Vec<Duty<BlockNumberFor<T>>> {
			Pallet::<T>::list_duties(&node)
		}
	}
}

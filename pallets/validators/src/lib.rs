// SPDX-License-Identifier: Apache-2.0

//! # Validators pallet
//!
//! Chooses who validates, keeps scores, and punishes proven misconduct.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for the calls, their events and errors, and what can be asked. The
//! oracles' pallet reaches this one through [`OracleConduct`](r1_primitives::OracleConduct), the
//! session through its two `SessionManager` traits, and the offences' pallet through
//! [`OnOffenceHandler`](sp_staking::offence::OnOffenceHandler).
//!
//! ## Overview
//!
//! Validators make the blocks, and as oracles they say who was available. So they are chosen from
//! the nodes that were most available themselves, and who cheats is out. A node says that it is
//! ready; for a window of epochs it is watched; then every session may elect it. Nothing is staked:
//! what a validator can lose is its score, its seat, and what its deed would have earned.
//!
//! ### Terminology
//!
//! - **Candidate**: a node that announced its readiness, together with the deed that it is linked
//!   to.
//! - **Window**: the newest [`WindowEpochs`](Config::WindowEpochs) epochs that count, as the
//!   oracles agreed on them.
//! - **Score**: 0 to 100, of a node; 100 if nothing bad is known.
//! - **Offence**: a misconduct that was proven, with everything that followed from it.
//! - **Suspension**: the time in which an offender can be neither candidate nor validator. Its last
//!   part is the one in which the deed does not earn; the first part is for an appeal.
//!
//! ### Rules
//!
//! - A session's validators are the candidates with a full window, available at least 90 % of it
//!   (230 of 255 on average, not rounded), with a score of 50 or more, not suspended, with session
//!   keys, whose deed is active and linked to them. They are ordered by availability, then by work,
//!   then by the number of the deed; of one owner at most [`PerOwnerMax`](Config::PerOwnerMax) are
//!   taken, of all at most [`ValidatorsMax`](Config::ValidatorsMax).
//! - If fewer than [`ValidatorsMin`](Config::ValidatorsMin) qualify, the current validators stay,
//!   but for the suspended ones. If none of them were left, the suspended stay, so that the set
//!   never becomes empty as long as anybody has session keys. So the validators of genesis, who are
//!   nobody's candidates, stay until enough others qualify.
//! - A candidate whose bond to its deed broke, or that was less than half available over a full
//!   window, is removed.
//! - A whole report gives an oracle 1 point, a missing one takes 10. A candidate that is no
//!   validator gets 1 for each epoch in which it was at least 90 % available. Who is offline loses
//!   nothing else.
//! - Misconduct takes the whole score and the candidacy at once, and whoever validates makes no more
//!   blocks in the session, unless a third of all are out already. After
//!   [`AppealEpochs`](Config::AppealEpochs) the deed earns nothing for
//!   [`SuspensionEpochs`](Config::SuspensionEpochs). Who proved it is rewarded. The same misconduct
//!   in the same epoch counts once; equivocation counts once in a session.
//! - Governance can reverse an offence until its suspension ends: the suspension ends at once or
//!   never begins, and the score is given back. The node has to announce its readiness again, the
//!   reward stays paid, and whoever is out of a session stays out until others are its validators.
//!
//! ## Low Level / Implementation Details
//!
//! **Epochs without agreement do not count.** They pay nobody, but they do not say that a candidate
//! was away. Otherwise a third of the oracles could keep silent until every candidate is removed,
//! and so stay in the set for ever.
//!
//! **Weight.** An epoch is counted in `on_idle`, one in a block, in one pass over the candidates,
//! of which there are at most [`CandidatesMax`](Config::CandidatesMax). If more epochs wait than a
//! window holds, the oldest are left out. An election is a pass over the candidates too; the
//! session gives it the whole block in which sessions change.
//!
//! **Storage.** Candidates and suspensions are one bounded value each. Scores are stored for those
//! below 100, and offences for ever: both are as many as misdeeds were seen. If suspensions fill
//! their list, the one that ends first ends early.
//!
//! **Roots.** The session's pallet keeps a root of each set of validators, by which an equivocation
//! can be proven after its session ended. It makes one only when it is told a set, and hands it on
//! while it is told nothing. So the set is told, although it is the same, after a session without a
//! root, and when a validator has changed its keys. The first two sessions of a chain are planned by
//! genesis, and have no root.
//!
//! **Sessions.** How many slots a session has is part of genesis, so that chains for tests can have
//! short ones. [`SessionLength`] gives it to BABE.
//!
//! **What can halt.** Nothing here stops a session: whatever is wrong, the current validators stay.

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
mod readiness;
mod counting;
mod scores;
mod election;
mod sessions;
mod offences;
mod impls;
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
pub use benchmarking::{BenchmarkHelper, fill_suspensions, prepare_offence};
pub use pallet::*;
pub use sessions::{SessionLength, Sessions};
pub use types::{
	AVAILABILITY_TO_BE_ELECTED, AVAILABILITY_TO_STAY, Candidate, CandidateOf, CandidatesOf,
	OFFENCES_PER_VIEW_MAX, Observation, Offence, OffenceId, OffenceOf, RemovalReason,
	SCORE_ELIGIBLE, SCORE_GAIN, SCORE_LOSS, SCORE_MAX, Suspension, SuspensionOf,
};
pub use weights::WeightInfo;

/// Where the pallet's log lines come from.
const LOG_TARGET: &str = "runtime::validators";

/// The declarations that FRAME's macros read; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{ConstU8, ValidatorRegistration, ValidatorSet},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;
	use r1_primitives::{
		DeedId, EpochIndex, Misconduct, OffenceRewards,
		traits::{CurrentEpoch, DeedInspect, OracleVerdicts},
	};
	use sp_staking::SessionIndex;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet of elections, scores and offences.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from its runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Who may reverse an offence.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Which node has which deed, and whose it is.
		type Deeds: DeedInspect<Self::AccountId>;

		/// What the oracles agreed on.
		type Verdicts: OracleVerdicts;

		/// The current epoch.
		type Epochs: CurrentEpoch;

		/// Which accounts have session keys; the session's pallet.
		///
		/// Whom it does not know, the session would leave out of a set.
		type Keys: ValidatorRegistration<Self::AccountId>;

		/// The validators of the current session; the session's pallet.
		type Validators: ValidatorSet<Self::AccountId, ValidatorId = Self::AccountId>;

		/// What else the pallet asks of sessions.
		type Sessions: Sessions<Self::AccountId>;

		/// Pays those who prove misconduct.
		type Rewards: OffenceRewards<Self::AccountId>;

		/// Most candidates; at least `ValidatorsMax`.
		///
		/// Counting an epoch and an election pass over all of them.
		#[pallet::constant]
		type CandidatesMax: Get<u32>;

		/// Fewest validators that an election may result in; not zero.
		///
		/// It should be enough for a third of them to fail: 4. If it is never reached, the
		/// validators of genesis stay for ever.
		#[pallet::constant]
		type ValidatorsMin: Get<u32>;

		/// Most validators; not more than consensus and the oracles can take.
		#[pallet::constant]
		type ValidatorsMax: Get<u32>;

		/// Most validators of one owner; not zero.
		///
		/// It should be less than a third of `ValidatorsMin`, so that no owner can stop the chain;
		/// an owner with many accounts is not stopped by it.
		#[pallet::constant]
		type PerOwnerMax: Get<u32>;

		/// Epochs that an election looks at; not zero.
		///
		/// So long must a candidate be available before it can be elected. To lower it takes a
		/// migration that cuts the windows.
		#[pallet::constant]
		type WindowEpochs: Get<u32>;

		/// Epochs between the proof of an offence and the first that does not pay; not zero.
		///
		/// An offence that governance reverses in this time has cost the deed nothing. It must not
		/// be zero, because epochs that are over may be paid already.
		#[pallet::constant]
		type AppealEpochs: Get<u32>;

		/// Epochs in which an offender's deed earns nothing; not zero.
		#[pallet::constant]
		type SuspensionEpochs: Get<u32>;

		/// Most suspensions at a time; not zero.
		///
		/// Several for each validator there can be: if it is too small, suspensions end early.
		#[pallet::constant]
		type SuspensionsMax: Get<u32>;

		/// Slots in a session of a chain whose genesis did not say; not zero.
		///
		/// Chains that are older than the storage item have sessions of this length for ever, so it
		/// must never change.
		#[pallet::constant]
		type DefaultSessionSlots: Get<u64>;

		/// Weights of the calls, and of what the pallet does unasked.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks need in other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId>;
	}

	/// The candidates, by deed; no node is behind two of them.
	///
	/// A node announces and withdraws itself. Counting an epoch and misconduct remove candidates.
	#[pallet::storage]
	pub type Candidates<T: Config> = StorageValue<_, CandidatesOf<T>, ValueQuery>;

	/// Epochs with agreement that are not counted yet, ascending.
	///
	/// The last of them may still be undecided. If the list is full, the oldest is left out.
	#[pallet::storage]
	pub type EpochsToCount<T: Config> =
		StorageValue<_, BoundedVec<EpochIndex, T::WindowEpochs>, ValueQuery>;

	/// Scores of nodes, 0 to 99; who has none stored has 100.
	///
	/// Only oracles and candidates ever get one.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type Scores<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, u8, ValueQuery, ConstU8<SCORE_MAX>>;

	/// Every offence that was ever recorded, by number.
	// Twox is safe: the key is counted.
	#[pallet::storage]
	pub type Offences<T: Config> = StorageMap<_, Twox64Concat, OffenceId, OffenceOf<T>>;

	/// The number of the next offence, and how many there are.
	#[pallet::storage]
	pub type NextOffence<T: Config> = StorageValue<_, OffenceId, ValueQuery>;

	/// Offences by what makes them the same: kind, node, and the epoch that they concern; of an
	/// equivocation, the session.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type KnownOffences<T: Config> =
		StorageMap<_, Blake2_128Concat, (Misconduct, T::AccountId, u32), OffenceId>;

	/// Suspensions, ascending by offence; kept until their epochs are decided.
	#[pallet::storage]
	pub type Suspensions<T: Config> =
		StorageValue<_, BoundedVec<SuspensionOf<T>, T::SuspensionsMax>, ValueQuery>;

	/// Slots in a session, which is also an epoch of BABE. Set at genesis.
	///
	/// Nothing may ever change it: BABE counts its epochs from the first slot on with this number,
	/// and another one would end the making of blocks.
	// Read in every block.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type SessionSlots<T: Config> = StorageValue<_, u64, ValueQuery, T::DefaultSessionSlots>;

	/// How long the chain's sessions are.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Slots in a session; not zero.
		pub session_slots: u64,
		/// Binds the runtime.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			let session_slots = T::DefaultSessionSlots::get();
			Self { session_slots, _config: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.session_slots > 0, "a session has a slot: `session_slots` is 0");
			SessionSlots::<T>::put(self.session_slots);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node is a candidate from now on.
		ReadinessAnnounced {
			/// The deed that it is linked to.
			deed: DeedId,
			/// The node.
			node: T::AccountId,
			/// The first epoch that counts for it.
			epoch: EpochIndex,
		},
		/// A node is no candidate any more, as it wished.
		ReadinessWithdrawn {
			/// The deed of the candidate.
			deed: DeedId,
			/// The node.
			node: T::AccountId,
		},
		/// A candidate was removed.
		CandidateRemoved {
			/// The deed of the candidate.
			deed: DeedId,
			/// The node.
			node: T::AccountId,
			/// Why.
			reason: RemovalReason,
		},
		/// An epoch was counted for all candidates.
		EpochCounted {
			/// The epoch.
			epoch: EpochIndex,
			/// Candidates that are left.
			candidates: u32,
		},
		/// An epoch will not be counted, because too many wait for it.
		EpochLeftOut {
			/// The epoch.
			epoch: EpochIndex,
		},
		/// An oracle did not hand in a whole report of an epoch.
		ReportMissed {
			/// The epoch.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: T::AccountId,
			/// The score that it has left.
			score: u8,
		},
		/// A session to come has other validators than the current one.
		ValidatorsChanged {
			/// The session.
			session: SessionIndex,
			/// Its validators.
			validators: Vec<T::AccountId>,
		},
		/// Misconduct is proven and punished.
		OffenceRecorded {
			/// The offence's number.
			id: OffenceId,
			/// The offence.
			offence: OffenceOf<T>,
		},
		/// Governance reversed an offence.
		OffenceReversed {
			/// The offence's number.
			id: OffenceId,
			/// Whose offence it was.
			node: T::AccountId,
			/// The score that the node has now; unchanged if another offence stands.
			score: u8,
			/// The first epoch in which the deed earns again.
			suspended_until: EpochIndex,
		},
		/// A suspension ended early, because there were too many.
		SuspensionEndedEarly {
			/// The offence's number.
			id: OffenceId,
			/// The first epoch in which the deed earns again.
			suspended_until: EpochIndex,
		},
	}

	/// Why a call failed; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// The caller is no node with a deed; sign with the node's key, and link it first.
		NodeNotLinked,
		/// The deed that the node is linked to is banned.
		DeedNotActive,
		/// The node has no session keys; set them first.
		NoSessionKeys,
		/// The node or its deed is suspended; wait for the end of the suspension, or appeal.
		Suspended,
		/// The node is a candidate already.
		AlreadyReady,
		/// There is no room for another candidate; try again when one was removed.
		TooManyCandidates,
		/// The caller is no candidate.
		NotReady,
		/// No offence has this number.
		UnknownOffence,
		/// The offence was reversed already.
		AlreadyReversed,
		/// The offence's suspension is over, so that it can be reversed no more.
		SuspensionOver,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::count(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::ValidatorsMin::get() > 0, "a chain has a validator");
			assert!(T::ValidatorsMin::get() <= T::ValidatorsMax::get(), "no set would be enough");
			assert!(T::ValidatorsMax::get() <= T::CandidatesMax::get(), "a seat stays empty");
			assert!(T::PerOwnerMax::get() > 0, "nobody could be elected");
			assert!(T::WindowEpochs::get() > 0, "there would be nothing to elect by");
			assert!(T::AppealEpochs::get() > 0, "an epoch that is over may be paid already");
			assert!(T::SuspensionEpochs::get() > 0, "a suspension lasts");
			assert!(T::SuspensionsMax::get() > 0, "nobody could be suspended");
			assert!(T::DefaultSessionSlots::get() > 0, "a session has a slot");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Makes the caller's node a candidate.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the node, which is linked to an active deed and has session keys.
		///
		/// ## Details
		///
		/// The availability of the deed is counted from the current epoch on. When the window is
		/// full, every session may elect the node. If the node or the deed was part of another
		/// candidate, that one is removed.
		///
		/// ## Errors
		///
		/// - [`Error::NodeNotLinked`], [`Error::DeedNotActive`], [`Error::NoSessionKeys`]: the node
		///   cannot validate.
		/// - [`Error::Suspended`]: the node or its deed is being punished.
		/// - [`Error::AlreadyReady`]: it is a candidate.
		/// - [`Error::TooManyCandidates`]: there is no room.
		///
		/// ## Events
		///
		/// - [`Event::ReadinessAnnounced`], and [`Event::CandidateRemoved`] for each one replaced
		#[pallet::call_index(0)]
		pub fn announce_readiness(origin: OriginFor<T>) -> DispatchResult {
			let node = ensure_signed(origin)?;
			Self::do_announce_readiness(node)
		}

		/// Makes the caller's node no candidate any more.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the node.
		///
		/// ## Details
		///
		/// What was counted is forgotten. A validator keeps its seat until a session elects others
		/// without it, and what it has yet to report still counts.
		///
		/// ## Errors
		///
		/// - [`Error::NotReady`]: it is no candidate.
		///
		/// ## Events
		///
		/// - [`Event::ReadinessWithdrawn`]
		#[pallet::call_index(1)]
		pub fn withdraw_readiness(origin: OriginFor<T>) -> DispatchResult {
			let node = ensure_signed(origin)?;
			Self::do_withdraw_readiness(node)
		}

		/// Reverses an offence.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// Possible until the suspension ends. From the current epoch on the deed earns again; if
		/// the suspension had not begun, it never does. The node gets back the score that the
		/// offence took; if a later offence of it stands, the reversal of that one gives it back.
		/// The reward stays paid, and the node may announce its readiness again.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownOffence`]: there is none with this number.
		/// - [`Error::AlreadyReversed`], [`Error::SuspensionOver`]: there is nothing left to lift.
		///
		/// ## Events
		///
		/// - [`Event::OffenceReversed`]
		#[pallet::call_index(2)]
		pub fn reverse_offence(origin: OriginFor<T>, offence: OffenceId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_reverse_offence(offence)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The validators that an election now would choose.
		pub fn election() -> Vec<T::AccountId> {
			Self::elect(&T::Validators::validators())
		}

		/// The candidates, ascending by deed.
		pub fn candidates() -> Vec<(DeedId, CandidateOf<T>)> {
			Candidates::<T>::get().into_iter().collect()
		}

		/// The score of a node.
		pub fn score_of(node: T::AccountId) -> u8 {
			Scores::<T>::get(node)
		}

		/// Offences from a number on, ascending; as many as `limit` allows, and 100 at most.
		pub fn offences(from: OffenceId, limit: u32) -> Vec<(OffenceId, OffenceOf<T>)> {
			// Saturating: nothing comes after the last number.
			let limit = limit.min(OFFENCES_PER_VIEW_MAX);
			let until = from.saturating_add(limit).min(NextOffence::<T>::get());
			(from..until).filter_map(|id| Some((id, Offences::<T>::get(id)?))).collect()
		}

		/// The suspensions that are kept, ascending by offence.
		pub fn suspensions() -> Vec<SuspensionOf<T>> {
			Suspensions::<T>::get().into_inner()
		}
	}
}

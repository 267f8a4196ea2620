// SPDX-License-Identifier: Apache-2.0

//! # Availability pallet
//!
//! Pays the owners of deeds for the availability of their nodes: Proof of Availability.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for the calls, their events and errors. Other pallets reach this one
//! through [`RewardLedger`](r1_primitives::traits::RewardLedger) and
//! [`AdoptionLedger`](r1_primitives::traits::AdoptionLedger).
//!
//! ## Overview
//!
//! Time is cut into epochs. After each one the oracles agree on a number from 0 to 255 for each
//! deed: how much of the epoch its node could be reached. The agreed table stays on the chain for
//! ever, so anyone can recompute any payment. Whenever it suits them, owners claim what their deeds
//! have earned, and the R1 is minted to them.
//!
//! ### Terminology
//!
//! - **Decided** epoch: the oracles have agreed on it, or have missed their chance to. An epoch
//!   without agreement is decided too, and pays nothing.
//! - **Active** deed: it is linked to a node and not banned. Only an active deed can claim.
//! - **Allocation**: what one deed can release over its life. The same for every Node Deed, one of
//!   its own for each Master Deed, and 28.9 % of all R1 for the one Genesis Deed.
//! - **Gated** deed: a master deed or the genesis deed. Its rewards wait for adoption.
//! - **Adoption**: how far the network has come, from deeds sold and work paid for
//!   ([`r1_math::adoption`]).
//! - **Withheld**: released by a gated deed's schedule and not paid, until adoption rises.
//! - **Carry-over**: what is paid later out of what was withheld.
//!
//! ### Rules
//!
//! - A Node Deed earns `floor(RELEASE_PER_EPOCH * availability / 255)` in an epoch, until its
//!   allocation is used up. An epoch offline delays; it forfeits nothing.
//! - A master deed releases along the deployed curve from its first epoch on, the genesis deed the
//!   same amount in each epoch. Of that, the part that adoption has reached is paid, and the rest
//!   is withheld ([`r1_math::gated_release`]).
//! - What the genesis deed is paid goes to the five accounts of the treasury, whoever owns it. Each
//!   part is rounded down: at most 4 base units of a payment are counted as paid and never minted.
//! - A deed's first epoch is the one in which it is linked. While it is not linked it earns
//!   nothing, and epochs not claimed before it is unlinked are lost; therefore whoever unlinks must
//!   ask [`may_unlink`](r1_primitives::traits::RewardLedger::may_unlink).
//! - Rewards go to who owns the deed when they are claimed.
//! - A claim may cover many deeds, and may end before the last decided epoch. Claiming in parts
//!   pays the same, to the base unit, as claiming at once.
//! - The adoption of an epoch that is over never changes, so it does not matter when an epoch is
//!   claimed. Governance alone can change what unclaimed epochs pay: by new thresholds, by a new
//!   limit of the carry-over, and once by the history of a network that came before.
//! - The cap on issuance is checked at every mint. A claim that would exceed it fails as a whole
//!   and can be repeated, because burning makes room.
//! - An account that does not exist yet cannot be paid less than the existential deposit. Such a
//!   claim fails and nothing is lost: claim more epochs at once, or give the account some R1.
//!
//! ## Low Level / Implementation Details
//!
//! **Storage.** One small account for each deed that was ever linked; a ring of its newest
//! payments, all of which are in the events too; two lists of checkpoints that adoption is computed
//! from, each with at most one entry for an epoch. The table of availability belongs to the
//! oracles. There are no hooks: nothing here runs unless somebody pays for it, and nothing that
//! happens here can halt the chain.
//!
//! **A claim's cost is bounded, however many epochs were missed.** The caller says how many epochs
//! to walk and calls again to go on. All deeds of a claim share one walk over one window of epochs:
//! in each epoch a page of the table is read once for all deeds on it, and adoption is computed
//! once. So the cost is known from the arguments: the pages of the named deeds, and the deeds,
//! times the epochs. It is charged in advance and refunded down to what was walked. Nothing is
//! added up in advance when an epoch ends, because that would write to every account in every
//! epoch, claimed or not: work that grows with the number of deeds, and that nobody pays for.

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
mod schedule;
mod checkpoints;
mod adoption;
mod cost;
mod claim;
mod history;
mod mint;
mod forfeit;
mod impls;
pub mod migrations;
pub mod weights;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use impls::EPOCHS_PER_VIEW_MAX;
pub use mint::BOOTSTRAP_GRANTS_MAX;
pub use pallet::*;
pub use types::{AdoptionTotals, Checkpoint, Payment, RewardAccount, Treasury};
pub use weights::WeightInfo;

/// Where the pallet's log lines come from.
const LOG_TARGET: &str = "runtime::availability";

#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::{AdoptionTotals, Checkpoint, Payment, RewardAccount, Treasury, WeightInfo};
	use crate::{
		adoption::{DeedsSoldHistory, WorkVolumeHistory},
		cost::ClaimCost,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{ConstU8, fungible},
	};
	use frame_system::pallet_prelude::*;
	use r1_math::gated_release::CARRY_OVER_LIMIT;
	use r1_primitives::{
		DeedId, EpochIndex,
		traits::{CurrentEpoch, DeedInspect, OracleVerdicts},
	};
	use sp_runtime::AccountId32;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	/// The pallet of Proof of Availability.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from its runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId32> {
		/// Who may set what adoption is measured by, and the limit of the carry-over.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who owns which deed, which deeds are active, and what each may earn.
		type Deeds: DeedInspect<AccountId32>;

		/// How available each deed's node was, as agreed by the oracles.
		type Verdicts: OracleVerdicts;

		/// The epoch that the chain is in.
		type Epochs: CurrentEpoch;

		/// R1, which is minted to owners who claim and to the treasury.
		type Currency: fungible::Mutate<AccountId32, Balance = u128>;

		/// The accounts among which payouts of the Genesis Deed are parted.
		#[pallet::constant]
		type TreasuryAccounts: Get<Treasury<AccountId32>>;

		/// The most R1 that may exist, in base units. A claim that would exceed it fails, so a
		/// value below what already exists stops all rewards.
		#[pallet::constant]
		type IssuanceCap: Get<u128>;

		/// Deeds in one claim; not zero. Bounds the storage that a claim writes.
		#[pallet::constant]
		type DeedsPerClaimMax: Get<u32>;

		/// Pages of the table that a claim may read, and checkpoints of adoption with them.
		///
		/// A claim counts, for each epoch, the pages of its deeds and two checkpoints. At least 3,
		/// which is one epoch of one deed. A claim that reads so much for one deed on each page
		/// must fit in a block.
		#[pallet::constant]
		type PagesPerClaimMax: Get<u32>;

		/// Epochs that a claim may settle, counted once for each deed; at least
		/// `DeedsPerClaimMax`. A claim that settles so much for `DeedsPerClaimMax` deeds on one
		/// page must fit in a block.
		#[pallet::constant]
		type SettlementsPerClaimMax: Get<u32>;

		/// Newest payments that are kept for each deed; not zero. A change of it needs a migration,
		/// because a payment's place is its number modulo this.
		#[pallet::constant]
		type PaymentsKept: Get<u32>;

		/// Checkpoints in a history that governance fills in: as many as one call may write.
		#[pallet::constant]
		type CheckpointsPerSeedMax: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Makes the deeds and the table that the benchmarks claim from.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: super::BenchmarkHelper;
	}

	/// What each deed has released, and where it goes on.
	///
	/// An account is opened when its deed is first linked and closed when the deed is burned: it
	/// belongs to the deed, whoever owns it. At most as many as there are deeds, whose price pays
	/// for the storage.
	// Twox is safe: deeds are numbered by the chain.
	#[pallet::storage]
	pub type Accounts<T: Config> = StorageMap<_, Twox64Concat, DeedId, RewardAccount, OptionQuery>;

	/// The newest payments of each deed: payment `n` is at `n % PaymentsKept`.
	///
	/// A payment takes the place of the one that was made `PaymentsKept` payments before. The
	/// events tell of all of them.
	// Twox is safe: deeds and their payments are numbered by the chain.
	#[pallet::storage]
	pub type History<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DeedId, Twox64Concat, u32, Payment, OptionQuery>;

	/// Node Deeds sold up to the end of each epoch with a sale, by index in the order of epochs.
	///
	/// At most one for each epoch. Kept for ever: an epoch may be claimed at any time.
	// Twox is safe: the chain counts the indices.
	#[pallet::storage]
	pub type DeedsSold<T: Config> = StorageMap<_, Twox64Concat, u32, Checkpoint, OptionQuery>;

	/// How many checkpoints `DeedsSold` has.
	#[pallet::storage]
	pub type DeedsSoldCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Paid for work up to the end of each epoch in which work was paid, in 10^-6 USDC; by index in
	/// the order of epochs.
	///
	/// At most one for each epoch. Kept for ever: an epoch may be claimed at any time.
	// Twox is safe: the chain counts the indices.
	#[pallet::storage]
	pub type WorkVolume<T: Config> = StorageMap<_, Twox64Concat, u32, Checkpoint, OptionQuery>;

	/// How many checkpoints `WorkVolume` has.
	#[pallet::storage]
	pub type WorkVolumeCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The totals at which each of the two scores of adoption is full. Set by governance.
	#[pallet::storage]
	pub type AdoptionThresholds<T: Config> = StorageValue<_, AdoptionTotals, ValueQuery>;

	/// The most that an epoch pays out of what is withheld, in 255ths of what its schedule releases
	/// in it. Set by governance.
	#[pallet::storage]
	pub type CarryOverLimit<T: Config> = StorageValue<_, u8, ValueQuery, ConstU8<CARRY_OVER_LIMIT>>;

	/// R1 that genesis granted out of the Genesis Deed's allocation, in base units; its account
	/// begins with this much released.
	#[pallet::storage]
	pub type BootstrapGranted<T: Config> = StorageValue<_, u128, ValueQuery>;

	/// R1 for the accounts that must act before anything can be earned, and the adoption that the
	/// network begins with.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound, Debug)]
	pub struct GenesisConfig<T: Config> {
		/// Who is granted how much, in base units; at most
		/// [`BOOTSTRAP_GRANTS_MAX`](crate::BOOTSTRAP_GRANTS_MAX) together. Counts as released by
		/// the Genesis Deed.
		pub bootstrap_grants: Vec<(AccountId32, u128)>,
		/// Node Deeds that were sold before the chain, as
		/// [`seed_deeds_sold`](Pallet::seed_deeds_sold) takes them; none for a network that begins
		/// with the chain. Epochs are counted by the chain's clock.
		pub deeds_sold: Vec<Checkpoint>,
		/// Paid for work before the chain, as [`seed_work_volume`](Pallet::seed_work_volume) takes
		/// it.
		pub work_volume: Vec<Checkpoint>,
		/// Ties the type to the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let granted = Pallet::<T>::grant_bootstrap(&self.bootstrap_grants);
			assert!(granted.is_ok(), "the bootstrap grants must be at most 1 000 R1: {granted:?}");
			let sold = DeedsSoldHistory::<T>::begin(&self.deeds_sold);
			assert!(sold.is_some(), "the history of deeds sold must rise from epoch to epoch");
			let paid = WorkVolumeHistory::<T>::begin(&self.work_volume);
			assert!(paid.is_some(), "the history of paid work must rise from epoch to epoch");
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A deed was paid for a run of epochs: a Node Deed or a master deed pays its owner, the
		/// genesis deed the treasury. Emitted for every deed that a claim moves on.
		RewardsClaimed {
			/// The deed that earned.
			deed: DeedId,
			/// The owner, who claimed.
			owner: AccountId32,
			/// The first epoch of the run.
			from_epoch: EpochIndex,
			/// The end of the run: the first epoch that is not paid yet.
			to_epoch: EpochIndex,
			/// Everything that was paid, rewards and carry-over; in base units of R1. Zero if the
			/// node was never available, all of it is withheld, or the allocation is used up.
			amount: u128,
			/// Of the amount, what comes out of what earlier epochs withheld.
			carry_over: u128,
			/// Released in the run and withheld; not part of the amount.
			withheld: u128,
		},
		/// A payment of the genesis deed was minted to the treasury; all in base units of R1.
		TreasuryPaid {
			/// The genesis deed.
			deed: DeedId,
			/// The first epoch of the run.
			from_epoch: EpochIndex,
			/// The end of the run: the first epoch that is not paid yet.
			to_epoch: EpochIndex,
			/// For the market's liquidity.
			liquidity: u128,
			/// For the project's expenses.
			expenses: u128,
			/// For marketing.
			marketing: u128,
			/// For grants.
			grants: u128,
			/// For social responsibility.
			social_responsibility: u128,
		},
		/// A deed whose node was convicted of an offence has paid whoever proved it.
		RewardForfeited {
			/// The deed.
			deed: DeedId,
			/// Who was paid.
			to: AccountId32,
			/// What was minted, in base units of R1; the deed can release that much less.
			amount: u128,
		},
		/// Governance set what full adoption is.
		AdoptionThresholdsSet {
			/// Node Deeds sold.
			deeds_sold: u32,
			/// Paid for work, in 10^-6 USDC.
			work_volume: u128,
		},
		/// Governance set how much of what is withheld an epoch pays out at most.
		CarryOverLimitSet {
			/// In 255ths of what the deed's schedule releases in the epoch.
			limit: u8,
		},
		/// Governance filled in the history of deeds sold.
		DeedsSoldSeeded {
			/// Checkpoints of the history.
			checkpoints: u32,
			/// The total at its end.
			total: u128,
		},
		/// Governance filled in the history of what was paid for work.
		WorkVolumeSeeded {
			/// Checkpoints of the history.
			checkpoints: u32,
			/// The total at its end, in 10^-6 USDC.
			total: u128,
		},
	}

	/// Why a call was refused; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no deed with this number.
		UnknownDeed,
		/// The deed belongs to somebody else; only its owner can claim.
		NotDeedOwner,
		/// The deed is not linked to a node, or is banned; link it first.
		DeedNotActive,
		/// The oracles' verdict on an epoch of the claim is missing; claim fewer epochs, or try
		/// again later.
		EpochNotDecided,
		/// The claim covers more than one call may; claim fewer epochs, or fewer deeds at once.
		TooManyEpochs,
		/// None of the deeds has a decided epoch that is not claimed yet.
		NothingToClaim,
		/// Minting the reward would exceed the cap on the issuance of R1; nothing is lost, try
		/// again after some R1 was burned.
		CapReached,
		/// An account that does not exist would be paid less than the existential deposit; nothing
		/// is lost, claim more epochs at once or send the account some R1 first.
		RewardTooSmall,
		/// A threshold of adoption is zero; choose one of at least 1.
		ZeroThreshold,
		/// The history is not empty: it was filled in before, or the chain has recorded into it.
		HistoryNotEmpty,
		/// The epochs of the history do not rise strictly, or a total falls; sort and check it.
		InvalidHistory,
		/// The history reaches beyond the current epoch; leave out what is not known yet.
		HistoryInFuture,
		/// Governance has stopped claims, with everything else around deeds; nothing is lost, try
		/// again later.
		ClaimsPaused,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let deeds = T::DeedsPerClaimMax::get();
			let settlements = T::SettlementsPerClaimMax::get();
			assert!(deeds > 0, "a claim must be able to name a deed");
			assert!(settlements >= deeds, "a claim must be able to move each of its deeds on");
			assert!(ClaimCost::epochs_max::<T>(&[1]) > 0, "a claim must be able to read an epoch");
			assert!(T::PaymentsKept::get() > 0, "a payment must have a place in the history");
			let block = T::BlockWeights::get();
			if let Some(most) = block.get(DispatchClass::Normal).max_extrinsic {
				for longest in [
					ClaimCost::longest_by_reads::<T>().weight::<T>(),
					ClaimCost::longest_by_settlements::<T>().weight::<T>(),
					T::WeightInfo::seed_deeds_sold(T::CheckpointsPerSeedMax::get()),
					T::WeightInfo::seed_work_volume(T::CheckpointsPerSeedMax::get()),
				] {
					assert!(longest.all_lte(most), "the longest call does not fit in a block");
				}
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Mints what the caller's deeds have earned.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner of all `deeds`.
		///
		/// ## Details
		///
		/// The claim covers a window of at most `epochs_max` decided epochs. It begins with the
		/// first epoch that any of `deeds` has not claimed, and each deed is paid from its own
		/// first unclaimed epoch to the window's end. Call again to go on from there; claiming in
		/// parts pays the same as at once. Deeds are taken in ascending order, a deed named twice
		/// counts once, and one that is ahead of the window is passed over.
		///
		/// Node Deeds and master deeds pay the caller, the genesis deed pays the treasury.
		///
		/// `epochs_max` is limited: times the pages of the table that hold the deeds and two more,
		/// it is at most `PagesPerClaimMax`; times the deeds, at most `SettlementsPerClaimMax`. A
		/// claim near both limits may be too heavy for a block and is refused before it costs
		/// anything. What was charged for epochs that were not walked is refunded.
		///
		/// ## Errors
		///
		/// - [`Error::ClaimsPaused`]: nobody can claim now.
		/// - [`Error::UnknownDeed`], [`Error::NotDeedOwner`], [`Error::DeedNotActive`]: one of the
		///   deeds cannot be claimed by the caller now.
		/// - [`Error::TooManyEpochs`]: `epochs_max` is too large for these deeds.
		/// - [`Error::EpochNotDecided`]: a verdict is missing.
		/// - [`Error::NothingToClaim`]: no deed has an epoch to claim, or `epochs_max` is 0.
		/// - [`Error::CapReached`]: there is no room under the cap on issuance.
		/// - [`Error::RewardTooSmall`]: too little to open the account that is to be paid.
		///
		/// ## Events
		///
		/// - [`Event::RewardsClaimed`] for each deed that was moved on.
		/// - [`Event::TreasuryPaid`] after it, if that is the genesis deed.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::claim_weight(deeds, *epochs_max))]
		pub fn claim(
			origin: OriginFor<T>,
			deeds: BoundedVec<DeedId, T::DeedsPerClaimMax>,
			epochs_max: u32,
		) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			let cost = Self::do_claim(&owner, &deeds, epochs_max)?;
			Ok(Some(cost.weight::<T>()).into())
		}

		/// Sets the totals at which each of the two scores of adoption is full.
		///
		/// ## Dispatch Origin
		///
		/// `GovernanceOrigin`.
		///
		/// ## Details
		///
		/// Holds for every epoch that is not claimed yet, past ones too, as in the deployed
		/// contracts. `work_volume` is in 10^-6 USDC.
		///
		/// ## Errors
		///
		/// - [`Error::ZeroThreshold`]: one of them is zero.
		///
		/// ## Events
		///
		/// - [`Event::AdoptionThresholdsSet`].
		#[pallet::call_index(1)]
		pub fn set_adoption_thresholds(
			origin: OriginFor<T>,
			deeds_sold: u32,
			work_volume: u128,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_adoption_thresholds(AdoptionTotals { deeds_sold, work_volume })
		}

		/// Sets the most that an epoch pays a gated deed out of what is withheld.
		///
		/// ## Dispatch Origin
		///
		/// `GovernanceOrigin`.
		///
		/// ## Details
		///
		/// In 255ths of what the deed's schedule releases in the epoch; 0 stops the carry-over.
		/// Holds for every epoch that is not claimed yet, past ones too, as in the deployed
		/// contracts.
		///
		/// ## Events
		///
		/// - [`Event::CarryOverLimitSet`].
		#[pallet::call_index(2)]
		pub fn set_carry_over_limit(origin: OriginFor<T>, limit: u8) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_carry_over_limit(limit);
			Ok(())
		}

		/// Fills in how many Node Deeds were sold before this chain counted them.
		///
		/// ## Dispatch Origin
		///
		/// `GovernanceOrigin`.
		///
		/// ## Details
		///
		/// Each checkpoint holds the total at the end of its epoch, counted from the network's
		/// start. Only while no sale is recorded.
		///
		/// ## Errors
		///
		/// - [`Error::HistoryNotEmpty`]: sales are recorded already.
		/// - [`Error::InvalidHistory`], [`Error::HistoryInFuture`]: not a history of the past.
		///
		/// ## Events
		///
		/// - [`Event::DeedsSoldSeeded`].
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::seed_deeds_sold(
			// Bounded by `CheckpointsPerSeedMax`.
			checkpoints.len() as u32
		))]
		pub fn seed_deeds_sold(
			origin: OriginFor<T>,
			checkpoints: BoundedVec<Checkpoint, T::CheckpointsPerSeedMax>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_seed_deeds_sold(&checkpoints)
		}

		/// Fills in how much was paid for work before this chain counted it.
		///
		/// ## Dispatch Origin
		///
		/// `GovernanceOrigin`.
		///
		/// ## Details
		///
		/// Each checkpoint holds the total at the end of its epoch, counted from the network's
		/// start, in 10^-6 USDC. Only while no payment is recorded.
		///
		/// ## Errors
		///
		/// - [`Error::HistoryNotEmpty`]: payments are recorded already.
		/// - [`Error::InvalidHistory`], [`Error::HistoryInFuture`]: not a history of the past.
		///
		/// ## Events
		///
		/// - [`Event::WorkVolumeSeeded`].
		#[pallet::call_index(4)]
		#[pallet::weight(<T as Config>::WeightInfo::seed_work_volume(
			// Bounded by `CheckpointsPerSeedMax`.
			checkpoints.len() as u32
		))]
		pub fn seed_work_volume(
			origin: OriginFor<T>,
			checkpoints: BoundedVec<Checkpoint, T::CheckpointsPerSeedMax>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_seed_work_volume(&checkpoints)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What claiming a deed alone would pay now; `None` if it is not active, or a verdict is
		/// missing.
		///
		/// Covers at most `epochs_max` epochs, and no more than one claim may.
		pub fn claimable(deed: DeedId, epochs_max: u32) -> Option<Payment> {
			Self::payable(deed, epochs_max)
		}

		/// The most epochs that one claim of these deeds may ask for; fewer, the more deeds there
		/// are and the more pages of the table they are on. 0 if they are too many for any claim.
		pub fn epochs_per_claim_max(deeds: BoundedVec<DeedId, T::DeedsPerClaimMax>) -> u32 {
			ClaimCost::epochs_max::<T>(&deeds.into_inner())
		}

		/// What a deed may still be paid over its life, in base units of R1: its allocation less
		/// what is released, plus what is withheld. `None` if there is no such deed.
		pub fn remaining(deed: DeedId) -> Option<u128> {
			Self::unpaid(deed)
		}

		/// Agreed availability of a deed for each epoch from `from_epoch` up to `to_epoch`, which
		/// is not part of it.
		///
		/// Ends before the first epoch that is not decided, and after 1 000 epochs.
		pub fn availability(
			deed: DeedId,
			from_epoch: EpochIndex,
			to_epoch: EpochIndex,
		) -> Vec<(EpochIndex, u8)> {
			Self::decided_availability(deed, from_epoch, to_epoch)
		}

		/// Adoption at the end of each epoch from `from_epoch` up to `to_epoch`, which is not part
		/// of it; 65 535 is all of it.
		///
		/// Ends with the current epoch, as it stands, and after 1 000 epochs.
		pub fn adoption(from_epoch: EpochIndex, to_epoch: EpochIndex) -> Vec<u16> {
			Self::adoption_of(from_epoch, to_epoch)
		}

		/// Payments of a deed with their numbers, newest first: at most `limit`, and if `before` is
		/// given only those before payment number `before`.
		///
		/// Payments are numbered from 0. Only the newest `PaymentsKept` are known here; the events
		/// tell of all of them. Empty for a deed that was never paid.
		pub fn history(deed: DeedId, before: Option<u32>, limit: u32) -> Vec<(u32, Payment)> {
			Self::payments(deed, before, limit)
		}
	}
}

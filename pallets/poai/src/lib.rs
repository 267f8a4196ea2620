// SPDX-License-Identifier: Apache-2.0

//! # Proof of AI
//!
//! Escrow, jobs, placement, settlement and rewards: paying for work that others attest.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, storage, events, errors and configuration.
//!
//! ## Overview
//!
//! A developer moves USDC into an escrow and orders a job, which is paid for in advance. The
//! oracles agree on the nodes that run it. After each epoch they attest how well each node did,
//! and the pallet pays: 85 % to the owner of the node's deed, 15 % swapped to R1 and burned. Work
//! that was not done costs nothing; what a job did not spend goes back to the escrow when it ends.
//!
//! ### Terminology
//!
//! - **Escrow**: USDC of one developer; *free* until a job takes it.
//! - **Pot**: the one account that holds all USDC of the pallet.
//! - **Job**: work ordered for a number of nodes (*replicas*) and epochs, at a fixed price.
//! - **Round**: one placement of a job; oracles vote for a round, so that no vote counts twice.
//! - **Quality**: what the oracles agree that a node did of a job in an epoch, 0 to 255.
//! - **Pass**: one visit of settlement to every live job.
//!
//! ## Low Level / Implementation Details
//!
//! **Life of a job.** It waits until it is placed; then it pays from the current epoch on, and its
//! end moves by the epochs that it has waited. Its end is exclusive. A new round opens when the
//! settlement of an epoch finds a node that did nothing or whose deed may not work any more, or
//! fewer nodes than ordered; the job runs on meanwhile. Doing nothing is excused in the epoch in
//! which the job starts: what is left of it may be too short for anybody to have looked. A new
//! placement counts from the next epoch on, and the epochs before it still pay the nodes that
//! worked in them ([`FormerPlacement`]).
//!
//! **Ending early.** A job that never ran is refunded at once. A running one ends with the current
//! epoch: the work of undecided epochs is done and stays paid for, all else is refunded at once,
//! and what the last epochs leave when they settle.
//!
//! **Settlement** runs in `on_idle`, within the weight that is left. A cursor over the map of jobs
//! survives the block, so the work of a block does not grow with the number of jobs. Each epoch of
//! each job settles in its own storage layer. A failure, such as a pool that yields less than the
//! median price allows, changes nothing, says so in an event, and is tried again in the next pass.
//!
//! **Adoption.** What an epoch of a job costs, rewards and burned part together, is counted for the
//! network's adoption when it settles. Only Node Deeds do paid work.
//!
//! **Who is paid** is the deed's owner when the epoch settles. It accrues under the account, so
//! selling the deed later takes nothing from the seller.
//!
//! **Money.** `USDC of the pot = free + balances of jobs + accrued` is checked by `try_state`. An
//! epoch of a job never costs more than `price * replicas`, of which the balance holds one for each
//! epoch that is left. The pot keeps the existential deposit of R1, so that burning works down to
//! the smallest amount; genesis gives it that.
//!
//! **What can halt.** Nothing waits for this pallet. Without a median price, or with a pool that
//! strays from it, payments wait. Owners can still withdraw what is free and end their jobs.

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
mod resources;
mod escrow;
mod jobs;
mod placement;
mod settlement;
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
pub use resources::{GpuGrade, RESOURCE_CLASSES, ResourceClass};
pub use types::{
	DeedSet, Escrow, FormerPlacement, Job, JobKind, Members, Membership, SPECIFICATION_BYTES_MAX,
	SettlementPass, Specification,
};
pub use weights::WeightInfo;

/// Where the pallet's log lines come from.
const LOG_TARGET: &str = "runtime::poai";

/// The declarations that FRAME's macros read; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::jobs::Order;
	use alloc::vec::Vec;
	use frame_support::{
		PalletId,
		pallet_prelude::*,
		traits::{UnixTime, fungible},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;
	use r1_math::work::job_price;
	use r1_primitives::{
		DeedId, EpochIndex, JobId, PlacementRound, REPLICAS_MAX,
		traits::{AdoptionLedger, CurrentEpoch, DeedInspect, Market, OracleVerdicts, PriceInspect},
	};
	use sp_runtime::{AccountId32, DispatchError};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Escrows, jobs, settlement and rewards.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId32> {
		/// USDC, 6 decimals.
		///
		/// Its minimum balance must be 1, otherwise the pot loses dust that it owes.
		type Usdc: fungible::Mutate<AccountId32, Balance = u128>;

		/// R1, 18 decimals; what is swapped for the burn is burned from here.
		type Currency: fungible::Mutate<AccountId32, Balance = u128>;

		/// Where USDC is swapped for R1.
		///
		/// A swap must be able to take the last USDC of the pot.
		type Market: Market<AccountId32>;

		/// The median price that bounds what a burn may yield.
		type Price: PriceInspect;

		/// Who owns which deed, and which may work.
		type Deeds: DeedInspect<AccountId32>;

		/// Counts what is paid for work.
		type Adoption: AdoptionLedger;

		/// What the oracles agreed on.
		type Verdicts: OracleVerdicts;

		/// The epoch of the current block.
		type Epochs: CurrentEpoch;

		/// When a placement is made.
		type Time: UnixTime;

		/// Makes the pot's account; must be unique in the runtime.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// How much less than at the median price a swap for the burn may yield, in basis points.
		///
		/// Below 10 000. It must allow for the pool's fee and for how far the price moves within
		/// the time that the samples span; too small a value delays payments, too great a value
		/// invites others to profit from the burn.
		#[pallet::constant]
		type SlippageBasisPoints: Get<u16>;

		/// Least USDC of a deposit, and of what a withdrawal may leave, in 10^-6 USDC.
		///
		/// Not zero: it is what an entry in storage costs.
		#[pallet::constant]
		type DepositMin: Get<u128>;

		/// Fewest epochs of a job; not zero.
		#[pallet::constant]
		type EpochsMin: Get<u32>;

		/// Most epochs of a job; bounds what the price table promises for the future.
		#[pallet::constant]
		type EpochsMax: Get<u32>;

		/// Most live jobs of one owner.
		#[pallet::constant]
		type JobsPerOwnerMax: Get<u32>;

		/// What each call and each step of settlement costs.
		type WeightInfo: WeightInfo;

		/// Sets up the other pallets for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// The escrow of each developer who has money or jobs here.
	///
	/// Opened by a deposit, removed when it is empty.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type Escrows<T> = StorageMap<_, Blake2_128Concat, AccountId32, Escrow>;

	/// The number that the next job gets; the first is 1.
	#[pallet::storage]
	pub type NextJobId<T> = StorageValue<_, JobId, ValueQuery, ConstU32<1>>;

	/// Every job that is not closed.
	// Twox: numbers are given in sequence, nobody chooses one.
	#[pallet::storage]
	pub type Jobs<T> = StorageMap<_, Twox64Concat, JobId, Job>;

	/// The nodes of each job that was placed.
	// Twox: numbers are given in sequence, nobody chooses one.
	#[pallet::storage]
	pub type JobMembers<T> = StorageMap<_, Twox64Concat, JobId, Members>;

	/// USDC that an account has earned with its deeds and not claimed, in 10^-6 USDC; never zero.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type Accrued<T> = StorageMap<_, Blake2_128Concat, AccountId32, u128, ValueQuery>;

	/// How far settlement has come.
	#[pallet::storage]
	pub type Settlement<T> = StorageValue<_, SettlementPass, ValueQuery>;

	/// Gives the pot the R1 that keeps its account alive.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound, Debug)]
	pub struct GenesisConfig<T> {
		/// Nothing to set.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			use fungible::{Inspect as _, Mutate as _};
			let pot = Pallet::<T>::pot();
			let missing = T::Currency::minimum_balance().saturating_sub(T::Currency::balance(&pot));
			if missing > 0 {
				let minted = T::Currency::mint_into(&pot, missing);
				assert!(minted.is_ok(), "the pot must get its existential deposit: {minted:?}");
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// USDC was moved into an escrow.
		EscrowDeposited {
			/// The escrow's owner.
			owner: AccountId32,
			/// What was moved, in 10^-6 USDC.
			amount: u128,
			/// What is free in the escrow now, in 10^-6 USDC.
			free: u128,
		},
		/// Free USDC was moved back to the owner of an escrow.
		EscrowWithdrawn {
			/// The escrow's owner.
			owner: AccountId32,
			/// What was moved, in 10^-6 USDC.
			amount: u128,
			/// What is free in the escrow now, in 10^-6 USDC.
			free: u128,
		},
		/// A job was ordered and paid for; it waits for a placement.
		JobCreated {
			/// The job.
			job: JobId,
			/// Who ordered it.
			owner: AccountId32,
			/// The resource class of its nodes.
			resources: u8,
			/// Price of one node for one epoch, in 10^-6 USDC.
			price_per_epoch: u128,
			/// Nodes ordered.
			replicas: u32,
			/// The first epoch that does not pay, unless the job starts late.
			end: EpochIndex,
		},
		/// The oracles placed a job.
		JobPlaced {
			/// The job.
			job: JobId,
			/// The round of the placement.
			round: PlacementRound,
			/// The deeds whose nodes shall run it, ascending.
			deeds: DeedSet,
		},
		/// A node's work of one epoch was paid.
		NodePaid {
			/// The job.
			job: JobId,
			/// The epoch of the work.
			epoch: EpochIndex,
			/// The deed whose node worked.
			deed: DeedId,
			/// The deed's owner, to whom the reward accrued.
			owner: AccountId32,
			/// Quality of the work, 255 being all of it.
			quality: u8,
			/// What accrued, in 10^-6 USDC.
			reward: u128,
			/// What goes to the burn, in 10^-6 USDC.
			burned: u128,
		},
		/// The burned part of a job's epoch was swapped to R1 and burned.
		UsdcBurned {
			/// The job.
			job: JobId,
			/// The epoch of the work.
			epoch: EpochIndex,
			/// What was swapped, in 10^-6 USDC.
			usdc: u128,
			/// What was burned, in 10^-18 R1.
			r1: u128,
		},
		/// An epoch of a job could not be settled; nothing of it happened, and it is tried again.
		JobSettlementFailed {
			/// The job.
			job: JobId,
			/// The epoch.
			epoch: EpochIndex,
			/// Why it failed.
			error: DispatchError,
		},
		/// The owner ended a running job early.
		JobEnding {
			/// The job.
			job: JobId,
			/// The first epoch that does not pay any more.
			end: EpochIndex,
			/// What went back to the escrow now, in 10^-6 USDC.
			refund: u128,
		},
		/// A job is over and settled, or was ended before it ever ran.
		JobClosed {
			/// The job.
			job: JobId,
			/// Who had ordered it.
			owner: AccountId32,
			/// What went back to the escrow, in 10^-6 USDC.
			refund: u128,
		},
		/// An account took what its deeds had earned.
		RewardsClaimed {
			/// The account.
			owner: AccountId32,
			/// What it had accrued, in 10^-6 USDC.
			usdc: u128,
			/// What it got for that in 10^-18 R1; `None` if it was paid in USDC.
			r1: Option<u128>,
		},
		/// The owner changed what a job is.
		JobUpdated {
			/// The job.
			job: JobId,
			/// The CID of its new specification.
			specification: Specification,
		},
	}

	/// Why something was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The deposit is below the minimum: deposit more.
		DepositTooSmall,
		/// The caller has no escrow: deposit first.
		NoEscrow,
		/// The escrow has less free than is needed: deposit more.
		InsufficientEscrow,
		/// The amount to withdraw is zero.
		NothingToWithdraw,
		/// The withdrawal would leave less than a deposit's minimum: withdraw all, or less.
		RemainderTooSmall,
		/// The network gave up this resource class: choose another.
		DeprecatedResources,
		/// No resource class has this number.
		UnknownResources,
		/// A job needs at least one replica.
		NoReplicas,
		/// A job cannot have so many replicas.
		TooManyReplicas,
		/// The job is too short.
		TooFewEpochs,
		/// The job is too long.
		TooManyEpochs,
		/// The job has no specification: upload it and give its CID.
		EmptySpecification,
		/// The owner has as many live jobs as are allowed: end one first.
		TooManyJobs,
		/// There is no such job, or it is closed.
		UnknownJob,
		/// Only the owner of a job may do this.
		NotJobOwner,
		/// The job ends with the current epoch or has ended; the rest is refunded as it settles.
		JobAlreadyEnding,
		/// The job does not wait for a placement.
		NotAwaitingPlacement,
		/// The placement is for another round of the job.
		WrongRound,
		/// A placement needs at least one deed.
		EmptyPlacement,
		/// The placement has more deeds than the job has replicas.
		TooManyDeeds,
		/// The deeds of a placement must be strictly ascending.
		DeedsNotAscending,
		/// A deed of the placement has no linked node or is banned.
		DeedNotActive,
		/// The caller has earned nothing since the last claim.
		NothingAccrued,
		/// There is no median price of R1 yet, so nothing can be swapped safely.
		PriceUnavailable,
		/// The epoch is not decided yet.
		EpochUndecided,
		/// A deed of the placement is a master or genesis deed, which does no paid work: choose
		/// Node Deeds only.
		DeedNotForWork,
		/// The job has this specification already.
		SameSpecification,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::settle(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::SlippageBasisPoints::get() < r1_math::BASIS_POINTS, "a burn has a minimum");
			assert!(T::DepositMin::get() > 0, "an entry in storage costs something");
			assert!(T::EpochsMin::get() > 0, "a job has an epoch");
			assert!(T::EpochsMin::get() <= T::EpochsMax::get(), "some length is allowed");
			assert!(T::JobsPerOwnerMax::get() > 0, "a job is allowed");
			// Otherwise a job with that many nodes never settles, and blocks those after it.
			let step = T::WeightInfo::settle_base()
				.saturating_add(T::WeightInfo::visit_job())
				.saturating_add(T::WeightInfo::settle_epoch(REPLICAS_MAX));
			let block = <T as frame_system::Config>::BlockWeights::get().max_block;
			assert!(step.saturating_mul(4).all_lte(block), "a quarter of a block settles an epoch");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Moves USDC of the caller into the caller's escrow, and opens the escrow if needed.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account.
		///
		/// ## Errors
		///
		/// [`Error::DepositTooSmall`]; or the caller has less USDC.
		///
		/// ## Events
		///
		/// [`Event::EscrowDeposited`]
		#[pallet::call_index(0)]
		pub fn deposit(origin: OriginFor<T>, #[pallet::compact] amount: u128) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deposit(&who, amount)
		}

		/// Moves free USDC of the caller's escrow back to the caller.
		///
		/// ## Dispatch Origin
		///
		/// The escrow's owner, signed.
		///
		/// ## Errors
		///
		/// [`Error::NothingToWithdraw`], [`Error::NoEscrow`], [`Error::InsufficientEscrow`],
		/// [`Error::RemainderTooSmall`].
		///
		/// ## Events
		///
		/// [`Event::EscrowWithdrawn`]
		#[pallet::call_index(1)]
		pub fn withdraw(origin: OriginFor<T>, #[pallet::compact] amount: u128) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(&who, amount)
		}

		/// Orders a job and pays for it from the caller's escrow.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account that has an escrow.
		///
		/// ## Details
		///
		/// Costs `price * replicas * epochs` in advance. The current epoch counts as the first; if
		/// the job is placed in a later one, its end moves by the delay. `specification` is the
		/// CID of the job's specification in the content store.
		///
		/// ## Errors
		///
		/// [`Error::DeprecatedResources`], [`Error::UnknownResources`], [`Error::NoReplicas`],
		/// [`Error::TooManyReplicas`], [`Error::TooFewEpochs`], [`Error::TooManyEpochs`],
		/// [`Error::EmptySpecification`], [`Error::NoEscrow`], [`Error::TooManyJobs`],
		/// [`Error::InsufficientEscrow`].
		///
		/// ## Events
		///
		/// [`Event::JobCreated`]
		#[pallet::call_index(2)]
		pub fn create_job(
			origin: OriginFor<T>,
			kind: JobKind,
			resources: u8,
			replicas: u32,
			epochs: u32,
			specification: Specification,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let order = Order { kind, resources, replicas, epochs, specification };
			Self::do_create_job(who, order)
		}

		/// Ends a job early.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, signed.
		///
		/// ## Details
		///
		/// A job that never ran closes at once and is refunded in full. A running job ends with
		/// the current epoch. What its epochs up to there may cost stays in the job, all else is
		/// refunded now; when the last of them settles, the job closes and the rest is refunded.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::JobAlreadyEnding`].
		///
		/// ## Events
		///
		/// [`Event::JobClosed`] or [`Event::JobEnding`]
		#[pallet::call_index(3)]
		pub fn close_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close_job(&who, job)
		}

		/// Pays the caller all that its deeds have earned by work.
		///
		/// ## Dispatch Origin
		///
		/// Any signed account that has accrued rewards.
		///
		/// ## Details
		///
		/// In USDC if `r1_minimum` is `None`. Otherwise all of it is swapped, and the caller gets
		/// at least that much R1 or nothing changes.
		///
		/// ## Errors
		///
		/// [`Error::NothingAccrued`]; or the pool yields less than `r1_minimum`.
		///
		/// ## Events
		///
		/// [`Event::RewardsClaimed`]
		#[pallet::call_index(4)]
		#[pallet::weight(match r1_minimum {
			None => <T as Config>::WeightInfo::claim_in_usdc(),
			Some(_) => <T as Config>::WeightInfo::claim_in_r1(),
		})]
		pub fn claim(origin: OriginFor<T>, r1_minimum: Option<u128>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim(who, r1_minimum)
		}

		/// Changes what a job is: its nodes run the new specification from now on.
		///
		/// ## Dispatch Origin
		///
		/// The job's owner, signed.
		///
		/// ## Details
		///
		/// Its price, its replicas, its end and where it runs stay as they are. Secrets that are
		/// sealed for the job's nodes get into a specification this way, because whom to seal them
		/// for is known only when the job is placed.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotJobOwner`], [`Error::EmptySpecification`],
		/// [`Error::SameSpecification`].
		///
		/// ## Events
		///
		/// [`Event::JobUpdated`]
		#[pallet::call_index(5)]
		pub fn update_job(
			origin: OriginFor<T>,
			job: JobId,
			specification: Specification,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_job(&who, job, specification)
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// Every class of machine that a job can be ordered with, and its price.
		#[pallet::constant_name(ResourceClasses)]
		fn resource_classes() -> Vec<ResourceClass> {
			RESOURCE_CLASSES.to_vec()
		}

		/// Most replicas of a job.
		#[pallet::constant_name(ReplicasMax)]
		fn replicas_max() -> u32 {
			REPLICAS_MAX
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What a job would cost now, in 10^-6 USDC; `None` if no class has the number.
		pub fn quote(resources: u8, replicas: u32, epochs: u32) -> Option<u128> {
			job_price(ResourceClass::find(resources)?.price_per_epoch, replicas, epochs)
		}

		/// What an account can claim, in 10^-6 USDC.
		pub fn accrued(owner: AccountId32) -> u128 {
			Accrued::<T>::get(owner)
		}
	}
}

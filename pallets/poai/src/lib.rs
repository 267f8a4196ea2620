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
//! What a job can be ordered with, and for how much, is a table that governance keeps.
//!
//! ### Terminology
//!
//! - **Escrow**: USDC of one developer; *free* until a job takes it.
//! - **Delegate**: an account that may do for an escrow's owner what its [`Rights`] say.
//! - **Pot**: the one account that holds all USDC of the pallet.
//! - **Resource class**: what of a machine each node of a job gets, and its price.
//! - **Job**: work ordered for a number of nodes (*replicas*) and epochs, at a fixed price.
//! - **Round**: one placement of a job; oracles vote for a round, so that no vote counts twice.
//! - **Quality**: what the oracles agree that a node did of a job in an epoch, 0 to 255; less if it
//!   missed rounds of learning.
//! - **Pass**: one visit of settlement to every live job.
//!
//! ## Low Level / Implementation Details
//!
//! **Life of a job.** It waits until it is placed; then it pays from the current epoch on, and its
//! end moves by the epochs that it has waited. Its end is exclusive. A new round opens when the
//! settlement of an epoch finds a node that did nothing, that did less than half of its work in
//! this epoch and the one before, or whose deed may not work any more; or fewer nodes than ordered.
//! The job names those nodes as lost, and runs on meanwhile. Nothing is lost for the epoch in which
//! the job starts: what is left of it may be too short for anybody to have looked. A new placement
//! counts from the next epoch on, and the epochs before it still pay the nodes that worked in them
//! ([`FormerPlacement`]).
//!
//! That is also the cooldown between placements: after the first one, at most one in an epoch
//! changes the nodes, and the next waits until the epochs of the replaced nodes are settled.
//!
//! **More of a job.** It can be made longer, and be let run on more nodes, at the price that it was
//! ordered at. Nodes that are added before the start pay for all of its epochs, of which none is
//! lost by a late start; those that are added later, from the next epoch on.
//!
//! **Ending early.** A job that never ran is refunded at once. A running one ends with the current
//! epoch: the work of undecided epochs is done and stays paid for, all else is refunded at once,
//! and what the last epochs leave when they settle. What nodes did not earn can be redeemed
//! meanwhile.
//!
//! **Settlement** runs in `on_idle`, within the weight that is left. A cursor over the map of jobs
//! survives the block, so the work of a block does not grow with the number of jobs. Each epoch of
//! each job settles in its own storage layer. A failure, such as a pool that yields less than the
//! median price allows, changes nothing, says so in an event, and is tried again in the next pass.
//!
//! **Rounds of learning.** A node that missed some of the rounds that its job opened in an epoch has
//! the quality of the rest: what the oracles agreed on, times the share of rounds that it attended
//! ([`RoundsAttended`](r1_primitives::traits::RoundsAttended)). That quality is paid, and that
//! quality decides on its place.
//!
//! **Adoption.** What an epoch of a job costs, rewards and burned part together, is counted for the
//! network's adoption when it settles. Only Node Deeds do paid work.
//!
//! **Who is paid** is the deed's owner when the epoch settles. It accrues under the account, so
//! selling the deed later takes nothing from the seller.
//!
//! **Delegates** spend what is in an escrow for its owner, and never for themselves: they order and
//! extend jobs from it, what jobs give back goes into it, and a withdrawal goes to the owner. They
//! are gone when the escrow is, which happens when nothing is free in it and no job is left.
//!
//! **Money.** `USDC of the pot = free + balances of jobs + accrued` is checked by `try_state`. The
//! balance of a job holds `price` for each node of each epoch that is not settled: for the nodes
//! that are placed in the epochs up to now, and for all replicas in those to come. The pot keeps the
//! existential deposit of R1, so that burning works down to the smallest amount; genesis gives it
//! that.
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
mod reference_classes;
mod events;
mod errors;
mod calls;
mod escrow;
mod delegates;
mod jobs;
mod extend;
mod placement;
mod settlement;
mod impls;
pub mod migrations;
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
pub use delegates::{DelegatesOf, Rights};
pub use pallet::*;
pub use reference_classes::reference_classes;
pub use resources::{
	CLASS_NAME_BYTES_MAX, CLASS_PRICE_MAX, ClassKind, ClassName, GpuGrade, ResourceClass,
	is_deprecated_class,
};
pub use types::{
	DeedSet, Escrow, FormerPlacement, Job, Members, Membership, Order, SPECIFICATION_BYTES_MAX,
	SettlementPass, Specification,
};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// Where the pallet's log lines come from.
const LOG_TARGET: &str = "runtime::poai";

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
		traits::{
			AdoptionLedger, CurrentEpoch, DeedInspect, Market, OracleVerdicts, PriceInspect,
			RoundsAttended,
		},
	};
	use sp_runtime::{AccountId32, DispatchError};

	/// The in-code storage version.
	pub(crate) const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	/// Escrows, jobs, settlement and rewards.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId32> {
		/// Who keeps the table of resource classes.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

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

		/// How nodes attended the rounds of learning that jobs asked of them; `()` if there are none.
		type Rounds: RoundsAttended;

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

		/// Most delegates of one escrow; not zero.
		#[pallet::constant]
		type DelegatesMax: Get<u32>;

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

	/// Who may act for the owner of an escrow, by owner; gone with the escrow.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type Delegates<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId32, DelegatesOf<T>, ValueQuery>;

	/// What a job can be ordered with, by the numbers of the classes; set by governance.
	///
	/// A class that was in the table once stays in it, offered or not.
	// Twox: governance alone chooses a number, and there are 256.
	#[pallet::storage]
	pub type ResourceClasses<T> = StorageMap<_, Twox64Concat, u8, ResourceClass>;

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

	/// The table of resource classes; and the pot gets the R1 that keeps its account alive.
	#[pallet::genesis_config]
	#[derive(Debug)]
	pub struct GenesisConfig<T> {
		/// What jobs can be ordered with, by number; that of the deployed network by default.
		pub resource_classes: Vec<(u8, ResourceClass)>,
		/// Ties the type to the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { resource_classes: reference_classes().collect(), _config: PhantomData }
		}
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
			for (id, class) in &self.resource_classes {
				let checked = Pallet::<T>::check_class(*id, class);
				assert!(checked.is_ok(), "resource class {id} must be valid: {checked:?}");
				let is_new = !ResourceClasses::<T>::contains_key(id);
				assert!(is_new, "resource class {id} must be there once");
				ResourceClasses::<T>::insert(id, class);
			}
		}
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
			assert!(T::DelegatesMax::get() > 0, "a delegate is allowed");
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

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// Most replicas of a job.
		#[pallet::constant_name(ReplicasMax)]
		fn replicas_max() -> u32 {
			REPLICAS_MAX
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What a job would cost now, in 10^-6 USDC; `None` if no class with the number is offered.
		pub fn quote(resources: u8, replicas: u32, epochs: u32) -> Option<u128> {
			let class = Pallet::<T>::offered_class(resources).ok()?;
			job_price(class.price_per_epoch, replicas, epochs)
		}

		/// What it would cost now to make a job longer, in 10^-6 USDC; `None` if it cannot be.
		pub fn quote_duration(job: JobId, epochs: u32) -> Option<u128> {
			let job = Jobs::<T>::get(job)?;
			Pallet::<T>::longer(&job, epochs).ok().map(|extension| extension.cost)
		}

		/// What it would cost now to let a job run on `replicas` nodes, in 10^-6 USDC; `None` if it
		/// cannot be.
		pub fn quote_replicas(job: JobId, replicas: u32) -> Option<u128> {
			Pallet::<T>::cost_of_larger(&Jobs::<T>::get(job)?, replicas).ok()
		}

		/// What could be redeemed of a job now, in 10^-6 USDC; `None` if there is no such job.
		pub fn unused(job: JobId) -> Option<u128> {
			Pallet::<T>::unused_of(&Jobs::<T>::get(job)?).ok()
		}

		/// What an account may do with somebody's escrow; `None` if it is no delegate.
		#[expect(clippy::needless_pass_by_value, reason = "FRAME decodes what a view takes")]
		pub fn rights(owner: AccountId32, account: AccountId32) -> Option<Rights> {
			Pallet::<T>::rights_of(&owner, &account)
		}

		/// What an account can claim, in 10^-6 USDC.
		pub fn accrued(owner: AccountId32) -> u128 {
			Accrued::<T>::get(owner)
		}
	}
}

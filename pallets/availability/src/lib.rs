// SPDX-License-Identifier: Apache-2.0

//! # Availability pallet
//!
//! Pays the owners of Node Deeds for the availability of their nodes: Proof of Availability.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for the call, its events and errors. Other pallets reach this one
//! through [`RewardLedger`](r1_primitives::traits::RewardLedger).
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
//! - **Allocation**: what one deed can earn over its life, see [`r1_math::node_deed::ALLOCATION`].
//!
//! ### Rules
//!
//! - An epoch pays `floor(RELEASE_PER_EPOCH * availability / 255)`, until the deed's allocation is
//!   used up ([`r1_math::node_deed::rewards`]). An epoch offline delays; it forfeits nothing.
//! - A deed's first epoch is the one in which it is linked. While it is not linked it earns
//!   nothing, and epochs not claimed before it is unlinked are lost; therefore whoever unlinks must
//!   be [up to date](r1_primitives::traits::RewardLedger::is_claimed_up_to_date).
//! - Rewards go to who owns the deed when they are claimed.
//! - A claim may end before the last decided epoch, and may cover many deeds. Claiming in parts
//!   pays the same, to the base unit, as claiming at once.
//! - The cap on issuance is checked at every mint. A claim that would exceed it fails as a whole
//!   and can be repeated, because burning makes room.
//!
//! ## Low Level / Implementation Details
//!
//! Storage is one map, from a deed to its [`RewardAccount`]; the table of availability belongs to
//! the oracles. There are no hooks: nothing here runs unless somebody pays for it, and nothing that
//! happens here can halt the chain.
//!
//! The weight of a claim grows with its deeds and its epochs, each bounded by a constant. The call
//! is charged for the most epochs it could cover and refunded down to those that it did.

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
mod claim;
mod impls;
pub mod weights;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::{Payment, RewardAccount};
pub use weights::WeightInfo;

#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::{Payment, RewardAccount, WeightInfo};
	use frame_support::{pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;
	use r1_primitives::{
		DeedId, EpochIndex,
		traits::{CurrentEpoch, DeedInspect, OracleVerdicts},
	};
	use sp_runtime::AccountId32;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet of Proof of Availability.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from its runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId32> {
		/// Who owns which deed, and which deeds are active.
		type Deeds: DeedInspect<AccountId32>;

		/// How available each deed's node was, as agreed by the oracles.
		type Verdicts: OracleVerdicts;

		/// The epoch that the chain is in.
		type Epochs: CurrentEpoch;

		/// R1, which is minted to owners who claim.
		type Currency: fungible::Mutate<AccountId32, Balance = u128>;

		/// The most R1 that may exist, in base units. A claim that would exceed it fails, so a
		/// value below what already exists stops all rewards.
		#[pallet::constant]
		type IssuanceCap: Get<u128>;

		/// Deeds in one claim; not zero. Bounds the storage that a claim writes.
		#[pallet::constant]
		type DeedsPerClaimMax: Get<u32>;

		/// Epochs in one claim, counted once for each deed; at least `DeedsPerClaimMax`. Bounds the
		/// table that a claim reads; a claim this long must fit in a block.
		#[pallet::constant]
		type EpochsPerClaimMax: Get<u32>;

		/// Weights of the call.
		type WeightInfo: WeightInfo;

		/// Makes the deeds and the table that the benchmarks claim from.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: super::BenchmarkHelper;
	}

	/// What each deed has been paid, and where it goes on.
	///
	/// An account is opened when its deed is first linked and is never removed: it belongs to the
	/// deed, whoever owns it. At most as many as there are deeds, whose price pays for the storage.
	// Twox is safe: deeds are numbered by the chain.
	#[pallet::storage]
	pub type Accounts<T: Config> = StorageMap<_, Twox64Concat, DeedId, RewardAccount, OptionQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The rewards of a deed for a run of epochs were minted to its owner.
		RewardsClaimed {
			/// The deed that earned.
			deed: DeedId,
			/// The owner, who was paid.
			owner: AccountId32,
			/// The first epoch of the run.
			from_epoch: EpochIndex,
			/// The end of the run: the first epoch that is not paid yet.
			to_epoch: EpochIndex,
			/// R1 in base units; zero if the node was never available, or the deed's allocation is
			/// used up.
			amount: u128,
		},
	}

	/// Why a claim was refused; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no deed with this number.
		UnknownDeed,
		/// The deed belongs to somebody else; only its owner can claim.
		NotDeedOwner,
		/// The deed is not linked to a node, or is banned; link it first.
		DeedNotActive,
		/// The claim reaches into an epoch that the oracles have not decided yet; end it earlier or
		/// try again later.
		EpochNotDecided,
		/// The claim covers more epochs than one call may; end it earlier or name fewer deeds.
		TooManyEpochs,
		/// None of the deeds has a decided epoch that is not claimed yet.
		NothingToClaim,
		/// Minting the reward would exceed the cap on the issuance of R1; nothing is lost, try
		/// again after some R1 was burned.
		CapReached,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let (deeds, epochs) = (T::DeedsPerClaimMax::get(), T::EpochsPerClaimMax::get());
			assert!(deeds > 0, "a claim must be able to name a deed");
			assert!(epochs >= deeds, "a claim must be able to move each of its deeds on");
			let block = T::BlockWeights::get();
			if let Some(most) = block.get(DispatchClass::Normal).max_extrinsic {
				let longest = T::WeightInfo::claim(deeds, epochs);
				assert!(longest.all_lte(most), "the longest claim does not fit in a block");
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Mints to the caller what their deeds have earned.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner of all `deeds`.
		///
		/// ## Details
		///
		/// Pays each deed from its first epoch that is not claimed yet. Deeds are taken in ascending
		/// order, a deed named twice counts once, and one with nothing to claim is passed over.
		///
		/// `up_to` is the first epoch that is not claimed. With it, the claim is exact: it covers all
		/// epochs before `up_to`, or fails. Without it, the claim takes every decided epoch until it
		/// reaches the most that one call may cover (the constant `EpochsPerClaimMax`, summed over
		/// the deeds); the events tell how far it came, and calling again goes on from there.
		///
		/// The weight of epochs that were not covered is refunded.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownDeed`], [`Error::NotDeedOwner`], [`Error::DeedNotActive`]: one of the
		///   deeds cannot be claimed by the caller now.
		/// - [`Error::EpochNotDecided`], [`Error::TooManyEpochs`]: `up_to` is too late.
		/// - [`Error::NothingToClaim`]: no deed has an epoch to claim.
		/// - [`Error::CapReached`]: there is no room under the cap on issuance.
		///
		/// ## Events
		///
		/// - [`Event::RewardsClaimed`] for each deed that was moved on.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::claim(deeds.len() as u32, T::EpochsPerClaimMax::get()))]
		pub fn claim(
			origin: OriginFor<T>,
			deeds: BoundedVec<DeedId, T::DeedsPerClaimMax>,
			up_to: Option<EpochIndex>,
		) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			let named = u32::try_from(deeds.len()).unwrap_or(u32::MAX);
			let epochs = Self::do_claim(&owner, deeds, up_to)?;
			Ok(Some(T::WeightInfo::claim(named, epochs)).into())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What claiming a deed alone, without an end, would pay now; `None` if it is not active.
		///
		/// Covers at most `EpochsPerClaimMax` epochs, as the claim does.
		pub fn claimable(deed: DeedId) -> Option<Payment> {
			Self::payable(deed)
		}
	}
}

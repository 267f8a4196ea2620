// SPDX-License-Identifier: Apache-2.0

//! # Burn pallet
//!
//! Lets anybody burn their own R1, in the name of an application if they like, and keeps the
//! totals and the leaderboards of those who did.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for the calls, their events and errors, and what can be asked.
//!
//! ## Overview
//!
//! Who burns R1 makes it scarcer for everybody. This pallet destroys what its callers offer and
//! remembers it for ever: how much each account has burned, how much was burned in the name of
//! each application, and who burned most. It burns from nobody but the caller.
//!
//! ### Terminology
//!
//! - **Application**: something that R1 is burned for, such as a product or a cause. Anybody
//!   registers one, under a slug that nobody else has taken.
//! - **Slug**: the short text that names an application: lower-case letters, digits and dashes.
//! - **Id** of an application: keccak-256 of its slug, as in the deployed contracts, so that an
//!   application has the same id here and there.
//! - **Creator**: the account that registered an application, and holds the deposit for it.
//!
//! ### Rules
//!
//! - A burn destroys at least [`BurnMin`](Config::BurnMin) and leaves the burner's account alive.
//! - Totals only grow. What is burned by other pallets is not counted here.
//! - A leaderboard is sorted by total, the greatest first. Of two equal totals, the one that
//!   reached it first stands first; so whoever wants a place on a full board must burn more than
//!   its last entry.
//! - An application can be deregistered, and its deposit returned, only while nothing was burned
//!   for it. From then on it stays, with its deposit: history and leaderboards never name an
//!   application that does not exist.
//!
//! ## Low Level / Implementation Details
//!
//! **What differs from the deployed contracts.** They take any bytes for a slug; here the alphabet
//! is small, so that no two slugs differ only in case, in invisible characters or in letters of
//! another script. They know no deposit and no least amount, as their callers pay for storage with
//! gas; here both keep storage from being filled for nothing.
//!
//! **Storage** grows with applications, each paid for with a deposit, and with burners, each paid
//! for with the R1 that was destroyed. The leaderboards are bounded by constants, and a burn reads
//! and writes each of them at most once, so every call has a constant weight.
//!
//! **What can halt.** There are no hooks, and no other pallet waits for this one.

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
mod registry;
mod burning;
mod leaderboard;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod weights;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use leaderboard::{Leaderboard, Rank};
pub use pallet::*;
pub use registry::application_id;
pub use types::{Application, ApplicationId, ApplicationOf, NameOf, SLUG_BYTES_MAX, Slug};
pub use weights::WeightInfo;

/// The declarations that FRAME's macros read; the logic is in the other modules.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "FRAME's macros expand to it"))]
#[expect(clippy::if_not_else, reason = "FRAME's macros expand to it")]
#[expect(missing_debug_implementations, reason = "FRAME makes a type for each storage item")]
#[frame_support::pallet]
pub mod pallet {
	use super::{ApplicationId, ApplicationOf, Leaderboard, NameOf, Rank, Slug, WeightInfo};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet of voluntary burning.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs from its runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// R1, which is burned, and held as the deposits of applications.
		type Currency: fungible::Mutate<Self::AccountId, Balance = u128>
			+ fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons to hold R1, this pallet's among them.
		type RuntimeHoldReason: From<HoldReason>;

		/// R1 held for a registered application, in base units; not zero.
		///
		/// It pays for the application's entry in storage, and keeps slugs from being hoarded. A
		/// change holds for new applications: each gets back what it gave.
		#[pallet::constant]
		type ApplicationDeposit: Get<u128>;

		/// Least R1 of one burn, in base units; not zero.
		///
		/// It is what an entry in storage costs: the total of each account that ever burned is
		/// kept for ever, without a deposit. Too small a value lets anybody fill the storage, too
		/// great a value shuts out small burners.
		#[pallet::constant]
		type BurnMin: Get<u128>;

		/// Most bytes of an application's name; not zero.
		#[pallet::constant]
		type NameBytesMax: Get<u32>;

		/// Places on the leaderboard of burners; not zero. Each burn reads and writes them all.
		///
		/// Only ever raise it with a migration that fills the new places, and lower it with one
		/// that cuts the board.
		#[pallet::constant]
		type TopBurnersMax: Get<u32>;

		/// Places on the leaderboard of applications; as with `TopBurnersMax`.
		#[pallet::constant]
		type TopApplicationsMax: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why the pallet holds R1.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit of a registered application.
		Application,
	}

	/// Every registered application.
	///
	/// Made by its creator, who gives a deposit for it, and removed by its creator while nothing
	/// was burned for it.
	// Identity is safe: the key is a secure hash.
	#[pallet::storage]
	pub type Applications<T: Config> = StorageMap<_, Identity, ApplicationId, ApplicationOf<T>>;

	/// What each account has burned here, in base units of R1; never zero.
	///
	/// An entry is made by an account's first burn and stays for ever. There is no deposit: at
	/// least `BurnMin` was destroyed for it.
	// Blake2: an account can be chosen by whoever makes it.
	#[pallet::storage]
	pub type Burned<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u128, ValueQuery>;

	/// Everything that was ever burned here, in base units of R1.
	#[pallet::storage]
	pub type TotalBurned<T: Config> = StorageValue<_, u128, ValueQuery>;

	/// How many accounts have burned here.
	#[pallet::storage]
	pub type Burners<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The accounts that have burned most, the greatest first.
	#[pallet::storage]
	pub type TopBurners<T: Config> =
		StorageValue<_, Leaderboard<T::AccountId, T::TopBurnersMax>, ValueQuery>;

	/// The applications that most was burned for, the greatest first.
	#[pallet::storage]
	pub type TopApplications<T: Config> =
		StorageValue<_, Leaderboard<ApplicationId, T::TopApplicationsMax>, ValueQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An application was registered; R1 can be burned in its name from now on.
		ApplicationRegistered {
			/// The application: keccak-256 of its slug.
			application: ApplicationId,
			/// The unique text that names it.
			slug: Slug,
			/// Its name for people, in UTF-8; not unique.
			name: NameOf<T>,
			/// Who registered it, and holds the deposit.
			creator: T::AccountId,
		},
		/// An application that nothing was burned for was removed; its slug is free again.
		ApplicationDeregistered {
			/// The application.
			application: ApplicationId,
			/// Who had registered it, and got the deposit back.
			creator: T::AccountId,
		},
		/// R1 was burned.
		R1Burned {
			/// Who burned it.
			burner: T::AccountId,
			/// The application that it was burned for, if there is one.
			application: Option<ApplicationId>,
			/// What was burned, in base units of R1.
			amount: u128,
			/// What the burner has burned in all, in base units of R1.
			burner_total: u128,
			/// What was burned for the application in all, in base units of R1; there is none
			/// without an application.
			application_total: Option<u128>,
		},
	}

	/// Why a call failed; nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// A slug is 1 to 32 lower-case letters, digits and dashes; choose another.
		InvalidSlug,
		/// The name is not valid UTF-8; encode it as that.
		InvalidName,
		/// An application with this slug is registered already; choose another slug.
		SlugTaken,
		/// No application has this id; register its slug first, or burn without an application.
		UnknownApplication,
		/// The application was registered by another account; only that one can deregister it.
		NotApplicationCreator,
		/// R1 was burned for the application, so it stays registered for ever.
		ApplicationInUse,
		/// A burn destroys at least `BurnMin`; burn more at once.
		AmountBelowMinimum,
		/// The caller's free R1 does not cover the burn or the deposit besides the existential
		/// deposit; burn less, or receive R1 first.
		InsufficientR1,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::ApplicationDeposit::get() > 0, "an entry in storage is not free");
			assert!(T::BurnMin::get() > 0, "a burn destroys something");
			assert!(T::NameBytesMax::get() > 0, "an application can have a name");
			assert!(T::TopBurnersMax::get() > 0, "a leaderboard has a first place");
			assert!(T::TopApplicationsMax::get() > 0, "a leaderboard has a first place");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers an application, so that R1 can be burned in its name.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anybody, who becomes the application's creator.
		///
		/// ## Details
		///
		/// `slug` is 1 to 32 lower-case letters, digits and dashes, and must be free. `name` is for
		/// people: UTF-8, possibly empty, not unique. Neither can be changed later.
		///
		/// `ApplicationDeposit` is held from the creator, until the application is deregistered.
		///
		/// ## Errors
		///
		/// - [`Error::InvalidSlug`], [`Error::InvalidName`], [`Error::SlugTaken`]: an application
		///   cannot be called that.
		/// - [`Error::InsufficientR1`]: the deposit cannot be held.
		///
		/// ## Events
		///
		/// - [`Event::ApplicationRegistered`]
		#[pallet::call_index(0)]
		pub fn register_application(
			origin: OriginFor<T>,
			slug: Slug,
			name: NameOf<T>,
		) -> DispatchResult {
			let creator = ensure_signed(origin)?;
			Self::do_register_application(creator, slug, name)
		}

		/// Removes an application that nothing was burned for, and returns its deposit.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the application's creator.
		///
		/// ## Details
		///
		/// The slug is free afterwards, for anybody.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownApplication`], [`Error::NotApplicationCreator`]: it is not an
		///   application of the caller.
		/// - [`Error::ApplicationInUse`]: something was burned for it.
		///
		/// ## Events
		///
		/// - [`Event::ApplicationDeregistered`]
		#[pallet::call_index(1)]
		pub fn deregister_application(
			origin: OriginFor<T>,
			application: ApplicationId,
		) -> DispatchResult {
			let creator = ensure_signed(origin)?;
			Self::do_deregister_application(creator, application)
		}

		/// Burns R1 of the caller, for good.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the burner.
		///
		/// ## Details
		///
		/// Burns `amount`, in base units, from the caller's free balance, of which the existential
		/// deposit stays. It counts for the caller and, if `application` names one, for that too.
		///
		/// ## Errors
		///
		/// - [`Error::AmountBelowMinimum`]: `amount` is zero or below `BurnMin`.
		/// - [`Error::UnknownApplication`]: `application` is not registered.
		/// - [`Error::InsufficientR1`]: the caller has less to spend.
		///
		/// ## Events
		///
		/// - [`Event::R1Burned`]
		#[pallet::call_index(2)]
		pub fn burn(
			origin: OriginFor<T>,
			amount: u128,
			application: Option<ApplicationId>,
		) -> DispatchResult {
			let burner = ensure_signed(origin)?;
			Self::do_burn(burner, amount, application)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The application with a slug; `None` if nobody has registered it.
		pub fn application(slug: Slug) -> Option<ApplicationOf<T>> {
			Applications::<T>::get(super::application_id(&slug.into_inner()))
		}

		/// The accounts that have burned most, the greatest first, and what each has burned.
		pub fn top_burners() -> Vec<Rank<T::AccountId>> {
			TopBurners::<T>::get().into_inner()
		}

		/// The applications that most was burned for, the greatest first, and what was burned.
		pub fn top_applications() -> Vec<Rank<ApplicationId>> {
			TopApplications::<T>::get().into_inner()
		}

		/// What an account has burned here, in base units of R1.
		pub fn burned_by(account: T::AccountId) -> u128 {
			Burned::<T>::get(account)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of the worst case of each call.

use crate::{
	Application, ApplicationId, ApplicationOf, Applications, Burned, Burners, Call, Config,
	HoldReason, NameOf, Pallet, Rank, SLUG_BYTES_MAX, Slug, TopApplications, TopBurners,
	TotalBurned, application_id, leaderboard,
};
use alloc::{format, vec};
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedVec,
	traits::{
		Get,
		fungible::{Inspect, InspectHold, Mutate},
	},
};
use frame_system::RawOrigin;

/// What each entry of a full leaderboard has burned, beside what tells them apart.
fn entry_total<T: Config>() -> u128 {
	T::BurnMin::get()
}

/// The longest slug, ending in a number.
fn slug(number: u32) -> Slug {
	let width = SLUG_BYTES_MAX as usize;
	BoundedVec::truncate_from(format!("{number:-<width$}").into_bytes())
}

/// The longest name.
fn name<T: Config>() -> NameOf<T> {
	BoundedVec::truncate_from(vec![b'n'; T::NameBytesMax::get() as usize])
}

/// Gives an account enough for a deposit and a burn of `amount`.
fn endow<T: Config>(who: &T::AccountId, amount: u128) {
	let kept = T::Currency::minimum_balance().saturating_add(T::ApplicationDeposit::get());
	T::Currency::set_balance(who, amount.saturating_add(kept));
}

/// An application of the greatest size that `total` was burned for; no deposit is held for it.
fn application_of<T: Config>(
	creator: &T::AccountId,
	number: u32,
	total: u128,
) -> (ApplicationId, ApplicationOf<T>) {
	let slug = slug(number);
	let id = application_id(&slug);
	(id, Application { slug, name: name::<T>(), creator: creator.clone(), deposit: 0, total })
}

/// Fills both leaderboards; returns a total that is greater than any on them.
fn fill_leaderboards<T: Config>() -> u128 {
	let mut all = 0u128;
	for number in 0..T::TopBurnersMax::get() {
		let id: T::AccountId = account("burner", number, 0);
		let total = entry_total::<T>().saturating_add(number.into());
		Burned::<T>::insert(&id, total);
		TopBurners::<T>::mutate(|board| leaderboard::place(board, Rank { id, total }));
		all = all.saturating_add(total);
	}
	Burners::<T>::put(T::TopBurnersMax::get());
	let creator: T::AccountId = account("creator", 0, 0);
	for number in 0..T::TopApplicationsMax::get() {
		let total = entry_total::<T>().saturating_add(number.into());
		let (id, application) = application_of::<T>(&creator, number, total);
		Applications::<T>::insert(id, application);
		TopApplications::<T>::mutate(|board| leaderboard::place(board, Rank { id, total }));
		all = all.saturating_add(total);
	}
	TotalBurned::<T>::put(all);
	all
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst: slug and name are as long as they may be. There is one way through.
	#[benchmark]
	fn register_application() {
		let creator: T::AccountId = whitelisted_caller();
		endow::<T>(&creator, 0);
		let id = application_id(&slug(0));

		#[extrinsic_call]
		_(RawOrigin::Signed(creator.clone()), slug(0), name::<T>());

		assert!(Applications::<T>::contains_key(id));
		let held = T::Currency::balance_on_hold(&HoldReason::Application.into(), &creator);
		assert_eq!(held, T::ApplicationDeposit::get());
	}

	/// Worst: slug and name are as long as they may be. There is one way through.
	#[benchmark]
	fn deregister_application() -> Result<(), BenchmarkError> {
		let creator: T::AccountId = whitelisted_caller();
		endow::<T>(&creator, 0);
		Pallet::<T>::do_register_application(creator.clone(), slug(0), name::<T>())?;
		let id = application_id(&slug(0));

		#[extrinsic_call]
		_(RawOrigin::Signed(creator.clone()), id);

		assert!(!Applications::<T>::contains_key(id));
		let held = T::Currency::balance_on_hold(&HoldReason::Application.into(), &creator);
		assert_eq!(held, 0);
		Ok(())
	}

	/// Worst: the burner is new, and burner and application both rise from nowhere to the top of a
	/// full leaderboard, so that every other entry moves.
	#[benchmark]
	fn burn() {
		let burner: T::AccountId = whitelisted_caller();
		let amount = fill_leaderboards::<T>();
		let burners = Burners::<T>::get();
		let (id, application) = application_of::<T>(&burner, u32::MAX, 0);
		Applications::<T>::insert(id, application);
		endow::<T>(&burner, amount);

		#[extrinsic_call]
		_(RawOrigin::Signed(burner.clone()), amount, Some(id));

		assert_eq!(Burned::<T>::get(&burner), amount);
		assert_eq!(Burners::<T>::get(), burners.saturating_add(1));
		assert_eq!(TopBurners::<T>::get().first(), Some(&Rank { id: burner, total: amount }));
		assert_eq!(TopApplications::<T>::get().first(), Some(&Rank { id, total: amount }));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}

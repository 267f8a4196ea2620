// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of `pallet_availability`.

use crate::{Accounts, Call, Config, Pallet, RewardAccount};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedVec,
	traits::{Get, fungible::Inspect},
};
use frame_system::RawOrigin;
use r1_math::node_deed;
use r1_primitives::{DeedId, EpochIndex};
use sp_runtime::AccountId32;

/// Makes what a claim reads in pallets that this one does not know. Implemented by the runtime.
pub trait BenchmarkHelper {
	/// Makes `deeds` active deeds that belong to `owner`, and decides every epoch before `epochs`
	/// with full availability for all of them; returns the deeds in ascending order.
	///
	/// No two deeds should share a page of the table, so that no read is saved.
	fn set_up(owner: &AccountId32, deeds: u32, epochs: EpochIndex) -> Vec<DeedId>;
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: no epoch is passed over, each deed is moved on and written, and the owner's
	/// account is new. The first deed covers all epochs but one for each of the others, so the
	/// table is read over as many epochs as possible.
	#[benchmark]
	fn claim(
		d: Linear<1, { T::DeedsPerClaimMax::get() }>,
		e: Linear<{ T::DeedsPerClaimMax::get() }, { T::EpochsPerClaimMax::get() }>,
	) -> Result<(), BenchmarkError> {
		let owner: AccountId32 = account("owner", 0, 0);
		let of_first = e.saturating_sub(d).saturating_add(1);
		let deeds = T::BenchmarkHelper::set_up(&owner, d, of_first);
		for (position, deed) in deeds.iter().enumerate() {
			let next_epoch = if position == 0 { 0 } else { of_first.saturating_sub(1) };
			Accounts::<T>::insert(deed, RewardAccount { claimed: 0, next_epoch });
		}
		let named = BoundedVec::try_from(deeds.clone())
			.map_err(|_| BenchmarkError::Stop("the helper made too many deeds"))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), named, None);

		let earned = |epochs: u32| node_deed::rewards(0, (0..epochs).map(|_| u8::MAX));
		let of_others = earned(1).saturating_mul(u128::from(d.saturating_sub(1)));
		assert_eq!(T::Currency::balance(&owner), earned(of_first).saturating_add(of_others));
		for deed in deeds {
			let next_epoch = Accounts::<T>::get(deed).map(|account| account.next_epoch);
			assert_eq!(next_epoch, Some(of_first));
		}
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}

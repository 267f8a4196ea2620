// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of `pallet_availability`.

use crate::{
	Accounts, AdoptionThresholds, AdoptionTotals, Call, CarryOverLimit, Checkpoint, Config, Pallet,
	RewardAccount,
	adoption::{DeedsSoldHistory, WorkVolumeHistory},
	schedule::{self, EpochMarks, Gate},
};
use alloc::{vec, vec::Vec};
use core::ops::Range;
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedVec,
	traits::{EnsureOrigin, Get},
};
use frame_system::RawOrigin;
use r1_math::master_deed::ALLOCATION_MAX;
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex,
	traits::{CurrentEpoch, OracleVerdicts},
};
use sp_runtime::AccountId32;

/// Makes what a claim reads in pallets that this one does not know. Implemented by the runtime.
pub trait BenchmarkHelper {
	/// Makes a new active deed of each of `terms` that belongs to `owner`; returns the deeds in the
	/// order of `terms`, which is ascending.
	///
	/// No two deeds should share a page of the table, so that no read is saved; if there are more
	/// deeds than pages, as few as possible.
	fn active_deeds(owner: &AccountId32, terms: &[DeedTerms]) -> Vec<DeedId>;

	/// Decides `epochs` with full availability for `deeds`, in pages that are as full as they can
	/// be, and makes the end of `epochs` the current epoch and the first undecided one.
	fn decide(deeds: &[DeedId], epochs: Range<EpochIndex>);
}

/// Checkpoints in each list when adoption is looked up: more than a year of daily ones.
///
/// A look-up halves the list, so that one of a hundred years takes seven reads more.
const CHECKPOINTS: u32 = 512;

/// A master deed whose allocation is as large as can be, and whose curve starts with epoch 0.
const MASTER: DeedTerms = DeedTerms::Master { allocation: ALLOCATION_MAX, first_epoch: 0 };

/// A history with a checkpoint in each epoch, the last one in the current epoch.
fn history<T: Config>(checkpoints: u32) -> Vec<Checkpoint> {
	T::BenchmarkHelper::decide(&[], checkpoints..checkpoints);
	(0..checkpoints)
		.map(|epoch| Checkpoint { epoch, total: u128::from(epoch) })
		.collect()
}

/// The history as the argument of a call.
fn seed<T: Config>(
	checkpoints: u32,
) -> Result<BoundedVec<Checkpoint, T::CheckpointsPerSeedMax>, BenchmarkError> {
	BoundedVec::try_from(history::<T>(checkpoints))
		.map_err(|_| BenchmarkError::Stop("more checkpoints than a seed has"))
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GovernanceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: each deed is on a page of its own, is moved on and is written; all are gated, so
	/// that adoption is looked up; one is the genesis deed, so that the treasury is paid besides
	/// the owner; and all of these accounts are new.
	#[benchmark]
	fn claim(d: Linear<1, { T::DeedsPerClaimMax::get() }>) -> Result<(), BenchmarkError> {
		let owner: AccountId32 = account("owner", 0, 0);
		DeedsSoldHistory::<T>::begin(&history::<T>(CHECKPOINTS)).ok_or("a history is in order")?;
		WorkVolumeHistory::<T>::begin(&history::<T>(CHECKPOINTS)).ok_or("a history is in order")?;
		let mut terms = vec![MASTER; d as usize];
		if let Some(first) = terms.first_mut() {
			*first = DeedTerms::Genesis;
		}
		let deeds = T::BenchmarkHelper::active_deeds(&owner, &terms);
		let next_epoch = CHECKPOINTS.saturating_sub(1);
		T::BenchmarkHelper::decide(&deeds, next_epoch..CHECKPOINTS);
		for deed in &deeds {
			Accounts::<T>::insert(deed, RewardAccount { next_epoch, ..RewardAccount::default() });
		}
		let named = BoundedVec::try_from(deeds.clone())
			.map_err(|_| BenchmarkError::Stop("the helper made too many deeds"))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), named, 1);

		for deed in deeds {
			let account = Accounts::<T>::get(deed).ok_or("the account is kept")?;
			assert_eq!((account.next_epoch, account.payments), (CHECKPOINTS, 1));
			assert!(account.released > 0);
		}
		Ok(())
	}

	/// Worst case: a full page for a single deed. Linear beyond the range, in which a claim may
	/// read more: the table of the benchmark would not fit in memory.
	#[benchmark]
	fn read_pages(r: Linear<1, 1_000>) -> Result<(), BenchmarkError> {
		let owner: AccountId32 = account("owner", 0, 0);
		let deeds = T::BenchmarkHelper::active_deeds(&owner, &[DeedTerms::Node]);
		T::BenchmarkHelper::decide(&deeds, 0..r);
		let mut read: u32 = 0;

		#[block]
		{
			for epoch in 0..r {
				let verdict = T::Verdicts::availabilities(epoch, &deeds);
				read = read.saturating_add(u32::from(verdict == Some(vec![u8::MAX])));
			}
		}

		assert_eq!(read, r);
		Ok(())
	}

	/// Worst case: a gated deed on the curve, whose reward, withheld part and carry-over are all
	/// computed.
	#[benchmark]
	fn settle(s: Linear<1, 10_000>) {
		let mut account = RewardAccount::default().gated();
		let gate = Gate { adoption: 32_767, carry_over_limit: u8::MAX };

		#[block]
		{
			for epoch in 0..s {
				let marks = EpochMarks { epoch, availability: 254, gate };
				(account, _) = schedule::settle(MASTER, account, marks);
			}
		}

		assert!(account.withheld > 0 && account.withheld < account.released);
	}

	#[benchmark]
	fn set_adoption_thresholds() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 1, 2);

		let totals = AdoptionTotals { deeds_sold: 1, work_volume: 2 };
		assert_eq!(AdoptionThresholds::<T>::get(), totals);
		Ok(())
	}

	#[benchmark]
	fn set_carry_over_limit() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 7);

		assert_eq!(CarryOverLimit::<T>::get(), 7);
		Ok(())
	}

	#[benchmark]
	fn seed_deeds_sold(
		c: Linear<0, { T::CheckpointsPerSeedMax::get() }>,
	) -> Result<(), BenchmarkError> {
		let checkpoints = seed::<T>(c)?;
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, checkpoints);

		assert!(T::Epochs::current_epoch() >= c);
		assert_eq!(DeedsSoldHistory::<T>::count(), c);
		Ok(())
	}

	#[benchmark]
	fn seed_work_volume(
		c: Linear<0, { T::CheckpointsPerSeedMax::get() }>,
	) -> Result<(), BenchmarkError> {
		let checkpoints = seed::<T>(c)?;
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, checkpoints);

		assert!(T::Epochs::current_epoch() >= c);
		assert_eq!(WorkVolumeHistory::<T>::count(), c);
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}

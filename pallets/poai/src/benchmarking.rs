// SPDX-License-Identifier: Apache-2.0

//! Benchmarks: each sets up the worst case and checks that it happened.

#![expect(clippy::arithmetic_side_effects, reason = "benchmarks add small numbers, off the chain")]

use crate::{
	Accrued, CLASS_NAME_BYTES_MAX, Call, ClassName, Config, Delegates, Escrow, Escrows, Job, Jobs,
	Order, Pallet, ResourceClass, ResourceClasses, Rights, Settlement, SettlementPass,
	Specification,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{EnsureOrigin, Get},
	weights::WeightMeter,
};
use frame_system::RawOrigin;
use r1_primitives::{
	DeedId, EpochIndex, JobId, REPLICAS_MAX, USDC,
	traits::{CurrentEpoch, PlacementHandler},
};
use sp_runtime::AccountId32;

/// Brings the other pallets of a runtime to where a benchmark starts.
pub trait BenchmarkHelper {
	/// Lets an account exist and have at least `usdc` of USDC.
	fn fund(who: &AccountId32, usdc: u128);

	/// Gives the pool liquidity for swaps of 1 000 USDC, and a median price that is its price.
	fn open_market();

	/// Issues and activates `count` deeds of as many owners; returns them in ascending order.
	fn active_deeds(count: u32) -> Vec<DeedId>;

	/// Makes `epoch` the current one, with all epochs before it decided.
	fn enter_epoch(epoch: EpochIndex);

	/// Attests `quality` to each of `deeds` for a job in an epoch.
	fn attest(epoch: EpochIndex, job: JobId, deeds: &[DeedId], quality: u8);
}

/// More than any benchmark spends: the dearest job costs about 41 600 USDC.
const PLENTY: u128 = 200_000 * USDC;

/// The class that a G-ULTRA+N-ULTRA machine has, the dearest.
const DEAREST: u8 = 40;

/// A developer with an escrow that can pay for anything here.
fn developer<T: Config>() -> AccountId32 {
	let developer = account("developer", 0, 0);
	T::BenchmarkHelper::fund(&developer, PLENTY);
	let deposited = Pallet::<T>::deposit(RawOrigin::Signed(developer.clone()).into(), PLENTY / 2);
	assert!(deposited.is_ok(), "the developer opens an escrow: {deposited:?}");
	developer
}

/// A delegate who may do everything, among as many as an escrow can have.
fn delegate_of<T: Config>(owner: &AccountId32) -> AccountId32 {
	for index in 0..T::DelegatesMax::get() {
		let delegate = account("delegate", index, 0);
		let origin = RawOrigin::Signed(owner.clone()).into();
		let set = Pallet::<T>::set_delegate(origin, delegate, Rights::ALL);
		assert!(set.is_ok(), "the owner names a delegate: {set:?}");
	}
	account("delegate", 0, 0)
}

/// An order of the dearest class, with the longest specification.
fn order_of<T: Config>(replicas: u32) -> Order {
	Order {
		resources: DEAREST,
		replicas,
		epochs: T::EpochsMin::get(),
		cost_max: u128::MAX,
		specification: Specification::truncate_from(vec![1; 64]),
	}
}

/// A new job.
fn job_of<T: Config>(developer: &AccountId32, replicas: u32) -> JobId {
	let origin = RawOrigin::Signed(developer.clone()).into();
	let created = Pallet::<T>::create_job(origin, order_of::<T>(replicas));
	assert!(created.is_ok(), "the developer orders a job: {created:?}");
	crate::NextJobId::<T>::get() - 1
}

/// An account that has accrued USDC, which the pot holds.
fn earner<T: Config>() -> AccountId32 {
	let earner: AccountId32 = account("earner", 0, 0);
	T::BenchmarkHelper::open_market();
	T::BenchmarkHelper::fund(&earner, USDC);
	T::BenchmarkHelper::fund(&Pallet::<T>::pot(), 10 * USDC);
	Accrued::<T>::insert(&earner, 10 * USDC);
	earner
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GovernanceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	// Opening an escrow writes a new entry.
	#[benchmark]
	fn deposit() {
		let caller: AccountId32 = account("developer", 0, 0);
		T::BenchmarkHelper::fund(&caller, PLENTY);
		let amount = T::DepositMin::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), amount);

		assert_eq!(Escrows::<T>::get(&caller), Some(Escrow { free: amount, live_jobs: 0 }));
	}

	// Taking everything removes the entry, and that of the delegates.
	#[benchmark]
	fn withdraw() {
		let caller = developer::<T>();
		delegate_of::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), PLENTY / 2);

		assert_eq!(Escrows::<T>::get(&caller), None);
	}

	#[benchmark]
	fn create_job() {
		let caller = developer::<T>();
		let order = order_of::<T>(REPLICAS_MAX);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), order);

		assert_eq!(Escrows::<T>::get(&caller).map(|escrow| escrow.live_jobs), Some(1));
	}

	// A delegate closes a running job, which is written back, with all its deeds.
	#[benchmark]
	fn close_job() -> Result<(), BenchmarkError> {
		let developer = developer::<T>();
		let caller = delegate_of::<T>(&developer);
		let deeds = T::BenchmarkHelper::active_deeds(REPLICAS_MAX);
		let job = job_of::<T>(&developer, REPLICAS_MAX);
		Pallet::<T>::place(job, 0, &deeds)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job);

		let end = T::Epochs::current_epoch() + 1;
		assert_eq!(Jobs::<T>::get(job).map(|job| job.end), Some(end));
		Ok(())
	}

	// A delegate, and the longest specification in the job with the most deeds.
	#[benchmark]
	fn update_job() -> Result<(), BenchmarkError> {
		let developer = developer::<T>();
		let caller = delegate_of::<T>(&developer);
		let deeds = T::BenchmarkHelper::active_deeds(REPLICAS_MAX);
		let job = job_of::<T>(&developer, REPLICAS_MAX);
		Pallet::<T>::place(job, 0, &deeds)?;
		let specification = Specification::truncate_from(vec![7; 64]);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job, specification.clone());

		assert_eq!(Jobs::<T>::get(job).map(|job| job.specification), Some(specification));
		Ok(())
	}

	#[benchmark]
	fn claim_in_usdc() {
		let caller = earner::<T>();

		#[extrinsic_call]
		claim(RawOrigin::Signed(caller.clone()), None);

		assert_eq!(Accrued::<T>::get(&caller), 0);
	}

	#[benchmark]
	fn claim_in_r1() {
		let caller = earner::<T>();

		#[extrinsic_call]
		claim(RawOrigin::Signed(caller.clone()), Some(1));

		assert_eq!(Accrued::<T>::get(&caller), 0);
	}

	// A class of the longest name, where none was.
	#[benchmark]
	fn set_resource_class() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let class = ResourceClass {
			name: ClassName::truncated(&"X".repeat(CLASS_NAME_BYTES_MAX as usize)),
			..ResourceClasses::<T>::get(DEAREST).ok_or("the table has the class")?
		};

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, u8::MAX, class.clone());

		assert_eq!(ResourceClasses::<T>::get(u8::MAX), Some(class));
		Ok(())
	}

	// The last place among the delegates.
	#[benchmark]
	fn set_delegate() {
		let caller = developer::<T>();
		let delegate = delegate_of::<T>(&caller);
		let origin = RawOrigin::Signed(caller.clone());
		let removed = Pallet::<T>::remove_delegate(origin.clone().into(), delegate.clone());
		assert!(removed.is_ok(), "the owner removes a delegate: {removed:?}");

		#[extrinsic_call]
		_(origin, delegate.clone(), Rights::ALL);

		assert_eq!(Delegates::<T>::get(&caller).get(&delegate), Some(&Rights::ALL));
	}

	// One of as many as there can be.
	#[benchmark]
	fn remove_delegate() {
		let caller = developer::<T>();
		let delegate = delegate_of::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), delegate.clone());

		assert_eq!(Delegates::<T>::get(&caller).get(&delegate), None);
	}

	#[benchmark]
	fn create_job_for() {
		let owner = developer::<T>();
		let caller = delegate_of::<T>(&owner);
		let order = order_of::<T>(REPLICAS_MAX);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), order);

		assert_eq!(Escrows::<T>::get(&owner).map(|escrow| escrow.live_jobs), Some(1));
	}

	// Taking everything removes the entry, and that of the delegates.
	#[benchmark]
	fn withdraw_for() {
		let owner = developer::<T>();
		let caller = delegate_of::<T>(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), PLENTY / 2);

		assert_eq!(Escrows::<T>::get(&owner), None);
		assert!(!Delegates::<T>::contains_key(&owner));
	}

	// A delegate, and a running job with the most deeds.
	#[benchmark]
	fn extend_duration() -> Result<(), BenchmarkError> {
		let developer = developer::<T>();
		let caller = delegate_of::<T>(&developer);
		let deeds = T::BenchmarkHelper::active_deeds(REPLICAS_MAX);
		let id = job_of::<T>(&developer, REPLICAS_MAX);
		Pallet::<T>::place(id, 0, &deeds)?;
		let end = Jobs::<T>::get(id).map(|job| job.end + 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id, 1);

		assert_eq!(Jobs::<T>::get(id).map(|job| job.end), end);
		Ok(())
	}

	// A delegate, and a running job with as many deeds as let it have one more.
	#[benchmark]
	fn extend_replicas() -> Result<(), BenchmarkError> {
		let developer = developer::<T>();
		let caller = delegate_of::<T>(&developer);
		let deeds = T::BenchmarkHelper::active_deeds(REPLICAS_MAX - 1);
		let id = job_of::<T>(&developer, REPLICAS_MAX - 1);
		Pallet::<T>::place(id, 0, &deeds)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id, REPLICAS_MAX);

		assert_eq!(Jobs::<T>::get(id).map(|job| job.replicas), Some(REPLICAS_MAX));
		Ok(())
	}

	// A delegate, and a job that never ran: it is removed, with what might be stored beside it.
	#[benchmark]
	fn redeem_unused() {
		let developer = developer::<T>();
		let caller = delegate_of::<T>(&developer);
		let id = job_of::<T>(&developer, REPLICAS_MAX);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);

		assert!(!Jobs::<T>::contains_key(id));
	}

	// A pass that starts and has no weight for a job writes how far it came.
	#[benchmark]
	fn settle_base() {
		let epoch = T::Epochs::current_epoch() + 1;
		T::BenchmarkHelper::enter_epoch(epoch);
		let mut meter =
			WeightMeter::with_limit(<T::WeightInfo as crate::WeightInfo>::settle_base());

		#[block]
		{
			Pallet::<T>::settle(&mut meter);
		}

		let started = SettlementPass::Running { before: epoch, visited: None };
		assert_eq!(Settlement::<T>::get(), started);
	}

	// The job after another, as big as a job can be.
	#[benchmark]
	fn visit_job() -> Result<(), BenchmarkError> {
		let developer = developer::<T>();
		let deeds = T::BenchmarkHelper::active_deeds(REPLICAS_MAX);
		for _ in 0..2 {
			let job = job_of::<T>(&developer, REPLICAS_MAX);
			Pallet::<T>::place(job, 0, &deeds)?;
		}
		let first = Pallet::<T>::job_after(None).map(|(id, _)| id);
		let next;

		#[block]
		{
			next = Pallet::<T>::job_after(first);
		}

		assert!(next.is_some_and(|(id, _)| Some(id) != first));
		Ok(())
	}

	// The last epoch: pays `n` owners who had accrued nothing, burns, refunds and closes.
	#[benchmark]
	fn settle_epoch(n: Linear<1, REPLICAS_MAX>) -> Result<(), BenchmarkError> {
		T::BenchmarkHelper::open_market();
		let developer = developer::<T>();
		let deeds = T::BenchmarkHelper::active_deeds(n);
		let id = job_of::<T>(&developer, n);
		Pallet::<T>::place(id, 0, &deeds)?;
		Pallet::<T>::close_job(RawOrigin::Signed(developer).into(), id)?;
		let epoch = T::Epochs::current_epoch();
		T::BenchmarkHelper::attest(epoch, id, &deeds, 254);
		T::BenchmarkHelper::enter_epoch(epoch + 1);
		let job: Job = Jobs::<T>::get(id).ok_or("the job runs")?;
		let settled;

		#[block]
		{
			settled = Pallet::<T>::settle_epoch(id, job);
		}

		assert_eq!(settled, Ok(None));
		assert_eq!(Accrued::<T>::iter().count(), n as usize);
		assert!(!Jobs::<T>::contains_key(id));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}

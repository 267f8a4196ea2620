// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of the worst case of each call, and of what the pallet does unasked.

#![cfg_attr(
	not(test),
	expect(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		reason = "benchmarks run outside the chain, on numbers of their own"
	)
)]

use crate::*;
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedBTreeMap, BoundedVec,
	traits::{EnsureOrigin, Get},
	weights::WeightMeter,
};
use frame_system::RawOrigin;
use r1_primitives::{DeedId, EpochIndex, Misconduct, traits::CurrentEpoch};

/// Makes what this pallet reads in pallets that it does not know. Implemented by the runtime.
pub trait BenchmarkHelper<AccountId> {
	/// Links `node` to a new active deed of `owner`, and registers session keys for it; returns the
	/// deed, which may earn rewards. Deeds should lie on pages of the table of their own, as long
	/// as there are pages.
	fn ready_node(owner: &AccountId, node: &AccountId) -> DeedId;

	/// Makes as many as there can be the validators of the session, `last` the last of them, and puts
	/// so many out that only one more can be.
	fn serve(last: &AccountId);

	/// Decides `epoch` with full availability for `deeds`, in pages that are as full as they can
	/// be, and makes the one after it the current epoch and the first undecided one.
	fn decide(epoch: EpochIndex, deeds: &[DeedId]);
}

/// A score that a node can be elected with, and that is stored and can rise.
const STORED_SCORE: u8 = SCORE_ELIGIBLE;

/// A window that qualifies whoever has it.
fn full_window<T: Config>() -> BoundedVec<Observation, T::WindowEpochs> {
	let best = Observation { availability: u8::MAX, work: u32::MAX };
	BoundedVec::truncate_from(vec![best; T::WindowEpochs::get() as usize])
}

/// Fills `count` places with candidates that qualify, each of an owner of its own; returns their
/// deeds.
fn fill_candidates<T: Config>(count: u32) -> Vec<DeedId> {
	let window = full_window::<T>();
	let mut candidates = BoundedBTreeMap::new();
	for index in 0..count {
		let node: T::AccountId = account("node", index, 0);
		let deed = T::BenchmarkHelper::ready_node(&account("owner", index, 0), &node);
		Scores::<T>::insert(&node, STORED_SCORE);
		let candidate = Candidate { node, since: 0, window: window.clone(), open_work: 1 };
		candidates.try_insert(deed, candidate).expect("there is room for each");
	}
	let deeds = candidates.keys().copied().collect();
	Candidates::<T>::put(candidates);
	deeds
}

/// Makes the next offence of a node cost the most: every place is taken, the node is a candidate and
/// validates, and there are as many suspensions as can be. Returns its deed.
pub fn prepare_offence<T: Config>(node: &T::AccountId) -> DeedId {
	fill_candidates::<T>(T::CandidatesMax::get() - 1);
	fill_suspensions::<T>(T::SuspensionsMax::get());
	let deed = T::BenchmarkHelper::ready_node(&account("owner", u32::MAX, 0), node);
	let candidate =
		Candidate { node: node.clone(), since: 0, window: full_window::<T>(), open_work: 1 };
	let mut candidates = Candidates::<T>::get();
	candidates.try_insert(deed, candidate).expect("a place is free");
	Candidates::<T>::put(candidates);
	Scores::<T>::insert(node, STORED_SCORE);
	T::BenchmarkHelper::serve(node);
	deed
}

/// Records `count` offences of others that are not over; of each the suspension has begun.
pub fn fill_suspensions<T: Config>(count: u32) {
	let now = T::Epochs::current_epoch();
	let suspensions = (0..count).map(|id| {
		let node: T::AccountId = account("offender", id, 0);
		let offence = Offence {
			kind: Misconduct::TwoReports,
			node: node.clone(),
			deed: Some(DeedId::MAX - id),
			epoch: 0,
			reporter: None,
			reward: 0,
			suspended_from: now,
			suspended_until: now + 2,
			score_before: SCORE_MAX,
			reversed: false,
		};
		Offences::<T>::insert(id, &offence);
		KnownOffences::<T>::insert((offence.kind, node.clone(), 0), id);
		Suspension { offence: id, node, deed: offence.deed, from: now, until: now + 2 }
	});
	Suspensions::<T>::put(BoundedVec::truncate_from(suspensions.collect()));
	NextOffence::<T>::put(count);
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst: one place is free, and all suspensions have to be looked at.
	#[benchmark]
	fn announce_readiness() {
		fill_candidates::<T>(T::CandidatesMax::get() - 1);
		fill_suspensions::<T>(T::SuspensionsMax::get());
		let node: T::AccountId = whitelisted_caller();
		let deed = T::BenchmarkHelper::ready_node(&account("owner", u32::MAX, 0), &node);

		#[extrinsic_call]
		_(RawOrigin::Signed(node));

		assert!(Candidates::<T>::get().contains_key(&deed));
	}

	/// Worst: every place is taken, and the caller has the last.
	#[benchmark]
	fn withdraw_readiness() {
		let deeds = fill_candidates::<T>(T::CandidatesMax::get());
		let last = *deeds.last().expect("there is a candidate");
		let node = Candidates::<T>::get()[&last].node.clone();

		#[extrinsic_call]
		_(RawOrigin::Signed(node));

		assert!(!Candidates::<T>::get().contains_key(&last));
	}

	/// Worst: there are as many suspensions as can be, and the last is one that has to be given the
	/// debt of the first.
	#[benchmark]
	fn reverse_offence() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let count = T::SuspensionsMax::get();
		fill_suspensions::<T>(count);
		let last = count - 1;
		let node = Offences::<T>::get(0).ok_or("the first offence is stored")?.node;
		Offences::<T>::mutate_extant(last, |offence| {
			(offence.node, offence.score_before) = (node.clone(), 0);
		});
		Suspensions::<T>::mutate(|suspensions| {
			suspensions[last as usize].node = node.clone();
		});

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 0);

		assert!(Offences::<T>::get(0).is_some_and(|offence| offence.reversed));
		assert_eq!(Offences::<T>::get(last).map(|offence| offence.score_before), Some(SCORE_MAX));
		Ok(())
	}

	/// Worst: every place is taken, the offender is a candidate and validates, there are as many
	/// suspensions as can be, and a new account is rewarded.
	#[benchmark]
	fn record_offence() {
		let count = T::SuspensionsMax::get();
		let node: T::AccountId = account("offender", u32::MAX, 0);
		let last = prepare_offence::<T>(&node);
		let reporter: T::AccountId = account("reporter", 0, 0);

		#[block]
		{
			Pallet::<T>::record_offence(&offences::Proof {
				node: &node,
				kind: Misconduct::FalseReveal,
				epoch: 0,
				incident: 0,
				reporter: Some(&reporter),
			});
		}

		assert_eq!(Offences::<T>::get(count).map(|offence| offence.deed), Some(Some(last)));
		assert_eq!(Suspensions::<T>::decode_len(), Some(count as usize));
		assert!(!Candidates::<T>::get().contains_key(&last));
	}

	/// Worst: an epoch waits that is not decided.
	#[benchmark]
	fn count_none() {
		fill_candidates::<T>(T::CandidatesMax::get());
		let epoch = T::Epochs::current_epoch();
		EpochsToCount::<T>::put(BoundedVec::truncate_from(vec![epoch]));

		#[block]
		{
			Pallet::<T>::count(&mut WeightMeter::new());
		}

		assert_eq!(EpochsToCount::<T>::get().into_inner(), [epoch]);
	}

	/// Worst: each candidate stays and its score rises, each window is full, and all suspensions
	/// are over.
	#[benchmark]
	fn count_epoch(c: Linear<0, { T::CandidatesMax::get() }>) {
		let deeds = fill_candidates::<T>(c);
		fill_suspensions::<T>(T::SuspensionsMax::get());
		let epoch = T::Epochs::current_epoch() + 2;
		T::BenchmarkHelper::decide(epoch, &deeds);
		EpochsToCount::<T>::put(BoundedVec::truncate_from(vec![epoch]));

		#[block]
		{
			Pallet::<T>::count(&mut WeightMeter::new());
		}

		assert!(EpochsToCount::<T>::get().is_empty());
		assert!(Suspensions::<T>::get().is_empty());
		for candidate in Candidates::<T>::get().values() {
			assert_eq!(candidate.open_work, 0);
			assert_eq!(Scores::<T>::get(&candidate.node), STORED_SCORE + SCORE_GAIN);
		}
	}

	/// Worst: each candidate qualifies, has an owner of its own, and all suspensions have to be
	/// looked at for each.
	#[benchmark]
	fn elect(c: Linear<0, { T::CandidatesMax::get() }>) {
		fill_candidates::<T>(c);
		fill_suspensions::<T>(T::SuspensionsMax::get());
		let elected;

		#[block]
		{
			elected = Pallet::<T>::elect(&[]);
		}

		let expected = if c < T::ValidatorsMin::get() { 0 } else { c.min(T::ValidatorsMax::get()) };
		assert_eq!(elected.len(), expected as usize);
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}

// SPDX-License-Identifier: Apache-2.0

//! Weights of the calls, of the clock, and of the steps of settling.
//!
//! Estimated by hand: 60 µs to verify an sr25519 signature, 1 µs to hash a kilobyte, 5 ns to sort
//! or select a byte, storage by the runtime's own costs. Proof sizes are those of the largest
//! values. They are replaced by what the benchmarks measure.

#![expect(missing_docs, reason = "the file has the shape of a generated one")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the pallet's work costs; `n` is the number of oracles of the epoch.
pub trait WeightInfo {
	fn commit() -> Weight;
	fn authorize_commit() -> Weight;
	fn reveal() -> Weight;
	fn authorize_reveal() -> Weight;
	fn vote_placement() -> Weight;
	fn authorize_vote_placement() -> Weight;
	fn roll_over() -> Weight;
	fn settle_none() -> Weight;
	fn settle_begin(n: u32) -> Weight;
	fn settle_availability(n: u32) -> Weight;
	fn settle_work(n: u32) -> Weight;
	fn sweep_ballots() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

macro_rules! estimates {
	($db:ty) => {
		// EpochNow, Epochs, EpochOracles, Reports; Epochs, Reports.
		fn commit() -> Weight {
			Weight::from_parts(30_000_000, 14_000).saturating_add(<$db>::get().reads_writes(4, 2))
		}
		fn authorize_commit() -> Weight {
			Weight::from_parts(90_000_000, 14_000).saturating_add(<$db>::get().reads(5))
		}
		// EpochNow, Epochs, EpochOracles, Reports; Epochs, Reports, Reveals.
		fn reveal() -> Weight {
			Weight::from_parts(60_000_000, 14_000).saturating_add(<$db>::get().reads_writes(4, 3))
		}
		fn authorize_reveal() -> Weight {
			Weight::from_parts(120_000_000, 14_000).saturating_add(<$db>::get().reads(5))
		}
		// EpochNow, EpochOracles, Ballots, the job, a deed and its node for each replica; Ballots,
		// the job.
		fn vote_placement() -> Weight {
			Weight::from_parts(200_000_000, 300_000)
				.saturating_add(<$db>::get().reads_writes(100, 4))
		}
		fn authorize_vote_placement() -> Weight {
			Weight::from_parts(220_000_000, 300_000).saturating_add(<$db>::get().reads(100))
		}
		// Clock, EpochNow, EpochOracles, Oracles, deeds issued; Epochs, EpochNow, EpochOracles,
		// FirstUndecided.
		fn roll_over() -> Weight {
			Weight::from_parts(40_000_000, 20_000).saturating_add(<$db>::get().reads_writes(5, 5))
		}
		// FirstUndecided, Epochs, SettlingStage.
		fn settle_none() -> Weight {
			Weight::from_parts(10_000_000, 4_000).saturating_add(<$db>::get().reads(3))
		}
		// Reports of each oracle.
		fn settle_begin(n: u32) -> Weight {
			Weight::from_parts(10_000_000, 4_000)
				.saturating_add(Weight::from_parts(3_000_000, 2_600).saturating_mul(n.into()))
				.saturating_add(<$db>::get().reads_writes(n.into(), n.into()))
				.saturating_add(<$db>::get().reads_writes(3, 2))
		}
		// A page of each oracle; 1 024 medians.
		fn settle_availability(n: u32) -> Weight {
			Weight::from_parts(30_000_000, 4_000)
				.saturating_add(Weight::from_parts(15_000_000, 3_600).saturating_mul(n.into()))
				.saturating_add(<$db>::get().reads_writes(n.into(), n.into()))
				.saturating_add(<$db>::get().reads_writes(4, 2))
		}
		// A page of work of each oracle; 64 jobs; the epoch's end.
		fn settle_work(n: u32) -> Weight {
			Weight::from_parts(60_000_000, 4_000)
				.saturating_add(Weight::from_parts(250_000_000, 12_000).saturating_mul(n.into()))
				.saturating_add(<$db>::get().reads_writes(n.into(), n.into()))
				.saturating_add(<$db>::get().reads_writes(4, 70))
		}
		// BallotSweep, the next two keys, Ballots, the job; Ballots, BallotSweep.
		fn sweep_ballots() -> Weight {
			Weight::from_parts(40_000_000, 30_000).saturating_add(<$db>::get().reads_writes(5, 2))
		}
	};
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	estimates!(T::DbWeight);
}

impl WeightInfo for () {
	estimates!(RocksDbWeight);
}

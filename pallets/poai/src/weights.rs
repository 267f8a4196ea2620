// SPDX-License-Identifier: Apache-2.0

//! Weights of the pallet's calls and of the steps of settlement.
//!
//! Estimated by counting database accesses, in the shape that `frame-omni-bencher` generates:
//! running the benchmarks against the runtime replaces this file.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What each call and each step of settlement costs.
pub trait WeightInfo {
	/// Moves USDC into an escrow: the ledger of USDC, two of its accounts, the escrow.
	fn deposit() -> Weight;
	/// Moves USDC out of an escrow.
	fn withdraw() -> Weight;
	/// The escrow, the next number, the clock, and the job.
	fn create_job() -> Weight;
	/// The job, the clock and the escrow.
	fn close_job() -> Weight;
	/// What is accrued, and a transfer of USDC.
	fn claim_in_usdc() -> Weight;
	/// What is accrued, a swap in the pool, and a transfer of R1.
	fn claim_in_r1() -> Weight;
	/// How far settlement is, and how far the oracles are.
	fn settle_base() -> Weight;
	/// The next key of the map of jobs, and the job.
	fn visit_job() -> Weight;
	/// A job's last epoch with `n` nodes: verdicts, deeds and accruals, a swap, a burn, and the refund.
	fn settle_epoch(n: u32) -> Weight;
}

/// Weights for the database that the runtime runs on.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn deposit() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	fn withdraw() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	fn create_job() -> Weight {
		Weight::from_parts(25_000_000, 4_200)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	fn close_job() -> Weight {
		Weight::from_parts(25_000_000, 4_600)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	fn claim_in_usdc() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	fn claim_in_r1() -> Weight {
		Weight::from_parts(130_000_000, 16_500)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	fn settle_base() -> Weight {
		Weight::from_parts(4_000_000, 1_700)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	fn visit_job() -> Weight {
		Weight::from_parts(8_000_000, 4_600).saturating_add(T::DbWeight::get().reads(2))
	}

	fn settle_epoch(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 18_000)
			.saturating_add(Weight::from_parts(22_000_000, 8_200).saturating_mul(u64::from(n)))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(u64::from(n))))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes(u64::from(n)))
	}
}

/// Weights for tests.
impl WeightInfo for () {
	fn deposit() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(4))
	}

	fn withdraw() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(4))
	}

	fn create_job() -> Weight {
		Weight::from_parts(25_000_000, 4_200)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}

	fn close_job() -> Weight {
		Weight::from_parts(25_000_000, 4_600)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(2))
	}

	fn claim_in_usdc() -> Weight {
		Weight::from_parts(45_000_000, 6_300)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(4))
	}

	fn claim_in_r1() -> Weight {
		Weight::from_parts(130_000_000, 16_500)
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().writes(8))
	}

	fn settle_base() -> Weight {
		Weight::from_parts(4_000_000, 1_700)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}

	fn visit_job() -> Weight {
		Weight::from_parts(8_000_000, 4_600).saturating_add(RocksDbWeight::get().reads(2))
	}

	fn settle_epoch(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 18_000)
			.saturating_add(Weight::from_parts(22_000_000, 8_200).saturating_mul(u64::from(n)))
			.saturating_add(RocksDbWeight::get().reads(12))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(u64::from(n))))
			.saturating_add(RocksDbWeight::get().writes(10))
			.saturating_add(RocksDbWeight::get().writes(u64::from(n)))
	}
}

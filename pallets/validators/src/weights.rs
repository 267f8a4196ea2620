// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_validators`; `cargo xtask weights` writes this file.
//!
//! Estimated from the storage that is touched, with 256 candidates, windows of 32 epochs and 256
//! suspensions, until they are measured.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_validators` costs.
pub trait WeightInfo {
	fn announce_readiness() -> Weight;
	fn withdraw_readiness() -> Weight;
	fn reverse_offence() -> Weight;
	fn record_offence() -> Weight;
	fn count_none() -> Weight;
	fn count_epoch(c: u32) -> Weight;
	fn elect(c: u32) -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Storage: the node's link, its deed, its session keys and the epoch (r:4 w:0)
	fn announce_readiness() -> Weight {
		announce_readiness()
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Validators::Candidates` (r:1 w:1)
	fn withdraw_readiness() -> Weight {
		withdraw_readiness()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Validators::Offences` (r:2 w:2)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Storage: `Validators::Scores` (r:1 w:1)
	/// Storage: the epoch (r:1 w:0)
	fn reverse_offence() -> Weight {
		reverse_offence()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Validators::KnownOffences` (r:1 w:1)
	/// Storage: `Validators::NextOffence` (r:1 w:1)
	/// Storage: `Validators::Offences` (r:1 w:2)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Storage: `Validators::Scores` (r:1 w:1)
	/// Storage: the node's link, the epoch, and the first undecided one (r:3 w:0)
	/// Storage: the deed's account of rewards, the adoption and the reporter's account (r:6 w:3)
	fn record_offence() -> Weight {
		record_offence()
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `Validators::EpochsToCount` (r:1 w:0)
	/// Storage: the first undecided epoch (r:1 w:0)
	/// Storage: `Validators::Candidates` (r:1 w:0)
	fn count_none() -> Weight {
		count_none().saturating_add(T::DbWeight::get().reads(3))
	}
	/// Storage: `Validators::EpochsToCount` (r:1 w:1)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Storage: the first undecided epoch and the session's validators (r:2 w:0)
	/// Storage: `Validators::Scores` (r:1 w:1) for each candidate
	/// Storage: the deed, and a page of the availability (r:2 w:0) for each candidate
	fn count_epoch(c: u32) -> Weight {
		count_epoch(c)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	/// Storage: `Validators::Candidates` (r:1 w:0)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Storage: the session's validators and the epoch (r:2 w:0)
	/// Storage: the score, the deed, its item and the session keys (r:4 w:0) for each candidate
	fn elect(c: u32) -> Weight {
		elect(c)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(c.into())))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn announce_readiness() -> Weight {
		announce_readiness()
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn withdraw_readiness() -> Weight {
		withdraw_readiness()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn reverse_offence() -> Weight {
		reverse_offence()
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn record_offence() -> Weight {
		record_offence()
			.saturating_add(RocksDbWeight::get().reads(15))
			.saturating_add(RocksDbWeight::get().writes(10))
	}
	fn count_none() -> Weight {
		count_none().saturating_add(RocksDbWeight::get().reads(3))
	}
	fn count_epoch(c: u32) -> Weight {
		count_epoch(c)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(3_u64.saturating_mul(c.into())))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	fn elect(c: u32) -> Weight {
		elect(c)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(c.into())))
	}
}

fn announce_readiness() -> Weight {
	Weight::from_parts(300_000_000, 80_000)
}

fn withdraw_readiness() -> Weight {
	Weight::from_parts(250_000_000, 60_000)
}

fn reverse_offence() -> Weight {
	Weight::from_parts(100_000_000, 30_000)
}

fn record_offence() -> Weight {
	Weight::from_parts(500_000_000, 120_000)
}

fn count_none() -> Weight {
	Weight::from_parts(15_000_000, 62_000)
}

fn count_epoch(c: u32) -> Weight {
	Weight::from_parts(100_000_000, 90_000)
		.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(c.into()))
		.saturating_add(Weight::from_parts(0, 9_000).saturating_mul(c.into()))
}

fn elect(c: u32) -> Weight {
	Weight::from_parts(100_000_000, 90_000)
		.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(c.into()))
		.saturating_add(Weight::from_parts(0, 9_000).saturating_mul(c.into()))
}

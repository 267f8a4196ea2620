// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_availability`: estimates, written by hand and not measured yet.
//!
//! `cargo xtask weights` replaces this file with what it measures.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_availability` costs.
pub trait WeightInfo {
	fn claim(d: u32) -> Weight;
	fn read_pages(r: u32) -> Weight;
	fn settle(s: u32) -> Weight;
	fn set_adoption_thresholds() -> Weight;
	fn set_carry_over_limit() -> Weight;
	fn seed_deeds_sold(c: u32) -> Weight;
	fn seed_work_volume(c: u32) -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Storage: `Nfts::Item` (r:100 w:0)
	/// Storage: `NodeDeeds::Deeds` (r:100 w:0)
	/// Storage: `Availability::Accounts` (r:100 w:100)
	/// Storage: `Availability::History` (r:0 w:100)
	/// Storage: `Availability::AdoptionThresholds` (r:1 w:0)
	/// Storage: `Availability::CarryOverLimit` (r:1 w:0)
	/// Storage: `Availability::DeedsSoldCount` (r:1 w:0)
	/// Storage: `Availability::DeedsSold` (r:18 w:0)
	/// Storage: `Availability::WorkVolumeCount` (r:1 w:0)
	/// Storage: `Availability::WorkVolume` (r:18 w:0)
	/// Storage: `System::Account` (r:6 w:6)
	/// The range of component `d` is `[1, 100]`.
	fn claim(d: u32) -> Weight {
		claim(d)
			.saturating_add(T::DbWeight::get().reads(47))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(d.into())))
	}
	/// Storage: `Oracles::Availability` (r:1000 w:0)
	/// The range of component `r` is `[1, 1000]`.
	fn read_pages(r: u32) -> Weight {
		read_pages(r).saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(r.into())))
	}
	/// The range of component `s` is `[1, 10000]`.
	fn settle(s: u32) -> Weight {
		settle(s)
	}
	/// Storage: `Availability::AdoptionThresholds` (r:0 w:1)
	fn set_adoption_thresholds() -> Weight {
		set_adoption_thresholds().saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Availability::CarryOverLimit` (r:0 w:1)
	fn set_carry_over_limit() -> Weight {
		set_carry_over_limit().saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Availability::DeedsSoldCount` (r:1 w:1)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Storage: `Availability::DeedsSold` (r:0 w:1000)
	/// The range of component `c` is `[0, 1000]`.
	fn seed_deeds_sold(c: u32) -> Weight {
		seed_deeds_sold(c)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	/// Storage: `Availability::WorkVolumeCount` (r:1 w:1)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Storage: `Availability::WorkVolume` (r:0 w:1000)
	/// The range of component `c` is `[0, 1000]`.
	fn seed_work_volume(c: u32) -> Weight {
		seed_work_volume(c)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn claim(d: u32) -> Weight {
		claim(d)
			.saturating_add(RocksDbWeight::get().reads(47))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(d.into())))
			.saturating_add(RocksDbWeight::get().writes(6))
			.saturating_add(RocksDbWeight::get().writes(2_u64.saturating_mul(d.into())))
	}
	fn read_pages(r: u32) -> Weight {
		read_pages(r).saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(r.into())))
	}
	fn settle(s: u32) -> Weight {
		settle(s)
	}
	fn set_adoption_thresholds() -> Weight {
		set_adoption_thresholds().saturating_add(RocksDbWeight::get().writes(1))
	}
	fn set_carry_over_limit() -> Weight {
		set_carry_over_limit().saturating_add(RocksDbWeight::get().writes(1))
	}
	fn seed_deeds_sold(c: u32) -> Weight {
		seed_deeds_sold(c)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	fn seed_work_volume(c: u32) -> Weight {
		seed_work_volume(c)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
}

// Not measured.
fn claim(d: u32) -> Weight {
	Weight::from_parts(300_000_000, 130_000)
		.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(d.into()))
		.saturating_add(Weight::from_parts(0, 11_000).saturating_mul(d.into()))
}

// Not measured; a claim of the version before took 5.1 us for each epoch of a deed, which is a page
// and a settlement.
fn read_pages(r: u32) -> Weight {
	Weight::from_parts(1_000_000, 0)
		.saturating_add(Weight::from_parts(5_500_000, 0).saturating_mul(r.into()))
		.saturating_add(Weight::from_parts(0, 3_600).saturating_mul(r.into()))
}

// Not measured; natively it takes 0.17 us.
fn settle(s: u32) -> Weight {
	Weight::from_parts(1_000_000, 0)
		.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(s.into()))
}

// Not measured.
fn set_adoption_thresholds() -> Weight {
	Weight::from_parts(20_000_000, 0)
}

// Not measured.
fn set_carry_over_limit() -> Weight {
	Weight::from_parts(20_000_000, 0)
}

// Not measured.
fn seed_deeds_sold(c: u32) -> Weight {
	Weight::from_parts(30_000_000, 3_000)
		.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(c.into()))
}

// Not measured.
fn seed_work_volume(c: u32) -> Weight {
	Weight::from_parts(30_000_000, 3_000)
		.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(c.into()))
}

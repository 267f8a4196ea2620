// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_availability`, as measured; `cargo xtask weights` writes this file.
//!
//! 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10 repetitions.

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
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:100 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:100 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:100 w:100)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:46 w:0)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// Storage: `Availability::AdoptionThresholds` (r:1 w:0)
	/// Proof: `Availability::AdoptionThresholds` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Availability::DeedsSoldCount` (r:1 w:0)
	/// Proof: `Availability::DeedsSoldCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Availability::DeedsSold` (r:10 w:0)
	/// Proof: `Availability::DeedsSold` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `Availability::WorkVolumeCount` (r:1 w:0)
	/// Proof: `Availability::WorkVolumeCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Availability::WorkVolume` (r:10 w:0)
	/// Proof: `Availability::WorkVolume` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `Availability::CarryOverLimit` (r:1 w:0)
	/// Proof: `Availability::CarryOverLimit` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:6 w:6)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Availability::History` (r:0 w:100)
	/// Proof: `Availability::History` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// The range of component `d` is `[1, 100]`.
	fn claim(d: u32) -> Weight {
		claim(d)
			.saturating_add(T::DbWeight::get().reads(46))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(d.into())))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:1000 w:0)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// The range of component `r` is `[1, 1000]`.
	fn read_pages(r: u32) -> Weight {
		read_pages(r)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(r.into())))
	}
	/// The range of component `s` is `[1, 10000]`.
	fn settle(s: u32) -> Weight {
		settle(s)
	}
	/// Storage: `Availability::AdoptionThresholds` (r:0 w:1)
	/// Proof: `Availability::AdoptionThresholds` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	fn set_adoption_thresholds() -> Weight {
		set_adoption_thresholds().saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Availability::CarryOverLimit` (r:0 w:1)
	/// Proof: `Availability::CarryOverLimit` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	fn set_carry_over_limit() -> Weight {
		set_carry_over_limit().saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Availability::DeedsSoldCount` (r:1 w:1)
	/// Proof: `Availability::DeedsSoldCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Availability::DeedsSold` (r:0 w:512)
	/// Proof: `Availability::DeedsSold` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// The range of component `c` is `[0, 512]`.
	fn seed_deeds_sold(c: u32) -> Weight {
		seed_deeds_sold(c)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	/// Storage: `Availability::WorkVolumeCount` (r:1 w:1)
	/// Proof: `Availability::WorkVolumeCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Availability::WorkVolume` (r:0 w:512)
	/// Proof: `Availability::WorkVolume` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// The range of component `c` is `[0, 512]`.
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
			.saturating_add(RocksDbWeight::get().reads(46))
			.saturating_add(RocksDbWeight::get().reads(3_u64.saturating_mul(d.into())))
			.saturating_add(RocksDbWeight::get().writes(6))
			.saturating_add(RocksDbWeight::get().writes(2_u64.saturating_mul(d.into())))
	}
	fn read_pages(r: u32) -> Weight {
		read_pages(r)
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(r.into())))
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

// Measured proof: 7549 + d * 205 bytes. Minimum time: 287_009 ns.
fn claim(d: u32) -> Weight {
	Weight::from_parts(351_975_206, 46_491)
		.saturating_add(Weight::from_parts(22_463_305, 0).saturating_mul(d.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(d.into()))
}

// Measured proof: 1204 + r * 58 bytes. Minimum time: 7_973 ns.
fn read_pages(r: u32) -> Weight {
	Weight::from_parts(8_786_000, 1_489)
		.saturating_add(Weight::from_parts(4_788_583, 0).saturating_mul(r.into()))
		.saturating_add(Weight::from_parts(0, 3_523).saturating_mul(r.into()))
}

// Measured proof: 0 bytes. Minimum time: 815 ns.
fn settle(s: u32) -> Weight {
	Weight::from_parts(17_008_578, 0)
		.saturating_add(Weight::from_parts(478_460, 0).saturating_mul(s.into()))
}

// Measured proof: 0 bytes. Minimum time: 4_395 ns.
fn set_adoption_thresholds() -> Weight {
	Weight::from_parts(5_038_000, 0)
}

// Measured proof: 0 bytes. Minimum time: 4_244 ns.
fn set_carry_over_limit() -> Weight {
	Weight::from_parts(4_871_000, 0)
}

// Measured proof: 239 bytes. Minimum time: 11_379 ns.
fn seed_deeds_sold(c: u32) -> Weight {
	Weight::from_parts(3_609_211, 1_489)
		.saturating_add(Weight::from_parts(1_402_374, 0).saturating_mul(c.into()))
}

// Measured proof: 239 bytes. Minimum time: 11_410 ns.
fn seed_work_volume(c: u32) -> Weight {
	Weight::from_parts(3_344_812, 1_489)
		.saturating_add(Weight::from_parts(1_405_117, 0).saturating_mul(c.into()))
}

// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_validators`, as measured; `cargo xtask weights` writes this file.
//!
//! 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10 repetitions.

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
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:0)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:1 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	fn announce_readiness() -> Weight {
		announce_readiness()
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	fn withdraw_readiness() -> Weight {
		withdraw_readiness()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Validators::Offences` (r:2 w:2)
	/// Proof: `Validators::Offences` (`max_values`: None, `max_size`: Some(113), added: 2588, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:1 w:0)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	fn reverse_offence() -> Weight {
		reverse_offence()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Validators::KnownOffences` (r:1 w:1)
	/// Proof: `Validators::KnownOffences` (`max_values`: None, `max_size`: Some(57), added: 2532, mode: `MaxEncodedLen`)
	/// Storage: `Validators::NextOffence` (r:1 w:1)
	/// Proof: `Validators::NextOffence` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:0)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:1 w:1)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offences` (r:1 w:2)
	/// Proof: `Validators::Offences` (`max_values`: None, `max_size`: Some(113), added: 2588, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:1)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn record_offence() -> Weight {
		record_offence()
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `Validators::EpochsToCount` (r:1 w:0)
	/// Proof: `Validators::EpochsToCount` (`max_values`: Some(1), `max_size`: Some(41), added: 536, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn count_none() -> Weight {
		count_none().saturating_add(T::DbWeight::get().reads(2))
	}
	/// Storage: `Validators::EpochsToCount` (r:1 w:1)
	/// Proof: `Validators::EpochsToCount` (`max_values`: Some(1), `max_size`: Some(41), added: 536, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:46 w:0)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `NodeDeeds::Deeds` (r:256 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:256 w:256)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// The range of component `c` is `[0, 256]`.
	fn count_epoch(c: u32) -> Weight {
		count_epoch(c)
			.saturating_add(T::DbWeight::get().reads(33))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Candidates` (r:1 w:0)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:256 w:0)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:256 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:256 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Nfts::Item` (r:256 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// The range of component `c` is `[0, 256]`.
	fn elect(c: u32) -> Weight {
		elect(c)
			.saturating_add(T::DbWeight::get().reads(3))
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
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn record_offence() -> Weight {
		record_offence()
			.saturating_add(RocksDbWeight::get().reads(14))
			.saturating_add(RocksDbWeight::get().writes(10))
	}
	fn count_none() -> Weight {
		count_none().saturating_add(RocksDbWeight::get().reads(2))
	}
	fn count_epoch(c: u32) -> Weight {
		count_epoch(c)
			.saturating_add(RocksDbWeight::get().reads(33))
			.saturating_add(RocksDbWeight::get().reads(2_u64.saturating_mul(c.into())))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(c.into())))
	}
	fn elect(c: u32) -> Weight {
		elect(c)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(c.into())))
	}
}

// Measured proof: 41865 bytes. Minimum time: 216_289 ns.
fn announce_readiness() -> Weight {
	Weight::from_parts(242_458_000, 45_330)
}

// Measured proof: 24314 bytes. Minimum time: 139_175 ns.
fn withdraw_readiness() -> Weight {
	Weight::from_parts(159_097_000, 25_807)
}

// Measured proof: 16057 bytes. Minimum time: 57_446 ns.
fn reverse_offence() -> Weight {
	Weight::from_parts(72_899_000, 16_187)
}

// Measured proof: 48134 bytes. Minimum time: 413_136 ns.
fn record_offence() -> Weight {
	Weight::from_parts(446_876_000, 49_619)
}

// Measured proof: 136 bytes. Minimum time: 11_094 ns.
fn count_none() -> Weight {
	Weight::from_parts(13_244_000, 1_526)
}

// Measured proof: 18289 + c * 211 bytes. Minimum time: 43_475 ns.
fn count_epoch(c: u32) -> Weight {
	Weight::from_parts(127_501_842, 121_453)
		.saturating_add(Weight::from_parts(13_019_639, 0).saturating_mul(c.into()))
		.saturating_add(Weight::from_parts(0, 2_550).saturating_mul(c.into()))
}

// Measured proof: 15401 + c * 464 bytes. Minimum time: 17_374 ns.
fn elect(c: u32) -> Weight {
	Weight::from_parts(19_536_000, 25_807)
		.saturating_add(Weight::from_parts(22_364_538, 0).saturating_mul(c.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(c.into()))
}

// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_burn`, as measured; `cargo xtask weights` writes this file.
//!
//! 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10 repetitions.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_burn` costs.
pub trait WeightInfo {
	fn register_application() -> Weight;
	fn deregister_application() -> Weight;
	fn burn() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Burn::Applications` (r:1 w:1)
	/// Proof: `Burn::Applications` (`max_values`: None, `max_size`: Some(195), added: 2670, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	fn register_application() -> Weight {
		register_application()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Burn::Applications` (r:1 w:1)
	/// Proof: `Burn::Applications` (`max_values`: None, `max_size`: Some(195), added: 2670, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	fn deregister_application() -> Weight {
		deregister_application()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Burn::Applications` (r:1 w:1)
	/// Proof: `Burn::Applications` (`max_values`: None, `max_size`: Some(195), added: 2670, mode: `MaxEncodedLen`)
	/// Storage: `Burn::Burned` (r:1 w:1)
	/// Proof: `Burn::Burned` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Burn::TotalBurned` (r:1 w:1)
	/// Proof: `Burn::TotalBurned` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Burn::Burners` (r:1 w:1)
	/// Proof: `Burn::Burners` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Burn::TopBurners` (r:1 w:1)
	/// Proof: `Burn::TopBurners` (`max_values`: Some(1), `max_size`: Some(961), added: 1456, mode: `MaxEncodedLen`)
	/// Storage: `Burn::TopApplications` (r:1 w:1)
	/// Proof: `Burn::TopApplications` (`max_values`: Some(1), `max_size`: Some(2401), added: 2896, mode: `MaxEncodedLen`)
	fn burn() -> Weight {
		burn()
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn register_application() -> Weight {
		register_application()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn deregister_application() -> Weight {
		deregister_application()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn burn() -> Weight {
		burn()
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(6))
	}
}

// Measured proof: 6 bytes. Minimum time: 51_913 ns.
fn register_application() -> Weight {
	Weight::from_parts(55_195_000, 3_660)
}

// Measured proof: 281 bytes. Minimum time: 41_300 ns.
fn deregister_application() -> Weight {
	Weight::from_parts(44_187_000, 3_660)
}

// Measured proof: 4727 bytes. Minimum time: 63_479 ns.
fn burn() -> Weight {
	Weight::from_parts(69_162_000, 3_886)
}

// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_burn`, estimated by hand and not measured; `cargo xtask weights` measures them
//! and writes this file.
//!
//! Sizes are for names of 64 bytes, five reasons to hold, and boards of 20 and 50 places.

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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(139), added: 2614, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn register_application() -> Weight {
		register_application()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Burn::Applications` (r:1 w:1)
	/// Proof: `Burn::Applications` (`max_values`: None, `max_size`: Some(195), added: 2670, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(139), added: 2614, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn deregister_application() -> Weight {
		deregister_application()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Burn::Applications` (r:1 w:1)
	/// Proof: `Burn::Applications` (`max_values`: None, `max_size`: Some(195), added: 2670, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
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
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn register_application() -> Weight {
		register_application()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn deregister_application() -> Weight {
		deregister_application()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn burn() -> Weight {
		burn()
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(7))
	}
}

// Estimated proof: the sum of what is added for each item.
fn register_application() -> Weight {
	Weight::from_parts(120_000_000, 7_887)
}

// Estimated proof: the sum of what is added for each item.
fn deregister_application() -> Weight {
	Weight::from_parts(120_000_000, 7_887)
}

// Estimated proof: the sum of what is added for each item.
fn burn() -> Weight {
	Weight::from_parts(150_000_000, 13_174)
}

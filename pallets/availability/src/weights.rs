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
	fn claim(d: u32, e: u32) -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:64 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:64 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:64 w:64)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:429 w:0)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// The range of component `d` is `[1, 64]`.
	/// The range of component `e` is `[64, 448]`.
	fn claim(d: u32, e: u32) -> Weight {
		claim(d, e)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(e.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(d.into())))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn claim(d: u32, e: u32) -> Weight {
		claim(d, e)
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().reads(3_u64.saturating_mul(d.into())))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(e.into())))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(d.into())))
	}
}

// Measured proof: 0 + d * 1139 + e * 480 bytes. Minimum time: 1_167_951 ns.
fn claim(d: u32, e: u32) -> Weight {
	Weight::from_parts(1_184_783_000, 159_525)
		.saturating_add(Weight::from_parts(8_122_321, 0).saturating_mul(d.into()))
		.saturating_add(Weight::from_parts(5_077_843, 0).saturating_mul(e.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(d.into()))
		.saturating_add(Weight::from_parts(0, 3_330).saturating_mul(e.into()))
}

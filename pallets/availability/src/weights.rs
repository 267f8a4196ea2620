// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_availability`.
//!
//! Estimated by hand until the benchmarks have run on the reference machine: time of comparable
//! calls of the SDK, and every storage item that the call touches in this and other pallets.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// Weight functions needed for `pallet_availability`.
pub trait WeightInfo {
	/// A claim of `d` deeds that covers `e` epochs, summed over the deeds.
	fn claim(d: u32, e: u32) -> Weight;
}

/// Weights for `pallet_availability` on the reference machine.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Storage: `NodeDeeds::Deeds` (r:d w:0)
	/// Storage: `Nfts::Item` (r:d w:0)
	/// Storage: `Availability::Accounts` (r:d w:d)
	/// Storage: `Oracles::Epochs` (r:e w:0)
	/// Storage: `Oracles::Availability` (r:e w:0)
	/// Storage: `System::Account` (r:1 w:1)
	fn claim(d: u32, e: u32) -> Weight {
		claim(d, e)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(u64::from(d).saturating_mul(3)))
			.saturating_add(T::DbWeight::get().reads(u64::from(e).saturating_mul(2)))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(u64::from(d)))
	}
}

impl WeightInfo for () {
	fn claim(d: u32, e: u32) -> Weight {
		claim(d, e)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().reads(u64::from(d).saturating_mul(3)))
			.saturating_add(RocksDbWeight::get().reads(u64::from(e).saturating_mul(2)))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(u64::from(d)))
	}
}

/// Computing time and proof size, without the database.
fn claim(d: u32, e: u32) -> Weight {
	Weight::from_parts(40_000_000, 6_000)
		.saturating_add(Weight::from_parts(15_000_000, 9_000).saturating_mul(u64::from(d)))
		.saturating_add(Weight::from_parts(6_000_000, 6_200).saturating_mul(u64::from(e)))
}

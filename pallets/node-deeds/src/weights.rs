// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_node_deeds`.
//!
//! Estimated by hand from the storage that each call touches, until `frame-omni-bencher` measures
//! them: about 10 µs for a cached read or write of the state, 60 µs for an ed25519 verification,
//! 25 µs for an item of pallet-nfts.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![expect(missing_docs, reason = "the shape of generated weights")]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::RocksDbWeight, Weight}};

/// Weight functions needed for `pallet_node_deeds`.
pub trait WeightInfo {
	fn buy(n: u32, ) -> Weight;
	fn link() -> Weight;
	fn unlink() -> Weight;
	fn sample_price() -> Weight;
}

/// Weights for `pallet_node_deeds` in a runtime of its own database weights.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `NodeDeeds::Issued` (r:1 w:1)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:0)
	/// Storage: `System::Account` (r:3 w:3)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Storage: `Nfts::CollectionConfigOf` (r:1 w:0)
	/// Storage: `Nfts::Item` (r:n w:n)
	/// Storage: `Nfts::ItemConfigOf` (r:n w:n)
	/// Storage: `Nfts::Account` (r:0 w:n)
	/// Storage: `NodeDeeds::Deeds` (r:0 w:n)
	/// Storage: `NodeDeeds::CurrentTier` (r:0 w:1)
	/// Storage: `NodeDeeds::SoldInTier` (r:0 w:1)
	fn buy(n: u32, ) -> Weight {
		Weight::from_parts(150_000_000, 8_799)
			.saturating_add(Weight::from_parts(35_000_000, 5_889).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(7_u64))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:2)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Storage: `Availability::Accounts` (r:1 w:1)
	fn link() -> Weight {
		Weight::from_parts(140_000_000, 4_326)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Storage: `Availability::Accounts` (r:1 w:0)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Storage: `NodeDeeds::DeedOfNode` (r:0 w:1)
	fn unlink() -> Weight {
		Weight::from_parts(50_000_000, 4_326)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: the reserves of the pool (r:4 w:0)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:1)
	fn sample_price() -> Weight {
		Weight::from_parts(60_000_000, 8_799)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn buy(n: u32, ) -> Weight {
		Weight::from_parts(150_000_000, 8_799)
			.saturating_add(Weight::from_parts(35_000_000, 5_889).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
			.saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
	}
	fn link() -> Weight {
		Weight::from_parts(140_000_000, 4_326)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn unlink() -> Weight {
		Weight::from_parts(50_000_000, 4_326)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn sample_price() -> Weight {
		Weight::from_parts(60_000_000, 8_799)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
}

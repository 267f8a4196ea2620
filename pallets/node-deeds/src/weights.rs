// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_node_deeds`, as measured; `cargo xtask weights` writes this file.
//!
//! 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10 repetitions.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_node_deeds` costs.
pub trait WeightInfo {
	fn buy(n: u32) -> Weight;
	fn link() -> Weight;
	fn unlink() -> Weight;
	fn sample_price() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `NodeDeeds::Issued` (r:1 w:1)
	/// Proof: `NodeDeeds::Issued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:0)
	/// Proof: `NodeDeeds::PriceSamples` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:178 w:178)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:1 w:0)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:178 w:178)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:0 w:178)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::SoldInTier` (r:0 w:1)
	/// Proof: `NodeDeeds::SoldInTier` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::CurrentTier` (r:0 w:1)
	/// Proof: `NodeDeeds::CurrentTier` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:178)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 178]`.
	fn buy(n: u32) -> Weight {
		buy(n)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:2)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:1)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	fn link() -> Weight {
		link()
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:0)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:0 w:1)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn unlink() -> Weight {
		unlink()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `System::Account` (r:1 w:0)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:1 w:0)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:1)
	/// Proof: `NodeDeeds::PriceSamples` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
	fn sample_price() -> Weight {
		sample_price()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn buy(n: u32) -> Weight {
		buy(n)
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(6))
			.saturating_add(RocksDbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	fn link() -> Weight {
		link()
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn unlink() -> Weight {
		unlink()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn sample_price() -> Weight {
		sample_price()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}

// Measured proof: 730 bytes. Minimum time: 129_489 ns.
fn buy(n: u32) -> Weight {
	Weight::from_parts(106_892_758, 6_196)
		.saturating_add(Weight::from_parts(20_459_730, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(n.into()))
}

// Measured proof: 800 bytes. Minimum time: 89_240 ns.
fn link() -> Weight {
	Weight::from_parts(104_191_000, 4_326)
}

// Measured proof: 700 bytes. Minimum time: 27_719 ns.
fn unlink() -> Weight {
	Weight::from_parts(29_468_000, 4_326)
}

// Measured proof: 1262 bytes. Minimum time: 28_684 ns.
fn sample_price() -> Weight {
	Weight::from_parts(30_231_000, 3_675)
}

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
	fn link_batch(n: u32) -> Weight;
	fn transfer() -> Weight;
	fn burn() -> Weight;
	fn assign_master() -> Weight;
	fn issue_genesis_deed() -> Weight;
	fn authorise_transfer() -> Weight;
	fn authorise_burn() -> Weight;
	fn revoke_authorisation() -> Weight;
	fn ban() -> Weight;
	fn unban() -> Weight;
	fn pause() -> Weight;
	fn unpause() -> Weight;
	fn add_permit_issuer() -> Weight;
	fn remove_permit_issuer() -> Weight;
	fn set_liquidity_share() -> Weight;
	fn sample_price() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::NodeDeedsSold` (r:1 w:1)
	/// Proof: `NodeDeeds::NodeDeedsSold` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::UsedInvoices` (r:1 w:1)
	/// Proof: `NodeDeeds::UsedInvoices` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::PermitIssuers` (r:1 w:0)
	/// Proof: `NodeDeeds::PermitIssuers` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:0)
	/// Proof: `NodeDeeds::PriceSamples` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::UsdBought` (r:1 w:1)
	/// Proof: `NodeDeeds::UsdBought` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:5 w:5)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::LiquidityShare` (r:1 w:0)
	/// Proof: `NodeDeeds::LiquidityShare` (`max_values`: Some(1), `max_size`: Some(2), added: 497, mode: `MaxEncodedLen`)
	/// Storage: `AssetConversion::PoolFees` (r:1 w:0)
	/// Proof: `AssetConversion::PoolFees` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:5 w:5)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:1)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `AssetConversion::Pools` (r:1 w:0)
	/// Proof: `AssetConversion::Pools` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
	/// Storage: `PoolAssets::Asset` (r:1 w:1)
	/// Proof: `PoolAssets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `PoolAssets::Account` (r:1 w:1)
	/// Proof: `PoolAssets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Issued` (r:1 w:1)
	/// Proof: `NodeDeeds::Issued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:178 w:178)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:1 w:0)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:178 w:178)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Availability::DeedsSoldCount` (r:1 w:1)
	/// Proof: `Availability::DeedsSoldCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Availability::DeedsSold` (r:0 w:1)
	/// Proof: `Availability::DeedsSold` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:0 w:178)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::SoldInTier` (r:0 w:1)
	/// Proof: `NodeDeeds::SoldInTier` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::CurrentTier` (r:0 w:1)
	/// Proof: `NodeDeeds::CurrentTier` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:178)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 178]`.
	fn buy(n: u32) -> Weight {
		buy(n)
			.saturating_add(T::DbWeight::get().reads(28))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(22))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
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
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn link() -> Weight {
		link()
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:0)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemPriceOf` (r:1 w:1)
	/// Proof: `Nfts::ItemPriceOf` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:1 w:0)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:0)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::PendingSwapOf` (r:1 w:1)
	/// Proof: `Nfts::PendingSwapOf` (`max_values`: None, `max_size`: Some(71), added: 2546, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:0 w:1)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn unlink() -> Weight {
		unlink()
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:100 w:100)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:100 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:100 w:200)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:100 w:100)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn link_batch(n: u32) -> Weight {
		link_batch(n)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:2 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterPermits` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterPermits` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::GenesisDeed` (r:1 w:0)
	/// Proof: `NodeDeeds::GenesisDeed` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MastersOf` (r:2 w:2)
	/// Proof: `NodeDeeds::MastersOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:0)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Attribute` (r:1 w:0)
	/// Proof: `Nfts::Attribute` (`max_values`: None, `max_size`: Some(479), added: 2954, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:1 w:0)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:0)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Moving` (r:0 w:1)
	/// Proof: `NodeDeeds::Moving` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:2)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemPriceOf` (r:0 w:1)
	/// Proof: `Nfts::ItemPriceOf` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::PendingSwapOf` (r:0 w:1)
	/// Proof: `Nfts::PendingSwapOf` (`max_values`: None, `max_size`: Some(71), added: 2546, mode: `MaxEncodedLen`)
	fn transfer() -> Weight {
		transfer()
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterPermits` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterPermits` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:1)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterAllocation` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterAllocation` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MastersOf` (r:1 w:1)
	/// Proof: `NodeDeeds::MastersOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Attribute` (r:1 w:0)
	/// Proof: `Nfts::Attribute` (`max_values`: None, `max_size`: Some(479), added: 2954, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:1)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemMetadataOf` (r:1 w:0)
	/// Proof: `Nfts::ItemMetadataOf` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Availability::History` (r:0 w:32)
	/// Proof: `Availability::History` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:0 w:1)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Moving` (r:0 w:1)
	/// Proof: `NodeDeeds::Moving` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:1)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemPriceOf` (r:0 w:1)
	/// Proof: `Nfts::ItemPriceOf` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemAttributesApprovalsOf` (r:0 w:1)
	/// Proof: `Nfts::ItemAttributesApprovalsOf` (`max_values`: None, `max_size`: Some(1001), added: 3476, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::PendingSwapOf` (r:0 w:1)
	/// Proof: `Nfts::PendingSwapOf` (`max_values`: None, `max_size`: Some(71), added: 2546, mode: `MaxEncodedLen`)
	fn burn() -> Weight {
		burn()
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(46))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:0)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterAllocation` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterAllocation` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MastersIssued` (r:1 w:1)
	/// Proof: `NodeDeeds::MastersIssued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MastersOf` (r:1 w:1)
	/// Proof: `NodeDeeds::MastersOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::GenesisDeed` (r:1 w:0)
	/// Proof: `NodeDeeds::GenesisDeed` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Issued` (r:1 w:1)
	/// Proof: `NodeDeeds::Issued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::NextCollectionId` (r:1 w:1)
	/// Proof: `Nfts::NextCollectionId` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:1)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:0 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionRoleOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionRoleOf` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:1)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionAccount` (r:0 w:1)
	/// Proof: `Nfts::CollectionAccount` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn assign_master() -> Weight {
		assign_master()
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(14))
	}
	/// Storage: `NodeDeeds::GenesisDeed` (r:1 w:1)
	/// Proof: `NodeDeeds::GenesisDeed` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MastersOf` (r:1 w:0)
	/// Proof: `NodeDeeds::MastersOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Issued` (r:1 w:1)
	/// Proof: `NodeDeeds::Issued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::NextCollectionId` (r:1 w:1)
	/// Proof: `Nfts::NextCollectionId` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:1)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:0 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionRoleOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionRoleOf` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:1)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionAccount` (r:0 w:1)
	/// Proof: `Nfts::CollectionAccount` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn issue_genesis_deed() -> Weight {
		issue_genesis_deed()
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterPermits` (r:0 w:1)
	/// Proof: `NodeDeeds::MasterPermits` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	fn authorise_transfer() -> Weight {
		authorise_transfer()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterCollection` (r:1 w:0)
	/// Proof: `NodeDeeds::MasterCollection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::MasterPermits` (r:0 w:1)
	/// Proof: `NodeDeeds::MasterPermits` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	fn authorise_burn() -> Weight {
		authorise_burn()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::MasterPermits` (r:1 w:1)
	/// Proof: `NodeDeeds::MasterPermits` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	fn revoke_authorisation() -> Weight {
		revoke_authorisation()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	fn ban() -> Weight {
		ban()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:1)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	fn unban() -> Weight {
		unban()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:1)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	fn pause() -> Weight {
		pause()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::IsPaused` (r:1 w:1)
	/// Proof: `NodeDeeds::IsPaused` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	fn unpause() -> Weight {
		unpause()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::PermitIssuers` (r:1 w:1)
	/// Proof: `NodeDeeds::PermitIssuers` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	fn add_permit_issuer() -> Weight {
		add_permit_issuer()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `NodeDeeds::PermitIssuers` (r:1 w:1)
	/// Proof: `NodeDeeds::PermitIssuers` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	fn remove_permit_issuer() -> Weight {
		remove_permit_issuer()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `System::Account` (r:1 w:0)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::LiquidityShare` (r:0 w:1)
	/// Proof: `NodeDeeds::LiquidityShare` (`max_values`: Some(1), `max_size`: Some(2), added: 497, mode: `MaxEncodedLen`)
	fn set_liquidity_share() -> Weight {
		set_liquidity_share()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
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
			.saturating_add(RocksDbWeight::get().reads(28))
			.saturating_add(RocksDbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(22))
			.saturating_add(RocksDbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	fn link() -> Weight {
		link()
			.saturating_add(RocksDbWeight::get().reads(8))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn unlink() -> Weight {
		unlink()
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().writes(5))
	}
	fn link_batch(n: u32) -> Weight {
		link_batch(n)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	fn transfer() -> Weight {
		transfer()
			.saturating_add(RocksDbWeight::get().reads(12))
			.saturating_add(RocksDbWeight::get().writes(9))
	}
	fn burn() -> Weight {
		burn()
			.saturating_add(RocksDbWeight::get().reads(13))
			.saturating_add(RocksDbWeight::get().writes(46))
	}
	fn assign_master() -> Weight {
		assign_master()
			.saturating_add(RocksDbWeight::get().reads(12))
			.saturating_add(RocksDbWeight::get().writes(14))
	}
	fn issue_genesis_deed() -> Weight {
		issue_genesis_deed()
			.saturating_add(RocksDbWeight::get().reads(8))
			.saturating_add(RocksDbWeight::get().writes(12))
	}
	fn authorise_transfer() -> Weight {
		authorise_transfer()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn authorise_burn() -> Weight {
		authorise_burn()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn revoke_authorisation() -> Weight {
		revoke_authorisation()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn ban() -> Weight {
		ban()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn unban() -> Weight {
		unban()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn pause() -> Weight {
		pause()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn unpause() -> Weight {
		unpause()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn add_permit_issuer() -> Weight {
		add_permit_issuer()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn remove_permit_issuer() -> Weight {
		remove_permit_issuer()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn set_liquidity_share() -> Weight {
		set_liquidity_share()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn sample_price() -> Weight {
		sample_price()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}

// Measured proof: 3451 bytes. Minimum time: 756_104 ns.
fn buy(n: u32) -> Weight {
	Weight::from_parts(763_244_093, 14_035)
		.saturating_add(Weight::from_parts(21_844_493, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(n.into()))
}

// Measured proof: 1067 bytes. Minimum time: 101_367 ns.
fn link() -> Weight {
	Weight::from_parts(120_789_000, 4_326)
}

// Measured proof: 2180 bytes. Minimum time: 93_975 ns.
fn unlink() -> Weight {
	Weight::from_parts(98_577_000, 4_326)
}

// Measured proof: 864 + n * 202 bytes. Minimum time: 108_510 ns.
fn link_batch(n: u32) -> Weight {
	Weight::from_parts(131_470_989, 3_509)
		.saturating_add(Weight::from_parts(82_226_976, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 3_336).saturating_mul(n.into()))
}

// Measured proof: 1420 bytes. Minimum time: 84_772 ns.
fn transfer() -> Weight {
	Weight::from_parts(88_575_000, 7_662)
}

// Measured proof: 1436 bytes. Minimum time: 139_179 ns.
fn burn() -> Weight {
	Weight::from_parts(145_863_000, 4_326)
}

// Measured proof: 678 bytes. Minimum time: 70_460 ns.
fn assign_master() -> Weight {
	Weight::from_parts(74_397_000, 4_326)
}

// Measured proof: 519 bytes. Minimum time: 58_754 ns.
fn issue_genesis_deed() -> Weight {
	Weight::from_parts(62_323_000, 4_326)
}

// Measured proof: 701 bytes. Minimum time: 21_250 ns.
fn authorise_transfer() -> Weight {
	Weight::from_parts(22_702_000, 4_326)
}

// Measured proof: 701 bytes. Minimum time: 21_235 ns.
fn authorise_burn() -> Weight {
	Weight::from_parts(22_716_000, 4_326)
}

// Measured proof: 245 bytes. Minimum time: 11_218 ns.
fn revoke_authorisation() -> Weight {
	Weight::from_parts(12_212_000, 3_510)
}

// Measured proof: 627 bytes. Minimum time: 20_627 ns.
fn ban() -> Weight {
	Weight::from_parts(22_097_000, 4_326)
}

// Measured proof: 627 bytes. Minimum time: 20_569 ns.
fn unban() -> Weight {
	Weight::from_parts(22_058_000, 4_326)
}

// Measured proof: 144 bytes. Minimum time: 7_697 ns.
fn pause() -> Weight {
	Weight::from_parts(8_643_000, 1_486)
}

// Measured proof: 164 bytes. Minimum time: 8_331 ns.
fn unpause() -> Weight {
	Weight::from_parts(9_191_000, 1_486)
}

// Measured proof: 615 bytes. Minimum time: 11_298 ns.
fn add_permit_issuer() -> Weight {
	Weight::from_parts(12_570_000, 1_998)
}

// Measured proof: 647 bytes. Minimum time: 11_431 ns.
fn remove_permit_issuer() -> Weight {
	Weight::from_parts(12_917_000, 1_998)
}

// Measured proof: 103 bytes. Minimum time: 8_407 ns.
fn set_liquidity_share() -> Weight {
	Weight::from_parts(9_334_000, 3_593)
}

// Measured proof: 1464 bytes. Minimum time: 32_695 ns.
fn sample_price() -> Weight {
	Weight::from_parts(34_896_000, 3_675)
}

// SPDX-License-Identifier: Apache-2.0

//! pallet-node-deeds.

use crate::{
	AccountId, Availability, Balances, BlockNumber, Oracles, Runtime, Timestamp,
	constants::time::MINUTES, market::Pool,
};
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU32, ConstU64},
};
use sp_runtime::traits::AccountIdConversion;

parameter_types! {
	pub const NodeDeedsPalletId: PalletId = PalletId(*b"r1/deeds");
	/// Receives the liquidity's half of each sale; governance turns it into liquidity.
	pub LiquidityAccount: AccountId = PalletId(*b"r1/liqui").into_account_truncating();
	/// Receives the company's share of each sale.
	pub CompanyAccount: AccountId = PalletId(*b"r1/compa").into_account_truncating();
	/// A sample a minute: sixteen of them make an average over a quarter of an hour, which costs
	/// an attacker a quarter of an hour of a distorted pool.
	pub const PriceSamplePeriod: BlockNumber = MINUTES;
}

impl pallet_node_deeds::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type CompanyAccount = CompanyAccount;
	type Currency = Balances;
	// Twice the units of the first tier, and far from filling a block.
	type DeedsPerPurchaseMax = ConstU32<178>;
	type Epochs = Oracles;
	// 24 hours, as in the reference.
	type LinkCooldownSecs = ConstU64<86_400>;
	type LiquidityAccount = LiquidityAccount;
	type Market = Pool;
	type PalletId = NodeDeedsPalletId;
	type PriceSamplePeriod = PriceSamplePeriod;
	type PriceSamplesMax = ConstU32<16>;
	type Rewards = Availability;
	type Time = Timestamp;
	type WeightInfo = pallet_node_deeds::weights::SubstrateWeight<Runtime>;
}

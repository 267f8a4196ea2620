// SPDX-License-Identifier: Apache-2.0

//! pallet-node-deeds.

use super::tokens::UsdcAsset;
use crate::{
	AccountId, Availability, Balances, BlockNumber, Oracles, Runtime, Timestamp,
	constants::time::MINUTES, market::Pool,
};
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU16, ConstU32, ConstU64},
};
use frame_system::EnsureRoot;
use sp_runtime::traits::AccountIdConversion;

parameter_types! {
	pub const NodeDeedsPalletId: PalletId = PalletId(*b"r1/deeds");
	/// Receives what each sale leaves for the market's liquidity: shares in the pool, and USDC that
	/// governance turns into liquidity.
	pub LiquidityAccount: AccountId = PalletId(*b"r1/liqui").into_account_truncating();
	/// Receives the company's share of each sale, in USDC.
	pub CompanyAccount: AccountId = PalletId(*b"r1/compa").into_account_truncating();
	/// Receives the value added tax of each sale, in USDC.
	pub TaxAccount: AccountId = PalletId(*b"r1/taxes").into_account_truncating();
	/// A sample a minute: who wants to move the median of sixteen must distort the pool for eight
	/// minutes, against everybody else's arbitrage.
	pub const PriceSamplePeriod: BlockNumber = MINUTES;
}

impl pallet_node_deeds::Config for Runtime {
	type Adoption = Availability;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type CompanyAccount = CompanyAccount;
	type Currency = Balances;
	// Twice the units of the first tier, and far from filling a block.
	type DeedsPerPurchaseMax = ConstU32<178>;
	type Epochs = Oracles;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	// 24 hours, as in the reference.
	type LinkCooldownSecs = ConstU64<86_400>;
	// What an operator with a hundred deeds does in one go, as with claims.
	type LinksPerBatchMax = ConstU32<100>;
	type LiquidityAccount = LiquidityAccount;
	type Market = Pool;
	type PalletId = NodeDeedsPalletId;
	// More than the offices that know buyers will ever be.
	type PermitIssuersMax = ConstU32<16>;
	type PriceSamplePeriod = PriceSamplePeriod;
	type PriceSamplesMax = ConstU32<16>;
	type Rewards = Availability;
	// As much as a burn of work may lose against the median price, and more than the pool's fee.
	type SlippageBasisPoints = ConstU16<500>;
	type TaxAccount = TaxAccount;
	type Time = Timestamp;
	type Usdc = UsdcAsset;
	type WeightInfo = pallet_node_deeds::weights::SubstrateWeight<Runtime>;
}

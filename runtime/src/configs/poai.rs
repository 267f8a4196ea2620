// SPDX-License-Identifier: Apache-2.0

//! pallet-poai.

use super::tokens::UsdcAsset;
use crate::{
	AccountId, Availability, Balances, Learning, NodeDeeds, Oracles, Runtime, Timestamp,
	constants::currency::USDC, market::Pool,
};
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU16, ConstU32, ConstU128},
};
use frame_system::EnsureRoot;

parameter_types! {
	pub const PoaiPalletId: PalletId = PalletId(*b"r1/escro");
}

impl pallet_poai::Config for Runtime {
	type Adoption = Availability;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type Currency = Balances;
	type Deeds = NodeDeeds;
	// A team and its machines; all of them are read together.
	type DelegatesMax = ConstU32<16>;
	// An escrow is state that somebody must think worth a dollar.
	type DepositMin = ConstU128<USDC>;
	type Epochs = Oracles;
	// 30 epochs as in the reference, and a little over five years of days.
	type EpochsMin = ConstU32<30>;
	type EpochsMax = ConstU32<2_000>;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type JobsPerOwnerMax = ConstU32<100>;
	type Market = Pool;
	type PalletId = PoaiPalletId;
	type Price = NodeDeeds;
	type Rounds = Learning;
	// A burn may get 5 % less R1 than the median price promises; then it waits.
	type SlippageBasisPoints = ConstU16<500>;
	type Time = Timestamp;
	type Usdc = UsdcAsset;
	type Verdicts = Oracles;
	type WeightInfo = pallet_poai::weights::SubstrateWeight<Runtime>;
}

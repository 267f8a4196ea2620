// SPDX-License-Identifier: Apache-2.0

//! pallet-availability.

use crate::{AccountId, Balances, NodeDeeds, Oracles, Runtime, constants::currency::R1_CAP};
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU32, ConstU128},
};
use frame_system::EnsureRoot;
use pallet_availability::Treasury;
use sp_runtime::traits::AccountIdConversion;

/// The account that a pallet id stands for.
fn account(id: [u8; 8]) -> AccountId {
	PalletId(id).into_account_truncating()
}

parameter_types! {
	/// Where the Genesis Deed's payouts go; nobody holds the keys, governance spends.
	pub TreasuryAccounts: Treasury<AccountId> = Treasury {
		liquidity: account(*b"r1/gnd/l"),
		expenses: account(*b"r1/gnd/e"),
		marketing: account(*b"r1/gnd/m"),
		grants: account(*b"r1/gnd/g"),
		social_responsibility: account(*b"r1/gnd/s"),
	};
}

impl pallet_availability::Config for Runtime {
	// More than a year of daily totals.
	type CheckpointsPerSeedMax = ConstU32<512>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type Currency = Balances;
	type Deeds = NodeDeeds;
	// As many as the clients of the deployed network put into one claim.
	type DeedsPerClaimMax = ConstU32<100>;
	type Epochs = Oracles;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type IssuanceCap = ConstU128<R1_CAP>;
	// One deed over 22 years of daily epochs, or a hundred over all pages for 520 epochs: half of a
	// block by weight.
	type PagesPerClaimMax = ConstU32<25_000>;
	type PaymentsKept = ConstU32<32>;
	// Forty times what a claim on the deployed network can hold.
	type SettlementsPerClaimMax = ConstU32<200_000>;
	type TreasuryAccounts = TreasuryAccounts;
	type Verdicts = Oracles;
	type WeightInfo = pallet_availability::weights::SubstrateWeight<Runtime>;
}

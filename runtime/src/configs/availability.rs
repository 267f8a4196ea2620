// SPDX-License-Identifier: Apache-2.0

//! pallet-availability.

use crate::{Balances, NodeDeeds, Oracles, Runtime, constants::currency::R1_CAP};
use frame_support::traits::{ConstU32, ConstU128};

impl pallet_availability::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type Currency = Balances;
	type Deeds = NodeDeeds;
	type DeedsPerClaimMax = ConstU32<64>;
	type Epochs = Oracles;
	// 64 deeds of a week, or one deed of more than a year.
	type EpochsPerClaimMax = ConstU32<448>;
	type IssuanceCap = ConstU128<R1_CAP>;
	type Verdicts = Oracles;
	type WeightInfo = pallet_availability::weights::SubstrateWeight<Runtime>;
}

// SPDX-License-Identifier: Apache-2.0

//! pallet-validators.

use super::consensus::VALIDATORS_MAX;
use crate::{Availability, NodeDeeds, Oracles, Runtime, Session};
use frame_support::traits::ConstU32;
use frame_system::EnsureRoot;

impl pallet_validators::Config for Runtime {
	// A week of mainnet's epochs, as long as governance has for an epoch without agreement.
	type AppealEpochs = ConstU32<7>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	// More than twice the validators, so that there is a choice.
	type CandidatesMax = ConstU32<256>;
	type Deeds = NodeDeeds;
	type Epochs = Oracles;
	type GovernanceOrigin = EnsureRoot<crate::AccountId>;
	type Keys = Session;
	// Less than a third of the fewest validators: no owner can stop the chain alone.
	type PerOwnerMax = ConstU32<1>;
	type Rewards = Availability;
	// A month of mainnet's epochs.
	type SuspensionEpochs = ConstU32<30>;
	// Three for each validator there can be.
	type SuspensionsMax = ConstU32<300>;
	type Validators = Session;
	type ValidatorsMax = ConstU32<VALIDATORS_MAX>;
	// Enough that one can fail.
	type ValidatorsMin = ConstU32<4>;
	type Verdicts = Oracles;
	type WeightInfo = pallet_validators::weights::SubstrateWeight<Runtime>;
	// Ten days of mainnet's epochs.
	type WindowEpochs = ConstU32<10>;
}

// SPDX-License-Identifier: Apache-2.0

//! pallet-learning.

use super::consensus::VALIDATORS_MAX;
use crate::{BlockNumber, NodeDeeds, Oracles, Poai, Runtime, constants::time::DAYS};
use frame_support::{parameter_types, traits::ConstU32};
use sp_runtime::transaction_validity::TransactionPriority;

parameter_types! {
	/// What was published in a round stays for a day: time to add up again, and to object.
	pub const DetailBlocks: BlockNumber = DAYS;
	/// What nodes say goes before ordinary transactions, and after the oracles' reports.
	pub const LearningPriority: TransactionPriority = TransactionPriority::MAX / 4;
}

impl pallet_learning::Config for Runtime {
	// An epoch is decided at most a week after its end, and then paid within the hour.
	type AttendanceEpochs = ConstU32<32>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type Deeds = NodeDeeds;
	type DetailBlocks = DetailBlocks;
	type Epochs = Oracles;
	type Jobs = Poai;
	type Oracles = Oracles;
	type OraclesMax = ConstU32<VALIDATORS_MAX>;
	// Models of a job can be followed over so many sums: 20 KB.
	type RoundsKept = ConstU32<64>;
	// Each takes a tenth of a millisecond.
	type SweepsPerBlock = ConstU32<8>;
	type TransactionPriority = LearningPriority;
	type WeightInfo = pallet_learning::weights::SubstrateWeight<Runtime>;
	// A week of blocks: training may wait for data.
	type WindowBlocksMax = ConstU32<{ 7 * DAYS }>;
	// Finality takes two or three blocks, and a transaction one or two more.
	type WindowBlocksMin = ConstU32<10>;
}

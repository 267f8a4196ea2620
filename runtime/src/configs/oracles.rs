// SPDX-License-Identifier: Apache-2.0

//! pallet-oracles, and how its off-chain worker makes transactions.

use super::consensus::VALIDATORS_MAX;
use crate::{
	BlockNumber, Hash, NodeDeeds, Poai, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic,
	Validators,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, Randomness},
};
use frame_system::{
	EnsureRoot,
	offchain::{CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase},
};
use sp_runtime::{generic::Era, transaction_validity::TransactionPriority};

parameter_types! {
	/// Blocks in which oracles commit, at most: the window closes when all have. Each sees the end
	/// of an epoch within one or two, and the rest is for transactions that a fork has cost: they
	/// are sent again after three blocks, so there is time for three attempts.
	pub const CommitBlocks: BlockNumber = 10;
	/// Blocks in which oracles reveal, at most. With both windows full, an epoch of 30 blocks in
	/// development is decided before the next one ends.
	pub const RevealBlocks: BlockNumber = 10;
	/// Blocks for which a ballot counts: long enough for every oracle to see the job.
	pub const BallotBlocks: BlockNumber = 30;
	/// Reports go before ordinary transactions, and after inherents.
	pub const ReportPriority: TransactionPriority = TransactionPriority::MAX / 2;
}

impl pallet_oracles::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	type AuthorityId = pallet_oracles::crypto::AuthorityId;
	type BallotBlocks = BallotBlocks;
	type CommitBlocks = CommitBlocks;
	type Conduct = Validators;
	type Deeds = NodeDeeds;
	// As long as equivocations of consensus can be reported, and not less than an appeal takes.
	type EvidenceEpochs = ConstU32<8>;
	// Two months of mainnet, and 1 MB.
	type AnchorEpochs = ConstU32<64>;
	type GovernanceOrigin = EnsureRoot<crate::AccountId>;
	// A month of mainnet's epochs.
	type MaintenanceAheadMax = ConstU32<30>;
	type OraclesMax = ConstU32<VALIDATORS_MAX>;
	// 46 pages of 1 024 hold all 46 224 deeds.
	type PagesMax = ConstU32<46>;
	type Placement = Poai;
	type Randomness = ParentBlock;
	type ReportPriority = ReportPriority;
	type RevealBlocks = RevealBlocks;
	// Steps of settling that one block takes at most, whatever weight is left in it.
	type StepsPerBlock = ConstU32<16>;
	type WeightInfo = pallet_oracles::weights::SubstrateWeight<Runtime>;
}

/// The output of the verifiable random function with which the parent block's author won its slot.
#[derive(Debug)]
pub struct ParentBlock;

impl Randomness<Hash, BlockNumber> for ParentBlock {
	fn random(subject: &[u8]) -> (Hash, BlockNumber) {
		let (random, block) = pallet_babe::ParentBlockRandomness::<Runtime>::random(subject);
		// None only in a block without such an output, which BABE is configured not to make.
		(random.unwrap_or_default(), block)
	}
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

// Reports of equivocation by BABE and GRANDPA travel bare; their pallets check the proofs.
impl<LocalCall> CreateBare<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}

impl<LocalCall> CreateTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			// The calls name their epoch or round, so they need no other end to their life.
			frame_system::CheckEra::from(Era::Immortal),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		)
	}
}

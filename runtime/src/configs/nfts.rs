// SPDX-License-Identifier: Apache-2.0

//! pallet-nfts, which holds the Node Deeds.

use crate::{
	AccountId, Balance, Balances, BlockNumber, NodeDeeds, Runtime, RuntimeEvent, Signature, System,
	constants::{currency::deposit, time::DAYS},
};
use frame_support::{
	parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU32, ConstU128},
};
use frame_system::{EnsureRoot, EnsureSigned};
use pallet_nfts::PalletFeatures;
use sp_runtime::traits::Verify;

/// Deposit for a collection that somebody creates beside the deeds'.
const COLLECTION_DEPOSIT: Balance = deposit(1, 130);

/// Deposit for an item of such a collection.
const ITEM_DEPOSIT: Balance = deposit(1, 164);

/// Deposit for metadata or an attribute, without its bytes.
const METADATA_DEPOSIT_BASE: Balance = deposit(1, 129);

parameter_types! {
	pub Features: PalletFeatures = PalletFeatures::all_enabled();
	/// Longest time for which a swap or a pre-signed mint may stay open.
	pub const DeadlineMax: BlockNumber = 30 * DAYS;
}

impl pallet_nfts::Config for Runtime {
	type ApprovalsLimit = ConstU32<20>;
	type AttributeDepositBase = ConstU128<METADATA_DEPOSIT_BASE>;
	type BlockNumberProvider = System;
	type CollectionDeposit = ConstU128<COLLECTION_DEPOSIT>;
	type CollectionId = u32;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type Currency = Balances;
	type DepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type Features = Features;
	type ForceOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type Helper = ();
	type ItemAttributesApprovalsLimit = ConstU32<30>;
	type ItemDeposit = ConstU128<ITEM_DEPOSIT>;
	type ItemId = u32;
	type KeyLimit = ConstU32<64>;
	// A deed that has unsettled epochs or a linked node cannot move.
	type Locker = NodeDeeds;
	type MaxAttributesPerCall = ConstU32<10>;
	type MaxDeadlineDuration = DeadlineMax;
	type MaxTips = ConstU32<10>;
	type MetadataDepositBase = ConstU128<METADATA_DEPOSIT_BASE>;
	type OffchainPublic = <Signature as Verify>::Signer;
	type OffchainSignature = Signature;
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<256>;
	type ValueLimit = ConstU32<256>;
	// Measured without a `Locker`: a transfer or a burn of a deed reads two cached values more than it
	// pays for. pallet-nfts' benchmarks need collection 0 for themselves, so they do not run here.
	type WeightInfo = pallet_nfts::weights::SubstrateWeight<Runtime>;
}

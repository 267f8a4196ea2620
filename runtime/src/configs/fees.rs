// SPDX-License-Identifier: Apache-2.0

//! What a transaction costs, and who gets it.

use crate::{
	AccountId, Authorship, Balances, Runtime, RuntimeEvent,
	constants::currency::{FEE_PER_BYTE, FEE_PER_REF_TIME},
};
use frame_support::{
	traits::{
		ConstU8, ConstU128, OnUnbalanced,
		fungible::{Balanced, Credit},
	},
	weights::ConstantMultiplier,
};
use pallet_transaction_payment::{FungibleAdapter, TargetedFeeAdjustment};
use sp_runtime::{FixedPointNumber, Perquintill, traits::Bounded};

use frame_support::parameter_types;
use pallet_transaction_payment::Multiplier;

parameter_types! {
	/// Blocks this full leave the fee as it is; fuller ones raise it, emptier ones lower it.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast the fee follows: it doubles in about a day of full blocks.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(1, 100_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Self,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type LengthToFee = ConstantMultiplier<crate::Balance, ConstU128<FEE_PER_BYTE>>;
	type OnChargeTransaction = FungibleAdapter<Balances, ToAuthor>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
	type WeightToFee = ConstantMultiplier<crate::Balance, ConstU128<FEE_PER_REF_TIME>>;
}

/// Gives fees and tips to the author of the block.
#[derive(Debug)]
pub struct ToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToAuthor {
	fn on_nonzero_unbalanced(fees: Credit<AccountId, Balances>) {
		if let Some(author) = Authorship::author() {
			// What an author's account cannot hold, below its existential deposit, is burned.
			drop(Balances::resolve(&author, fees));
		}
	}
}

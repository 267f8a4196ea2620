// SPDX-License-Identifier: Apache-2.0

//! pallet-burn.

use crate::{
	Balance, Balances, Runtime, RuntimeHoldReason,
	constants::currency::{MILLI_R1, deposit},
};
use frame_support::traits::{ConstU32, ConstU128};

/// Deposit for an application: its entry, with slug, name, creator and total.
const APPLICATION_DEPOSIT: Balance = deposit(1, 180);

impl pallet_burn::Config for Runtime {
	type ApplicationDeposit = ConstU128<APPLICATION_DEPOSIT>;
	// What an entry of state for each burner is worth at the least.
	type BurnMin = ConstU128<{ 10 * MILLI_R1 }>;
	type Currency = Balances;
	type NameBytesMax = ConstU32<64>;
	type RuntimeHoldReason = RuntimeHoldReason;
	// As the deployed leaderboards.
	type TopApplicationsMax = ConstU32<50>;
	type TopBurnersMax = ConstU32<20>;
	type WeightInfo = pallet_burn::weights::SubstrateWeight<Runtime>;
}

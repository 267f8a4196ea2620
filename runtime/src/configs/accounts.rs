// SPDX-License-Identifier: Apache-2.0

//! What accounts can do beside sending one call: batches, multisigs, proxies, and sudo.

use crate::{
	Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System,
	constants::currency::deposit,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU32, ConstU128, InstanceFilter};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	// One entry of an approval, and one account id for each further signatory.
	type DepositBase = ConstU128<{ deposit(1, 88) }>;
	type DepositFactor = ConstU128<{ deposit(0, 32) }>;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}

/// What a proxy may do for the account behind it.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Run an operator's deeds: link, unlink and claim, but move nothing.
	Operator,
	/// Run a developer's jobs within the escrow, but move nothing out of it.
	Jobs,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::Operator => matches!(
				call,
				RuntimeCall::Availability(..)
					| RuntimeCall::NodeDeeds(
						pallet_node_deeds::Call::link { .. }
							| pallet_node_deeds::Call::link_batch { .. }
							| pallet_node_deeds::Call::unlink { .. }
					)
			),
			Self::Jobs => matches!(
				call,
				RuntimeCall::Poai(
					pallet_poai::Call::create_job { .. }
						| pallet_poai::Call::create_job_for { .. }
						| pallet_poai::Call::update_job { .. }
						| pallet_poai::Call::close_job { .. }
						| pallet_poai::Call::extend_duration { .. }
						| pallet_poai::Call::extend_replicas { .. }
						| pallet_poai::Call::redeem_unused { .. }
				) | RuntimeCall::Learning(
					pallet_learning::Call::open_round { .. }
						| pallet_learning::Call::close_round { .. }
				)
			),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		*self == Self::Any || self == other
	}
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = ConstU128<{ deposit(1, 16) }>;
	type AnnouncementDepositFactor = ConstU128<{ deposit(0, 68) }>;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	// One entry, and an account, a type and a delay for each proxy.
	type ProxyDepositBase = ConstU128<{ deposit(1, 8) }>;
	type ProxyDepositFactor = ConstU128<{ deposit(0, 37) }>;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

// Only the development presets set a sudo key; without one every sudo call fails.
impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

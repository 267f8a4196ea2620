// SPDX-License-Identifier: Apache-2.0

//! Block production, finality, sessions and offences.

use crate::{
	AccountId, Babe, Balances, Historical, Offences, Runtime, RuntimeEvent, SessionKeys,
	Validators,
	constants::{
		currency::deposit,
		time::{MILLISECS_PER_BLOCK, SLOTS_PER_SESSION},
	},
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// Validators in a set: each validates every block and reports on every node.
pub const VALIDATORS_MAX: u32 = 100;

parameter_types! {
	pub const EpochDuration: u64 = SLOTS_PER_SESSION as u64;
	pub const ExpectedBlockTime: u64 = MILLISECS_PER_BLOCK;
	/// Equivocations may be reported for a day after the session in which they happened.
	pub const ReportLongevity: u64 =
		(crate::constants::time::DAYS as u64).saturating_mul(EpochDuration::get());
	/// Three 32-byte keys, held while an account keeps session keys registered.
	pub const SessionKeyDeposit: crate::Balance = deposit(1, 3 * 32);
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = crate::Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = EpochDuration;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type ExpectedBlockTime = ExpectedBlockTime;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<VALIDATORS_MAX>;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<VALIDATORS_MAX>;
	type MaxNominators = ConstU32<0>;
	// Sessions whose equivocations can still be reported: a day of ten-minute sessions.
	type MaxSetIdSessionEntries = ConstU64<144>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = SessionKeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, Validators>;
	type ShouldEndSession = Babe;
	// A validator's identity is its node key, which is an account.
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	// There is no stake behind a validator: its identity is all there is to report.
	type FullIdentification = ();
	type FullIdentificationOf = UnitIdentification;
	type RuntimeEvent = RuntimeEvent;
}

/// Gives every validator the empty identification.
#[derive(Debug)]
pub struct UnitIdentification;

impl sp_runtime::traits::Convert<AccountId, Option<()>> for UnitIdentification {
	fn convert(_validator: AccountId) -> Option<()> {
		Some(())
	}
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	type OnOffenceHandler = Validators;
	type RuntimeEvent = RuntimeEvent;
}

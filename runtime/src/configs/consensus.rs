// SPDX-License-Identifier: Apache-2.0

//! Block production, finality, sessions and offences.

use crate::{
	AccountId, Babe, Balances, Historical, Offences, Runtime, RuntimeEvent, SessionKeys,
	Validators,
	constants::{currency::deposit, time::MILLISECS_PER_BLOCK},
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, Get},
};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// Validators in a set: each validates every block and reports on every node.
pub const VALIDATORS_MAX: u32 = 100;

/// Sessions whose equivocations can still be reported: a day of ten-minute sessions.
pub const REPORTABLE_SESSIONS: u32 = 144;

/// Slots in a session. It is in the state of the chain, because its genesis decides it.
pub type EpochDuration = pallet_validators::SessionLength<Runtime>;

parameter_types! {
	pub const ExpectedBlockTime: u64 = MILLISECS_PER_BLOCK;
	/// Blocks for which a report of an equivocation may wait: as many sessions as may be reported.
	pub ReportLongevity: u64 =
		u64::from(REPORTABLE_SESSIONS).saturating_mul(EpochDuration::get());
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
	type MaxSetIdSessionEntries = ConstU64<{ REPORTABLE_SESSIONS as u64 }>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	// Less than a third, so that blocks and finality go on. All misconduct weighs the same, so a
	// later offender gives no reason to let an earlier one back in.
	type DisablingStrategy = pallet_session::disabling::UpToLimitDisablingStrategy<3>;
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

// SPDX-License-Identifier: Apache-2.0

//! pallet-validators.

use super::consensus::{REPORTABLE_SESSIONS, VALIDATORS_MAX};
use crate::{
	AccountId, Availability, Historical, NodeDeeds, Oracles, Runtime, Session,
	constants::time::SLOTS_PER_SESSION,
};
use frame_support::traits::{ConstU32, ConstU64};
use frame_system::EnsureRoot;
use pallet_session::historical::HistoricalSessions;
use sp_staking::{SessionIndex, offence::OffenceSeverity};

impl pallet_validators::Config for Runtime {
	// A week of mainnet's epochs, as long as governance has for an epoch without agreement.
	type AppealEpochs = ConstU32<7>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Setup;
	// More than twice the validators, so that there is a choice.
	type CandidatesMax = ConstU32<256>;
	// Chains of release 100 have no other: it must stay what it is.
	type DefaultSessionSlots = ConstU64<{ SLOTS_PER_SESSION as u64 }>;
	type Deeds = NodeDeeds;
	type Epochs = Oracles;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type Keys = Session;
	// Less than a third of the fewest validators: no owner can stop the chain alone.
	type PerOwnerMax = ConstU32<1>;
	type Rewards = Availability;
	type Sessions = SessionPallets;
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

/// The pallets of the sessions and of their history.
#[derive(Debug)]
pub struct SessionPallets;

impl pallet_validators::Sessions<AccountId> for SessionPallets {
	fn has_lasting_root(session: SessionIndex) -> bool {
		// The queue holds the keys of the session that begins, and the root was made of them.
		let keys = Session::queued_keys();
		let are_the_same =
			keys.iter().all(|(node, keys)| Session::load_keys(node).as_ref() == Some(keys));
		are_the_same && HistoricalSessions::<Runtime>::contains_key(session)
	}

	fn disable(validator: &AccountId) {
		// All misconduct weighs the same here.
		Session::report_offence(validator.clone(), OffenceSeverity::max_severity());
	}

	fn on_session_ended(session: SessionIndex) {
		let first_of_use = session.saturating_sub(REPORTABLE_SESSIONS);
		if first_of_use > 0 {
			Historical::prune_up_to(first_of_use);
		}
	}
}

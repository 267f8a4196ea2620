// SPDX-License-Identifier: Apache-2.0

//! What others call: the oracles' pallet, the session, and the offences' pallet.

use crate::{Candidates, Config, Event, Pallet, Sessions, WeightInfo, offences::Proof};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use pallet_session::{SessionManager, historical};
use r1_math::median::is_supermajority;
use r1_primitives::{DeedId, EpochIndex, Misconduct, OracleConduct, traits::CurrentEpoch};
use sp_runtime::Perbill;
use sp_staking::{
	SessionIndex,
	offence::{OffenceDetails, OnOffenceHandler},
};

impl<T: Config> OracleConduct<T::AccountId> for Pallet<T> {
	fn on_reports_counted(epoch: EpochIndex, present: &[T::AccountId], absent: &[T::AccountId]) {
		for oracle in present {
			Self::raise_score(oracle);
		}
		for oracle in absent {
			let score = Self::lower_score(oracle);
			Self::deposit_event(Event::ReportMissed { epoch, oracle: oracle.clone(), score });
		}
		// Saturating: no set of oracles comes near the end of the range.
		let count = |nodes: &[T::AccountId]| u32::try_from(nodes.len()).unwrap_or(u32::MAX);
		let oracles = count(present).saturating_add(count(absent));
		if is_supermajority(count(present), oracles) {
			Self::queue_epoch(epoch);
		}
	}

	fn on_work_settled(qualities: &[(DeedId, u8)]) {
		if qualities.is_empty() {
			return;
		}
		let mut candidates = Candidates::<T>::get();
		let mut is_changed = false;
		for (deed, quality) in qualities {
			if let Some(candidate) = candidates.get_mut(deed) {
				candidate.add_work(*quality);
				is_changed = true;
			}
		}
		if is_changed {
			Candidates::<T>::put(candidates);
		}
	}

	fn on_misconduct(
		oracle: &T::AccountId,
		kind: Misconduct,
		epoch: EpochIndex,
		reporter: Option<&T::AccountId>,
	) {
		Self::record_offence(&Proof { node: oracle, kind, epoch, incident: epoch, reporter });
	}

	fn suspended_deeds(epoch: EpochIndex) -> Vec<DeedId> {
		Self::deeds_without_pay(epoch)
	}
}

impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(index: SessionIndex) -> Option<Vec<T::AccountId>> {
		Self::plan_session(index)
	}

	fn start_session(_index: SessionIndex) {}

	fn end_session(_index: SessionIndex) {}
}

/// There is no stake behind a validator, so its account is all there is to identify it.
impl<T: Config> historical::SessionManager<T::AccountId, ()> for Pallet<T> {
	fn new_session(index: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
		let validators = Self::plan_session(index)?;
		Some(validators.into_iter().map(|validator| (validator, ())).collect())
	}

	fn start_session(_index: SessionIndex) {}

	fn end_session(index: SessionIndex) {
		T::Sessions::on_session_ended(index);
	}
}

/// Takes equivocations in BABE and GRANDPA, without being told which it was.
///
/// How many equivocated at once makes no difference, so the fractions are not looked at. An
/// offender is told again with each new one of the same slot; it counts once in a session.
impl<T: Config, Identification>
	OnOffenceHandler<T::AccountId, (T::AccountId, Identification), Weight> for Pallet<T>
{
	fn on_offence(
		offenders: &[OffenceDetails<T::AccountId, (T::AccountId, Identification)>],
		_slash_fraction: &[Perbill],
		session: SessionIndex,
	) -> Weight {
		let epoch = T::Epochs::current_epoch();
		for OffenceDetails { offender: (node, _), reporters } in offenders {
			Self::record_offence(&Proof {
				node,
				kind: Misconduct::ConsensusEquivocation,
				epoch,
				incident: session,
				reporter: reporters.first(),
			});
		}
		let count = u64::try_from(offenders.len()).unwrap_or(u64::MAX);
		T::WeightInfo::record_offence().saturating_mul(count)
	}
}

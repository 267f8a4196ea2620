// SPDX-License-Identifier: Apache-2.0

//! What other pallets see: the epoch, the verdicts, and the session's handler.

use crate::{
	Availability, Config, EpochNow, FirstUndecided, LOG_TARGET, Oracle, OracleSetOf, Pallet,
	SessionOracles, Work,
};
use alloc::vec::Vec;
use frame_support::traits::OneSessionHandler;
use r1_primitives::{
	DeedId, EpochIndex, JobId, page_of,
	traits::{CurrentEpoch, OracleInspect, OracleVerdicts},
};
use sp_runtime::{AccountId32, BoundToRuntimeAppPublic};

impl<T: Config> CurrentEpoch for Pallet<T> {
	fn current_epoch() -> EpochIndex {
		EpochNow::<T>::get().unwrap_or(0)
	}
}

impl<T: Config> OracleVerdicts for Pallet<T> {
	fn first_undecided_epoch() -> EpochIndex {
		FirstUndecided::<T>::get()
	}

	fn availability(epoch: EpochIndex, deed: DeedId) -> Option<u8> {
		Self::availabilities(epoch, &[deed])?.pop()
	}

	fn availabilities(epoch: EpochIndex, deeds: &[DeedId]) -> Option<Vec<u8>> {
		if FirstUndecided::<T>::get() <= epoch {
			return None;
		}
		let mut newest_read = None;
		let agreed = deeds.iter().map(|deed| {
			let (page, offset) = page_of(*deed)?;
			let (_, contents) = match &newest_read {
				Some(read @ (read_page, _)) if *read_page == page => read,
				_ => newest_read.insert((page, Availability::<T>::get(epoch, page))),
			};
			contents.as_ref()?.get(offset).copied()
		});
		// Nothing was agreed on deeds that came later, nor in epochs without agreement.
		Some(agreed.map(|agreed| agreed.unwrap_or(0)).collect())
	}

	fn quality(epoch: EpochIndex, job: JobId, deed: DeedId) -> Option<u8> {
		if FirstUndecided::<T>::get() <= epoch {
			return None;
		}
		let agreed = Work::<T>::get(epoch, job)
			.iter()
			.find(|(worker, _)| *worker == deed)
			.map(|(_, quality)| *quality);
		Some(agreed.unwrap_or(0))
	}
}

impl<T: Config> OracleInspect<AccountId32> for Pallet<T> {
	fn oracle_nodes() -> Vec<AccountId32> {
		Self::current_oracle_set().into_iter().map(|oracle| oracle.node).collect()
	}
}

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = T::AuthorityId;
}

impl<T: Config> OneSessionHandler<AccountId32> for Pallet<T> {
	type Key = T::AuthorityId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a AccountId32, T::AuthorityId)> + 'a,
	{
		Self::set_oracles(validators);
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _queued_validators: I)
	where
		I: Iterator<Item = (&'a AccountId32, T::AuthorityId)> + 'a,
	{
		if changed {
			Self::set_oracles(validators);
		}
	}

	fn on_disabled(_validator_index: u32) {
		// An oracle that misbehaves as a validator may still see right; the median bounds it.
	}
}

impl<T: Config> Pallet<T> {
	/// Takes the session's validators as the oracles of the epochs to come.
	fn set_oracles<'a>(validators: impl Iterator<Item = (&'a AccountId32, T::AuthorityId)>) {
		let oracles: Vec<_> =
			validators.map(|(node, key)| Oracle { node: node.clone(), key }).collect();
		let count = oracles.len();
		let oracles = OracleSetOf::<T>::truncate_from(oracles);
		if oracles.len() < count {
			log::error!(
				target: LOG_TARGET,
				"{count} validators do not fit the oracle set of {}: raise `OraclesMax`",
				oracles.len(),
			);
		}
		SessionOracles::<T>::put(oracles);
	}
}

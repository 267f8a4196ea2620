// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage between any two blocks.

use crate::{
	Accounts, AdoptionThresholds, BootstrapGranted, Checkpoint, Config, DeedsSold, DeedsSoldCount,
	History, Pallet, RewardAccount, WorkVolume, WorkVolumeCount, schedule,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{
	ensure,
	traits::{Get, fungible::Inspect},
};
use r1_math::adoption::is_history;
use r1_primitives::{
	DeedId, DeedTerms,
	traits::{CurrentEpoch, DeedInspect},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// # Errors
	///
	/// Names the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_deeds()?;
		Self::check_allocations()?;
		Self::check_withheld()?;
		Self::check_grants()?;
		Self::check_epochs()?;
		Self::check_history()?;
		Self::check_checkpoints("deeds sold", DeedsSold::<T>::iter(), DeedsSoldCount::<T>::get())?;
		Self::check_checkpoints("work", WorkVolume::<T>::iter(), WorkVolumeCount::<T>::get())?;
		Self::check_thresholds()?;
		Self::check_issuance()
	}

	/// Each account belongs to a deed that was issued, and each active deed has an account.
	fn check_deeds() -> Result<(), TryRuntimeError> {
		let issued = 1..=T::Deeds::issued();
		let known = Accounts::<T>::iter_keys()
			.all(|deed| issued.contains(&deed) && T::Deeds::terms(deed).is_some());
		ensure!(known, "an account belongs to no deed");
		let mut active = issued.filter(|deed| T::Deeds::is_active(*deed));
		ensure!(active.all(Accounts::<T>::contains_key), "an active deed has no account");
		Ok(())
	}

	/// No deed ever released more than its allocation; so none was paid more.
	fn check_allocations() -> Result<(), TryRuntimeError> {
		let within = accounts_with_terms::<T>()
			.all(|(account, terms)| account.released <= schedule::allocation(terms));
		ensure!(within, "a deed released more than its allocation");
		Ok(())
	}

	/// A deed withholds no more than it released, and a Node Deed withholds nothing.
	fn check_withheld() -> Result<(), TryRuntimeError> {
		let mut accounts = accounts_with_terms::<T>();
		ensure!(
			accounts.all(|(account, _)| account.withheld <= account.released),
			"a deed withholds more than it released"
		);
		let mut of_node_deeds =
			accounts_with_terms::<T>().filter(|(_, terms)| *terms == DeedTerms::Node);
		ensure!(of_node_deeds.all(|(account, _)| account.withheld == 0), "a Node Deed withholds");
		Ok(())
	}

	/// The grants of genesis are part of what the Genesis Deed released.
	fn check_grants() -> Result<(), TryRuntimeError> {
		let granted = BootstrapGranted::<T>::get();
		let mut of_genesis =
			accounts_with_terms::<T>().filter(|(_, terms)| *terms == DeedTerms::Genesis);
		ensure!(
			of_genesis.all(|(account, _)| granted <= account.released),
			"the Genesis Deed released less than genesis granted"
		);
		Ok(())
	}

	/// No epoch that is not over is claimed.
	fn check_epochs() -> Result<(), TryRuntimeError> {
		let now = T::Epochs::current_epoch();
		let past = Accounts::<T>::iter_values().all(|account| account.next_epoch <= now);
		ensure!(past, "a deed has claimed an epoch that is not over");
		Ok(())
	}

	/// Each deed with an account keeps its newest payments, and no others are kept.
	fn check_history() -> Result<(), TryRuntimeError> {
		let mut kept = BTreeMap::<DeedId, u32>::new();
		for (deed, slot, _) in History::<T>::iter() {
			ensure!(slot < T::PaymentsKept::get(), "a payment is in no place of the ring");
			// Saturating: a count of what is in memory.
			kept.entry(deed)
				.and_modify(|count| *count = count.saturating_add(1))
				.or_insert(1);
		}
		for (deed, account) in Accounts::<T>::iter() {
			let expected = account.payments.min(T::PaymentsKept::get());
			let found = kept.remove(&deed).unwrap_or(0);
			ensure!(found == expected, "a deed does not keep its newest payments");
		}
		ensure!(kept.is_empty(), "payments are kept for a deed without an account");
		Ok(())
	}

	/// A list of checkpoints has no gaps, tells one history, and does not reach into the future.
	fn check_checkpoints(
		list: &str,
		entries: impl Iterator<Item = (u32, Checkpoint)>,
		count: u32,
	) -> Result<(), TryRuntimeError> {
		let entries: BTreeMap<u32, Checkpoint> = entries.collect();
		if !entries.keys().copied().eq(0..count) {
			log::error!(target: crate::LOG_TARGET, "checkpoints of {list}: {entries:?}");
			return Err("checkpoints are miscounted".into());
		}
		let history: Vec<_> = entries.into_values().map(Into::into).collect();
		ensure!(is_history(&history), "checkpoints tell no history");
		let now = T::Epochs::current_epoch();
		let past = history.last().is_none_or(|newest| newest.epoch <= now);
		ensure!(past, "a checkpoint is in the future");
		Ok(())
	}

	/// Adoption can be computed.
	fn check_thresholds() -> Result<(), TryRuntimeError> {
		let thresholds = AdoptionThresholds::<T>::get().thresholds();
		ensure!(thresholds.is_some(), "a threshold of adoption is zero");
		Ok(())
	}

	/// No more R1 exists than may.
	fn check_issuance() -> Result<(), TryRuntimeError> {
		let issuance = T::Currency::total_issuance();
		ensure!(issuance <= T::IssuanceCap::get(), "more R1 exists than the cap allows");
		Ok(())
	}
}

/// Every account, with what its deed may earn.
fn accounts_with_terms<T: Config>() -> impl Iterator<Item = (RewardAccount, DeedTerms)> {
	Accounts::<T>::iter().filter_map(|(deed, account)| Some((account, T::Deeds::terms(deed)?)))
}

// SPDX-License-Identifier: Apache-2.0

//! What is true of the pallet's storage after every block.

use crate::{
	Candidates, Config, EpochsToCount, KnownOffences, NextOffence, OffenceOf, Offences, Pallet,
	SCORE_MAX, Scores, SessionSlots, Suspensions,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::ensure;
use r1_primitives::traits::CurrentEpoch;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// # Errors
	///
	/// Names the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_candidates()?;
		Self::check_epochs()?;
		ensure!(SessionSlots::<T>::get() > 0, "sessions have no slots");
		Self::check_scores()?;
		Self::check_offences()?;
		Self::check_known_offences()?;
		Self::check_suspensions()?;
		Self::check_punishments()
	}

	/// Each node is behind one candidate, announced itself in the past, and is not suspended.
	fn check_candidates() -> Result<(), TryRuntimeError> {
		let now = T::Epochs::current_epoch();
		let candidates = Candidates::<T>::get();
		let nodes: BTreeSet<_> = candidates.values().map(|candidate| &candidate.node).collect();
		ensure!(nodes.len() == candidates.len(), "a node is behind two candidates");
		for (deed, candidate) in &candidates {
			ensure!(candidate.since <= now, "a candidate is from the future");
			ensure!(
				!Self::is_suspended(&candidate.node, Some(*deed), now),
				"a candidate is suspended"
			);
		}
		Ok(())
	}

	/// Epochs to count are in order.
	fn check_epochs() -> Result<(), TryRuntimeError> {
		let epochs = EpochsToCount::<T>::get();
		ensure!(epochs.is_sorted_by(|one, next| one < next), "epochs to count are out of order");
		Ok(())
	}

	/// The best score is not stored, and there is none above.
	fn check_scores() -> Result<(), TryRuntimeError> {
		ensure!(
			Scores::<T>::iter_values().all(|score| score < SCORE_MAX),
			"a score is stored that needs no storage"
		);
		Ok(())
	}

	/// Offences are counted without gaps, and each is plausible in itself.
	fn check_offences() -> Result<(), TryRuntimeError> {
		let next = NextOffence::<T>::get();
		ensure!(
			Offences::<T>::iter_keys().all(|id| id < next)
				&& u32::try_from(Offences::<T>::iter_keys().count()) == Ok(next),
			"the offences are not as many as are counted"
		);
		for offence in Offences::<T>::iter_values() {
			ensure!(
				offence.suspended_from <= offence.suspended_until,
				"a suspension ends before it begins"
			);
			ensure!(offence.score_before <= SCORE_MAX, "an offence took more than a score");
			let has_reporter = offence.deed.is_some() && offence.reporter.is_some();
			ensure!(has_reporter || offence.reward == 0, "a reward was paid to nobody");
			ensure!(
				offence.reporter.as_ref() != Some(&offence.node),
				"a node was rewarded for its own offence"
			);
		}
		Ok(())
	}

	/// Each offence is known by what makes it the same.
	fn check_known_offences() -> Result<(), TryRuntimeError> {
		let known: BTreeMap<_, _> = KnownOffences::<T>::iter()
			.map(|((kind, node, _), id)| (id, (kind, node)))
			.collect();
		let agrees = |(id, offence): (u32, OffenceOf<T>)| {
			known
				.get(&id)
				.is_some_and(|(kind, node)| (*kind, node) == (offence.kind, &offence.node))
		};
		ensure!(Offences::<T>::iter().all(agrees), "an offence could be recorded twice");
		ensure!(
			KnownOffences::<T>::iter_keys().count() == Offences::<T>::iter_keys().count(),
			"an offence is known that was not recorded"
		);
		Ok(())
	}

	/// Each suspension is that of an offence, and they are in order.
	fn check_suspensions() -> Result<(), TryRuntimeError> {
		let suspensions = Suspensions::<T>::get();
		ensure!(
			suspensions.is_sorted_by(|one, next| one.offence < next.offence),
			"suspensions are out of order"
		);
		for suspension in &suspensions {
			ensure!(suspension.from < suspension.until, "an empty suspension is kept");
			let offence =
				Offences::<T>::get(suspension.offence).ok_or("a suspension without an offence")?;
			let expected =
				(offence.node, offence.deed, offence.suspended_from, offence.suspended_until);
			let found =
				(suspension.node.clone(), suspension.deed, suspension.from, suspension.until);
			ensure!(found == expected, "a suspension is not that of its offence");
		}
		Ok(())
	}

	/// Each offence whose suspension is not over has one.
	fn check_punishments() -> Result<(), TryRuntimeError> {
		let now = T::Epochs::current_epoch();
		let suspensions = Suspensions::<T>::get();
		let is_punished = |(id, offence): (u32, OffenceOf<T>)| {
			// One that was lifted before it began has no epochs.
			let is_over =
				offence.suspended_until <= now || offence.suspended_from == offence.suspended_until;
			is_over || suspensions.iter().any(|suspension| suspension.offence == id)
		};
		ensure!(Offences::<T>::iter().all(is_punished), "an offence goes unpunished");
		Ok(())
	}
}

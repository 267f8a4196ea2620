// SPDX-License-Identifier: Apache-2.0

//! Offences: what follows from proven misconduct, and how it is undone.

use crate::{
	Candidates, Config, Error, Event, KnownOffences, LOG_TARGET, NextOffence, Offence, OffenceId,
	OffenceOf, Offences, Pallet, RemovalReason, Scores, Sessions, Suspension, SuspensionOf,
	Suspensions, types::cut_off,
};
use alloc::vec::Vec;
use frame_support::{defensive, ensure, traits::Get};
use r1_primitives::{
	DeedId, EpochIndex, Misconduct, OffenceRewards,
	traits::{CurrentEpoch, DeedInspect, OracleVerdicts},
};
use sp_runtime::DispatchResult;

/// A misconduct that is proven now.
pub(crate) struct Proof<'a, AccountId> {
	pub(crate) node: &'a AccountId,
	pub(crate) kind: Misconduct,
	pub(crate) epoch: EpochIndex,
	/// What makes two proofs of a kind against a node the same one: of reports the epoch, of
	/// equivocations the session.
	pub(crate) incident: u32,
	pub(crate) reporter: Option<&'a AccountId>,
}

impl<T: Config> Pallet<T> {
	/// Punishes a node and rewards who proved its misconduct, unless that was done already.
	pub(crate) fn record_offence(proof: &Proof<'_, T::AccountId>) {
		let Proof { node, kind, epoch, incident, .. } = *proof;
		let key = (kind, node.clone(), incident);
		if KnownOffences::<T>::contains_key(&key) {
			return;
		}
		let id = NextOffence::<T>::get();
		let Some(next) = id.checked_add(1) else {
			defensive!("there are numbers for more offences than blocks");
			return;
		};
		let deed = T::Deeds::deed_of(node);
		let score_before = Scores::<T>::get(node);
		// Saturating: epochs do not end within the life of a chain.
		let from = T::Epochs::current_epoch().saturating_add(T::AppealEpochs::get());
		let until = from.saturating_add(T::SuspensionEpochs::get());

		NextOffence::<T>::put(next);
		KnownOffences::<T>::insert(key, id);
		Self::set_score(node, 0);
		T::Sessions::disable(node);
		let mut candidates = Candidates::<T>::get();
		Self::remove_candidates_of(&mut candidates, node, deed, RemovalReason::Misconduct);
		Candidates::<T>::put(candidates);
		Self::suspend(Suspension { offence: id, node: node.clone(), deed, from, until });

		let reporter = proof.reporter.filter(|reporter| *reporter != node);
		let reward = match (deed, reporter) {
			(Some(deed), Some(reporter)) => T::Rewards::forfeit(deed, reporter),
			(None, _) | (_, None) => 0,
		};
		let offence = Offence {
			kind,
			node: node.clone(),
			deed,
			epoch,
			reporter: reporter.cloned(),
			reward,
			suspended_from: from,
			suspended_until: until,
			score_before,
			reversed: false,
		};
		Offences::<T>::insert(id, &offence);
		Self::deposit_event(Event::OffenceRecorded { id, offence });
	}

	pub(crate) fn do_reverse_offence(id: OffenceId) -> DispatchResult {
		let mut offence = Offences::<T>::get(id).ok_or(Error::<T>::UnknownOffence)?;
		ensure!(!offence.reversed, Error::<T>::AlreadyReversed);
		let now = T::Epochs::current_epoch();
		ensure!(now < offence.suspended_until, Error::<T>::SuspensionOver);

		let until = cut_off(offence.suspended_from, offence.suspended_until, now);
		offence.suspended_until = until;
		offence.reversed = true;
		Offences::<T>::insert(id, &offence);
		Self::shorten_suspension(id, until);
		let score = Self::give_back_score(id, &offence, now);

		let node = offence.node;
		Self::deposit_event(Event::OffenceReversed { id, node, score, suspended_until: until });
		Ok(())
	}

	/// Whether a node, or the deed that it has, is suspended or will be.
	pub(crate) fn is_suspended(node: &T::AccountId, deed: Option<DeedId>, now: EpochIndex) -> bool {
		is_any_suspended(&Suspensions::<T>::get(), node, deed, now)
	}

	/// Forgets the suspensions of epochs that are all decided: nobody asks for them any more.
	pub(crate) fn drop_expired_suspensions() {
		let undecided = T::Verdicts::first_undecided_epoch();
		let mut suspensions = Suspensions::<T>::get();
		let before = suspensions.len();
		suspensions.retain(|suspension| undecided < suspension.until);
		if suspensions.len() < before {
			Suspensions::<T>::put(suspensions);
		}
	}

	/// Deeds that do not earn in an epoch; ascending.
	pub(crate) fn deeds_without_pay(epoch: EpochIndex) -> Vec<DeedId> {
		let suspensions = Suspensions::<T>::get();
		let mut deeds: Vec<DeedId> =
			suspensions.iter().filter_map(|held| held.deed_without_pay(epoch)).collect();
		deeds.sort_unstable();
		deeds.dedup();
		deeds
	}

	fn suspend(suspension: SuspensionOf<T>) {
		Self::drop_expired_suspensions();
		let mut suspensions = Suspensions::<T>::get();
		if suspensions.is_full() {
			let first = suspensions
				.iter()
				.enumerate()
				.min_by_key(|(_, other)| (other.until, other.offence))
				.map(|(position, _)| position);
			if let Some(position) = first {
				Self::end_early(&suspensions.remove(position));
			}
		}
		if suspensions.try_push(suspension).is_err() {
			defensive!("a place was made, and `integrity_test` has seen that there is one");
		}
		Suspensions::<T>::put(suspensions);
	}

	/// Ends a suspension, so that there is room for another one.
	fn end_early(suspension: &SuspensionOf<T>) {
		let id = suspension.offence;
		let until = cut_off(suspension.from, suspension.until, T::Epochs::current_epoch());
		log::error!(
			target: LOG_TARGET,
			"the suspension of offence {id} ends early: raise `SuspensionsMax`",
		);
		Offences::<T>::mutate_extant(id, |offence| offence.suspended_until = until);
		Self::deposit_event(Event::SuspensionEndedEarly { id, suspended_until: until });
	}

	/// Lets the suspension of an offence end at an epoch, or never begin.
	fn shorten_suspension(id: OffenceId, until: EpochIndex) {
		Suspensions::<T>::mutate(|suspensions| {
			for suspension in suspensions.iter_mut().filter(|held| held.offence == id) {
				suspension.until = until;
			}
			suspensions.retain(|suspension| suspension.from < suspension.until);
		});
	}

	/// Gives a node the score back that an offence took; returns the score that it has then.
	///
	/// If a later offence stands, the score stays, and the later one owes it from now on.
	fn give_back_score(id: OffenceId, offence: &OffenceOf<T>, now: EpochIndex) -> u8 {
		let node = &offence.node;
		let later = Suspensions::<T>::get()
			.iter()
			.find(|held| id < held.offence && held.node == *node && now < held.until)
			.map(|held| held.offence);
		let score = Scores::<T>::get(node);
		let Some(later) = later else {
			// What was earned since is not lost.
			let score = score.max(offence.score_before);
			Self::set_score(node, score);
			return score;
		};
		Offences::<T>::mutate_extant(later, |later| {
			later.score_before = later.score_before.max(offence.score_before);
		});
		score
	}
}

/// Whether a node, or the deed that it has, is suspended or will be.
pub(crate) fn is_any_suspended<AccountId: PartialEq>(
	suspensions: &[Suspension<AccountId>],
	node: &AccountId,
	deed: Option<DeedId>,
	now: EpochIndex,
) -> bool {
	suspensions.iter().any(|suspension| suspension.holds(node, deed, now))
}

// SPDX-License-Identifier: Apache-2.0

//! Readiness: who wants to validate, and who cannot any more.

use crate::{
	Candidate, CandidateOf, Candidates, CandidatesOf, Config, Error, Event, Pallet, RemovalReason,
};
use frame_support::{ensure, traits::ValidatorRegistration};
use r1_primitives::{
	DeedId,
	traits::{CurrentEpoch, DeedInspect},
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_announce_readiness(node: T::AccountId) -> DispatchResult {
		let deed = T::Deeds::deed_of(&node).ok_or(Error::<T>::NodeNotLinked)?;
		ensure!(T::Deeds::is_active(deed), Error::<T>::DeedNotActive);
		ensure!(T::Keys::is_registered(&node), Error::<T>::NoSessionKeys);
		let now = T::Epochs::current_epoch();
		ensure!(!Self::is_suspended(&node, Some(deed), now), Error::<T>::Suspended);
		let mut candidates = Candidates::<T>::get();
		let is_ready = candidates.get(&deed).is_some_and(|candidate| candidate.node == node);
		ensure!(!is_ready, Error::<T>::AlreadyReady);

		// What is left of other bonds of this node or this deed; they would go at the next count.
		let reason = RemovalReason::LinkedElsewhere;
		Self::remove_candidates_of(&mut candidates, &node, Some(deed), reason);
		candidates
			.try_insert(deed, Candidate::new(node.clone(), now))
			.map_err(|_| Error::<T>::TooManyCandidates)?;
		Candidates::<T>::put(candidates);

		Self::deposit_event(Event::ReadinessAnnounced { deed, node, epoch: now });
		Ok(())
	}

	pub(crate) fn do_withdraw_readiness(node: T::AccountId) -> DispatchResult {
		let mut candidates = Candidates::<T>::get();
		// By the node and not by its deed, which may be another by now.
		let deed = candidates
			.iter()
			.find_map(|(deed, candidate)| (candidate.node == node).then_some(*deed))
			.ok_or(Error::<T>::NotReady)?;

		candidates.remove(&deed);
		Candidates::<T>::put(candidates);

		Self::deposit_event(Event::ReadinessWithdrawn { deed, node });
		Ok(())
	}

	/// Removes the candidates of a node and of a deed, which may be two.
	pub(crate) fn remove_candidates_of(
		candidates: &mut CandidatesOf<T>,
		node: &T::AccountId,
		deed: Option<DeedId>,
		reason: RemovalReason,
	) {
		candidates.retain(|other, candidate| {
			let stays = candidate.node != *node && Some(*other) != deed;
			if !stays {
				Self::note_removal(*other, candidate, reason);
			}
			stays
		});
	}

	/// Why a candidate's deed does not stand behind its node any more.
	pub(crate) fn broken_bond(deed: DeedId, candidate: &CandidateOf<T>) -> Option<RemovalReason> {
		match T::Deeds::node_of(deed) {
			Some(node) if node != candidate.node => Some(RemovalReason::LinkedElsewhere),
			Some(_) if T::Deeds::is_active(deed) => None,
			Some(_) | None => Some(RemovalReason::DeedNotActive),
		}
	}

	/// Says that a candidate is removed.
	pub(crate) fn note_removal(deed: DeedId, candidate: &CandidateOf<T>, reason: RemovalReason) {
		let node = candidate.node.clone();
		Self::deposit_event(Event::CandidateRemoved { deed, node, reason });
	}
}

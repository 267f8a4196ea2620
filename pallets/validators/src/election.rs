// SPDX-License-Identifier: Apache-2.0

//! Elections: whom the next session has as validators.

use crate::{
	AVAILABILITY_TO_BE_ELECTED, CandidateOf, Candidates, Config, Event, LOG_TARGET, Pallet,
	SCORE_ELIGIBLE, Scores, Sessions, SuspensionOf, Suspensions, offences::is_any_suspended,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use core::cmp::Reverse;
use frame_support::traits::{Get, ValidatorRegistration, ValidatorSet};
use r1_primitives::{
	DeedId, EpochIndex,
	traits::{CurrentEpoch, DeedInspect},
};
use sp_staking::SessionIndex;

/// A candidate that may be elected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Contender<AccountId> {
	pub(crate) deed: DeedId,
	pub(crate) node: AccountId,
	pub(crate) owner: AccountId,
	/// Availabilities over the window, which is as long for all, added up.
	pub(crate) availability: u32,
	/// Work over the window, added up.
	pub(crate) work: u64,
}

/// How many seats there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seats {
	pub(crate) per_owner_max: u32,
	pub(crate) all_max: u32,
}

/// Chooses the best, in their order: by availability, then by work, then the older deed.
pub(crate) fn choose<AccountId: Clone + Ord>(
	mut contenders: Vec<Contender<AccountId>>,
	seats: Seats,
) -> Vec<AccountId> {
	contenders.sort_unstable_by_key(|contender| {
		(Reverse(contender.availability), Reverse(contender.work), contender.deed)
	});
	let mut better_of_owner = BTreeMap::<&AccountId, u32>::new();
	contenders
		.iter()
		.filter(|contender| {
			let better = better_of_owner.entry(&contender.owner).or_default();
			let has_seat = *better < seats.per_owner_max;
			// Saturating: there are not as many contenders.
			*better = better.saturating_add(1);
			has_seat
		})
		.take(usize::try_from(seats.all_max).unwrap_or(usize::MAX))
		.map(|contender| contender.node.clone())
		.collect()
}

impl<T: Config> Pallet<T> {
	/// The validators of a session to come; `None` if they are those of the current one, and it can
	/// be proven who those are.
	pub(crate) fn plan_session(session: SessionIndex) -> Option<Vec<T::AccountId>> {
		let current = T::Validators::validators();
		let validators = Self::elect(&current);
		if have_same_members(&validators, &current) {
			return Self::is_root_missing(session, &current).then_some(current);
		}
		let event = Event::ValidatorsChanged { session, validators: validators.clone() };
		Self::deposit_event(event);
		Some(validators)
	}

	/// Whether a session would be without a root of its own keys if its validators were just those
	/// of the last one.
	///
	/// A genesis does not count: what it says of a session is its validators, and it knows of none.
	fn is_root_missing(session: SessionIndex, current: &[T::AccountId]) -> bool {
		let last = session.checked_sub(1);
		!current.is_empty() && last.is_some_and(|last| !T::Sessions::has_lasting_root(last))
	}

	/// Whom an election now chooses, after the validators that there are.
	pub(crate) fn elect(current: &[T::AccountId]) -> Vec<T::AccountId> {
		let now = T::Epochs::current_epoch();
		let suspensions = Suspensions::<T>::get();
		let contenders = Candidates::<T>::get()
			.iter()
			.filter_map(|(deed, candidate)| Self::contend(*deed, candidate, &suspensions, now))
			.collect();
		let seats =
			Seats { per_owner_max: T::PerOwnerMax::get(), all_max: T::ValidatorsMax::get() };
		let elected = choose(contenders, seats);
		let is_enough =
			u32::try_from(elected.len()).is_ok_and(|count| T::ValidatorsMin::get() <= count);
		if is_enough { elected } else { Self::fall_back(current, elected, &suspensions, now) }
	}

	/// A candidate as an election sees it, if it qualifies.
	fn contend(
		deed: DeedId,
		candidate: &CandidateOf<T>,
		suspensions: &[SuspensionOf<T>],
		now: EpochIndex,
	) -> Option<Contender<T::AccountId>> {
		let node = &candidate.node;
		// The cheap conditions first: the last ones read the storage.
		let qualifies = candidate.has_full_window()
			&& candidate.is_available(AVAILABILITY_TO_BE_ELECTED)
			&& !is_any_suspended(suspensions, node, Some(deed), now)
			&& SCORE_ELIGIBLE <= Scores::<T>::get(node)
			&& Self::broken_bond(deed, candidate).is_none()
			&& T::Keys::is_registered(node);
		if !qualifies {
			return None;
		}
		Some(Contender {
			deed,
			node: node.clone(),
			owner: T::Deeds::owner_of(deed)?,
			availability: candidate.availability(),
			work: candidate.work(),
		})
	}

	/// Who validates when too few candidates qualify: the current validators, but for the punished.
	///
	/// Whoever has no session keys would be left out by the session, so it does not count. If
	/// nobody is left, the punished stay, then the few who qualify will do: a chain without
	/// validators ends.
	fn fall_back(
		current: &[T::AccountId],
		elected: Vec<T::AccountId>,
		suspensions: &[SuspensionOf<T>],
		now: EpochIndex,
	) -> Vec<T::AccountId> {
		let able: Vec<T::AccountId> =
			current.iter().filter(|node| T::Keys::is_registered(node)).cloned().collect();
		let is_innocent = |node: &&T::AccountId| {
			!is_any_suspended(suspensions, node, T::Deeds::deed_of(node), now)
		};
		let innocent: Vec<T::AccountId> = able.iter().filter(is_innocent).cloned().collect();
		if !innocent.is_empty() {
			return innocent;
		}
		if !current.is_empty() {
			log::error!(target: LOG_TARGET, "no validator is able to stay and not punished");
		}
		let last_resorts = [able, elected].into_iter().find(|nodes| !nodes.is_empty());
		last_resorts.unwrap_or_else(|| current.to_vec())
	}
}

/// Whether two sets are the same, in whatever order.
fn have_same_members<AccountId: Ord>(one: &[AccountId], other: &[AccountId]) -> bool {
	one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}
